#include "mcim/x509/crl.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "mcim/x509/crl_structure.h"
#include "support/pki.h"
#include "support/reference.h"
#include "support/temp_folder.h"

namespace mcim::x509 {
namespace {

using test::Pki;

struct Lists : testing::Test {
    Bytes list_of(const test::Identity& issuer, std::vector<Bytes> serials) const {
        RevocationListProfile p{{pki.now, pki.now + std::chrono::days(30)}, 7, {}};
        for (auto& serial : serials) p.entries.push_back({std::move(serial), pki.now});
        return issue_revocation_list(p, issuer.certificate, issuer.key);
    }
    /// The list of the CI with one serial number, spoiled and signed again.
    template <class F>
    std::string refusal(F spoil) const {
        auto structure = *der::decode<CertificateList>(list_of(pki.ci, {{1, 2}}));
        spoil(structure);
        const auto signature = pki.ci.key.sign_der(der::encode(structure.tbs));
        structure.signature = *der::BitString::from_content(concat({Bytes{0}, signature}));
        const auto parsed = parse_revocation_list(der::encode(structure));
        return parsed ? "taken" : parsed.error().path;
    }
    template <class F>
    std::string refusal_with_extension(std::string_view id, extension::Critical critical, F value) const {
        return refusal([&](CertificateList& l) {
            l.tbs.extensions->list.push_back(extension::of(id, critical, der::encode(value)));
        });
    }
    Pki pki;
};

TEST_F(Lists, AreReadAndVerified) {
    const Bytes der = list_of(pki.ci, {pki.eum.certificate.serial, {1, 2}});
    const auto list = parse_revocation_list(der);
    ASSERT_TRUE(list) << to_string(list.error());
    EXPECT_EQ(list->issuer, pki.ci.certificate.subject);
    EXPECT_EQ(list->this_update, pki.now);
    EXPECT_EQ(list->next_update, pki.now + std::chrono::days(30));
    EXPECT_TRUE(list->names(pki.eum.certificate.serial));
    EXPECT_TRUE(list->names(Bytes{1, 2}));
    EXPECT_FALSE(list->names(Bytes{1}));
    EXPECT_TRUE(verify_revocation_list(*list, pki.ci.certificate));
    EXPECT_EQ(der::encode(*der::decode<CertificateList>(der)), der);
    const auto empty = parse_revocation_list(list_of(pki.ci, {}));
    ASSERT_TRUE(empty) << to_string(empty.error());
    EXPECT_TRUE(empty->serials.empty());
}

/// Written otherwise than in the certificate it would be found by nobody.
TEST_F(Lists, SerialNumbersAreWrittenAsInCertificates) {
    const auto named = [&](Bytes serial) {
        return refusal([&](CertificateList& l) { l.tbs.revoked_certificates->at(0).user_certificate.bytes = serial; });
    };
    EXPECT_EQ(named({0x00, 0x80}), "taken");
    for (const Bytes& serial : {Bytes{0x00, 0x01}, Bytes{0x80}, Bytes{0xFF, 0x80}})
        EXPECT_TRUE(named(serial).starts_with("CertificateList.userCertificate")) << named(serial);
}

TEST_F(Lists, OfOthersAreNotThisIssuers) {
    const Pki other(crypto::Curve::p256, 2);
    const auto verify = [&](const Bytes& der, const Certificate& issuer) {
        const auto verified = verify_revocation_list(*parse_revocation_list(der), issuer);
        return verified ? std::nullopt : std::optional(verified.error().code);
    };
    EXPECT_EQ(verify(list_of(pki.ci, {}), other.ci.certificate), Errc::conflict);
    EXPECT_EQ(verify(list_of(pki.ci, {}), pki.eum.certificate), Errc::conflict);
    EXPECT_EQ(verify(list_of({other.ci.key, pki.ci.certificate}, {}), pki.ci.certificate), Errc::bad_crypto);
    EXPECT_EQ(verify(list_of(pki.dp_auth, {}), pki.dp_auth.certificate), Errc::refused) << "it may sign no lists";
    EXPECT_TRUE(verify_revocation_list(*parse_revocation_list(list_of(pki.eum, {})), pki.eum.certificate));
    Bytes changed = list_of(pki.ci, {{0x11, 0x22, 0x33, 0x44}});
    const Bytes serial{0x11, 0x22, 0x33, 0x44};
    *std::ranges::search(changed, serial).begin() = 0x12;
    EXPECT_EQ(verify(changed, pki.ci.certificate), Errc::bad_crypto);
}

TEST_F(Lists, ThatSayLessOrMoreThanTheyMayAreRefused) {
    using extension::Critical;
    EXPECT_EQ(refusal([](CertificateList&) {}), "taken");
    EXPECT_EQ(refusal([](CertificateList& l) { l.tbs.version.reset(); }), "CertificateList.version");
    EXPECT_EQ(refusal([](CertificateList& l) { l.tbs.extensions.reset(); }), "CertificateList.version");
    EXPECT_EQ(refusal([](CertificateList& l) { l.tbs.extensions->list.clear(); }),
              "CertificateList.authorityKeyIdentifier");
    EXPECT_EQ(refusal([](CertificateList& l) { l.signature_algorithm.algorithm = *der::Oid::parse("1.2.3"); }),
              "CertificateList.signatureAlgorithm");
    EXPECT_EQ(refusal_with_extension("2.999.1", Critical::no, std::int32_t{1}), "taken");
    EXPECT_EQ(refusal_with_extension("2.999.1", Critical::yes, std::int32_t{1}), "CertificateList.crlExtensions");
    EXPECT_EQ(refusal_with_extension(oid::delta_crl_indicator, Critical::yes, std::int32_t{1}),
              "CertificateList.deltaCRLIndicator");
    IssuingDistributionPoint scope;
    scope.only_ca_certificates = true;
    EXPECT_EQ(refusal_with_extension(oid::issuing_distribution_point, Critical::yes, scope), "taken");
    scope.indirect = true;
    EXPECT_EQ(refusal_with_extension(oid::issuing_distribution_point, Critical::yes, scope),
              "CertificateList.indirectCRL");
    scope = {};
    scope.only_attribute_certificates = true;
    EXPECT_EQ(refusal_with_extension(oid::issuing_distribution_point, Critical::yes, scope),
              "CertificateList.onlyContainsAttributeCerts");
    EXPECT_EQ(refusal([](CertificateList& l) {
                  l.tbs.revoked_certificates->front().extensions.emplace().push_back(
                      extension::of("2.5.29.29", Critical::yes, Bytes{0x30, 0}));  // certificateIssuer
              }),
              "CertificateList.crlEntryExtensions");
    EXPECT_EQ(parse_revocation_list(Bytes(revocation_list_octets_max + 1)).error().code, Errc::too_large);
    EXPECT_FALSE(parse_revocation_list(pki.ci.der()));
}

// ---------------------------------------------------------------- certificates that are named

struct Revoked : Lists {
    void revoke(const test::Identity& issuer, const test::Identity& subject) {
        auto list = parse_revocation_list(list_of(issuer, {subject.certificate.serial}));
        ASSERT_TRUE(list) << to_string(list.error());
        pki.anchors.set_revocation_lists({*std::move(list)});
    }
    std::string card() {
        const auto verdict = verify_euicc(pki.euicc.der(), pki.eum.der(), pki.anchors, pki.now, cache);
        return verdict ? "verified"
                       : std::string(to_string(verdict.refused().reason)) + " " +
                             std::string(to_string(verdict.refused().certificate));
    }
    EumCache cache;
};

TEST_F(Revoked, EumTakesItsCardsWithIt) {
    revoke(pki.ci, pki.eum);
    EXPECT_EQ(card(), "revoked EUM");
    pki.anchors.set_revocation_lists({});
    EXPECT_EQ(card(), "verified");
    revoke(pki.ci, pki.eum);
    EXPECT_EQ(card(), "revoked EUM") << "though its signature was looked at before";
}

TEST_F(Revoked, CardAloneIsRefused) {
    revoke(pki.eum, pki.euicc);
    EXPECT_EQ(card(), "revoked eUICC");
    const auto neighbour = pki.make_euicc(*make_eid("89049032", 2));
    EXPECT_TRUE(verify_euicc(neighbour.der(), pki.eum.der(), pki.anchors, pki.now, cache));
}

/// Serial numbers are an issuer's own.
TEST_F(Revoked, SerialNumberOfAnotherIssuersListMeansNothing) {
    revoke(pki.ci, pki.euicc);
    EXPECT_EQ(card(), "verified");
    revoke(pki.eum, pki.eum);
    EXPECT_EQ(card(), "verified");
}

TEST_F(Revoked, ServerIsRefusedInEachRole) {
    for (const auto& [role, identity] :
         {std::pair(Role::dp_auth, &pki.dp_auth), {Role::dp_pb, &pki.dp_pb}, {Role::dp_tls, &pki.dp_tls}}) {
        revoke(pki.ci, *identity);
        const auto verdict = verify_server(role, identity->der(), pki.anchors, pki.now);
        ASSERT_FALSE(verdict);
        EXPECT_EQ(verdict.refused().reason, Refusal::revoked);
    }
}

// ---------------------------------------------------------------- with another implementation

struct OpensslLists : Lists {
    void write(std::string_view name, std::string_view content) const {
        std::ofstream(folder / name, std::ios::binary) << content;
    }
    void write_pem(std::string_view name, const std::string& what, View der) const {
        write(name, "-----BEGIN " + what + "-----\n" + base64(der) + "\n-----END " + what + "-----\n");
    }
    int run(const std::string& arguments) const {
        const std::string command = "cd " + folder.path().string() + " && openssl " + arguments + " >log 2>&1";
        return std::system(command.c_str());  // NOLINT(cert-env33-c): a program to compare with
    }
    std::string log() const {
        std::ostringstream out;
        out << std::ifstream(folder / "log").rdbuf();
        return out.str();
    }
    test::TempFolder folder;
};

TEST_F(OpensslLists, OfItsOwnAreRead) {
    write_pem("ci.pem", "CERTIFICATE", pki.ci.der());
    write_pem("ci.key", "PRIVATE KEY", expose(pki.ci.key.to_pkcs8()));
    write("index", "R\t360101000000Z\t260501000000Z,keyCompromise\t" + hex(pki.eum.certificate.serial) +
                       "\tunknown\t/CN=EUM\nV\t360101000000Z\t\t1234\tunknown\t/CN=other\n");
    write("number", "07\n");
    write("conf",
          "[ca]\ndefault_ca=d\n[d]\ndatabase=index\ncrlnumber=number\ndefault_md=sha256\ndefault_crl_days=30\n"
          "crl_extensions=e\n[e]\nauthorityKeyIdentifier=keyid\nissuingDistributionPoint=critical,@i\n[i]\n"
          "fullname=URI:http://ci.example.com/crl-a.crl\n");
    ASSERT_EQ(run("ca -gencrl -config conf -keyfile ci.key -cert ci.pem -out list.pem"), 0) << log();
    ASSERT_EQ(run("crl -in list.pem -outform DER -out list.der"), 0) << log();
    const auto list = parse_revocation_list(test::file_content(folder / "list.der"));
    ASSERT_TRUE(list) << to_string(list.error());
    EXPECT_EQ(list->serials, std::vector<Bytes>{pki.eum.certificate.serial});
    EXPECT_TRUE(verify_revocation_list(*list, pki.ci.certificate));
}

TEST_F(OpensslLists, ReadsWhatWeWrote) {
    write_pem("ci.pem", "CERTIFICATE", pki.ci.der());
    write_pem("eum.pem", "CERTIFICATE", pki.eum.der());
    const std::string verify = "verify -attime 1780315200 -crl_check -CAfile ci.pem -CRLfile list.pem eum.pem";
    write_pem("list.pem", "X509 CRL", list_of(pki.ci, {}));
    EXPECT_EQ(run(verify), 0) << log();
    write_pem("list.pem", "X509 CRL", list_of(pki.ci, {pki.eum.certificate.serial}));
    EXPECT_NE(run(verify), 0);
    EXPECT_NE(log().find("certificate revoked"), std::string::npos) << log();
}

}  // namespace
}  // namespace mcim::x509
