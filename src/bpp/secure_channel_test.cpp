#include "mcim/bpp/secure_channel.h"

#include "package_for_test.h"

namespace mcim::bpp::test {
namespace {

using crypto::Curve;
using crypto::PrivateKey;
using msg::ErrorReason;

/// Both sides of one session.
struct Session {
    explicit Session(Curve curve)
        : server_key(PrivateKey::generate(curve)),
          server_one_time(PrivateKey::generate(curve)),
          card_one_time(PrivateKey::generate(curve)) {
        request = *initialise_secure_channel(transaction_id, host_id, server_one_time.public_key());
        sign();
    }
    void sign() {
        request.smdp_sign.bytes = server_key.sign(signed_octets(request, card_one_time.public_key().point()));
    }
    [[nodiscard]] std::variant<SessionKeys, Refusal> accept() const {
        return accept_secure_channel(request, {transaction_id, eid, card_one_time, server_key.public_key()});
    }
    [[nodiscard]] ErrorReason reason() const {
        const auto out = accept();
        const auto* refused = std::get_if<Refusal>(&out);
        if (refused == nullptr) return {};
        EXPECT_EQ(refused->command, msg::BppCommandId::initialise_secure_channel);
        return refused->reason;
    }
    Eid eid = *Eid::with_check_digits("890490320010010000000000000000");
    Bytes transaction_id = Bytes(16, 0x0A);
    Bytes host_id = as_bytes("mcim");
    PrivateKey server_key;
    PrivateKey server_one_time;
    PrivateKey card_one_time;
    msg::InitialiseSecureChannelRequest request;

    static Bytes as_bytes(std::string_view text) { return to_bytes(as_view(text)); }
};

TEST(SecureChannel, BothSidesDeriveTheSameKeysOnBothCurves) {
    for (const Curve curve : {Curve::p256, Curve::brainpool_p256r1}) {
        const Session s(curve);
        const auto shared = s.server_one_time.agree(s.card_one_time.public_key());
        ASSERT_TRUE(shared);
        const SessionKeys server = derive_session_keys(*shared, s.host_id, s.eid);
        const auto out = s.accept();
        const auto* card = std::get_if<SessionKeys>(&out);
        ASSERT_NE(card, nullptr);
        EXPECT_TRUE(equal(expose(server.enc), expose(card->enc)));
        EXPECT_TRUE(equal(expose(server.mac), expose(card->mac)));

        // and a whole package goes through them
        const Bytes elements(3000, 0x42);
        const Bytes metadata(60, 0x43);
        const Bytes isdp = *from_hex("BF2400");
        const Bytes der = seal(s.request, server, {isdp, metadata, elements});
        const Journey j = journey(der);
        Opener opener(*card, j.octets_to_follow);
        Bytes got;
        for (const Bytes& piece : j.pieces) {
            const Opened opened = opener.take(piece);
            if (const auto* part = std::get_if<ProfileElements>(&opened)) append(got, expose(part->octets));
        }
        EXPECT_TRUE(opener.complete());
        EXPECT_EQ(got, elements);
        EXPECT_EQ(der::decode<msg::BoundProfilePackage>(der)->initialise_secure_channel_request, s.request);
    }
}

TEST(SecureChannel, TheSignatureCoversEveryFieldAndTheCardsKey) {
    const Session good(Curve::p256);
    const Bytes euicc_otpk = good.card_one_time.public_key().point();
    EXPECT_EQ(hex(signed_octets(good.request, euicc_otpk)),
              "820101"
              "80100A0A0A0A0A0A0A0A0A0A0A0A0A0A0A0A"
              "A60C"
              "800188"
              "810110"
              "84046D63696D"
              "5F4941" +
                  hex(good.request.smdp_otpk) + "5F4941" + hex(euicc_otpk));
    Session other_card = good;
    other_card.card_one_time = PrivateKey::generate(Curve::p256);
    EXPECT_EQ(other_card.reason(), ErrorReason::invalid_signature);
    Session other_server = good;
    other_server.server_key = PrivateKey::generate(Curve::p256);
    EXPECT_EQ(other_server.reason(), ErrorReason::invalid_signature);
    const auto changed = [&](auto change) {
        Session s = good;
        change(s.request);
        return s.reason();
    };
    EXPECT_EQ(changed([](auto& r) { r.remote_op_id = static_cast<msg::RemoteOpId>(2); }),
              ErrorReason::invalid_signature);
    EXPECT_EQ(changed([](auto& r) { r.transaction_id.bytes[0] ^= 1U; }), ErrorReason::invalid_signature);
    EXPECT_EQ(changed([](auto& r) { r.control_ref_template.host_id.bytes[0] ^= 1U; }), ErrorReason::invalid_signature);
    EXPECT_EQ(changed([](auto& r) { r.smdp_otpk.bytes[64] ^= 1U; }), ErrorReason::invalid_signature);
    EXPECT_EQ(changed([](auto& r) { r.smdp_sign.bytes.pop_back(); }), ErrorReason::invalid_signature);
}

TEST(SecureChannel, RefusesSignedRequestsThatDoNotFit) {
    const auto signed_with = [](auto change) {
        Session s(Curve::p256);
        change(s);
        s.sign();
        return s.reason();
    };
    EXPECT_EQ(signed_with([](Session& s) { s.request.transaction_id.bytes = {1}; }),
              ErrorReason::invalid_transaction_id);
    EXPECT_EQ(signed_with([](Session& s) { s.request.remote_op_id = static_cast<msg::RemoteOpId>(2); }),
              ErrorReason::unsupported_remote_operation_type);
    EXPECT_EQ(signed_with([](Session& s) { s.request.control_ref_template.key_type.bytes = {0x80}; }),
              ErrorReason::unsupported_crt_values);
    EXPECT_EQ(signed_with([](Session& s) { s.request.control_ref_template.key_len.bytes = {0x20}; }),
              ErrorReason::unsupported_crt_values);
    EXPECT_EQ(signed_with([](Session& s) { s.request.smdp_otpk.bytes = Bytes(65, 4); }),
              ErrorReason::incorrect_input_values);
    EXPECT_EQ(signed_with([](Session& s) {
                  s.request.smdp_otpk.bytes = PrivateKey::generate(Curve::brainpool_p256r1).public_key().point();
              }),
              ErrorReason::incorrect_input_values);
}

TEST(SecureChannel, RefusesIdentifiersOfOtherLengths) {
    const auto key = PrivateKey::generate(Curve::p256).public_key();
    EXPECT_FALSE(initialise_secure_channel({}, Bytes(1), key));
    EXPECT_FALSE(initialise_secure_channel(Bytes(17), Bytes(1), key));
    EXPECT_FALSE(initialise_secure_channel(Bytes(1), {}, key));
    EXPECT_FALSE(initialise_secure_channel(Bytes(1), Bytes(17), key));
}

}  // namespace
}  // namespace mcim::bpp::test
