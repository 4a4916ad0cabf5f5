// Bound profile packages: everything between the unprotected package and what may leave.
#include "mcim/bpp/sealer.h"
#include "mcim/bpp/secure_channel.h"
#include "mcim/custody/card_secrets.h"
#include "mcim/custody/custody.h"
#include "mcim/saip/template.h"

namespace mcim::custody {

using signer::Response;

namespace {

/// A whole TLV with this tag, or an error that names the field.
Status require_tlv(std::string_view field, der::Tag tag, View octets) {
    der::Reader reader(octets);
    auto tlv = reader.read(tag);
    if (!tlv) return std::move(tlv).error().within(field);
    if (!reader.empty()) return reader.error(Errc::trailing_data).within(field);
    return ok();
}

}  // namespace

Result<Response> Custody::answer(const signer::SealProfile& request) const {
    TRY(const crypto::PrivateKey* signing, signing_key(request.signing_key));
    if (signing->curve() != request.curve)
        return fail(Errc::bad_value, "signing_key",
                    request.signing_key.text + " is on " + std::string(to_string(signing->curve())) + ", the card on " +
                        std::string(to_string(request.curve)));
    CHECKED(require_tlv("configure_isdp", der::type_of<msg::ConfigureISDPRequest>.tag, request.configure_isdp));
    CHECKED(require_tlv("store_metadata", der::type_of<msg::StoreMetadataRequest>.tag, request.store_metadata));
    auto euicc_otpk = crypto::PublicKey::from_point(request.curve, request.euicc_otpk);
    if (!euicc_otpk) return std::move(euicc_otpk).error().within("euicc_otpk");
    TRY(const SecretBytes package, std::visit([&](const auto& source) { return package_of(source); }, request.source));

    const auto one_time_key = crypto::PrivateKey::generate(request.curve);
    TRY(auto channel,
        bpp::initialise_secure_channel(request.transaction_id, request.host_id, one_time_key.public_key()));
    TRY(const Secret<32> shared_secret, one_time_key.agree(*euicc_otpk));
    const bpp::SessionKeys session = bpp::derive_session_keys(shared_secret, request.host_id, request.eid);
    channel.smdp_sign.bytes = signing->sign(bpp::signed_octets(channel, request.euicc_otpk));

    const bpp::Contents contents{request.configure_isdp, request.store_metadata, expose(package)};
    signer::SealedProfile sealed;
    switch (request.protection) {
        case signer::Protection::session_keys:
            sealed.bound_profile_package = bpp::seal(channel, session, contents);
            break;
        case signer::Protection::profile_protection_keys:
            sealed.bound_profile_package =
                bpp::seal(channel, session, bpp::draw_profile_protection_keys(random_), contents);
            break;
    }
    return Response(std::move(sealed));
}

Result<SecretBytes> Custody::package_of(const signer::FromTemplate& source) const {
    TRY(const SubscriptionKeys keys, unwrap(source.variables.imsi, source.keys));
    if (keys.algorithm != signer::Algorithm::milenage)
        return fail(
            Errc::refused, "source.keys",
            "the template's algorithm is MILENAGE, these keys are for " + std::string(to_string(keys.algorithm)));
    if (keys.constants != aka::MilenageConstants{})
        return fail(Errc::refused, "source.keys",
                    "the template has the constants of TS 35.206, these keys have others");
    TRY(const auto k, Secret<16>::copy_of(expose(keys.k)));
    TRY(const auto opc, Secret<16>::copy_of(expose(keys.opc)));
    TRY(const Bytes without_keys, personalised(source.variables));
    return saip::insert_keys(without_keys, k, opc);
}

Result<Bytes> Custody::personalised(const signer::TemplateVariables& v) const {
    const CardSecrets secrets(fingerprint_key_, v.iccid);
    saip::Variables variables{.iccid = v.iccid,
                              .imsi = v.imsi,
                              .mnc_digits = v.mnc_digits,
                              .msisdn = v.msisdn,
                              .smsc = v.smsc,
                              .gid1 = v.gid1,
                              .pin1 = secrets.digits("PIN1", 4),
                              .pin2 = secrets.digits("PIN2", 4),
                              .puk1 = secrets.digits("PUK1", 8),
                              .puk2 = secrets.digits("PUK2", 8),
                              .adm1 = secrets.digits("ADM1", 8),
                              .ota_encryption = secrets.key("KIc"),
                              .ota_integrity = secrets.key("KID"),
                              .ota_key_encryption = secrets.key("KIK")};
    saip::ProfileTemplate common{.profile_type = v.profile_name, .spn = v.service_provider_name};
    TRY(common, saip::padded(std::move(common), variables, v.package_octets_min));
    TRY(const saip::ProfilePackage package, saip::personalise(common, variables));
    return saip::encode(package);
}

Result<SecretBytes> Custody::package_of(const signer::FromPackage& source) const {
    return unwrap(source.iccid, source.package);
}

}  // namespace mcim::custody
