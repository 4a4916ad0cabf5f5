// Nonces of the verifier. A nonce is a message authentication code and not a row: asking for one costs no storage, so
// that who floods the verifier with requests, or asks in another device's name, neither fills a table nor evicts
// anybody's nonce. Single use is kept by the row of the device, where the nonce is noted as spent together with the
// verdict (docs/adr/0021-verifier-nonces.md).
//
// 48 octets, all integers big-endian:
//   0..7    expiry, seconds since 1970
//   8..15   random
//   16..23  origin tag:  HMAC(key, 01 || octets 0..15), cut
//   24..31  device tag:  HMAC(key, 02 || octets 0..15 || EID), cut
//   32..47  session tag: HMAC(key, 03 || octets 0..31 || EID || session), cut: the one that security rests on
// The first two tags only let a refusal say whose nonce it was. EID: 16 octets; session: 0 to 16 octets, last.
#pragma once
#include <variant>

#include "mcim/evidence/evidence.h"
#include "mcim/pva/refusal.h"

namespace mcim::pva {

/// The same on all nodes of one verifier, from its configuration. A new key makes nonces that are under way worthless.
using NonceKey = Secret<32>;

[[nodiscard]] Bytes make_nonce(const NonceKey&, const Eid&, View session, Time expires_at, Random&);

/// What identifies a nonce in the list of spent ones.
struct NonceId {
    std::array<std::uint8_t, 16> octets{};
    friend bool operator==(const NonceId&, const NonceId&) = default;
};
struct NonceGood {
    NonceId id;
    Time expires_at;
};
/// Origin, device, session, expiry; not whether it was spent. Length other than 48 is nonce_unknown.
[[nodiscard]] std::variant<NonceGood, Refused> check_nonce(const NonceKey&, View nonce, const Eid&, View session,
                                                           Time now);

}  // namespace mcim::pva
