#include "mcim/custody/kept_binding.h"

namespace mcim::custody {
namespace {

constexpr std::uint8_t binding_format_1 = 1;
constexpr std::size_t point_octets = 65;
constexpr std::size_t one_key_octets = 16;
constexpr std::size_t key_set_octets = 3 * one_key_octets;
constexpr std::size_t octets_min = 3 + point_octets + 32 + key_set_octets;

}  // namespace

/// format, curve, number of key sets; point; digest; then of each set the chaining value, ENC and MAC.
SecretBytes encode(const KeptBinding& b) {
    SecretBytes out(octets_min + (b.profile_protection ? key_set_octets : 0));
    auto at = expose_mutable(out).begin();
    const auto octets = [&](View v) { at = std::ranges::copy(v, at).out; };
    const auto keys = [&](const bpp::SessionKeys& k) {
        octets(expose(k.initial_mac_chaining_value));
        octets(expose(k.enc));
        octets(expose(k.mac));
    };
    *at++ = binding_format_1;
    *at++ = static_cast<std::uint8_t>(b.curve);
    *at++ = b.profile_protection ? 2 : 1;
    octets(b.smdp_otpk);
    octets(b.content);
    keys(b.session);
    if (b.profile_protection) keys(*b.profile_protection);
    return out;
}

Result<KeptBinding> decode_kept_binding(View octets) {
    if (octets.size() < octets_min || octets[0] != binding_format_1 || octets[1] > 1)
        return fail(Errc::bad_value, "binding", "it is of no format that is known here");
    const std::size_t sets = octets[2];
    if (octets.size() != octets_min + (sets - 1) * key_set_octets || sets > 2)
        return fail(Errc::bad_length, "binding", "it does not have the keys that it says");
    std::size_t at = 3;
    const auto take = [&](std::size_t size) { return octets.subspan(std::exchange(at, at + size), size); };
    const auto keys = [&]() -> Result<bpp::SessionKeys> {
        TRY(auto chaining, Secret<one_key_octets>::copy_of(take(one_key_octets)));
        TRY(auto enc, Secret<one_key_octets>::copy_of(take(one_key_octets)));
        TRY(auto mac, Secret<one_key_octets>::copy_of(take(one_key_octets)));
        return bpp::SessionKeys{std::move(chaining), std::move(enc), std::move(mac)};
    };
    KeptBinding out;
    out.curve = static_cast<crypto::Curve>(octets[1]);
    out.smdp_otpk = to_bytes(take(point_octets));
    TRY(out.content, to_array<32>(take(32)));
    TRY(out.session, keys());
    if (sets == 2) {
        TRY(out.profile_protection, keys());
    }
    return out;
}

std::string holder_of_binding(const Iccid& iccid, const Eid& eid, View euicc_otpk) {
    return "ICCID " + iccid.text() + " EID " + eid.text() + " key " + hex(euicc_otpk);
}

}  // namespace mcim::custody
