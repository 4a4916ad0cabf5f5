// mcim bench download: complete downloads against a server of its own, and the CPU that the server's process takes for
// one, over what it cannot avoid (docs/benchmarks.md).
#include "mcim/apps/mcim/bench_download.h"

#include "mcim/apps/common/files.h"
#include "mcim/apps/mcim/bench_card.h"
#include "mcim/apps/mcim/bench_folder.h"
#include "mcim/apps/mcim/bench_server.h"
#include "mcim/custody/private_file.h"
#include "mcim/x509/issue.h"

namespace mcim::apps {
namespace {

constexpr std::string_view ein = "89049032";

/// A card and the code that its owner was given.
struct Customer {
    std::unique_ptr<SoftCard> card;
    agent::ActivationCode code;
};

Result<std::vector<Customer>> make_customers(BenchServer& server, const DownloadPlan& plan, Random& random) {
    std::vector<Customer> out;
    for (std::size_t i = 1; i <= plan.downloads; ++i) {
        TRY(const Eid eid, x509::make_eid(ein, i));
        TRY(const auto identity, make_card_identity(server.pki(), eid, system_now(), random));
        TRY(auto card, SoftCard::make(identity));
        TRY(auto code, server.order(i, plan.package_octets_min, random));
        out.push_back({std::move(card), std::move(code)});
    }
    return out;
}

/// So many downloads at once; each that ends makes room for the next.
class Fleet {
public:
    Fleet(const http::ClientConfig& client, std::vector<Customer> customers)
        : client_(client), customers_(std::move(customers)) {}

    /// The next `downloads` of them, to their end.
    [[nodiscard]] Status run(std::size_t downloads, std::size_t at_once) {
        last_ = std::min(next_ + downloads, customers_.size());
        for (std::size_t i = 0; i < at_once; ++i) start_next();
        const bool done = loop_.run_for(std::chrono::minutes(10));
        if (failure_) return *failure_;
        if (!done || complete_ != last_) return fail(Errc::io, "downloads", "some have not come to their end");
        return ok();
    }
    [[nodiscard]] std::size_t complete() const { return complete_; }
    [[nodiscard]] std::uint64_t wire_octets() const { return wire_octets_; }
    [[nodiscard]] std::size_t smallest_package() const { return smallest_package_; }

private:
    void start_next() {
        if (failure_ || next_ == last_) return;
        Customer& customer = customers_[next_++];
        msg::DeviceInfo device;
        device.tac.bytes = {0x35, 0x29, 0x06, 0x11};
        agent::Order order{.code = customer.code, .device_info = std::move(device), .confirmation_code = {}};
        std::make_shared<BenchDownload>(loop_, client_, std::move(customer.card), std::move(order),
                                        [this](BenchDownload::Outcome outcome) { ended(std::move(outcome)); })
            ->start();
    }
    void ended(BenchDownload::Outcome outcome) {
        if (!outcome.status) {
            if (!failure_) failure_ = std::move(outcome.status).error();
            return;
        }
        ++complete_;
        wire_octets_ += outcome.wire_octets;
        smallest_package_ = std::min(smallest_package_, outcome.package_octets);
        loop_.post([this] { start_next(); });
    }

