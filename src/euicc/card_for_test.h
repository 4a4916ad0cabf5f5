// A card as an agent meets it, and a small SM-DP+ that binds packages for it: tests are scripts of what both say.
#pragma once
#include <gtest/gtest.h>

#include "mcim/bpp/sealer.h"
#include "mcim/bpp/secure_channel.h"
#include "mcim/bpp/segments.h"
#include "mcim/euicc/inserted_card.h"
#include "mcim/euicc/manufacture.h"
#include "mcim/euicc/stored_keys.h"
#include "support/pki.h"

namespace mcim::euicc::for_test {

inline constexpr std::string_view smdp_address = "smdpp.example.com";
inline constexpr std::string_view iccid_digits = "8901234567890123456";

inline Birth birth(const test::Pki& pki, CardClass card_class = CardClass::lab) {
    Birth out{.eid = pki.eid,
              .card_class = card_class,
              .credentials = {{pki.euicc.key, pki.euicc.der(), pki.eum.der()}},
              .ci_certificates = {pki.ci.der()},
              .rules = rules_for_every_operator()};
    out.root_ds_address = "ds.example.com";
    return out;
}

/// The smallest package that a card takes: header, MF with EF_ICCID, EF_DIR and EF_ARR, end.
inline Bytes small_package(const Iccid& iccid) {
    using der::Tag;
    const auto wrap = [](std::uint32_t tag, std::initializer_list<View> parts) {
        return der::wrap(Tag{tag}, concat(parts));
    };
    const auto octets = [](std::string_view text) { return *from_hex(text); };
    const Bytes swapped = iccid.octets();
    Bytes digits = swapped;
    for (auto& b : digits) b = static_cast<std::uint8_t>(b << 4U | b >> 4U);
    const auto element_header = [&](std::uint8_t id) { return wrap(0xA0, {octets("80008101"), Bytes{id}}); };
    /// Rule 1 of EF_ARR governs every file: read always, update PIN1.
    const auto file = [&](std::uint32_t tag, std::string_view fcp, View content) {
        return wrap(tag, {wrap(0xA1, {octets(fcp)}), wrap(0x83, {content})});
    };
    const Bytes header = wrap(0xA0, {octets("800103810103"), wrap(0x83, {digits}), octets("A500A600")});
    const Bytes mf =
        wrap(0xB0, {element_header(1), octets("810667810F010201"),  // 2.23.143.1.2.1
                    octets("A20CA10A8B032F0601C603010A0B"), file(0xA4, "8202412183022FE28B032F060180010A", swapped),
                    file(0xA5, "82044221001083022F008B032F0601800110", Bytes(16, 0xFF)),
                    file(0xA6, "82044221001083022F068B032F0601800110", octets("8001019000800102A406830101950108"))});
    return concat({header, mf, wrap(0xAA, {element_header(2)})});
}

inline msg::StoreMetadataRequest metadata(const Iccid& iccid,
                                          msg::ProfileClass of_class = msg::ProfileClass::operational) {
    msg::StoreMetadataRequest out;
    out.iccid = msg::to_octets(iccid);
    out.service_provider_name.text = "Operator";
    out.profile_name.text = "Line";
    if (of_class != msg::ProfileClass::operational) out.profile_class = of_class;
    der::BitString all;
    for (std::size_t bit = 0; bit < 4; ++bit) all.set(bit);
    out.notification_configuration_info =
        std::vector<msg::NotificationConfigurationInformation>{{all, {std::string(smdp_address)}, {}}};
    return out;
}

/// What one order delivers.
struct Order {
    Iccid iccid = *Iccid::parse_unchecked(iccid_digits);
    msg::StoreMetadataRequest metadata = for_test::metadata(iccid);
    Bytes package = small_package(iccid);
    msg::ConfigureISDPRequest configure = {};
    static Order of(std::string_view digits) {
        const Iccid iccid = *Iccid::parse_unchecked(digits);
        return {iccid, for_test::metadata(iccid), small_package(iccid)};
    }
};

/// A storage whose commits can be counted, and fail from one of them on.
class BrittleStorage final : public uicc::Storage {
public:
    [[nodiscard]] Status commit(const uicc::Changes& changes) override {
        if (commits_left && *commits_left == 0) return fail(Errc::io, "storage", "power is gone");
        if (commits_left) --*commits_left;
        ++commits;
        return inner.commit(changes);
    }
    [[nodiscard]] Result<uicc::Entries> load() override { return inner.load(); }

