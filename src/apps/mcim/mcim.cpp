#include <CLI/CLI.hpp>
#include <algorithm>
#include <ostream>

#include "mcim/apps/common/command_line.h"
#include "mcim/apps/mcim/commands.h"
#include "mcim/apps/mcim/version.h"
#include "mcim/jose/json.h"

namespace mcim::apps {

namespace {

constexpr auto description = R"(mcim: remote provisioning of SIM profiles onto devices that were verified first.

Every command works on state in a folder of your choice and says what to do next. Once through, on one machine,
with a software TPM, to be pasted but for CODE and ID, which "order create" prints (docs/walkthrough.md explains
every step and shows what you will see):

  a PKI and a platform
    mcim pki init --dir pki --dp-host localhost
    mcim platform init --dir platform --pki pki --dp-address localhost:8443
    mcimd --config platform/mcimd.toml & sleep 1
    export MCIM_ADMIN=platform/admin.sock
  an operator with a subscription
    mcim operator key --out north.pem
    mcim operator add --id north --name 'North Mobile' --key north.pem.pub
    mcim subscription add --operator north --iccid 8988211000000000011 --imsi 001010000000001
  a device: its TPM, its card, and what its software should look like
    mkdir tpm; EID=89049032000000000000000000000163; TPM=swtpm:path=tpm/tpm
    swtpm socket --tpm2 --tpmstate dir=$PWD/tpm --server type=unixio,path=tpm/tpm \
        --ctrl type=unixio,path=tpm/tpm.ctrl --flags not-need-init,startup-clear & sleep 1
    mcim device make --pki pki --eid $EID --state card --tpm $TPM
    mcim-tre run --state card --socket card.sock --seal tpm:$TPM & sleep 1
    mcim device enrol --eid $EID --tpm $TPM --model meter-2
    mcim attest reference --tpm $TPM --model meter-2 --operator north --key north.pem
  the order, and the download by the device
    mcim order create --operator north --iccid 8988211000000000011 --eid $EID
    agent() { mcim-agent --card card.sock --ci platform/ci.der --tpm $TPM --verifier localhost:8443 "$@"; }
    agent download -a 'CODE' --imei 990000862471853
    agent profile enable 8988211000000000011
    agent notification process
    mcim order explain ID
  the login: hostapd asks the platform for vectors, eapol_test reads the card (docs/walkthrough.md, section 8)
  another operator takes over, with the first one's consent
    mcim operator key --out south.pem
    mcim operator add --id south --name 'South Mobile' --key south.pem.pub
    mcim subscription add --operator south --iccid 8988212000000000010 --imsi 001020000000001
    mcim attest reference --tpm $TPM --model meter-2 --operator south --key south.pem
    mcim transfer release --operator north --key north.pem --eid $EID --iccid 8988211000000000011 --to south \
        --out release.jws
    mcim order create --operator south --iccid 8988212000000000010 --eid $EID --release release.jws
    agent download -a 'CODE' --imei 990000862471853
    agent profile enable 8988212000000000010
    agent notification process
    mcim subscription list
  what is refused (docs/walkthrough.md, section 11: a changed package, a second and an expired card, too)
    agent download -a 'LPA:1$localhost:8443$NO-SUCH-ORDER$2.999.10' --imei 990000862471853
    mcim pki init --dir other-pki --dp-host localhost
    mcim-agent --card card.sock --ci other-pki/ci/certificate.der download -a 'CODE' --imei 990000862471853
)";

/// And where the socket comes from.
std::string complaint_of_mcim(const CLI::App* app, const CLI::Error& error) {
    std::string said = complaint(app, error);
    if (said.starts_with("--admin is required"))
        said +=
            "Name the socket of the running mcimd with --admin, or once for all commands: export "
            "MCIM_ADMIN=platform/admin.sock\n";
    return said;
}

/// --json belongs to the command that is chosen, and is as good in front of it.
std::vector<const char*> json_last(int argc, const char* const* argv) {
    std::vector<const char*> words(argv, argv + argc);
    const auto end = std::ranges::find(words, "--", [](const char* word) { return std::string_view(word); });
    std::stable_partition(words.begin(), end, [](std::string_view word) { return word != "--json"; });
    return words;
}

}  // namespace

void Console::finish(const Status& status) {
    if (status) return;
    exit_code = 1;
    const Error& e = status.error();
    if (!as_json) {
        err << "mcim: " << to_string(e) << "\n";
        return;
    }
    jose::ObjectWriter fault;
    fault.text("code", to_string(e.code)).text("where", e.path).text("sentence", e.detail);
    if (e.offset != 0) fault.integer("octet", static_cast<std::int64_t>(e.offset));
    err << jose::ObjectWriter().object("error", fault).finish() << "\n";
}

int run_mcim(int argc, const char* const* argv, std::ostream& out, std::ostream& err) {
    CLI::App app{description, "mcim"};
    const auto words = json_last(argc, argv);
    Console console{out, err};
    console.as_json = std::ranges::any_of(words, [](std::string_view word) { return word == "--json"; });
    bool version = false;
    bool json = false;
    app.add_flag("--version", version, "This build, and the specifications it follows");
    app.add_flag("--json", json, "With --version, and with every command that shows something: one JSON object");
    app.require_subcommand(0, 1);
    app.footer(
        "\nExit codes: 0 done; 1 refused or failed, with a sentence on stderr, and nothing on stdout unless part of it "
        "was "
        "done.\nWith --json that sentence is the object {\"error\": {\"code\", \"where\", \"sentence\", "
        "\"octet\"?}} on stderr; a command that judges\nmany rows or findings has them in its answer on stdout, and "
        "exit code 1 where one is bad.\nAbove 100: the command line was not understood.\n");
    app.failure_message(complaint_of_mcim);
    for (const auto add : {add_pki, add_platform, add_operator, add_subscription, add_device, add_attest, add_order,
                           add_transfer, add_profile, add_bench, add_demo})
        add(app, console);
    try {
        app.parse(argc, words.data());
        if (!version && app.get_subcommands().empty()) throw CLI::RequiredError("A command");
    } catch (const CLI::ParseError& e) {
        return app.exit(e, out, err);
    }
    if (version) out << (json ? version_json() + "\n" : version_text());
    return console.exit_code;
}

}  // namespace mcim::apps
