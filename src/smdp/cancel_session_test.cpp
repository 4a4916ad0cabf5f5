#include <gtest/gtest.h>

#include "mcim/smdp/desk_for_test.h"

namespace mcim::smdp {
namespace {

using msg::CancelSessionReason;
using test::SoftCard;

TEST(CancelSession, PostponedAndTimeoutKeepTheOrder) {
    for (const auto reason : {CancelSessionReason::postponed, CancelSessionReason::timeout}) {
        Download download;
        Desk& desk = download.desk;
        const auto request = download.cancelled(reason);
        ASSERT_TRUE(desk.ask_for<msg::CancelSessionOk>(request));
        ASSERT_TRUE(desk.ask_for<msg::CancelSessionOk>(request)) << "the reply was lost";
        EXPECT_EQ(desk.order().state, OrderState::released);
        EXPECT_EQ(desk.refusal(GetBoundProfilePackage{download.card.prepare(download.offer)}), "8.10.1/3.9");
    }
}

TEST(CancelSession, PostponedPackageLeavesTheOrderAsBefore) {
    for (const auto reason : {CancelSessionReason::postponed, CancelSessionReason::timeout}) {
        Download download;
        Desk& desk = download.desk;
        download.bind();
        download.bind();  // its reply was lost
        ASSERT_TRUE(desk.ask_for<msg::CancelSessionOk>(download.cancelled(reason)));
        EXPECT_EQ(desk.order().state, OrderState::released);
        EXPECT_FALSE(desk.order().eid) << "it named none";
        EXPECT_FALSE(on_its_way(desk.order()));
        EXPECT_EQ(desk.milestones, 3) << "each package and its end";
        EXPECT_TRUE(desk.notes.back().ends_with("; it is any card's again")) << desk.notes.back();
        const auto identity = desk.pki.make_euicc(*x509::make_eid("89049032", 2));
        const SoftCard other = desk.card_of(identity);
        desk.bound(other, desk.offered(other));
        EXPECT_EQ(desk.order().state, OrderState::downloaded);
    }
}

TEST(CancelSession, PostponedOrderOfOneEidStaysWithIt) {
    Download download;
    Desk& desk = download.desk;
    desk.order().eid = desk.pki.eid;
    download.bind();
    ASSERT_TRUE(desk.ask_for<msg::CancelSessionOk>(download.cancelled(CancelSessionReason::postponed)));
    EXPECT_EQ(desk.order().state, OrderState::released);
    EXPECT_EQ(desk.order().eid, desk.pki.eid);
    EXPECT_EQ(desk.notes.back(), "cancelled by the eUICC: postponed");
}

/// Both have left to one card, whose the order became with the first.
struct TwoPackages : Download {
    TwoPackages() {
        bind();
        desk.bound(card, second);
    }
    msg::AuthenticateClientOk second = desk.offered(card);
};

TEST(CancelSession, OrderIsAnyCardsWhenItsLastPackageIsPostponed) {
    TwoPackages both;
    Desk& desk = both.desk;
    ASSERT_TRUE(desk.ask_for<msg::CancelSessionOk>(both.cancelled(CancelSessionReason::postponed)));
    EXPECT_EQ(desk.order().eid, desk.pki.eid) << "the other package may be on it";
    ASSERT_TRUE(desk.ask_for<msg::CancelSessionOk>(both.cancelled(both.second, CancelSessionReason::postponed)));
    EXPECT_EQ(desk.order().state, OrderState::released);
    EXPECT_FALSE(desk.order().eid);
    EXPECT_FALSE(desk.order().eid_from_package);
}

/// Both look at the session and the order before either is stored: the versions of the order tell.
TEST(CancelSession, OfAnOfferIsNoticedByABindingAtTheSameMoment) {
    Download download;
    Desk& desk = download.desk;
    const auto version = desk.order().version;
    ASSERT_TRUE(desk.ask_for<msg::CancelSessionOk>(download.cancelled(CancelSessionReason::postponed)));
    EXPECT_EQ(desk.order().version, version + 1);
}

TEST(CancelSession, PostponedOrderStaysWithACardThatMayInstallAnotherPackage) {
    TwoPackages both;
    Desk& desk = both.desk;
    ASSERT_TRUE(desk.ask_for<msg::CancelSessionOk>(both.cancelled(CancelSessionReason::postponed)));
    EXPECT_EQ(desk.order().state, OrderState::downloaded);
    EXPECT_EQ(desk.order().eid, desk.pki.eid);
    ASSERT_TRUE(desk.ask(HandleNotification{both.installed(both.second)}));
    EXPECT_EQ(desk.order().state, OrderState::installed);
}

TEST(CancelSession, PostponedPackageDoesNotTakeBackARefusal) {
    Download first;
    Desk& desk = first.desk;
    first.bind();
    const auto second = desk.offered(first.card);
    ASSERT_TRUE(desk.ask_for<msg::CancelSessionOk>(first.cancelled(second, CancelSessionReason::end_user_rejection)));
    ASSERT_TRUE(desk.ask_for<msg::CancelSessionOk>(first.cancelled(CancelSessionReason::postponed)));
    EXPECT_EQ(desk.order().state, OrderState::error);
    EXPECT_TRUE(desk.order().refused);
}

TEST(CancelSession, OtherReasonsEndTheOrderUntilItIsReleasedAgain) {
    for (const auto reason : {CancelSessionReason::end_user_rejection, CancelSessionReason::ppr_not_allowed,
                              CancelSessionReason::metadata_mismatch, CancelSessionReason::load_bpp_execution_error,
                              CancelSessionReason::undefined_reason}) {
        Download download;
        Desk& desk = download.desk;
        ASSERT_TRUE(desk.ask_for<msg::CancelSessionOk>(download.cancelled(reason)));
        EXPECT_EQ(desk.order().state, OrderState::error);
        const auto identity = desk.pki.make_euicc(*x509::make_eid("89049032", 2));
        for (const SoftCard& any : {download.card, desk.card_of(identity)})
            EXPECT_EQ(desk.refusal(AuthenticateClient{any.authenticate(desk.initiated(any), desk.matching_id)}),
                      "8.2.6/3.8");
        desk.order() = *after(desk.order(), OrderEvent::release);
        desk.bound(download.card, desk.offered(download.card));
        EXPECT_EQ(desk.order().state, OrderState::downloaded);
    }
}

TEST(CancelSession, LeavesWhatAnotherSessionHasBoundAndEndsFurtherDownloads) {
    Download first;
    Desk& desk = first.desk;
    const SoftCard& card = first.card;
    first.bind();
    const auto second = desk.offered(card);
    ASSERT_TRUE(desk.ask_for<msg::CancelSessionOk>(first.cancelled(second, CancelSessionReason::end_user_rejection)));
    EXPECT_EQ(desk.order().state, OrderState::downloaded);
    EXPECT_EQ(desk.refusal(AuthenticateClient{card.authenticate(desk.initiated(card), desk.matching_id)}), "8.2.6/3.8");
    ASSERT_TRUE(desk.ask(HandleNotification{first.installed()}));
    EXPECT_EQ(desk.order().state, OrderState::installed);
}

TEST(CancelSession, IsForgottenWhenNobodyCanAskAgain) {
    Download download;
    Desk& desk = download.desk;
    ASSERT_TRUE(desk.ask_for<msg::CancelSessionOk>(download.cancelled(CancelSessionReason::postponed)));
    const auto state = *decode_state(desk.sessions.at(download.offer.transaction_id.bytes));
    const auto ends = std::chrono::floor<std::chrono::seconds>(desk.now + desk.server.session_time);
    EXPECT_EQ(over_at(std::get<Ended>(state)), ends.time_since_epoch().count());
    desk.bound(download.card, desk.offered(download.card));
    for (const auto& [id, stored] : desk.sessions) {
        const auto other = *decode_state(stored);
        if (const auto* bound = std::get_if<Bound>(&other)) {
            EXPECT_FALSE(over_at(*bound));
        }
    }
}

}  // namespace
}  // namespace mcim::smdp
