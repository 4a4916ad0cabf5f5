// A download that is tried again: SGP.22 3.1.3, 5.6.1, 5.6.2.
#include <gtest/gtest.h>

#include "mcim/smdp/desk_for_test.h"

namespace mcim::smdp {
namespace {

using signer::Protection;

/// An order whose package has left for a card, and what came of it is not known.
struct Retry : Download {
    Retry() { bind(); }
    void again() { offer = desk.offered(card); }
    [[nodiscard]] std::optional<Bytes> offered_key() const {
        const auto& key = offer.smdp_signed2.bpp_euicc_otpk;
        return key ? std::optional(key->bytes) : std::nullopt;
    }
    [[nodiscard]] Bytes key() const { return card.otpk.public_key().point(); }
    [[nodiscard]] bool forgotten() { return desk.order().binding.empty() && desk.order().euicc_otpk.empty(); }
};

TEST(Retry, FirstOfferNamesNoKey) {
    Download d;
    EXPECT_FALSE(d.offer.smdp_signed2.bpp_euicc_otpk);
    d.bind();
    EXPECT_FALSE(d.desk.sealed.at(0).earlier);
}

TEST(Retry, OffersTheCardItsKeyAndSealsWithWhatTheLastPackageWasSealedWith) {
    Retry r;
    r.again();
    EXPECT_EQ(r.offered_key(), r.key());
    r.bind();
    EXPECT_EQ(r.desk.sealed.at(1).earlier, signer::WrappedBinding{{1}});
    EXPECT_EQ(r.desk.sealed[1].transaction_id, r.offer.transaction_id.bytes);
    EXPECT_NE(r.desk.sealed[1].transaction_id, r.desk.sealed[0].transaction_id);
    EXPECT_NE(r.desk.notes.back().find("the segments of the package before"), std::string::npos) << r.desk.notes.back();
    EXPECT_EQ(r.desk.order().attempts, 2U);
}

TEST(Retry, CardWithAnotherKeyGetsAPackageOfItsOwn) {
    Retry r;
    r.card.otpk = crypto::PrivateKey::generate(crypto::Curve::p256);
    r.again();
    EXPECT_NE(r.offered_key(), r.key());
    r.bind();
    EXPECT_FALSE(r.desk.sealed.at(1).earlier);
    r.again();
    EXPECT_EQ(r.offered_key(), r.key()) << "of the last package";
}

TEST(Retry, LostReplyIsMadeAgainInTheSameSession) {
    Retry r;
    r.bind();
    EXPECT_TRUE(r.desk.sealed.at(1).earlier);
    EXPECT_EQ(r.desk.sealed[1].transaction_id, r.desk.sealed[0].transaction_id);
}

TEST(Retry, GoesOnAfterAnInstallationThatFailedAndWhenTheOperatorReleasesAgain) {
    Retry r;
    EXPECT_EQ(r.desk.refusal(HandleNotification{r.failed()}), "");
    EXPECT_EQ(r.desk.order().state, OrderState::error);
    r.again();
    EXPECT_EQ(r.offered_key(), r.key());
    r.desk.order() = *after(r.desk.order(), OrderEvent::release);
    r.again();
    EXPECT_EQ(r.offered_key(), r.key());
}

TEST(Retry, NothingIsKeptOfWhatIsInstalled) {
    Retry r;
    EXPECT_FALSE(r.forgotten());
    EXPECT_EQ(r.desk.refusal(HandleNotification{r.installed()}), "");
    EXPECT_EQ(r.desk.order().state, OrderState::installed);
    EXPECT_TRUE(r.forgotten());
}

TEST(Retry, NothingIsKeptOfWhatIsTakenBackOrRefused) {
    Retry taken_back;
    taken_back.desk.order() = *after(taken_back.desk.order(), OrderEvent::cancel);
    EXPECT_TRUE(taken_back.forgotten());
    Retry refused;
    EXPECT_EQ(refused.desk.refusal(refused.cancelled(msg::CancelSessionReason::end_user_rejection)), "");
    EXPECT_TRUE(refused.forgotten());
}

TEST(Retry, NothingIsKeptOfWhatIsRefusedWhileAnotherPackageIsOut) {
    Retry r;
    r.again();
    EXPECT_EQ(r.desk.refusal(r.cancelled(msg::CancelSessionReason::end_user_rejection)), "");
    EXPECT_FALSE(r.desk.order().outstanding.empty());
    EXPECT_TRUE(r.forgotten());
}

TEST(Retry, NothingIsKeptForACardThatAnotherMayReplace) {
    Retry r;
    EXPECT_EQ(r.desk.refusal(r.cancelled(msg::CancelSessionReason::postponed)), "");
    EXPECT_FALSE(r.desk.order().eid);
    EXPECT_TRUE(r.forgotten());
}

TEST(Retry, OfAPostponedOrderThatNamesItsCardGoesOn) {
    Retry r;
    r.desk.order().eid_from_package = false;
    EXPECT_EQ(r.desk.refusal(r.cancelled(msg::CancelSessionReason::postponed)), "");
    r.again();
    EXPECT_EQ(r.offered_key(), r.key());
}

TEST(Retry, HoldsWithConfirmationCodesAndProfileProtectionKeys) {
    for (const bool protection_keys : {false, true}) {
        for (const std::string code : {"", "4711"}) {
            SCOPED_TRACE(code + (protection_keys ? " PPK" : ""));
            Download d;
            d.desk.order().protection_keys = protection_keys;
            d.desk.order().confirmation_code = to_bytes(as_view(code));
            for (int attempt = 0; attempt < 2; ++attempt) {
                d.offer = d.desk.offered(d.card);
                std::optional<msg::Octet32> hash;
                if (!code.empty()) hash = test::SoftCard::hash_cc(code, d.offer.transaction_id);
                EXPECT_EQ(d.desk.refusal(GetBoundProfilePackage{d.card.prepare(d.offer, hash)}), "");
                const auto& sealed = d.desk.sealed.back();
                EXPECT_EQ(sealed.protection,
                          protection_keys ? Protection::profile_protection_keys : Protection::session_keys);
                EXPECT_EQ(sealed.earlier.has_value(), attempt == 1);
            }
        }
    }
}

/// A card may come with its credentials of the other curve; its key of the first is no point there.
TEST(Retry, KeyOfAnotherCurveIsNotOffered) {
    Retry r;
    r.desk.order().euicc_otpk = crypto::PrivateKey::generate(crypto::Curve::brainpool_p256r1).public_key().point();
    r.again();
    EXPECT_FALSE(r.offered_key());
}

}  // namespace
}  // namespace mcim::smdp
