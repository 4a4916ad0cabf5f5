// One download, message by message, as a card and a server of the test PKI exchange it. Signatures are real where they
// are made of what a certificate covers, and random octets elsewhere: no target checks those. But the target es9_body
// does, and has seeds of its own (es9_body.h).
#include "es9_body.h"
#include "mcim/bpp/sealer.h"
#include "mcim/bpp/secure_channel.h"
#include "mcim/msg/all.h"
#include "mcim/msg/json.h"
#include "seeds.h"
#include "support/pki.h"

namespace mcim::fuzz {
namespace {

using namespace msg;

const std::string address = "smdpp.example.com";
const IccidOctets iccid{*from_hex("98001032547698103214")};

struct Download {
    test::Pki pki;
    TransactionId transaction_id{pki.random.bytes(16)};
    Octet16 euicc_challenge{pki.random.bytes(16)};
    Octet16 server_challenge{pki.random.bytes(16)};
    crypto::PrivateKey card_key = crypto::PrivateKey::generate(crypto::Curve::p256, pki.random);
    crypto::PrivateKey server_key = crypto::PrivateKey::generate(crypto::Curve::p256, pki.random);

    [[nodiscard]] OctetString signature() { return {pki.random.bytes(64)}; }
    [[nodiscard]] SubjectKeyIdentifier ci() const { return {pki.ci.certificate.subject_key_id.value()}; }
};

EUICCInfo2 info2(const Download& d) {
    EUICCInfo2 info;
    info.profile_version = version(2, 3, 1);
    info.svn = version(2, 5, 0);
    info.euicc_firmware_ver = version(1, 0, 0);
    info.ext_card_resource = {*from_hex("810100820400080000830400040000")};
    info.uicc_capability = der::BitString::of({1, 4, 6, 7, 16});
    info.ts102241_version = version(9, 2, 0);
    info.globalplatform_version = version(2, 3, 0);
    info.rsp_capability = der::BitString::of({0, 1});
    info.euicc_ci_pk_id_list_for_verification = {d.ci()};
    info.euicc_ci_pk_id_list_for_signing = {d.ci()};
    info.pp_version = version(1, 0, 0);
    info.sas_acreditation_number.text = "none";
    return info;
}

CtxParams1 context() {
    CtxParamsForCommonAuthentication c;
    c.matching_id = Utf8{"QR-G-5C-1LS-1W1Z9P7"};
    c.device_info.tac.bytes = {0x35, 0x29, 0x06, 0x11};
    c.device_info.device_capabilities.eutran_epc = version(15, 0, 0);
    c.device_info.imei = Octet8{*from_hex("5329061122334455")};
    return {c};
}

StoreMetadataRequest metadata() {
    StoreMetadataRequest m;
    m.iccid = iccid;
    m.service_provider_name.text = "Operator";
    m.profile_name.text = "Fleet";
    m.profile_class = ProfileClass::operational;
    m.notification_configuration_info = {{event(NotificationEventBit::install), {address}, {}},
                                         {event(NotificationEventBit::enable), {address}, {}}};
    m.profile_owner = OperatorId{{{0x00, 0xF1, 0x10}}, {}, {}, {}};
    return m;
}

NotificationMetadata notification(NotificationEventBit bit, std::int64_t number) {
    return {number, event(bit), {address}, iccid, {}};
}

ProfileInstallationResult result(Download& d, FinalResult final) {
    ProfileInstallationResult r;
    r.data = {d.transaction_id,
              notification(NotificationEventBit::install, 1),
              *der::Oid::parse("2.999.10"),
              std::move(final),
              {}};
    r.euicc_sign_pir = d.signature();
    return r;
}

Bytes bound_package(Download& d, std::size_t profile_octets) {
    auto opening = *bpp::initialise_secure_channel(d.transaction_id.bytes, Bytes(8, 1), d.server_key.public_key());
    opening.smdp_sign.bytes = d.pki.dp_pb.key.sign(bpp::signed_octets(opening, d.card_key.public_key().point()));
    const auto session = bpp::derive_session_keys(*d.server_key.agree(d.card_key.public_key()), Bytes(8, 1), d.pki.eid);
    const Bytes isdp = der::encode(ConfigureISDPRequest{});
    const Bytes about = der::encode(metadata());
    const Bytes profile = d.pki.random.bytes(profile_octets);
    return bpp::seal(opening, session, bpp::draw_profile_protection_keys(d.pki.random), {isdp, about, profile});
}

template <class T>
void add(const Corpus& corpus, const T& message) {
    corpus.add_message(der::type_of<T>.name, "download", der::encode(message));
}
/// An ES9+ body, in both bindings.
template <class T>
void add_es9(const Corpus& corpus, std::string_view name, const T& body) {
    corpus.add_message("RemoteProfileProvisioningRequest", name, der::encode(RemoteProfileProvisioningRequest{body}));
    corpus.add("es9_json", name, to_json(body));
}
template <class T, class Ok>
void add_es9_reply(const Corpus& corpus, std::string_view name, const Ok& reply) {
    corpus.add_message("RemoteProfileProvisioningResponse", name,
                       der::encode(RemoteProfileProvisioningResponse{T{reply}}));
    corpus.add("es9_json", name, success_json(reply));
}

void write_authentication(const Corpus& corpus, Download& d) {
    const EUICCInfo1 info1{version(2, 5, 0), {d.ci()}, {d.ci()}, {}};
    add(corpus, info1);
    add(corpus, info2(d));
    add(corpus, GetEuiccChallengeResponse{d.euicc_challenge, {}});
    add_es9(corpus, "initiate", InitiateAuthenticationRequest{d.euicc_challenge, {address}, info1, {}});
    const ServerSigned1 signed1{d.transaction_id, d.euicc_challenge, {address}, d.server_challenge, {}};
    const OctetString signature1 = d.signature();
    const msg::Certificate server{d.pki.dp_auth.der()};
    add_es9_reply<InitiateAuthenticationResponse>(
        corpus, "initiate_reply",
        InitiateAuthenticationOkEs9{d.transaction_id, signed1, signature1, d.ci(), server, {}});
    add(corpus, AuthenticateServerRequest{signed1, signature1, d.ci(), server, context(), {}});

    const EuiccSigned1 card_signed{d.transaction_id, {address}, d.server_challenge, info2(d), context(), {}};
    const AuthenticateServerResponse answer{
        AuthenticateResponseOk{card_signed, d.signature(), {d.pki.euicc.der()}, {d.pki.eum.der()}, {}}};
    add(corpus, answer);
    add_es9(corpus, "authenticate", AuthenticateClientRequest{d.transaction_id, answer, {}});
}

void write_binding(const Corpus& corpus, Download& d) {
    const SmdpSigned2 signed2{d.transaction_id, false, {}, {}};
    const OctetString signature2 = d.signature();
    const msg::Certificate server{d.pki.dp_pb.der()};
    add(corpus, metadata());
    add_es9_reply<AuthenticateClientResponseEs9>(
        corpus, "authenticate_reply",
        AuthenticateClientOk{d.transaction_id, metadata(), signed2, signature2, server, {}});
    add(corpus, PrepareDownloadRequest{signed2, signature2, {}, server, {}});
    const PrepareDownloadResponse answer{
        PrepareDownloadResponseOk{{d.transaction_id, {d.card_key.public_key().point()}, {}, {}}, d.signature(), {}}};
    add(corpus, answer);
    add_es9(corpus, "get_package", GetBoundProfilePackageRequest{d.transaction_id, answer, {}});
    const auto package = *der::decode<BoundProfilePackage>(bound_package(d, 700));
    add(corpus, package);
    add(corpus, package.initialise_secure_channel_request);
    add_es9_reply<GetBoundProfilePackageResponse>(corpus, "get_package_reply",
                                                  GetBoundProfilePackageOk{d.transaction_id, package, {}});
}

void write_end(const Corpus& corpus, Download& d) {
    const auto installed = result(d, {SuccessResult{{Bytes(16, 0xA0)}, {*from_hex("3006A004A0028000")}, {}}});
    const PendingNotification failed{
        result(d, {ErrorResult{BppCommandId::load_profile_elements, ErrorReason::scp03t_security_error, {}, {}}})};
    const PendingNotification enabled{OtherSignedNotification{
        notification(NotificationEventBit::enable, 2), d.signature(), {d.pki.euicc.der()}, {d.pki.eum.der()}, {}}};
    add(corpus, installed);
    add(corpus, failed);
    add(corpus, RetrieveNotificationsListResponse{std::vector<PendingNotification>{{installed}, enabled}});
    add(corpus, ListNotificationResponse{std::vector<NotificationMetadata>{
                    notification(NotificationEventBit::install, 1), notification(NotificationEventBit::enable, 2)}});
    add_es9(corpus, "installed", HandleNotification{{installed}, {}});
    add_es9(corpus, "enabled", HandleNotification{enabled, {}});
    const CancelSessionResponse cancelled{CancelSessionResponseOk{
        {d.transaction_id, *der::Oid::parse("2.999.10"), CancelSessionReason::postponed, {}}, d.signature(), {}}};
    add(corpus, cancelled);
    add_es9(corpus, "cancel", CancelSessionRequestEs9{d.transaction_id, cancelled, {}});
    corpus.add("es9_json", "failure", failure_json({"8.2.6", "3.8", "", "Unknown matching ID."}));
    ProfileInfo info;
    info.iccid = iccid;
    info.isdp_aid = OctetTo16{Bytes(16, 0xA0)};
    info.profile_state = ProfileState::enabled;
    info.profile_name = der::Utf8String<0, 64>{"Fleet"};
    add(corpus, ProfileInfoListResponse{std::vector<ProfileInfo>{info, info}});
}

void write_certificates(const Corpus& corpus, test::Pki& pki, const std::string& curve) {
    const auto add_certificate = [&](const std::string& name, const test::Identity& of) {
        corpus.add("certificate", name + curve, of.der());
    };
    add_certificate("ci", pki.ci);
    add_certificate("eum", pki.eum);
    add_certificate("euicc", pki.euicc);
    add_certificate("dp_auth", pki.dp_auth);
    add_certificate("dp_pb", pki.dp_pb);
    add_certificate("dp_tls", pki.dp_tls);
    const x509::RevocationListProfile about{
        {pki.now, pki.now + std::chrono::days(30)}, 1, {{pki.eum.certificate.serial, pki.now}}};
    corpus.add("revocation_list", "ci" + curve, issue_revocation_list(about, pki.ci.certificate, pki.ci.key));
}

}  // namespace

void write_download_seeds(const Corpus& corpus) {
    Download download;
    write_authentication(corpus, download);
    write_binding(corpus, download);
    write_end(corpus, download);
    for (const auto& [name, body] : es9_bodies()) corpus.add("es9_body", name, body);
    write_certificates(corpus, download.pki, "");
    test::Pki brainpool(crypto::Curve::brainpool_p256r1);
    write_certificates(corpus, brainpool, "_brainpool");
    for (const std::size_t octets : {10U, 1100U, 2500U})
        corpus.add("bound_package", "profile_of_" + std::to_string(octets), bound_package(download, octets));
}

}  // namespace mcim::fuzz
