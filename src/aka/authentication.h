// Authentication and key agreement, TS 33.102 6.3: the card's side and the authentication centre's side, as pure
// functions.
#pragma once
#include <variant>

#include "mcim/aka/milenage.h"
#include "mcim/aka/test_algorithm.h"

namespace mcim::aka {

using Autn = std::array<std::uint8_t, 16>;  ///< SQN xor AK, AMF, MAC-A
using Auts = std::array<std::uint8_t, 14>;  ///< SQN_MS xor AK*, MAC-S
using Algorithm = std::variant<Milenage, TestAlgorithm>;

// ---------------------------------------------------------------- card

/// What the card knows of a subscription besides its SqnState.
struct Subscription {
    Algorithm algorithm;
    SqnLimits limits;
};

/// The challenge is the home network's and fresh.
struct Success {
    Bytes res;
    SecretBytes ck;
    SecretBytes ik;
};
/// It is the home network's, but its number is not acceptable.
struct SyncFailure {
    Auts auts{};
};
/// It is not the home network's, or was changed on its way.
struct MacFailure {};
using Outcome = std::variant<Success, SyncFailure, MacFailure>;

/// `next` is to be stored before `outcome` leaves the card; it differs from the old state only after a success.
struct CardStep {
    Outcome outcome;
    SqnState next;
};
/// 6.3.3: MAC first, then SQN, so that whoever lacks K learns nothing about SQN.
[[nodiscard]] CardStep authenticate(const Subscription&, const SqnState&, const Rand&, const Autn&);

/// The SIM's answer in GSM security context, by the conversion functions c2 and c3 (6.8.1.2).
struct GsmResponse {
    std::array<std::uint8_t, 4> sres{};
    Secret<8> kc;
};
[[nodiscard]] GsmResponse authenticate_gsm(const Algorithm&, const Rand&);
/// c3: Kc of a card that serves 2G access after an authentication in UMTS security context. CK and IK of 16 octets.
[[nodiscard]] Secret<8> kc_from(const SecretBytes& ck, const SecretBytes& ik);

// ---------------------------------------------------------------- authentication centre

/// 6.3.2, a quintet.
struct Vector {
    Rand rand{};
    Autn autn{};
    Bytes xres;
    SecretBytes ck;
    SecretBytes ik;
};
/// `sqn` must never have been used with this subscription, and be stored as used before the vector leaves.
[[nodiscard]] Vector make_vector(const Algorithm&, Sqn, const Amf&, const Rand&);

/// SQN_MS, if this AUTS is this subscription's answer to this RAND. MAC-S is over AMF 0000 (6.3.3).
[[nodiscard]] std::optional<Sqn> open_auts(const Algorithm&, const Rand&, const Auts&);

}  // namespace mcim::aka
