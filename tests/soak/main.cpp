// mcim-soak: many devices download at the same time from a server of its own, while that server, its signer and its
// database are killed, over and over. Every device comes to its profile, and the server to what the cards say; nothing
// is installed twice, nothing is lost. ./dev soak
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <deque>
#include <iostream>
#include <random>

#include "mcim/apps/mcim/bench_folder.h"
#include "mcim/msg/manage.h"
#include "soak/device.h"
#include "support/postgres.h"

namespace mcim::soak {
namespace {

struct Plan {
    std::size_t kills = 500;
    std::size_t at_once = 20;
    std::uint64_t seed = std::random_device{}();
    bool on_postgres = false;
};

constexpr std::size_t package_octets_min = 12 * 1024;
constexpr std::chrono::seconds to_the_end{120};
constexpr int life_ms_max = 400;          ///< between two deaths
constexpr int orders_in_vain_max = 1000;  ///< in a row

/// A card has its profile, and the server has answered that it knows.
struct Told {
    std::string order_id;
    std::string iccid;
};

class Soak {
public:
    [[nodiscard]] static Result<std::unique_ptr<Soak>> start(const Plan& plan) {
        TRY(auto folder, apps::BenchFolder::make());
        auto postgres = std::unique_ptr<test::Postgres>();
        const auto programs = apps::beside_this_program("");
        apps::ServerSetup setup{.mcimd = programs / "mcimd", .signer = programs / "mcim-signer"};
        if (plan.on_postgres) {
            TRY(postgres, test::Postgres::start());
            setup.database = postgres->fresh_database();
        }
        auto random = std::make_unique<SystemRandom>();
        TRY(auto server, apps::BenchServer::start(folder.path(), setup, {}, *random));
        return std::unique_ptr<Soak>(
            new Soak(plan, std::move(folder), std::move(postgres), std::move(random), std::move(server)));
    }

    [[nodiscard]] Status run() {
        Status done = kill_over_and_over();
        const bool at_rest = await_rest();
        if (done && !at_rest)
            return fail(Errc::io, "soak",
                        std::to_string(at_work_) + " devices do not come to their profile: " + why_not());
        if (done) done = look_at_what_is_done();
        if (done) done = look_at_the_server_once_more();
        if (done && told_.empty()) done = fail(Errc::io, "soak", "nothing was downloaded");
        report(done ? "all done" : "it ended");
        return done;
    }

private:
    Soak(const Plan& plan, apps::BenchFolder folder, std::unique_ptr<test::Postgres> postgres,
         std::unique_ptr<SystemRandom> random, apps::BenchServer server)
        : plan_(plan),
          folder_(std::move(folder)),
          postgres_(std::move(postgres)),
          random_(std::move(random)),
          server_(std::move(server)),
          dice_(plan.seed) {}

    int below(int n) { return std::uniform_int_distribution<int>(0, n - 1)(dice_); }

    [[nodiscard]] Status kill_over_and_over() {
        for (std::size_t kill = 1; kill <= plan_.kills; ++kill) {
            CHECKED(live(std::chrono::milliseconds(below(life_ms_max))));
            kill_one();
            loop_.run_for(std::chrono::milliseconds(below(20)));
            CHECKED(repair());
            if (kill % 25 == 0) report(std::to_string(kill) + " kills");
        }
        return ok();
    }
    /// Nobody comes any more, and who is there comes to his profile.
    [[nodiscard]] bool await_rest() {
        const auto deadline = std::chrono::steady_clock::now() + to_the_end;
        while (at_work_ != 0 && std::chrono::steady_clock::now() < deadline)
            loop_.run_for(std::chrono::milliseconds(50));
        return at_work_ == 0;
    }
    /// All parts live, and so many devices are at work all the time.
    [[nodiscard]] Status live(std::chrono::milliseconds time) {
        const auto until = std::chrono::steady_clock::now() + time;
        do {
            CHECKED(supply());
            loop_.run_for(std::chrono::milliseconds(5));
        } while (std::chrono::steady_clock::now() < until);
        return look_at_what_is_done();
    }
    /// New devices for those that are done.
    [[nodiscard]] Status supply() {
        while (at_work_ < plan_.at_once) {
            auto made = apps::make_customer(server_, ++made_, package_octets_min, *random_);
            if (!made && ++orders_in_vain_ < orders_in_vain_max) return ok();  // its database is not back yet
            TRY(auto customer, std::move(made));
            orders_in_vain_ = 0;
            const auto device = std::make_shared<Device>(loop_, server_.client(), std::move(customer),
                                                         [this](std::shared_ptr<Device> d) {
                                                             --at_work_;
                                                             done_.push_back(std::move(d));
                                                         });
            ++at_work_;
            devices_.push_back(device);
            device->download();
        }
        return ok();
    }

    void kill_one() {
        const int which = below(plan_.on_postgres ? 3 : 2);
        if (which == 0) server_.kill_server();
        if (which == 1) server_.kill_signer();
        if (which == 2) postgres_->kill_it();
        ++killed_[static_cast<std::size_t>(which)];
        postgres_is_dead_ = which == 2;
    }
    [[nodiscard]] Status repair() {
        if (std::exchange(postgres_is_dead_, false)) CHECKED(postgres_->launch());
        return server_.start_again();
    }

