#include "mcim/apps/mcimd/config.h"

#include <gtest/gtest.h>

namespace mcim::apps::mcimd {
namespace {

constexpr std::string_view whole = R"(
[server]
listen = "127.0.0.1:8443"
roles = ["dp", "auc", "pva"]
database = "mcimd.sqlite"
keys = "/etc/mcim/keys"
tls_certificate = ["tls.der", "sub.pem"]
tls_key = "tls.key.pem"
admin_socket = "admin.sock"
log_level = "warn"
laboratory = true
body_octets_max = 65536
[dp]
address = "smdp.example.com:8443"
ci = "ci.der"
auth_certificate = "auth.der"
pb_certificate = "pb.der"
attestation = "both"
[auc]
socket = "auc.sock"
[pva]
id = "verifier.example"
nonce_seconds = 60
)";

TEST(Config, ReadsEveryRole) {
    const auto parsed = parse_config(whole, "/srv/mcim/mcimd.toml");
    ASSERT_TRUE(std::holds_alternative<Config>(parsed)) << std::get<Mistakes>(parsed).lines.front();
    const auto& c = std::get<Config>(parsed);
    EXPECT_EQ(c.tls->listen.ip, "127.0.0.1");
    EXPECT_EQ(c.tls->listen.port, 8443);
    EXPECT_EQ(c.database, "/srv/mcim/mcimd.sqlite");
    EXPECT_EQ(c.keys, "/etc/mcim/keys");
    EXPECT_EQ(c.tls->identities.front().certificate.size(), 2U);
    EXPECT_EQ(c.limits.body_octets_max, 65536U);
    EXPECT_EQ(c.limits.connections_per_address_max, c.limits.connections_max) << "a laboratory's";
    EXPECT_EQ(c.log_level, "warn");
    EXPECT_EQ(c.dp->address, "smdp.example.com:8443");
    EXPECT_EQ(c.dp->ci.front(), "/srv/mcim/ci.der");
    EXPECT_EQ(c.dp->credentials.front().auth_key, "dpauth");
    EXPECT_EQ(c.dp->attestation, pva::Demand::both);
    EXPECT_TRUE(c.laboratory);
    EXPECT_EQ(c.pva->nonce_time, std::chrono::seconds(60));
}

TEST(Config, LimitsConnectionsOfAnAddressOutsideOfALaboratory) {
    std::string text(whole);
    text.replace(text.find("laboratory = true"), 17, "laboratory = false");
    EXPECT_EQ(std::get<Config>(parse_config(text, "m.toml")).limits.connections_per_address_max, 1000U);
    text.replace(text.find("[dp]"), 4, "connections_per_address_max = 7\n[dp]");
    EXPECT_EQ(std::get<Config>(parse_config(text, "m.toml")).limits.connections_per_address_max, 7U);
}

TEST(Config, LimitsRequestsOutsideOfALaboratory) {
    const auto rates = [](const std::string& text) { return std::get<Config>(parse_config(text, "m.toml")).rates; };
    std::string text(whole);
    EXPECT_EQ(rates(text), (Rates{0, 0, 0, 0}));
    EXPECT_EQ(rates(text + "[limits]\neid_authentications_per_minute = 7\n"), (Rates{0, 7, 0, 0}));
    text.replace(text.find("laboratory = true"), 17, "laboratory = false");
    EXPECT_EQ(rates(text), Rates{});
    EXPECT_EQ(rates(text + "[limits]\naddress_requests_per_minute = 7\n"), (Rates{7, 600, 600'000, 60}));
    EXPECT_EQ(rates(text + "[limits]\norder_downloads_per_hour = 7\n"), (Rates{1'200'000, 600, 600'000, 7}));
    EXPECT_EQ(rates(text + "[limits]\noperator_orders_per_minute = 0\n"), (Rates{1'200'000, 600, 0, 60}));
}

TEST(Config, ServesOperatorsWhereItSaysSo) {
    EXPECT_FALSE(std::get<Config>(parse_config(whole, "m.toml")).operation);
    const auto with = parse_config(std::string(whole) + "[operation]\nlisten = \"[::1]:9464\"\n", "m.toml");
    ASSERT_TRUE(std::holds_alternative<Config>(with)) << std::get<Mistakes>(with).lines.front();
    EXPECT_EQ(std::get<Config>(with).operation->ip, "::1");
    EXPECT_EQ(std::get<Config>(with).operation->port, 9464);
}

/// The text with one line replaced, or taken out where `by` is empty.
std::string changed(std::string_view line, std::string_view by) {
    std::string text(whole);
    return text.replace(text.find(line), line.size(), by);
}

TEST(Config, DatabaseIsAFileOrPostgres) {
    for (const std::string name : {"postgresql:///mcim", "host=/run/postgresql dbname=mcim"}) {
        const auto parsed = parse_config(changed("mcimd.sqlite", name), "/srv/mcim/mcimd.toml");
        ASSERT_TRUE(std::holds_alternative<Config>(parsed)) << std::get<Mistakes>(parsed).lines.front();
        EXPECT_EQ(std::get<Config>(parsed).postgres, name);
        EXPECT_EQ(std::get<Config>(parsed).database, "");
    }
}

/// Where nothing is beside the keys or beside a database's file, and never where the program happens to be started.
TEST(Config, OwnKeysLieInAFolderThatTheConfigurationNames) {
    const auto folder = [](const std::string& text) {
        return std::get<Config>(parse_config(text, "/srv/mcim/mcimd.toml")).own_keys();
    };
    EXPECT_EQ(folder(std::string(whole)), "/etc/mcim/keys");
    const std::string apart =
        changed("keys = \"/etc/mcim/keys\"\n", "") + "\n[signer]\nsocket = \"/run/signer.sock\"\n";
    EXPECT_EQ(folder(apart), "/srv/mcim");
    std::string shared = apart;
    shared.replace(shared.find("mcimd.sqlite"), std::string_view("mcimd.sqlite").size(), "postgresql:///mcim");
    EXPECT_EQ(folder(shared), "/srv/mcim");
}

TEST(Config, NamesMistakesWithFileLineKeyAndWhatIsAllowed) {
    struct Case {
        std::string text;
        std::string_view mistake;
    };
    const std::vector<Case> cases{
        {"\x30\x82\xFF",
         "m.toml:1: this is not TOML (Encountered invalid utf-8 sequence); \"mcimd --print-config\" shows what a "
         "configuration looks like"},
        {changed("listen = \"127.0.0.1:8443\"", "listen = \"127.0.0.1\""),
         "m.toml:3: server.listen: an IP address and a port, \"127.0.0.1:8443\" is wanted, not \"127.0.0.1\""},
        {changed("listen = \"127.0.0.1:8443\"", "listen = \"localhost:8443\""),
         "m.toml:3: server.listen: an IP address and a port, \"127.0.0.1:8443\" is wanted, not \"localhost:8443\""},
        {changed("listen = \"127.0.0.1:8443\"", "listen = 8443"),
         "m.toml:3: server.listen: an IP address and a port, \"127.0.0.1:8443\" is wanted"},
        {changed("database = \"mcimd.sqlite\"", ""),
         "m.toml:2: server.database: is missing: the name of the SQLite file, or how PostgreSQL is reached, is wanted"},
        {changed("\"warn\"", "\"loud\""),
         "m.toml:10: server.log_level: one of \"debug\" \"info\" \"warn\" \"error\" is wanted, not \"loud\""},
        {changed("65536", "12"),
         "m.toml:12: server.body_octets_max: a whole number from 4096 to 67108864 is wanted, not 12"},
        {changed("laboratory = true", "laboratory = \"yes\""), "m.toml:11: server.laboratory: true or false is wanted"},
        {changed("attestation = \"both\"", "attestations = \"both\""),
         "m.toml:18: dp.attestations: is no key of [dp]; known are address, attestation, auth_certificate, auth_key, "
         "ci, eum, pb_certificate, pb_key, revocation_lists, [[credential]], [[smds]]"},
        {changed("\"auc\", \"pva\"", "\"auc\", \"hss\""),
         "m.toml:4: server.roles: \"hss\" is no role; known are dp, auc, pva"},
        {changed("\"auc\", \"pva\"", "\"auc\", \"pva\", \"auc\""),
         "m.toml:4: server.roles: \"auc\" is named twice; once is enough"},
        {changed("[\"dp\", \"auc\", \"pva\"]", "[]"),
         "m.toml:4: server.roles: a list of \"dp\", \"auc\", \"pva\" is wanted"},
        {changed("roles = [\"dp\", \"auc\", \"pva\"]", ""),
         "m.toml:2: server.roles: is missing: a list of \"dp\", \"auc\", \"pva\" is wanted"},
        {changed("[pva]", "[pvaa]"),
         "m.toml:21: [pvaa] is no table of mcimd; known are server, signer, limits, operation, es2, log, dp, auc, pva"},
        {changed("[pva]", "[\"dp.credential\"]\n[pva]"),
         "m.toml:21: [dp.credential] is no table of mcimd; known are server, signer, limits, operation, es2, log, dp, "
         "auc, "
         "pva"},
        {changed("[pva]", "[operation]\nlisten = \"9464\"\n[pva]"),
         "m.toml:22: operation.listen: an IP address and a port, \"127.0.0.1:8443\" is wanted, not \"9464\""},
        {changed("[pva]", "[operation]\nlisten = \"127.0.0.1:8443\"\n[pva]"),
         "m.toml:22: operation.listen: is that of [server]: another port is wanted, which devices do not reach"},
        {changed("[pva]", "[operation]\nport = 9464\n[pva]"),
         "m.toml:22: operation.port: is no key of [operation]; known are listen"},
        {changed("[pva]", "[limits]\neid_authentications_per_minute = -1\n[pva]"),
         "m.toml:22: limits.eid_authentications_per_minute: a whole number from 0 to 1000000000 is wanted, not -1"},
        {changed("[pva]", "[limits]\naddress_requests_per_minute = \"many\"\n[pva]"),
         "m.toml:22: limits.address_requests_per_minute: a whole number from 0 to 1000000000 is wanted"},
        {changed("[pva]", "[log]\nformat = \"xml\"\n[pva]"),
         "m.toml:22: log.format: one of \"text\" \"json\" is wanted, not \"xml\""},
        {"operation = \"127.0.0.1:9464\"\n" + std::string(whole),
         "m.toml:1: operation: a table is wanted, [operation] and its keys below it"},
        {changed("smdp.example.com:8443", ""),
         "m.toml:14: dp.address: is empty: the host name of activation codes, with a port where it is not 443 is "
         "wanted"},
        {changed("\"verifier.example\"", "\"\""),
         "m.toml:22: pva.id: is empty: the verifier's name in its verdicts is wanted"},
        {changed("\"auc.sock\"", "\"\""),
         "m.toml:20: auc.socket: is empty: the name of a UNIX datagram socket is wanted"},
        {changed("smdp.example.com:8443", "a$b"),
         "m.toml:14: dp.address: a host name, with a port where it is not 443, is wanted, not \"a$b\""},
        {changed("smdp.example.com:8443", "local host"),
         "m.toml:14: dp.address: a host name, with a port where it is not 443, is wanted, not \"local host\""},
        {changed("smdp.example.com:8443", "smdp.example.com:port"),
         "m.toml:14: dp.address: a host name, with a port where it is not 443, is wanted, not "
         "\"smdp.example.com:port\""},
    };
    for (const auto& c : cases) {
        const auto parsed = parse_config(c.text, "m.toml");
        ASSERT_TRUE(std::holds_alternative<Mistakes>(parsed)) << c.mistake;
        EXPECT_EQ(std::get<Mistakes>(parsed).lines.front(), c.mistake);
    }
}

/// hostapd asks it through a socket of its machine.
TEST(Config, OfACentreAloneNamesNothingForTls) {
    const std::string tls_lines = "tls_certificate = [\"tls.der\", \"sub.pem\"]\ntls_key = \"tls.key.pem\"\n";
    std::string text = changed("\"dp\", \"auc\", \"pva\"", "\"auc\"");
    text.replace(text.find(tls_lines), tls_lines.size(), "");
    text.replace(text.find("listen = \"127.0.0.1:8443\"\n"), 26, "");
    const auto centre = parse_config(text, "m.toml");
    ASSERT_TRUE(std::holds_alternative<Config>(centre)) << std::get<Mistakes>(centre).lines.front();
    EXPECT_FALSE(std::get<Config>(centre).tls);
    for (const auto* role : {"dp", "pva"}) {
        std::string more = text;
        more.replace(more.find("\"auc\""), 5, "\"auc\", \"" + std::string(role) + "\"");
        const auto parsed = parse_config(more, "m.toml");
        ASSERT_TRUE(std::holds_alternative<Mistakes>(parsed)) << role;
        std::string all;
        for (const auto& line : std::get<Mistakes>(parsed).lines) all += line + "\n";
        for (const auto* key :
             {"server.listen: is missing", "server.tls_certificate: is missing", "server.tls_key: is missing"})
            EXPECT_NE(all.find(key), std::string::npos) << role << ": " << all;
    }
}

TEST(Config, OfACentreAloneIsNotReadWhereItIsForTls) {
    std::string text = changed("\"dp\", \"auc\", \"pva\"", "\"auc\"");
    text.replace(text.find("127.0.0.1:8443"), 14, "nowhere");
    const auto parsed = parse_config(text, "m.toml");
    ASSERT_TRUE(std::holds_alternative<Config>(parsed)) << std::get<Mistakes>(parsed).lines.front();
    EXPECT_FALSE(std::get<Config>(parsed).tls) << "like the tables of roles that are not played";
}

TEST(Config, NamesAllMistakesAtOnce) {
    const auto parsed = parse_config("[server]\nroles = [\"dp\"]\n", "m.toml");
    EXPECT_GE(std::get<Mistakes>(parsed).lines.size(), 10U);
}

TEST(Config, SaysWhereTheTextIsNoToml) {
    const auto parsed = parse_config("[server]\nlisten = \n", "m.toml");
    EXPECT_TRUE(std::get<Mistakes>(parsed).lines.front().starts_with("m.toml:2: "));
    EXPECT_FALSE(std::get<Mistakes>(load_config("/nowhere/m.toml")).lines.empty());
    const auto unreadable = std::get<Mistakes>(load_config("/")).lines.front();
    EXPECT_TRUE(unreadable.starts_with("/: cannot be read; \"mcim platform init\" makes")) << unreadable;
}

}  // namespace
}  // namespace mcim::apps::mcimd
