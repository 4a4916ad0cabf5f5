#include <spdlog/sinks/stdout_sinks.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>

#include "mcim/apps/common/command_line.h"
#include "mcim/apps/mcimd/config_keys.h"
#include "mcim/apps/mcimd/log.h"
#include "mcim/apps/mcimd/open_files.h"
#include "mcim/apps/mcimd/program.h"
#include "mcim/base/version.h"

namespace mcim::apps::mcimd {
namespace {

constexpr std::chrono::seconds grace{10};

/// A limit that the system does not grant would be met as "too many open files", by the operator too.
void fit_into_open_files(http::Limits& limits) {
    const auto room = make_room(limits.connections_max);
    if (room < limits.connections_max)
        spdlog::warn(
            "server.connections_max is {}, but the limit of open files leaves room for {}: raise the hard limit "
            "(systemd: LimitNOFILE={})",
            limits.connections_max, room, limits.connections_max + files_reserved);
    limits.connections_max = room;
}

int serve(Config config) {
    if (config.tls) fit_into_open_files(config.limits);
    std::signal(SIGHUP, SIG_IGN);  // before anybody listens there is nothing to read again
    http::Loop loop;
    std::unique_ptr<http::Timer> ending;
    auto program = Program::start(config, loop);
    if (!program) {
        std::fprintf(stderr, "mcimd: %s\n", to_string(program.error()).c_str());
        return 1;
    }
    loop.on_termination([&] {
        spdlog::info("stopping: no new connections; those that are open have {} seconds", grace.count());
        (*program)->stop();
        const auto until = std::chrono::steady_clock::now() + grace;
        ending = http::Timer::every(loop, std::chrono::milliseconds(20), [&, until] {
            if ((*program)->idle() || std::chrono::steady_clock::now() > until) loop.stop();
        });
    });
    loop.on_hangup([&] {
        if (const auto renewed = (*program)->renew(); renewed)
            spdlog::info("certificates and revocation lists were read again");
        else
            spdlog::error("certificates and revocation lists stay as they were: {}", to_string(renewed.error()));
    });
    if (const auto port = (*program)->port())
        spdlog::info("listening on {}:{}", config.tls->listen.ip, *port);
    else
        spdlog::info("listening on no port: neither dp nor pva is among the roles");
    if (const auto port = (*program)->es2_port()) spdlog::info("ES2+ on {}:{}", config.es2->listen.ip, *port);
    if (const auto port = (*program)->operation_port())
        spdlog::info("metrics, healthz and readyz on {}:{}", config.operation->ip, *port);
    loop.run();
    spdlog::info("stopped");
    return 0;
}

int print(const Mistakes& mistakes) {
    for (const auto& line : mistakes.lines) std::fprintf(stderr, "%s\n", line.c_str());
    return 2;
}

}  // namespace

int run(int argc, const char* const* argv) {
    CLI::App app{
        "mcimd: the platform of mcim, with the roles dp (SM-DP+: ES9+ in JSON and in ASN.1, ES2+), auc (authentication "
        "centre) "
        "and pva (verifier)",
        "mcimd"};
    app.failure_message(complaint);
    std::filesystem::path file;
    bool check_only = false;
    bool print_config = false;
    app.add_option("--config", file, "configuration file, as \"mcim platform init\" makes one");
    app.add_flag("--print-config", print_config,
                 "without --config: print a configuration with every key, its default and its meaning");
    app.add_flag("--check-config", check_only, "read it, name every mistake, and end");
    app.set_version_flag("--version", named_version("mcimd") + " (SGP.22 v2.5)");
    try {
        app.parse(argc, argv);
        if (file.empty() && !print_config) throw CLI::RequiredError("--config");
    } catch (const CLI::ParseError& e) {
        return app.exit(e);
    }
    if (print_config) {
        std::fputs(commented_config().c_str(), stdout);
        return 0;
    }
    const auto loaded = load_config(file);
    if (const auto* mistakes = std::get_if<Mistakes>(&loaded)) return print(*mistakes);
    const auto& config = std::get<Config>(loaded);
    if (const auto mistakes = check_files(config, system_now()); !mistakes.lines.empty()) return print(mistakes);
    if (check_only) {
        std::printf("%s: no mistakes\n", file.c_str());
        return 0;
    }
    log_to(std::make_shared<spdlog::sinks::stderr_sink_st>(), config.log_level, config.log_format);
    return serve(config);
}

}  // namespace mcim::apps::mcimd
