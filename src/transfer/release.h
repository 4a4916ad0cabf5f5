// The current operator's release: its signed word that one subscription of one device may move to another operator
// (requirements C2, C3). A JWS, ES256, typ "mcim-release+jwt", with these claims and no others:
//
//   iss   who releases: the current operator's identifier
//   eid   the device, 32 digits
//   iccid the subscription that is given up
//   aud   the operator that it may move to; absent: any
//   jti   unique for this issuer, 8 to 64 printable characters; makes the release usable once
//   iat   not valid before
//   exp   not valid from
#pragma once
#include <functional>
#include <variant>

#include "mcim/base/ids.h"
#include "mcim/jose/jws.h"

namespace mcim::transfer {

inline constexpr std::string_view release_typ = "mcim-release+jwt";

struct Release {
    std::string operator_id;
    Eid eid;
    Iccid iccid;
    std::optional<std::string> gaining_operator;
    std::string jti;
    Time issued_at;
    Time expires_at;
};

/// Refuses terms that no check could accept: an empty operator, a jti of another length, expiry not after issue.
[[nodiscard]] Result<std::string> sign_release(const Release&, std::string_view kid, const jose::Signer&);
/// 128 random bits in hexadecimal.
[[nodiscard]] std::string fresh_jti(Random&);

enum class ReleaseFault : std::uint8_t {
    malformed,       ///< no token of this type, or a claim is missing or wrong
    wrong_signer,    ///< not signed by the current operator's key, or changed
    other_operator,  ///< signed with the right key but in another operator's name
    other_eid,
    other_iccid,
    wrong_audience,  ///< released to another operator
    not_yet_valid,
    expired,
    replayed,  ///< its jti was used for another order
};
std::string_view to_string(ReleaseFault);  ///< "other_eid": for logs, metrics and problem documents

/// What a release must say to be of use.
struct ReleaseCheck {
    const crypto::PublicKey& operator_key;  ///< of the current operator
    std::string operator_id;
    Eid eid;
    Iccid iccid;  ///< of the current subscription
    std::string gaining_operator;
    Time now;
};
struct ReleaseAccepted {
    std::string jti;
};
struct ReleaseRefused {
    ReleaseFault fault;
    std::string sentence;  ///< what is wrong and what helps
};
using ReleaseAnswer = std::variant<ReleaseAccepted, ReleaseRefused>;

/// `is_used` answers whether a jti of this operator was used for another order. Who accepts a release must store its
/// jti in the same transaction as what it allows, under a uniqueness constraint on (operator, jti): this function has
/// no memory.
[[nodiscard]] ReleaseAnswer check_release(std::string_view jws, const ReleaseCheck&,
                                          const std::function<bool(std::string_view jti)>& is_used);

/// As much as can be said before a device asks: whether this is a release, signed by the operator in whose name it
/// stands. nullopt: it is. `operator_key` answers nullopt where the operator is not known.
[[nodiscard]] std::optional<ReleaseRefused> check_origin(
    std::string_view jws, const std::function<std::optional<crypto::PublicKey>(std::string_view)>& operator_key);

}  // namespace mcim::transfer
