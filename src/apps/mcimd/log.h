// The log of mcimd. Every line passes one formatter: what others have sent is printable and short, and numbers that
// name people are masked, wherever in the program a sentence comes from.
#pragma once
#include <spdlog/spdlog.h>

#include "mcim/apps/mcimd/config.h"

namespace mcim::apps::mcimd {

/// From now on the program's log goes there; debug, info, warn, error.
void log_to(spdlog::sink_ptr, const std::string& level, LogFormat = LogFormat::text);

}  // namespace mcim::apps::mcimd
