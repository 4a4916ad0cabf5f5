// mcim platform init: the folder of a platform, from which mcimd starts.
#include <arpa/inet.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <memory>
#include <ostream>

#include "mcim/apps/common/files.h"
#include "mcim/apps/common/key_files.h"
#include "mcim/apps/common/pki_folder.h"
#include "mcim/apps/mcim/commands.h"
#include "mcim/apps/mcim/text.h"
#include "mcim/custody/key_folder.h"
#include "mcim/http/client.h"
#include "mcim/jose/json.h"

namespace mcim::apps {

namespace fs = std::filesystem;

namespace {

constexpr const char* verifier_key_name = "verifier";
constexpr const char* default_port = ":8443";

/// At the port that activation codes will say.
std::string default_listen(const std::string& address) {
    const auto colon = address.rfind(':');
    const bool has_port = colon != std::string::npos && !address.ends_with(']');
    return "127.0.0.1" + (has_port ? address.substr(colon) : default_port);
}

struct PlatformOptions {
    std::string dir;
    std::string pki;
    std::string address;
    std::string listen;
    std::string verifier_id;
    std::string keys_passphrase_file;
    std::vector<std::string> roles{"dp", "auc", "pva"};
    bool lab = false;
    bool json = false;
    [[nodiscard]] bool serves(std::string_view role) const { return std::ranges::find(roles, role) != roles.end(); }
    /// The authentication centre is asked through a socket of its machine.
    [[nodiscard]] bool serves_https() const { return serves("dp") || serves("pva"); }
};

struct Paths {
    fs::path root;
    [[nodiscard]] fs::path config() const { return root / "mcimd.toml"; }
    [[nodiscard]] fs::path keys() const { return root / "keys"; }
    [[nodiscard]] fs::path ci() const { return root / "ci.der"; }
    [[nodiscard]] fs::path auth() const { return root / "auth.der"; }
    [[nodiscard]] fs::path pb() const { return root / "pb.der"; }
    [[nodiscard]] fs::path tls() const { return root / "tls.der"; }
    [[nodiscard]] fs::path tls_key() const { return root / "tls.key.pem"; }
    [[nodiscard]] fs::path verifier() const { return root / "verifier.pub"; }
    [[nodiscard]] fs::path admin() const { return root / "admin.sock"; }
    [[nodiscard]] fs::path auc() const { return root / "auc.sock"; }
};

// ---------------------------------------------------------------- what is asked for

/// Agents compare the certificate with the name in the activation code: a platform of another name would serve nobody.
Status check_address(const PlatformOptions& options, const PkiCertificates& pki) {
    TRY(const auto address, http::parse_host_port(options.address));
    const auto& names = pki.dp_tls.dns_names;
    if (std::ranges::find(names, address.host) != names.end()) return ok();
    return fail(Errc::conflict, "--dp-address",
                "the TLS certificate in " + options.pki + " is for " + (names.empty() ? "no host" : names.front()) +
                    ", and agents would refuse it for " + address.host + "; make a PKI with --dp-host " + address.host);
}

bool is_ip(std::string text) {
    if (text.starts_with('[') && text.ends_with(']')) text = text.substr(1, text.size() - 2);
    in6_addr parsed{};
    return inet_pton(AF_INET, text.c_str(), &parsed) == 1 || inet_pton(AF_INET6, text.c_str(), &parsed) == 1;
}

/// As mcimd takes it: port 0 is any free one; the address may be of IPv6, in brackets.
Status check_listen(const PlatformOptions& options) {
    const std::string& text = options.listen;
    const auto colon = text.rfind(':');
    const std::string_view digits = colon == std::string::npos ? "" : std::string_view(text).substr(colon + 1);
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    if (!digits.empty() && error == std::errc{} && end == digits.data() + digits.size() && is_ip(text.substr(0, colon)))
        return ok();
    return fail(Errc::bad_value, "--listen",
                "an IP address and a port such as 127.0.0.1:8443 is wanted, not \"" + options.listen + '"');
}

Status check_text(std::string_view option, const std::string& text) {
    const bool plain = std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7F && c != '"' && c != '\\'; });
    if (plain && !text.empty()) return ok();
    return fail(Errc::bad_value, std::string(option), "printable characters without quotes and spaces are wanted");
}

Error without_its_role(const std::string& option, const std::string& role) {
    return fail(Errc::conflict, option, "it is of the role " + role + ", which --roles does not name");
}

