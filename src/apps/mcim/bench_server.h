// A platform for one bench: a PKI and a database in a folder, and mcimd on them as a process of its own.
#pragma once
#include "mcim/agent/activation_code.h"
#include "mcim/apps/common/pki_folder.h"
#include "mcim/apps/mcim/bench_cpus.h"
#include "mcim/apps/mcim/demo/child.h"
#include "mcim/http/client.h"
#include "mcim/jose/json.h"

namespace mcim::apps {

struct ServerSetup {
    std::filesystem::path mcimd;
    std::filesystem::path signer{};         ///< mcim-signer, which holds the keys then; empty: mcimd does
    std::string database = "mcimd.sqlite";  ///< as in its configuration
    std::size_t connections_max = 12000;
};

class BenchServer {
public:
    /// Makes the PKI in `folder`, and waits until the server listens.
    [[nodiscard]] static Result<BenchServer> start(const std::filesystem::path& folder, const ServerSetup&,
                                                   const CpuShares&, Random&);

    /// kill -9, and nothing of it lives when this returns. client() is unanswered until start_again().
    void kill_server() { child_.kill(); }
    void kill_signer() { signer_->kill(); }
    /// Whichever of the two does not run; the server elsewhere than before, as client() knows.
    [[nodiscard]] Status start_again();

    [[nodiscard]] const PkiPaths& pki() const { return pki_; }
    /// For its TLS port, which is not where DNS says.
    [[nodiscard]] const http::ClientConfig& client() const { return client_; }

    struct Ordered {
        std::string id;
        agent::ActivationCode code;
    };
    /// A subscription of its own and an order for whichever card comes, its bound package at least so large.
    [[nodiscard]] Result<Ordered> order(std::uint64_t number, std::size_t package_octets_min, Random&);
    /// GET of its administration.
    [[nodiscard]] Result<jose::Object> look(const std::string& path);

    /// User and system CPU of the server and its signer, up to now.
    [[nodiscard]] Result<std::chrono::nanoseconds> cpu_time() const;
    /// Of the signer's in it; nothing where the server holds the keys.
    [[nodiscard]] Result<std::chrono::nanoseconds> signer_cpu_time() const;
    [[nodiscard]] bool has_signer() const { return signer_.has_value(); }
    [[nodiscard]] Result<std::uint64_t> peak_rss_octets() const;
    /// Of the server's process, now.
    [[nodiscard]] Result<std::uint64_t> rss_octets() const;

private:
    BenchServer(std::filesystem::path folder, ServerSetup setup, const CpuShares& cpus,
                std::optional<demo::Child> signer, demo::Child child)
        : folder_(std::move(folder)),
          setup_(std::move(setup)),
          cpus_(cpus),
          pki_{folder_ / "pki"},
          signer_(std::move(signer)),
          child_(std::move(child)),
          admin_(std::make_unique<http::Client>(http::ClientConfig{})) {}
    [[nodiscard]] Result<jose::Object> ask(const std::string& path, const jose::ObjectWriter&);
    [[nodiscard]] Status await_port(std::uintmax_t said_before);
    [[nodiscard]] Status add_operator();

    std::filesystem::path folder_;
    ServerSetup setup_;
    CpuShares cpus_;
    PkiPaths pki_;
    std::optional<demo::Child> signer_;
    demo::Child child_;
    std::unique_ptr<http::Client> admin_;
    http::ClientConfig client_;
};

/// User and system CPU of each process of this machine that is called postgres and lives.
using ProcessTimes = std::map<pid_t, std::chrono::nanoseconds>;
[[nodiscard]] ProcessTimes postgres_cpu_times();

}  // namespace mcim::apps
