#include "mcim/x509/issue.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>

#include "support/pki.h"
#include "support/temp_folder.h"

namespace mcim::x509 {
namespace {

using test::Pki;

TEST(Issue, SerialNumbersAreRandomPositiveAndOf16Octets) {
    Pki pki;
    const auto one = draft_ci(pki.ci_profile(), pki.ci.key.public_key(), pki.random).serial_number.bytes;
    const auto two = draft_ci(pki.ci_profile(), pki.ci.key.public_key(), pki.random).serial_number.bytes;
    EXPECT_NE(one, two);
    EXPECT_EQ(one.size(), 16U);
    EXPECT_LT(one[0], 0x80);
    EXPECT_GE(one[0], 0x40);
}

TEST(Issue, TheSameDraftEncodesTheSame) {
    Pki one;
    Pki two;
    EXPECT_EQ(to_bytes(one.euicc.certificate.tbs()), to_bytes(two.euicc.certificate.tbs()));
}

TEST(MakeEid, NumbersTheCardsOfAnEin) {
    EXPECT_EQ(make_eid("89049032", 7)->text().substr(0, 30), "890490320000000000000000000007");
    EXPECT_TRUE(make_eid("89049032", 7)->check_digits_hold());
    EXPECT_FALSE(make_eid("8904903", 1)->text() == make_eid("8904903", 2)->text());
    EXPECT_FALSE(make_eid("890490320000000000000000000000", 1));
    EXPECT_FALSE(make_eid("8904x", 1));
}

TEST(IssueEuicc, MakesWhatVerifies) {
    Pki pki;
    const auto key = crypto::PrivateKey::generate(crypto::Curve::p256, pki.random);
    const Eid eid = *make_eid("89049032", 99);
    const auto der =
        issue_euicc({eid, "card", pki.validity}, key.public_key(), pki.eum.certificate, pki.eum.key, pki.random);
    ASSERT_TRUE(der) << to_string(der.error());
    EXPECT_TRUE(verify_euicc(*der, pki.eum.der(), pki.anchors, pki.now));
}

TEST(IssueEuicc, RefusesWhatWouldNotVerify) {
    Pki pki;
    const auto key = crypto::PrivateKey::generate(crypto::Curve::p256, pki.random);
    const auto foreign = crypto::PrivateKey::generate(crypto::Curve::brainpool_p256r1, pki.random);
    const auto issue = [&](std::string_view ein, const crypto::PrivateKey& card, const test::Identity& cert,
                           const crypto::PrivateKey& eum) {
        return issue_euicc({*make_eid(ein, 1), "card", pki.validity}, card.public_key(), cert.certificate, eum,
                           pki.random);
    };
    EXPECT_EQ(issue("89049033", key, pki.eum, pki.eum.key).error().code, Errc::refused);
    EXPECT_EQ(issue("89049032", key, pki.eum, pki.ci.key).error().code, Errc::conflict);
    EXPECT_EQ(issue("89049032", foreign, pki.eum, pki.eum.key).error().code, Errc::bad_value);
    EXPECT_EQ(issue("89049032", key, pki.ci, pki.ci.key).error().code, Errc::refused);  // a CI names no range
}

// ---------------------------------------------------------------- the command line of OpenSSL judges

class OpensslJudges : public testing::TestWithParam<crypto::Curve> {
protected:
    void SetUp() override {
        if (run("openssl version").exit != 0) GTEST_SKIP() << "openssl is not installed";
    }

