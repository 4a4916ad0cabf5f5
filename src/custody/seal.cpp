// Bound profile packages: everything between the unprotected package and what may leave.
#include "mcim/bpp/sealer.h"
#include "mcim/bpp/secure_channel.h"
#include "mcim/custody/custody.h"

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
    return fail(Errc::refused, "source", "profiles from a template are not in this version");
}

Result<SecretBytes> Custody::package_of(const signer::FromPackage& source) const {
    return unwrap(source.iccid, source.package);
}

}  // namespace mcim::custody
