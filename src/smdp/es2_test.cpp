// ES2+: what is read, decided and answered, by the codes that leave the server. The state of an order is what the
// calls before have made of it.
#include "mcim/smdp/es2.h"

#include <gtest/gtest.h>

#include <set>

#include "mcim/jose/json.h"
#include "mcim/msg/json.h"
#include "support/random.h"

namespace mcim::smdp {
namespace {

TEST(Es2Refusal, EveryOneHasItsCodesAndSentence) {
    std::set<std::string_view> sentences;
    for (std::size_t i = 0; i < es2_refusal_count; ++i) {
        const auto& code = status_code(static_cast<Es2Refusal>(i));
        EXPECT_EQ(static_cast<std::size_t>(code.refusal), i);
        EXPECT_TRUE(sentences.insert(code.sentence).second);
        EXPECT_EQ(code.sentence.back(), '.');
    }
    EXPECT_EQ(to_string(Es2Refused{Es2Refusal::profile_type_exhausted}), "8.2.5/3.7 No profile of this type is left.");
}

const Iccid iccid = *Iccid::with_check_digit("894412345678901231");
const Eid eid = *Eid::with_check_digits("890490320000000000000000000001");
const Eid other_eid = *Eid::with_check_digits("890490320000000000000000000002");

/// An operator's profile and its orders, as a platform keeps them.
class Es2 : public testing::Test {
protected:
    std::string download(const DownloadOrder& asked, std::string_view caller = "a") {
        const auto decided = decide(asked, known, caller);
        if (const auto* refused = std::get_if<Es2Refused>(&decided)) return code_of(refused->refusal);
        if (std::get<Es2Ordering>(decided) == Es2Ordering::same) return "same";
        Order order{"1", "a", iccid, untold_matching_id(random)};
        order.eid = asked.eid;
        known.order = after(std::move(order), asked.eid ? OrderEvent::link : OrderEvent::allocate);
        return "made";
    }
    std::string take(std::variant<Es2Changed, Es2Refused> decided) {
        if (const auto* refused = std::get_if<Es2Refused>(&decided)) return code_of(refused->refusal);
        auto& done = std::get<Es2Changed>(decided);
        known.order = std::move(done.order);
        return done.changed ? "done" : "same";
    }
    std::string confirm(const ConfirmOrder& asked, std::string_view caller = "a") {
        return take(decide(asked, known, caller, facts));
    }
    std::string cancel(const CancelOrder& asked, std::string_view caller = "a") {
        return take(decide(asked, known, caller));
    }
    std::string release(std::string_view caller = "a") { return take(decide(ReleaseProfile{iccid}, known, caller)); }
    void happens(OrderEvent event) { known.order = *after(*known.order, event); }
    [[nodiscard]] std::string_view state() const { return to_string(known.order->state); }

