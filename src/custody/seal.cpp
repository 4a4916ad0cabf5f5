// Bound profile packages: everything between the unprotected package and what may leave.
#include "mcim/bpp/sealer.h"
#include "mcim/bpp/secure_channel.h"
#include "mcim/crypto/hash.h"
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

const Iccid& iccid_of(const signer::SealProfile& request) {
    if (const auto* t = std::get_if<signer::FromTemplate>(&request.source)) return t->variables.iccid;
    return std::get<signer::FromPackage>(request.source).iccid;
}
std::string holder_of(const signer::SealProfile& request) {
    return holder_of_binding(iccid_of(request), request.eid, request.euicc_otpk);
}

/// InitialiseSecureChannel for this transaction, then everything under the keys of `binding`.
Result<Bytes> seal_under(const KeptBinding& binding, const signer::SealProfile& request, const SigningKey& signing,
                         const bpp::Contents& contents) {
    TRY(const auto one_time_key, crypto::PublicKey::from_point(binding.curve, binding.smdp_otpk));
    TRY(auto channel, bpp::initialise_secure_channel(request.transaction_id, request.host_id, one_time_key));
    TRY(const signer::Signature signature, signing.sign(bpp::signed_octets(channel, request.euicc_otpk)));
    channel.smdp_sign.bytes = to_bytes(signature);
    if (binding.profile_protection) return bpp::seal(channel, binding.session, *binding.profile_protection, contents);
    return bpp::seal(channel, binding.session, contents);
}

/// Of what `sealed` says to the card, and of the host's name, from which the card derives the session keys. The last
/// MAC stands for all profile elements; with profile protection keys it says nothing about the rest, which is short.
crypto::Sha256 content_of(const signer::SealProfile& request, View sealed) {
    return crypto::sha256(
        concat({request.host_id, request.configure_isdp, request.store_metadata, bpp::last_mac(sealed)}));
}

}  // namespace

/// One that cannot be opened, or serves another kind of package, is none: the profile is sealed anew.
std::optional<KeptBinding> Custody::earlier_binding(const signer::SealProfile& request) const {
    if (!request.earlier) return std::nullopt;
    const auto plain = keys_.wrapping.unwrap(Purpose::binding, holder_of(request), request.earlier->octets);
    if (!plain) return std::nullopt;
    auto binding = decode_kept_binding(expose(*plain));
    const bool protects = request.protection == signer::Protection::profile_protection_keys;
    if (!binding || binding->curve != request.curve || binding->profile_protection.has_value() != protects)
        return std::nullopt;
    return *std::move(binding);
}

Result<KeptBinding> Custody::fresh_binding(const signer::SealProfile& request,
                                           const crypto::PublicKey& euicc_otpk) const {
    if (request.host_id.empty() || request.host_id.size() > 16)
        return fail(Errc::bad_length, "host_id", "it has 1 to 16 octets");
    const auto one_time_key = crypto::PrivateKey::generate(request.curve);
    TRY(const Secret<32> shared_secret, one_time_key.agree(euicc_otpk));
    KeptBinding out;
    out.curve = request.curve;
    out.smdp_otpk = one_time_key.public_key().point();
    out.session = bpp::derive_session_keys(shared_secret, request.host_id, request.eid);
    if (request.protection == signer::Protection::profile_protection_keys)
        out.profile_protection = bpp::draw_profile_protection_keys(random_);
    return out;
}

Result<Response> Custody::answer(const signer::SealProfile& request) const {
    TRY(const SigningKey* signing, signing_key(request.signing_key));
    if (signing->public_key().curve() != request.curve)
        return fail(Errc::bad_value, "signing_key",
                    request.signing_key.text + " is on " + std::string(to_string(signing->public_key().curve())) +
                        ", the card on " + std::string(to_string(request.curve)));
    CHECKED(require_tlv("configure_isdp", der::type_of<msg::ConfigureISDPRequest>.tag, request.configure_isdp));
    CHECKED(require_tlv("store_metadata", der::type_of<msg::StoreMetadataRequest>.tag, request.store_metadata));
    auto euicc_otpk = crypto::PublicKey::from_point(request.curve, request.euicc_otpk);
    if (!euicc_otpk) return std::move(euicc_otpk).error().within("euicc_otpk");
    TRY(const SecretBytes package, std::visit([&](const auto& source) { return package_of(source); }, request.source));
    const bpp::Contents contents{request.configure_isdp, request.store_metadata, expose(package)};

    if (const auto earlier = earlier_binding(request)) {
        TRY(Bytes sealed, seal_under(*earlier, request, *signing, contents));
        if (content_of(request, sealed) == earlier->content)
            return Response(signer::SealedProfile{std::move(sealed), *request.earlier, true});
        // the same keys are not used for two contents: nobody has seen this one
    }
    TRY(KeptBinding binding, fresh_binding(request, *euicc_otpk));
    TRY(Bytes sealed, seal_under(binding, request, *signing, contents));
    binding.content = content_of(request, sealed);
    signer::WrappedBinding wrapped{
        keys_.wrapping.wrap(Purpose::binding, holder_of(request), expose(encode(binding)), random_)};
    return Response(signer::SealedProfile{std::move(sealed), std::move(wrapped), false});
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
    const CardSecrets secrets(keys_.fingerprint, v.iccid);
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
    TRY(OwnPackage own, unwrap(source.iccid, source.package));
    return std::move(own.der);
}

}  // namespace mcim::custody
