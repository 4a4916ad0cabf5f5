#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "mcim/msg/all.h"
#include "mcim/msg/json.h"
#include "support/reference.h"

namespace mcim::msg {
namespace {

/// Octets that a peer's implementation sends, from the automatic tags of the module.
TEST(Msg, TagsFollowTheAutomaticTaggingOfTheModule) {
    EnableProfileRequest enable{{IccidOctets{*from_hex("98001032547698103214")}}, true, {}};
    EXPECT_EQ(hex(der::encode(enable)),
              "BF3111"
              "A00C5A0A98001032547698103214"
              "8101FF");
    EXPECT_EQ(hex(der::encode(EnableProfileResponse{})), "BF3103800100");
    EXPECT_EQ(hex(der::encode(RetrieveNotificationsListRequest{NotificationSearchCriteria{std::int64_t{5}}, {}})),
              "BF2B05A003800105");
    EXPECT_EQ(hex(der::encode(GetEuiccDataRequest{})), "BF3E035C015A");
    EXPECT_EQ(hex(der::encode(NotificationSentRequest{0, {}})), "BF3003800100");
    EXPECT_EQ(hex(der::encode(DeleteProfileRequest{IccidOctets{*from_hex("98001032547698103214")}})),
              "BF330C5A0A98001032547698103214");
    EXPECT_EQ(hex(der::encode(CancelSessionRequest{{{1, 2}}, CancelSessionReason::postponed, {}})),
              "BF410780020102810101");
    EXPECT_EQ(hex(der::encode(ProfileInfoListResponse{})), "BF2D02A000");
    EXPECT_EQ(hex(der::encode(SetNicknameRequest{{*from_hex("98001032547698103214")}, {"n"}, {}})),
              "BF290F5A0A98001032547698103214"
              "90016E");
    EXPECT_EQ(
        hex(der::encode(CtxParams1{CtxParamsForCommonAuthentication{Utf8{"A"}, {{{1, 2, 3, 4}}, {}, {}, {}}, {}}})),
        "A00D"
        "800141"
        "A108800401020304A100");
    CancelSessionRequestEs9 cancel{{{1}}, {CancelSessionResponseError::undefined_error}, {}};
    EXPECT_EQ(hex(der::encode(cancel)),
              "BF4108"
              "800101"
              "A10381017F");
}

TEST(Msg, InstallationResultStandsAsInTheSpecification) {
    ProfileInstallationResult result;
    result.data.transaction_id = {{0xAA}};
    result.data.notification_metadata = {
        1, event(NotificationEventBit::install), {"dp"}, IccidOctets{*from_hex("98001032547698103214")}, {}};
    result.data.smdp_oid = *der::Oid::parse("2.999.10");
    result.data.final_result.value =
        ErrorResult{BppCommandId::load_profile_elements, ErrorReason::scp03t_security_error, {}, {}};
    result.euicc_sign_pir.bytes = Bytes(64, 1);
    EXPECT_EQ(hex(der::encode(result)),
              "BF3772"
              "BF272C"
              "8001AA"
              "BF2F17"
              "800101"
              "81020780"
              "0C026470"
              "5A0A98001032547698103214"
              "060388370A"
              "A208A106800105810108"
              "5F3740" +
                  hex(Bytes(64, 1)));
    EXPECT_EQ(
        std::get<ErrorResult>(der::decode<ProfileInstallationResult>(der::encode(result))->data.final_result.value)
            .error_reason,
        ErrorReason::scp03t_security_error);
}

template <class T>
void every_value_round_trips(std::uint32_t& x) {
    for (int run = 0; run < 20; ++run) {
        Bytes seed(300);
        for (auto& b : seed) b = static_cast<std::uint8_t>((x = x * 1664525U + 1013904223U) >> 24U);
        const T value = der::arbitrary<T>(seed);
        const Bytes wire = der::encode(value);
        const auto back = der::decode<T>(wire);
        ASSERT_TRUE(back) << to_string(back.error()) << '\n' << der::print(value);
        EXPECT_EQ(*back, value);
        EXPECT_EQ(der::encode(*back), wire);
    }
}
/// EXTENSIBILITY IMPLIED: a later version may add to each of them.
TEST(Msg, EverySequenceKeepsMembersThatAreNotKnown) {
    int sequences = 0;
    for (const auto& entry : std::filesystem::directory_iterator(test::project_folder() / "src/msg")) {
        if (entry.path().extension() != ".h") continue;
        std::ifstream in(entry.path());
        std::string name;
        bool keeps = false;
        for (std::string line; std::getline(in, line);) {
            if (line.starts_with("struct ")) name = line.substr(7), keeps = false;
            if (line == "    der::Extensions more;") keeps = true;
            if (line.find("der::sequence(") == std::string::npos) continue;
            EXPECT_TRUE(keeps) << entry.path().filename() << ": " << name << " has no \"der::Extensions more\"";
            ++sequences;
        }
    }
    EXPECT_GT(sequences, 50);
}

TEST(Msg, EveryTypeRoundTrips) {
    std::uint32_t x = 7;
    [&]<class... T>(std::tuple<T...>*) { (every_value_round_trips<T>(x), ...); }(static_cast<AllMessages*>(nullptr));
}

TEST(Msg, ProfileClassWrittenOutIsKept) {  // DEFAULT operational, written by servers in the field all the same
    const Bytes wire = *from_hex(
        "BF2515"
        "5A0A98001032547698103214"
        "910141"
        "9200"
        "950102");
    Bytes fixed = wire;
    fixed[2] = static_cast<std::uint8_t>(fixed.size() - 3);
    const auto metadata = der::decode<StoreMetadataRequest>(fixed);
    ASSERT_TRUE(metadata) << to_string(metadata.error());
    EXPECT_EQ(metadata->class_or_default(), ProfileClass::operational);
    EXPECT_EQ(der::encode(*metadata), fixed);
}

TEST(Es9Json, InitiateAuthenticationReadsWhatClientsSend) {
    // no header object, members in any order
    InitiateAuthenticationRequest request;
    request.euicc_challenge.bytes = *from_hex("000102030405060708090A0B0C0D0E0F");
    request.smdp_address.text = "smdp.example.com";
    request.euicc_info1.svn = version(2, 5, 0);
    request.euicc_info1.euicc_ci_pk_id_list_for_signing = {{{1, 2, 3}}};
    const std::string body = R"({"smdpAddress":"smdp.example.com","euiccInfo1":")" +
                             base64(der::encode(request.euicc_info1)) +
                             R"(","euiccChallenge":"AAECAwQFBgcICQoLDA0ODw==","more":1})";
    const auto read = from_json<InitiateAuthenticationRequest>(body);
    ASSERT_TRUE(read) << to_string(read.error());
    EXPECT_EQ(*read, request);
    EXPECT_EQ(*from_json<InitiateAuthenticationRequest>(to_json(request)), request);
}

