// How a program is asked to end.
#pragma once
#include "mcim/base/result.h"
#include "mcim/posix/descriptor.h"

namespace mcim::posix {

/// A descriptor that becomes readable at SIGTERM or SIGINT, which end nothing any more. Before the first thread.
[[nodiscard]] Result<Descriptor> stop_signals();

}  // namespace mcim::posix