    http::Loop loop_;
    const http::ClientConfig& client_;
    std::vector<Customer> customers_;
    std::size_t next_ = 0;
    std::size_t last_ = 0;
    std::size_t complete_ = 0;
    std::uint64_t wire_octets_ = 0;
    std::size_t smallest_package_ = SIZE_MAX;
    std::optional<Error> failure_;
};

Result<http::TlsIdentity> tls_identity(const PkiPaths& pki) {
    TRY(const Bytes certificate, read_file(pki.dp_tls(), x509::certificate_octets_max));
    TRY(const SecretBytes pem, custody::read_private_file(pki.dp_tls_key()));
    TRY(const auto key, crypto::PrivateKey::from_pem(as_text(expose(pem))));
    return http::TlsIdentity{{certificate}, key.to_pkcs8()};
}

std::filesystem::path beside_this_program(std::string_view name) {
    return std::filesystem::read_symlink("/proc/self/exe").parent_path() / name;
}

/// The floor is measured before the first part of the downloads, after each of them and so in the conditions of all:
/// other guests of the same host come and go, within seconds.
constexpr std::size_t parts = 10;

struct Cost {
    std::chrono::nanoseconds server_cpu{};    ///< from the first part to the last, and what lies between them
    std::chrono::duration<double> elapsed{};  ///< of the parts
    std::uint64_t peak_rss = 0;
};

Figures report(const Fleet& fleet, const Cost& cost, const Floor& floor) {
    const auto downloads = static_cast<double>(fleet.complete());
    const double server_cpu = microseconds(cost.server_cpu) / downloads;
    Figures out;
    out.add("downloads", std::uint64_t{fleet.complete()}, "complete downloads, each by a card of its own");
    out.add("downloads_per_s", downloads / cost.elapsed.count(), 1,
            "cards and server on CPUs of their own, where there are two");
    out.add("server_cpu_us", server_cpu, 1, "user and system CPU of the server's process for one download");
    out.add("floor_us", floor.total(), 1, "what no server gets below: handshake, 3 sign, 4 verify, agree, generate");
    out.add("ec_floor_us", floor.curves(), 1, "the curve operations in it");
    out.add("floor_ratio", server_cpu / floor.total(), 3, "server_cpu_us over floor_us");
    out.add("peak_rss_bytes", cost.peak_rss, "of the server's process");
    out.add("wire_bytes", fleet.wire_octets() / fleet.complete(),
            "payload of TCP both ways for one download, TLS included");
    out.add("package_bytes", std::uint64_t{fleet.smallest_package()}, "smallest bound package");
    out.add("handshake_us", floor.handshake, 1, "server's side of a full handshake, " + floor.agreed);
    out.add("sign_us", floor.sign, 1, "ECDSA on P-256");
    out.add("verify_us", floor.verify, 1, "of such a signature");
    out.add("agree_us", floor.agree, 1, "ECDH on P-256");
    out.add("generate_us", floor.generate, 1, "a key on P-256");
    return out;
}

/// The floor that is reported. The figures stand without it too.
void compare_with_openssl(Figures& out, const Floor& floor, const CpuShares& cpus, const FloorEffort& effort) {
    const auto openssl = openssl_speed(cpus, effort);
    if (openssl) return add_comparison(out, floor, *openssl);
    out.remark("The floor is not compared with openssl speed: " + to_string(openssl.error()));
}

}  // namespace

Result<Figures> bench_download(const DownloadPlan& plan) {
    TRY(const auto folder, BenchFolder::make());
    const CpuShares cpus;
    SystemRandom random;
    const auto mcimd = plan.mcimd.empty() ? beside_this_program("mcimd") : plan.mcimd;
    TRY(auto server, BenchServer::start(folder.path(), mcimd, cpus, random));
    TRY(auto customers, make_customers(server, plan, random));
    TRY(const auto identity, tls_identity(server.pki()));
    Fleet fleet(server.client(), std::move(customers));
    Cost cost;
    std::vector<Floor> floors;
    const auto measure = [&] { return measure_floor(cpus, identity, server.client().roots, plan.floor); };
    TRY(floors.emplace_back(), measure());
    TRY(const auto cpu_before, server.cpu_time());
    for (std::size_t part = 0; part < parts; ++part) {
        const auto from = std::chrono::steady_clock::now();
        CHECKED(fleet.run((plan.downloads + parts - 1) / parts, plan.at_once));
        cost.elapsed += std::chrono::steady_clock::now() - from;
        TRY(floors.emplace_back(), measure());
    }
    TRY(const auto cpu_after, server.cpu_time());
    cost.server_cpu = cpu_after - cpu_before;
    TRY(cost.peak_rss, server.peak_rss_octets());
    const Floor floor = mean_of(floors);
    Figures out = report(fleet, cost, floor);
    compare_with_openssl(out, floor, cpus, plan.floor);
    return out;
}

}  // namespace mcim::apps
