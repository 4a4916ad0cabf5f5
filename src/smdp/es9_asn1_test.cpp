// The ASN.1 binding of ES9+, octet for octet. A desk (desk_for_test.h) answers what comes through it.
#include <gtest/gtest.h>

#include <set>

#include "mcim/msg/json.h"
#include "mcim/smdp/desk_for_test.h"

namespace mcim::smdp {
namespace {

constexpr std::array every_function{Es9Function::initiate_authentication, Es9Function::authenticate_client,
                                    Es9Function::get_bound_profile_package, Es9Function::cancel_session,
                                    Es9Function::handle_notification};

template <class T>
Bytes request_of(const T& request) {
    return der::encode(msg::RemoteProfileProvisioningRequest{request});
}
Result<Function> read_asn1(View body) { return es9_asn1.read(es9_asn1_path, as_text(body)); }
/// In hexadecimal; "none" where the function's reply cannot say it.
std::string written(Es9Function function, const Reply& reply) {
    const auto body = es9_asn1.write(function, reply);
    return body ? hex(as_view(*body)) : "none";
}

// By hand from the module. CancelSessionResponse, itself 'BF41', is [1] there; PendingNotification, a CHOICE, is in
// [0].
constexpr std::string_view initiate_octets =
    "A22FBF392C8110000102030405060708090A0B0C0D0E0F8305612E636F6DBF20108203020500A9040402AABBAA030401CC";
constexpr std::string_view authenticate_octets = "A211BF3B0E8001AABF3808A1068001AA02017F";
constexpr std::string_view package_octets = "A211BF3A0E8001AABF2108A1068001AA02017F";
constexpr std::string_view cancel_octets = "A20BBF41088001AAA10381017F";
constexpr std::string_view notification_octets =
    "A23ABF3D37A035BF3732BF272B8001AABF2F16800101810207800C01615A0A98001032547698103214060388370AA208A106800105810101"
    "5F37015A";

TEST(Es9Asn1, RequestsAreReadFromTheirOctets) {
    const auto initiate = read_asn1(*from_hex(initiate_octets));
    ASSERT_TRUE(initiate) << to_string(initiate.error());
    const auto& begun = std::get<InitiateAuthentication>(*initiate).request;
    EXPECT_EQ(hex(begun.euicc_challenge.bytes), "000102030405060708090A0B0C0D0E0F");
    EXPECT_EQ(begun.smdp_address.text, "a.com");
    EXPECT_EQ(hex(begun.euicc_info1.euicc_ci_pk_id_list_for_verification.at(0).bytes), "AABB");

    const auto authenticate = read_asn1(*from_hex(authenticate_octets));
    ASSERT_TRUE(authenticate) << to_string(authenticate.error());
    const auto& answer = std::get<AuthenticateClient>(*authenticate).request.authenticate_server_response.value;
    EXPECT_EQ(std::get<msg::AuthenticateResponseError>(answer).authenticate_error_code,
              msg::AuthenticateErrorCode::undefined_error);

    const auto package = read_asn1(*from_hex(package_octets));
    ASSERT_TRUE(package) << to_string(package.error());
    EXPECT_EQ(hex(transaction_id_of(*package)), "AA");
    EXPECT_TRUE(std::holds_alternative<GetBoundProfilePackage>(*package));

    const auto cancel = read_asn1(*from_hex(cancel_octets));
    ASSERT_TRUE(cancel) << to_string(cancel.error());
    EXPECT_EQ(std::get<CancelSession>(*cancel).request.cancel_session_response,
              msg::CancelSessionResponse{msg::CancelSessionResponseError::undefined_error});

    const auto notification = read_asn1(*from_hex(notification_octets));
    ASSERT_TRUE(notification) << to_string(notification.error());
    const auto& pending = std::get<HandleNotification>(*notification).request.pending_notification.value;
    EXPECT_EQ(std::get<msg::ProfileInstallationResult>(pending).data.smdp_oid.text(), "2.999.10");
}

TEST(Es9Asn1, FunctionsKnowTheirNames) {
    std::vector<std::string_view> names;
    for (const std::string_view body :
         {initiate_octets, authenticate_octets, package_octets, cancel_octets, notification_octets})
        names.push_back(to_string(es9_function(*read_asn1(*from_hex(body)))));
    EXPECT_EQ(names, (std::vector<std::string_view>{"initiateAuthentication", "authenticateClient",
                                                    "getBoundProfilePackage", "cancelSession", "handleNotification"}));
}

TEST(Es9Asn1, RepliesAreWrittenInTheirOctets) {
    msg::InitiateAuthenticationOkEs9 begun;
    begun.transaction_id.bytes = {0xAA};
    begun.server_signed1 = {{{0xAA}}, {Bytes(16, 0x11)}, {"a.com"}, {Bytes(16, 0x22)}, {}};
    begun.server_signature1.bytes = {0x5A};
    begun.euicc_ci_pk_id_to_be_used.bytes = {0xCC};
    EXPECT_EQ(written(Es9Function::initiate_authentication, begun),
              "A241BF393EA03C8001AA302E8001AA8110111111111111111111111111111111118305612E636F6D"
              "8410222222222222222222222222222222225F37015A0401CC3000");

    msg::AuthenticateClientOk offered;
    offered.transaction_id.bytes = {0xAA};
    offered.profile_metadata.iccid.bytes = *from_hex("98001032547698103214");
    offered.profile_metadata.service_provider_name.text = "O";
    offered.profile_metadata.profile_name.text = "D";
    offered.smdp_signed2.transaction_id.bytes = {0xAA};
    offered.smdp_signature2.bytes = {0x5A};
    EXPECT_EQ(written(Es9Function::authenticate_client, offered),
              "A22BBF3B28A0268001AABF25125A0A9800103254769810321491014F92014430068001AA0101005F37015A3000");

    EXPECT_EQ(written(Es9Function::get_bound_profile_package, BoundPackage{{0xAA, 0x01}, *from_hex("BF3600")}),
              "A20CBF3A09A0078002AA01BF3600");
    EXPECT_EQ(written(Es9Function::cancel_session, msg::CancelSessionOk{}), "A205BF4102A000");
    EXPECT_EQ(written(Es9Function::handle_notification, NoContent{}), "");
}

TEST(Es9Asn1, PackageOf150KibIsWrittenAsItsTableSays) {
    msg::GetBoundProfilePackageOk ok;
    ok.transaction_id.bytes = Bytes(16, 0xAA);
    auto& package = ok.bound_profile_package;
    package.initialise_secure_channel_request.control_ref_template.host_id.bytes = {1};
    package.sequence_of_86.assign(152, {{Bytes(1016, 0x86)}});
    const BoundPackage reply{ok.transaction_id.bytes, der::encode(package)};
    EXPECT_GT(reply.package.size(), 150U * 1024U);
    const msg::RemoteProfileProvisioningResponse response{msg::GetBoundProfilePackageResponse{ok}};
    EXPECT_EQ(*es9_asn1.write(Es9Function::get_bound_profile_package, reply), as_text(der::encode(response)));
}

TEST(Es9Asn1, RefusalsAreWrittenInTheirOctets) {
    using enum Es9Function;
    EXPECT_EQ(written(initiate_authentication, Refused{Refusal::address_unknown}), "A206BF3903810101");
    EXPECT_EQ(written(authenticate_client, Refused{Refusal::transaction_unknown}), "A206BF3B0381010A");
    EXPECT_EQ(written(get_bound_profile_package, Refused{Refusal::transaction_unknown}), "A206BF3A0381015F");
    EXPECT_EQ(written(cancel_session, Refused{Refusal::transaction_unknown}), "A206BF4103810101");
    for (const auto function : {authenticate_client, get_bound_profile_package, cancel_session})
        EXPECT_TRUE(written(function, Refused{Refusal::server_unavailable}).ends_with("81017F"));
}

/// Which numbers the module lists is held against it in tests/traceability; undefinedError is not among those of
/// InitiateAuthentication.
TEST(Es9Asn1, NoNumberLeavesThatTheFunctionDoesNotList) {
    const std::map<Es9Function, std::set<int>> listed{
        {Es9Function::initiate_authentication, {1, 2, 3}},
        {Es9Function::authenticate_client, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 127}},
        {Es9Function::get_bound_profile_package, {1, 2, 3, 4, 5, 6, 95, 127}},
        {Es9Function::cancel_session, {1, 2, 127}},
        {Es9Function::handle_notification, {}}};
    for (const auto function : every_function) {
        std::set<int> leaving;
        for (const StatusCode& code : status_codes())
            if (const auto body = es9_asn1.write(function, Refused{code.refusal}))
                leaving.insert(static_cast<std::uint8_t>(body->back()));
        EXPECT_EQ(leaving, listed.at(function)) << to_string(function);
    }
    EXPECT_EQ(written(Es9Function::initiate_authentication, Refused{Refusal::server_unavailable}), "none");
}

/// What the server answers to a request in this binding.
class Es9Asn1Desk : public testing::Test {
protected:
    std::string answer(const Bytes& body) {
        auto function = read_asn1(body);
        EXPECT_TRUE(function) << to_string(function.error());
        if (!function) return "";
        const auto which = es9_function(*function);
        const auto reply = desk.ask(*std::move(function));
        EXPECT_TRUE(reply) << to_string(reply.error());
        return reply ? written(which, *reply) : "";
    }
    template <class T>
    std::string answer_to(const T& request) {
        return answer(request_of(request));
    }
    template <class R>
    static auto granted(const std::string& body) {
        const auto response = der::decode<msg::RemoteProfileProvisioningResponse>(*from_hex(body));
        EXPECT_TRUE(response) << body;
        return std::get<0>(std::get<R>(response->value).value);
    }
    msg::AuthenticateClientRequest request() {
        const auto begun = answer_to(card.initiate(desk.server.address));
        return card.authenticate(granted<msg::InitiateAuthenticationResponse>(begun), desk.matching_id);
    }
    msg::AuthenticateClientOk offered() { return granted<msg::AuthenticateClientResponseEs9>(answer_to(request())); }
    static msg::AuthenticateResponseOk& signed_in(msg::AuthenticateClientRequest& r) {
        return std::get<msg::AuthenticateResponseOk>(r.authenticate_server_response.value);
    }
    /// The last message of each function, as the card sends it, whatever was sent before.
    std::vector<Bytes> every_request() {
        const auto begun = desk.initiated(card);
        const auto offer = desk.offered(card);
        const auto& id = offer.transaction_id;
        return {request_of(card.initiate(desk.server.address)),
                request_of(card.authenticate(begun, desk.matching_id)),
                request_of(card.prepare(offer)),
                request_of(card.cancel(id, desk.server.oid, msg::CancelSessionReason::postponed)),
                request_of(card.notify(desk.iccid, msg::NotificationEventBit::enable)),
                request_of(card.installed(id, desk.iccid, desk.server.oid))};
    }
    Desk desk;
    test::SoftCard card = desk.card();
};

TEST_F(Es9Asn1Desk, DownloadGoesFromTheFirstRequestToTheNotification) {
    const auto offer = offered();
    const std::string package = answer_to(card.prepare(offer));
    EXPECT_TRUE(package.starts_with("A21ABF3A17A0158010" + hex(offer.transaction_id.bytes) + "BF3600")) << package;
    EXPECT_EQ(answer_to(card.installed(offer.transaction_id, desk.iccid, desk.server.oid)), "");
    EXPECT_EQ(desk.order().state, OrderState::installed);
    EXPECT_EQ(desk.trusted, 1);
}

TEST_F(Es9Asn1Desk, RefusesConfirmationCodes) {
    desk.order().confirmation_code = to_bytes(as_view("4711"));
    const auto offer = offered();
    EXPECT_TRUE(offer.smdp_signed2.cc_required_flag);
    EXPECT_EQ(answer_to(card.prepare(offer)), "A206BF3A03810102");
    const msg::Octet32 wrong{Bytes(32, 0x55)};
    EXPECT_EQ(answer_to(card.prepare(offer, wrong)), "A206BF3A03810103");
    EXPECT_EQ(answer_to(card.prepare(offer, wrong)), "A206BF3A03810103");
    EXPECT_EQ(answer_to(card.prepare(offer, wrong)), "A206BF3A03810104");
    EXPECT_EQ(answer_to(request()), "A206BF3B0381017F") << "locked: the clause has no number for it";
}

TEST_F(Es9Asn1Desk, RefusesToInitiate) {
    EXPECT_EQ(answer_to(card.initiate("other.example.com")), "A206BF3903810101");
    auto r = card.initiate(desk.server.address);
    r.euicc_info1.svn = msg::version(3, 0, 0);
    EXPECT_EQ(answer_to(r), "A206BF3903810102");
    r = card.initiate(desk.server.address);
    r.euicc_info1.euicc_ci_pk_id_list_for_signing = {{Bytes(20, 9)}};
    EXPECT_EQ(answer_to(r), "A206BF3903810103");
    r = card.initiate(desk.server.address);
    r.euicc_info1.euicc_ci_pk_id_list_for_verification = {{Bytes(20, 9)}};
    EXPECT_EQ(answer_to(r), "A206BF3903810103");
}

TEST_F(Es9Asn1Desk, RefusesToAuthenticateWhoIsNotWhoItSays) {
    auto r = request();
    signed_in(r).eum_certificate.tlv.back() ^= 1U;
    EXPECT_EQ(answer_to(r), "A206BF3B03810101");
    r = request();
    signed_in(r).euicc_certificate.tlv.back() ^= 1U;
    EXPECT_EQ(answer_to(r), "A206BF3B03810103");
    const auto expired = desk.pki.issue(
        {desk.pki.eid, "x", {desk.pki.validity.not_before, desk.now - std::chrono::days(1)}}, desk.pki.euicc.key);
    const auto old = desk.card_of(expired);
    EXPECT_EQ(answer_to(old.authenticate(desk.initiated(old), desk.matching_id)), "A206BF3B03810104");
    r = request();
    signed_in(r).euicc_signature1.bytes[10] ^= 1U;
    EXPECT_EQ(answer_to(r), "A206BF3B03810105");
    const test::Pki stranger(crypto::Curve::p256, 99);
    r = request();
    signed_in(r).eum_certificate.tlv = stranger.eum.der();
    EXPECT_EQ(answer_to(r), "A206BF3B03810109");
    r = request();
    r.transaction_id.bytes[0] ^= 1U;
    EXPECT_EQ(answer_to(r), "A206BF3B0381010A");
}

TEST_F(Es9Asn1Desk, RefusesToOfferWhatMayNotBeDownloaded) {
    EXPECT_EQ(answer_to(card.authenticate(desk.initiated(card), "MATCH-2")), "A206BF3B03810106");
    desk.gate_says = "no fresh verdict";
    EXPECT_EQ(answer_to(request()), "A206BF3B03810108");
    desk.gate_says.reset();
    desk.order().package_octets = 600'000;
    EXPECT_EQ(answer_to(request()), "A206BF3B0381010B");
    desk.order().expires_at = desk.now;
    EXPECT_EQ(answer_to(request()), "A206BF3B0381017F");
    desk.order().state = OrderState::available;
    EXPECT_EQ(answer_to(request()), "A206BF3B0381017F");
    desk.order().eid = *x509::make_eid("89049032", 7);
    EXPECT_EQ(answer_to(request()), "A206BF3B03810107");
}

TEST_F(Es9Asn1Desk, RefusesToBind) {
    const auto offer = offered();
    auto r = card.prepare(offer);
    std::get<msg::PrepareDownloadResponseOk>(r.prepare_download_response.value).euicc_signature2.bytes[3] ^= 1U;
    EXPECT_EQ(answer_to(r), "A206BF3A03810101");
    r = card.prepare(offer);
    r.transaction_id.bytes[0] ^= 1U;
    EXPECT_EQ(answer_to(r), "A206BF3A0381015F");
    desk.consent_says = "the current operator has not released the device";
    EXPECT_EQ(answer_to(card.prepare(offer)), "A206BF3A0381017F");
    desk.order().expires_at = desk.now;
    EXPECT_EQ(answer_to(card.prepare(offer)), "A206BF3A03810106");
    desk.order().state = OrderState::unavailable;
    EXPECT_EQ(answer_to(card.prepare(offer)), "A206BF3A03810105");
}

TEST_F(Es9Asn1Desk, RefusesToCancel) {
    using enum msg::CancelSessionReason;
    EXPECT_EQ(answer_to(card.cancel({{1}}, desk.server.oid, postponed)), "A206BF4103810101");
    const auto id = offered().transaction_id;
    auto r = card.cancel(id, desk.server.oid, postponed);
    std::get<msg::CancelSessionResponseOk>(r.cancel_session_response.value).euicc_cancel_session_signature.bytes[0] ^=
        1U;
    EXPECT_EQ(answer_to(r), "A206BF4103810102");
    EXPECT_EQ(answer_to(card.cancel(id, *der::Oid::parse("2.999.11"), postponed)), "A206BF410381017F");
    EXPECT_EQ(answer_to(card.cancel(id, desk.server.oid, postponed)), "A205BF4102A000");
}

TEST_F(Es9Asn1Desk, RequestsCutShortAreRefused) {
    for (const Bytes& body : every_request())
        for (std::size_t size = 0; size < body.size(); ++size)
            EXPECT_FALSE(read_asn1(View(body).first(size))) << hex(View(body).first(size));
}

/// Behind the message, and behind the alternative inside.
TEST_F(Es9Asn1Desk, OctetsBehindARequestAreRefused) {
    for (const Bytes& body : every_request()) {
        EXPECT_EQ(read_asn1(concat({body, Bytes{0}})).error().code, Errc::trailing_data);
        const View inside = (*der::Reader(body).read()).content.rest();
        EXPECT_EQ(read_asn1(der::wrap(der::Tag{0xA2}, concat({inside, inside}))).error().code, Errc::trailing_data);
    }
}

TEST_F(Es9Asn1Desk, AlternativesOfNoFunctionAreRefused) {
    for (const std::string_view body : {"", "A2", "A200", "A20100", "A203BF4000", "A2028000", "A203BF3C00", "A2023000",
                                        "BF3900", "A103BF3900", "8203BF3900", "A280BF39000000"})
        EXPECT_FALSE(read_asn1(*from_hex(body))) << body;
    EXPECT_FALSE(read_asn1(as_view(msg::to_json(card.initiate(desk.server.address)))));
    for (const Bytes& body : every_request()) {
        const View function = (*der::Reader(body).read()).content.rest();
        EXPECT_FALSE(read_asn1(function)) << "without its frame";
        EXPECT_FALSE(read_asn1(der::wrap(der::Tag{0xA2}, body))) << "in two of them";
    }
    EXPECT_FALSE(read_asn1(*from_hex("A205BF4102A000"))) << "a response";
}

/// Read or refused, then answered: never an error of ours.
TEST_F(Es9Asn1Desk, ChangedRequestsAreAnsweredOrRefused) {
    for (const Bytes& body : every_request())
        for (std::size_t i = 0; i < body.size(); i += 3) {
            Bytes changed = body;
            changed[i] ^= 1U;
            auto function = read_asn1(changed);
            EXPECT_TRUE(!function || desk.ask(*std::move(function))) << hex(changed);
        }
}

TEST(Es9Asn1, OnlyItsOwnPathIsServed) {
    EXPECT_EQ(find_es9_binding("/gsma/rsp2/asn1"), &es9_asn1);
    EXPECT_EQ(find_es9_binding("/gsma/rsp2/es9plus/initiateAuthentication"), &es9_json);
    for (const std::string_view path : {"", "/", "/gsma/rsp2/", "/gsma/rsp2/asn1/", "/gsma/rsp2/ASN1",
                                        "/gsma/rsp2/asn1/es9plus", "/gsma/rsp2/es9plus", "gsma/rsp2/asn1"}) {
        EXPECT_EQ(find_es9_binding(path), nullptr) << path;
        EXPECT_EQ(es9_asn1.read(path, "").error().code, Errc::not_found) << path;
    }
}

}  // namespace
}  // namespace mcim::smdp
