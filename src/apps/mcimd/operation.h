// What those see who keep the program running: /metrics for Prometheus, /healthz and /readyz for whoever restarts it or
// sends it traffic. On a listener of its own, in plain HTTP, away from where devices come.
#pragma once
#include "mcim/apps/mcimd/metrics_text.h"

namespace mcim::apps::mcimd {

void serve_operation(Platform&, const Listeners&, const http::Request&, const http::Reply&);

/// Why no device should be sent here now, in a sentence; nullopt: it may.
[[nodiscard]] std::optional<std::string> unready_because(Platform&);
/// "The certificate of dp.pb_certificate expired at 2026-11-23T06:00:00Z."; nullopt: it is valid.
[[nodiscard]] std::optional<std::string> invalid_because(const CertificateInUse&, Time now);

}  // namespace mcim::apps::mcimd
