#include "mcim/smdp/session.h"

#include <gtest/gtest.h>

#include "mcim/smdp/desk_for_test.h"

namespace mcim::smdp {
namespace {

using test::SoftCard;

TEST(Session, TakesExactlyTheseEvents) {
    // columns: InitiateAuthentication AuthenticateClient GetBoundProfilePackage CancelSession HandleNotification
    //          OrderFound GateAnswered ConsentAnswered Signed BindingLoaded CodeChecked Sealed NotificationContext
    EXPECT_EQ(transition_matrix(),
              "Nothing                x x . . x . . . . . . . .\n"
              "Offered                . x x x . . . . . . . . .\n"
              "Bound                  . . x x . . . . . . . . .\n"
              "Ended                  . . . x . . . . . . . . .\n"
              "SigningChallenge       . . . . . . . . x . . . .\n"
              "FindingOrder           . . . . . x . . . . . . .\n"
              "GatingOffer            . . . . . . x . . . . . .\n"
              "ConsentingOffer        . . . . . . . x . . . . .\n"
              "SigningOffer           . . . . . . . . x . . . .\n"
              "LoadingBinding         . . . . . . . . . x . . .\n"
              "CheckingCode           . . . . . . . . . . x . .\n"
              "GatingBinding          . . . . . . x . . . . . .\n"
              "ConsentingBinding      . . . . . . . x . . . . .\n"
              "Sealing                . . . . . . . . . . . x .\n"
              "Cancelling             . . . . . x . . . . . . .\n"
              "CheckingNotification   . . . . . . . . . . . . x\n");
}

TEST(Session, RefusesFunctionsOutOfTurnAndKeepsItsState) {
    Desk desk;
    const SoftCard card = desk.card();
    const auto offer = desk.offered(card);
    const auto request = card.prepare(offer);
    EXPECT_EQ(desk.refusal(GetBoundProfilePackage{{{{1, 2, 3}}, request.prepare_download_response, {}}}), "8.10.1/3.9");
    EXPECT_EQ(desk.refusal(CancelSession{card.cancel({{9}}, desk.server.oid, msg::CancelSessionReason::timeout)}),
              "8.10.1/3.9");
    desk.bound(card, offer);
    EXPECT_EQ(desk.refusal(AuthenticateClient{card.authenticate(desk.initiated(card), "NO")}), "8.2.6/3.8");
    EXPECT_EQ(desk.order().state, OrderState::downloaded);
}

TEST(Session, RefusesResultsThatNobodyAskedFor) {
    Desk desk;
    const Env env{desk.now, desk.pki.random, desk.server, desk.cache};
    EXPECT_EQ(step(Nothing{}, Signed{}, env).error().code, Errc::unexpected_event);
    EXPECT_EQ(step(Ended{}, GateAnswered{}, env).error().code, Errc::unexpected_event);
}

void downloads(crypto::Curve curve) {
    Desk desk(curve);
    const SoftCard card = desk.card();
    const auto first = desk.initiated(card);
    EXPECT_EQ(first.server_signed1.euicc_challenge.bytes, Bytes(16, 0x11));
    EXPECT_TRUE(desk.pki.dp_auth.key.public_key().verify(der::encode(first.server_signed1), first.server_signature1));
    EXPECT_TRUE(desk.sessions.empty()) << "a stranger has left something behind";

    const auto request = card.authenticate(first, desk.matching_id);
    const auto offer = *desk.ask_for<msg::AuthenticateClientOk>(AuthenticateClient{request});
    Bytes signed2 = der::encode(offer.smdp_signed2);
    const auto& answer = std::get<msg::AuthenticateResponseOk>(request.authenticate_server_response.value);
    append(signed2, der::wrap(msg::tag_signature, answer.euicc_signature1.bytes));
    EXPECT_TRUE(desk.pki.dp_pb.key.public_key().verify(signed2, offer.smdp_signature2));
    EXPECT_EQ(offer.profile_metadata.iccid.bytes, desk.iccid.octets());
    EXPECT_EQ(desk.order().state, OrderState::released);

    const BoundPackage package = desk.bound(card, offer);
    EXPECT_EQ(package.transaction_id, first.transaction_id.bytes);
    ASSERT_EQ(desk.sealed.size(), 1U);
    EXPECT_EQ(desk.sealed[0].euicc_otpk, card.otpk.public_key().point());
    EXPECT_EQ(desk.sealed[0].eid, desk.pki.eid);
    EXPECT_EQ(desk.sealed[0].curve, curve);
    EXPECT_EQ(desk.order().state, OrderState::downloaded);
    EXPECT_EQ(desk.order().eid, desk.pki.eid);

    ASSERT_TRUE(
        desk.ask_for<NoContent>(HandleNotification{card.installed(offer.transaction_id, desk.iccid, desk.server.oid)}));
    EXPECT_EQ(desk.order().state, OrderState::installed);
    EXPECT_EQ(desk.changes, std::vector<std::string>{"installed " + desk.iccid.text()});
}
TEST(Session, DownloadsAProfile) { downloads(crypto::Curve::p256); }
TEST(Session, DownloadsAProfileOnBrainpool) { downloads(crypto::Curve::brainpool_p256r1); }

TEST(Session, AsksGateAndConsentBeforeItSignsAndAgainBeforeItBinds) {
    Desk desk;
    const SoftCard card = desk.card();
    desk.order().release = "a release";
    const auto offer = desk.offered(card);
    ASSERT_EQ(desk.gate_asked.size(), 1U);
    EXPECT_EQ(desk.gate_asked[0].eid, desk.pki.eid);
    EXPECT_EQ(desk.gate_asked[0].transaction_id, offer.transaction_id.bytes);
    EXPECT_EQ(desk.consent_asked.size(), 1U);
    EXPECT_EQ(desk.consent_asked[0].release, "a release");
    desk.bound(card, offer);
    EXPECT_EQ(desk.gate_asked.size(), 2U);
    EXPECT_EQ(desk.consent_asked.size(), 2U);
}

TEST(Session, SignsAndSealsNothingBehindAClosedGate) {
    for (const bool gate : {true, false}) {
        Desk desk;
        const SoftCard card = desk.card();
        const auto first = desk.initiated(card);
        const int signatures = desk.signatures;
        (gate ? desk.gate_says : desk.consent_says) = "PCR 4 differs";
        auto reply = desk.ask(AuthenticateClient{card.authenticate(first, desk.matching_id)});
        ASSERT_TRUE(std::holds_alternative<Refused>(*reply));
        EXPECT_EQ(std::get<Refused>(*reply), (Refused{Refusal::not_eligible, "PCR 4 differs"}));
        EXPECT_EQ(desk.signatures, signatures);
        EXPECT_TRUE(desk.sessions.empty());
    }
}

TEST(Session, BindsNothingWhenTheGateClosesAfterTheOffer) {
    for (const bool gate : {true, false}) {
        Desk desk;
        const SoftCard card = desk.card();
        const auto offer = desk.offered(card);
        (gate ? desk.gate_says : desk.consent_says) = "no longer";
        EXPECT_EQ(desk.refusal(GetBoundProfilePackage{card.prepare(offer)}), "8.2.5/4.3");
        EXPECT_TRUE(desk.sealed.empty());
        EXPECT_EQ(desk.order().state, OrderState::released);
        (gate ? desk.gate_says : desk.consent_says).reset();
        desk.bound(card, offer);  // the session lives
    }
}

TEST(Session, LeavesEveryRefusalInTheTimelineOfItsOrder) {
    Desk desk;
    const SoftCard card = desk.card();
    desk.gate_says = "The device is not trusted (fail). PCR 4 differs.";
    const auto first = desk.initiated(card);
    EXPECT_EQ(desk.refusal(AuthenticateClient{card.authenticate(first, desk.matching_id)}), "8.2.5/4.3");
    ASSERT_EQ(desk.refusals.size(), 1U);
    EXPECT_EQ(desk.refusals[0].order_id, "order-1");
    EXPECT_EQ(desk.refusals[0].at, desk.now);
    EXPECT_EQ(desk.refusals[0].code, "8.2.5/4.3");
    EXPECT_EQ(desk.refusals[0].transaction_id, first.transaction_id.bytes);
    EXPECT_EQ(desk.refusals[0].sentence, "offer refused to EID " + desk.pki.eid.text() +
                                             ": This profile may not be downloaded to this eUICC now. The device is "
                                             "not trusted (fail). PCR 4 differs.");
    desk.gate_says.reset();
    const auto offer = desk.offered(card);
    desk.consent_says = "no release";
    EXPECT_EQ(desk.refusal(GetBoundProfilePackage{card.prepare(offer)}), "8.2.5/4.3");
    desk.consent_says.reset();
    desk.order().attempts = desk.order().attempts_max;
    EXPECT_EQ(desk.refusal(GetBoundProfilePackage{card.prepare(offer)}), "8.2/3.7");
    EXPECT_EQ(desk.refusal(AuthenticateClient{card.authenticate(desk.initiated(card), desk.matching_id)}), "8.8.5/6.4");
    ASSERT_EQ(desk.refusals.size(), 4U);
    EXPECT_TRUE(desk.refusals[1].sentence.starts_with("package refused to EID ")) << desk.refusals[1].sentence;
    EXPECT_NE(desk.refusals[2].sentence.find("attempted too often"), std::string::npos) << desk.refusals[2].sentence;
    EXPECT_EQ(desk.refusals[3].code, "8.8.5/6.4");
}

TEST(Session, StrangersLeaveNothingInATimeline) {
    Desk desk;
    const SoftCard card = desk.card();
    auto forged = card.authenticate(desk.initiated(card), desk.matching_id);
    std::get<msg::AuthenticateResponseOk>(forged.authenticate_server_response.value).euicc_signature1.bytes[0] ^= 1U;
    EXPECT_EQ(desk.refusal(AuthenticateClient{forged}), "8.1/6.1");
    EXPECT_EQ(desk.refusal(AuthenticateClient{card.authenticate(desk.initiated(card), "GUESSED")}), "8.2.6/3.8");
    EXPECT_TRUE(desk.refusals.empty());
}

TEST(Session, GivesALostReplyAgain) {
    Desk desk;
    const SoftCard card = desk.card();
    const auto request = card.authenticate(desk.initiated(card), desk.matching_id);
    const auto first = *desk.ask_for<msg::AuthenticateClientOk>(AuthenticateClient{request});
    const auto again = *desk.ask_for<msg::AuthenticateClientOk>(AuthenticateClient{request});
    EXPECT_EQ(first, again);
    auto other = request;
    std::get<msg::AuthenticateResponseOk>(other.authenticate_server_response.value).euicc_signature1.bytes = Bytes(64);
    EXPECT_EQ(desk.refusal(AuthenticateClient{other}), "8.10.1/3.9");
    desk.bound(card, first);
    desk.bound(card, first);
    EXPECT_EQ(desk.order().attempts, 1U) << "the answer was lost: it is no other attempt";
}

TEST(Session, LostPackageOfTheLastAttemptIsGivenAgain) {
    Desk desk;
    const SoftCard card = desk.card();
    desk.order().attempts_max = 1;
    const auto offer = desk.offered(card);
    desk.bound(card, offer);
    desk.bound(card, offer);
    EXPECT_EQ(desk.refusal(AuthenticateClient{card.authenticate(desk.initiated(card), desk.matching_id)}), "8.8.5/6.4")
        << "another session is another attempt";
}

TEST(Session, DownloadsAgainToTheSameCardAfterAFailure) {
    Download first;
    Desk& desk = first.desk;
    first.bind();
    ASSERT_TRUE(desk.ask(HandleNotification{first.failed()}));
    EXPECT_EQ(desk.order().state, OrderState::error);
    EXPECT_TRUE(desk.changes.empty());
    const auto second = desk.offered(first.card);
    desk.bound(first.card, second);
    ASSERT_TRUE(desk.ask(HandleNotification{first.installed(second)}));
    EXPECT_EQ(desk.order().state, OrderState::installed);
}

TEST(Session, NeverDownloadsTheSameOrderToAnotherCard) {
    Desk desk;
    const SoftCard card = desk.card();
    const auto identity = desk.pki.make_euicc(*x509::make_eid("89049032", 2));
    const SoftCard other = desk.card_of(identity);
    // both are offered the order; who binds first has it
    const auto to_other = desk.offered(other);
    desk.bound(card, desk.offered(card));
    EXPECT_EQ(desk.refusal(GetBoundProfilePackage{other.prepare(to_other)}), "8.2/3.7");
    EXPECT_EQ(desk.refusal(AuthenticateClient{other.authenticate(desk.initiated(other), desk.matching_id)}),
              "8.1.1/3.8");
    EXPECT_EQ(desk.sealed.size(), 1U);
}

TEST(Session, FindsTheOrderOfAnEidWithoutAMatchingId) {
    Desk desk;
    desk.order().eid = desk.pki.eid;
    const SoftCard card = desk.card();
    EXPECT_TRUE(
        desk.ask_for<msg::AuthenticateClientOk>(AuthenticateClient{card.authenticate(desk.initiated(card), "")}));
}

TEST(Session, StatesAreStoredWithTheirFormatAndReadBack) {
    Desk desk;
    const SoftCard card = desk.card();
    const auto offer = desk.offered(card);
    const Bytes stored = desk.sessions.at(offer.transaction_id.bytes);
    const auto state = decode_state(stored);
    ASSERT_TRUE(state);
    const auto& offered = std::get<Offered>(*state);
    EXPECT_EQ(encode_state(offered), stored);
    EXPECT_EQ(encode_state(std::get<Bound>(*decode_state(encode_state(Bound{offered, {}})))),
              encode_state(Bound{offered, {}}));
    Bytes newer = stored;
    const auto format = std::ranges::search(newer, std::array<std::uint8_t, 3>{0x02, 0x01, 0x01}).begin();
    format[2] = 2;
    EXPECT_FALSE(decode_state(newer));
}

/// What stays in the timeline for good is bounded by what the operator does.
TEST(Timeline, WhatADeviceCanRepeatIsRoutine) {
    Desk desk;
    SoftCard card = desk.card();
    for (int i = 0; i < 3; ++i) {
        const auto offer = desk.offered(card);
        ASSERT_TRUE(desk.ask(
            CancelSession{card.cancel(offer.transaction_id, desk.server.oid, msg::CancelSessionReason::postponed)}));
    }
    EXPECT_EQ(desk.notes.size(), 6U);
    EXPECT_EQ(desk.milestones, 0);
    const auto offer = desk.offered(card);
    const auto others = std::array{desk.offered(card), desk.offered(card)};
    desk.bound(card, offer);
    EXPECT_EQ(desk.milestones, 1);
    for (const auto& other : others)  // the first one ends the order
        ASSERT_TRUE(desk.ask(CancelSession{
            card.cancel(other.transaction_id, desk.server.oid, msg::CancelSessionReason::end_user_rejection)}));
    EXPECT_EQ(desk.milestones, 2);
    ASSERT_TRUE(desk.ask(HandleNotification{card.installed(offer.transaction_id, desk.iccid, desk.server.oid)}));
    EXPECT_EQ(desk.milestones, 3);
    for (const auto bit :
         {msg::NotificationEventBit::enable, msg::NotificationEventBit::disable, msg::NotificationEventBit::enable}) {
        ++card.seq_number;
        ASSERT_TRUE(desk.ask(HandleNotification{card.notify(desk.iccid, bit)}));
    }
    EXPECT_EQ(desk.milestones, 3);
    for (int i = 0; i < 2; ++i) {
        ++card.seq_number;
        ASSERT_TRUE(desk.ask(HandleNotification{card.notify(desk.iccid, msg::NotificationEventBit::delete_)}));
    }
    EXPECT_EQ(desk.milestones, 4);  // the first deletion ended the order
    for (const auto& [digest, n] : desk.notifications) EXPECT_EQ(n.order_id, desk.order().id);
}

}  // namespace
}  // namespace mcim::smdp
