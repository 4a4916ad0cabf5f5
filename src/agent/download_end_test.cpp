// How downloads end where the card has the last word.
#include <gtest/gtest.h>

#include "mcim/agent/download.h"
#include "mcim/saip/response.h"

namespace mcim::agent {
namespace {

const msg::TransactionId session_id{{0xAB}};

Session session() {
    Order order;
    order.code = *parse_activation_code("LPA:1$smdp.example.com$ID-1");
    return {{std::move(order), 1}, session_id};
}

Step after(State state, Event event) {
    auto next = step(state, std::move(event));
    if (!next) ADD_FAILURE() << to_string(next.error());
    return next ? *std::move(next) : Step{};
}

Stopped end_of(const Step& s) {
    const auto* done = std::get_if<Done>(&s.action);
    const auto* stopped = done != nullptr ? std::get_if<Stopped>(&done->outcome) : nullptr;
    if (stopped == nullptr) ADD_FAILURE() << "it has not stopped: " << name_of(s.next);
    return stopped != nullptr ? *stopped : Stopped{};
}

TEST(DownloadEnd, NamesTheStatusOfTheElementThatTheCardDidNotTake) {
    saip::EuiccResponse response;
    response.pe_status.push_back({saip::PeStatusCode::ok, 1, {}, {}, {}});
    response.pe_status.push_back({saip::PeStatusCode::feature_not_supported, 2, {}, {}, {}});
    response.status_message.emplace().text = "mandatory service csim";
    msg::ProfileInstallationResult result;
    result.data.transaction_id = session_id;
    result.data.final_result.value = msg::ErrorResult{msg::BppCommandId::load_profile_elements,
                                                      msg::ErrorReason::install_failed_due_to_pe_processing_error,
                                                      msg::OctetString{der::encode(response)},
                                                      {}};
    const auto stopped = end_of(after(state::Delivering{session().attempt, result}, ServerUnreachable{}));
    EXPECT_NE(stopped.sentence.find("PEStatus feature-not-supported (mandatory service csim)"), std::string::npos)
        << stopped.sentence;

    std::get<msg::ErrorResult>(result.data.final_result.value).sima_response->bytes = {0x30, 0x05};
    EXPECT_EQ(
        end_of(after(state::Delivering{session().attempt, result}, ServerUnreachable{})).sentence.find("PEStatus"),
        std::string::npos);
}

TEST(DownloadEnd, SaysOfAFailedInstallationWhetherTheServerWasTold) {
    msg::ProfileInstallationResult result;
    result.data.transaction_id = session_id;
    result.data.final_result.value =
        msg::ErrorResult{msg::BppCommandId::load_profile_elements, msg::ErrorReason::scp03t_security_error, {}, {}};
    const auto told = end_of(after(state::Removing{session().attempt, result}, CardAnswered{})).advice;
    EXPECT_NE(told.find("The server has been told"), std::string::npos) << told;
    for (const Event& untold : {Event(ServerUnreachable{}), Event(ServerAnswered{503, "", {}})}) {
        const auto advice = end_of(after(state::Delivering{session().attempt, result}, untold)).advice;
        EXPECT_EQ(advice.find("has been told"), std::string::npos) << advice;
        EXPECT_NE(advice.find("could not be told yet; run 'notification process' later"), std::string::npos) << advice;
    }
}

TEST(DownloadEnd, ACardThatGivesNoReasonMayHoldTooManyResults) {
    const auto advice = [](msg::AuthenticateErrorCode code) {
        const msg::AuthenticateServerResponse refused{msg::AuthenticateResponseError{session_id, code, {}}};
        return end_of(after(state::AuthenticatingServer{session()}, CardAnswered{der::encode(refused)})).advice;
    };
    EXPECT_NE(advice(msg::AuthenticateErrorCode::undefined_error).find("notification process"), std::string::npos);
    EXPECT_EQ(advice(msg::AuthenticateErrorCode::invalid_oid).find("notification process"), std::string::npos);
}

TEST(DownloadEnd, AnOfferThatTheCardRefusesIsCancelledAtTheServer) {
    const msg::PrepareDownloadResponse refused{
        msg::PrepareDownloadResponseError{session_id, msg::DownloadErrorCode::invalid_signature, {}}};
    const Step on_card = after(state::Preparing{session(), {}}, CardAnswered{der::encode(refused)});
    ASSERT_TRUE(std::holds_alternative<CallCard>(on_card.action)) << name_of(on_card.next);
    const auto request = der::decode<msg::CancelSessionRequest>(std::get<CallCard>(on_card.action).request);
    ASSERT_TRUE(request);
    EXPECT_EQ(request->transaction_id, session_id);
    EXPECT_EQ(request->reason, msg::CancelSessionReason::undefined_reason);
    const Step at_server = after(on_card.next, CardAnswered{der::encode(msg::CancelSessionResponse{})});
    EXPECT_EQ(std::get<PostEs9>(at_server.action).function, "cancelSession");
    EXPECT_NE(end_of(after(at_server.next, ServerAnswered{200, "", {}})).sentence.find("invalidSignature"),
              std::string::npos);
}

TEST(DownloadEnd, OnlyACardThatLostTheSessionMakesThePackageUseless) {
    const auto answered = [](std::optional<apdu::StatusWord> word) {
        return after(state::Loading{session(), {0xBF, 0x36}, {{0, 2}}}, CardFailed{fail(Errc::refused, "card"), word});
    };
    for (const auto word : {apdu::sw::conditions_not_satisfied, apdu::sw::channel_not_supported}) {
        const Step inquiry = answered(word);
        ASSERT_TRUE(std::holds_alternative<CallCard>(inquiry.action)) << "is there a result of it?";
        const Step none = after(inquiry.next, CardAnswered{der::encode(msg::RetrieveNotificationsListResponse{})});
        EXPECT_TRUE(std::holds_alternative<DropSpool>(none.action));
    }
    for (const auto word : {apdu::sw::memory_problem, apdu::sw::technical_problem})
        EXPECT_NE(end_of(answered(word)).advice.find("is kept"), std::string::npos) << word.value;
    EXPECT_NE(end_of(answered({})).advice.find("is kept"), std::string::npos);
}

}  // namespace
}  // namespace mcim::agent
