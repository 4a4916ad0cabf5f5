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

Or the keys lie in a PKCS#11 token, which signs with keys that nobody reads. They come from a folder, once:

  mcim-signer import --keys /etc/mcim/keys --pkcs11-module MODULE.so --token LABEL --pin-file /etc/mcim/pin
  mcim-signer --pkcs11-module MODULE.so --token LABEL --pin-file /etc/mcim/pin --pkcs11-path /var/lib/softhsm
              --socket /run/mcim/signer.sock

and in the configuration of mcimd, in the place of the key "keys" of [server]:

  [signer]
  socket = "/run/mcim/signer.sock"

Both run as one user, or each names the other one: --client mcimd here, user = "mcim-signer" there. The folder of the socket
is the signer's own; nobody else may write into it. At SIGTERM it answers what has begun, and ends. Keys that were added
to the folder (a new version of the wrapping key) are known after it was started again; mcimd need not be.
)";

constexpr std::size_t sessions_max = 64;  // as many as a message has requests

void add_keys(CLI::App& app, mcim::signer_program::KeyFolderOptions& keys) {
    app.add_option("--keys", keys.folder,
                   "folder of the signing and wrapping keys, mode 0700, as \"mcim platform init\" makes one");
    app.add_option("--passphrase-file", keys.passphrase_file,
                   "file of the passphrase under which that folder was made, mode 0600, elsewhere")
        ->needs("--keys");
}

void add_token(CLI::App& app, mcim::signer_program::TokenOptions& token) {
    auto* module =
        app.add_option("--pkcs11-module", token.module, "shared library of a PKCS#11 token, an absolute path");
    auto* label = app.add_option("--token", token.label, "label of the token, or its serial number")->needs(module);
    auto* pin =
        app.add_option("--pin-file", token.pin_file,
                       "file of the user's PIN for the token, mode 0600; a PIN that is refused is not tried again")
            ->needs(module);
    module->needs(label)->needs(pin);
}

/// transport-key add, list, remove: what was chosen, to be done once the line was read.
class TransportKeyCommands {
public:
    explicit TransportKeyCommands(CLI::App& app)
        : command_(
              app.add_subcommand("transport-key", "keys under which K and OPc come from an operator, or go to one")),
          add_(command_->add_subcommand("add", "put one into the folder")),
          list_(command_->add_subcommand("list", "those of the folder, without the keys")),
          remove_(command_->add_subcommand("remove", "take one away: nothing comes or goes under it any more")) {
        command_->require_subcommand(1);
        for (auto* one : {add_, list_, remove_}) {
            add_keys(*one, keys_);
            one->get_option("--keys")->required();
        }
        for (auto* one : {add_, remove_})
            one->add_option("--index", index_, "1 to 255, as files name it")->check(CLI::Range(1, 255))->required();
        add_->add_option("--operator", new_.operator_id, "id of the operator whose lines it is for")->required();
        add_->add_option("--use", use_, "what it may be used for: import, export, or both")
            ->check(CLI::IsMember({"import", "export", "both"}))
            ->required();
        add_->add_option("--key-file", new_.key_file, "file of 32 or 64 hexadecimal digits, mode 0600")->required();
    }
    [[nodiscard]] bool parsed() const { return command_->parsed(); }
    [[nodiscard]] mcim::Status run() {
        using namespace mcim::signer_program;
        if (list_->parsed()) return list_transport_keys(keys_);
        const auto index = static_cast<mcim::custody::TransportIndex>(index_);
        if (remove_->parsed()) return remove_transport_key(keys_, index);
        new_.index = index;
        new_.use = *mcim::custody::find_transport_use(use_);
        return add_transport_key(keys_, new_);
    }

private:
    CLI::App* command_;
    CLI::App* add_;
    CLI::App* list_;
    CLI::App* remove_;
    mcim::signer_program::KeyFolderOptions keys_;
    mcim::signer_program::NewTransportKey new_;
    int index_ = 0;
    std::string use_;
};

/// The process ends here and now: destructors of libraries know nothing of the sandbox.
[[noreturn]] void finish(const mcim::Status& status) {
    if (!status) std::fprintf(stderr, "mcim-signer: %s\n", to_string(status.error()).c_str());
    std::fflush(nullptr);
    constexpr int rule_forbids = 78;  // EX_CONFIG of sysexits.h: to start it again would not help
    if (status) _exit(0);
    _exit(status.error().code == mcim::Errc::refused ? rule_forbids : 1);
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app{about, "mcim-signer"};
    app.failure_message(mcim::apps::complaint);
    app.set_version_flag("--version", mcim::named_version("mcim-signer"));
    mcim::signer_program::Options options;
    bool laboratory = false;
    std::string format = "text";
    mcim::signer_program::TokenOptions token;
    add_keys(app, options.keys);
    add_token(app, token);
    app.get_option("--keys")->excludes("--pkcs11-module");
    auto* module = app.get_option("--pkcs11-module");
    app.add_option("--sessions", token.sessions, "with the token, at once; requests of a message are spread over them")
        ->check(CLI::Range(std::size_t{1}, sessions_max))
        ->capture_default_str()
        ->needs(module);
    app.add_option(
           "--pkcs11-path", token.folders,
           "folder that the module reads and writes while it serves (SoftHSM: its tokens and its configuration); "
           "may be repeated; it reaches no other")
        ->check(CLI::ExistingDirectory)
        ->needs(module);
    int timeout = 30;
    app.add_option("--pkcs11-timeout", timeout,
                   "seconds after which an operation of the token that has not come back ends the process")
        ->check(CLI::Range(1, 3600))
        ->capture_default_str()
        ->needs(module);
    app.add_flag("--pkcs11-connects", token.connects,
                 "the module keeps connections to its device: it may make new ones, and so may whoever takes the "
                 "process over")
        ->needs(module);
    app.add_option("--socket", options.socket, "UNIX socket to answer at");
    app.add_option("--client", options.clients,
                   "user (name or number) whose processes are answered; may be repeated; by default its own user only");
    app.add_flag(
        "--laboratory", laboratory,
        "serve the test algorithm of TS 34.108 and take keys that stand in public; never with real subscribers");
    app.add_option("--log-format", format, "of the lines on standard error: text, or json")
        ->check(CLI::IsMember({"text", "json"}))
        ->capture_default_str();
    auto* import = app.add_subcommand("import", "bring the keys of a folder into a token; what is there already stays");
    mcim::signer_program::KeyFolderOptions import_from;
    mcim::signer_program::TokenOptions import_to;
    add_keys(*import, import_from);
    add_token(*import, import_to);
    import->get_option("--keys")->required();
    import->get_option("--pkcs11-module")->required();
    TransportKeyCommands transport(app);
    app.final_callback([&] {
        if (import->parsed() || transport.parsed()) return;
        if (options.keys.folder.empty() && token.module.empty()) throw CLI::RequiredError("--keys, or --pkcs11-module");
        if (options.socket.empty()) throw CLI::RequiredError("--socket");
    });
    CLI11_PARSE(app, argc, argv);
    if (import->parsed()) finish(import_into_token(import_from, import_to));
    if (transport.parsed()) finish(transport.run());
    token.timeout = std::chrono::seconds(timeout);
    if (!token.module.empty()) options.token = token;
    if (laboratory) options.policy = mcim::custody::Policy::laboratory();
    if (format == "json") options.log_format = mcim::signer_program::LogFormat::json;
    finish(mcim::signer_program::run(options));
}
