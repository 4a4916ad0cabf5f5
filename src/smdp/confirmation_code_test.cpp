// Orders that want a confirmation code: SGP.22 3.1.2, 5.6.2, 8.2.7.
#include <gtest/gtest.h>

#include "mcim/smdp/desk_for_test.h"

namespace mcim::smdp {
namespace {

/// The order of a desk that wants "4711", offered to one card.
struct CodedDownload {
    CodedDownload() { offer_it(); }
    void offer_it() { offer = desk.offered(card); }
    [[nodiscard]] GetBoundProfilePackage typed(std::string_view code) const {
        return {card.prepare(offer, test::SoftCard::hash_cc(code, offer.transaction_id))};
    }
    void release() { desk.order() = *after(desk.order(), OrderEvent::release); }
    [[nodiscard]] std::string offer_refused() {
        return desk.refusal(AuthenticateClient{card.authenticate(desk.initiated(card), desk.matching_id)});
    }

    struct CodedDesk : Desk {
        CodedDesk() { order().confirmation_code = to_bytes(as_view("4711")); }
    } desk;
    test::SoftCard card = desk.card();
    msg::AuthenticateClientOk offer;
};

TEST(ConfirmationCode, IsAskedForAndTheRightOneOpens) {
    CodedDownload d;
    EXPECT_TRUE(d.offer.smdp_signed2.cc_required_flag);
    EXPECT_EQ(d.desk.refusal(d.typed("4711")), "");
    EXPECT_EQ(d.desk.order().state, OrderState::downloaded);
    EXPECT_EQ(d.desk.codes_checked, std::vector<std::string>{"order-1"});
}

TEST(ConfirmationCode, IsNotAskedForWhereTheOrderHasNone) {
    Download d;
    EXPECT_FALSE(d.offer.smdp_signed2.cc_required_flag);
    const GetBoundProfilePackage unasked{
        d.card.prepare(d.offer, test::SoftCard::hash_cc("4711", d.offer.transaction_id))};
    EXPECT_EQ(d.desk.refusal(unasked), "");
    EXPECT_TRUE(d.desk.codes_checked.empty());
}

TEST(ConfirmationCode, MissingOneIsNamedAndCountsForNothing) {
    CodedDownload d;
    for (int i = 0; i < 5; ++i) EXPECT_EQ(d.desk.refusal(GetBoundProfilePackage{d.card.prepare(d.offer)}), "8.2.7/2.2");
    EXPECT_TRUE(d.desk.sealed.empty());
    EXPECT_EQ(d.desk.order().wrong_codes, 0U);
    EXPECT_EQ(d.desk.refusal(d.typed("4711")), "");
}

TEST(ConfirmationCode, WrongOneIsRefusedAndTheRightOneTakenInTheSameSession) {
    CodedDownload d;
    EXPECT_EQ(d.desk.refusal(d.typed("4712")), "8.2.7/3.8");
    EXPECT_EQ(d.desk.order().wrong_codes, 1U);
    EXPECT_TRUE(d.desk.sealed.empty());
    ASSERT_EQ(d.desk.refusals.size(), 1U);
    EXPECT_NE(d.desk.refusals[0].sentence.find("2 times more"), std::string::npos) << d.desk.refusals[0].sentence;
    EXPECT_EQ(d.desk.refusal(d.typed("4711")), "");
    EXPECT_EQ(d.desk.order().state, OrderState::downloaded);
}

TEST(ConfirmationCode, OfAnotherTransactionIsWrong) {
    CodedDownload d;
    const auto heard = test::SoftCard::hash_cc("4711", d.offer.transaction_id);
    d.offer_it();
    EXPECT_EQ(d.desk.refusal(GetBoundProfilePackage{d.card.prepare(d.offer, heard)}), "8.2.7/3.8");
}

TEST(ConfirmationCode, TooManyWrongOnesLockTheOrderInWhateverSessions) {
    CodedDownload d;
    EXPECT_EQ(d.desk.refusal(d.typed("0000")), "8.2.7/3.8");
    d.offer_it();
    EXPECT_EQ(d.desk.refusal(d.typed("0001")), "8.2.7/3.8");
    d.offer_it();
    EXPECT_EQ(d.desk.refusal(d.typed("0002")), "8.2.7/6.4");
    EXPECT_EQ(d.desk.refusal(d.typed("4711")), "8.2.7/6.4") << "the right one, in the same session";
    EXPECT_EQ(d.offer_refused(), "8.8.5/6.4");
    EXPECT_TRUE(d.desk.sealed.empty());
    EXPECT_FALSE(downloadable(d.desk.order(), d.desk.now));
}

TEST(ConfirmationCode, LockedOrderIsOpenedByItsOperator) {
    CodedDownload d;
    for (const auto* code : {"0000", "0001", "0002"}) EXPECT_NE(d.desk.refusal(d.typed(code)), "");
    d.release();
    EXPECT_EQ(d.desk.order().wrong_codes, 0U);
    d.offer_it();
    EXPECT_EQ(d.desk.refusal(d.typed("4711")), "");
}

TEST(ConfirmationCode, IsAskedForAgainWhenThePackageIsFetchedAgain) {
    CodedDownload d;
    EXPECT_EQ(d.desk.refusal(d.typed("4711")), "");
    EXPECT_EQ(d.desk.refusal(GetBoundProfilePackage{d.card.prepare(d.offer)}), "8.2.7/2.2");
    EXPECT_EQ(d.desk.refusal(d.typed("4712")), "8.2.7/3.8");
    EXPECT_EQ(d.desk.refusal(d.typed("4711")), "");
    d.offer_it();
    EXPECT_TRUE(d.offer.smdp_signed2.cc_required_flag);
    EXPECT_EQ(d.desk.refusal(GetBoundProfilePackage{d.card.prepare(d.offer)}), "8.2.7/2.2");
    EXPECT_EQ(d.desk.sealed.size(), 2U);
}

TEST(ConfirmationCode, IsCheckedBeforeGateAndConsentAreAskedAgain) {
    CodedDownload d;
    d.desk.gate_asked.clear();
    d.desk.consent_asked.clear();
    EXPECT_EQ(d.desk.refusal(d.typed("4712")), "8.2.7/3.8");
    EXPECT_TRUE(d.desk.gate_asked.empty());
    EXPECT_TRUE(d.desk.consent_asked.empty());
    d.desk.gate_says = "no longer";
    EXPECT_EQ(d.desk.refusal(d.typed("4711")), "8.2.5/4.3") << "a code is no verdict";
}

}  // namespace
}  // namespace mcim::smdp