    struct Output {
        int exit;
        std::string text;
    };
    static Output run(const std::string& command) {
        Output out{-1, {}};
        FILE* pipe = popen((command + " 2>&1").c_str(), "r");
        if (pipe == nullptr) return out;
        std::array<char, 4096> part{};
        while (const auto n = std::fread(part.data(), 1, part.size(), pipe)) out.text.append(part.data(), n);
        out.exit = pclose(pipe);
        return out;
    }
    std::string file(std::string_view name, View der) {
        std::string path = (folder_ / name).string();
        std::ofstream out(path);
        out << "-----BEGIN CERTIFICATE-----\n" << base64(der) << "\n-----END CERTIFICATE-----\n";
        return path;
    }
    test::TempFolder folder_;
};
INSTANTIATE_TEST_SUITE_P(Curve, OpensslJudges, testing::Values(crypto::Curve::p256, crypto::Curve::brainpool_p256r1),
                         [](const auto& p) { return p.param == crypto::Curve::p256 ? "p256" : "brainpool"; });

TEST_P(OpensslJudges, EveryCertificateVerifiesInItsChain) {
    Pki pki(GetParam());
    const std::string ci = file("ci.pem", pki.ci.der());
    // 1780315200 is 2026-06-01T12:00:00Z
    const std::string verify = "openssl verify -x509_strict -attime 1780315200 -CAfile " + ci + " ";
    for (const auto* identity : {&pki.ci, &pki.eum, &pki.dp_auth, &pki.dp_pb, &pki.dp_tls}) {
        const auto out = run(verify + file("leaf.pem", identity->der()));
        EXPECT_EQ(out.exit, 0) << out.text << print(identity->certificate);
    }
    EXPECT_EQ(
        run(verify + "-purpose sslserver -verify_hostname smdpp.example.com " + file("tls.pem", pki.dp_tls.der())).exit,
        0);
    EXPECT_NE(run(verify + "-verify_hostname other.example.com " + file("tls.pem", pki.dp_tls.der())).exit, 0);
}

// OpenSSL does not know SGP.22's nameConstraints, by which a card's serialNumber only begins with the EIN: it refuses
// every card for them, and takes the same card under the same EUM without them.
TEST_P(OpensslJudges, TheCardVerifiesUnderItsEum) {
    Pki pki(GetParam());
    auto draft = draft_eum(pki.eum_profile(), pki.eum.key.public_key(), pki.ci.certificate, pki.random);
    std::erase_if(draft.extensions->list, [](const Extension& e) { return e.id.text() == oid::name_constraints; });
    const std::string verify = "openssl verify -x509_strict -attime 1780315200 -CAfile " +
                               file("ci.pem", pki.ci.der()) + " -untrusted " +
                               file("eum.pem", sign(draft, pki.ci.key)) + " ";
    const auto card = run(verify + file("euicc.pem", pki.euicc.der()));
    EXPECT_EQ(card.exit, 0) << card.text;
    Bytes forged = pki.euicc.der();
    forged.back() ^= 1U;
    EXPECT_NE(run(verify + file("forged.pem", forged)).exit, 0);
    file("eum.pem", pki.eum.der());
    EXPECT_NE(run(verify + file("euicc.pem", pki.euicc.der())).text.find("permitted subtree violation"),
              std::string::npos);
}

TEST_P(OpensslJudges, ReadsWhatWeWrote) {
    Pki pki(GetParam());
    const auto text = [&](const test::Identity& i) {
        return run("openssl x509 -noout -text -in " + file("x.pem", i.der())).text;
    };
    const auto expect = [](const std::string& in, std::initializer_list<std::string_view> parts) {
        for (const auto part : parts) EXPECT_NE(in.find(part), std::string::npos) << part << " in\n" << in;
    };
    expect(text(pki.ci),
           {"Issuer: CN = Test CI, OU = TESTCERT, O = RSPTEST, C = IT", "CA:TRUE", "Policy: 2.23.146.1.2.1.0",
            "Certificate Sign, CRL Sign", "Registered ID:2.999.1", "URI:http://ci.example.com/crl-a.crl"});
    expect(text(pki.eum),
           {"Subject: C = ES, O = RSP Test EUM, CN = EUM Test", "CA:TRUE, pathlen:0", "Policy: 2.23.146.1.2.1.2",
            "X509v3 Name Constraints: critical", "DirName:O = RSP Test EUM, serialNumber = 89049032"});
    expect(text(pki.euicc), {"serialNumber = " + pki.eid.text(), "Not After : Dec 31 23:59:59 9999 GMT",
                             "Digital Signature", "Policy: 2.23.146.1.2.1.1"});
    expect(text(pki.dp_tls),
           {"DNS:smdpp.example.com, Registered ID:2.999.10",
            "TLS Web Server Authentication, TLS Web Client Authentication", "X509v3 Extended Key Usage",
            "Policy: 2.23.146.1.2.1.3", "X509v3 Authority Key Identifier"});
    expect(text(pki.dp_auth),
           {"Registered ID:2.999.10", "Policy: 2.23.146.1.2.1.4", "X509v3 Certificate Policies: critical"});
    expect(text(pki.dp_pb), {"Policy: 2.23.146.1.2.1.5"});
}

}  // namespace
}  // namespace mcim::x509
