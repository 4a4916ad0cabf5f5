// mcim bench download: complete downloads against a server of its own, and the CPU that the server's process takes for
// one, over what it cannot avoid (docs/benchmarks.md).
#include "mcim/apps/mcim/bench_download.h"

#include "mcim/apps/common/files.h"
#include "mcim/apps/mcim/bench_customers.h"
#include "mcim/apps/mcim/bench_folder.h"
#include "mcim/custody/private_file.h"

namespace mcim::apps {
namespace {

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
        download_of(customer, loop_, client_, [this](BenchDownload::Outcome outcome) {
            ended(std::move(outcome));
        })->start();
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

/// The floor is measured before the first part of the downloads, after each of them and so in the conditions of all:
/// other guests of the same host come and go, within seconds.
constexpr std::size_t run_parts = 10;

/// Two servers that are compared serve so many downloads in turn: what disturbs the machine for longer disturbs both.
constexpr std::size_t turn_downloads = 100;

/// A server with its PKI and its database, and the cards that come to it.
class Side {
public:
    [[nodiscard]] static Result<std::unique_ptr<Side>> make(const ServerSetup& setup, const DownloadPlan& plan,
                                                            const CpuShares& cpus, Random& random) {
        TRY(auto folder, BenchFolder::make());
        TRY(auto server, BenchServer::start(folder.path(), setup, cpus, random));
        TRY(auto customers, make_customers(server, plan.downloads, plan.package_octets_min, random));
        return std::unique_ptr<Side>(new Side(std::move(folder), std::move(server), std::move(customers)));
    }
    [[nodiscard]] const BenchServer& server() const { return server_; }
    [[nodiscard]] const Fleet& fleet() const { return fleet_; }

    /// What the server has cost so far was for other things.
    [[nodiscard]] Status begin() {
        TRY(cpu_before_, server_.cpu_time());
        TRY(signer_cpu_before_, server_.signer_cpu_time());
        postgres_before_ = postgres_cpu_times();
        return ok();
    }
    /// The next `downloads`, or as many as are left.
    [[nodiscard]] Status run(std::size_t downloads, std::size_t at_once) {
        const auto from = std::chrono::steady_clock::now();
        const std::size_t complete = fleet_.complete();
        TRY(const auto cpu_from, server_.cpu_time());
        CHECKED(fleet_.run(downloads, at_once));
        TRY(const auto cpu_to, server_.cpu_time());
        if (const auto done = fleet_.complete() - complete; done != 0)
            turns_us_.push_back(microseconds(cpu_to - cpu_from) / static_cast<double>(done));
        elapsed_ += std::chrono::steady_clock::now() - from;
        return ok();
    }
    /// CPU of the server for one download since it began, what lies between its turns included.
    [[nodiscard]] Result<double> cpu_us() const {
        TRY(const auto cpu_now, server_.cpu_time());
        return microseconds(cpu_now - cpu_before_) / static_cast<double>(fleet_.complete());
    }
    /// The same of each turn, what lies between them left out.
    [[nodiscard]] const std::vector<double>& turns_us() const { return turns_us_; }
    /// The signer's in it.
    [[nodiscard]] Result<double> signer_cpu_us() const {
        TRY(const auto cpu_now, server_.signer_cpu_time());
        return microseconds(cpu_now - signer_cpu_before_) / static_cast<double>(fleet_.complete());
    }
    [[nodiscard]] double postgres_cpu_us() const {
        std::chrono::nanoseconds spent{};
        for (const auto& [pid, now] : postgres_cpu_times()) {
            const auto before = postgres_before_.find(pid);
            spent += before == postgres_before_.end() ? now : now - before->second;
        }
        return microseconds(spent) / static_cast<double>(fleet_.complete());
    }
    [[nodiscard]] double downloads_per_s() const { return static_cast<double>(fleet_.complete()) / elapsed_.count(); }

private:
    Side(BenchFolder folder, BenchServer server, std::vector<Customer> customers)
        : folder_(std::move(folder)), server_(std::move(server)), fleet_(server_.client(), std::move(customers)) {}

