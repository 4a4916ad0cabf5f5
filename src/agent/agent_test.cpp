// The agent's machines as scripts: expect an action, answer it, look at the next.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "mcim/agent/delivery.h"
#include "mcim/agent/download.h"
#include "mcim/crypto/hash.h"
#include "mcim/msg/manage.h"

#include "support/pki.h"
#include "support/reference.h"

namespace mcim::agent {
namespace {

// ---------------------------------------------------------------- download

msg::AuthenticateClientOk offer();

/// With the metadata of that offer; 88: data and MAC.
msg::BoundProfilePackage small_package() {
    msg::BoundProfilePackage package;
    package.initialise_secure_channel_request.transaction_id = {{0xAB}};
    package.initialise_secure_channel_request.control_ref_template.host_id = {{1}};
    package.first_sequence_of_87 = {{msg::OctetString{Bytes(24, 7)}}};
    package.sequence_of_88 = {{msg::OctetString{concat({der::encode(offer().profile_metadata), Bytes(8, 0xAC)})}}};
    package.sequence_of_86 = {{msg::OctetString{Bytes(24, 6)}}, {msg::OctetString{Bytes(24, 5)}}};
    return package;
}

struct Script {
    State state;
    Action action;

    explicit Script(Order order) : state(new_download(std::move(order))) { give(Start{}); }
    explicit Script(Step first) : state(std::move(first.next)), action(std::move(first.action)) {}
    void give(Event e) {
        auto s = step(state, std::move(e));
        ASSERT_TRUE(s) << to_string(s.error());
        state = std::move(s->next);
        action = std::move(s->action);
    }
    /// The action, which must be of this kind.
    template <class T>
    T take() {
        EXPECT_TRUE(std::holds_alternative<T>(action)) << name_of(state);
        return std::holds_alternative<T>(action) ? std::get<T>(std::move(action)) : T{};
    }
    template <class Request>
    Request card_request() {
        const auto call = take<CallCard>();
        auto request = der::decode<Request>(call.request);
        EXPECT_TRUE(request) << name_of(state) << ": " << hex(call.request);
        return request ? *std::move(request) : Request{};
    }
    template <class T>
    void card(const T& response) {
        give(CardAnswered{der::encode(response)});
    }
    template <class T>
    void server(const T& reply) {
        give(ServerAnswered{200, msg::success_json(reply), {}});
    }
};

const msg::TransactionId transaction{{0xAB}};
const msg::Octet16 challenge{Bytes(16, 0x11)};

Order order_for(std::string_view code) {
    Order order;
    order.code = *parse_activation_code(code);
    return order;
}

msg::InitiateAuthenticationOkEs9 server_hello() {
    msg::InitiateAuthenticationOkEs9 ok;
    ok.transaction_id = transaction;
    ok.server_signed1.transaction_id = transaction;
    ok.server_signed1.euicc_challenge = challenge;
    ok.server_signed1.server_address.text = "smdp.example.com";
    return ok;
}
msg::AuthenticateClientOk offer() {
    msg::AuthenticateClientOk ok;
    ok.transaction_id = transaction;
    ok.smdp_signed2.transaction_id = transaction;
    ok.profile_metadata.iccid.bytes = *from_hex("98001032547698103214");
    return ok;
}
msg::ProfileInstallationResult result_of(std::variant<msg::SuccessResult, msg::ErrorResult> value) {
    msg::ProfileInstallationResult result;
    result.data.transaction_id = transaction;
    result.data.notification_metadata.seq_number = 7;
    result.data.notification_metadata.notification_address.text = "smdp.example.com";
    result.data.notification_metadata.profile_management_operation = msg::event(msg::NotificationEventBit::install);
    result.data.notification_metadata.iccid = msg::IccidOctets{*from_hex("98001032547698103214")};
    result.data.final_result.value = std::move(value);
    return result;
}
msg::ProfileInstallationResult success() {
    return result_of(msg::SuccessResult{{*from_hex("A0000005591010FFFFFFFF8900001000")}, {}, {}});
}

/// Up to the question to the owner.
void until_deciding(Script& run) {
    run.card_request<msg::GetEuiccInfo1Request>();
    run.card(msg::EUICCInfo1{});
    run.card_request<msg::GetEuiccChallengeRequest>();
    run.card(msg::GetEuiccChallengeResponse{challenge, {}});
    const auto initiate = run.take<PostEs9>();
    EXPECT_EQ(initiate.function, "initiateAuthentication");
    EXPECT_EQ(msg::from_json<msg::InitiateAuthenticationRequest>(initiate.body)->euicc_challenge, challenge);
    run.server(server_hello());
    EXPECT_EQ(std::get<0>(run.card_request<msg::AuthenticateServerRequest>().ctx_params1.value).matching_id->text,
              "ID-1");
    run.card(msg::AuthenticateServerResponse{});
    EXPECT_EQ(run.take<PostEs9>().function, "authenticateClient");
    run.server(offer());
    EXPECT_EQ(run.take<AskOwner>().metadata, offer().profile_metadata);
}
/// Up to the bound package that lies in the server's answer.
void until_fetching(Script& run) {
    until_deciding(run);
    run.give(OwnerDecided{});
    run.card_request<msg::PrepareDownloadRequest>();
    run.card(msg::PrepareDownloadResponse{});
    EXPECT_EQ(run.take<PostEs9>().function, "getBoundProfilePackage");
}
void until_loading(Script& run) {
    until_fetching(run);
    run.server(msg::GetBoundProfilePackageOk{transaction, small_package(), {}});
    EXPECT_EQ(run.take<SaveSpool>().spool.bound_package.bytes, der::encode(small_package()));
    run.give(Stored{});
}

TEST(Download, RunsFromActivationCodeToDeliveredResult) {
    Script run(order_for("LPA:1$smdp.example.com$ID-1"));
    until_loading(run);
    Bytes loaded;
    for (int pieces = 1;; ++pieces) {
        append(loaded, run.take<CallCard>().request);
        if (loaded.size() == der::encode(small_package()).size()) break;
        run.give(CardAnswered{});
        ASSERT_LT(pieces, 20);
    }
    EXPECT_EQ(loaded, der::encode(small_package()));
    run.card(success());
    run.take<DropSpool>();
    run.give(Stored{});
    EXPECT_EQ(run.take<PostEs9>().function, "handleNotification");
    run.give(ServerAnswered{204, "", {}});
    EXPECT_EQ(run.card_request<msg::NotificationSentRequest>().seq_number, 7);
    run.card(msg::NotificationSentResponse{});
    const auto outcome = run.take<Done>().outcome;
    ASSERT_TRUE(std::holds_alternative<Installed>(outcome));
    EXPECT_EQ(std::get<Installed>(outcome).iccid, "89000123456789012341");
    EXPECT_EQ(std::get<Installed>(outcome).result, Installed::Result::delivered);
}

TEST(Download, ResultStaysOnTheCardUntilTheServerTookIt) {
    const std::string failed = msg::failure_json({"8.8", "5.1", "", ""});
    for (const Event& refusal :
         {Event(ServerAnswered{500, "", {}}), Event(ServerAnswered{302, "", {}}),
          Event(ServerAnswered{200, failed, {}}), Event(ServerUnreachable{fail(Errc::io, "")})}) {
        Script run(order_for("LPA:1$smdp.example.com$ID-1"));
        until_loading(run);
        run.card(success());
        run.give(Stored{});
        run.give(refusal);
        EXPECT_EQ(std::get<Installed>(run.take<Done>().outcome).result, Installed::Result::waiting_on_card);
    }
}

TEST(Download, RefusesAServerThatIsNotTheOneInTheCode) {
    const auto stops = [](const msg::InitiateAuthenticationOkEs9& reply, std::string_view code) {
        Script run(order_for(code));
        run.card(msg::EUICCInfo1{});
        run.card(msg::GetEuiccChallengeResponse{challenge, {}});
        run.server(reply);
        return std::holds_alternative<Done>(run.action) &&
               std::holds_alternative<Stopped>(std::get<Done>(run.action).outcome);
    };
    EXPECT_FALSE(stops(server_hello(), "1$smdp.example.com$ID-1"));
    auto other_address = server_hello();
    other_address.server_signed1.server_address.text = "evil.example.com";
    EXPECT_TRUE(stops(other_address, "1$smdp.example.com$ID-1"));
    auto other_challenge = server_hello();
    other_challenge.server_signed1.euicc_challenge.bytes[3] ^= 1;
    EXPECT_TRUE(stops(other_challenge, "1$smdp.example.com$ID-1"));
    auto other_transaction = server_hello();
    other_transaction.transaction_id.bytes = {0xAC};
    EXPECT_TRUE(stops(other_transaction, "1$smdp.example.com$ID-1"));
    EXPECT_TRUE(stops(server_hello(), "1$smdp.example.com$ID-1$2.999.10"));  // it has no certificate that can be read
    test::Pki pki;
    auto certified = server_hello();
    certified.server_certificate.tlv = pki.dp_auth.der();
    EXPECT_FALSE(stops(certified, "1$smdp.example.com$ID-1$2.999.10"));
    EXPECT_TRUE(stops(certified, "1$smdp.example.com$ID-1$2.999.11"));
}

/// SGP.22 3.1.2: what is pending for the card, as its default SM-DP+ is asked for.
TEST(Download, WithoutAMatchingIdTheServerIsToldNone) {
    Script run(order_for("1$smdp.example.com$"));
    run.card(msg::EUICCInfo1{});
    run.card(msg::GetEuiccChallengeResponse{challenge, {}});
    run.server(server_hello());
    EXPECT_FALSE(std::get<0>(run.card_request<msg::AuthenticateServerRequest>().ctx_params1.value).matching_id);
}

TEST(Download, AttestsForTheTransactionBeforeTheCardAnswers) {
    Order order = order_for("1$smdp.example.com$ID-1");
    order.attestation = Order::Attestation::before_authentication;
    Script run(order);
    run.card(msg::EUICCInfo1{});
    run.card(msg::GetEuiccChallengeResponse{challenge, {}});
    run.server(server_hello());
    EXPECT_EQ(run.take<Attest>().transaction_id, transaction);
    run.give(Attested{});
    run.card_request<msg::AuthenticateServerRequest>();
}

TEST(Download, NetworkFailureStartsANewSessionOfTheSameOrder) {
    Order order = order_for("1$smdp.example.com$ID-1");
    order.attempts = 2;
    Script run(order);
    until_fetching(run);
    run.give(ServerUnreachable{fail(Errc::io, "smdp.example.com", "connection reset")});
    EXPECT_GT(run.take<WaitFor>().time.count(), 0);
    run.give(Waited{});
    until_fetching(run);
    run.give(ServerAnswered{503, "", std::chrono::seconds(7)});
    const auto outcome = run.take<Done>().outcome;  // the attempts are used up
    EXPECT_EQ(std::get<Stopped>(outcome).step, "ES9+.GetBoundProfilePackage");
}

TEST(Download, ServerThatIsNotTrustedIsAskedOnce) {
    Script run(order_for("1$smdp.example.com$ID-1"));
    run.card(msg::EUICCInfo1{});
    run.card(msg::GetEuiccChallengeResponse{challenge, {}});
    run.give(
        ServerUnreachable{fail(Errc::refused, "smdp.example.com:443", "the server's certificate is not acceptable")});
    const auto stopped = std::get<Stopped>(run.take<Done>().outcome);
    EXPECT_NE(stopped.sentence.find("smdp.example.com:443"), std::string::npos) << stopped.sentence;
    EXPECT_NE(stopped.advice.find("CI certificate"), std::string::npos) << stopped.advice;
}

TEST(Download, RetryAfterIsKept) {
    Script run(order_for("1$smdp.example.com$ID-1"));
    run.card(msg::EUICCInfo1{});
    run.card(msg::GetEuiccChallengeResponse{challenge, {}});
    run.give(ServerAnswered{429, "", std::chrono::seconds(7)});
    EXPECT_EQ(run.take<WaitFor>().time, std::chrono::seconds(7));
}

TEST(Download, ServerWithoutItsDatabaseIsAskedAgain) {
    Script run(order_for("1$smdp.example.com$ID-1"));
    run.card(msg::EUICCInfo1{});
    run.card(msg::GetEuiccChallengeResponse{challenge, {}});
    run.give(ServerAnswered{200, msg::failure_json({"8.8", "5.1", "", "Try again later."}), std::chrono::seconds(7)});
    EXPECT_EQ(run.take<WaitFor>().time, std::chrono::seconds(7));
}

TEST(Download, TheServersCodeReachesTheOwner) {
    Script run(order_for("1$smdp.example.com$ID-1"));
    run.card(msg::EUICCInfo1{});
    run.card(msg::GetEuiccChallengeResponse{challenge, {}});
    run.server(server_hello());
    run.card(msg::AuthenticateServerResponse{});
    run.give(ServerAnswered{200, msg::failure_json({"8.2.6", "3.8", "", "No order has this matching ID."}), {}});
    const auto stopped = std::get<Stopped>(run.take<Done>().outcome);
    EXPECT_EQ(stopped.server_code->subject_code, "8.2.6");
    EXPECT_EQ(stopped.sentence, "No order has this matching ID.");
}

TEST(Download, OwnersRefusalIsSignedByTheCardAndSentOn) {
    Script run(order_for("1$smdp.example.com$ID-1"));
    run.card(msg::EUICCInfo1{});
    run.card(msg::GetEuiccChallengeResponse{challenge, {}});
    run.server(server_hello());
    run.card(msg::AuthenticateServerResponse{});
    run.server(offer());
    run.give(OwnerDecided{msg::CancelSessionReason::end_user_rejection});
    EXPECT_EQ(run.card_request<msg::CancelSessionRequest>().reason, msg::CancelSessionReason::end_user_rejection);
    run.card(msg::CancelSessionResponse{});
    EXPECT_EQ(run.take<PostEs9>().function, "cancelSession");
    run.server(msg::CancelSessionOk{});
    EXPECT_EQ(std::get<Stopped>(run.take<Done>().outcome).sentence, "The owner rejected the profile.");
}

TEST(Download, SaysWhereTheServerDoesNotKnowOfACancellation) {
    const std::string failed = msg::failure_json({"8.1", "6.1", "", "No."});
    for (const Event& end : {Event(ServerAnswered{200, failed, {}}), Event(ServerAnswered{503, "", {}}),
                             Event(ServerAnswered{204, "", {}}), Event(ServerAnswered{200, "<html>hello</html>", {}}),
                             Event(ServerUnreachable{fail(Errc::io, "smdp.example.com:443", "refused")})}) {
        Script run(order_for("1$smdp.example.com$ID-1"));
        until_deciding(run);
        run.give(OwnerDecided{msg::CancelSessionReason::end_user_rejection});
        run.card(msg::CancelSessionResponse{});
        run.give(end);
        const auto stopped = std::get<Stopped>(run.take<Done>().outcome);
        EXPECT_NE(stopped.sentence.find("The server does not know of it"), std::string::npos) << stopped.sentence;
        EXPECT_EQ(stopped.advice.find("Nobody gets it"), std::string::npos) << stopped.advice;
        EXPECT_NE(stopped.advice.find("the order is as before"), std::string::npos) << stopped.advice;
    }
    Script told(order_for("1$smdp.example.com$ID-1"));
    until_deciding(told);
    told.give(OwnerDecided{msg::CancelSessionReason::postponed});
    told.card(msg::CancelSessionResponse{});
    told.server(msg::CancelSessionOk{});
    EXPECT_EQ(std::get<Stopped>(told.take<Done>().outcome).sentence, "The owner postponed the profile.");
}

TEST(Download, PackageThatSaysNotOfWhatItIsIsNoMismatch) {
    Script run(order_for("LPA:1$smdp.example.com$ID-1"));
    until_fetching(run);
    auto package = small_package();
    package.sequence_of_88 = {{msg::OctetString{Bytes(20, 0xEE)}}};
    run.server(msg::GetBoundProfilePackageOk{transaction, package, {}});
    EXPECT_EQ(run.card_request<msg::CancelSessionRequest>().reason, msg::CancelSessionReason::load_bpp_execution_error);
}

/// What the owner was asked about is what the card gets.
TEST(Download, RefusesAPackageOfAnotherKindThanWasOffered) {
    const auto is_loaded = [](const msg::StoreMetadataRequest& bound) {
        Script run(order_for("LPA:1$smdp.example.com$ID-1"));
        until_fetching(run);
        auto package = small_package();
        const Bytes octets = der::encode(bound);
        // in two segments, as a server may cut it
        const View all = octets;
        package.sequence_of_88 = {{msg::OctetString{concat({all.first(9), Bytes(8, 1)})}},
                                  {msg::OctetString{concat({all.subspan(9), Bytes(8, 2)})}}};
        run.server(msg::GetBoundProfilePackageOk{transaction, package, {}});
        if (std::holds_alternative<SaveSpool>(run.action)) return true;
        EXPECT_EQ(run.card_request<msg::CancelSessionRequest>().reason, msg::CancelSessionReason::metadata_mismatch);
        return false;
    };
    const auto offered = offer().profile_metadata;
    EXPECT_TRUE(is_loaded(offered));
    auto with_rule = offered;
    with_rule.profile_policy_rules = der::BitString::of({1});
    EXPECT_FALSE(is_loaded(with_rule));
    auto of_another = offered;
    of_another.iccid.bytes.back() ^= 1;
    EXPECT_FALSE(is_loaded(of_another));
    auto of_another_operator = offered;
    of_another_operator.service_provider_name.text = "South";
    EXPECT_FALSE(is_loaded(of_another_operator));
}

TEST(Download, ConfirmationCodeIsHashedTwice) {
    Order order = order_for("1$smdp.example.com$ID-1$$1");
    order.confirmation_code = {'1', '2', '3', '4'};
    Script run(order);
    run.card(msg::EUICCInfo1{});
    run.card(msg::GetEuiccChallengeResponse{challenge, {}});
    run.server(server_hello());
    run.card(msg::AuthenticateServerResponse{});
    auto wants_code = offer();
    wants_code.smdp_signed2.cc_required_flag = true;
    run.server(wants_code);
    run.give(OwnerDecided{});
    const auto inner = crypto::sha256(as_view("1234"));
    const auto expected = crypto::sha256(concat({inner, transaction.bytes}));
    EXPECT_EQ(hex(run.card_request<msg::PrepareDownloadRequest>().hash_cc->bytes), hex(expected));
}

TEST(Download, CardThatLostTheSessionGetsANewOne) {
    Script run(order_for("1$smdp.example.com$ID-1"));
    until_loading(run);
    run.give(CardFailed{fail(Errc::refused, "STORE DATA", "6985"), apdu::sw::conditions_not_satisfied});
    run.card_request<msg::RetrieveNotificationsListRequest>();
    run.card(msg::RetrieveNotificationsListResponse{});
    run.take<DropSpool>();
    run.give(Stored{});
    run.take<WaitFor>();
    run.give(Waited{});
    until_fetching(run);
}

TEST(Download, CardThatWasInterruptedSaysSoAndTheOrderIsTriedAgain) {
    Script run(order_for("1$smdp.example.com$ID-1"));
    until_loading(run);
    run.give(CardFailed{fail(Errc::refused, "STORE DATA", "6881"), apdu::sw::channel_not_supported});
    run.card_request<msg::RetrieveNotificationsListRequest>();
    const auto interrupted = result_of(msg::ErrorResult{
        msg::BppCommandId::store_metadata, msg::ErrorReason::install_failed_due_to_interruption, {}, {}});
    run.card(msg::RetrieveNotificationsListResponse{std::vector<msg::PendingNotification>{{interrupted}}});
    run.take<DropSpool>();
    run.give(Stored{});
    EXPECT_EQ(run.take<PostEs9>().function, "handleNotification") << "the server hears of it first";
    run.give(ServerAnswered{204, "", {}});
    EXPECT_EQ(run.card_request<msg::NotificationSentRequest>().seq_number, 7);
    run.card(msg::NotificationSentResponse{});
    run.take<WaitFor>();
    run.give(Waited{});
    until_fetching(run);
}

TEST(Download, CardThatLostTheSessionAfterItInstalledSaysSo) {
    Script run(order_for("1$smdp.example.com$ID-1"));
    until_loading(run);
    run.give(CardFailed{fail(Errc::refused, "STORE DATA", "6881"), apdu::sw::channel_not_supported});
    run.card(msg::RetrieveNotificationsListResponse{std::vector<msg::PendingNotification>{{success()}}});
    run.take<DropSpool>();
    run.give(Stored{});
    run.give(ServerAnswered{204, "", {}});
    run.card(msg::NotificationSentResponse{});
    EXPECT_TRUE(std::holds_alternative<Installed>(run.take<Done>().outcome));
}

TEST(Download, FailedInstallationIsReportedAndNamed) {
    Script run(order_for("1$smdp.example.com$ID-1"));
    until_loading(run);
    run.card(result_of(
        msg::ErrorResult{msg::BppCommandId::load_profile_elements, msg::ErrorReason::scp03t_security_error, {}, {}}));
    run.take<DropSpool>();
    run.give(Stored{});
    EXPECT_EQ(run.take<PostEs9>().function, "handleNotification");
    run.give(ServerAnswered{204, "", {}});
    run.card(msg::NotificationSentResponse{});
    const auto stopped = std::get<Stopped>(run.take<Done>().outcome);
    EXPECT_NE(stopped.sentence.find("scp03tSecurityError in loadProfileElements"), std::string::npos);
}

Spool left_behind() { return {{"LPA:1$smdp.example.com$ID-1"}, transaction, {der::encode(small_package())}, {}}; }

TEST(Download, AfterACrashTheCardsListIsAskedFirst) {
    auto resumed = resume_download(order_for("1$smdp.example.com$ID-1"), left_behind());
    ASSERT_TRUE(resumed);
    Script run(*std::move(resumed));
    run.card_request<msg::RetrieveNotificationsListRequest>();
    run.card(msg::RetrieveNotificationsListResponse{std::vector<msg::PendingNotification>{{success()}}});
    run.take<DropSpool>();
    run.give(Stored{});
    EXPECT_EQ(run.take<PostEs9>().function, "handleNotification");
}

TEST(Download, AfterACrashTheSpooledPackageIsLoaded) {
    Script run(*resume_download(order_for("1$smdp.example.com$ID-1"), left_behind()));
    run.card(msg::RetrieveNotificationsListResponse{});
    EXPECT_EQ(hex(run.take<CallCard>().request).substr(0, 4), "BF36");
}

/// As a server may send it, and a card refuses it: with a component more than SGP.22 knows.
msg::BoundProfilePackage package_that_no_card_takes() {
    auto package = small_package();
    package.more.tlvs = *from_hex("9F5501AA");
    return package;
}

TEST(Download, PackageThatNoCardTakesIsNotKept) {
    Script run(order_for("1$smdp.example.com$ID-1"));
    until_fetching(run);
    run.server(msg::GetBoundProfilePackageOk{transaction, package_that_no_card_takes(), {}});
    EXPECT_EQ(run.card_request<msg::CancelSessionRequest>().reason, msg::CancelSessionReason::load_bpp_execution_error);
}

TEST(Download, SpooledPackageThatNoCardTakesIsThrownAway) {
    auto spool = left_behind();
    spool.bound_package.bytes = der::encode(package_that_no_card_takes());
    Script run(*resume_download(order_for("1$smdp.example.com$ID-1"), std::move(spool)));
    run.card(msg::RetrieveNotificationsListResponse{});
    run.take<DropSpool>();
}

TEST(Download, SpoolOfAnotherOrderIsNotTouched) {
    EXPECT_FALSE(resume_download(order_for("1$smdp.example.com$ID-2"), left_behind()));
}

TEST(Download, IllegalEventsKeepTheState) {
    State state = new_download(order_for("1$smdp.example.com$ID-1"));
    EXPECT_EQ(step(state, Attested{}).error().code, Errc::unexpected_event);
    EXPECT_EQ(name_of(state), "Idle");
    EXPECT_TRUE(step(state, Start{}));
}

/// Every state times every event: either a step, or Errc::unexpected_event; never anything else.
TEST(Download, EveryPairIsAnswered) {
    const std::string matrix = transition_matrix();
    std::ifstream page(test::project_folder() / "docs/agent-download.md");
    std::ostringstream text;
    text << page.rdbuf();
    EXPECT_NE(text.str().find(matrix), std::string::npos) << "docs/agent-download.md shows another matrix than:\n"
                                                          << matrix;
}

// ---------------------------------------------------------------- delivery

TEST(Delivery, ReadsWhetherTheServerTookIt) {
    const auto answered = [](unsigned status, std::string body) {
        return delivery::not_taken({status, std::move(body), {}});
    };
    EXPECT_FALSE(answered(204, ""));
    EXPECT_FALSE(answered(200, ""));
    EXPECT_FALSE(answered(200, "OK"));
    EXPECT_FALSE(answered(200, msg::success_json(msg::CancelSessionOk{})));
    EXPECT_EQ(answered(503, ""), "HTTP 503");
    EXPECT_EQ(answered(200, msg::failure_json({"8.8", "5.1", "", ""})), "the server failed with 8.8/5.1");
    const auto says = [&](std::string_view status) {
        return answered(200, R"({"header":{"functionExecutionStatus":{"status":")" + std::string(status) + R"("}}})");
    };
    EXPECT_FALSE(says("Executed-WithWarning"));
    EXPECT_FALSE(says(""));
    EXPECT_EQ(says("Failed"), "the server failed");
    EXPECT_EQ(says("Expired"), "the server failed");
}

TEST(Delivery, RemovesOnlyWhatTheServerTook) {
    auto second = success();
    second.data.notification_metadata.seq_number = 0;  // legal
    auto first = delivery::start();
    delivery::State state = std::move(first.next);
    const auto give = [&](Event e) {
        auto s = delivery::step(state, std::move(e));
        EXPECT_TRUE(s);
        state = std::move(s->next);
        return std::move(s->action);
    };
    auto action = give(CardAnswered{der::encode(
        msg::RetrieveNotificationsListResponse{std::vector<msg::PendingNotification>{{success()}, {second}}})});
    EXPECT_TRUE(std::holds_alternative<PostEs9>(action));
    action = give(ServerUnreachable{fail(Errc::io, "", "down")});
    EXPECT_TRUE(std::holds_alternative<PostEs9>(action));  // the next one; the first stays
    action = give(ServerAnswered{204, "", {}});
    EXPECT_EQ(der::decode<msg::NotificationSentRequest>(std::get<CallCard>(action).request)->seq_number, 0);
    action = give(CardAnswered{der::encode(msg::NotificationSentResponse{})});
    const auto& report = std::get<delivery::Finish>(action).report;
    ASSERT_EQ(report.entries.size(), 2U);
    EXPECT_NE(report.entries[0].failure, "");
    EXPECT_EQ(report.entries[1].failure, "");
}

/// A notification of a later version, and one of a known kind with an outcome that nobody here knows.
TEST(Delivery, EntryThatIsNotKnownHindersNoOther) {
    const Bytes later = *from_hex("BF4003800101");
    const auto data = success().data;
    const Bytes later_outcome =
        der::wrap(der::Tag{0xBF37},
                  der::wrap(der::Tag{0xBF27}, concat({*from_hex("8001AB"), der::encode(data.notification_metadata),
                                                      der::encode(data.smdp_oid), *from_hex("A202A500")})));
    const Bytes known = der::encode(msg::PendingNotification{success()});
    const auto list = [](std::initializer_list<View> entries) {
        return der::wrap(der::Tag{0xBF2B}, der::wrap(der::Tag{0xA0}, concat(entries)));
    };
    auto step = delivery::start();
    step = *delivery::step(step.next, CardAnswered{list({later, later_outcome, known})});
    ASSERT_TRUE(std::holds_alternative<PostEs9>(step.action));
    step = *delivery::step(step.next, ServerAnswered{204, "", {}});
    step = *delivery::step(step.next, CardAnswered{der::encode(msg::NotificationSentResponse{})});
    const auto& report = std::get<delivery::Finish>(step.action).report;
    ASSERT_EQ(report.entries.size(), 1U);
    EXPECT_EQ(report.entries[0].failure, "");
    ASSERT_EQ(report.unknown.size(), 2U);
    EXPECT_NE(report.unknown[0].find("tag BF40"), std::string::npos) << report.unknown[0];
    EXPECT_NE(report.unknown[1].find("finalResult"), std::string::npos) << report.unknown[1];
    EXPECT_EQ(report.stopped, "");
}

TEST(Delivery, AnswerThatIsNoListStopsIt) {
    for (const std::string_view bad :
         {"", "BF2B", "BF2B00", "BF2B0381017F", "BF2B04A0025A05", "BF2B02A00000", "BF2B04A0000500", "3000"}) {
        auto step = delivery::start();
        step = *delivery::step(step.next, CardAnswered{*from_hex(bad)});
        EXPECT_NE(std::get<delivery::Finish>(step.action).report.stopped, "") << bad;
    }
}

}  // namespace
}  // namespace mcim::agent