    uicc::MemoryStorage inner;
    std::optional<std::size_t> commits_left;
    std::size_t commits = 0;
};

/// The signer of a card: the keys that it was born with.
inline std::unique_ptr<CardSigner> keys_of(const Birth& birth) {
    uicc::MemoryStorage storage;
    EXPECT_TRUE(storage.commit(*manufacture(birth)));
    return *StoredKeys::load(storage);
}

class Agent {
public:
    explicit Agent(const Birth& of) : Agent(of, keys_of(of)) {}
    Agent(const Birth& of, std::unique_ptr<CardSigner> signs)
        : random(7), signer(std::move(signs)), env{random, *signer, {}} {
        const auto changes = manufacture(of);
        EXPECT_TRUE(changes) << (changes ? "" : to_string(changes.error()));
        EXPECT_TRUE(storage.commit(*changes));
        power_on();
        open_isdr();
    }

    void power_on() {
        auto inserted = InsertedCard::insert(storage);
        ASSERT_TRUE(inserted) << to_string(inserted.error());
        card.emplace(*std::move(inserted));
    }
    /// On channel 1, as agents do.
    void open_isdr() {
        EXPECT_EQ(fetch("0070000001"), "019000");
        select_fci = fetch("01A4040010A0000005591010FFFFFFFF8900000100");
    }
    void restart() {
        storage.commits_left.reset();
        power_on();
        open_isdr();
    }

    std::string send(std::string_view text) {
        const auto answer = card->transmit(*from_hex(text), env);
        return answer ? hex(*answer) : "dead";
    }
    /// Sends, and fetches what 61xx and 6Cxx announce. Data and status word.
    std::string fetch(std::string_view text) {
        std::string answer = send(text);
        if (answer.size() == 4 && answer.starts_with("6C"))
            answer = send(std::string(text.substr(0, 8)) + answer.substr(2));
        std::string data;
        while (answer.size() >= 4 && answer.substr(answer.size() - 4, 2) == "61") {
            data += answer.substr(0, answer.size() - 4);
            answer = send(std::string(text.substr(0, 2)) + "C00000" + answer.substr(answer.size() - 2));
        }
        return data + answer;
    }

    /// One ES10 command in blocks of 120 octets, as clients in the field send it. Answer data, then status word.
    Bytes es10(View command) {
        constexpr std::size_t block_octets = 120;
        std::string answer;
        for (std::size_t at = 0, block = 0; at < command.size(); at += block_octets, ++block) {
            const View piece = command.subspan(at, std::min(block_octets, command.size() - at));
            const bool last = at + piece.size() == command.size();
            const Bytes apdu = concat({Bytes{0x81, 0xE2, static_cast<std::uint8_t>(last ? 0x91 : 0x11),
                                             static_cast<std::uint8_t>(block), static_cast<std::uint8_t>(piece.size())},
                                       piece});
            answer = fetch(hex(apdu));
            if (!last && answer != "9000") break;
        }
        return *from_hex(answer);
    }
    template <class Response, class Request>
    Response call(const Request& request) {
        Bytes answer = es10(der::encode(request));
        EXPECT_EQ(hex(View(answer).last(2)), "9000");
        answer.resize(answer.size() - 2);
        auto decoded = der::decode<Response>(answer);
        EXPECT_TRUE(decoded) << to_string(decoded.error()) << ' ' << hex(answer);
        return *std::move(decoded);
    }

    Bytes challenge() {
        return call<msg::GetEuiccChallengeResponse>(msg::GetEuiccChallengeRequest{}).euicc_challenge.bytes;
    }
    msg::AuthenticateServerResponse authenticate(const msg::AuthenticateServerRequest& r) {
        return call<msg::AuthenticateServerResponse>(r);
    }
    msg::PrepareDownloadResponse prepare(const msg::PrepareDownloadRequest& r) {
        return call<msg::PrepareDownloadResponse>(r);
    }
    /// Piece by piece, until the card answers with a result or refuses.
    std::variant<msg::ProfileInstallationResult, std::string> load(View package) {
        const auto pieces = bpp::split_for_card(package);
        EXPECT_TRUE(pieces);
        for (const View piece : *pieces) {
            Bytes answer = es10(piece);
            if (hex(answer) == "9000") continue;
            if (answer.size() == 2) return hex(answer);
            answer.resize(answer.size() - 2);
            auto result = der::decode<msg::ProfileInstallationResult>(answer);
            EXPECT_TRUE(result) << to_string(result.error());
            return *std::move(result);
        }
        return std::string("9000");
    }
    [[nodiscard]] std::size_t free_memory() const { return card->card().state().free_memory(); }
    std::vector<msg::PendingNotification> notifications() {
        return std::get<0>(call<msg::RetrieveNotificationsListResponse>(msg::RetrieveNotificationsListRequest{}).value);
    }
    std::vector<msg::ProfileInfo> profiles() {
        return std::get<0>(call<msg::ProfileInfoListResponse>(msg::ProfileInfoListRequest{}).value);
    }

