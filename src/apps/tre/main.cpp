#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>

#include "commands.h"
#include "mcim/apps/common/command_line.h"
#include "mcim/apps/common/hardening.h"
#include "mcim/base/version.h"
#include "mcim/tpm/tpm.h"

namespace {

constexpr auto about = R"(mcim-tre: the trusted environment of a device, a software eUICC (SGP.22).

Its own process: no network, no child, memory locked and not dumped, state encrypted under a key that is sealed to the
TPM. It answers APDUs on a local socket and, where asked, to pcscd through vpcd.

  mcim-tre init --state card --cert EUICC.der --eum-cert EUM.der --ci CI.der --key EUICC-KEY.pem --seal tpm:device:/dev/tpmrm0
  mcim-tre run --state card --socket card.sock --seal tpm:device:/dev/tpmrm0 --vpcd 127.0.0.1:35963
)";

/// The process ends here and now: everything that counts is durable, and destructors of libraries know nothing of the
/// sandbox.
[[noreturn]] void finish(const mcim::Status& status) {
    if (!status) std::fprintf(stderr, "mcim-tre: %s\n", to_string(status.error()).c_str());
    std::fflush(nullptr);
    _exit(status ? 0 : 1);
}

}  // namespace

int main(int argc, char** argv) {
    mcim::tpm::silence_library();
    CLI::App app{about, "mcim-tre"};
    app.set_version_flag("--version", mcim::named_version("mcim-tre") + " (SGP.22 v2.5)");
    app.require_subcommand(1);
    app.failure_message(mcim::apps::complaint);

    mcim::tre::InitOptions made;
    auto* init = app.add_subcommand("init", "manufacture a card into a new state folder");
    init->add_option("--state", made.state, "folder of the card")->required();
    init->add_option("--eid", made.eid, "must be that of the certificate, which is taken where this is left out");
    init->add_option("--cert", made.certificate, "certificate of the eUICC, DER or PEM")->required();
    init->add_option("--eum-cert", made.eum_certificate, "certificate of its manufacturer")->required();
    init->add_option("--ci", made.ci_certificates, "CI that servers must chain to; may be repeated")->required();
    init->add_option("--key", made.key, "private key of the eUICC, PKCS#8 or SEC 1")->required();
    init->add_option("--class", made.card_class, "production, or lab: takes test profiles")->capture_default_str();
    init->add_option("--seal", made.seal, "tpm:TCTI or passphrase-file:FILE")->required();
    init->add_option("--root-ds", made.root_ds, "address of the root SM-DS");
    init->add_option("--default-dp", made.default_dp, "default SM-DP+ address");
    init->add_option("--memory", made.memory_kib, "KiB for profiles")
        ->check(CLI::Range(16, 65536))
        ->capture_default_str();
    init->add_flag("--info-v2", made.only_version2_0_fields, "EUICCInfo2 with the fields of SGP.22 v2.0 only");

    mcim::tre::RunOptions served;
    auto* run = app.add_subcommand("run", "serve a card until SIGTERM");
    run->add_option("--state", served.state, "folder of the card")->required();
    run->add_option("--socket", served.socket, "UNIX socket to answer at")->required();
    run->add_option("--vpcd", served.vpcd, "HOST:PORT of a virtual reader to appear in");
    run->add_option("--seal", served.seal, "tpm:TCTI or passphrase-file:FILE, of the kind that init was told")
        ->required();

    CLI11_PARSE(app, argc, argv);
    // before any of them touches a key
    for (const std::string& note : mcim::apps::protect_memory()) std::fprintf(stderr, "mcim-tre: %s\n", note.c_str());
    finish(*init ? mcim::tre::init(made) : mcim::tre::run(served));
}