/// Each role once; what belongs to a role goes with that role.
Status check_roles(const PlatformOptions& options) {
    for (const auto& role : options.roles)
        if (std::ranges::count(options.roles, role) > 1)
            return fail(Errc::bad_value, "--roles", "it names " + role + " twice; once is enough");
    if (!options.address.empty() && !options.serves("dp")) return without_its_role("--dp-address", "dp");
    if (!options.verifier_id.empty() && !options.serves("pva")) return without_its_role("--verifier-id", "pva");
    for (const auto& [option, text] : {std::pair("--pki", options.pki), {"--listen", options.listen}})
        if (!text.empty() && !options.serves_https()) return without_its_role(option, "dp or pva");
    if (options.pki.empty() && options.serves_https())
        return fail(Errc::bad_value, "--pki",
                    "dp and pva are served over TLS: name the folder that mcim pki init made");
    return ok();
}

// ---------------------------------------------------------------- what is written

std::string passphrase_line(const PlatformOptions& options) {
    if (options.keys_passphrase_file.empty()) return "";
    return "keys_passphrase_file = \"" + fs::absolute(options.keys_passphrase_file).string() + "\"\n";
}

/// The roles, each in `quote`, with `last` between the last two: for people `dp, auc and pva`, for TOML
/// `"dp", "auc", "pva"`.
std::string listed(const std::vector<std::string>& roles, std::string_view quote, std::string_view last) {
    std::string out;
    for (std::size_t i = 0; i < roles.size(); ++i) {
        if (i != 0) out += i + 1 == roles.size() ? last : ", ";
        out.append(quote).append(roles[i]).append(quote);
    }
    return out;
}

std::string dp_table(const PlatformOptions& options) {
    return "\n"
           "[dp]                        # the download server (SM-DP+)\n"
           "address = \"" +
           options.address +
           "\"\n"
           "ci = [\"ci.der\"]\n"
           "auth_certificate = \"auth.der\"\n"
           "pb_certificate = \"pb.der\"\n"
           "auth_key = \"" +
           std::string(dp_auth_key_name) +
           "\"\n"
           "pb_key = \"" +
           std::string(dp_pb_key_name) +
           "\"\n"
           "attestation = \"platform\"    # what the policy \"attested\" demands: platform, module, both\n";
}

std::string auc_table() {
    return "\n"
           "[auc]                       # the authentication centre\n"
           "socket = \"auc.sock\"\n";
}

std::string pva_table(const PlatformOptions& options) {
    return "\n"
           "[pva]                       # the verifier of devices\n"
           "id = \"" +
           options.verifier_id +
           "\"\n"
           "key = \"" +
           verifier_key_name + "\"\n";
}

std::string tls_lines(const PlatformOptions& options) {
    if (!options.serves_https()) return "";
    return "listen = \"" + options.listen +
           "\"\n"
           "tls_certificate = [\"tls.der\"]\n"
           "tls_key = \"tls.key.pem\"\n";
}

std::string config_text(const PlatformOptions& options) {
    std::string out =
        "# A platform of mcim. Paths start at this file's folder. Every key there is: mcimd --print-config\n"
        "\n"
        "[server]\n"
        "roles = [" +
        listed(options.roles, "\"", ", ") + "]\n" + tls_lines(options) +
        "database = \"mcimd.sqlite\"\n"
        "keys = \"keys\"\n" +
        passphrase_line(options) +
        "admin_socket = \"admin.sock\"\n"
        "log_level = \"info\"\n"
        "laboratory = " +
        std::string(options.lab ? "true" : "false") + "\n";
    if (options.serves("dp")) out += dp_table(options);
    if (options.serves("auc")) out += auc_table();
    if (options.serves("pva")) out += pva_table(options);
    return out;
}

Status copy_public(const fs::path& from, const fs::path& to) {
    TRY(const Bytes content, read_file(from, std::size_t{64} * 1024));
    return write_new_file(to, content);
}

Result<custody::KeyFolder> new_key_folder(const fs::path& at, const PlatformOptions& options, Random& random) {
    const fs::path file = options.keys_passphrase_file;
    if (file.empty()) return custody::KeyFolder::create(at, random);
    CHECKED(check_apart(file, at));
    TRY(const SecretBytes passphrase, read_passphrase(file));
    return custody::KeyFolder::create(at, passphrase, random);
}

