#include "mcim/apps/mcim/bench_floor.h"

#include <algorithm>

#include "mcim/apps/mcim/bench.h"
#include "mcim/crypto/bare_operations.h"

namespace mcim::apps {
namespace {

constexpr std::size_t handshakes = 1000;

/// The median of many.
Result<double> handshake_microseconds(http::BareHandshake& bare) {
    std::vector<std::chrono::nanoseconds> times;
    for (std::size_t i = 0; i < handshakes; ++i) {
        TRY(const auto time, bare.server_time(thread_cpu_time));
        times.push_back(time);
    }
    std::ranges::sort(times);
    return microseconds(times[times.size() / 2]);
}

}  // namespace

Result<Floor> measure_floor(const http::TlsIdentity& identity, const std::vector<Bytes>& roots) {
    TRY(auto bare, http::BareHandshake::prepare(identity, roots));
    Floor out;
    TRY(out.handshake, handshake_microseconds(bare));
    out.agreed = bare.agreed();
    crypto::BareOperations operations(crypto::Curve::p256);
    out.sign = microseconds_per_call([&] { operations.sign(); });
    out.verify = microseconds_per_call([&] { operations.verify(); });
    out.agree = microseconds_per_call([&] { operations.agree(); });
    out.generate = microseconds_per_call([&] { operations.generate(); });
    const bool x25519 = out.agreed.ends_with("x25519") || out.agreed.ends_with("X25519");
    const double ephemeral = x25519 ? microseconds_per_call([&] { operations.generate_x25519(); }) +
                                          microseconds_per_call([&] { operations.agree_x25519(); })
                                    : out.generate + out.agree;
    out.handshake_curves = out.sign + ephemeral;
    return out;
}

Floor between(const Floor& a, const Floor& b) {
    const auto mean = [](double x, double y) { return (x + y) / 2; };
    return {mean(a.handshake, b.handshake),
            mean(a.sign, b.sign),
            mean(a.verify, b.verify),
            mean(a.agree, b.agree),
            mean(a.generate, b.generate),
            mean(a.handshake_curves, b.handshake_curves),
            a.agreed};
}

}  // namespace mcim::apps