TEST(Es9Json, SignaturesTravelAsWholeTlvsAndIdsInHex) {
    InitiateAuthenticationOkEs9 reply;
    reply.transaction_id.bytes = {0xAB, 0x01};
    reply.server_signature1.bytes = Bytes(64, 9);
    reply.euicc_ci_pk_id_to_be_used.bytes = Bytes(20, 2);
    const std::string body = success_json(reply);
    EXPECT_NE(body.find(R"("transactionId":"AB01")"), std::string::npos);
    EXPECT_NE(body.find("\"serverSignature1\":\"" + base64(der::wrap(tag_signature, Bytes(64, 9)))), std::string::npos);
    EXPECT_NE(body.find("\"euiccCiPKIdToBeUsed\":\"" + base64(der::wrap(Tag{0x04}, Bytes(20, 2)))), std::string::npos);
    EXPECT_FALSE(*read_status(body));
    EXPECT_EQ(*from_json<InitiateAuthenticationOkEs9>(body), reply);
}

TEST(Es9Json, CancelSessionCarriesTheCardsAnswerAsTheCardGaveIt) {
    const CancelSessionRequestEs9 request{{{0xAA}}, {CancelSessionResponseError::undefined_error}, {}};
    EXPECT_NE(to_json(request).find(base64(*from_hex("BF410381017F"))), std::string::npos);
    EXPECT_EQ(*from_json<CancelSessionRequestEs9>(to_json(request)), request);
}

TEST(Es9Json, RefusesWithNamedMembers) {
    EXPECT_EQ(from_json<AuthenticateClientRequest>("{}").error().path, "AuthenticateClientRequest.transactionId");
    EXPECT_EQ(from_json<AuthenticateClientRequest>(R"({"transactionId":7})").error().path,
              "AuthenticateClientRequest.transactionId");
    EXPECT_EQ(
        from_json<AuthenticateClientRequest>(R"({"transactionId":"AA","authenticateServerResponse":"!"})").error().path,
        "AuthenticateClientRequest.authenticateServerResponse");
    for (const std::string_view bad : {"", "[]", "{", "null", "{\"a\":"})
        EXPECT_FALSE(from_json<HandleNotification>(bad)) << bad;
}

TEST(Es9Json, FailureCarriesItsCodes) {
    const StatusCodeData code{"8.2.6", "3.8", "", "Unknown matching ID."};
    const auto status = read_status(failure_json(code));
    ASSERT_TRUE(status && *status);
    EXPECT_EQ(**status, code);
    EXPECT_FALSE(read_status("{}"));
}

TEST(Es9Json, WarningIsNoFailure) {
    const auto reply = [](std::string_view status) {
        return R"({"header":{"functionExecutionStatus":{"status":")" + std::string(status) + R"("}}})";
    };
    for (const std::string_view executed : {"Executed-Success", "Executed-WithWarning"}) {
        EXPECT_FALSE(*read_status(reply(executed))) << executed;
        EXPECT_FALSE(says_failed(reply(executed))) << executed;
    }
    for (const std::string_view failed : {"Failed", "Expired"}) {
        EXPECT_TRUE(*read_status(reply(failed))) << failed;
        EXPECT_TRUE(says_failed(reply(failed))) << failed;
    }
    for (const std::string& silent : {std::string(), std::string("{}"), std::string("OK"), reply("")})
        EXPECT_FALSE(says_failed(silent)) << silent;
}

}  // namespace
}  // namespace mcim::msg
