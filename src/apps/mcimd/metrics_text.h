// The numbers as Prometheus reads them (text format 0.0.4). No label names a person, a card or an order, and none has
// more values than this program has words.
#pragma once
#include "mcim/apps/mcimd/platform.h"
#include "mcim/http/server.h"

namespace mcim::apps::mcimd {

/// Of the running program; nullptr: it has none.
struct Listeners {
    const http::Server* tls = nullptr;
    const http::Server* admin = nullptr;
    const http::Server* es2 = nullptr;
};

inline constexpr std::string_view metrics_media_type = "text/plain; version=0.0.4; charset=utf-8";
[[nodiscard]] std::string metrics_text(const Platform&, const Listeners&);

}  // namespace mcim::apps::mcimd