    test::SeededRandom random{1};
    Es2Known known{Es2Profile{"a", false, "gold"}, {}};
    ConfirmFacts facts{"GENERATED", "$UNTOLD"};
};

TEST_F(Es2, OrderGoesFromDownloadOverConfirmToRelease) {
    EXPECT_EQ(download({.iccid = iccid}), "made");
    EXPECT_EQ(state(), "Allocated");
    EXPECT_FALSE(tells_matching_id(*known.order));
    EXPECT_EQ(confirm({iccid}), "done");
    EXPECT_EQ(state(), "Confirmed");
    EXPECT_EQ(known.order->matching_id, "GENERATED");
    EXPECT_EQ(release(), "done");
    EXPECT_EQ(state(), "Released");
}
TEST_F(Es2, ReleaseFlagReleasesWithTheConfirmation) {
    download({.eid = eid, .iccid = iccid});
    EXPECT_EQ(state(), "Linked");
    ConfirmOrder asked{iccid};
    asked.matching_id = "CHOSEN";
    asked.release = true;
    EXPECT_EQ(confirm(asked), "done");
    EXPECT_EQ(state(), "Released");
    EXPECT_EQ(known.order->matching_id, "CHOSEN");
}
TEST_F(Es2, ConfirmationMayNameTheEid) {
    download({.iccid = iccid});
    ConfirmOrder asked{iccid};
    asked.eid = eid;
    EXPECT_EQ(confirm(asked), "done");
    EXPECT_EQ(known.order->eid, eid);
    EXPECT_EQ(confirm(asked), "same");
}
TEST_F(Es2, EmptyMatchingIdLeavesTheOrderToItsEid) {
    download({.eid = eid, .iccid = iccid});
    ConfirmOrder asked{iccid};
    asked.matching_id = "";
    EXPECT_EQ(confirm(asked), "done");
    EXPECT_EQ(known.order->matching_id, "$UNTOLD");
    EXPECT_EQ(confirm(asked), "same");
    asked.matching_id = "$UNTOLD";
    EXPECT_EQ(confirm(asked), "8.2.6/3.10") << "nobody is told it";
}

TEST_F(Es2, RepeatedDownloadOrderIsTheSameOrder) {
    EXPECT_EQ(download({.eid = eid, .iccid = iccid}), "made");
    EXPECT_EQ(download({.eid = eid, .iccid = iccid}), "same");
    ConfirmOrder asked{iccid};
    asked.release = true;
    confirm(asked);
    EXPECT_EQ(download({.eid = eid, .iccid = iccid}), "same");
    EXPECT_EQ(state(), "Released");
}
TEST_F(Es2, CardThatHasAnOpenOrderDoesNotMakeItAnother) {
    download({.iccid = iccid});
    known.order->state = OrderState::downloaded;
    known.order->eid = eid;
    known.order->eid_from_package = true;
    EXPECT_EQ(download({.iccid = iccid}), "same");
    EXPECT_EQ(download({.eid = eid, .iccid = iccid}), "8.2.1/3.3");
}
TEST_F(Es2, RepeatedConfirmationGivesTheSameAnswerInWhateverStateTheOrderIs) {
    download({.eid = eid, .iccid = iccid});
    ConfirmOrder asked{iccid};
    asked.release = true;
    confirm(asked);
    for (const auto event : {OrderEvent::bind, OrderEvent::install_succeeded}) {
        happens(event);
        const Order before = *known.order;
        EXPECT_EQ(confirm(asked), "same");
        EXPECT_EQ(*known.order, before);
    }
    asked.matching_id = "GENERATED";
    asked.eid = eid;
    EXPECT_EQ(confirm(asked), "same");
}
TEST_F(Es2, RepeatedReleaseChangesNothingWhateverADownloadMadeOfTheOrder) {
    download({.iccid = iccid});
    confirm({iccid});
    EXPECT_EQ(release(), "done");
    EXPECT_EQ(release(), "same");
    happens(OrderEvent::bind);
    EXPECT_EQ(release(), "same");
    EXPECT_EQ(state(), "Downloaded");
    EXPECT_EQ(known.order->attempts, 1U);
    happens(OrderEvent::postpone);
    EXPECT_EQ(release(), "same");
    EXPECT_EQ(known.order->attempts, 1U) << "there are more";
    happens(OrderEvent::bind);
    happens(OrderEvent::install_succeeded);
    EXPECT_EQ(release(), "same");
    EXPECT_EQ(state(), "Installed");
}
TEST_F(Es2, OrderWhoseInstallationFailedIsReleasedAgain) {
    download({.iccid = iccid});
    confirm({iccid});
    release();
    happens(OrderEvent::bind);
    happens(OrderEvent::install_failed);
    EXPECT_EQ(state(), "Error");
    EXPECT_EQ(release(), "done");
    EXPECT_EQ(state(), "Released");
    EXPECT_EQ(known.order->attempts, 0U);
    EXPECT_EQ(release(), "same");
}
TEST_F(Es2, OrderThatWasRefusedOnTheDeviceIsReleasedAgain) {
    download({.iccid = iccid});
    confirm({iccid});
    release();
    happens(OrderEvent::refuse);
    EXPECT_EQ(release(), "done");
    EXPECT_EQ(state(), "Released");
    EXPECT_FALSE(known.order->refused);
}
TEST_F(Es2, OrderThatIsLockedOrExhaustedIsReleasedAgain) {
    for (const bool bound : {false, true}) {
        known.order.reset();
        download({.iccid = iccid});
        confirm({iccid});
        release();
        if (bound) happens(OrderEvent::bind);
        known.order->confirmation_code = {1};
        known.order->wrong_codes = wrong_codes_max - 1;
        EXPECT_EQ(release(), "same") << "one try of its code is left";
        known.order->wrong_codes = wrong_codes_max;
        EXPECT_EQ(release(), "done");
        EXPECT_EQ(known.order->wrong_codes, 0U);
        known.order->attempts = known.order->attempts_max - 1;
        EXPECT_EQ(release(), "same") << "one attempt is left";
        known.order->attempts = known.order->attempts_max;
        EXPECT_EQ(release(), "done");
        EXPECT_EQ(known.order->attempts, 0U);
        EXPECT_EQ(state(), "Released");
    }
}
TEST_F(Es2, RepeatedCancellationGivesTheSameAnswer) {
    download({.iccid = iccid});
    EXPECT_EQ(cancel({iccid}), "done");
    EXPECT_EQ(cancel({iccid}), "same");
    CancelOrder for_good{iccid};
    for_good.leaves = CancelOrder::Leaves::unavailable;
    EXPECT_EQ(cancel(for_good), "8.2.1/3.9") << "another content";
    EXPECT_EQ(download({.iccid = iccid}), "made") << "the profile was left available";
    EXPECT_EQ(cancel(for_good), "done");
    known.profile->closed = true;  // so the shell leaves it
    known.order->ended_by = OrderEnd::subscription_closed;
    EXPECT_EQ(cancel(for_good), "same");
    EXPECT_EQ(cancel({iccid}), "8.2.1/3.9");
}

TEST_F(Es2, UnknownIccid) {
    known = {};
    EXPECT_EQ(download({.iccid = iccid}), "8.2.1/3.9");
    EXPECT_EQ(confirm({iccid}), "8.2.1/3.9");
    EXPECT_EQ(cancel({iccid}), "8.2.1/3.9");
    EXPECT_EQ(release(), "8.2.1/3.9");
}
TEST_F(Es2, AnotherOperatorsIccid) {
    EXPECT_EQ(download({.iccid = iccid}, "b"), "8.2.1/1.2");
    known.profile->operator_id = "zebra";
    EXPECT_EQ(cannot_be_ordered(known, "b", {})->sentence().find("zebra"), std::string::npos);
    known.profile->operator_id = "a";
    download({.iccid = iccid});
    EXPECT_EQ(confirm({iccid}, "b"), "8.2.1/1.2");
    EXPECT_EQ(cancel({iccid}, "b"), "8.2.1/1.2");
    EXPECT_EQ(release("b"), "8.2.1/1.2");
    EXPECT_EQ(state(), "Allocated");
}
TEST_F(Es2, IccidInUse) {
    download({.eid = eid, .iccid = iccid});
    EXPECT_EQ(download({.iccid = iccid}), "8.2.1/3.3");
    EXPECT_EQ(download({.eid = other_eid, .iccid = iccid}), "8.2.1/3.3");
    ConfirmOrder asked{iccid};
    asked.release = true;
    confirm(asked);
    happens(OrderEvent::bind);
    happens(OrderEvent::install_succeeded);
    EXPECT_EQ(download({.eid = eid, .iccid = iccid}), "8.2.1/3.3") << "it is on its card";
    EXPECT_EQ(cancel({iccid}), "8.2.1/3.3");
    EXPECT_EQ(state(), "Installed");
}
TEST_F(Es2, ProfileThatACardMayHaveIsOrderedForThatCardAlone) {
    download({.iccid = iccid});
    ConfirmOrder asked{iccid};
    asked.release = true;
    confirm(asked);
    happens(OrderEvent::bind);
    known.order->eid = eid;
    known.order->eid_from_package = true;
    set_out(*known.order, Bytes{1});
    EXPECT_EQ(cancel({iccid}), "done");
    known.left = {*known.order};
    EXPECT_EQ(download({.iccid = iccid}), "8.2.1/3.3");
    EXPECT_EQ(download({.eid = other_eid, .iccid = iccid}), "8.2.1/3.3");
    EXPECT_EQ(download({.eid = eid, .iccid = iccid}), "made");
}
TEST_F(Es2, EndedOrderLeavesItsProfileWhereNobodySignedThatItIsNotThere) {
    Order order{"1", "a", iccid, "M"};
    order.state = OrderState::downloaded;
    set_out(order, Bytes{1});
    EXPECT_FALSE(leaves_profile(order)) << "it lives";
    order = *after(std::move(order), OrderEvent::cancel);
    EXPECT_TRUE(leaves_profile(order));
    settle(order, Bytes{1});
    EXPECT_FALSE(leaves_profile(order)) << "it failed";
    order.last_sequence = 1;
    EXPECT_TRUE(leaves_profile(order)) << "its card has told of it";
    order.ended_by = OrderEnd::deleted;
    EXPECT_FALSE(leaves_profile(order));
}
TEST_F(Es2, WhatNeedsNoFactsIsDecidedBeforeThem) {
    const auto code = [&](const ConfirmOrder& asked, std::string_view caller) {
        const auto refused = cannot_be_confirmed(asked, known, caller);
        return refused ? code_of(refused->refusal) : std::string();
    };
    EXPECT_EQ(code({iccid}, "a"), "8.2.1/3.9");
    download({.eid = eid, .iccid = iccid});
    EXPECT_EQ(code({iccid}, "b"), "8.2.1/1.2");
    EXPECT_EQ(code({iccid}, "a"), "");
    ConfirmOrder wrong{iccid};
    wrong.eid = other_eid;
    EXPECT_EQ(code(wrong, "a"), "8.1.1/3.10");
    EXPECT_TRUE(awaits_confirmation(*known.order));
    confirm({iccid});
    EXPECT_FALSE(awaits_confirmation(*known.order));
    cancel({iccid});
    EXPECT_EQ(code({iccid}, "a"), "8.2.1/3.9");
}
TEST_F(Es2, ClosedProfile) {
    known.profile->closed = true;
    EXPECT_EQ(download({.iccid = iccid}), "8.2.1/3.3");
}
TEST_F(Es2, ProfileThatCannotBeReleased) {
    EXPECT_EQ(release(), "8.2.1/3.5") << "no order";
    download({.iccid = iccid});
    EXPECT_EQ(release(), "8.2.1/3.5") << "not confirmed";
    confirm({iccid});
    ConfirmOrder with_release{iccid};
    with_release.release = true;
    EXPECT_EQ(confirm(with_release), "8.2.1/3.5") << "it was confirmed without";
    EXPECT_EQ(state(), "Confirmed");
    release();
    happens(OrderEvent::bind);
    happens(OrderEvent::install_succeeded);
    happens(OrderEvent::remove);
    EXPECT_EQ(release(), "8.2.1/3.5") << "it was deleted there";
}
TEST_F(Es2, OrderThatIsNoneCannotBeConfirmedOrCancelled) {
    EXPECT_EQ(confirm({iccid}), "8.2.1/3.9");
    EXPECT_EQ(cancel({iccid}), "8.2.1/3.9");
    download({.iccid = iccid});
    cancel({iccid});
    EXPECT_EQ(confirm({iccid}), "8.2.1/3.9");
}
TEST_F(Es2, ProfileTypes) {
    const std::vector<std::string> none, ours{"a", "b"}, theirs{"b"};
    const auto code = [](const std::optional<Es2Refused>& refused) {
        return refused ? code_of(refused->refusal) : std::string();
    };
    EXPECT_EQ(code(cannot_be_picked(none, Es2Stock::none_left, "a")), "8.2.5/3.9");
    EXPECT_EQ(code(cannot_be_picked(theirs, Es2Stock::none_left, "a")), "8.2.5/1.2");
    EXPECT_EQ(code(cannot_be_picked(ours, Es2Stock::none_left, "a")), "8.2.5/3.7");
    EXPECT_EQ(code(cannot_be_picked(ours, Es2Stock::left, "a")), "");
    EXPECT_EQ(download({.iccid = iccid, .profile_type = "silver"}), "8.2.5/3.8");
    EXPECT_EQ(download({.iccid = iccid, .profile_type = "gold"}), "made");
}
TEST_F(Es2, MatchingIdConflictsOrIsAnother) {
    download({.eid = eid, .iccid = iccid});
    ConfirmOrder asked{iccid};
    asked.matching_id = "CHOSEN";
    facts.matching_id_taken = true;
    EXPECT_EQ(confirm(asked), "8.2.6/3.3");
    EXPECT_EQ(state(), "Linked");
    facts.matching_id_taken = false;
    EXPECT_EQ(confirm(asked), "done");
    asked.matching_id = "OTHER";
    EXPECT_EQ(confirm(asked), "8.2.6/3.10");
    CancelOrder wrong{iccid};
    wrong.matching_id = "OTHER";
    EXPECT_EQ(cancel(wrong), "8.2.6/3.10");
    wrong.matching_id = "CHOSEN";
    EXPECT_EQ(cancel(wrong), "done");
}
TEST_F(Es2, EidMissingOrAnother) {
    download({.iccid = iccid});
    ConfirmOrder asked{iccid};
    asked.matching_id = "";
    EXPECT_EQ(confirm(asked), "8.1.1/2.2");
    asked.matching_id.reset();
    asked.smds_address = "smds.example.com";
    EXPECT_EQ(confirm(asked), "8.1.1/2.2");
    EXPECT_EQ(state(), "Allocated");
    cancel({iccid});
    download({.eid = eid, .iccid = iccid});
    ConfirmOrder wrong{iccid};
    wrong.eid = other_eid;
    EXPECT_EQ(confirm(wrong), "8.1.1/3.10");
    EXPECT_EQ(state(), "Linked");
    confirm({iccid});
    EXPECT_EQ(confirm(wrong), "8.1.1/3.10");
    CancelOrder taken_back{iccid};
    taken_back.eid = other_eid;
    EXPECT_EQ(cancel(taken_back), "8.1.1/3.10");
    taken_back.eid = eid;
    EXPECT_EQ(cancel(taken_back), "done");
}
TEST_F(Es2, SmdsThatIsNotConfigured) {
    download({.eid = eid, .iccid = iccid});
    ConfirmOrder asked{iccid};
    asked.smds_address = "smds.example.com";
    EXPECT_EQ(confirm(asked), "8.9/5.1");
    known.smds = {"other.example.com", "smds.example.com:8443"};
    EXPECT_EQ(confirm(asked), "8.9/5.1");
    EXPECT_EQ(state(), "Linked");
}
TEST_F(Es2, SmdsThatIsConfiguredGetsTheOrder) {
    known.smds = {"other.example.com", "smds.example.com"};
    download({.eid = eid, .iccid = iccid});
    ConfirmOrder asked{iccid};
    asked.smds_address = "SMDS.example.com";
    asked.matching_id = "";
    EXPECT_EQ(confirm(asked), "8.2.6/2.1") << "an event has an ID";
    asked.matching_id.reset();
    EXPECT_EQ(confirm(asked), "done");
    EXPECT_EQ(known.order->smds_address, "smds.example.com") << "as it is configured";
    EXPECT_TRUE(tells_matching_id(*known.order));
    EXPECT_EQ(confirm(asked), "same");
}
TEST_F(Es2, SmdsOtherThanBefore) {
    known.smds = {"other.example.com", "smds.example.com"};
    download({.eid = eid, .iccid = iccid});
    ConfirmOrder asked{iccid};
    asked.smds_address = "smds.example.com";
    ASSERT_EQ(confirm(asked), "done");
    EXPECT_EQ(confirm({iccid}), "8.9.1/3.10");
    asked.smds_address = "other.example.com";
    EXPECT_EQ(confirm(asked), "8.9.1/3.10");
}
TEST_F(Es2, RepeatedConfirmationIsTheSameThoughItsSmdsIsNotConfiguredAnyMore) {
    known.smds = {"smds.example.com"};
    download({.eid = eid, .iccid = iccid});
    ConfirmOrder asked{iccid};
    asked.smds_address = "smds.example.com";
    ASSERT_EQ(confirm(asked), "done");
    known.smds.clear();
    EXPECT_EQ(confirm(asked), "same");
    asked.smds_address = "other.example.com";
    EXPECT_EQ(confirm(asked), "8.9.1/3.10");
    cancel({iccid});
    download({.eid = eid, .iccid = iccid});
    asked.smds_address = "smds.example.com";
    EXPECT_EQ(confirm(asked), "8.9/5.1") << "another order";
}
TEST_F(Es2, ReleaseAsksAnSmdsAgainThatHadRefusedTheEvent) {
    known.smds = {"smds.example.com"};
    download({.eid = eid, .iccid = iccid});
    ConfirmOrder asked{iccid};
    asked.smds_address = "smds.example.com";
    asked.release = true;
    ASSERT_EQ(confirm(asked), "done");
    known.order->event = EventStanding::registered;
    EXPECT_EQ(release(), "same");
    known.order->event = EventStanding::refused;
    EXPECT_EQ(release(), "done");
    EXPECT_EQ(known.order->event, EventStanding::none);
}
TEST_F(Es2, ConfirmationCodeOtherThanBefore) {
    download({.iccid = iccid});
    EXPECT_EQ(confirm({iccid}), "done");
    facts.code_agrees = false;
    EXPECT_EQ(confirm({iccid}), "8.2.7/3.10");
}

// ---- the JSON binding

constexpr std::string_view header =
    R"("header":{"functionRequesterIdentifier":"2.999.1","functionCallIdentifier":"call-1"})";

std::string read(Es2Function function, const std::string& members) {
    const auto request = read_es2(function, "{" + std::string(header) + members + "}");
    if (!request) return to_string(request.error());
    const auto* refused = std::get_if<Es2Refused>(&*request);
    return refused ? code_of(refused->refusal) : "";
}
const std::string with_iccid = R"(,"iccid":")" + iccid.text() + '"';

TEST(Es2Json, ReadsEveryMember) {
    const auto body =
        "{" + std::string(header) + with_iccid + R"(,"eid":")" + eid.text() +
        R"(","matchingId":"M-1","confirmationCode":"1234","smdsAddress":"ds","releaseFlag":true,"more":1})";
    const auto read = *read_es2(Es2Function::confirm_order, body);
    const auto& asked = std::get<ConfirmOrder>(std::get<Es2Request>(read));
    EXPECT_EQ(asked.iccid, iccid);
    EXPECT_EQ(asked.eid, eid);
    EXPECT_EQ(asked.matching_id, "M-1");
    EXPECT_EQ(as_text(expose(*asked.confirmation_code)), "1234");
    EXPECT_EQ(asked.smds_address, "ds");
    EXPECT_TRUE(asked.release);
    const auto typed = *read_es2(Es2Function::download_order, "{" + std::string(header) + R"(,"iccid":")" +
                                                                  iccid.text() + R"(F","profileType":"gold"})");
    const auto& download = std::get<DownloadOrder>(std::get<Es2Request>(typed));
    EXPECT_EQ(download.iccid, iccid);
    EXPECT_TRUE(download.padded);
    EXPECT_EQ(download.profile_type, "gold");
    const auto ended = *read_es2(Es2Function::cancel_order, "{" + std::string(header) + with_iccid +
                                                                R"(,"finalProfileStatusIndicator":"Unavailable"})");
    EXPECT_EQ(std::get<CancelOrder>(std::get<Es2Request>(ended)).leaves, CancelOrder::Leaves::unavailable);
}
TEST(Es2Json, EmptyCodeAddressAndTypeAreNoneAndAnEmptyMatchingIdIsOne) {
    const auto body = "{" + std::string(header) + with_iccid +
                      R"(,"matchingId":"","confirmationCode":"","smdsAddress":"","releaseFlag":false})";
    const auto read = *read_es2(Es2Function::confirm_order, body);
    const auto& asked = std::get<ConfirmOrder>(std::get<Es2Request>(read));
    EXPECT_EQ(asked.matching_id, "");
    EXPECT_FALSE(asked.confirmation_code);
    EXPECT_EQ(asked.smds_address, "");
}
TEST(Es2Json, MembersThatAreMissingOrWrongHaveTheirCodes) {
    using enum Es2Function;
    EXPECT_EQ(read(release_profile, with_iccid), "");
    EXPECT_EQ(read(release_profile, ""), "8.2.1/2.2");
    EXPECT_EQ(read(download_order, ""), "8.2.1/2.2");
    EXPECT_EQ(read(download_order, R"(,"profileType":"gold")"), "");
    EXPECT_EQ(read(release_profile, R"(,"iccid":"12")"), "8.2.1/2.1");
    EXPECT_EQ(read(release_profile, R"(,"iccid":5)"), "8.2.1/2.1");
    EXPECT_EQ(read(cancel_order, with_iccid), "8.2.1/2.2");
    EXPECT_EQ(read(cancel_order, with_iccid + R"(,"finalProfileStatusIndicator":"Gone")"), "1.3.1/2.1");
    EXPECT_EQ(read(download_order, with_iccid + R"(,"eid":"1")"), "8.1.1/2.1");
    EXPECT_EQ(read(confirm_order, with_iccid), "1.3.1/2.2") << "releaseFlag";
    EXPECT_EQ(read(confirm_order, with_iccid + R"(,"releaseFlag":"true")"), "1.3.1/2.1");
    EXPECT_EQ(read(confirm_order, with_iccid + R"(,"releaseFlag":true,"matchingId":"a$b")"), "8.2.6/2.1");
    EXPECT_EQ(read(confirm_order, with_iccid + R"(,"releaseFlag":true,"confirmationCode":"12")"), "8.2.7/2.1");
}
TEST(Es2Json, HeaderHasToBeThere) {
    for (const std::string body : {R"({"iccid":"1"})", R"({"header":{"functionRequesterIdentifier":"a"}})",
                                   R"({"header":{"functionCallIdentifier":"a"}})"}) {
        const auto read = *read_es2(Es2Function::release_profile, body);
        EXPECT_EQ(code_of(std::get<Es2Refused>(read).refusal), "1.3.1/2.2") << body;
    }
    for (const std::string body : {"", "[]", "{", R"({"header":{},"header":{}})"})
        EXPECT_FALSE(read_es2(Es2Function::release_profile, body)) << body;
}
TEST(Es2Json, RepliesHaveTheirHeaderAndMembers) {
    EXPECT_EQ(done_json(), R"({"header":{"functionExecutionStatus":{"status":"Executed-Success"}}})");
    EXPECT_EQ(*jose::Object::parse(ordered_json(iccid, true))->text("iccid"), iccid.text() + "F");
    Order order{"1", "a", iccid, "M"};
    order.eid = eid;
    const auto confirmed = jose::Object::parse(confirmed_json(order, "smdp.example.com"));
    EXPECT_EQ(*confirmed->text("eid"), eid.text());
    EXPECT_EQ(*confirmed->text("matchingId"), "M");
    EXPECT_EQ(*confirmed->text("smdpAddress"), "smdp.example.com");
    order.matching_id = "$1";
    order.eid_from_package = true;
    const auto untold = jose::Object::parse(confirmed_json(order, "smdp.example.com"));
    EXPECT_TRUE(untold->is_empty_text("matchingId"));
    EXPECT_FALSE(untold->has("eid")) << "its card's, not its operator's";
    const auto status = *msg::read_status(refused_json({Es2Refusal::smds_unreachable}, "ds"));
    EXPECT_EQ(status->subject_code + "/" + status->reason_code, "8.9/5.1");
    EXPECT_EQ(status->subject_identifier, "ds");
    EXPECT_EQ(status->message, status_code(Es2Refusal::smds_unreachable).sentence);
}
TEST(Es2Json, MatchingIdThatFitsNoActivationCodeIsConfirmedWithAWarning) {
    const auto said = [](std::string matching_id) {
        const std::string body = confirmed_json({"1", "a", iccid, std::move(matching_id)}, "smdp.example.com");
        EXPECT_FALSE(*msg::read_status(body)) << "it was done";
        const auto status = *jose::Object::parse(body)->object("header")->object("functionExecutionStatus");
        const auto code = status.object("statusCodeData");
        return *status.text("status") +
               (code ? " " + *code->text("subjectCode") + "/" + *code->text("reasonCode") : std::string());
    };
    for (const auto* fits : {"AZ09-", "$UNTOLD"}) EXPECT_EQ(said(fits), "Executed-Success") << fits;
    for (const auto* odd : {"az", "A_B", "A/B"}) EXPECT_EQ(said(odd), "Executed-WithWarning 8.2.6/2.1") << odd;
}
TEST(Es2Json, FunctionsHaveTheNamesOfTheirPaths) {
    for (std::size_t i = 0; i < es2_function_count; ++i) {
        const auto function = static_cast<Es2Function>(i);
        EXPECT_EQ(find_es2_function(to_string(function)), function);
    }
    EXPECT_FALSE(find_es2_function("handleDownloadProgressInfo"));
}

}  // namespace
}  // namespace mcim::smdp