    BenchFolder folder_;
    BenchServer server_;
    Fleet fleet_;
    std::chrono::nanoseconds cpu_before_{};
    std::chrono::nanoseconds signer_cpu_before_{};
    ProcessTimes postgres_before_{};
    std::chrono::duration<double> elapsed_{};  ///< of its turns
    std::vector<double> turns_us_;
};
/// The one that is measured, and perhaps the one beside it.
using Sides = std::vector<std::unique_ptr<Side>>;

Result<Sides> make_sides(const DownloadPlan& plan, const CpuShares& cpus, Random& random) {
    Sides sides;
    ServerSetup setup{.mcimd = plan.mcimd.empty() ? beside_this_program("mcimd") : plan.mcimd};
    if (plan.keys == DownloadPlan::Keys::apart) setup.signer = setup.mcimd.parent_path() / "mcim-signer";
    if (!plan.database.empty()) setup.database = plan.database;
    TRY(sides.emplace_back(), Side::make(setup, plan, cpus, random));
    if (!plan.against.empty()) {
        TRY(sides.emplace_back(), Side::make({.mcimd = plan.against}, plan, cpus, random));
    }
    return sides;
}

/// One part of the downloads, by each side in turns.
Status run_part(const std::vector<Side*>& order, const DownloadPlan& plan) {
    const std::size_t downloads = (plan.downloads + run_parts - 1) / run_parts;
    const std::size_t turn = order.size() == 1 ? downloads : std::min(downloads, turn_downloads);
    for (std::size_t done = 0; done < downloads; done += turn)
        for (Side* side : order) CHECKED(side->run(std::min(turn, downloads - done), plan.at_once));
    return ok();
}

Result<Figures> report(const Side& side, const Floor& floor, const DownloadPlan& plan) {
    const Fleet& fleet = side.fleet();
    TRY(const double server_cpu, side.cpu_us());
    TRY(const std::uint64_t peak_rss, side.server().peak_rss_octets());
    Figures out;
    out.add("downloads", std::uint64_t{fleet.complete()}, "complete downloads, each by a card of its own");
    out.add("downloads_per_s", side.downloads_per_s(), 1, "cards and server on CPUs of their own, where there are two");
    const bool apart = side.server().has_signer();
    out.add("server_cpu_us", server_cpu, 1,
            apart ? "user and system CPU of mcimd and mcim-signer for one download"
                  : "user and system CPU of the server's process for one download");
    if (apart) {
        TRY(const double signer_cpu, side.signer_cpu_us());
        out.add("signer_cpu_us", signer_cpu, 1, "of that mcim-signer's");
    }
    if (!plan.database.empty())
        out.add("postgres_cpu_us", side.postgres_cpu_us(), 1,
                "for one download, of all processes of PostgreSQL on this machine, besides");
    out.add("floor_us", floor.total(), 1, "of the library's own calls: handshake, 3 sign, 4 verify, agree, generate");
    out.add("ec_floor_us", floor.curves(), 1, "the curve operations in it");
    out.add("floor_ratio", server_cpu / floor.total(), 3, "server_cpu_us over floor_us");
    out.add("peak_rss_bytes", peak_rss, apart ? "of both processes together" : "of the server's process");
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

/// Of the ratios of turns that followed each other the one in the middle: a neighbour on the host who disturbs some
/// turns does not move it.
double ratio_of_turns(const Side& side, const Side& other) {
    std::vector<double> ratios;
    for (std::size_t i = 0; i < side.turns_us().size(); ++i)
        ratios.push_back(side.turns_us()[i] / other.turns_us().at(i));
    const auto middle = ratios.begin() + static_cast<std::ptrdiff_t>(ratios.size() / 2);
    std::nth_element(ratios.begin(), middle, ratios.end());
    return *middle;
}

Status add_other(Figures& out, const Side& side, const Side& other) {
    TRY(const double other_cpu, other.cpu_us());
    out.add("against_cpu_us", other_cpu, 1, "the other server's CPU for one download, in turns with this one");
    out.add("against_ratio", ratio_of_turns(side, other), 3, "this server's CPU over the other's, the median of turns");
    return ok();
}

/// The floor that is reported. The figures stand without it too.
void compare_with_openssl(Figures& out, const Floor& floor, const CpuShares& cpus, const FloorEffort& effort) {
    const auto openssl = openssl_speed(cpus, effort);
    if (openssl) return add_comparison(out, floor, *openssl);
    out.remark("The floor is not compared with openssl speed: " + to_string(openssl.error()));
}

}  // namespace

Result<Figures> bench_download(const DownloadPlan& plan) {
    const CpuShares cpus;
    SystemRandom random;
    TRY(const Sides sides, make_sides(plan, cpus, random));
    const Side& side = *sides.front();
    std::vector<Side*> order;
    for (const auto& each : sides) order.push_back(each.get());
    TRY(const auto identity, tls_identity(side.server().pki()));
    std::vector<Floor> floors;
    const auto measure = [&] { return measure_floor(cpus, identity, side.server().client().roots, plan.floor); };
    TRY(floors.emplace_back(), measure());
    for (Side* each : order) CHECKED(each->begin());
    for (std::size_t part = 0; part < run_parts; ++part) {
        CHECKED(run_part(order, plan));
        TRY(floors.emplace_back(), measure());
        std::ranges::reverse(order);  // who comes first finds the caches as the floor left them
    }
    const Floor floor = mean_of(floors);
    TRY(Figures out, report(side, floor, plan));
    if (sides.size() == 2) CHECKED(add_other(out, side, *sides.back()));
    compare_with_openssl(out, floor, cpus, plan.floor);
    return out;
}

}  // namespace mcim::apps
