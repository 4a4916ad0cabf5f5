#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>

#include "mcim/apps/common/command_line.h"
#include "mcim/base/version.h"
#include "options.h"

namespace {

constexpr auto about = R"(mcim-signer: holds the keys of a platform, in a process of its own.

mcimd asks it over a UNIX socket to sign, to seal profiles and to make authentication vectors. It reads the keys once, when
it starts, and gives none of them out: not the signing keys, not the key that wraps K, not K. No network, no child, no
file but its socket; memory locked and not dumped.

  mcim-signer --keys /etc/mcim/keys --socket /run/mcim/signer.sock

and in the configuration of mcimd, in the place of the key "keys" of [server]:

  [signer]
  socket = "/run/mcim/signer.sock"

Both run as one user, or each names the other one: --client mcimd here, user = "mcim-signer" there. The folder of the socket
is the signer's own; nobody else may write into it. At SIGTERM it answers what has begun, and ends. Keys that were added
to the folder (a new version of the wrapping key) are known after it was started again; mcimd need not be.
)";

/// The process ends here and now: destructors of libraries know nothing of the sandbox.
[[noreturn]] void finish(const mcim::Status& status) {
    if (!status) std::fprintf(stderr, "mcim-signer: %s\n", to_string(status.error()).c_str());
    std::fflush(nullptr);
    _exit(status ? 0 : 1);
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app{about, "mcim-signer"};
    app.failure_message(mcim::apps::complaint);
    app.set_version_flag("--version", mcim::named_version("mcim-signer"));
    mcim::signer_program::Options options;
    bool laboratory = false;
    std::string format = "text";
    app.add_option("--keys", options.keys,
                   "folder of the signing and wrapping keys, mode 0700, as \"mcim platform init\" makes one")
        ->required();
    app.add_option("--socket", options.socket, "UNIX socket to answer at")->required();
    app.add_option("--passphrase-file", options.passphrase_file,
                   "file of the passphrase under which that folder was made, mode 0600, elsewhere");
    app.add_option("--client", options.clients,
                   "user (name or number) whose processes are answered; may be repeated; by default its own user only");
    app.add_flag(
        "--laboratory", laboratory,
        "serve the test algorithm of TS 34.108 and take keys that stand in public; never with real subscribers");
    app.add_option("--log-format", format, "of the lines on standard error: text, or json")
        ->check(CLI::IsMember({"text", "json"}))
        ->capture_default_str();
    CLI11_PARSE(app, argc, argv);
    if (laboratory) options.policy = mcim::custody::Policy::laboratory();
    if (format == "json") options.log_format = mcim::signer_program::LogFormat::json;
    finish(mcim::signer_program::run(options));
}
