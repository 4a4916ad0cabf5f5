// A server with credentials under several CIs, on both curves: which of them a card is answered with (SGP.22 5.6.1).
#include "mcim/smdp/desk_for_test.h"

namespace mcim::smdp {
namespace {

/// A desk on P-256, and the same SM-DP+ under a CI on brainpoolP256r1.
class SeveralCi : public testing::Test {
protected:
    SeveralCi() {
        EXPECT_TRUE(desk.server.anchors.add(other.ci.certificate));
        desk.server.credentials.push_back(*make_credential(other.dp_auth.der(), other.dp_pb.der(), {"dpauth-other"},
                                                           {"dppb-other"}, desk.server.anchors));
    }
    static msg::SubjectKeyIdentifier id_of(const test::Pki& pki) { return {*pki.ci.certificate.subject_key_id}; }
    static test::SoftCard card_of(const test::Pki& pki) { return {pki.euicc, pki.eum, id_of(pki).bytes}; }
    /// What a card is answered that verifies and signs under these, in this order; or the refusal.
    struct Answer {
        Bytes ci;
        Bytes certificate;
        std::string refusal{};
        friend bool operator==(const Answer&, const Answer&) = default;
    };
    Answer ask(std::vector<msg::SubjectKeyIdentifier> for_verification,
               std::vector<msg::SubjectKeyIdentifier> for_signing) {
        auto request = card_of(desk.pki).initiate(desk.server.address);
        request.euicc_info1.euicc_ci_pk_id_list_for_verification = std::move(for_verification);
        request.euicc_info1.euicc_ci_pk_id_list_for_signing = std::move(for_signing);
        if (auto no = desk.refusal(InitiateAuthentication{request}); !no.empty()) return {{}, {}, no};
        const auto ok = desk.granted<msg::InitiateAuthenticationOkEs9>(InitiateAuthentication{request});
        return {ok.euicc_ci_pk_id_to_be_used.bytes, ok.server_certificate.tlv};
    }
    Answer under(const test::Pki& pki) { return {id_of(pki).bytes, pki.dp_auth.der()}; }

