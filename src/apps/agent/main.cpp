#include <CLI/CLI.hpp>
#include <cstdlib>
#include <functional>

#include "commands.h"
#include "mcim/apps/common/command_line.h"
#include "mcim/tpm/tpm.h"

namespace {

using namespace mcim;
using namespace mcim::agent;

constexpr auto about = R"(mcim-agent: the device's side of remote SIM provisioning (LPA of SGP.22, with attestation).

It talks to the card through a socket of mcim-tre, to servers over verified TLS, to the verifier with quotes of the
host's TPM. Nothing listens; it holds no secret.

  mcim-agent --card tre.sock --ci CI.der --tpm TCTI --verifier HOST:PORT download -a 'LPA:1$smdp.example.com$ID' --imei 990000862471853
  mcim-agent --card tre.sock profile list
  mcim-agent --card tre.sock --ci CI.der notification process
)";

}  // namespace

int main(int argc, char** argv) {
    tpm::silence_library();
    CLI::App app{about, "mcim-agent"};
    app.require_subcommand(1);
    app.failure_message(apps::complaint);
    app.fallthrough();  // options of the program are understood behind a command too
    WorldConfig config;
    bool as_json = false;
    app.add_option("--card", config.card_socket, "socket of the card's process (mcim-tre)")->required();
    app.add_option("--ci", config.ci_files, "certificate of a CI that servers must chain to; may be repeated");
    app.add_option("--state", config.state_folder, "folder for the spool")->default_val("agent-state");
    app.add_option("--resolve", config.resolve,
                   "HOST[:PORT]=IP:PORT: where a host is really reached; its name is verified all the same");
    app.add_option("--tpm", config.tpm, "TCTI of the host's TPM, e.g. device:/dev/tpmrm0");
    app.add_option("--verifier", config.verifier, "host[:port] of the verifier");
    app.add_option("--keep-messages", config.messages_folder,
                   "keep every message in this folder, numbered through all runs");
    app.add_flag("--json", as_json, "one JSON object a line, as LPA tools print them");

    std::function<int(World&, const Report&)> command;
    DownloadOptions options;
    if (const char* step = std::getenv("MCIM_AGENT_STOP_AFTER"); step != nullptr) options.stop_after = step;
    std::string iccid;
    std::string name;

    auto* get = app.add_subcommand("download", "download and install the profile of an activation code");
    get->add_option("-a,--activation-code", options.activation_code, "LPA:1$address$matching-id[$oid][$1]")->required();
    get->add_option("-c,--confirmation-code", options.confirmation_code, "where the operator demands one");
    get->add_option("-i,--imei", options.imei, "of the device; the server is told");
    get->add_option("--tac", options.tac, "instead: its first eight digits, of a device that has none to tell");
    get->add_option("--attempts", options.attempts, "sessions at most")->default_val(3)->check(CLI::Range(1, 20));
    get->callback([&] { command = [&](World& w, const Report& r) { return download(w, r, options); }; });

    auto* chip = app.add_subcommand("chip", "the card itself")->require_subcommand(1);
    chip->add_subcommand("info", "EID, addresses, capabilities")->callback([&] { command = chip_info; });
    auto* smdp = chip->add_subcommand("defaultsmdp", "set the default SM-DP+ address");
    smdp->add_option("address", name)->required();
    smdp->callback([&] { command = [&](World& w, const Report& r) { return chip_default_smdp(w, r, name); }; });

    auto* profile = app.add_subcommand("profile", "installed profiles")->require_subcommand(1);
    profile->add_subcommand("list", "all of them")->callback([&] { command = profile_list; });
    const auto by_iccid = [&](const char* verb, const char* help,
                              int (*run)(World&, const Report&, const std::string&)) {
        auto* sub = profile->add_subcommand(verb, help);
        sub->add_option("iccid", iccid, "18 to 20 digits")->required();
        sub->callback([&, run] { command = [&, run](World& w, const Report& r) { return run(w, r, iccid); }; });
    };
    by_iccid("enable", "switch to this profile", profile_enable);
    by_iccid("disable", "switch this profile off", profile_disable);
    by_iccid("delete", "remove this profile from the card", profile_delete);
    auto* nickname = profile->add_subcommand("nickname", "give a profile a name of your own");
    nickname->add_option("iccid", iccid)->required();
    nickname->add_option("name", name)->required();
    nickname->callback(
        [&] { command = [&](World& w, const Report& r) { return profile_nickname(w, r, iccid, name); }; });

    auto* notification =
        app.add_subcommand("notification", "what the card has to tell its servers")->require_subcommand(1);
    notification->add_subcommand("list", "what waits")->callback([&] { command = notification_list; });
    notification->add_subcommand("process", "deliver all, and remove what the servers took")->callback([&] {
        command = notification_process;
    });

    CLI11_PARSE(app, argc, argv);
    const Report report(as_json ? Report::Form::json : Report::Form::text);
    auto world = World::open(config);
    if (!world) return report.failure(to_string(world.error()));
    return command(**world, report);
}
