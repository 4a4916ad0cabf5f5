// Digests, MACs and key derivation.
#pragma once
#include "mcim/base/secret.h"

namespace mcim::crypto {

using Sha256 = std::array<std::uint8_t, 32>;
[[nodiscard]] Sha256 sha256(View);
[[nodiscard]] std::array<std::uint8_t, 20> sha1(View);  ///< key identifiers only (RFC 5280 4.2.1.2)
[[nodiscard]] Sha256 hmac_sha256(View key, View message);

/// ANSI X9.63 KDF with SHA-256 (TR-03111 4.3.3, SGP.22 Annex G). `out_octets` at most 32 * (2^32 - 1).
[[nodiscard]] SecretBytes x963_kdf_sha256(View shared_secret, View shared_info, std::size_t out_octets);
[[nodiscard]] SecretBytes hkdf_sha256(View key, View salt, View info, std::size_t out_octets);
/// scrypt (RFC 7914) with N = 2^15, r = 8, p = 1: a key from a passphrase.
[[nodiscard]] SecretBytes scrypt(View passphrase, View salt, std::size_t out_octets);

/// Time depends on the lengths only.
[[nodiscard]] bool constant_time_equal(View a, View b);

}  // namespace mcim::crypto
