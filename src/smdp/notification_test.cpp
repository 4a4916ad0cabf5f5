#include <gtest/gtest.h>

#include "mcim/smdp/desk_for_test.h"

namespace mcim::smdp {
namespace {

using msg::NotificationEventBit;

/// Of a card that has fetched its package.
struct Notification : testing::Test, Download {
    Notification() { bind(); }
    void tell(msg::HandleNotification notification) {
        EXPECT_TRUE(desk.ask_for<NoContent>(HandleNotification{std::move(notification)}));
    }
    /// The card's next one.
    void tell(NotificationEventBit bit) {
        ++card.seq_number;
        tell(card.notify(desk.iccid, bit));
    }
};

TEST_F(Notification, SecondCopyChangesNothing) {
    const auto result = installed();
    tell(result);
    const auto version = desk.order().version;
    tell(result);
    EXPECT_EQ(desk.order().version, version);
    EXPECT_EQ(desk.changes.size(), 1U);
    EXPECT_EQ(desk.notifications.size(), 1U);
}

TEST_F(Notification, AResultIsKnownOfAnOrderThatWasTakenBack) {
    desk.order() = *after(desk.order(), OrderEvent::cancel);
    tell(installed());
    EXPECT_EQ(desk.order().state, OrderState::unavailable);
    EXPECT_TRUE(desk.order().outstanding.empty());
    EXPECT_TRUE(desk.changes.empty());
}

TEST_F(Notification, AFailureIsKnownOfAnOrderThatWasTakenBack) {
    desk.order() = *after(desk.order(), OrderEvent::cancel);
    tell(failed());
    EXPECT_EQ(desk.order().state, OrderState::unavailable);
    EXPECT_TRUE(desk.order().outstanding.empty());
    EXPECT_TRUE(desk.changes.empty());
}

TEST_F(Notification, AResultOfAnEarlierReleaseCounts) {
    const auto second = desk.offered(card);
    desk.bound(card, second);
    desk.order() = *after(desk.order(), OrderEvent::release);
    tell(failed());
    EXPECT_EQ(desk.order().state, OrderState::released);
    EXPECT_EQ(desk.order().outstanding.size(), 1U);
    tell(installed(second));
    EXPECT_EQ(desk.order().state, OrderState::installed);
    EXPECT_EQ(desk.changes.size(), 1U);
}

/// As long as a request may be, and certificates in it that are none.
TEST_F(Notification, OfAStrangerIsKeptInPart) {
    auto long_one = card.notify(desk.iccid, NotificationEventBit::enable);
    auto& other = std::get<msg::OtherSignedNotification>(long_one.pending_notification.value);
    other.euicc_certificate.tlv = der::wrap(der::Tag{0x30}, Bytes(100'000));
    tell(long_one);
    ASSERT_EQ(desk.notifications.size(), 1U);
    const auto& kept = desk.notifications.begin()->second;
    EXPECT_EQ(kept.trust, Trust::unverified);
    EXPECT_EQ(kept.octets.size(), unverified_kept);
    const Bytes whole = der::encode(long_one.pending_notification);
    EXPECT_TRUE(equal(kept.octets, View(whole).first(unverified_kept)));
    EXPECT_EQ(kept.digest, crypto::sha256(whole)) << "of all of it";
}

/// By a card that signs as many as it likes, or by who has recorded one.
TEST_F(Notification, OnlyOneResultOfATransactionCounts) {
    const auto result = installed();
    tell(result);
    const auto order = desk.order();
    desk.notifications.clear();
    tell(result);
    tell(failed());
    EXPECT_EQ(desk.order(), order);
    EXPECT_EQ(desk.changes.size(), 1U);
    EXPECT_EQ(desk.trusted, 1);
}

msg::HandleNotification with_another_signature(msg::HandleNotification of) {
    auto& value = of.pending_notification.value;
    if (auto* result = std::get_if<msg::ProfileInstallationResult>(&value))
        result->euicc_sign_pir.bytes[5] ^= 1U;
    else
        std::get<msg::OtherSignedNotification>(value).euicc_notification_signature.bytes[5] ^= 1U;
    return of;
}

TEST_F(Notification, UnverifiableOnesAreRecordedAndChangeNothing) {
    const auto state = desk.order();
    tell(with_another_signature(installed()));
    tell(card.installed({{1, 2, 3}}, desk.iccid, desk.server.oid));
    tell(card.installed(offer.transaction_id, desk.iccid, *der::Oid::parse("2.999.77")));
    tell(with_another_signature(card.notify(desk.iccid, NotificationEventBit::enable)));
    EXPECT_EQ(desk.order(), state);
    EXPECT_TRUE(desk.changes.empty());
    EXPECT_EQ(desk.trusted, 0);
    EXPECT_EQ(desk.notifications.size(), 4U);
}

TEST_F(Notification, ForgeryThatComesFirstDoesNotKeepTheGenuineOneOut) {
    const auto result = installed();
    tell(with_another_signature(result));
    tell(result);
    EXPECT_EQ(desk.order().state, OrderState::installed);

    card.seq_number = 1;
    const auto enabled = card.notify(desk.iccid, NotificationEventBit::enable);
    tell(with_another_signature(enabled));  // sequence number, event, address and ICCID are no secret
    tell(enabled);
    EXPECT_EQ(desk.changes.size(), 2U);
}

TEST_F(Notification, AnotherSignatureOfTheSameContentIsTheSameNotification) {
    tell(installed());
    tell(NotificationEventBit::enable);
    tell(card.notify(desk.iccid, NotificationEventBit::enable));
    EXPECT_EQ(desk.changes.size(), 2U);
    EXPECT_EQ(desk.notifications.size(), 2U);
    tell(NotificationEventBit::enable);
    EXPECT_EQ(desk.changes.size(), 3U);
}

TEST_F(Notification, AnotherCardCannotSpeakForThisProfile) {
    tell(installed());
    const auto identity = desk.pki.make_euicc(*x509::make_eid("89049032", 2));
    tell(desk.card_of(identity).notify(desk.iccid, NotificationEventBit::delete_));
    EXPECT_EQ(desk.order().state, OrderState::installed);
    EXPECT_EQ(desk.changes.size(), 1U);
    EXPECT_EQ(desk.trusted, 1);
}

TEST_F(Notification, EnabledDisabledAndDeletedReachTheSubscription) {
    tell(installed());
    tell(NotificationEventBit::enable);
    tell(NotificationEventBit::disable);
    tell(NotificationEventBit::delete_);
    const std::string id = " " + desk.iccid.text();
    EXPECT_EQ(desk.changes,
              (std::vector<std::string>{"installed" + id, "enabled" + id, "disabled" + id, "deleted" + id}));
    EXPECT_EQ(desk.order().state, OrderState::unavailable);
}

/// The order names its card, which signs; but behind a closed gate, or before its first download, it has nothing.
TEST_F(Notification, OfAProfileThatNeverLeftNothingIsBelieved) {
    Order fresh = desk.order();
    fresh.state = OrderState::released;
    fresh.outstanding.clear();
    for (const auto bit :
         {NotificationEventBit::enable, NotificationEventBit::disable, NotificationEventBit::delete_}) {
        desk.order() = fresh;
        tell(bit);
        EXPECT_EQ(desk.order(), fresh);
    }
    EXPECT_TRUE(desk.changes.empty());
    EXPECT_EQ(desk.trusted, 0);
    EXPECT_EQ(desk.notifications.size(), 3U);
}

TEST_F(Notification, OfAnOrderThatWasTakenBackNothingIsBelieved) {
    desk.order() = *after(desk.order(), OrderEvent::cancel);
    tell(NotificationEventBit::enable);
    tell(installed());
    tell(NotificationEventBit::enable);
    EXPECT_TRUE(desk.changes.empty());
    EXPECT_EQ(desk.trusted, 1) << "the result alone";
}

/// Results and events may come in any order.
TEST_F(Notification, EnabledIsBelievedBeforeTheResultHasCome) {
    tell(NotificationEventBit::enable);
    EXPECT_EQ(desk.changes, (std::vector<std::string>{"enabled " + desk.iccid.text()}));
}

TEST_F(Notification, ToldLateDoesNotUndoWhatHappenedSince) {
    tell(installed());
    ++card.seq_number;
    const auto enabled = card.notify(desk.iccid, NotificationEventBit::enable);
    tell(NotificationEventBit::disable);
    tell(enabled);
    EXPECT_EQ(desk.changes.back(), "disabled " + desk.iccid.text());
    EXPECT_EQ(desk.changes.size(), 2U);
}

TEST_F(Notification, LateFailureOfAnEarlierAttemptDoesNotUndoTheInstallation) {
    const auto second = desk.offered(card);
    desk.bound(card, second);
    tell(installed(second));
    tell(failed());
    EXPECT_EQ(desk.order().state, OrderState::installed);
}

}  // namespace
}  // namespace mcim::smdp
