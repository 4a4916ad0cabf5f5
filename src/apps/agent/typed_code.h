// The confirmation code that the user has besides the activation code.
#pragma once
#include "mcim/agent/download.h"

namespace mcim::agent {

/// The first line of a file of its owner's, mode 0600; "-": of standard input. No list of processes shows it there, and
/// nothing on its way here keeps it.
[[nodiscard]] Result<ConfirmationCode> read_confirmation_code(const std::string& file);

}  // namespace mcim::agent
