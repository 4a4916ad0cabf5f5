// Strangers cost nothing: until a card has authenticated itself the server stores nothing about it. What it has to
// recognise later it hands out under a MAC.
//
//   transaction ID   = time (4 octets, seconds) || random (7) || first 5 octets of HMAC(key, "id" || time || random)
//   server challenge = first 16 octets of HMAC(key, "challenge" || transaction ID || length of CI || CI || address)
//
// The short tag only tells an unknown transaction from a wrong challenge before any curve operation is spent; nothing
// rests on it. The challenge is what a card's signature must contain.
#pragma once
#include "mcim/base/ports.h"
#include "mcim/base/secret.h"

namespace mcim::smdp {

inline constexpr std::size_t transaction_id_octets = 16;

[[nodiscard]] Bytes fresh_transaction_id(const SecretBytes& key, Time now, Random&);
/// Made here, not in the future, and not older than `age_max`.
[[nodiscard]] bool is_pending(const SecretBytes& key, View transaction_id, Time now, std::chrono::seconds age_max);
/// `ci_key_id` is euiccCiPKIdToBeUsed: a card must answer under the CI that it was asked to use.
[[nodiscard]] Bytes server_challenge(const SecretBytes& key, View transaction_id, View ci_key_id,
                                     std::string_view address);

}  // namespace mcim::smdp