    BrittleStorage storage;
    test::SeededRandom random;
    std::unique_ptr<CardSigner> signer;
    Env env;
    std::optional<InsertedCard> card;
    std::string select_fci;
};

/// The server's half of one session. Requests can be spoilt before they are signed, or after.
class Smdp {
public:
    explicit Smdp(test::Pki& of) : pki(of) {}

    msg::AuthenticateServerRequest authenticate(View euicc_challenge) {
        msg::AuthenticateServerRequest r;
        r.server_signed1 = {
            transaction_id, {to_bytes(euicc_challenge)}, {std::string(smdp_address)}, {Bytes(16, 0x5E)}, {}};
        r.euicc_ci_pk_id_to_be_used.bytes = *pki.ci.certificate.subject_key_id;
        r.server_certificate.tlv = pki.dp_auth.der();
        r.ctx_params1.value = msg::CtxParamsForCommonAuthentication{
            msg::Utf8{"MATCHING-ID"}, {{{0x35, 0x29, 0x06, 0x11}}, {}, {}, {}}, {}};
        sign(r);
        return r;
    }
    void sign(msg::AuthenticateServerRequest& r) const {
        r.server_signature1.bytes = pki.dp_auth.key.sign(der::encode(r.server_signed1));
    }

    msg::PrepareDownloadRequest prepare(const msg::AuthenticateResponseOk& authenticated) {
        euicc_signature1 = authenticated.euicc_signature1.bytes;
        msg::PrepareDownloadRequest r;
        r.smdp_signed2.transaction_id = transaction_id;
        r.smdp_certificate.tlv = pki.dp_pb.der();
        sign(r);
        return r;
    }
    void sign(msg::PrepareDownloadRequest& r) const { sign(r, pki.dp_pb.key); }
    void sign(msg::PrepareDownloadRequest& r, const crypto::PrivateKey& key) const {
        r.smdp_signature2.bytes =
            key.sign(concat({der::encode(r.smdp_signed2), der::wrap(msg::tag_signature, euicc_signature1)}));
    }

    msg::InitialiseSecureChannelRequest channel(View euicc_otpk) {
        auto r = *bpp::initialise_secure_channel(transaction_id, host_id, one_time_key.public_key());
        sign(r, euicc_otpk);
        return r;
    }
    void sign(msg::InitialiseSecureChannelRequest& r, View euicc_otpk) const {
        r.smdp_sign.bytes = pki.dp_pb.key.sign(bpp::signed_octets(r, euicc_otpk));
    }
    Bytes bind(const msg::InitialiseSecureChannelRequest& r, View euicc_otpk, const Order& order) {
        const auto card = *crypto::PublicKey::from_point(one_time_key.curve(), euicc_otpk);
        const auto keys = bpp::derive_session_keys(*one_time_key.agree(card), host_id, pki.eid);
        const Bytes configure = der::encode(order.configure);
        const Bytes store = der::encode(order.metadata);
        return bpp::seal(r, keys, bpp::draw_profile_protection_keys(pki.random), {configure, store, order.package});
    }
    Bytes bind(const msg::PrepareDownloadResponse& response, const Order& order) {
        const auto* ok = std::get_if<msg::PrepareDownloadResponseOk>(&response.value);
        EXPECT_NE(ok, nullptr);
        const View otpk = ok->euicc_signed2.euicc_otpk;
        return bind(channel(otpk), otpk, order);
    }

    test::Pki& pki;
    msg::TransactionId transaction_id{{0xAB, 0x01}};
    Bytes host_id = Bytes(16, 0x48);
    crypto::PrivateKey one_time_key = crypto::PrivateKey::generate(pki.ci.key.curve(), pki.random);
    Bytes euicc_signature1;
};

inline msg::PrepareDownloadResponse up_to_prepared(Agent& agent, Smdp& smdp) {
    const auto authenticated = agent.authenticate(smdp.authenticate(agent.challenge()));
    const auto* ok = std::get_if<msg::AuthenticateResponseOk>(&authenticated.value);
    EXPECT_NE(ok, nullptr) << der::print(authenticated);
    return agent.prepare(smdp.prepare(*ok));
}
/// A whole download.
inline msg::ProfileInstallationResult download(Agent& agent, Smdp& smdp, const Order& order) {
    const auto outcome = agent.load(smdp.bind(up_to_prepared(agent, smdp), order));
    const auto* result = std::get_if<msg::ProfileInstallationResult>(&outcome);
    EXPECT_NE(result, nullptr) << std::get<std::string>(outcome);
    return *result;
}
inline bool installed(const msg::ProfileInstallationResult& r) {
    return std::holds_alternative<msg::SuccessResult>(r.data.final_result.value);
}

}  // namespace mcim::euicc::for_test
