// Network, mount and process namespaces of its own: loopback only, an empty /run, so that neither the machine's pcscd
// nor its ports matter, nothing that the demonstration does is seen outside, and nothing of it is left, however it
// ends.
#pragma once
#include <functional>

#include "mcim/base/result.h"

namespace mcim::demo {

/// Runs `body` as the first process of namespaces of its own and gives its exit status. When that process ends, or this
/// one (killed, interrupted, SIGTERM), the kernel ends all that were started inside, those that made themselves daemons
/// included. As an ordinary user through a user namespace; where the kernel forbids those, the error says so.
/// To be called by a process that has one thread.
[[nodiscard]] Result<int> run_contained(const std::function<int()>& body);

}  // namespace mcim::demo
