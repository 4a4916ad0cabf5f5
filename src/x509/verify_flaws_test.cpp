// Certificates with exactly one flaw each, and the one reason for which they are refused. Each begins as the draft that
// verifies (TEST FlawlessTwinVerifies), so that a rule switched off lets its certificate through and fails the test.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "mcim/x509/flaws_for_test.h"

namespace mcim::x509 {
namespace {

using namespace flaws;
using test::Pki;

// ---------------------------------------------------------------- where a spoilt certificate stands in its chain

template <class T>
std::string outcome(const Verdict<T>& v) {
    if (v) return "verified";
    return std::string(to_string(v.refused().reason)) + " (" + std::string(to_string(v.refused().certificate)) + ")";
}
std::string expected(Refusal reason, Role role_of) {
    return std::string(to_string(reason)) + " (" + std::string(to_string(role_of)) + ")";
}
void nothing(TbsCertificate&) {}

std::string with_euicc(Pki& pki, Spoil spoil) {
    auto draft = draft_euicc({pki.eid, "x", pki.validity}, pki.euicc.key.public_key(), pki.eum.certificate, pki.random);
    spoil(draft);
    return outcome(verify_euicc(sign(draft, pki.eum.key), pki.eum.der(), pki.anchors, pki.now));
}
std::string with_eum(Pki& pki, Spoil spoil) {
    auto draft = draft_eum(pki.eum_profile(), pki.eum.key.public_key(), pki.ci.certificate, pki.random);
    spoil(draft);
    return outcome(verify_euicc(pki.euicc.der(), sign(draft, pki.ci.key), pki.anchors, pki.now));
}
std::string with_server(Pki& pki, Role r, Spoil spoil) {
    auto draft = draft_server(pki.dp_profile(r), pki.dp_auth.key.public_key(), pki.ci.certificate, pki.random);
    spoil(draft);
    return outcome(verify_server(r, sign(draft, pki.ci.key), pki.anchors, pki.now));
}
std::string with_dp(Pki& pki, Spoil spoil) { return with_server(pki, Role::dp_auth, spoil); }
std::string with_tls(Pki& pki, Spoil spoil) { return with_server(pki, Role::dp_tls, spoil); }
std::string with_ci(Pki& pki, Spoil spoil) {
    auto draft = draft_ci(pki.ci_profile(), pki.ci.key.public_key(), pki.random);
    spoil(draft);
    return outcome(TrustAnchors{}.add(sign(draft, pki.ci.key)));
}

struct Case {
    Role role;
    std::string (*run)(Pki&, Spoil);
    std::span<const Flaw> flaws;
};
constexpr std::array cases{Case{Role::euicc, with_euicc, common_flaws}, Case{Role::euicc, with_euicc, leaf_flaws},
                           Case{Role::euicc, with_euicc, euicc_flaws},  Case{Role::eum, with_eum, common_flaws},
                           Case{Role::eum, with_eum, eum_flaws},        Case{Role::dp_auth, with_dp, common_flaws},
                           Case{Role::dp_auth, with_dp, leaf_flaws},    Case{Role::dp_auth, with_dp, dp_flaws},
                           Case{Role::dp_tls, with_tls, tls_flaws},     Case{Role::ci, with_ci, ci_flaws}};

TEST(CertificateFlaws, FlawlessTwinVerifies) {
    Pki pki;
    for (const Case& c : cases) EXPECT_EQ(c.run(pki, nothing), "verified") << to_string(c.role);
}

TEST(CertificateFlaws, EachIsRefusedForItsReason) {
    Pki pki;
    std::size_t count = 0;
    for (const Case& c : cases) {
        for (const Flaw& flaw : c.flaws) {
            EXPECT_EQ(c.run(pki, flaw.spoil), expected(flaw.reason, c.role)) << to_string(c.role) << ": " << flaw.name;
            ++count;
        }
    }
    EXPECT_GE(count, 60U);  // users.md A8
}

// The corpus meets every value of Refusal; the five named here need a second key, a second server or a revocation list:
// below, in verify_test.cpp and in crl_test.cpp.
TEST(CertificateFlaws, NoReasonIsWithoutACertificate) {
    std::set<Refusal> met{Refusal::unknown_ci, Refusal::bad_signature, Refusal::oid_mismatch, Refusal::ci_mismatch,
                          Refusal::revoked};
    for (const Case& c : cases)
        for (const Flaw& flaw : c.flaws) met.insert(flaw.reason);
    EXPECT_EQ(met.size(), refusal_count);
}

// ---------------------------------------------------------------- flaws outside of what is signed

TEST(CertificateFlaws, ASignatureByAnotherKeyIsRefused) {
    Pki pki;
    Pki other(crypto::Curve::p256, 2);
    const auto card =
        draft_euicc({pki.eid, "x", pki.validity}, pki.euicc.key.public_key(), pki.eum.certificate, pki.random);
    EXPECT_EQ(outcome(verify_euicc(sign(card, other.eum.key), pki.eum.der(), pki.anchors, pki.now)),
              "bad signature (eUICC)");
    const auto eum = draft_eum(pki.eum_profile(), pki.eum.key.public_key(), pki.ci.certificate, pki.random);
    EXPECT_EQ(outcome(verify_euicc(pki.euicc.der(), sign(eum, other.ci.key), pki.anchors, pki.now)),
              "bad signature (EUM)");
    const auto ci = draft_ci(pki.ci_profile(), pki.ci.key.public_key(), pki.random);
    EXPECT_EQ(outcome(TrustAnchors{}.add(sign(ci, other.ci.key))), "bad signature (CI root)");
}

TEST(CertificateFlaws, AChainToAnotherCiIsRefused) {
    Pki pki;
    Pki other(crypto::Curve::p256, 2);
    EXPECT_EQ(outcome(verify_euicc(other.euicc.der(), other.eum.der(), pki.anchors, pki.now)), "unknown CI (EUM)");
    EXPECT_EQ(outcome(verify_euicc(other.euicc.der(), pki.eum.der(), pki.anchors, pki.now)), "wrong issuer (eUICC)");
    EXPECT_EQ(outcome(verify_server(Role::dp_auth, other.dp_auth.der(), pki.anchors, pki.now)),
              "unknown CI (SM-DP+ authentication)");
}

TEST(CertificateFlaws, AnExpiredCiEndsItsChains) {
    Pki pki;
    auto profile = pki.ci_profile();
    profile.validity.not_after = pki.now - std::chrono::days(1);
    TrustAnchors expired;
    ASSERT_TRUE(expired.add(sign(draft_ci(profile, pki.ci.key.public_key(), pki.random), pki.ci.key)));
    EXPECT_EQ(outcome(verify_server(Role::dp_auth, pki.dp_auth.der(), expired, pki.now)), "expired (CI root)");
    EumCache cache;
    ASSERT_TRUE(verify_euicc(pki.euicc.der(), pki.eum.der(), expired, pki.now - std::chrono::days(2), cache));
    EXPECT_EQ(outcome(verify_euicc(pki.euicc.der(), pki.eum.der(), expired, pki.now, cache)), "expired (CI root)");
}

TEST(CertificateFlaws, FormsOutsideOfTheSignatureAreRefused) {
    Pki pki;
    const auto run = [&](Bytes der) { return outcome(verify_server(Role::dp_auth, der, pki.anchors, pki.now)); };
    const std::string malformed = expected(Refusal::malformed, Role::dp_auth);
    const Bytes& good = pki.dp_auth.der();
    ASSERT_EQ(run(good), "verified");
    EXPECT_EQ(run({}), malformed);
    EXPECT_EQ(run(concat({good, Bytes{0x00}})), malformed);
    auto structure = *der::decode<SignedCertificate>(good);
    structure.signature_algorithm = algorithm("1.2.840.10045.4.3.3");
    EXPECT_EQ(run(der::encode(structure)), malformed);
    structure = *der::decode<SignedCertificate>(good);
    structure.signature = *der::BitString::from_content(Bytes{0});
    EXPECT_EQ(run(der::encode(structure)), malformed);
    structure.signature = *der::BitString::from_content(*from_hex("003006020100020100"));
    EXPECT_EQ(run(der::encode(structure)), expected(Refusal::bad_signature, Role::dp_auth));
    Bytes indefinite = good;
    indefinite[1] = 0x80;
    EXPECT_EQ(run(indefinite), malformed);
}

}  // namespace
}  // namespace mcim::x509
