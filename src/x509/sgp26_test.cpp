// The GSMA test PKI (SGP.26), certificates that nobody here made.
#include <gtest/gtest.h>

#include <set>

#include "mcim/x509/exercise.h"
#include "mcim/x509/verify.h"
#include "support/reference.h"

namespace mcim::x509 {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> certificates(const fs::path& root) {
    std::vector<fs::path> out;
    for (const auto& entry : fs::recursive_directory_iterator(root))
        if (entry.path().extension() == ".der") out.push_back(entry.path());
    return out;
}

std::optional<Role> role_of_folder(const fs::path& file) {
    const auto folder = file.parent_path().filename();
    if (folder == "CertificateIssuer") return Role::ci;
    if (folder == "EUM") return Role::eum;
    if (folder == "eUICC") return Role::euicc;
    if (folder == "DPauth") return Role::dp_auth;
    if (folder == "DPpb") return Role::dp_pb;
    if (folder == "DPtls") return Role::dp_tls;
    return std::nullopt;
}

TrustAnchors both_roots(const fs::path& root) {
    TrustAnchors out;
    for (const char* file : {"CertificateIssuer/CERT_CI_ECDSA_NIST.der", "CertificateIssuer/CERT_CI_ECDSA_BRP.der"}) {
        const auto added = out.add(test::file_content(root / file));
        EXPECT_TRUE(added) << to_string(added.refused());
    }
    return out;
}

TEST(Sgp26, EveryCertificateParsesAndReEncodes) {
    MCIM_REFERENCE_OR_SKIP(root, "sgp26");
    std::size_t count = 0;
    for (const auto& file : certificates(root)) {
        const Bytes der = test::file_content(file);
        const auto structure = der::decode<SignedCertificate>(der);
        ASSERT_TRUE(structure) << file << to_string(structure.error());
        EXPECT_EQ(der::encode(*structure), der) << file;
        const auto parsed = parse_certificate(der);
        ASSERT_TRUE(parsed) << file << to_string(parsed.error());
        EXPECT_EQ(parsed->role(), role_of_folder(file)) << file;
        EXPECT_TRUE(parsed->other_extensions.empty()) << file;
        exercise_certificate(der);
        ++count;
    }
    EXPECT_EQ(count, 19U);
}

// Each at a time within its own validity: some TLS certificates of the set live for a year only.
TEST(Sgp26, EveryServerVerifiesInItsChain) {
    MCIM_REFERENCE_OR_SKIP(root, "sgp26");
    const TrustAnchors anchors = both_roots(root);
    std::size_t count = 0;
    for (const auto& file : certificates(root)) {
        const Role role = *role_of_folder(file);
        if (role == Role::ci || role == Role::eum || role == Role::euicc) continue;
        const Bytes der = test::file_content(file);
        const Validity validity = parse_certificate(der)->validity;
        const auto v = verify_server(role, der, anchors, validity.not_before + std::chrono::days(30));
        EXPECT_TRUE(v) << file << ": " << to_string(v.refused());
        const auto late = verify_server(role, der, anchors, validity.not_after + std::chrono::seconds(1));
        EXPECT_EQ(late.refused().reason, Refusal::expired) << file;
        ++count;
    }
    EXPECT_EQ(count, 13U);
}

TEST(Sgp26, BothCardsVerifyInTheirChains) {
    MCIM_REFERENCE_OR_SKIP(root, "sgp26");
    const TrustAnchors anchors = both_roots(root);
    const Time now = *from_rfc3339("2026-11-21T12:00:00Z");
    for (const std::string curve : {"NIST", "BRP"}) {
        const auto v = verify_euicc(test::file_content(root / ("eUICC/CERT_EUICC_ECDSA_" + curve + ".der")),
                                    test::file_content(root / ("EUM/CERT_EUM_ECDSA_" + curve + ".der")), anchors, now);
        ASSERT_TRUE(v) << curve << ": " << to_string(v.refused());
        EXPECT_EQ(v->eid.text(), "89049032123451234512345678901235");
        EXPECT_EQ(to_rfc3339(v->certificate.validity.not_after), "7496-01-24T09:48:58Z");
    }
}

TEST(Sgp26, DpPbBelongsToTheDpAuthOfItsServerOnly) {
    MCIM_REFERENCE_OR_SKIP(root, "sgp26");
    const TrustAnchors anchors = both_roots(root);
    const Time now = *from_rfc3339("2026-11-21T12:00:00Z");
    const auto auth =
        verify_server(Role::dp_auth, test::file_content(root / "DPauth/CERT_S_SM_DPauth_ECDSA_NIST.der"), anchors, now);
    ASSERT_TRUE(auth);
    EXPECT_EQ(auth->oid, "2.999.10");
    const auto with = [&](const char* pb) { return verify_dp_pb(test::file_content(root / pb), *auth, anchors, now); };
    EXPECT_TRUE(with("DPpb/CERT_S_SM_DPpb_ECDSA_NIST.der"));
    EXPECT_EQ(with("DPpb/CERT_S_SM_DP2pb_ECDSA_NIST.der").refused().reason, Refusal::oid_mismatch);
    EXPECT_EQ(with("DPpb/CERT_S_SM_DPpb_ECDSA_BRP.der").refused().reason, Refusal::ci_mismatch);
}

}  // namespace
}  // namespace mcim::x509
