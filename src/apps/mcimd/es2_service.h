// ES2+ over mutual TLS: requests of operators' systems into the core's decisions, and those into the store.
#pragma once
#include "mcim/apps/mcimd/platform.h"

namespace mcim::apps::mcimd {

/// Whether this certificate is a client's. Where nobody can say now, it passes for one: serve_es2 looks again, for
/// every request, and says that the server has failed instead of being silent.
[[nodiscard]] bool knows_es2_client(Platform&, View certificate);
void serve_es2(Platform&, const http::Request&, const http::Reply&);

}  // namespace mcim::apps::mcimd
