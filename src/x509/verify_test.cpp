#include "mcim/x509/verify.h"

#include <gtest/gtest.h>

#include "support/pki.h"

namespace mcim::x509 {
namespace {

using test::Pki;

class VerifyOnBothCurves : public testing::TestWithParam<crypto::Curve> {};
INSTANTIATE_TEST_SUITE_P(Curve, VerifyOnBothCurves,
                         testing::Values(crypto::Curve::p256, crypto::Curve::brainpool_p256r1),
                         [](const auto& p) { return p.param == crypto::Curve::p256 ? "p256" : "brainpool"; });

TEST_P(VerifyOnBothCurves, TakesTheWholePki) {
    Pki pki(GetParam());
    const auto euicc = verify_euicc(pki.euicc.der(), pki.eum.der(), pki.anchors, pki.now);
    ASSERT_TRUE(euicc) << to_string(euicc.refused());
    EXPECT_EQ(euicc->eid, pki.eid);
    EXPECT_EQ(euicc->ci_key_id, pki.anchors.all().front().key_id());
    EXPECT_TRUE(euicc->key == pki.euicc.key.public_key());
    const auto auth = verify_server(Role::dp_auth, pki.dp_auth.der(), pki.anchors, pki.now);
    ASSERT_TRUE(auth) << to_string(auth.refused());
    EXPECT_EQ(auth->oid, "2.999.10");
    const auto pb = verify_dp_pb(pki.dp_pb.der(), *auth, pki.anchors, pki.now);
    ASSERT_TRUE(pb) << to_string(pb.refused());
    const auto tls = verify_server(Role::dp_tls, pki.dp_tls.der(), pki.anchors, pki.now);
    ASSERT_TRUE(tls) << to_string(tls.refused());
    EXPECT_TRUE(names_host(tls->certificate, "SMDPP.example.com"));
    EXPECT_FALSE(names_host(tls->certificate, "example.com"));
    EXPECT_FALSE(names_host(tls->certificate, "smdpp.example.com.evil.example"));
}

TEST(VerifyServer, KnowsTheRolesOfADiscoveryServer) {
    Pki pki;
    for (const Role role : {Role::ds_auth, Role::ds_tls}) {
        const auto ds = pki.make_dp(role);
        EXPECT_TRUE(verify_server(role, ds.der(), pki.anchors, pki.now));
        EXPECT_EQ(verify_server(Role::dp_auth, ds.der(), pki.anchors, pki.now).refused().reason, Refusal::wrong_role);
    }
}

// SGP.22 4.5.2.2: the eUICC has no clock.
TEST(Verify, WithoutAClockDatesDoNotCount) {
    Pki pki;
    const Time later = pki.now + std::chrono::days(36500);
    EXPECT_EQ(verify_server(Role::dp_auth, pki.dp_auth.der(), pki.anchors, later).refused().reason, Refusal::expired);
    EXPECT_TRUE(verify_server(Role::dp_auth, pki.dp_auth.der(), pki.anchors, std::nullopt));
}

TEST(Verify, ACertificateCountsFromItsFirstToItsLastSecond) {
    Pki pki;
    const auto reason = [&](Time t) {
        const auto v = verify_server(Role::dp_auth, pki.dp_auth.der(), pki.anchors, t);
        return v ? std::string("valid") : std::string(to_string(v.refused().reason));
    };
    using std::chrono::milliseconds;
    EXPECT_EQ(reason(pki.validity.not_before - milliseconds(1)), "not yet valid");
    EXPECT_EQ(reason(pki.validity.not_before), "valid");
    EXPECT_EQ(reason(pki.validity.not_after + milliseconds(999)), "valid");
    EXPECT_EQ(reason(pki.validity.not_after + milliseconds(1000)), "expired");
}

TEST(VerifyDpPb, DemandsTheSameServerAndTheSameCi) {
    Pki pki;
    Pki other(crypto::Curve::p256, 2);
    ASSERT_TRUE(pki.anchors.add(other.ci.certificate));
    const auto auth = verify_server(Role::dp_auth, pki.dp_auth.der(), pki.anchors, pki.now);
    ASSERT_TRUE(auth);
    const auto reason = [&](const test::Identity& pb) {
        return verify_dp_pb(pb.der(), *auth, pki.anchors, pki.now).refused().reason;
    };
    EXPECT_EQ(reason(pki.make_dp(Role::dp_pb, "2.999.11")), Refusal::oid_mismatch);
    EXPECT_EQ(reason(other.dp_pb), Refusal::ci_mismatch);
    EXPECT_EQ(reason(pki.dp_auth), Refusal::wrong_role);
}

TEST(TrustAnchors, FindByKeyIdentifierAndReplaceARenewedRoot) {
    Pki pki;
    Pki other(crypto::Curve::brainpool_p256r1, 2);
    ASSERT_TRUE(pki.anchors.add(other.ci.der()));
    ASSERT_TRUE(pki.anchors.add(other.ci.der()));
    EXPECT_EQ(pki.anchors.all().size(), 2U);
    EXPECT_EQ(pki.anchors.find(*other.ci.certificate.subject_key_id)->certificate.der, other.ci.der());
    EXPECT_EQ(pki.anchors.find({}), nullptr);

    auto profile = pki.ci_profile();
    profile.validity.not_after += std::chrono::days(365);
    const Bytes renewed = sign(draft_ci(profile, pki.ci.key.public_key(), pki.random), pki.ci.key);
    ASSERT_TRUE(pki.anchors.add(renewed));
    EXPECT_EQ(pki.anchors.all().size(), 2U);
    EXPECT_EQ(pki.anchors.find(*pki.ci.certificate.subject_key_id)->certificate.der, renewed);
    EXPECT_TRUE(verify_server(Role::dp_auth, pki.dp_auth.der(), pki.anchors, pki.now));
}

/// Another certificate of the same EUM and key.
Bytes renewed_eum(Pki& pki) {
    return Pki::certify(draft_eum(pki.eum_profile(), pki.eum.key.public_key(), pki.ci.certificate, pki.random),
                        pki.eum.key, pki.ci.key)
        .der();
}

TEST(EumCache, RemembersASignatureButNotADate) {
    Pki pki;
    EumCache cache;
    ASSERT_TRUE(verify_euicc(pki.euicc.der(), pki.eum.der(), pki.anchors, pki.now, cache));
    EXPECT_EQ(cache.size(), 1U);
    const auto second = pki.make_euicc(*make_eid("89049032", 2));
    ASSERT_TRUE(verify_euicc(second.der(), pki.eum.der(), pki.anchors, pki.now, cache));
    EXPECT_EQ(cache.size(), 1U);
    const auto late = verify_euicc(second.der(), pki.eum.der(), pki.anchors, pki.now + std::chrono::days(36500), cache);
    ASSERT_FALSE(late);
    EXPECT_EQ(late.refused().reason, Refusal::expired);
}

TEST(EumCache, ForgetsWithTheAnchor) {
    Pki pki;
    EumCache cache;
    ASSERT_TRUE(verify_euicc(pki.euicc.der(), pki.eum.der(), pki.anchors, pki.now, cache));
    const auto orphan = verify_euicc(pki.euicc.der(), pki.eum.der(), TrustAnchors{}, pki.now, cache);
    ASSERT_FALSE(orphan);
    EXPECT_EQ(orphan.refused().reason, Refusal::unknown_ci);
    EXPECT_EQ(orphan.refused().certificate, Role::eum);
}

TEST(EumCache, StillChecksTheCard) {
    Pki pki;
    EumCache cache;
    ASSERT_TRUE(verify_euicc(pki.euicc.der(), pki.eum.der(), pki.anchors, pki.now, cache));
    Bytes forged = pki.euicc.der();
    forged.back() ^= 1U;
    EXPECT_EQ(verify_euicc(forged, pki.eum.der(), pki.anchors, pki.now, cache).refused().reason,
              Refusal::bad_signature);
}

TEST(EumCache, ARefusedEumIsNotKept) {
    Pki pki;
    EumCache cache;
    Bytes forged = pki.eum.der();
    forged.back() ^= 1U;
    for (int i = 0; i < 2; ++i)
        EXPECT_EQ(verify_euicc(pki.euicc.der(), forged, pki.anchors, pki.now, cache).refused().reason,
                  Refusal::bad_signature);
    EXPECT_EQ(cache.size(), 0U);
}

TEST(EumCache, SaysTheSameWithTheKeyPrepared) {
    Pki pki;
    EumCache cache;
    Bytes forged = pki.euicc.der();
    forged.back() ^= 1U;
    for (int i = 0; i < 20; ++i) {
        ASSERT_TRUE(verify_euicc(pki.euicc.der(), pki.eum.der(), pki.anchors, pki.now, cache)) << i;
        EXPECT_EQ(verify_euicc(forged, pki.eum.der(), pki.anchors, pki.now, cache).refused().reason,
                  Refusal::bad_signature)
            << i;
    }
    EXPECT_EQ(cache.prepared(), 1U);
}

TEST(EumCache, PreparesNothingForCardsThatDoNotHold) {
    Pki pki;
    EumCache cache;
    Bytes forged = pki.euicc.der();
    forged.back() ^= 1U;
    for (int i = 0; i < 40; ++i) EXPECT_FALSE(verify_euicc(forged, pki.eum.der(), pki.anchors, pki.now, cache));
    EXPECT_EQ(cache.prepared(), 0U);
}

TEST(EumCache, PreparesHalfOfItsEntriesAndKeepsThem) {
    Pki pki;
    EumCache cache(2);
    const auto meet = [&](View eum_der) {
        for (int i = 0; i < 16; ++i)
            ASSERT_TRUE(verify_euicc(pki.euicc.der(), eum_der, pki.anchors, pki.now, cache)) << i;
    };
    meet(pki.eum.der());
    EXPECT_EQ(cache.prepared(), 1U);
    for (int i = 0; i < 3; ++i) {
        meet(renewed_eum(pki));
        EXPECT_EQ(cache.prepared(), 1U);
        EXPECT_EQ(cache.size(), 2U);
    }
    EXPECT_NE(cache.find(crypto::sha256(pki.eum.der()), pki.anchors), nullptr);
}

TEST(EumCache, IsBounded) {
    Pki pki;
    EumCache cache(3);
    for (int i = 0; i < 6; ++i) {
        ASSERT_TRUE(verify_euicc(pki.euicc.der(), renewed_eum(pki), pki.anchors, pki.now, cache));
    }
    EXPECT_EQ(cache.size(), 3U);
}

}  // namespace
}  // namespace mcim::x509
