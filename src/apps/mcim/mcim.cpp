#include <CLI/CLI.hpp>
#include <ostream>

#include "mcim/apps/mcim/commands.h"
#include "mcim/apps/mcim/version.h"

namespace mcim::apps {

namespace {

constexpr const char* description =
    "mcim: remote provisioning of SIM profiles onto devices that were verified first.\n"
    "\n"
    "Every command works on state in a folder of your choice and says what to do next. Once through, on one machine,\n"
    "with a software TPM at tpm/tpm (docs/walkthrough.md explains every step and shows what you will see):\n"
    "\n"
    "  a PKI and a platform\n"
    "    mcim pki init --dir pki --dp-host localhost\n"
    "    mcim platform init --dir platform --pki pki --dp-address localhost:8443\n"
    "    mcimd --config platform/mcimd.toml &\n"
    "    export MCIM_ADMIN=platform/admin.sock\n"
    "  an operator with a subscription\n"
    "    mcim operator key --out north.pem\n"
    "    mcim operator add --id north --name 'North Mobile' --key north.pem.pub\n"
    "    mcim subscription add --operator north --iccid 8988211000000000011 --imsi 001010000000001\n"
    "  a device: its card, its TPM, and what its software should look like\n"
    "    mcim device make --pki pki --eid EID --state card --tpm swtpm:path=tpm/tpm\n"
    "    mcim-tre run --state card --socket card.sock --seal tpm:swtpm:path=tpm/tpm &\n"
    "    mcim device enrol --eid EID --tpm swtpm:path=tpm/tpm --model meter-2\n"
    "    mcim attest reference --tpm swtpm:path=tpm/tpm --model meter-2 --operator north --key north.pem\n"
    "  the order, and the download by the device\n"
    "    mcim order create --operator north --iccid 8988211000000000011 --eid EID\n"
    "    mcim-agent --card card.sock --ci platform/ci.der --tpm swtpm:path=tpm/tpm --verifier localhost:8443 \\\n"
    "        download -a CODE --imei IMEI\n"
    "    mcim-agent --card card.sock profile enable 8988211000000000011\n"
    "    mcim-agent --card card.sock --ci platform/ci.der notification process\n"
    "    mcim order explain ID\n"
    "  another operator takes over, with the first one's consent\n"
    "    mcim transfer release --operator north --key north.pem --eid EID --iccid 8988211000000000011 --to south \\\n"
    "        --out release.jws\n"
    "    mcim order create --operator south --iccid ICCID --eid EID --release release.jws\n";

}  // namespace

void Console::finish(const Status& status) {
    if (status) return;
    err << "mcim: " << to_string(status.error()) << "\n";
    exit_code = 1;
}

int run_mcim(int argc, const char* const* argv, std::ostream& out, std::ostream& err) {
    CLI::App app{description, "mcim"};
    Console console{out, err};
    bool version = false;
    bool json = false;
    auto* version_flag = app.add_flag("--version", version, "This build, and the specifications it follows");
    app.add_flag("--json", json, "With --version: one JSON object")->needs(version_flag);
    app.require_subcommand(0, 1);
    for (const auto add : {add_pki, add_platform, add_operator, add_subscription, add_device, add_attest, add_order,
                           add_transfer, add_profile, add_bench, add_demo})
        add(app, console);
    try {
        app.parse(argc, argv);
        if (!version && app.get_subcommands().empty()) throw CLI::RequiredError("A command");
    } catch (const CLI::ParseError& e) {
        return app.exit(e, out, err);
    }
    if (version) out << (json ? version_json() + "\n" : version_text());
    return console.exit_code;
}

}  // namespace mcim::apps
