// mcim bench: what the work costs on this machine.
#include "mcim/apps/mcim/bench.h"

#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>

#include "mcim/apps/mcim/bench_download.h"
#include "mcim/apps/mcim/bench_floor.h"
#include "mcim/apps/mcim/bench_sessions.h"
#include "mcim/apps/mcim/commands.h"
#include "mcim/store/store.h"

namespace mcim::apps {
namespace {

using Run = std::function<Result<Figures>()>;

CLI::App& add_one(CLI::App& bench, Console& console, const std::string& name, const std::string& about, Run run) {
    auto* command = bench.add_subcommand(name, about);
    const auto json = std::make_shared<bool>(false);
    command->add_flag("--json", *json, "end with one JSON object on a line of its own");
    command->callback([&console, json, run = std::move(run)] {
        const auto figures = run();
        if (!figures) return console.finish(figures.error());
        console.out << figures->text();
        if (*json) console.out << figures->json() << "\n";
    });
    return *command;
}

void add_download(CLI::App& bench, Console& console) {
    const auto plan = std::make_shared<DownloadPlan>();
    auto& command = add_one(bench, console, "download",
                            "complete downloads against a server of its own, and what one costs the server",
                            [plan] { return bench_download(*plan); });
    command.add_option("--downloads", plan->downloads, "how many")
        ->check(CLI::Range(1, 100'000))
        ->capture_default_str();
    command.add_option("--at-once", plan->at_once, "cards at the same time")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
    command.add_option("--server", plan->mcimd, "the program to measure; by default mcimd beside this one")
        ->check(CLI::ExistingFile);
    command.add_flag_callback(
        "--signer", [plan] { plan->keys = DownloadPlan::Keys::apart; },
        "with mcim-signer beside the server, as a process of its own, whose CPU counts too");
    command
        .add_option("--database", plan->database,
                    "a new and empty one in PostgreSQL in the place of SQLite, as \"postgresql:///mcim_bench\"; its "
                    "CPU is told apart")
        ->check([](const std::string& text) {
            return store::is_postgres(text) ? "" : "\"postgresql://...\" or \"host=... dbname=...\" is wanted";
        });
    command
        .add_option(
            "--against", plan->against,
            "another mcimd, which serves as many downloads, a hundred by each in turn: what the two cost differs "
            "by less than what one costs from minute to minute")
        ->check(CLI::ExistingFile);
}

void add_sessions(CLI::App& bench, Console& console) {
    const auto plan = std::make_shared<SessionsPlan>();
    auto& command = add_one(bench, console, "sessions",
                            "so many connections at once, each of a card that the server has authenticated, and what "
                            "memory one costs the server",
                            [plan] { return bench_sessions(*plan); });
    command.add_option("--sessions", plan->sessions, "how many")
        ->check(CLI::Range(1, 25'000))  // more do not come within the time that one may be idle
        ->capture_default_str();
    command.add_option("--server", plan->mcimd, "the program to measure; by default mcimd beside this one")
        ->check(CLI::ExistingFile);
}

}  // namespace

void add_bench(CLI::App& app, Console& console) {
    auto* bench = app.add_subcommand("bench", "measure what the work costs on this machine");
    bench->require_subcommand(1);
    add_one(*bench, console, "der", "encode and decode messages of a download", bench_der);
    add_one(*bench, console, "aka", "authentication vectors, as the authentication centre makes them", bench_aka);
    add_download(*bench, console);
    add_sessions(*bench, console);
    add_one(*bench, console, "floor", "the curve operations under a download, beside `openssl speed`", bench_floor);
}

}  // namespace mcim::apps
