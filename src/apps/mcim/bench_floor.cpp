#include "mcim/apps/mcim/bench_floor.h"

#include <algorithm>
#include <sstream>

#include "mcim/apps/mcim/demo/child.h"
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

void measure_operations(Floor& out) {
    crypto::BareOperations operations(crypto::Curve::p256);
    out.sign = microseconds_per_call([&] { operations.sign(); });
    out.verify = microseconds_per_call([&] { operations.verify(); });
    out.agree = microseconds_per_call([&] { operations.agree(); });
    out.generate = microseconds_per_call([&] { operations.generate(); });
    const double x25519 = microseconds_per_call([&] { operations.generate_x25519(); }) +
                          microseconds_per_call([&] { operations.agree_x25519(); });
    const bool over_x25519 = out.agreed.ends_with("x25519") || out.agreed.ends_with("X25519");
    out.handshake_curves = out.sign + (over_x25519 ? x25519 : out.generate + out.agree);
}

/// What a card does all day.
std::function<void()> curve_work() {
    auto operations = std::make_shared<crypto::BareOperations>(crypto::Curve::p256);
    return [operations] {
        operations->sign();
        operations->verify();
    };
}

/// Microseconds for each operation, as `openssl speed -mr` prints them: +F4:number:bits:signatures per second:
/// verifications per second, and +F5:number:bits:agreements per second:...
struct OpensslSpeed {
    double sign = 0;
    double verify = 0;
    double agree = 0;
};
Result<OpensslSpeed> openssl_speed() {
    TRY(const auto ran,
        demo::run({"openssl", "speed", "-mr", "-seconds", "2", "ecdsap256", "ecdhp256"}, std::chrono::seconds(30)));
    OpensslSpeed out;
    std::istringstream lines(ran.out);
    for (std::string line; std::getline(lines, line);) {
        std::ranges::replace(line, ':', ' ');
        std::istringstream fields(line);
        std::string kind;
        unsigned number = 0;
        unsigned bits = 0;
        double first = 0;
        double second = 0;
        if (!(fields >> kind >> number >> bits >> first)) continue;
        if (kind == "+F5") out.agree = 1e6 / first;
        if (kind == "+F4" && fields >> second) out = {1e6 / first, 1e6 / second, out.agree};
    }
    if (ran.status != 0 || out.sign == 0 || out.agree == 0)
        return fail(Errc::io, "openssl speed", "it did not say what it measured: " + ran.out + ran.err);
    return out;
}

}  // namespace

Result<Floor> measure_floor(const CpuShares& cpus, const http::TlsIdentity& identity, const std::vector<Bytes>& roots) {
    TRY(auto bare, http::BareHandshake::prepare(identity, roots));
    const ClientsAtWork beside(cpus, curve_work());
    const OnServersCpu here(cpus);
    Floor out;
    TRY(out.handshake, handshake_microseconds(bare));
    out.agreed = bare.agreed();
    measure_operations(out);
    return out;
}

Result<Figures> bench_floor() {
    const CpuShares cpus;
    const ClientsAtWork beside(cpus, curve_work());
    const OnServersCpu here(cpus);
    Floor floor;
    measure_operations(floor);
    TRY(const auto openssl, openssl_speed());
    Figures out;
    out.add("sign_us", floor.sign, 1, "ECDSA on P-256, as the floor of a download has it");
    out.add("verify_us", floor.verify, 1, "of such a signature");
    out.add("agree_us", floor.agree, 1, "ECDH on P-256");
    out.add("openssl_sign_us", openssl.sign, 1, "by openssl speed ecdsap256");
    out.add("openssl_verify_us", openssl.verify, 1, "by openssl speed ecdsap256");
    out.add("openssl_agree_us", openssl.agree, 1, "by openssl speed ecdhp256");
    out.add("sign_ratio", floor.sign / openssl.sign, 3, "at most 1.1 is wanted");
    out.add("verify_ratio", floor.verify / openssl.verify, 3, "at most 1.1 is wanted");
    out.add("agree_ratio", floor.agree / openssl.agree, 3, "at most 1.1 is wanted");
    return out;
}

Floor mean_of(const std::vector<Floor>& floors) {
    Floor out = floors.front();
    for (const auto member :
         {&Floor::handshake, &Floor::sign, &Floor::verify, &Floor::agree, &Floor::generate, &Floor::handshake_curves}) {
        double sum = 0;
        for (const Floor& floor : floors) sum += floor.*member;
        out.*member = sum / static_cast<double>(floors.size());
    }
    return out;
}

}  // namespace mcim::apps