/// The signing keys of the SM-DP+ come from the PKI.
Status copy_signing_keys(const PkiPaths& pki, custody::KeyFolder& keys, Random& random) {
    TRY(const auto source, custody::KeyFolder::open(pki.dp_keys()));
    TRY(const auto known, source.signing_keys());
    for (const auto name : {dp_auth_key_name, dp_pb_key_name}) {
        const auto found = known.find({std::string(name)});
        if (found == known.end())
            return fail(Errc::not_found, pki.dp_keys().string(),
                        "there is no signing key \"" + std::string(name) + '"');
        CHECKED(keys.add_signing_key(found->first, found->second, random));
    }
    return ok();
}

Status write_dp(const PkiPaths& pki, const Paths& to, custody::KeyFolder& keys, Random& random) {
    CHECKED(copy_signing_keys(pki, keys, random));
    CHECKED(copy_public(pki.ci_certificate(), to.ci()));
    CHECKED(copy_public(pki.dp_auth(), to.auth()));
    return copy_public(pki.dp_pb(), to.pb());
}

Status write_pva(const Paths& to, custody::KeyFolder& keys, Random& random) {
    const auto verifier = crypto::PrivateKey::generate(crypto::Curve::p256, random);
    CHECKED(keys.add_signing_key({verifier_key_name}, verifier, random));
    return write_new_file(to.verifier(), as_view(pem("PUBLIC KEY", verifier.public_key().spki())));
}

Status write_tls(const PkiPaths& pki, const Paths& to) {
    TRY(const SecretBytes key, custody::read_private_file(pki.dp_tls_key()));
    CHECKED(custody::write_private_file(to.tls_key(), expose(key)));
    return copy_public(pki.dp_tls(), to.tls());
}

Status write_all(const PkiPaths& pki, const Paths& to, const PlatformOptions& options, Random& random) {
    CHECKED(custody::ensure_private_folder(to.root));
    TRY(auto keys, new_key_folder(to.keys(), options, random));
    if (options.serves("dp")) CHECKED(write_dp(pki, to, keys, random));
    if (options.serves("pva")) CHECKED(write_pva(to, keys, random));
    if (options.serves_https()) CHECKED(write_tls(pki, to));
    // last: where it stands, the folder is complete
    return write_new_file(to.config(), as_view(config_text(options)));
}

/// All of it or nothing.
Status write_platform(const PlatformOptions& options, Random& random) {
    const PkiPaths pki{options.pki};
    const Paths to{options.dir};
    std::error_code error;
    if (fs::exists(to.root, error) && !fs::is_empty(to.root, error))
        return fail(Errc::conflict, options.dir,
                    "the folder is not empty, and a platform's keys are never overwritten; name a new one with --dir");
    const bool existed = fs::exists(to.root, error);
    const Status written = write_all(pki, to, options, random);
    if (written) return ok();
    if (existed)
        for (const auto& entry : fs::directory_iterator(to.root, error)) fs::remove_all(entry.path(), error);
    else
        fs::remove_all(to.root, error);
    return written;
}

// ---------------------------------------------------------------- the command

jose::ObjectWriter made_as_json(const PlatformOptions& options, const Paths& made) {
    jose::ObjectWriter out;
    out.text("dir", options.dir).text("config", made.config().string());
    out.text("admin_socket", made.admin().string());
    if (options.serves("auc")) out.text("auc_socket", made.auc().string());
    if (options.serves("dp")) out.text("dp_address", options.address);
    if (options.serves_https()) out.text("listen", options.listen);
    return out;
}

void print_made(const PlatformOptions& options, const Paths& made, std::ostream& out) {
    const std::string roles = (options.roles.size() == 1 ? "role " : "roles ") + listed(options.roles, "", " and ");
    std::vector<std::pair<std::string, std::string>> files{
        {made.config().string(), "its configuration: " + roles},
        {made.keys().string(), "keys that sign, and those that wrap K"}};
    if (options.serves_https()) files.emplace_back(made.tls_key().string(), "the key of its TLS certificate");
    if (options.serves("pva"))
        files.emplace_back(made.verifier().string(), "public key of its verdicts, for whoever relies on them");
    out << "A platform was made in " << options.dir << ":\n\n";
    print_fields(out, files);
    out << "\n";
    if (options.serves("dp")) out << "Activation codes will say " << options.address << ".\n";
    if (options.lab)
        out << "It is a laboratory's: it takes keys that everybody has, and serves the test algorithm, which protects "
               "nothing.\n";
    if (!options.serves("dp") && options.serves("auc"))
        out << "It delivers no profiles: lines come with their keys (mcim subscription add --k-file), and their\n"
               "operator lets them in (mcim subscription unbar).\n";
    out << "\nNext:\n"
        << "  mcimd --config " << made.config().string() << " &\n"
        << "  export MCIM_ADMIN=" << made.admin().string() << "     instead of --admin from now on\n"
        << "  mcim operator key --out operator.pem\n";
}

