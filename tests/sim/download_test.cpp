// The server core and the card core in one process, nothing between them but the messages: whole sessions, with what
// each side signs checked by the other.
#include "mcim/euicc/card_for_test.h"
#include "mcim/smdp/desk_for_test.h"

namespace mcim {
namespace {

/// The desk of the server's own tests, with a signer that really seals.
struct Platform : smdp::Desk {
    using Desk::act;
    Bytes package;

    smdp::Sealed act(const signer::SealProfile& a) {
        const auto one_time_key = crypto::PrivateKey::generate(a.curve, pki.random);
        const auto card = *crypto::PublicKey::from_point(a.curve, a.euicc_otpk);
        auto channel = *bpp::initialise_secure_channel(a.transaction_id, a.host_id, one_time_key.public_key());
        channel.smdp_sign.bytes = pki.dp_pb.key.sign(bpp::signed_octets(channel, a.euicc_otpk));
        const auto keys = bpp::derive_session_keys(*one_time_key.agree(card), a.host_id, a.eid);
        return {{bpp::seal(channel, keys, {a.configure_isdp, a.store_metadata, package})}};
    }

    /// As Desk::ask, whose actions are these.
    Result<smdp::Reply> serve(smdp::Function function) {
        const Bytes id = to_bytes(smdp::transaction_id_of(function));
        smdp::State state = sessions.contains(id) ? *smdp::decode_state(sessions.at(id)) : smdp::State(smdp::Nothing{});
        smdp::Event event =
            std::visit([](auto&& f) { return smdp::Event(std::forward<decltype(f)>(f)); }, std::move(function));
        for (;;) {
            const smdp::Env env{now, pki.random, server, cache};
            TRY(smdp::Step s, smdp::step(std::move(state), std::move(event), env));
            if (auto* reply = std::get_if<smdp::Reply>(&s.then)) {
                for (auto& effect : s.effects) std::visit([&](auto& e) { store(std::move(e)); }, effect);
                return std::move(*reply);
            }
            state = std::move(s.next);
            event = std::visit([&](auto& a) { return smdp::Event(act(a)); }, std::get<smdp::Action>(s.then));
        }
    }
    template <class R, class F>
    R served(F function) {
        auto reply = serve(std::move(function));
        EXPECT_TRUE(reply) << to_string(reply.error());
        if (const auto* refused = std::get_if<smdp::Refused>(&*reply)) ADD_FAILURE() << to_string(*refused);
        return std::get<R>(*std::move(reply));
    }
};

struct Download : testing::Test {
    Platform platform;
    euicc::for_test::Agent agent{euicc::for_test::birth(platform.pki, euicc::CardClass::production)};

    void SetUp() override {
        platform.package = euicc::for_test::small_package(platform.iccid);
        agent.env.now = platform.now;
    }

    msg::AuthenticateClientOk offered() {
        msg::InitiateAuthenticationRequest initiate;
        initiate.euicc_info1 = agent.call<msg::EUICCInfo1>(msg::GetEuiccInfo1Request{});
        initiate.euicc_challenge.bytes = agent.challenge();
        initiate.smdp_address.text = platform.server.address;
        const auto server =
            platform.served<msg::InitiateAuthenticationOkEs9>(smdp::InitiateAuthentication{std::move(initiate)});
        msg::AuthenticateServerRequest request;
        request.server_signed1 = server.server_signed1;
        request.server_signature1 = server.server_signature1;
        request.euicc_ci_pk_id_to_be_used = server.euicc_ci_pk_id_to_be_used;
        request.server_certificate = server.server_certificate;
        request.ctx_params1.value = msg::CtxParamsForCommonAuthentication{
            msg::Utf8{platform.matching_id}, {{{0x35, 0x29, 0x06, 0x11}}, {}, {}, {}}, {}};
        return platform.served<msg::AuthenticateClientOk>(
            smdp::AuthenticateClient{{server.transaction_id, agent.authenticate(request), {}}});
    }
    msg::PrepareDownloadResponse prepared(const msg::AuthenticateClientOk& offer) {
        msg::PrepareDownloadRequest request;
        request.smdp_signed2 = offer.smdp_signed2;
        request.smdp_signature2 = offer.smdp_signature2;
        request.smdp_certificate = offer.smdp_certificate;
        return agent.prepare(request);
    }
    Bytes bound(const msg::AuthenticateClientOk& offer) {
        return platform
            .served<smdp::BoundPackage>(smdp::GetBoundProfilePackage{{offer.transaction_id, prepared(offer), {}}})
            .package;
    }
    void deliver_notifications() {
        for (const auto& pending : agent.notifications()) {
            platform.served<smdp::NoContent>(smdp::HandleNotification{{pending, {}}});
            const msg::NotificationSentRequest sent{pending.metadata().seq_number, {}};
            EXPECT_EQ(agent.call<msg::NotificationSentResponse>(sent).status, msg::DeleteNotificationStatus::ok);
        }
    }
};

TEST_F(Download, FromTheOrderToTheInstalledProfile) {
    const auto offer = offered();
    const auto outcome = agent.load(bound(offer));
    ASSERT_TRUE(euicc::for_test::installed(std::get<msg::ProfileInstallationResult>(outcome)))
        << der::print(std::get<msg::ProfileInstallationResult>(outcome));
    deliver_notifications();
    EXPECT_EQ(platform.order().state, smdp::OrderState::installed);
    EXPECT_EQ(platform.trusted, 1);

    const msg::EnableProfileRequest enable{{msg::to_octets(platform.iccid)}, true, {}};
    EXPECT_EQ(agent.call<msg::EnableProfileResponse>(enable).result, msg::EnableResult::ok);
    EXPECT_EQ(agent.fetch("00A4000C022FE2"), "9000");
}

TEST_F(Download, ThatWasCutOffIsTakenUpAgainWithinTheSameOrder) {
    const Bytes package = bound(offered());
    agent.es10(bpp::split_for_card(package)->front());
    agent.restart();
    const auto outcome = agent.load(bound(offered()));
    EXPECT_TRUE(euicc::for_test::installed(std::get<msg::ProfileInstallationResult>(outcome)));
    deliver_notifications();
    EXPECT_EQ(platform.order().state, smdp::OrderState::installed);
}

TEST_F(Download, ThatTheCardRefusesIsAnErrorOfTheOrder) {
    platform.package.pop_back();
    const auto outcome = agent.load(bound(offered()));
    EXPECT_FALSE(euicc::for_test::installed(std::get<msg::ProfileInstallationResult>(outcome)));
    deliver_notifications();
    EXPECT_NE(platform.order().state, smdp::OrderState::installed);
    EXPECT_EQ(platform.trusted, 1);
}

TEST_F(Download, IsCancelledOnBothSides) {
    const auto offer = offered();
    const auto cancelled = agent.call<msg::CancelSessionResponse>(
        msg::CancelSessionRequest{offer.transaction_id, msg::CancelSessionReason::postponed, {}});
    platform.served<msg::CancelSessionOk>(smdp::CancelSession{{offer.transaction_id, cancelled, {}}});
    EXPECT_EQ(platform.order().state, smdp::OrderState::released);
}

}  // namespace
}  // namespace mcim
