// Replies of a server in which nothing can be found: cut short, no base64, another structure. Each of the five
// functions of ES9+ ends with a sentence that says where, and nothing that the card has to tell goes for it.
#include <gtest/gtest.h>

#include "mcim/agent/delivery.h"
#include "mcim/agent/download.h"

namespace mcim::agent {
namespace {

const msg::TransactionId asked_in{{0xAB}};

Session half_way() {
    Order order;
    order.code = *parse_activation_code("LPA:1$smdp.example.com$ID-1");
    order.attempts = 1;
    return {{std::move(order), 1}, asked_in};
}

msg::ProfileInstallationResult told(std::variant<msg::SuccessResult, msg::ErrorResult> value) {
    msg::ProfileInstallationResult result;
    result.data.transaction_id = asked_in;
    result.data.notification_metadata.seq_number = 7;
    result.data.notification_metadata.notification_address.text = "smdp.example.com";
    result.data.final_result.value = std::move(value);
    return result;
}

Step step_with(State state, std::string body) {
    auto next = step(state, ServerAnswered{200, std::move(body), {}});
    if (!next) ADD_FAILURE() << to_string(next.error());
    return next ? *std::move(next) : Step{};
}

Stopped stopped_with(State state, const std::string& body) {
    const auto next = step_with(std::move(state), body);
    const auto* done = std::get_if<Done>(&next.action);
    const auto* stopped = done != nullptr ? std::get_if<Stopped>(&done->outcome) : nullptr;
    if (stopped == nullptr) ADD_FAILURE() << "it has not stopped: " << name_of(next.next) << " with " << body;
    return stopped != nullptr ? *stopped : Stopped{};
}

/// The member with another text in its quotes.
std::string with_member(const std::string& body, const std::string& name, const std::string& value) {
    const auto begin = body.find("\"" + name + "\":\"");
    if (begin == std::string::npos) {
        ADD_FAILURE() << name << " is not in " << body;
        return body;
    }
    const auto text = begin + name.size() + 4;
    return body.substr(0, text) + value + body.substr(body.find('"', text));
}

struct Function {
    std::string step;
    std::string body;    ///< as it should be
    std::string member;  ///< one that is base64 of DER
    State state;         ///< that waits for it
};
std::vector<Function> functions() {
    std::vector<Function> out;
    out.push_back({"ES9+.InitiateAuthentication", msg::success_json(msg::InitiateAuthenticationOkEs9{}),
                   "serverSigned1", state::Initiating{half_way().attempt, {}}});
    out.push_back({"ES9+.AuthenticateClient", msg::success_json(msg::AuthenticateClientOk{}), "smdpSigned2",
                   state::AuthenticatingClient{half_way()}});
    msg::GetBoundProfilePackageOk package;
    package.bound_profile_package.first_sequence_of_87 = {{msg::OctetString{Bytes(24, 7)}}};
    out.push_back({"ES9+.GetBoundProfilePackage", msg::success_json(package), "boundProfilePackage",
                   state::Fetching{half_way(), {}}});
    return out;
}

TEST(UnreadableReply, EndsTheSessionAndSaysWhere) {
    for (const auto& f : functions()) {
        const std::vector<std::pair<std::string, std::string>> spoilt{
            {f.body.substr(0, f.body.size() - 5), "not JSON"},
            {f.body.substr(0, 20), "not JSON"},
            {"", "not JSON"},
            {"[]", "not a JSON object"},
            {"{}", "functionExecutionStatus"},
            {with_member(f.body, f.member, "BQA*"), f.member},      // no base64
            {with_member(f.body, f.member, "BQAB"), f.member},      // NULL, and an octet behind it
            {with_member(f.body, f.member, "v0EDgAEB"), f.member},  // of another function
            {with_member(f.body, f.member, ""), f.member}};
        for (const auto& [body, named] : spoilt) {
            const auto end = stopped_with(f.state, body);
            EXPECT_EQ(end.step, f.step) << body;
            EXPECT_TRUE(end.sentence.starts_with("The server's reply cannot be read: ")) << end.sentence;
            EXPECT_NE(end.sentence.find(named), std::string::npos) << end.sentence << " of " << body;
            EXPECT_NE(end.advice.find("run the download again"), std::string::npos) << end.advice;
            EXPECT_FALSE(end.server_code);
        }
    }
}

const std::vector<std::string>& spoilt_answers() {
    static const std::vector<std::string> all{R"({"header":{"functionExecutionStatus":{"status":"Fai)", "{",
                                              "  {\"header\":", R"({"header":}})"};
    return all;
}

TEST(UnreadableReply, LeavesTheResultOnTheCard) {
    for (const auto& body : spoilt_answers()) {
        const auto next = step_with(state::Delivering{half_way().attempt, told(msg::SuccessResult{})}, body);
        const auto* done = std::get_if<Done>(&next.action);
        ASSERT_NE(done, nullptr) << "it is taken off the card's list: " << body;
        EXPECT_EQ(std::get<Installed>(done->outcome).result, Installed::Result::waiting_on_card) << body;
    }
}

TEST(UnreadableReply, LeavesANotificationOnTheCardAndGoesOnToTheNext) {
    for (const auto& body : spoilt_answers()) {
        auto next = delivery::start();
        const msg::RetrieveNotificationsListResponse two{
            std::vector<msg::PendingNotification>{{told(msg::SuccessResult{})}, {told(msg::SuccessResult{})}}};
        next = *delivery::step(next.next, CardAnswered{der::encode(two)});
        next = *delivery::step(next.next, ServerAnswered{200, body, {}});
        ASSERT_TRUE(std::holds_alternative<PostEs9>(next.action)) << "it is taken off the card's list: " << body;
        next = *delivery::step(next.next, ServerAnswered{204, "", {}});
        ASSERT_TRUE(std::holds_alternative<CallCard>(next.action));
        next = *delivery::step(next.next, CardAnswered{der::encode(msg::NotificationSentResponse{})});
        const auto& report = std::get<delivery::Finish>(next.action).report;
        EXPECT_EQ(report.entries.at(0).failure, "its reply cannot be read");
        EXPECT_EQ(report.entries.at(1).failure, "");
    }
}

TEST(UnreadableReply, ToACancellationLeavesTheOrderInDoubt) {
    for (const auto& body : spoilt_answers()) {
        const state::CancellingAtServer waiting{{"owner's decision", {}, "The owner said no.", ""}};
        const auto end = stopped_with(waiting, body);
        EXPECT_NE(end.sentence.find("its reply cannot be read"), std::string::npos) << end.sentence;
        EXPECT_NE(end.advice.find("run the download again"), std::string::npos) << end.advice;
    }
}

}  // namespace
}  // namespace mcim::agent
