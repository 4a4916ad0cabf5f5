// Users of this machine.
#pragma once
#include <sys/types.h>

#include <string>

#include "mcim/base/result.h"

namespace mcim::posix {

/// By name, or by number. Errc::not_found where nobody has that name.
[[nodiscard]] Result<uid_t> find_user(const std::string& name_or_number);

}  // namespace mcim::posix
