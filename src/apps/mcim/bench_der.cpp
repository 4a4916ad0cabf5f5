// mcim bench der: the large messages of a download, made as card and server make them, there and back.
#include "mcim/apps/common/pki_folder.h"
#include "mcim/apps/mcim/bench.h"
#include "mcim/apps/mcim/bench_folder.h"
#include "mcim/bpp/sealer.h"
#include "mcim/bpp/secure_channel.h"
#include "mcim/msg/json.h"

namespace mcim::apps {
namespace {

constexpr std::size_t profile_octets = 12U * 1024U;

struct Messages {
    msg::AuthenticateServerResponse authenticate_server;
    msg::ProfileInstallationResult installation_result;
    msg::GetBoundProfilePackageOk package;
};

msg::EUICCInfo2 card_info(const PkiCertificates& pki) {
    msg::EUICCInfo2 info;
    info.svn = msg::version(2, 5, 0);
    info.profile_version = msg::version(3, 3, 1);
    info.ext_card_resource.bytes = Bytes(14, 0x81);
    info.uicc_capability = der::BitString::of({1, 4, 6, 7, 16});
    info.rsp_capability = der::BitString::of({0});
    const msg::SubjectKeyIdentifier ci{pki.ci.subject_key_id.value_or(Bytes{})};
    info.euicc_ci_pk_id_list_for_verification = {ci};
    info.euicc_ci_pk_id_list_for_signing = {ci};
    info.sas_acreditation_number.text = "0000";
    return info;
}

msg::AuthenticateServerResponse authenticate_server(const PkiCertificates& pki, const CardIdentity& card) {
    msg::CtxParamsForCommonAuthentication context;
    context.matching_id = msg::Utf8{"ABCDEFGHIJKLMNOPQRSTUVWXYZ"};
    context.device_info.tac.bytes = Bytes(4, 0x35);
    msg::EuiccSigned1 about{{Bytes(16, 1)}, {"smdp.example.com"}, {Bytes(16, 2)}, card_info(pki), {context}, {}};
    msg::OctetString signature{card.key.sign(der::encode(about))};
    return {msg::AuthenticateResponseOk{
        std::move(about), std::move(signature), {card.certificate}, {card.eum_certificate}, {}}};
}

Result<msg::StoreMetadataRequest> metadata() {
    TRY(const Iccid iccid, Iccid::with_check_digit("890001012345678901"));
    msg::StoreMetadataRequest out;
    out.iccid = msg::to_octets(iccid);
    out.service_provider_name.text = "Operator";
    out.profile_name.text = "Machine";
    return out;
}

msg::ProfileInstallationResult installation_result(const msg::StoreMetadataRequest& profile, const CardIdentity& card) {
    msg::ProfileInstallationResult out;
    out.data.transaction_id.bytes = Bytes(16, 1);
    out.data.notification_metadata = {
        1, msg::event(msg::NotificationEventBit::install), {"smdp.example.com"}, profile.iccid, {}};
    out.data.final_result.value = msg::SuccessResult{{Bytes(16, 0xA0)}, {Bytes(20, 0x30)}, {}};
    out.euicc_sign_pir.bytes = card.key.sign(der::encode(out.data));
    return out;
}

Result<msg::GetBoundProfilePackageOk> package(const msg::StoreMetadataRequest& about, Random& random) {
    const auto key = crypto::PrivateKey::generate(crypto::Curve::p256, random);
    TRY(auto opening, bpp::initialise_secure_channel(Bytes(16, 1), Bytes(16, 2), key.public_key()));
    opening.smdp_sign.bytes = key.sign(bpp::signed_octets(opening, key.public_key().point()));
    const Bytes configure = der::encode(msg::ConfigureISDPRequest{});
    const Bytes store = der::encode(about);
    const Bytes profile = random.bytes(profile_octets);
    const Bytes sealed = bpp::seal(opening, bpp::draw_profile_protection_keys(random), {configure, store, profile});
    TRY(auto decoded, der::decode<msg::BoundProfilePackage>(sealed));
    return msg::GetBoundProfilePackageOk{{Bytes(16, 1)}, std::move(decoded), {}};
}

Result<Messages> make_messages() {
    TRY(const auto folder, BenchFolder::make());
    SystemRandom random;
    const PkiPaths paths{folder.path()};
    TRY(const auto pki, make_pki(paths, {}, system_now(), random));
    TRY(const Eid eid, x509::make_eid("89049032", 1));
    TRY(const auto card, make_card_identity(paths, eid, system_now(), random));
    TRY(const auto profile, metadata());
    TRY(auto bound, package(profile, random));
    return Messages{authenticate_server(pki, card), installation_result(profile, card), std::move(bound)};
}

void add_operation(Figures& out, const std::string& name, const std::string& meaning, std::size_t octets,
                   const std::function<void()>& call) {
    const double time = microseconds_per_call(call);
    out.add(name + "_per_s", 1e6 / time, 0, meaning + " of " + std::to_string(octets) + " octets, a second");
    out.add(name + "_mb_per_s", static_cast<double>(octets) / time, 1, "megabytes a second of them");
}

template <class T>
void add_message(Figures& out, const std::string& name, const std::string& what, const T& message) {
    const Bytes wire = der::encode(message);
    add_operation(out, name + "_encode", what + " encoded", wire.size(),
                  [&] { static_cast<void>(der::encode(message)); });
    add_operation(out, name + "_decode", what + " decoded", wire.size(),
                  [&] { static_cast<void>(der::decode<T>(wire).has_value()); });
}

/// The reply that carries a bound package, as the server writes it and the agent reads it.
void add_json(Figures& out, const msg::GetBoundProfilePackageOk& reply) {
    const std::string body = msg::success_json(reply);
    add_operation(out, "package_json_write", "ES9+ replies with it written", body.size(),
                  [&] { static_cast<void>(msg::success_json(reply)); });
    add_operation(out, "package_json_read", "ES9+ replies with it read", body.size(),
                  [&] { static_cast<void>(msg::from_json<msg::GetBoundProfilePackageOk>(body).has_value()); });
}

}  // namespace

Result<Figures> bench_der() {
    TRY(const Messages messages, make_messages());
    Figures out;
    add_message(out, "authenticate_server", "AuthenticateServerResponse", messages.authenticate_server);
    add_message(out, "installation_result", "ProfileInstallationResult", messages.installation_result);
    add_message(out, "package", "BoundProfilePackage", messages.package.bound_profile_package);
    add_json(out, messages.package);
    return out;
}

}  // namespace mcim::apps
