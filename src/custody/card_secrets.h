// What a card has besides K: codes and keys that are derived, so that they need not be stored and a repeated download
// carries the same ones.
#pragma once
#include "mcim/base/ids.h"
#include "mcim/base/secret.h"

namespace mcim::custody {

/// Everything is HMAC-SHA-256 over the name of the secret and the ICCID, under a key that HKDF derives from the
/// fingerprint key of the installation.
class CardSecrets {
public:
    CardSecrets(const Secret<32>& fingerprint_key, const Iccid&);
    /// `count` decimal digits (4 to 8), padded with FF as VERIFY PIN wants them (TS 102 221 11.1.9).
    [[nodiscard]] Secret<8> digits(std::string_view name, std::size_t count) const;
    [[nodiscard]] Secret<16> key(std::string_view name) const;

private:
    [[nodiscard]] Secret<32> derived(std::string_view name) const;
    SecretBytes root_;
    std::string iccid_;
};

}  // namespace mcim::custody