    Desk desk;
    test::Pki other{crypto::Curve::brainpool_p256r1, 2};
    const msg::SubjectKeyIdentifier nist = id_of(desk.pki);
    const msg::SubjectKeyIdentifier brainpool = id_of(other);
    const msg::SubjectKeyIdentifier foreign{Bytes(20, 9)};
};

TEST_F(SeveralCi, EachCardDownloadsOnItsCurve) {
    for (const auto* pki : {&desk.pki, &other}) {
        auto card = card_of(*pki);
        desk.order().eid.reset();
        const auto hello = desk.initiated(card);
        EXPECT_EQ(hello.euicc_ci_pk_id_to_be_used.bytes, *pki->ci.certificate.subject_key_id);
        EXPECT_EQ(hello.server_certificate.tlv, pki->dp_auth.der());
        const auto offer = desk.offered(card);
        EXPECT_EQ(offer.smdp_certificate.tlv, pki->dp_pb.der());
        desk.bound(card, offer);
        EXPECT_EQ(desk.sealed.back().curve, pki->ci.key.curve());
    }
    EXPECT_EQ(desk.sealed.front().signing_key.text, "dppb");
    EXPECT_EQ(desk.sealed.back().signing_key.text, "dppb-other");
    EXPECT_EQ(desk.signed_with,
              (std::vector<std::string>{"dpauth", "dpauth", "dppb", "dpauth-other", "dpauth-other", "dppb-other"}));
}

TEST_F(SeveralCi, CardThatKnowsBothIsAnsweredUnderTheOneThatItPrefers) {
    EXPECT_EQ(ask({nist, brainpool}, {nist, brainpool}), under(desk.pki));
    EXPECT_EQ(ask({nist, brainpool}, {brainpool, nist}), under(other));
    EXPECT_EQ(ask({brainpool, nist}, {nist, brainpool}), under(desk.pki)) << "the curve is that of its signature";
}

TEST_F(SeveralCi, WhatTheCardCannotVerifyOrSignWithIsPassedOver) {
    EXPECT_EQ(ask({brainpool}, {nist, brainpool}), under(other)) << "it could not verify the one that it prefers";
    EXPECT_EQ(ask({foreign, nist}, {foreign, nist}), under(desk.pki));
    EXPECT_EQ(ask({brainpool, nist}, {foreign, nist}), under(desk.pki));
}

TEST_F(SeveralCi, CardsWithoutACommonCiAreToldWhatIsMissing) {
    EXPECT_EQ(ask({nist, brainpool}, {foreign}).refusal, "8.8.2/3.1");
    EXPECT_EQ(ask({nist, brainpool}, {}).refusal, "8.8.2/3.1");
    EXPECT_EQ(ask({foreign}, {nist, brainpool}).refusal, "8.8.4/3.7");
    EXPECT_EQ(ask({brainpool}, {nist}).refusal, "8.8.4/3.7") << "of no credential that it verifies is its curve";
}

/// Its cards are known, and another CI on their curve vouches for the server.
TEST_F(SeveralCi, CardMayVerifyUnderAnotherCiThanItSignsUnder) {
    const test::Pki third{crypto::Curve::p256, 3};
    ASSERT_TRUE(desk.server.anchors.add(third.ci.certificate));
    EXPECT_EQ(ask({nist}, {id_of(third)}), (Answer{id_of(third).bytes, desk.pki.dp_auth.der()}));
}

TEST_F(SeveralCi, InstanceOfOneCurveServesThatOneOnly) {
    desk.server.anchors = desk.pki.anchors;
    desk.server.credentials.pop_back();
    EXPECT_EQ(ask({brainpool}, {brainpool}).refusal, "8.8.2/3.1");
    EXPECT_EQ(ask({brainpool, nist}, {brainpool, nist}), under(desk.pki));
}

TEST_F(SeveralCi, CardSignsUnderTheCiThatItWasToldTo) {
    auto card = card_of(other);
    card.info.euicc_ci_pk_id_list_for_verification = {nist, brainpool};
    card.info.euicc_ci_pk_id_list_for_signing = {nist, brainpool};
    const auto hello = desk.initiated(card);
    ASSERT_EQ(hello.euicc_ci_pk_id_to_be_used.bytes, nist.bytes);
    EXPECT_EQ(desk.refusal(AuthenticateClient{card.authenticate(hello, desk.matching_id)}), "8.1/6.1");
}

/// Other lists than in its first message, both signed: the curve stays that of the key that signed.
TEST_F(SeveralCi, CardThatTellsAnotherPreferenceLaterKeepsItsCurve) {
    auto card = card_of(other);
    const auto hello = desk.initiated(card);
    card.info.euicc_ci_pk_id_list_for_verification = {nist, brainpool};
    card.info.euicc_ci_pk_id_list_for_signing = {nist, brainpool};
    const auto offer =
        desk.granted<msg::AuthenticateClientOk>(AuthenticateClient{card.authenticate(hello, desk.matching_id)});
    EXPECT_EQ(offer.smdp_certificate.tlv, other.dp_pb.der());
}

/// One of them ends, or is not yet: cards that know another go on, and nobody is shown a certificate that he refuses.
TEST_F(SeveralCi, CredentialThatIsNotInForceIsPassedOver) {
    auto& of_nist = desk.server.credentials.front();
    ASSERT_TRUE(in_force(of_nist, desk.now));
    for (const auto& validity :
         {x509::Validity{desk.now - std::chrono::hours(2), desk.now - std::chrono::seconds(1)},
          x509::Validity{desk.now + std::chrono::seconds(1), desk.now + std::chrono::hours(2)}}) {
        of_nist.validity = validity;
        EXPECT_EQ(ask({nist, brainpool}, {nist, brainpool}), under(other));
        EXPECT_EQ(ask({nist}, {nist}).refusal, "8.8.4/3.7");
    }
    of_nist.validity = {desk.now, desk.now};
    EXPECT_EQ(ask({nist}, {nist}), under(desk.pki)) << "the last second counts";
    of_nist.revoked = true;
    EXPECT_EQ(ask({nist, brainpool}, {nist, brainpool}), under(other));
}

/// Of CI, CERT.DPauth and CERT.DPpb the first that ends.
TEST_F(SeveralCi, CredentialIsInForceWhileAllOfItsCertificatesAre) {
    const auto& pki = desk.pki;
    const auto& validity = desk.server.credentials.front().validity;
    for (const auto* one : {&pki.ci.certificate, &pki.dp_auth.certificate, &pki.dp_pb.certificate}) {
        EXPECT_GE(validity.not_before, one->validity.not_before);
        EXPECT_LE(validity.not_after, one->validity.not_after);
    }
    EXPECT_FALSE(in_force(desk.server.credentials.front(), validity.not_after + std::chrono::seconds(1)));
}

}  // namespace
}  // namespace mcim::smdp
