#include "mcim/apps/mcim/bench_floor.h"

#include <algorithm>
#include <cmath>
#include <sstream>

#include "mcim/apps/mcim/demo/child.h"
#include "mcim/crypto/bare_operations.h"

namespace mcim::apps {
namespace {

/// The first ones of a new context are dearer and not counted: a server makes them once in its life.
Result<double> handshake_microseconds(http::BareHandshake& bare, std::size_t handshakes) {
    constexpr std::size_t first_ones = 20;
    std::chrono::nanoseconds all{};
    for (std::size_t i = 0; i < first_ones + handshakes; ++i) {
        TRY(const auto time, bare.server_time(thread_cpu_time));
        if (i >= first_ones) all += time;
    }
    return microseconds(all) / static_cast<double>(handshakes);
}

void measure_operations(Floor& out, std::chrono::milliseconds each) {
    crypto::BareOperations operations(crypto::Curve::p256);
    out.sign = microseconds_per_call([&] { operations.sign(); }, each);
    out.verify = microseconds_per_call([&] { operations.verify(); }, each);
    out.agree = microseconds_per_call([&] { operations.agree(); }, each);
    out.generate = microseconds_per_call([&] { operations.generate(); }, each);
    const double x25519 = microseconds_per_call([&] { operations.generate_x25519(); }, each) +
                          microseconds_per_call([&] { operations.agree_x25519(); }, each);
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

/// `openssl speed -mr` prints +F4:number:bits:signatures per second:verifications per second, and
/// +F5:number:bits:agreements per second:...
OpensslSpeed speed_in(const std::string& printed) {
    OpensslSpeed out;
    std::istringstream lines(printed);
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
    return out;
}

/// One operation of the floor and its measure; whether they are near each other.
bool add_ratio(Figures& out, const std::string& name, double ours, double openssls) {
    const double ratio = ours / openssls;
    out.add(name + "_ratio", ratio, 3, "measured beside it, over it: at most 1.1 is wanted");
    if (std::abs(ratio - 1) <= 0.1) return true;
    const long percent = std::lround(100 * std::abs(ratio - 1));
    out.remark("The floor's " + name + " is " + std::to_string(percent) + " % " + (ratio > 1 ? "above" : "below") +
               " what openssl speed says in the same run; within 10 % is wanted.");
    return false;
}

}  // namespace

Result<Floor> measure_floor(const CpuShares& cpus, const http::TlsIdentity& identity, const std::vector<Bytes>& roots,
                            const FloorEffort& effort) {
    TRY(auto bare, http::BareHandshake::prepare(identity, roots));
    const ClientsAtWork beside(cpus, curve_work());
    const OnServersCpu here(cpus);
    Floor out;
    TRY(out.handshake, handshake_microseconds(bare, effort.handshakes));
    out.agreed = bare.agreed();
    measure_operations(out, effort.operation);
    return out;
}

Result<OpensslSpeed> openssl_speed(const CpuShares& cpus, const FloorEffort& effort) {
    const ClientsAtWork beside(cpus, curve_work());
    const OnServersCpu here(cpus);
    const auto seconds = effort.openssl_seconds;
    TRY(const auto ran,
        demo::run({"openssl", "speed", "-mr", "-seconds", std::to_string(seconds), "ecdsap256", "ecdhp256"},
                  std::chrono::seconds(30 + 3 * seconds)));
    const auto out = speed_in(ran.out);
    if (ran.status != 0 || out.sign == 0 || out.agree == 0)
        return fail(Errc::io, "openssl speed", "it did not say what it measured: " + ran.out + ran.err);
    return out;
}

void add_comparison(Figures& out, const Floor& floor, const OpensslSpeed& openssl) {
    out.add("openssl_sign_us", openssl.sign, 1, "by openssl speed ecdsap256");
    out.add("openssl_verify_us", openssl.verify, 1, "by openssl speed ecdsap256");
    out.add("openssl_agree_us", openssl.agree, 1, "by openssl speed ecdhp256");
    const bool sign = add_ratio(out, "sign", floor.sign, openssl.sign);
    const bool verify = add_ratio(out, "verify", floor.verify, openssl.verify);
    const bool agree = add_ratio(out, "agree", floor.agree, openssl.agree);
    if (!sign || !verify || !agree)
        out.remark(
            "Something else was at work on this machine or its host, or this build is no release, or the program "
            "openssl has another library. Measure again before you rely on floor_us.");
}

Result<Figures> bench_floor() {
    const CpuShares cpus;
    const FloorEffort effort{.operation = std::chrono::milliseconds(400)};
    Floor floor;
    {
        const ClientsAtWork beside(cpus, curve_work());
        const OnServersCpu here(cpus);
        measure_operations(floor, effort.operation);
    }
    TRY(const auto openssl, openssl_speed(cpus, effort));
    Figures out;
    out.add("sign_us", floor.sign, 1, "ECDSA on P-256, as the floor of a download has it");
    out.add("verify_us", floor.verify, 1, "of such a signature");
    out.add("agree_us", floor.agree, 1, "ECDH on P-256");
    add_comparison(out, floor, openssl);
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
