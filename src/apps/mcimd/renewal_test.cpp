// Certificates and revocation lists that change while the program runs.
#include "mcim/apps/mcimd/plain_for_test.h"
#include "mcim/x509/crl.h"
#include "support/reference.h"

namespace mcim::apps::mcimd {
namespace {

class Renewal : public Mcimd {
protected:
    void SetUp() override {
        at.write("eum.der", at.pki.eum.der());
        list("ci.crl", at.pki.ci, {}, 24h, 72h);
        list("eum.crl", at.pki.eum, {}, 24h, 72h);
        at.ci_files = "\"ci.der\"\neum = \"eum.der\"\nrevocation_lists = [\"ci.crl\", \"eum.crl\"]";
        at.more_tables = "[operation]\nlisten = \"127.0.0.1:0\"\n";
        start();
    }
    static Bytes list_of(const test::Identity& issuer, const std::vector<Bytes>& serials,
                         std::chrono::hours until = 24h, std::chrono::hours age = 0h) {
        x509::RevocationListProfile p{{system_now() - age, system_now() + until}, 1, {}};
        for (const auto& serial : serials) p.entries.push_back({serial, system_now()});
        return x509::issue_revocation_list(p, issuer.certificate, issuer.key);
    }
    void list(std::string_view file, const test::Identity& issuer, const std::vector<Bytes>& serials,
              std::chrono::hours until = 24h, std::chrono::hours age = 0h) const {
        at.write(file, list_of(issuer, serials, until, age));
    }
    std::string authenticate() { return refusal("authenticateClient", card.authenticate(initiate(), "UNKNOWN")); }
    std::string mistake() const {
        const auto lines = check_files(at.config(), system_now()).lines;
        EXPECT_EQ(lines.size(), 1U);
        return lines.empty() ? "" : lines.front();
    }
    static constexpr const char* accepted = "8.2.6/3.8";  ///< a stranger's matching ID is what is wrong then
};

TEST_F(Renewal, ListsAreReadAgain) {
    EXPECT_EQ(authenticate(), accepted);
    list("ci.crl", at.pki.ci, {at.pki.eum.certificate.serial});
    EXPECT_EQ(authenticate(), accepted) << "nobody has told the program";
    ASSERT_TRUE(running->renew());
    EXPECT_EQ(authenticate(), "8.1.2/6.1");
    list("ci.crl", at.pki.ci, {});
    list("eum.crl", at.pki.eum, {at.pki.euicc.certificate.serial});
    ASSERT_TRUE(running->renew());
    EXPECT_EQ(authenticate(), "8.1.3/6.1");
}

TEST_F(Renewal, RevokedCardsNotificationsAreNotBelieved) {
    add_operator("a", key_a);
    add_line("a", first, "999990000000001");
    install(add_order("a", first), first);
    list("eum.crl", at.pki.eum, {at.pki.euicc.certificate.serial});
    ASSERT_TRUE(running->renew());
    notify(card.notify(first, msg::NotificationEventBit::enable));
    EXPECT_EQ(standing(first), "installed");
    const auto all = *admin("GET", "/notifications").objects("notifications");
    std::string why;
    for (const auto& one : all)
        if (*one.text("trust") == "unverified") why += *one.text("why");
    EXPECT_NE(why.find("revoked"), std::string::npos) << why;
}

TEST_F(Renewal, ChangesNothingWhereAFileIsAtFault) {
    list("ci.crl", at.pki.ci, {at.pki.eum.certificate.serial});
    at.write("eum.crl", as_view("no list"));
    const auto renewed = running->renew();
    ASSERT_FALSE(renewed);
    EXPECT_NE(to_string(renewed.error()).find("eum.crl"), std::string::npos) << to_string(renewed.error());
    EXPECT_EQ(authenticate(), accepted);
    EXPECT_NE(mistake().find(": dp.revocation_lists: "), std::string::npos) << mistake();

    list("eum.crl", at.pki.eum, {});
    at.write("tls.der", as_view("no certificate"));
    EXPECT_FALSE(running->renew());
    EXPECT_EQ(authenticate(), accepted) << "the lists were read before that file";
}

TEST_F(Renewal, ListOfNobodyHereIsAMistake) {
    const test::Pki other(crypto::Curve::p256, 2);
    list("eum.crl", other.eum, {});
    EXPECT_NE(mistake().find("no certificate in dp.ci or dp.eum is its issuer"), std::string::npos) << mistake();
    list("eum.crl", {other.eum.key, at.pki.eum.certificate}, {});
    EXPECT_NE(mistake().find(": dp.revocation_lists: "), std::string::npos) << mistake();
    list("eum.crl", at.pki.eum, {});
    at.write("eum.der", other.eum.der());
    EXPECT_NE(mistake().find("unknown CI"), std::string::npos) << mistake();
}

/// Distribution points are read over plain HTTP: who is on the way may have kept what was there before the revocation.
TEST_F(Renewal, OlderListTakesNothingBack) {
    list("ci.crl", at.pki.ci, {at.pki.eum.certificate.serial}, 24h, 1h);
    ASSERT_TRUE(running->renew());
    list("ci.crl", at.pki.ci, {}, 24h, 2h);
    const auto renewed = running->renew();
    ASSERT_FALSE(renewed);
    EXPECT_NE(to_string(renewed.error()).find("these are older"), std::string::npos) << to_string(renewed.error());
    EXPECT_EQ(authenticate(), "8.1.2/6.1");
}

TEST_F(Renewal, FileWithSeveralListsIsAMistake) {
    std::string both;
    for (int i = 0; i < 2; ++i)
        both += "-----BEGIN X509 CRL-----\n" + base64(list_of(at.pki.ci, {})) + "\n-----END X509 CRL-----\n";
    at.write("ci.crl", as_view(both));
    EXPECT_NE(mistake().find("a file of its own"), std::string::npos) << mistake();
}

/// Else it would keep its CI's list from being taken, and those whom that names in.
TEST_F(Renewal, ServersOwnRevokedCertificateIsToldAndNotShown) {
    const auto auth = *x509::parse_certificate(test::file_content(at.temp / "auth.der"));
    list("ci.crl", at.pki.ci, {auth.serial});
    const auto renewed = running->renew();
    ASSERT_FALSE(renewed) << "there is no other";
    EXPECT_NE(to_string(renewed.error()).find("were revoked"), std::string::npos) << to_string(renewed.error());
    const auto tls = *x509::parse_certificate(test::file_content(at.temp / "tls.der"));
    list("ci.crl", at.pki.ci, {tls.serial, at.pki.eum.certificate.serial});
    ASSERT_TRUE(running->renew());
    EXPECT_EQ(authenticate(), "8.1.2/6.1");
    const auto answer = ask_plain(running->operation_port(), "/readyz");
    EXPECT_NE(answer.find("The certificate of server.tls_certificate was revoked by its issuer."), std::string::npos)
        << answer;
}

/// A list that is late takes nothing back; whoever keeps the program running sees it.
TEST_F(Renewal, OverdueListStaysInUseAndIsTold) {
    list("eum.crl", at.pki.eum, {at.pki.euicc.certificate.serial}, -24h, 48h);
    ASSERT_TRUE(running->renew());
    EXPECT_EQ(authenticate(), "8.1.3/6.1");
    const std::string metrics = ask_plain(running->operation_port(), "/metrics");
    const std::string series = "mcimd_certificate_expires_in_seconds{key=\"dp.revocation_lists\",position=\"1\"} -86";
    EXPECT_NE(metrics.find(series), std::string::npos) << metrics;
    EXPECT_TRUE(ask_plain(running->operation_port(), "/readyz").starts_with("HTTP/1.1 200 "));
}

TEST_F(Renewal, NewTlsCertificateIsShownToNewConnections) {
    initiate();
    auto profile = at.pki.dp_profile(x509::Role::dp_tls);
    profile.host = "other.example.com";
    profile.validity = {system_now() - 1h, system_now() + 1h};
    auto key = crypto::PrivateKey::generate(crypto::Curve::p256);
    const auto draft = draft_server(profile, key.public_key(), at.pki.ci.certificate, at.random);
    const auto tls = test::Pki::certify(draft, key, at.pki.ci.key);
    at.write("tls.der", tls.der());
    ASSERT_FALSE(running->renew()) << "its key is not there yet";
    std::filesystem::remove(at.temp / "tls.key");
    EXPECT_TRUE(custody::write_private_file(at.temp / "tls.key", expose(key.to_pkcs8())));
    ASSERT_TRUE(running->renew());
    initiate();  // over the connection that was open
    connect_to(running->port());
    const auto answer = client->send({"smdpp.example.com"}, {"GET", "/", {}, ""});
    ASSERT_FALSE(answer);
    EXPECT_NE(to_string(answer.error()).find("another host"), std::string::npos) << to_string(answer.error());
}

TEST_F(Renewal, HangUpIsHowTheProgramIsTold) {
    start_process();
    EXPECT_EQ(authenticate(), accepted);
    list("ci.crl", at.pki.ci, {at.pki.eum.certificate.serial});
    for (int i = 0; i < 2; ++i) process->hang_up();
    std::string seen;
    for (int i = 0; i < 100 && seen != "8.1.2/6.1"; ++i) {
        std::this_thread::sleep_for(50ms);
        seen = authenticate();
    }
    EXPECT_EQ(seen, "8.1.2/6.1");
    EXPECT_EQ(process->end_by(SIGTERM), 0);
}

}  // namespace
}  // namespace mcim::apps::mcimd
