#include "mcim/apps/mcimd/config.h"

#include <arpa/inet.h>

#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <set>
#include <sstream>

#include "mcim/apps/mcimd/config_keys.h"
#include "mcim/base/ascii.h"
#include "mcim/http/client.h"
#include "mcim/store/store.h"

namespace mcim::apps::mcimd {
namespace {

/// What is found out beside the values.
struct Findings {
    const std::filesystem::path& file;
    Mistakes mistakes{};
    std::map<std::string, unsigned, std::less<>> lines{};
};

/// Reads one table: every key is asked for once, with its range; what is left over at the end is a mistake.
class Reader {
public:
    Reader(const toml::table* table, std::string name, Findings& findings)
        : table_(table), name_(std::move(name)), findings_(findings) {}

    std::optional<std::string> text(std::string_view key, std::string_view allowed) {
        return value<std::string>(key, allowed);
    }
    std::string wanted_text(std::string_view key, std::string_view allowed) {
        auto found = text(key, allowed);
        if (!found && !has(key)) complain(key, "is missing: " + std::string(allowed) + " is wanted");
        if (found && found->empty()) complain(key, "is empty: " + std::string(allowed) + " is wanted");
        return found.value_or("");
    }
    std::filesystem::path wanted_path(std::string_view key, std::string_view allowed) {
        const std::string text = wanted_text(key, allowed);
        return text.empty() ? std::filesystem::path() : findings_.file.parent_path() / text;
    }
    /// Empty where there is none.
    std::filesystem::path path(std::string_view key, std::string_view allowed) {
        const std::string found = text(key, allowed).value_or("");
        return found.empty() ? std::filesystem::path() : findings_.file.parent_path() / found;
    }
    /// One text or a list of them.
    std::vector<std::filesystem::path> wanted_paths(std::string_view key, std::string_view allowed) {
        std::vector<std::filesystem::path> out;
        for (const auto& text : texts(key, allowed)) out.push_back(findings_.file.parent_path() / text);
        if (out.empty() && !has(key)) complain(key, "is missing: " + std::string(allowed) + " is wanted");
        return out;
    }
    /// None, one text or a list of them.
    std::vector<std::filesystem::path> paths(std::string_view key, std::string_view allowed) {
        std::vector<std::filesystem::path> out;
        const toml::node* node = find(key);
        if (node != nullptr && node->is_array() && node->as_array()->empty())
            pass_over(key);
        else
            for (const auto& text : texts(key, allowed)) out.push_back(findings_.file.parent_path() / text);
        return out;
    }
    std::vector<std::string> texts(std::string_view key, std::string_view allowed) {
        asked_.insert(std::string(key));
        std::vector<std::string> out;
        const toml::node* node = find(key);
        if (node == nullptr) return out;
        if (const auto* one = node->as_string()) return {one->get()};
        const auto* list = node->as_array();
        if (list == nullptr || !list->is_homogeneous(toml::node_type::string) || list->empty()) {
            complain(key, std::string(allowed) + " is wanted");
            return out;
        }
        for (const auto& item : *list) out.push_back(item.as_string()->get());
        return out;
    }
    void number(std::string_view key, std::int64_t min, std::int64_t max,
                const std::function<void(std::int64_t)>& put) {
        const std::string allowed = "a whole number from " + std::to_string(min) + " to " + std::to_string(max);
        const auto found = value<std::int64_t>(key, allowed);
        if (!found) return;
        if (*found < min || *found > max)
            complain(key, allowed + " is wanted, not " + std::to_string(*found));
        else
            put(*found);
    }
    std::optional<bool> flag(std::string_view key) { return value<bool>(key, "true or false"); }
    template <class T>
    void one_of(std::string_view key, const std::vector<std::pair<std::string_view, T>>& choices, T& out) {
        std::string allowed = "one of";
        for (const auto& [name, choice] : choices) allowed += " \"" + std::string(name) + '"';
        const auto found = text(key, allowed);
        if (!found) return;
        for (const auto& [name, choice] : choices)
            if (name == *found) {
                out = choice;
                return;
            }
        complain(key, allowed + " is wanted, not \"" + *found + '"');
    }
    /// Known, but of no use here: whatever it says, as in the table of a role that is not played.
    void pass_over(std::string_view key) { asked_.insert(std::string(key)); }
    /// The tables [[name.key]], each with a reader of its own.
    template <class Read>
    void each(std::string_view key, Read&& read) {
        nested_.insert(std::string(key));
        const toml::node* node = find(key);
        if (node == nullptr) return;
        const auto* list = node->as_array();
        if (list == nullptr || !list->is_homogeneous(toml::node_type::table))
            return complain(key, "tables are wanted, each as [[" + name_ + "." + std::string(key) + "]]");
        for (std::size_t i = 0; i < list->size(); ++i) {
            const std::string name = name_ + "." + std::string(key) + "[" + std::to_string(i + 1) + "]";
            Reader one(list->get(i)->as_table(), name, findings_);
            read(one);
            one.finish();
        }
    }
    [[nodiscard]] const std::string& name() const { return name_; }
    void complain(std::string_view key, const std::string& sentence) {
        const unsigned line = line_of(key);
        findings_.mistakes.lines.push_back(findings_.file.string() + (line == 0 ? "" : ":" + std::to_string(line)) +
                                           ": " + name_ + "." + std::string(key) + ": " + sentence);
    }
    /// Keys that nobody asked for: a slip of the pen would else be a silent default.
    void finish() {
        for (const auto& key : asked_) findings_.lines[name_ + "." + key] = line_of(key);
        if (table_ == nullptr) return;
        for (const auto& [key, node] : *table_)
            if (!asked_.contains(std::string(key.str())) && !nested_.contains(std::string(key.str()))) {
                std::string known;
                for (const auto& k : asked_) known += (known.empty() ? "" : ", ") + k;
                for (const auto& k : nested_) known += ", [[" + k + "]]";
                complain(key.str(), "is no key of [" + name_ + "]; known are " + known);
            }
    }
    [[nodiscard]] bool has(std::string_view key) const { return find(key) != nullptr; }

private:
    [[nodiscard]] unsigned line_of(std::string_view key) const {
        const toml::node* node = find(key);
        if (node == nullptr) node = table_;
        return node == nullptr ? 0 : node->source().begin.line;
    }
    [[nodiscard]] const toml::node* find(std::string_view key) const {
        return table_ == nullptr ? nullptr : table_->get(key);
    }
    template <class T>
    std::optional<T> value(std::string_view key, std::string_view allowed) {
        asked_.insert(std::string(key));
        const toml::node* node = find(key);
        if (node == nullptr) return std::nullopt;
        const auto found = node->value_exact<T>();
        if (!found) complain(key, std::string(allowed) + " is wanted");
        return found;
    }
    const toml::table* table_;
    std::string name_;
    Findings& findings_;
    std::set<std::string> asked_;
    std::set<std::string> nested_;  ///< of tables
};

constexpr std::string_view address_allowed = "an IP address and a port, \"127.0.0.1:8443\"";

/// Of the key "listen"; as it is where that is no address.
http::Address parse_listen(Reader& in, const std::string& text) {
    const auto bad = [&] {
        in.complain("listen", std::string(address_allowed) + " is wanted, not \"" + text + '"');
        return http::Address{};
    };
    const auto colon = text.rfind(':');
    const std::string digits = colon == std::string::npos ? "" : text.substr(colon + 1);
    if (digits.empty() || digits.size() > 5 || digits.find_first_not_of("0123456789") != std::string::npos ||
        std::stoi(digits) > 65535)
        return bad();
    std::string ip = text.substr(0, colon);
    if (ip.starts_with('[') && ip.ends_with(']')) ip = ip.substr(1, ip.size() - 2);
    in6_addr parsed{};
    if (inet_pton(AF_INET, ip.c_str(), &parsed) != 1 && inet_pton(AF_INET6, ip.c_str(), &parsed) != 1) return bad();
    return {std::move(ip), static_cast<std::uint16_t>(std::stoi(digits))};
}

void read_database(Reader& in, Config& config) {
    static constexpr std::string_view allowed = "the name of the SQLite file, or how PostgreSQL is reached,";
    const std::string text = in.wanted_text("database", allowed);
    if (store::is_postgres(text))
        config.postgres = text;
    else
        config.database = in.path("database", allowed);
}

void read_server(Reader& in, Config& config) {
    read_database(in, config);
    config.keys = in.path("keys", "the name of the folder of keys");
    config.keys_passphrase_file = in.path("keys_passphrase_file", "the name of the file of a passphrase");
    config.admin_socket = in.wanted_path("admin_socket", "the name of a UNIX socket");
    in.one_of<std::string>("log_level", {{"debug", "debug"}, {"info", "info"}, {"warn", "warn"}, {"error", "error"}},
                           config.log_level);
    config.laboratory = in.flag("laboratory").value_or(false);
    auto& limits = config.limits;
    in.number("body_octets_max", 4096, 64 << 20, [&](auto n) { limits.body_octets_max = static_cast<std::size_t>(n); });
    in.number("connections_max", 1, 1'000'000, [&](auto n) { limits.connections_max = static_cast<std::size_t>(n); });
    in.number("connections_per_address_max", 1, 1'000'000,
              [&](auto n) { limits.connections_per_address_max = static_cast<std::size_t>(n); });
    in.number("request_seconds", 1, 600, [&](auto n) { limits.request_time = std::chrono::seconds(n); });
}

/// The keys are in a folder that this process reads, or behind a signer: one of both.
std::optional<SignerConfig> read_signer(Reader& in, Reader& server, const Config& config) {
    SignerConfig out;
    out.socket = in.path("socket", "the name of the UNIX socket of mcim-signer");
    out.user = in.text("user", "a user's name or number").value_or("");
    in.number("seconds", 1, 60, [&](auto n) { out.time_max = std::chrono::seconds(n); });
    if (out.socket.empty()) {
        if (config.keys.empty())
            server.complain("keys", "is missing: the name of the folder of keys is wanted, or signer.socket");
        return std::nullopt;
    }
    for (const auto& [key, value] :
         {std::pair("keys", &config.keys), std::pair("keys_passphrase_file", &config.keys_passphrase_file)})
        if (!value->empty())
            server.complain(key, "is the signer's where there is signer.socket: mcim-signer is given it, and not this");
    return out;
}

TlsFiles read_tls_files(Reader& in, const std::string& prefix) {
    return {in.name() + "." + prefix,
            in.wanted_paths(prefix + "certificate", "the name of a certificate file, or a list of them"),
            in.wanted_path(prefix + "key", "the name of the TLS key file")};
}

/// One certificate in the table itself, or tables of one for each curve, or both.
TlsConfig read_tls(Reader& in) {
    TlsConfig out;
    if (const std::string text = in.wanted_text("listen", address_allowed); !text.empty())
        out.listen = parse_listen(in, text);
    in.each("tls", [&](Reader& one) { out.identities.push_back(read_tls_files(one, "")); });
    if (out.identities.empty() || in.has("tls_certificate") || in.has("tls_key"))
        out.identities.insert(out.identities.begin(), read_tls_files(in, "tls_"));
    else
        for (const auto* key : {"tls_certificate", "tls_key"}) in.pass_over(key);
    return out;
}

/// `server`: where devices come.
std::optional<http::Address> read_operation(Reader& in, const std::optional<TlsConfig>& server) {
    const std::string text = in.text("listen", address_allowed).value_or("");
    if (text.empty()) return std::nullopt;
    auto out = parse_listen(in, text);
    if (server && out.port != 0 && out.port == server->listen.port && out.ip == server->listen.ip)
        in.complain("listen", "is that of [server]: another port is wanted, which devices do not reach");
    return out;
}

/// A certificate of its own, or that of `server`, on another port.
std::optional<TlsConfig> read_es2_listener(Reader& in, const std::optional<TlsConfig>& server, bool dp) {
    const std::string text = in.text("listen", address_allowed).value_or("");
    const auto certificates = in.texts("tls_certificate", "the name of a certificate file, or a list of them");
    const bool own = std::ranges::any_of(certificates, [](const auto& name) { return !name.empty(); });
    const auto key = in.path("tls_key", "the name of the TLS key file");
    if (!own && !key.empty()) in.complain("tls_certificate", "is missing: tls_key is its key");
    if (text.empty()) return std::nullopt;
    if (!dp) in.complain("listen", "is of no use: ES2+ is served by the role dp, which is not among server.roles");
    TlsConfig out{parse_listen(in, text), {}};
    if (server && out.listen.port != 0 && out.listen.port == server->listen.port)
        in.complain("listen", "has the port of [server]: another one is wanted, for clients with certificates only");
    if (own)
        out.identities.push_back(read_tls_files(in, "tls_"));
    else if (server)
        out.identities = server->identities;
    return out;
}

/// In a laboratory all devices may be one, again and again: no limits there but those that are named.
void read_rates(Reader& in, bool laboratory, Rates& rates) {
    static constexpr std::int64_t most = 1'000'000'000;
    if (laboratory) rates = {0, 0, 0, 0};
    for (const auto& [key, rate] : {std::pair("address_requests_per_minute", &rates.address_requests),
                                    std::pair("eid_authentications_per_minute", &rates.eid_authentications),
                                    std::pair("operator_orders_per_minute", &rates.operator_orders),
                                    std::pair("order_downloads_per_hour", &rates.order_downloads)})
        in.number(key, 0, most, [to = rate](auto n) { *to = static_cast<std::uint32_t>(n); });
}

/// Those that are known, each once.
std::set<std::string> read_roles(Reader& in) {
    static constexpr std::string_view allowed = "a list of \"dp\", \"auc\", \"pva\"";
    const auto named = in.texts("roles", allowed);
    if (!in.has("roles")) in.complain("roles", "is missing: " + std::string(allowed) + " is wanted");
    std::set<std::string> out;
    for (const auto& role : named)
        if (role != "dp" && role != "auc" && role != "pva")
            in.complain("roles", "\"" + role + "\" is no role; known are dp, auc, pva");
        else if (!out.insert(role).second)
            in.complain("roles", "\"" + role + "\" is named twice; once is enough");
    return out;
}

CredentialConfig read_certificates(Reader& in) {
    return {in.name() + ".",
            in.wanted_path("auth_certificate", "the name of the file of CERT.DPauth"),
            in.wanted_path("pb_certificate", "the name of the file of CERT.DPpb"),
            {},
            {}};
}
CredentialConfig read_credential(Reader& in) {
    auto out = read_certificates(in);
    out.auth_key = in.wanted_text("auth_key", "the name of a signing key");
    out.pb_key = in.wanted_text("pb_key", "the name of a signing key");
    return out;
}
/// That of the table [dp] itself, whose keys have names of their own where nothing else is said.
CredentialConfig read_sole_credential(Reader& in) {
    auto out = read_certificates(in);
    out.auth_key = in.text("auth_key", "the name of a signing key").value_or("dpauth");
    out.pb_key = in.text("pb_key", "the name of a signing key").value_or("dppb");
    return out;
}

/// One in the table itself, or tables of one for each CI, or both.
std::vector<CredentialConfig> read_credentials(Reader& in) {
    static constexpr std::array keys{"auth_certificate", "pb_certificate", "auth_key", "pb_key"};
    std::vector<CredentialConfig> out;
    in.each("credential", [&](Reader& one) { out.push_back(read_credential(one)); });
    if (out.empty() || std::ranges::any_of(keys, [&](const char* key) { return in.has(key); }))
        out.insert(out.begin(), read_sole_credential(in));
    else
        for (const auto* key : keys) in.pass_over(key);
    return out;
}

/// Each key of its own, or none of the two.
std::optional<TlsFiles> read_own_certificate(Reader& in) {
    static constexpr std::string_view allowed = "the name of a certificate file, or a list of them";
    const auto names = in.texts("certificate", allowed);
    const auto key = in.path("key", "the name of the TLS key file");
    const bool own = std::ranges::any_of(names, [](const auto& name) { return !name.empty(); });
    if (!own && !key.empty()) in.complain("certificate", "is missing: key is its key");
    if (!own) return std::nullopt;
    return read_tls_files(in, "");
}

SmdsConfig read_smds(Reader& in, const std::vector<SmdsConfig>& before) {
    static constexpr std::string_view allowed = "the host name of an SM-DS, with a port where it is not 443,";
    SmdsConfig out{in.name() + ".", in.wanted_text("address", allowed), {}};
    if (!out.address.empty() && !http::parse_host_port(out.address))
        in.complain("address", std::string(allowed) + " is wanted, not \"" + out.address + '"');
    for (const auto& other : before)
        if (ascii::equal_but_for_case(other.address, out.address))
            in.complain("address", "\"" + out.address + "\" is named twice; once is enough");
    out.ca = in.paths("ca", "the name of a certificate file, or a list of them");
    out.certificate = read_own_certificate(in);
    out.forwarding = in.flag("forwarding").value_or(false);
    return out;
}

DpConfig read_dp(Reader& in) {
    DpConfig out;
    out.address = in.wanted_text("address", "the host name of activation codes, with a port where it is not 443");
    if (!out.address.empty() && !http::parse_host_port(out.address))
        in.complain("address", "a host name, with a port where it is not 443, is wanted, not \"" + out.address + '"');
    out.ci = in.wanted_paths("ci", "the name of a CI certificate file, or a list of them");
    out.eum = in.paths("eum", "the name of an EUM certificate file, or a list of them");
    out.revocation_lists = in.paths("revocation_lists", "the name of a file with a revocation list, or a list of them");
    out.credentials = read_credentials(in);
    in.each("smds", [&](Reader& one) { out.smds.push_back(read_smds(one, out.smds)); });
    in.one_of<pva::Demand>(
        "attestation",
        {{"platform", pva::Demand::platform}, {"module", pva::Demand::module}, {"both", pva::Demand::both}},
        out.attestation);
    return out;
}
AucConfig read_auc(Reader& in) {
    AucConfig out;
    out.socket = in.wanted_path("socket", "the name of a UNIX datagram socket");
    return out;
}
PvaConfig read_pva(Reader& in) {
    PvaConfig out;
    out.id = in.wanted_text("id", "the verifier's name in its verdicts");
    if (auto name = in.text("key", "the name of a signing key")) out.key = *name;
    in.number("nonce_seconds", 10, 3600, [&](auto n) { out.nonce_time = std::chrono::seconds(n); });
    in.number("verdict_seconds", 10, 86400, [&](auto n) { out.verdict_time = std::chrono::seconds(n); });
    return out;
}

std::string known_tables() {
    std::string out;
    std::string_view last;
    for (const auto& key : config_keys())
        if (key.table != std::exchange(last, key.table) && key.table.find('.') == std::string_view::npos)
            out.append(out.empty() ? "" : ", ").append(key.table);
    return out;
}

void check_tables(const toml::table& root, const std::filesystem::path& file, Mistakes& mistakes) {
    for (const auto& [key, node] : root) {
        const std::string place = file.string() + ":" + std::to_string(node.source().begin.line) + ": ";
        // "server.tls" in quotation marks is one name to TOML, and no table in [server]
        if (key.str().find('.') != std::string_view::npos ||
            std::ranges::find(config_keys(), key.str(), &ConfigKey::table) == config_keys().end())
            mistakes.lines.push_back(place + "[" + std::string(key.str()) + "] is no table of mcimd; known are " +
                                     known_tables());
        else if (!node.is_table())
            mistakes.lines.push_back(place + std::string(key.str()) + ": a table is wanted, [" +
                                     std::string(key.str()) + "] and its keys below it");
    }
}

}  // namespace

bool has_own_certificate(const std::optional<TlsConfig>& es2) {
    return es2 && std::ranges::any_of(es2->identities, [](const TlsFiles& f) { return f.prefix.starts_with("es2."); });
}

std::variant<Config, Mistakes> parse_config(std::string_view text, const std::filesystem::path& file) {
    const auto parsed = toml::parse(text);
    if (!parsed) {
        std::ostringstream why;
        why << file.string() << ':' << parsed.error().source().begin.line << ": this is not TOML ("
            << parsed.error().description() << "); \"mcimd --print-config\" shows what a configuration looks like";
        return Mistakes{{why.str()}};
    }
    Findings findings{file};
    const toml::table& root = parsed.table();
    check_tables(root, file, findings.mistakes);
    Config config;
    Reader server(root["server"].as_table(), "server", findings);
    read_server(server, config);
    const auto roles = read_roles(server);
    if (roles.contains("dp") || roles.contains("pva"))
        config.tls = read_tls(server);
    else
        for (const auto* key : {"listen", "tls_certificate", "tls_key", "tls"}) server.pass_over(key);
    Reader signer(root["signer"].as_table(), "signer", findings);
    config.signer = read_signer(signer, server, config);
    signer.finish();
    server.finish();
    Reader operation(root["operation"].as_table(), "operation", findings);
    config.operation = read_operation(operation, config.tls);
    operation.finish();
    Reader es2(root["es2"].as_table(), "es2", findings);
    config.es2 = read_es2_listener(es2, config.tls, roles.contains("dp"));
    es2.finish();
    const auto read_role = [&](const std::string& name, auto& into, auto& read) {
        if (!roles.contains(name)) return;
        Reader in(root[name].as_table(), name, findings);
        into = read(in);
        in.finish();
    };
    read_role("dp", config.dp, read_dp);
    read_role("auc", config.auc, read_auc);
    read_role("pva", config.pva, read_pva);
    Reader limits(root["limits"].as_table(), "limits", findings);
    read_rates(limits, config.laboratory, config.rates);
    limits.finish();
    Reader lines(root["log"].as_table(), "log", findings);
    lines.one_of<LogFormat>("format", {{"text", LogFormat::text}, {"json", LogFormat::json}}, config.log_format);
    lines.finish();
    if (!findings.mistakes.lines.empty()) return findings.mistakes;
    config.lines = std::move(findings.lines);
    // all devices of a laboratory may be one machine
    if (config.laboratory && !server.has("connections_per_address_max"))
        config.limits.connections_per_address_max = config.limits.connections_max;
    config.file = file;
    return config;
}

std::string Config::place(std::string_view key) const {
    const auto line = lines.find(key);
    const bool known = line != lines.end() && line->second != 0;
    return file.string() + (known ? ":" + std::to_string(line->second) : "") + ": " + std::string(key);
}

std::variant<Config, Mistakes> load_config(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    std::error_code ignored;
    if (!in || std::filesystem::is_directory(file, ignored))
        return Mistakes{{file.string() + ": cannot be read; \"mcim platform init\" makes a configuration with all that "
                                         "it names, \"mcimd --print-config\" prints one to fill in"}};
    std::ostringstream text;
    text << in.rdbuf();
    return parse_config(text.str(), std::filesystem::absolute(file));
}

}  // namespace mcim::apps::mcimd
