// The keys that protect the segments of a bound profile package (SGP.22 2.5.3, 5.5.4, Annex G).
#pragma once
#include "mcim/base/ids.h"
#include "mcim/base/ports.h"
#include "mcim/base/secret.h"

namespace mcim::bpp {

/// S-ENC, S-MAC and the first MAC chaining value; or PPK-ENC, PPK-CMAC and theirs.
struct SessionKeys {
    Secret<16> initial_mac_chaining_value;
    Secret<16> enc;
    Secret<16> mac;
    [[nodiscard]] SessionKeys copy() const { return {initial_mac_chaining_value.copy(), enc.copy(), mac.copy()}; }
};

/// ControlRefTemplate.keyType and keyLen (SGP.22 5.5.1): AES with 16 octets, the only values of this version.
inline constexpr std::uint8_t key_type_aes = 0x88;
inline constexpr std::uint8_t key_length_128 = 0x10;

/// Annex G: X9.63 KDF with SHA-256 over ShS; its SharedInfo is key type, key length, host identifier and EID, the last
/// two each after its length. `host_id` has 1 to 16 octets, else it is a broken invariant.
[[nodiscard]] SessionKeys derive_session_keys(const Secret<32>& shared_secret, View host_id, const Eid& eid);

/// Profile protection keys: random ones, used for one package.
[[nodiscard]] SessionKeys draw_profile_protection_keys(Random&);

/// ReplaceSessionKeysRequest, tag BF26. Written and read here and not by module msg, so that no copy of the keys stays
/// behind in a buffer that is not wiped.
[[nodiscard]] SecretBytes encode_replace_session_keys(const SessionKeys&);
[[nodiscard]] Result<SessionKeys> decode_replace_session_keys(View der);

}  // namespace mcim::bpp
