#include "mcim/smdp/es12.h"

#include <gtest/gtest.h>

namespace mcim::smdp {
namespace {

using enum Es12Function;
using enum Es12Attempt;

const Time now = *from_rfc3339("2026-06-01T12:00:00Z");
const Eid card = *Eid::with_check_digits("890490320000000000000000000001");

Order order_with_event(EventStanding standing) {
    Order order{"1", "a", *Iccid::with_check_digit("894412345678901231"), "EVENT-1", OrderState::released};
    order.eid = card;
    order.smds_address = "smds.example.com";
    order.event = standing;
    return order;
}
std::string call(const std::optional<Order>& order, Time at = now) {
    const auto needed = event_call(*order, at);
    return needed ? std::string(to_string(*needed)) : "";
}

TEST(Es12, EventIsThereAsLongAsItsOrderCanBeDownloaded) {
    using enum EventStanding;
    using enum OrderEvent;
    for (const auto absent : {none, leaving, deleted}) {
        EXPECT_EQ(call(order_with_event(absent)), "registerEvent") << to_string(absent);
        EXPECT_EQ(call(after(order_with_event(absent), cancel)), "") << to_string(absent);
    }
    for (const auto there : {queued, registered}) {
        const Order order = order_with_event(there);
        const Order bound = *after(order, bind);
        EXPECT_EQ(call(order), "") << to_string(there);
        EXPECT_EQ(call(bound), "") << "its card may come again";
        EXPECT_EQ(call(after(bound, install_failed)), "");
        EXPECT_EQ(call(after(bound, postpone)), "");
        EXPECT_EQ(call(after(bound, install_succeeded)), "deleteEvent");
        EXPECT_EQ(call(after(order, cancel)), "deleteEvent");
        EXPECT_EQ(call(after(order, OrderEvent::refuse)), "deleteEvent");
        Order ending = order;
        ending.expires_at = now + std::chrono::seconds(1);
        EXPECT_EQ(call(ending), "");
        EXPECT_EQ(call(ending, *ending.expires_at), "deleteEvent");
        Order used_up = order;
        used_up.attempts = used_up.attempts_max;
        EXPECT_EQ(call(used_up), "deleteEvent");
    }
}

TEST(Es12, OrderWithoutAnSmdsOrNotYetReleasedHasNone) {
    Order order = order_with_event(EventStanding::none);
    order.state = OrderState::confirmed;
    EXPECT_EQ(call(order), "");
    EXPECT_EQ(call(after(order, OrderEvent::release)), "registerEvent");
    order.state = OrderState::released;
    order.smds_address.clear();
    EXPECT_EQ(call(order), "");
}

TEST(Es12, EventThatWasRefusedIsAskedForAgainWhenItsOrderIsReleasedAgain) {
    const Order order = order_with_event(EventStanding::refused);
    EXPECT_EQ(call(order), "");
    EXPECT_EQ(call(after(order, OrderEvent::bind)), "");
    EXPECT_EQ(call(after(order, OrderEvent::cancel)), "") << "it is not there";
    EXPECT_EQ(call(after(order, OrderEvent::release)), "registerEvent");
}

TEST(Es12, RequestsHaveTheMembersOfTheSpecification) {
    const Es12Header header{"2.999.10", "call-1"};
    const EventRecord event{card, "EVENT-1"};
    const std::string begin =
        R"({"header":{"functionRequesterIdentifier":"2.999.10","functionCallIdentifier":"call-1"},"eid":")" +
        card.text() + "\",";
    EXPECT_EQ(register_event_json(header, event, {"smdp.example.com"}),
              begin + R"("rspServerAddress":"smdp.example.com","eventId":"EVENT-1","forwardingIndicator":false})");
    EXPECT_EQ(register_event_json(header, event, {"smdp.example.com", true}),
              begin + R"("rspServerAddress":"smdp.example.com","eventId":"EVENT-1","forwardingIndicator":true})");
    EXPECT_EQ(delete_event_json(header, event), begin + R"("eventId":"EVENT-1"})");
    EXPECT_EQ(find_es12_function("registerEvent"), register_event);
    EXPECT_EQ(find_es12_function("deleteEvent"), delete_event);
    EXPECT_FALSE(find_es12_function("eventId"));
}

std::string failed(std::string_view subject, std::string_view reason, std::string_view sentence = "") {
    return R"({"header":{"functionExecutionStatus":{"status":"Failed","statusCodeData":{"subjectCode":")" +
           std::string(subject) + R"(","reasonCode":")" + std::string(reason) + R"(","message":")" +
           std::string(sentence) + "\"}}}}";
}

TEST(Es12, AnswersSayWhetherTheEventIsAsItShouldBe) {
    using enum Es12Answer::Meaning;
    const std::string success = R"({"header":{"functionExecutionStatus":{"status":"Executed-Success"}}})";
    EXPECT_EQ(read_es12(register_event, repeated, success).meaning, done);
    EXPECT_EQ(read_es12(register_event, repeated, failed("8.9.5", "3.3")).meaning, was_so);
    EXPECT_EQ(read_es12(register_event, repeated, failed("8.9.5", "3.9")).meaning, refused);
    EXPECT_EQ(read_es12(delete_event, repeated, failed("8.9.5", "3.9")).meaning, was_so);
    EXPECT_EQ(read_es12(delete_event, repeated, failed("8.9.5", "3.3")).meaning, refused);
    const auto no = read_es12(register_event, repeated, failed("8.1.1", "3.8", "Not\\nhere."));
    EXPECT_EQ(no.meaning, refused);
    EXPECT_EQ(no.why, "8.1.1/3.8 Not?here.");
}

TEST(Es12, EventThatWasThereBeforeItsFirstRegistrationIsAnothers) {
    using enum Es12Answer::Meaning;
    const auto in_the_way = read_es12(register_event, first, failed("8.9.5", "3.3", "It is there."));
    EXPECT_EQ(in_the_way.meaning, in_use);
    EXPECT_EQ(in_the_way.why, "8.9.5/3.3 It is there.");
    EXPECT_EQ(read_es12(register_event, first, failed("8.1.1", "3.8")).meaning, refused);
    EXPECT_EQ(read_es12(delete_event, first, failed("8.9.5", "3.9")).meaning, was_so);
}

TEST(Es12, AnswersThatAreNoneAndFailuresOfTheWayAreNoRefusals) {
    using enum Es12Answer::Meaning;
    EXPECT_EQ(read_es12(register_event, repeated, failed("8.9", "5.1")).meaning, later) << "the root SM-DS is away";
    for (const std::string body :
         {"", "{}", "<html>", R"({"header":{"functionExecutionStatus":{"status":"Failed"}}})"}) {
        EXPECT_EQ(read_es12(register_event, repeated, body).meaning, later) << body;
        EXPECT_FALSE(read_es12(register_event, repeated, body).why.empty()) << body;
    }
}

}  // namespace
}  // namespace mcim::smdp
