// A network and a mount namespace of its own: loopback only, an empty /run, so that neither the machine's pcscd nor its
// ports matter, and nothing that the demonstration does is seen outside.
#pragma once
#include "mcim/base/result.h"

namespace mcim::demo {

/// For the calling process and those it starts. As an ordinary user through a user namespace; where the kernel forbids
/// those, the error says so.
[[nodiscard]] Status enter_private_namespaces();

}  // namespace mcim::demo
