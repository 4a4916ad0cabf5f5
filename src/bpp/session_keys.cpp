#include "mcim/bpp/session_keys.h"

#include "mcim/crypto/hash.h"
#include "mcim/der/tlv.h"

namespace mcim::bpp {
namespace {

constexpr std::size_t key_octets = 16;
constexpr der::Tag tag_replace_session_keys{0xBF26};
constexpr der::Tag tag_initial_mac_chaining_value{0x80};
constexpr der::Tag tag_ppk_enc{0x81};
constexpr der::Tag tag_ppk_cmac{0x82};

}  // namespace

SessionKeys derive_session_keys(const Secret<32>& shared_secret, View host_id, const Eid& eid) {
    if (host_id.empty() || host_id.size() > 16) std::abort();
    const Bytes eid_octets = eid.octets();
    const std::array<std::uint8_t, 3> before_host_id{key_type_aes, key_length_128,
                                                     static_cast<std::uint8_t>(host_id.size())};
    const std::array<std::uint8_t, 1> before_eid{static_cast<std::uint8_t>(eid_octets.size())};
    const Bytes shared_info = concat({before_host_id, host_id, before_eid, eid_octets});
    const SecretBytes derived = crypto::x963_kdf_sha256(expose(shared_secret), shared_info, 3 * key_octets);
    const auto part = [&](std::size_t n) {
        return *Secret<key_octets>::copy_of(expose(derived).subspan(n * key_octets, key_octets));
    };
    return {part(0), part(1), part(2)};
}

SessionKeys draw_profile_protection_keys(Random& random) {
    SessionKeys keys;
    for (auto* key : {&keys.initial_mac_chaining_value, &keys.enc, &keys.mac}) random.fill(expose_mutable(*key));
    return keys;
}

SecretBytes encode_replace_session_keys(const SessionKeys& keys) {
    constexpr std::size_t field_octets = 2 + key_octets;
    const Bytes outer = der::header(tag_replace_session_keys, 3 * field_octets);
    SecretBytes out(outer.size() + 3 * field_octets);
    auto at = std::ranges::copy(outer, expose_mutable(out).begin()).out;
    const auto field = [&](der::Tag tag, const Secret<key_octets>& key) {
        at = std::ranges::copy(der::header(tag, key_octets), at).out;
        at = std::ranges::copy(expose(key), at).out;
    };
    field(tag_initial_mac_chaining_value, keys.initial_mac_chaining_value);
    field(tag_ppk_enc, keys.enc);
    field(tag_ppk_cmac, keys.mac);
    return out;
}

Result<SessionKeys> decode_replace_session_keys(View der) {
    der::Reader whole(der);
    TRY(der::Reader::Tlv request, whole.read(tag_replace_session_keys));
    if (!whole.empty()) return whole.error(Errc::trailing_data);
    const auto field = [&](der::Tag tag) -> Result<Secret<key_octets>> {
        TRY(der::Reader::Tlv tlv, request.content.read(tag));
        return Secret<key_octets>::copy_of(tlv.content.rest());
    };
    SessionKeys keys;
    TRY(keys.initial_mac_chaining_value, field(tag_initial_mac_chaining_value));
    TRY(keys.enc, field(tag_ppk_enc));
    TRY(keys.mac, field(tag_ppk_cmac));
    return keys;  // what follows in the SEQUENCE is of a later version
}

}  // namespace mcim::bpp
