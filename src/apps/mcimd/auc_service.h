// The authentication centre behind hostapd's socket.
#pragma once
#include "mcim/apps/mcimd/platform.h"
#include "mcim/http/datagram.h"

namespace mcim::apps::mcimd {

/// Answers when what the answer takes for granted is on the disk, with the commits of all other sessions.
void answer_auc(Platform&, std::string_view datagram, http::DatagramServer::Reply);

}  // namespace mcim::apps::mcimd
