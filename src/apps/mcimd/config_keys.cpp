#include "mcim/apps/mcimd/config_keys.h"

#include <algorithm>
#include <array>

namespace mcim::apps::mcimd {
namespace {

using enum Presence;

constexpr std::array keys{
    ConfigKey{"server", "listen", wanted, R"("0.0.0.0:443")",
              "IP address and port of TLS, for dp and pva; port 0: any free one"},
    ConfigKey{"server", "roles", wanted, R"(["dp", "auc", "pva"])", "any of dp, auc, pva; each has its table"},
    ConfigKey{
        "server", "database", wanted, R"("mcimd.sqlite")",
        "SQLite file, made where it is absent, mode 0600; or PostgreSQL, \"postgresql:///mcim?host=/run/postgresql\""},
    ConfigKey{"server", "keys", wanted, R"("keys")",
              "folder of the signing and wrapping keys, mode 0700; none where signer.socket is"},
    ConfigKey{"server", "keys_passphrase_file", optional, R"("")",
              "file of the passphrase under which that folder was made, mode 0600, elsewhere; \"\": under none"},
    ConfigKey{"server", "tls_certificate", wanted, R"("tls.der")",
              "for dp and pva, DER or PEM; a list of files: the server's first, then those above it"},
    ConfigKey{"server", "tls_key", wanted, R"("tls.key.pem")", "its private key, PKCS#8, mode 0600"},
    ConfigKey{"server", "admin_socket", wanted, R"("admin.sock")",
              "UNIX socket, mode 0600: whoever may open it may do everything"},
    ConfigKey{"server", "log_level", optional, R"("info")", "debug, info, warn, error"},
    ConfigKey{"server", "laboratory", optional, "false",
              "true: the test algorithm of TS 34.108 is served, keys that stand in public are taken, and no device, "
              "address or operator is limited unless a key says so"},
    ConfigKey{"server", "body_octets_max", optional, "262144", "of a request over TLS; 4096 to 67108864"},
    ConfigKey{"server", "connections_max", optional, "12000",
              "of clients at once; beyond it who keeps the server waiting longest makes room; 1 to 1000000"},
    ConfigKey{"server", "connections_per_address_max", optional, "1000",
              "of one IPv4 address or IPv6 /64; all of them where laboratory is true"},
    ConfigKey{"server", "request_seconds", optional, "20", "from a request's first octet to its last; 1 to 600"},
    ConfigKey{"server.tls", "certificate", further, R"("tls-brainpool.der")",
              "a certificate more, or in the place of the two keys above: one for each curve"},
    ConfigKey{"server.tls", "key", further, R"("tls-brainpool.key.pem")", "its private key"},
    ConfigKey{"signer", "socket", optional, R"("")",
              "UNIX socket of mcim-signer, which then holds the keys in the place of server.keys; \"\": no signer"},
    ConfigKey{"signer", "user", optional, R"("")", "whose process it is, by name or number; \"\": this user's"},
    ConfigKey{"signer", "seconds", optional, "5", "it is waited for an answer; 1 to 60"},
    ConfigKey{"limits", "address_requests_per_minute", optional, "1200000",
              "over TLS, of one IPv4 address or IPv6 /64; 0: no limit; none where server.laboratory is true"},
    ConfigKey{"limits", "eid_authentications_per_minute", optional, "600", "sessions that one eUICC begins; the same"},
    ConfigKey{"limits", "operator_orders_per_minute", optional, "600000",
              "that are made for one operator, and calls of its systems; the same"},
    ConfigKey{"limits", "order_downloads_per_hour", optional, "60", "that are begun of one order; the same"},
    ConfigKey{
        "operation", "listen", optional, R"("")",
        "IP address and port of /metrics, /healthz and /readyz, in plain HTTP: \"127.0.0.1:9464\"; \"\": nowhere"},
    ConfigKey{"es2", "listen", optional, R"("")",
              "IP address and port of ES2+, for operators' systems with certificates: \"0.0.0.0:8444\"; \"\": nowhere"},
    ConfigKey{"es2", "tls_certificate", optional, R"("")",
              "another than that of [server], DER or PEM; or a list of files"},
    ConfigKey{"es2", "tls_key", optional, R"("")", "its private key, PKCS#8, mode 0600"},
    ConfigKey{"log", "format", optional, R"("text")",
              "of a line: text, or json, which says besides to which request and session it belongs"},
    ConfigKey{"dp", "address", wanted, R"("smdp.example.com")",
              "host of activation codes, with a port where it is not 443"},
    ConfigKey{"dp", "ci", wanted, R"("ci.der")", "the CI's certificate; a list of files: of each CI"},
    ConfigKey{"dp", "revocation_lists", optional, "[]", "revocation lists of the CIs, and of EUMs named below"},
    ConfigKey{"dp", "eum", optional, "[]", "certificates of EUMs that have issued one of these lists"},
    ConfigKey{"dp", "auth_certificate", wanted, R"("auth.der")", "CERT.DPauth"},
    ConfigKey{"dp", "pb_certificate", wanted, R"("pb.der")", "CERT.DPpb"},
    ConfigKey{"dp", "auth_key", optional, R"("dpauth")", "name of its key in the folder `keys`"},
    ConfigKey{"dp", "pb_key", optional, R"("dppb")", "name of its key in the folder `keys`"},
    ConfigKey{"dp", "attestation", optional, R"("platform")",
              R"(what an order's policy "attested" demands: platform, module, both)"},
    ConfigKey{"dp.credential", "auth_certificate", further, R"("auth-brainpool.der")",
              "CERT.DPauth under one CI more, or in the place of the four keys above: one table for each CI"},
    ConfigKey{"dp.credential", "pb_certificate", further, R"("pb-brainpool.der")", "CERT.DPpb under the same CI"},
    ConfigKey{"dp.credential", "auth_key", further, R"("dpauth-brainpool")", "name of its key in the folder `keys`"},
    ConfigKey{"dp.credential", "pb_key", further, R"("dppb-brainpool")", "name of its key in the folder `keys`"},
    ConfigKey{"dp.smds", "address", further, R"("smds.example.com")",
              "an SM-DS where events are registered: its host, with a port where it is not 443; one table for each"},
    ConfigKey{"dp.smds", "ca", optional, "[]",
              "certificates of who issued its TLS certificate, root or sub-CA; []: those in dp.ci"},
    ConfigKey{"dp.smds", "certificate", optional, R"("")",
              "shown to it, DER or PEM, or a list of files; \"\": that of [es2], or else of [server]"},
    ConfigKey{"dp.smds", "key", optional, R"("")", "its private key, PKCS#8, mode 0600"},
    ConfigKey{"dp.smds", "forwarding", optional, "false",
              "true: it is an alternative SM-DS, and is to register events with the root SM-DS too"},
    ConfigKey{"auc", "socket", wanted, R"("auc.sock")", "UNIX datagram socket; hostapd: eap_sim_db=unix:FILE"},
    ConfigKey{"pva", "id", wanted, R"("verifier.example.com")", "the verifier's name in its verdicts"},
    ConfigKey{"pva", "key", optional, R"("verifier")", "name of its key in the folder `keys`; on P-256"},
    ConfigKey{"pva", "nonce_seconds", optional, "120", "a challenge is answered within; 10 to 3600"},
    ConfigKey{"pva", "verdict_seconds", optional, "600", "a verdict lives; 10 to 86400"},
};

constexpr std::size_t comment_column = 42;

}  // namespace

std::span<const ConfigKey> config_keys() { return keys; }

std::string commented_config() {
    std::string out =
        "# The configuration of mcimd. Paths start at this file's folder. What is commented out has this value "
        "anyway, or need not be.\n";
    std::string_view table;
    for (const auto& key : keys) {
        const bool nested = key.presence == further;
        if (key.table != table)
            out += nested ? "\n#[[" + std::string(key.table) + "]]\n" : "\n[" + std::string(key.table) + "]\n";
        table = key.table;
        std::string line = key.presence == wanted ? "" : "#";
        line.append(key.name).append(" = ").append(key.value);
        line.resize(std::max(line.size() + 2, comment_column), ' ');
        out += line + "# " + std::string(key.meaning) + "\n";
    }
    return out;
}

}  // namespace mcim::apps::mcimd
