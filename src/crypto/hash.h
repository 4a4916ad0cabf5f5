// Digests, MACs and key derivation.
#pragma once
#include "mcim/base/secret.h"

namespace mcim::crypto {

using Sha256 = std::array<std::uint8_t, 32>;
[[nodiscard]] Sha256 sha256(View);
[[nodiscard]] std::array<std::uint8_t, 20> sha1(View);  ///< key identifiers only (RFC 5280 4.2.1.2)
[[nodiscard]] Sha256 hmac_sha256(View key, View message);

/// ANSI X9.63 KDF with SHA-256 (TR-03111 4.3.3, SGP.22 Annex G). `out_octets` at most 2^30,
/// as OpenSSL has it; more is a broken invariant.
[[nodiscard]] SecretBytes x963_kdf_sha256(View shared_secret, View shared_info, std::size_t out_octets);
/// RFC 5869, extract and expand. `out_octets` at most 255 * 32; more is a broken invariant.
[[nodiscard]] SecretBytes hkdf_sha256(View key, View salt, View info, std::size_t out_octets);

/// RFC 7914. The default takes 32 MiB and about a tenth of a second.
struct ScryptCost {
    std::uint64_t n = 1U << 15U;
    std::uint64_t r = 8;
    std::uint64_t p = 1;
};
/// A key from a passphrase.
[[nodiscard]] SecretBytes scrypt(View passphrase, View salt, std::size_t out_octets, ScryptCost cost = {});

/// Time depends on the lengths only.
[[nodiscard]] bool constant_time_equal(View a, View b);

}  // namespace mcim::crypto
