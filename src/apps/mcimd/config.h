// The configuration of mcimd: a TOML file. Relative paths in it start at the file's folder. Every mistake is named at
// once, with file, line, key and what is allowed. config_keys.h lists the keys.
#pragma once
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "mcim/apps/mcimd/throttle.h"
#include "mcim/http/server.h"
#include "mcim/pva/verifier.h"

namespace mcim::apps::mcimd {

/// A certificate and its key, of one curve.
struct TlsFiles {
    std::string prefix;  ///< of its keys in the file: "server.tls_", "server.tls[1]."
    std::vector<std::filesystem::path> certificate;
    std::filesystem::path key;
};
/// For the roles that are served over HTTPS.
struct TlsConfig {
    http::Address listen;
    std::vector<TlsFiles> identities;  ///< at least one
};
/// Of ES2+: another than that of [server].
[[nodiscard]] bool has_own_certificate(const std::optional<TlsConfig>& es2);
/// What the SM-DP+ has under one CI.
struct CredentialConfig {
    std::string prefix;  ///< of its keys in the file: "dp.", "dp.credential[1]."
    std::filesystem::path auth_certificate;
    std::filesystem::path pb_certificate;
    std::string auth_key;
    std::string pb_key;
};
/// An SM-DS at which events are registered.
struct SmdsConfig {
    std::string prefix;  ///< of its keys in the file: "dp.smds[1]."
    std::string address;
    std::vector<std::filesystem::path> ca;  ///< who issued its certificate; empty: the CIs of the SM-DP+
    std::optional<TlsFiles> certificate{};  ///< shown to it; absent: as to operators' servers
    bool forwarding = false;
};
struct DpConfig {
    std::string address;
    std::vector<std::filesystem::path> ci;
    std::vector<std::filesystem::path> eum{};               ///< whose revocation lists are among these
    std::vector<std::filesystem::path> revocation_lists{};  ///< of the CIs and EUMs above
    std::vector<CredentialConfig> credentials;              ///< at least one
    std::vector<SmdsConfig> smds{};
    pva::Demand attestation = pva::Demand::platform;
};
struct AucConfig {
    std::filesystem::path socket;
};
struct PvaConfig {
    std::string id;
    std::string key = "verifier";
    std::chrono::seconds nonce_time{120};
    std::chrono::seconds verdict_time{600};
};
/// A signer in a process of its own (mcim-signer).
struct SignerConfig {
    std::filesystem::path socket;
    std::string user;  ///< whose process it is, by name or number; empty: this one's
    std::chrono::seconds time_max{5};
};
/// Of a line: for people, or an object of JSON for what gathers them.
enum class LogFormat : std::uint8_t { text, json };
/// A role that is not configured is not played.
struct Config {
    std::filesystem::path database;                ///< of SQLite; empty where it is PostgreSQL
    std::string postgres{};                        ///< its connection string, which may hold a password
    std::filesystem::path keys;                    ///< empty where the signer is apart
    std::filesystem::path keys_passphrase_file{};  ///< empty: the keys lie open in their folder
    std::optional<SignerConfig> signer{};          ///< absent: this process holds the keys
    std::filesystem::path admin_socket;
    std::string log_level = "info";
    LogFormat log_format = LogFormat::text;
    bool laboratory = false;  ///< takes keys that stand in public, serves the test algorithm, limits nobody
    http::Limits limits;
    Rates rates{};
    std::optional<http::Address> operation;  ///< of /metrics, /healthz and /readyz; absent: nowhere
    std::optional<TlsConfig> es2;            ///< where operators' systems come; absent: nowhere
    std::optional<TlsConfig> tls;            ///< absent where dp and pva are: nothing listens on a port then
    std::optional<DpConfig> dp;
    std::optional<AucConfig> auc;
    std::optional<PvaConfig> pva;

    std::filesystem::path file{};                          ///< where it comes from
    std::map<std::string, unsigned, std::less<>> lines{};  ///< of each key, "dp.ci"; where it is absent, of its table
    /// Where the platform keeps what it draws for itself (challenge.key, nonce.key): beside the keys; where these are
    /// the signer's, beside the database's file, or beside the configuration where there is none.
    [[nodiscard]] std::filesystem::path own_keys() const {
        if (!signer) return keys;
        return postgres.empty() ? database.parent_path() : file.parent_path();
    }
    /// "mcimd.toml:12: dp.ci", as mistakes begin.
    [[nodiscard]] std::string place(std::string_view key) const;
};

/// What is wrong, a line each: "mcimd.toml:3: dp.address: a host name, with a port where it is not 443, is wanted".
struct Mistakes {
    std::vector<std::string> lines;
};

/// `file` names the source in mistakes and gives the folder of relative paths.
[[nodiscard]] std::variant<Config, Mistakes> parse_config(std::string_view toml, const std::filesystem::path& file);
[[nodiscard]] std::variant<Config, Mistakes> load_config(const std::filesystem::path& file);
/// What it names, looked at without changing anything: files that are there and hold what they should, certificates
/// that chain and fit their keys, folders to write into. Empty where a start would find nothing wrong.
[[nodiscard]] Mistakes check_files(const Config&, Time now);

}  // namespace mcim::apps::mcimd
