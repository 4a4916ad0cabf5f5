// What a configuration names, looked at before anything is opened or made: every mistake at once, under its key.
#include <unistd.h>

#include <fstream>

#include "mcim/apps/mcimd/identity.h"
#include "mcim/apps/mcimd/key_holder.h"
#include "mcim/posix/user.h"
#include "mcim/store/store.h"

namespace mcim::apps::mcimd {
namespace {

constexpr std::size_t socket_name_octets_max = 100;
constexpr std::string_view sqlite_header{"SQLite format 3\0", 16};

std::string_view as_view_of(const std::array<char, sqlite_header.size()>& header) {
    return {header.data(), header.size()};
}

class Check {
public:
    explicit Check(const Config& config) : config_(config) {}

    /// Nothing where it went wrong, which is named then.
    template <class T>
    std::optional<T> hold(std::string_view key, Result<T> found, std::string_view wanted) {
        if (found) return std::optional<T>(*std::move(found));
        complain(key, to_string(found.error()), wanted);
        return std::nullopt;
    }
    void complain(std::string_view key, const std::string& what, std::string_view wanted) {
        out_.lines.push_back(config_.place(key) + ": " + what + "; " + std::string(wanted) + " is wanted");
    }
    void certificates(std::string_view key, const std::vector<std::filesystem::path>& files) {
        for (const auto& file : files) hold(key, read_certificate(file), "a certificate file, DER or PEM");
    }
    void place_for(std::string_view key, const std::filesystem::path& file) {
        const auto folder = file.parent_path();
        if (access(folder.c_str(), W_OK | X_OK) != 0)
            complain(key, folder.string() + " is no folder into which this user may write", "a file in one");
    }
    void place_for_socket(std::string_view key, const std::filesystem::path& file) {
        if (file.string().size() > socket_name_octets_max)
            complain(key, file.string() + " is too long", "a name of at most 100 octets");
        std::error_code none;
        if (std::filesystem::exists(file, none) && !std::filesystem::is_socket(file, none))
            complain(key, file.string() + " is no socket", "a name that nothing else has");
        place_for(key, file);
    }
    /// What is there already has to be a database.
    void place_for_database(std::string_view key, const std::filesystem::path& file) {
        place_for(key, file);
        std::error_code none;
        if (!std::filesystem::exists(file, none)) return;
        std::ifstream in(file, std::ios::binary);
        std::array<char, sqlite_header.size()> header{};
        in.read(header.data(), header.size());
        const bool fresh = in.eof() && in.gcount() == 0;
        if (!std::filesystem::is_regular_file(file, none) || (!fresh && as_view_of(header) != sqlite_header))
            complain(key, file.string() + " is no database of SQLite", "the name of one, or one that nothing has,");
    }
    [[nodiscard]] bool sound() const { return out_.lines.empty(); }
    Mistakes take() && { return std::move(out_); }

private:
    const Config& config_;
    Mistakes out_;
};

void check_tls(Check& check, const TlsConfig& tls) {
    for (const auto& files : tls.identities) check.certificates(files.prefix + "certificate", files.certificate);
    if (!check.sound()) return;
    for (const auto& files : tls.identities)
        check.hold(files.prefix + "key", tls_identity(files), "the private key of the TLS certificate");
    if (check.sound())
        check.hold(tls.identities.back().prefix + "certificate", tls_identities(tls), "one for each curve");
}

/// Clients compare the certificate with the name in the activation code: under another one nobody would be served.
void check_address(Check& check, const DpConfig& dp, const TlsConfig& tls) {
    const auto address = http::parse_host_port(dp.address);
    if (!address) return;
    for (const auto& files : tls.identities) {
        const auto shown = read_certificate(files.certificate.front());
        if (!shown || x509::names_host(*shown, address->host)) continue;
        check.complain("dp.address", address->host + " is not among the host names of " + files.prefix + "certificate",
                       "a name of that certificate, with which clients compare it,");
    }
}

/// Each socket has a name of its own.
void check_apart(Check& check, const Config& config) {
    std::map<std::filesystem::path, std::string_view> taken{
        {config.admin_socket.lexically_normal(), "server.admin_socket"}};
    const auto take = [&](std::string_view key, const std::filesystem::path& file) {
        const auto [other, free] = taken.try_emplace(file.lexically_normal(), key);
        if (!free) check.complain(key, file.string() + " is " + std::string(other->second) + " too", "another name");
    };
    if (config.auc) take("auc.socket", config.auc->socket);
    if (config.signer) take("signer.socket", config.signer->socket);
}

std::optional<signer::PublicKeys> check_signer(Check& check, const Config& config, Random& random) {
    const std::string& user = config.signer->user;
    if (!user.empty() && !check.hold("signer.user", posix::find_user(user), "a user of this machine"))
        return std::nullopt;
    const auto holder = open_key_holder(config, random);
    const auto keys = holder ? holder->public_keys() : Result<signer::PublicKeys>(holder.error());
    return check.hold("signer.socket", keys, "the socket of a running mcim-signer");
}

std::optional<signer::PublicKeys> check_keys(Check& check, const Config& config, Random& random) {
    if (config.signer) return check_signer(check, config, random);
    const bool sealed = !config.keys_passphrase_file.empty();
    if (sealed && !check.hold("server.keys_passphrase_file", keys_passphrase(config),
                              "a file that holds the passphrase of server.keys, for its owner only"))
        return std::nullopt;
    const auto holder = open_key_holder(config, random);
    const auto keys = holder ? holder->public_keys() : Result<signer::PublicKeys>(holder.error());
    return check.hold("server.keys", keys,
                      sealed ? "a folder of keys that were sealed under server.keys_passphrase_file"
                             : "a folder of keys that lie open, or server.keys_passphrase_file,");
}

void check_dp(Check& check, const DpConfig& dp, const signer::PublicKeys* keys, Time now) {
    for (const auto& one : dp.credentials) {
        check.certificates(one.prefix + "auth_certificate", {one.auth_certificate});
        check.certificates(one.prefix + "pb_certificate", {one.pb_certificate});
    }
    auto anchors = check.hold("dp.ci", trust_anchors(dp.ci), "a CI's own certificate, or a list of them");
    check.certificates("dp.eum", dp.eum);
    if (anchors && check.sound())
        if (auto lists = check.hold("dp.revocation_lists", revocation_lists(dp, *anchors), "a CRL, DER or PEM,"))
            anchors->set_revocation_lists(*std::move(lists));
    if (keys == nullptr) return;
    for (const auto& one : dp.credentials)
        for (const auto& [key, name] : {std::pair("auth_key", &one.auth_key), std::pair("pb_key", &one.pb_key)})
            check.hold(one.prefix + key, keys->find({*name}), "the name of a signing key");
    if (!anchors || !check.sound()) return;
    // what each file says holds; now whether they fit together
    for (const auto& one : dp.credentials)
        check.hold(one.prefix + "auth_certificate", dp_credential(one, *anchors, *keys),
                   "certificates of this CI, for the keys " + one.prefix + "auth_key and " + one.prefix + "pb_key");
    if (check.sound())
        check.hold(dp.credentials.back().prefix + "auth_certificate", dp_server(dp, SecretBytes(32), *keys, now),
                   "one credential for each CI, all of one SM-DP+ and one of them valid now,");
}

void check_smds(Check& check, const SmdsConfig& smds) {
    check.certificates(smds.prefix + "ca", smds.ca);
    if (!smds.certificate) return;
    check.certificates(smds.prefix + "certificate", smds.certificate->certificate);
    if (check.sound())
        check.hold(smds.prefix + "key", tls_identity(*smds.certificate), "the private key of the TLS certificate");
}

void check_pva(Check& check, const PvaConfig& pva, const signer::PublicKeys& keys) {
    const auto key = check.hold("pva.key", keys.find({pva.key}), "the name of a signing key");
    if (key && key->curve() != crypto::Curve::p256)
        check.complain("pva.key", pva.key + " is on another curve", "a key on P-256, for ES256,");
}

}  // namespace

Mistakes check_files(const Config& config, Time now) {
    Check check(config);
    if (config.postgres.empty())
        check.place_for_database("server.database", config.database);
    else
        check.hold("server.database", store::check_postgres(config.postgres),
                   "PostgreSQL that runs and lets this user in");
    check.place_for_socket("server.admin_socket", config.admin_socket);
    if (config.auc) check.place_for_socket("auc.socket", config.auc->socket);
    check_apart(check, config);
    if (config.tls) check_tls(check, *config.tls);
    if (config.tls && config.dp) check_address(check, *config.dp, *config.tls);
    if (has_own_certificate(config.es2)) check_tls(check, *config.es2);

    SystemRandom random;
    const auto keys = check_keys(check, config, random);
    if (config.dp)
        for (const auto& smds : config.dp->smds) check_smds(check, smds);
    if (config.dp) check_dp(check, *config.dp, keys ? &*keys : nullptr, now);
    if (config.pva && keys) check_pva(check, *config.pva, *keys);
    return std::move(check).take();
}

}  // namespace mcim::apps::mcimd
