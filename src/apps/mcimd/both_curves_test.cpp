// One server for cards of both curves, each with the TLS and the certificates of its own CI.
#include "mcim/apps/mcimd/plain_for_test.h"

namespace mcim::apps::mcimd {
namespace {

/// The installation, which is on P-256, with the same SM-DP+ under a CI on brainpoolP256r1.
class BothCurves : public Mcimd {
protected:
    void SetUp() override {
        add_brainpool();
        start();
        add_operator("a", key_a);
        add_line("a", first, "999990000000001");
        add_line("a", second, "999990000000002");
    }
    /// Valid for a day longer than those on P-256.
    void add_brainpool() {
        const auto of = [&](x509::Role role) { return Installation::dp(role, brainpool, "2.999.10", 48h); };
        const auto auth = of(x509::Role::dp_auth);
        const auto pb = of(x509::Role::dp_pb);
        const auto tls = of(x509::Role::dp_tls);
        auto keys = custody::KeyFolder::open(at.temp / "keys");
        ASSERT_TRUE(keys) << to_string(keys.error());
        EXPECT_TRUE(keys->add_signing_key({"dpauth-brainpool"}, auth.key, at.random));
        EXPECT_TRUE(keys->add_signing_key({"dppb-brainpool"}, pb.key, at.random));
        at.write("ci-brainpool.der", brainpool.ci.der());
        at.write("auth-brainpool.der", auth.der());
        at.write("pb-brainpool.der", pb.der());
        at.write("tls-brainpool.der", tls.der());
        EXPECT_TRUE(custody::write_private_file(at.temp / "tls-brainpool.key.pem", expose(tls.key.to_pkcs8())));
        at.ci_files = R"(["ci.der", "ci-brainpool.der"])";
        at.more_tables = further_tables;
    }
    [[nodiscard]] std::vector<std::string> mistakes() const {
        const auto parsed = parse_config(at.toml(), at.temp / "mcimd.toml");
        if (const auto* wrong = std::get_if<Mistakes>(&parsed)) return wrong->lines;
        return check_files(std::get<Config>(parsed), system_now()).lines;
    }
    std::string sole_mistake() const {
        const auto lines = mistakes();
        EXPECT_EQ(lines.size(), 1U);
        return lines.empty() ? "" : lines.front();
    }
    static constexpr const char* further_tables = R"([[server.tls]]
certificate = "tls-brainpool.der"
key = "tls-brainpool.key.pem"
[[dp.credential]]
auth_certificate = "auth-brainpool.der"
pb_certificate = "pb-brainpool.der"
auth_key = "dpauth-brainpool"
pb_key = "dppb-brainpool"
)";
    test::Pki brainpool{crypto::Curve::brainpool_p256r1, 2};
    test::Identity identity = brainpool.make_euicc(*x509::make_eid("89049032", 2));
    test::SoftCard on_brainpool{identity, brainpool.eum, *brainpool.ci.certificate.subject_key_id};
};

TEST_F(BothCurves, CardsOfEitherDownloadOverTheirOwnTls) {
    install(add_order("a", first), first);
    EXPECT_EQ(standing(first), "installed");
    connect_to(running->port(), {brainpool.ci.der()});
    const auto order = add_order("a", second);
    const auto hello = initiate(on_brainpool);
    EXPECT_EQ(hello.euicc_ci_pk_id_to_be_used.bytes, *brainpool.ci.certificate.subject_key_id);
    const auto shown = x509::verify_server(x509::Role::dp_auth, hello.server_certificate.tlv, brainpool.anchors, {});
    ASSERT_TRUE(shown) << to_string(shown.refused());
    EXPECT_TRUE(shown->key.verify(der::encode(hello.server_signed1), hello.server_signature1.bytes));
    const auto id = bind(order, on_brainpool);
    notify(on_brainpool.installed(id, second, oid));
    EXPECT_EQ(standing(second), "installed");
}

TEST_F(BothCurves, InstanceThatIsLimitedToOneRefusesTheOther) {
    at.more_tables.clear();
    start();  // the CI on Brainpool is known, but there is no certificate under it
    EXPECT_EQ(refusal("initiateAuthentication", on_brainpool.initiate("smdpp.example.com")), "8.8.4/3.7");
    at.ci_files = R"("ci.der")";
    start();
    EXPECT_EQ(refusal("initiateAuthentication", on_brainpool.initiate("smdpp.example.com")), "8.8.2/3.1");
    offer(add_order("a", first));
}

/// A load balancer that asks goes on sending those who are served; and the next start is one.
TEST_F(BothCurves, WhatExpiredUnderOneCiKeepsNoCardOfTheOtherOut) {
    at.more_tables += "[operation]\nlisten = \"127.0.0.1:0\"\n";
    std::atomic<std::chrono::seconds> later{0s};
    start_in({.clock = [&later] { return system_now() + later.load(); }});
    const auto ready = [&] { return ask_plain(running->operation_port(), "/readyz"); };
    EXPECT_TRUE(ready().starts_with("HTTP/1.1 200 "));
    later = 25h;
    EXPECT_TRUE(ready().starts_with("HTTP/1.1 200 ")) << ready();
    start_in({.clock = [&later] { return system_now() + later.load(); }});
    EXPECT_TRUE(ready().starts_with("HTTP/1.1 200 ")) << ready();
    EXPECT_EQ(refusal("initiateAuthentication", card.initiate("smdpp.example.com")), "8.8.4/3.7");
    initiate(on_brainpool);
    later = 49h;
    EXPECT_NE(ready().find("HTTP/1.1 503 "), std::string::npos) << ready();
    EXPECT_NE(ready().find("The certificate of server.tls_certificate expired at 20"), std::string::npos) << ready();
    EXPECT_EQ(check_files(at.config(), system_now() + 25h).lines, std::vector<std::string>{});
    const auto lines = check_files(at.config(), system_now() + 49h).lines;
    ASSERT_EQ(lines.size(), 1U);
    EXPECT_NE(lines.front().find("and now it is 20"), std::string::npos) << lines.front();
    running.reset();
}

TEST_F(BothCurves, TablesMayStandInThePlaceOfTheSingleKeys) {
    std::string toml = at.toml();
    for (const std::string_view line : {"tls_certificate = \"tls.der\"\n", "tls_key = \"tls.key\"\n",
                                        "auth_certificate = \"auth.der\"\n", "pb_certificate = \"pb.der\"\n"})
        toml.replace(toml.find(line), line.size(), "");
    const auto config = at.config_of(toml);
    EXPECT_EQ(check_files(config, system_now()).lines, std::vector<std::string>{});
    EXPECT_EQ(config.tls->identities.size(), 1U);
    ASSERT_EQ(config.dp->credentials.size(), 1U);
    running.reset();
    running.emplace(config);
    connect_to(running->port(), {brainpool.ci.der()});
    bind(add_order("a", second), on_brainpool);
}

TEST_F(BothCurves, MistakesNameTheTable) {
    EXPECT_EQ(mistakes(), std::vector<std::string>{});
    struct Case {
        std::string_view text, by, place, words;
    };
    for (const auto& c : {
             Case{R"("pb-brainpool.der")", R"("pb.der")", ": dp.credential[1].auth_certificate: ", "CERT.DPpb"},
             Case{R"("dppb-brainpool")", R"("nobody")", ": dp.credential[1].pb_key: ", "a signing key"},
             Case{"pb_key = \"dppb-brainpool\"\n", "", ": dp.credential[1].pb_key: ", "is missing"},
             Case{R"("tls-brainpool.key.pem")", R"("tls.key")", ": server.tls[1].key: ", "not the key of"},
             Case{"key = \"tls-brainpool.key.pem\"\n", "", ": server.tls[1].key: ", "is missing"},
             Case{"pb_key =", "also = 1\npb_key =", ": dp.credential[1].also: ", "is no key of"},
         }) {
        at.more_tables = further_tables;
        at.more_tables.replace(at.more_tables.find(c.text), c.text.size(), c.by);
        const auto lines = mistakes();
        ASSERT_FALSE(lines.empty()) << c.by;
        EXPECT_NE(lines.front().find(c.place), std::string::npos) << lines.front();
        EXPECT_NE(lines.front().find(c.words), std::string::npos) << lines.front();
    }
    at.more_tables = "[dp.credential]\n";
    EXPECT_NE(sole_mistake().find("[[dp.credential]]"), std::string::npos);
}

TEST_F(BothCurves, SecondCertificateOfOneCurveOrCiIsAMistake) {
    at.more_tables = "[[server.tls]]\ncertificate = \"tls.der\"\nkey = \"tls.key\"\n";
    EXPECT_NE(sole_mistake().find("server.tls[1].certificate: "), std::string::npos) << sole_mistake();
    EXPECT_NE(sole_mistake().find("on P-256 already"), std::string::npos) << sole_mistake();
    at.more_tables =
        "[[dp.credential]]\nauth_certificate = \"auth.der\"\npb_certificate = \"pb.der\"\nauth_key = \"dpauth\"\n"
        "pb_key = \"dppb\"\n";
    EXPECT_NE(sole_mistake().find("dp.credential[1].auth_certificate: "), std::string::npos) << sole_mistake();
    EXPECT_NE(sole_mistake().find("under its CI"), std::string::npos) << sole_mistake();
}

TEST_F(BothCurves, AllAreOfOneSmDpPlus) {
    const auto auth = Installation::dp(x509::Role::dp_auth, brainpool, "2.999.11");
    const auto pb = Installation::dp(x509::Role::dp_pb, brainpool, "2.999.11");
    auto keys = custody::KeyFolder::open(at.temp / "keys");
    EXPECT_TRUE(keys->add_signing_key({"auth-of-another"}, auth.key, at.random));
    EXPECT_TRUE(keys->add_signing_key({"pb-of-another"}, pb.key, at.random));
    at.write("auth-brainpool.der", auth.der());
    at.write("pb-brainpool.der", pb.der());
    for (const auto& [name, by] :
         {std::pair("dpauth-brainpool", "auth-of-another"), {"dppb-brainpool", "pb-of-another"}})
        at.more_tables.replace(at.more_tables.find(name), std::string_view(name).size(), by);
    EXPECT_NE(sole_mistake().find("it is of SM-DP+ 2.999.11"), std::string::npos) << sole_mistake();
}

}  // namespace
}  // namespace mcim::apps::mcimd
