#include <CLI/CLI.hpp>
#include <functional>

#include "commands.h"
#include "mcim/apps/common/command_line.h"
#include "mcim/base/version.h"
#include "mcim/tpm/tpm.h"

namespace {

using namespace mcim;
using namespace mcim::agent;

constexpr auto about = R"(mcim-agent: the device's side of remote SIM provisioning (LPA of SGP.22, with attestation).

It talks to the card through a socket of mcim-tre, to servers over verified TLS, to the verifier with quotes of the
host's TPM. Nothing listens; it holds no secret.

  mcim-agent --card tre.sock --ci CI.der --tpm TCTI --verifier HOST:PORT download -a 'LPA:1$smdp.example.com$ID' --imei 990000862471853
  mcim-agent --card tre.sock --ci CI.der download --imei 990000862471853      (from the card's default SM-DP+)
  mcim-agent --card tre.sock profile list
  mcim-agent --card tre.sock --ci CI.der notification process

Who gives a device an activation code wants its profile: the device may have no user to ask. What is offered is shown
before it is accepted, and a profile with policy rules (PPR), which its operator alone can lift, is refused unless
--accept-policy-rules is there. download --postpone shows an offer and leaves it for later, --reject turns it down.
)";

using Command = std::function<int(World&, const Report&)>;

/// What was understood of the command line.
struct Given {
    WorldConfig world;
    bool as_json = false;
    DownloadOptions download;
    std::string iccid;
    std::string name;
    Command command;
};

void add_program_options(CLI::App& app, Given& given) {
    WorldConfig& config = given.world;
    app.add_option("--card", config.card_socket, "socket of the card's process (mcim-tre)")->required();
    app.add_option("--ci", config.ci_files, "certificate of a CI that servers must chain to; may be repeated");
    app.add_option("--state", config.state_folder, "folder for the spool")->default_val("agent-state");
    app.add_option("--resolve", config.resolve,
                   "HOST[:PORT]=IP:PORT: where a host is really reached; its name is verified all the same");
    app.add_option("--tpm", config.tpm, "TCTI of the host's TPM, e.g. device:/dev/tpmrm0");
    app.add_option("--verifier", config.verifier, "host[:port] of the verifier");
    app.add_option("--keep-messages", config.messages_folder,
                   "keep every message in this folder, numbered through all runs");
    app.add_flag("--json", given.as_json, "one JSON object a line, as LPA tools print them");
}

void add_owners_word(CLI::App& get, OwnersWord& owner) {
    auto* rules = get.add_flag_callback(
        "--accept-policy-rules", [&] { owner.policy_rules = OwnersWord::PolicyRules::accept; },
        "take the profile with the rules that its operator set: that it may not be disabled, or not deleted");
    auto* reject = get.add_flag_callback(
        "--reject", [&] { owner.offer = OwnersWord::Offer::reject; },
        "show what is offered and turn it down: nobody gets it until its operator releases the order again");
    auto* postpone = get.add_flag_callback(
        "--postpone", [&] { owner.offer = OwnersWord::Offer::postpone; },
        "show what is offered and leave it for later: the order stays open");
    reject->excludes(postpone)->excludes(rules);
    postpone->excludes(rules);
}

void add_download(CLI::App& app, Given& given) {
    DownloadOptions& options = given.download;
    auto* get = app.add_subcommand("download",
                                   "download and install the profile of an activation code, or without one "
                                   "what waits for this card at its default SM-DP+");
    get->add_option_function<std::string>(
        "-a,--activation-code", [&](const std::string& code) { options.activation_code = code; },
        "LPA:1$address$matching-id[$oid][$1]; without it the card's default SM-DP+ is asked what is ordered for its "
        "EID");
    auto* code = get->add_option("-c,--confirmation-code", options.confirmation_code,
                                 "where the operator demands one; every user of the machine can read it here");
    get->add_option("--confirmation-code-file", options.confirmation_code_file,
                    "the same from the first line of a file of mode 0600, or of standard input (-)")
        ->excludes(code);
    add_owners_word(*get, options.owner);
    get->add_option("-i,--imei", options.imei, "of the device; the server is told");
    get->add_option("--tac", options.tac, "instead: its first eight digits, of a device that has none to tell");
    get->add_option("--attempts", options.attempts, "sessions at most")->default_val(3)->check(CLI::Range(1, 20));
    get->callback(
        [&given] { given.command = [&given](World& w, const Report& r) { return download(w, r, given.download); }; });
}

void add_chip(CLI::App& app, Given& given) {
    auto* chip = app.add_subcommand("chip", "the card itself")->require_subcommand(1);
    chip->add_subcommand("info", "EID, addresses, policy rules it allows (RAT), capabilities")->callback([&given] {
        given.command = chip_info;
    });
    auto* smdp = chip->add_subcommand("defaultsmdp", "set the default SM-DP+ address");
    smdp->add_option("address", given.name)->required();
    smdp->callback([&given] {
        given.command = [&given](World& w, const Report& r) { return chip_default_smdp(w, r, given.name); };
    });
}

void add_profile(CLI::App& app, Given& given) {
    auto* profile = app.add_subcommand("profile", "installed profiles")->require_subcommand(1);
    profile->add_subcommand("list", "all of them")->callback([&given] { given.command = profile_list; });
    const auto by_iccid = [&](const char* verb, const char* help,
                              int (*run)(World&, const Report&, const std::string&)) {
        auto* sub = profile->add_subcommand(verb, help);
        sub->add_option("iccid", given.iccid, "18 to 20 digits")->required();
        sub->callback([&given, run] {
            given.command = [&given, run](World& w, const Report& r) { return run(w, r, given.iccid); };
        });
    };
    by_iccid("enable", "switch to this profile", profile_enable);
    by_iccid("disable", "switch this profile off", profile_disable);
    by_iccid("delete", "remove this profile from the card", profile_delete);
    auto* nickname = profile->add_subcommand("nickname", "give a profile a name of your own");
    nickname->add_option("iccid", given.iccid)->required();
    nickname->add_option("name", given.name)->required();
    nickname->callback([&given] {
        given.command = [&given](World& w, const Report& r) { return profile_nickname(w, r, given.iccid, given.name); };
    });
}

void add_notification(CLI::App& app, Given& given) {
    auto* notification =
        app.add_subcommand("notification", "what the card has to tell its servers")->require_subcommand(1);
    notification->add_subcommand("list", "what waits")->callback([&given] { given.command = notification_list; });
    notification->add_subcommand("process", "deliver all, and remove what the servers took")->callback([&given] {
        given.command = notification_process;
    });
}

}  // namespace

int main(int argc, char** argv) {
    tpm::silence_library();
    CLI::App app{about, "mcim-agent"};
    app.set_version_flag("--version", named_version("mcim-agent") + " (SGP.22 v2.5)");
    app.require_subcommand(1);
    app.failure_message(apps::complaint);
    app.fallthrough();  // options of the program are understood behind a command too
    Given given;
    add_program_options(app, given);
    add_download(app, given);
    add_chip(app, given);
    add_profile(app, given);
    add_notification(app, given);
    CLI11_PARSE(app, argc, argv);

    const Report report(given.as_json ? Report::Form::json : Report::Form::text);
    auto world = World::open(given.world);
    if (!world) return report.failure(to_string(world.error()));
    return given.command(**world, report);
}
