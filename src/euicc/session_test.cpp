#include <fstream>
#include <sstream>

#include <functional>

#include "mcim/euicc/card_for_test.h"

#include "support/reference.h"

namespace mcim::euicc {
namespace {

using for_test::Agent;
using for_test::installed;
using for_test::Order;
using for_test::Smdp;
using msg::AuthenticateErrorCode;
using msg::DownloadErrorCode;

struct SessionTest : testing::Test {
    test::Pki pki;
    Agent agent{for_test::birth(pki)};
    Smdp smdp{pki};

    [[nodiscard]] std::string_view state() const {
        return std::visit([](const auto& s) { return std::remove_cvref_t<decltype(s)>::name; },
                          agent.card->card().session());
    }
    msg::AuthenticateServerRequest request() { return smdp.authenticate(agent.challenge()); }
    AuthenticateErrorCode refused(const msg::AuthenticateServerRequest& r) {
        const auto response = agent.authenticate(r);
        const auto* error = std::get_if<msg::AuthenticateResponseError>(&response.value);
        EXPECT_NE(error, nullptr);
        if (error == nullptr) return {};
        EXPECT_EQ(error->transaction_id, r.server_signed1.transaction_id);
        return error->authenticate_error_code;
    }
    msg::AuthenticateResponseOk authenticated() {
        return std::get<msg::AuthenticateResponseOk>(agent.authenticate(request()).value);
    }
    DownloadErrorCode refused(const msg::PrepareDownloadRequest& r) {
        const auto response = agent.prepare(r);
        const auto* error = std::get_if<msg::PrepareDownloadResponseError>(&response.value);
        EXPECT_NE(error, nullptr);
        if (error == nullptr) return {};
        EXPECT_EQ(error->transaction_id, r.smdp_signed2.transaction_id);
        return error->download_error_code;
    }
    msg::CancelSessionResponse cancel(const msg::TransactionId& id) {
        return agent.call<msg::CancelSessionResponse>(
            msg::CancelSessionRequest{id, msg::CancelSessionReason::postponed, {}});
    }
};

// ---------------------------------------------------------------- the matrix

TEST(SessionMatrix, IsThatOfTheDocument) {
    std::ifstream in(test::project_folder() / "docs/euicc-session.md");
    std::stringstream document;
    document << in.rdbuf();
    EXPECT_NE(document.str().find(session_matrix()), std::string::npos) << "docs/euicc-session.md should show\n\n"
                                                                        << session_matrix();
}

/// Every state, brought about; every event, sent. An illegal pair says no in the words of its function and keeps the
/// state.
TEST_F(SessionTest, EveryIllegalPairKeepsTheState) {
    struct StateMaker {
        std::string_view name;
        std::function<void()> enter;
    };
    const auto package = [&] { return smdp.bind(for_test::up_to_prepared(agent, smdp), Order{}); };
    const std::vector<StateMaker> states{
        {"Idle", [&] { agent.restart(); }},
        {"ChallengeIssued", [&] { agent.challenge(); }},
        {"Authenticated", [&] { authenticated(); }},
        {"Prepared", [&] { for_test::up_to_prepared(agent, smdp); }},
        {"Loading",
         [&] {
             const Bytes bound = package();
             EXPECT_EQ(hex(agent.es10(bpp::split_for_card(bound)->front())), "9000");
         }},
    };
    struct Event {
        std::string_view name;
        Bytes command;
        std::string refusal;
    };
    Smdp other(pki);
    const auto authenticate = other.authenticate(Bytes(16, 1));
    const auto prepare = other.prepare({});
    const std::vector<Event> events{
        {"AuthenticateServer", der::encode(authenticate),
         "BF3809A10780"
         "02AB01"
         "020104"
         "9000"},
        {"PrepareDownload", der::encode(prepare),
         "BF2109A10780"
         "02AB01"
         "020104"
         "9000"},
        {"OpenPackage", *from_hex("BF3603BF2300"), "6985"},
        {"TakePiece", *from_hex("A000"), "6985"},
        {"CancelSession",
         *from_hex("BF4107800299998101"
                   "00"),
         "BF4103810105"
         "9000"},
    };
    const std::map<std::string_view, std::string_view> legal{{"ChallengeIssued", "AuthenticateServer"},
                                                             {"Authenticated", "PrepareDownload"},
                                                             {"Prepared", "OpenPackage"},
                                                             {"Loading", "TakePiece"}};
    for (const auto& s : states) {
        s.enter();
        ASSERT_EQ(state(), s.name);
        for (const auto& e : events) {
            const auto at = legal.find(s.name);
            if (at != legal.end() && at->second == e.name) continue;
            EXPECT_EQ(hex(agent.es10(e.command)), e.refusal) << e.name << " in " << s.name;
            EXPECT_EQ(state(), s.name) << e.name;
        }
        agent.challenge();
        EXPECT_EQ(state(), "ChallengeIssued");
    }
}

// ---------------------------------------------------------------- AuthenticateServer

TEST_F(SessionTest, AuthenticatesTheServerAndSignsWhoItIs) {
    const auto r = request();
    const auto response = agent.authenticate(r);
    const auto& ok = std::get<msg::AuthenticateResponseOk>(response.value);
    EXPECT_EQ(ok.euicc_signed1.transaction_id, r.server_signed1.transaction_id);
    EXPECT_EQ(ok.euicc_signed1.server_challenge, r.server_signed1.server_challenge);
    EXPECT_EQ(ok.euicc_signed1.server_address, r.server_signed1.server_address);
    EXPECT_EQ(ok.euicc_signed1.ctx_params1, r.ctx_params1);
    const auto euicc = x509::verify_euicc(ok.euicc_certificate, ok.eum_certificate, pki.anchors, pki.now);
    ASSERT_TRUE(euicc);
    EXPECT_TRUE(euicc->key.verify(der::encode(ok.euicc_signed1), ok.euicc_signature1));
    EXPECT_EQ(state(), "Authenticated");
}

TEST_F(SessionTest, ChallengesDiffer) { EXPECT_NE(agent.challenge(), agent.challenge()); }

TEST_F(SessionTest, RefusesAuthenticateServerBeforeChallenge) {
    EXPECT_EQ(refused(smdp.authenticate(Bytes(16, 0))), AuthenticateErrorCode::no_session_context);
}

TEST_F(SessionTest, RefusesAnotherChallenge) {
    auto r = request();
    r.server_signed1.euicc_challenge.bytes[3] ^= 1U;
    smdp.sign(r);
    EXPECT_EQ(refused(r), AuthenticateErrorCode::euicc_challenge_mismatch);
    EXPECT_EQ(state(), "Idle");
}

TEST_F(SessionTest, AChallengeServesOnce) {
    auto r = request();
    const auto good = r;
    r.server_signature1.bytes[9] ^= 1U;
    EXPECT_EQ(refused(r), AuthenticateErrorCode::invalid_signature);
    EXPECT_EQ(refused(good), AuthenticateErrorCode::no_session_context);
}

TEST_F(SessionTest, RefusesAnUnknownCiForItsOwnSignature) {
    auto r = request();
    r.euicc_ci_pk_id_to_be_used.bytes[0] ^= 1U;
    EXPECT_EQ(refused(r), AuthenticateErrorCode::ci_pk_unknown);
}

TEST_F(SessionTest, RefusesAServerOfAnotherCi) {
    test::Pki foreign(crypto::Curve::p256, 99);
    auto r = request();
    r.server_certificate.tlv = foreign.dp_auth.der();
    r.server_signature1.bytes = foreign.dp_auth.key.sign(der::encode(r.server_signed1));
    EXPECT_EQ(refused(r), AuthenticateErrorCode::ci_pk_unknown);
}

TEST_F(SessionTest, RefusesASpoiltServerCertificate) {
    auto r = request();
    r.server_certificate.tlv.back() ^= 1U;
    EXPECT_EQ(refused(r), AuthenticateErrorCode::invalid_certificate);
}

TEST_F(SessionTest, RefusesACertificateOfAnotherRole) {
    for (const auto* wrong : {&pki.dp_pb, &pki.dp_tls}) {
        auto r = request();
        r.server_certificate.tlv = wrong->der();
        r.server_signature1.bytes = wrong->key.sign(der::encode(r.server_signed1));
        EXPECT_EQ(refused(r), AuthenticateErrorCode::invalid_oid);
    }
}

TEST_F(SessionTest, RefusesAKeyOnAForeignCurve) {
    test::Pki brainpool(crypto::Curve::brainpool_p256r1, 5);
    const auto draft = x509::draft_server(pki.dp_profile(x509::Role::dp_auth), brainpool.dp_auth.key.public_key(),
                                          pki.ci.certificate, pki.random);
    const auto mixed = test::Pki::certify(draft, brainpool.dp_auth.key, pki.ci.key);
    auto r = request();
    r.server_certificate.tlv = mixed.der();
    r.server_signature1.bytes = mixed.key.sign(der::encode(r.server_signed1));
    EXPECT_EQ(refused(r), AuthenticateErrorCode::unsupported_curve);
}

TEST_F(SessionTest, RefusesAnExpiredServerWhereItKnowsTheTime) {
    agent.env.now = pki.validity.not_after + std::chrono::seconds(1);
    EXPECT_EQ(refused(request()), AuthenticateErrorCode::invalid_certificate);
    agent.env.now = pki.now;
    EXPECT_EQ(std::get<msg::AuthenticateResponseOk>(agent.authenticate(request()).value).euicc_signed1.transaction_id,
              smdp.transaction_id);
}

TEST_F(SessionTest, AClockThatStandsBeforeTheFloorIsNotAClock) {
    agent.env.now = Time{};  // 1970: certificates would not be valid yet
    authenticated();
    EXPECT_EQ(state(), "Authenticated");
}

TEST_F(SessionTest, ACertificateThatEndedBeforeTheFloorIsRefusedWithoutAClock) {
    // A later certificate of the CI raises the floor, and the old one is gone for good, also after a restart.
    auto profile = pki.dp_profile(x509::Role::dp_auth);
    profile.validity = {pki.validity.not_after + std::chrono::days(1), pki.validity.not_after + std::chrono::days(9)};
    const auto later_key = crypto::PrivateKey::generate(crypto::Curve::p256, pki.random);
    const auto later = test::Pki::certify(
        x509::draft_server(profile, later_key.public_key(), pki.ci.certificate, pki.random), later_key, pki.ci.key);
    auto r = request();
    r.server_certificate.tlv = later.der();
    r.server_signature1.bytes = later.key.sign(der::encode(r.server_signed1));
    EXPECT_TRUE(std::holds_alternative<msg::AuthenticateResponseOk>(agent.authenticate(r).value));
    agent.restart();
    EXPECT_EQ(refused(request()), AuthenticateErrorCode::invalid_certificate);
}

/// A server that the card trusts sends packages that fail, and nobody delivers the results.
TEST_F(SessionTest, AuthenticatesNoSmDpPlusWhileMoreResultsWaitThanItKeeps) {
    std::size_t results = 0;
    for (auto response = agent.authenticate(request());; response = agent.authenticate(request())) {
        const auto* ok = std::get_if<msg::AuthenticateResponseOk>(&response.value);
        if (ok == nullptr) break;
        ASSERT_LT(++results, 1000U);
        const auto prepared = agent.prepare(smdp.prepare(*ok));
        const View otpk = std::get<msg::PrepareDownloadResponseOk>(prepared.value).euicc_signed2.euicc_otpk;
        auto channel = smdp.channel(otpk);
        channel.smdp_sign.bytes[5] ^= 1U;
        ASSERT_FALSE(
            installed(std::get<msg::ProfileInstallationResult>(agent.load(smdp.bind(channel, otpk, Order{})))));
    }
    EXPECT_GT(results, 100U);
    EXPECT_EQ(agent.notifications().size(), results);  // none is lost
    EXPECT_EQ(refused(request()), AuthenticateErrorCode::undefined_error);
    EXPECT_EQ(state(), "Idle");
    agent.restart();
    EXPECT_EQ(refused(request()), AuthenticateErrorCode::undefined_error);

    const auto ds = pki.make_dp(x509::Role::ds_auth);  // makes no results
    auto of_ds = request();
    of_ds.server_certificate.tlv = ds.der();
    of_ds.server_signature1.bytes = ds.key.sign(der::encode(of_ds.server_signed1));
    EXPECT_TRUE(std::holds_alternative<msg::AuthenticateResponseOk>(agent.authenticate(of_ds).value));

    const std::int64_t first = agent.notifications().front().metadata().seq_number;
    EXPECT_EQ(agent.call<msg::NotificationSentResponse>(msg::NotificationSentRequest{first, {}}).status,
              msg::DeleteNotificationStatus::ok);
    EXPECT_TRUE(installed(for_test::download(agent, smdp, Order{})));
}

/// What the server signed is verified with it; what the LPA tells of the device is signed with it, and goes on.
TEST_F(SessionTest, KeepsAndReturnsWhatALaterVersionAdds) {
    auto r = request();
    r.server_signed1.more.tlvs = *from_hex("9F5501AA");
    smdp.sign(r);
    auto& told = std::get<msg::CtxParamsForCommonAuthentication>(r.ctx_params1.value);
    told.more.tlvs = *from_hex("A303020105BF6103040101");
    told.device_info.more.tlvs = *from_hex("9F5600");
    told.device_info.device_capabilities.more.tlvs = *from_hex("9F570355AA00");
    const Bytes sent = der::encode(r.ctx_params1);
    const auto response = agent.authenticate(r);
    const auto& ok = std::get<msg::AuthenticateResponseOk>(response.value);
    const std::string returned = hex(der::encode(ok.euicc_signed1.ctx_params1));
    EXPECT_EQ(returned, hex(sent));
    for (const std::string_view unknown : {"A303020105BF6103040101", "9F5600", "9F570355AA00"})
        EXPECT_NE(returned.find(unknown), std::string::npos) << unknown;
    EXPECT_TRUE(pki.euicc.key.public_key().verify(der::encode(ok.euicc_signed1), ok.euicc_signature1));
}

// ---------------------------------------------------------------- PrepareDownload

TEST_F(SessionTest, PreparesWithAOneTimeKeyAndSignsIt) {
    const auto euicc_key = pki.euicc.key.public_key();
    const auto r = smdp.prepare(authenticated());
    const auto response = agent.prepare(r);
    const auto& ok = std::get<msg::PrepareDownloadResponseOk>(response.value);
    EXPECT_EQ(ok.euicc_signed2.transaction_id, smdp.transaction_id);
    EXPECT_TRUE(crypto::PublicKey::from_point(crypto::Curve::p256, ok.euicc_signed2.euicc_otpk));
    EXPECT_FALSE(ok.euicc_signed2.hash_cc);
    EXPECT_TRUE(
        euicc_key.verify(concat({der::encode(ok.euicc_signed2), der::wrap(msg::tag_signature, r.smdp_signature2)}),
                         ok.euicc_signature2));
}

TEST_F(SessionTest, SignsTheHashOfTheConfirmationCodeThatTheServerDemands) {
    auto r = smdp.prepare(authenticated());
    r.smdp_signed2.cc_required_flag = true;
    smdp.sign(r);
    EXPECT_EQ(refused(r), DownloadErrorCode::undefined_error);
    r.hash_cc = msg::Octet32{Bytes(32, 0xCC)};
    const auto ok = std::get<msg::PrepareDownloadResponseOk>(agent.prepare(r).value);
    EXPECT_EQ(ok.euicc_signed2.hash_cc, r.hash_cc);
}

TEST_F(SessionTest, RefusesAnotherTransaction) {
    auto r = smdp.prepare(authenticated());
    r.smdp_signed2.transaction_id.bytes = {0x77};
    smdp.sign(r);
    EXPECT_EQ(refused(r), DownloadErrorCode::invalid_transaction_id);
    EXPECT_EQ(state(), "Authenticated");
}

TEST_F(SessionTest, RefusesASignatureOverAnotherEuiccSignature) {
    const auto ok = authenticated();
    smdp.prepare(ok);
    smdp.euicc_signature1[0] ^= 1U;
    msg::PrepareDownloadRequest r;
    r.smdp_signed2.transaction_id = smdp.transaction_id;
    r.smdp_certificate.tlv = pki.dp_pb.der();
    smdp.sign(r);
    EXPECT_EQ(refused(r), DownloadErrorCode::invalid_signature);
}

TEST_F(SessionTest, RefusesThePackageSignerOfAnotherServer) {
    const auto other = pki.make_dp(x509::Role::dp_pb, "2.999.11");
    auto r = smdp.prepare(authenticated());
    r.smdp_certificate.tlv = other.der();
    smdp.sign(r, other.key);
    EXPECT_EQ(refused(r), DownloadErrorCode::invalid_certificate);
    r.smdp_certificate.tlv = pki.dp_auth.der();
    smdp.sign(r, pki.dp_auth.key);
    EXPECT_EQ(refused(r), DownloadErrorCode::invalid_certificate);
}

TEST_F(SessionTest, RefusesAPackageSignerOnAForeignCurve) {
    const auto key = crypto::PrivateKey::generate(crypto::Curve::brainpool_p256r1, pki.random);
    const auto mixed = test::Pki::certify(
        x509::draft_server(pki.dp_profile(x509::Role::dp_pb), key.public_key(), pki.ci.certificate, pki.random), key,
        pki.ci.key);
    auto r = smdp.prepare(authenticated());
    r.smdp_certificate.tlv = mixed.der();
    smdp.sign(r, key);
    EXPECT_EQ(refused(r), DownloadErrorCode::unsupported_curve);
}

TEST_F(SessionTest, RefusesAnExpiredPackageSigner) {
    auto profile = pki.dp_profile(x509::Role::dp_pb);
    profile.validity.not_after = pki.now - std::chrono::seconds(1);
    const auto key = crypto::PrivateKey::generate(crypto::Curve::p256, pki.random);
    const auto old = test::Pki::certify(x509::draft_server(profile, key.public_key(), pki.ci.certificate, pki.random),
                                        key, pki.ci.key);
    agent.env.now = pki.now;
    auto r = smdp.prepare(authenticated());
    r.smdp_certificate.tlv = old.der();
    smdp.sign(r, key);
    EXPECT_EQ(refused(r), DownloadErrorCode::invalid_certificate);
    EXPECT_EQ(state(), "Authenticated");
}

TEST_F(SessionTest, AnSmDsBindsNoPackages) {
    const auto ds = pki.make_dp(x509::Role::ds_auth);
    auto a = request();
    a.server_certificate.tlv = ds.der();
    a.server_signature1.bytes = ds.key.sign(der::encode(a.server_signed1));
    const auto response = agent.authenticate(a);
    const auto* ok = std::get_if<msg::AuthenticateResponseOk>(&response.value);
    ASSERT_NE(ok, nullptr);
    EXPECT_EQ(refused(smdp.prepare(*ok)), DownloadErrorCode::invalid_certificate);
}

TEST_F(SessionTest, RefusesPrepareDownloadWithoutSession) {
    EXPECT_EQ(refused(smdp.prepare({})), DownloadErrorCode::no_session_context);
}

TEST_F(SessionTest, GivesTheSameOneTimeKeyToTheServerThatAsksForIt) {
    const auto first = std::get<msg::PrepareDownloadResponseOk>(for_test::up_to_prepared(agent, smdp).value);
    agent.restart();
    auto r = smdp.prepare(authenticated());
    r.smdp_signed2.bpp_euicc_otpk = first.euicc_signed2.euicc_otpk;
    smdp.sign(r);
    const auto second = std::get<msg::PrepareDownloadResponseOk>(agent.prepare(r).value);
    EXPECT_EQ(second.euicc_signed2.euicc_otpk, first.euicc_signed2.euicc_otpk);

    auto unknown = smdp.prepare(authenticated());
    unknown.smdp_signed2.bpp_euicc_otpk = msg::OctetString{pki.dp_pb.key.public_key().point()};
    smdp.sign(unknown);
    const auto third = std::get<msg::PrepareDownloadResponseOk>(agent.prepare(unknown).value);
    EXPECT_NE(third.euicc_signed2.euicc_otpk, first.euicc_signed2.euicc_otpk);
    EXPECT_NE(third.euicc_signed2.euicc_otpk, *unknown.smdp_signed2.bpp_euicc_otpk);
}

TEST_F(SessionTest, KeepsOnlyTheLatestOneTimeKeys) {
    for (std::size_t i = 0; i < one_time_keys_max + 3; ++i) for_test::up_to_prepared(agent, smdp);
    EXPECT_EQ(agent.card->card().state().one_time_keys.size(), one_time_keys_max);
    agent.restart();
    EXPECT_EQ(agent.card->card().state().one_time_keys.size(), one_time_keys_max);
}

// ---------------------------------------------------------------- CancelSession

TEST_F(SessionTest, CancelsWithASignedReasonForThisServer) {
    authenticated();
    const auto response = cancel(smdp.transaction_id);
    const auto& ok = std::get<msg::CancelSessionResponseOk>(response.value);
    EXPECT_EQ(ok.euicc_cancel_session_signed.smdp_oid.text(), "2.999.10");
    EXPECT_EQ(ok.euicc_cancel_session_signed.reason, msg::CancelSessionReason::postponed);
    EXPECT_TRUE(pki.euicc.key.public_key().verify(der::encode(ok.euicc_cancel_session_signed),
                                                  ok.euicc_cancel_session_signature));
    EXPECT_EQ(state(), "Idle");
}

TEST_F(SessionTest, CancelsAfterPrepareAndDuringLoading) {
    for_test::up_to_prepared(agent, smdp);
    EXPECT_TRUE(std::holds_alternative<msg::CancelSessionResponseOk>(cancel(smdp.transaction_id).value));
    const Bytes bound = smdp.bind(for_test::up_to_prepared(agent, smdp), Order{});
    agent.es10(bpp::split_for_card(bound)->front());
    EXPECT_TRUE(std::holds_alternative<msg::CancelSessionResponseOk>(cancel(smdp.transaction_id).value));
    EXPECT_EQ(state(), "Idle");
}

TEST_F(SessionTest, RefusesToCancelAnotherTransaction) {
    EXPECT_EQ(std::get<msg::CancelSessionResponseError>(cancel({{0xAB, 0x01}}).value),
              msg::CancelSessionResponseError::invalid_transaction_id);
    authenticated();
    EXPECT_EQ(std::get<msg::CancelSessionResponseError>(cancel({{0xAB, 0x02}}).value),
              msg::CancelSessionResponseError::invalid_transaction_id);
    EXPECT_EQ(state(), "Authenticated");
    EXPECT_TRUE(std::holds_alternative<msg::CancelSessionResponseOk>(cancel(smdp.transaction_id).value));
}

}  // namespace
}  // namespace mcim::euicc