/// What the options leave open of how it is reached over HTTPS, and whether all of it fits the PKI.
Status complete_https(PlatformOptions& options) {
    // of one CI and with all of its keys, as a platform's folder has them
    std::error_code ignored;
    if (const Paths imported{options.pki}; fs::exists(imported.config(), ignored))
        return fail(Errc::conflict, "--pki",
                    options.pki + " was imported and is served as it lies there: mcimd --config " +
                        imported.config().string() + "; other roles are added in that file");
    TRY(const auto certificates, load_pki({options.pki}));
    if (options.listen.empty())
        options.listen = default_listen(options.address);
    else
        CHECKED(check_listen(options));
    if (options.address.empty() && !certificates.dp_tls.dns_names.empty())
        options.address = certificates.dp_tls.dns_names.front() +
                          options.listen.substr(std::min(options.listen.rfind(':'), options.listen.size()));
    if (options.verifier_id.empty())
        options.verifier_id = "verifier." + options.address.substr(0, options.address.find(':'));
    CHECKED(check_address(options, certificates));
    for (const auto& [option, text] : {std::pair("--dp-address", options.address),
                                       {"--listen", options.listen},
                                       {"--verifier-id", options.verifier_id}})
        CHECKED(check_text(option, text));
    return ok();
}

Status run_init(PlatformOptions options, std::ostream& out) {
    CHECKED(check_roles(options));
    if (options.serves_https()) CHECKED(complete_https(options));
    if (!options.keys_passphrase_file.empty())
        CHECKED(check_text("--keys-passphrase-file", options.keys_passphrase_file));
    SystemRandom random;
    CHECKED(write_platform(options, random));
    const Paths made{options.dir};
    if (options.json)
        out << made_as_json(options, made).finish() << "\n";
    else
        print_made(options, made, out);
    return ok();
}

void add_platform_init(CLI::App& parent, Console& console) {
    auto* command = parent.add_subcommand("init", "Make the folder from which mcimd starts");
    auto options = std::make_shared<PlatformOptions>();
    command->add_option("--dir", options->dir, "New folder of the platform")->required();
    command->add_option("--pki", options->pki,
                        "Folder of the PKI (mcim pki init), whose TLS key is copied: for dp and pva; without dp take a "
                        "PKI of its own");
    command->add_option("--dp-address", options->address,
                        "HOST:PORT of activation codes; the certificate's host and the port of --listen where absent");
    command->add_option(
        "--listen", options->listen,
        "IP address and port of TLS, for dp and pva; 127.0.0.1 and the port of --dp-address where absent, or 8443");
    command->add_option("--verifier-id", options->verifier_id, "Name of the verifier in its verdicts");
    command->add_option("--keys-passphrase-file", options->keys_passphrase_file,
                        "Seal the keys under the passphrase in this file (mode 0600), which mcimd reads at its start");
    command
        ->add_option("--roles", options->roles,
                     "What it serves, with commas: dp (download server), auc (authentication centre), pva (verifier)")
        ->delimiter(',')
        ->check(CLI::IsMember({"dp", "auc", "pva"}))
        ->capture_default_str();
    command->add_flag(
        "--lab", options->lab,
        "Serve the test algorithm of TS 34.108 too, take keys that stand in public, limit nobody: for test profiles, "
        "never in the field");
    command->add_flag("--json", options->json, "One JSON object instead of text");
    command->footer(
        "\nExample:  mcim platform init --dir platform --pki state --dp-address localhost:8443 --listen "
        "127.0.0.1:8443\n"
        "          mcim platform init --dir centre --roles auc\n");
    command->callback([options, &console] { console.finish(run_init(*options, console.out)); });
}

}  // namespace

void add_platform(CLI::App& app, Console& console) {
    auto* command = app.add_subcommand("platform", "The platform's own folder: configuration, keys, certificates");
    command->require_subcommand(1);
    add_platform_init(*command, console);
}

}  // namespace mcim::apps
