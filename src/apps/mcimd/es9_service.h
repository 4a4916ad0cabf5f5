// ES9+ over HTTP (SGP.22 6.1, 6.5, 6.6): the shell around the core's steps. Effects are on the disk before the reply
// leaves.
#pragma once
#include "mcim/apps/mcimd/platform.h"
#include "mcim/http/server.h"

namespace mcim::apps::mcimd {

void serve_es9(Platform&, const http::Request&, const http::Reply&);

/// X-Admin-Protocol of the reply: the client's version, up to the one that is implemented. nullopt: it is none of ours.
[[nodiscard]] std::optional<std::string> negotiate_protocol(std::string_view client);

}  // namespace mcim::apps::mcimd
