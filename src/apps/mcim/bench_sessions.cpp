// mcim bench sessions: connections that are kept, each with a card behind it whose order was found and offered.
#include "mcim/apps/mcim/bench_sessions.h"

#include <sys/resource.h>

#include "mcim/apps/mcim/bench_customers.h"
#include "mcim/apps/mcim/bench_folder.h"

namespace mcim::apps {
namespace {

constexpr std::size_t package_octets_min = 12 * 1024;
constexpr rlim_t files_besides = 256;
constexpr std::chrono::minutes time_max{10};

/// A socket each, here as at the server, which sees to itself.
Status make_room(std::size_t sessions) {
    rlimit files{};
    if (getrlimit(RLIMIT_NOFILE, &files) != 0) return fail(Errc::io, "RLIMIT_NOFILE", "it cannot be read");
    const rlim_t wanted = sessions + files_besides;
    if (files.rlim_cur >= wanted) return ok();
    if (files.rlim_max < wanted)
        return fail(Errc::refused, "RLIMIT_NOFILE",
                    "a process may open " + std::to_string(files.rlim_max) + " files here, and " +
                        std::to_string(wanted) + " are wanted: raise it (ulimit -Hn), or take fewer --sessions");
    files.rlim_cur = wanted;
    return setrlimit(RLIMIT_NOFILE, &files) == 0 ? ok() : Status(fail(Errc::io, "RLIMIT_NOFILE", "it cannot be set"));
}

/// Everybody comes to the offer, and then everybody goes on.
class Crowd {
public:
    Crowd(BenchServer& server, std::vector<Customer> customers, std::size_t at_once)
        : server_(server), customers_(std::move(customers)), at_once_(at_once) {}

    [[nodiscard]] Status gather() {
        for (std::size_t i = 0; i < at_once_; ++i) start_next();
        return run_until([this] { return waiting_.size() == customers_.size(); }, "come to their offer");
    }
    [[nodiscard]] Status complete() {
        for (std::size_t i = 0; i < at_once_; ++i) release_next();
        return run_until([this] { return complete_ == customers_.size(); }, "been completed");
    }

private:
    void start_next() {
        if (next_ == customers_.size()) return;
        const auto download = download_of(customers_[next_++], loop_, server_.client(),
                                          [this](const BenchDownload::Outcome& outcome) { ended(outcome); });
        download->wait_when_offered([this](std::function<void()> go_on) {
            waiting_.push_back(std::move(go_on));
            loop_.post([this] { start_next(); });
        });
        download->start();
    }
    void release_next() {
        if (waiting_.empty()) return;
        auto go_on = std::move(waiting_.back());
        waiting_.pop_back();
        loop_.post(std::move(go_on));
    }
    void ended(const BenchDownload::Outcome& outcome) {
        if (!outcome.status && !failure_) failure_ = outcome.status.error();
        ++complete_;
        loop_.post([this] { release_next(); });
    }
    template <class Done>
    [[nodiscard]] Status run_until(const Done& done, std::string_view what) {
        const auto deadline = std::chrono::steady_clock::now() + time_max;
        while (!done() && !failure_ && std::chrono::steady_clock::now() < deadline)
            loop_.run_for(std::chrono::milliseconds(20));
        if (failure_) return *failure_;
        if (!done()) return fail(Errc::io, "sessions", "some have not " + std::string(what));
        return ok();
    }

    http::Loop loop_;
    BenchServer& server_;
    std::vector<Customer> customers_;
    std::size_t at_once_;
    std::size_t next_ = 0;
    std::size_t complete_ = 0;
    std::vector<std::function<void()>> waiting_;
    std::optional<Error> failure_;
};

Result<std::chrono::duration<double>> timed(const std::function<Status()>& work) {
    const auto from = std::chrono::steady_clock::now();
    CHECKED(work());
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - from);
}

}  // namespace

Result<Figures> bench_sessions(const SessionsPlan& plan) {
    CHECKED(make_room(plan.sessions));
    const CpuShares cpus;
    SystemRandom random;
    TRY(const auto folder, BenchFolder::make());
    const ServerSetup setup{.mcimd = plan.mcimd.empty() ? beside_this_program("mcimd") : plan.mcimd,
                            .connections_max = plan.sessions + plan.at_once};
    TRY(auto server, BenchServer::start(folder.path(), setup, cpus, random));
    TRY(auto customers, make_customers(server, plan.sessions, package_octets_min, random));
    Crowd crowd(server, std::move(customers), plan.at_once);
    TRY(const std::uint64_t before, server.rss_octets());
    TRY(const auto gathering, timed([&] { return crowd.gather(); }));
    TRY(const std::uint64_t waiting, server.rss_octets());
    TRY(const auto completing, timed([&] { return crowd.complete(); }));
    TRY(const std::uint64_t peak, server.peak_rss_octets());

    const auto sessions = static_cast<double>(plan.sessions);
    Figures out;
    out.add("sessions", std::uint64_t{plan.sessions},
            "TLS connections at once, each past AuthenticateClient; all completed");
    out.add("session_bytes", (waiting - std::min(before, waiting)) / plan.sessions,
            "resident memory of the server's process for each of them");
    out.add("rss_before_bytes", before, "of that process before the first connection");
    out.add("rss_waiting_bytes", waiting, "with all of them");
    out.add("peak_rss_bytes", peak, "until all were completed");
    out.add("authenticated_per_s", sessions / gathering.count(), 1, "connections that came to their offer");
    out.add("completed_per_s", sessions / completing.count(), 1, "of these, downloaded, installed and told");
    return out;
}

}  // namespace mcim::apps