    [[nodiscard]] Status look_at_what_is_done() {
        for (; !done_.empty(); done_.pop_front()) {
            CHECKED(look_at(*done_.front()));
            in_vain_ += done_.front()->in_vain();
        }
        std::erase_if(devices_, [](const auto& d) { return d.expired(); });
        return ok();
    }
    /// The card has one profile, it is the one that was ordered, and nothing is left to be told.
    [[nodiscard]] Status look_at(const Device& device) {
        const auto& [card, ordered] = device.customer();
        TRY(const auto order, server_.look("/orders/" + ordered.id));
        TRY(const auto iccid, order.text("iccid"));
        TRY(const Bytes profiles, card->call(der::encode(msg::ProfileInfoListRequest{})));
        TRY(const auto list, der::decode<msg::ProfileInfoListResponse>(profiles));
        const auto* has = std::get_if<0>(&list.value);
        if (has == nullptr || has->size() != 1 || !has->front().iccid ||
            Iccid::from_octets(has->front().iccid->bytes)->text() != iccid)
            return fail(Errc::io, "order " + ordered.id, "the card has not exactly the profile with ICCID " + iccid);
        TRY(const Bytes waiting, card->call(der::encode(msg::ListNotificationRequest{})));
        TRY(const auto notifications, der::decode<msg::ListNotificationResponse>(waiting));
        const auto* left = std::get_if<0>(&notifications.value);
        if (left == nullptr || !left->empty())
            return fail(Errc::io, "order " + ordered.id, "the card has still something to tell");
        told_.push_back({ordered.id, iccid});
        return look_at_the_server(told_.back());
    }
    /// What was answered before any of the deaths is there after the last one.
    [[nodiscard]] Status look_at_the_server_once_more() {
        for (const auto& told : told_) CHECKED(look_at_the_server(told));
        return ok();
    }
    /// It has heard of the installation, once.
    [[nodiscard]] Status look_at_the_server(const Told& told) {
        TRY(const auto order, server_.look("/orders/" + told.order_id));
        TRY(const auto state, order.text("state"));
        TRY(const auto timeline, order.objects("timeline"));
        const auto results = std::ranges::count_if(timeline, [](const auto& line) {
            const auto what = line.text("what");
            return what && what->starts_with("installed on EID ");
        });
        TRY(const auto line, server_.look("/subscriptions/" + told.iccid));
        TRY(const auto standing, line.text("standing"));
        if (state == "Installed" && standing == "installed" && results == 1) return ok();
        return fail(Errc::io, "order " + told.order_id,
                    "the server says \"" + state + "\", of its line \"" + standing + "\", and has heard " +
                        std::to_string(results) + " results");
    }

    [[nodiscard]] std::string why_not() const {
        std::string out;
        for (const auto& device : devices_)
            if (const auto d = device.lock(); d && out.empty()) out = d->last_failure();
        return out;
    }
    void report(std::string_view what) const {
        std::cout << what << " (server " << killed_[0] << ", signer " << killed_[1] << ", PostgreSQL " << killed_[2]
                  << "), " << told_.size() << " profiles installed, " << in_vain_ << " attempts in vain" << std::endl;
    }

    Plan plan_;
    apps::BenchFolder folder_;
    std::unique_ptr<test::Postgres> postgres_;
    std::unique_ptr<SystemRandom> random_;
    apps::BenchServer server_;
    std::mt19937_64 dice_;
    http::Loop loop_;
    std::vector<std::weak_ptr<Device>> devices_;
    std::deque<std::shared_ptr<Device>> done_;
    std::size_t at_work_ = 0;
    std::uint64_t made_ = 0;
    std::vector<Told> told_;
    int orders_in_vain_ = 0;
    std::size_t in_vain_ = 0;
    std::array<std::size_t, 3> killed_{};
    bool postgres_is_dead_ = false;
};

int run(int argc, char** argv) {
    Plan plan;
    CLI::App app("Downloads without end, while the server, its signer and its database are killed over and over.",
                 "mcim-soak");
    app.add_option("--kills", plan.kills, "how many")->check(CLI::PositiveNumber)->capture_default_str();
    app.add_option("--at-once", plan.at_once, "devices at the same time")
        ->check(CLI::Range(1, 500))
        ->capture_default_str();
    app.add_option("--seed", plan.seed, "of what is killed, and after how long; by default another one each time");
    app.add_flag("--postgresql", plan.on_postgres,
                 "on a cluster of its own in PostgreSQL, which is killed too; else on SQLite");
    CLI11_PARSE(app, argc, argv);
    std::cout << "seed " << plan.seed << std::endl;
    const auto done = [&]() -> Status {
        TRY(const auto soak, Soak::start(plan));
        return soak->run();
    }();
    if (!done) std::cerr << "mcim-soak: " << to_string(done.error()) << " (seed " << plan.seed << ")\n";
    return done ? 0 : 1;
}

}  // namespace
}  // namespace mcim::soak

int main(int argc, char** argv) { return mcim::soak::run(argc, argv); }
