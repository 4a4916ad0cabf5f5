// init and run.
#pragma once
#include "options.h"

namespace mcim::tre {

/// Manufacture: makes the state folder of a card. Prints what was made.
[[nodiscard]] Status init(const InitOptions&);
/// Serves the card until SIGTERM or SIGINT. Prints one line when it answers.
[[nodiscard]] Status run(const RunOptions&);

}  // namespace mcim::tre
