// The authentication centre's role: answers hostapd's datagrams (module auc has their form).
#pragma once
#include "mcim/apps/mcimd/platform.h"

namespace mcim::apps::mcimd {

/// The answer's octets; empty: there is none to give.
[[nodiscard]] std::string answer_auc(Platform&, std::string_view datagram);

}  // namespace mcim::apps::mcimd
