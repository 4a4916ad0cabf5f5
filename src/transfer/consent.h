// The decision behind the download server's consent port: may this operator put a subscription on this device now?
// Pure: the caller reads the rows, asks, and writes what the answer asks for in the same transaction as the order.
#pragma once
#include <span>

#include "mcim/transfer/release.h"

namespace mcim::transfer {

/// Where a subscription stands as far as consent is concerned.
enum class Standing : std::uint8_t {
    current,  ///< installed, enabled or not, or deleted by its device: its operator has a say
    closed,   ///< terminated by its operator, or moved away
};

/// A subscription for use. Bootstrap profiles (provisioning class) are nobody's customer relation and are not listed.
struct Subscription {
    Iccid iccid;
    std::string operator_id;
    Standing standing;
};

struct MoveOrder {
    std::string order_id;
    std::string operator_id;  ///< the gaining operator
    Eid eid;
    std::optional<std::string> release;  ///< JWS of release.h
};

/// The life of a release at the platform: unknown -> reserved for one order -> consumed with its installation. A
/// reservation of an order that is cancelled is deleted, so that the release can serve another one.
struct ReleaseUse {
    std::string order_id;
    bool consumed;
};

/// What the decision looks up.
struct ConsentLookups {
    /// The key that the operator signs releases with; nullopt: no such operator is known here.
    std::function<std::optional<crypto::PublicKey>(std::string_view operator_id)> operator_key;
    std::function<std::optional<ReleaseUse>(std::string_view operator_id, std::string_view jti)> release_use;
};

struct Reservation {
    std::string operator_id;
    std::string jti;
    Iccid gives_up;  ///< the line that its operator lets go
};
struct Allowed {
    /// Present: store a use of this release by this order (again, on a retry: the same row). Consume it when the new
    /// profile is installed; `gives_up` serves until the new line does, and no longer.
    std::optional<Reservation> reserve;
};
enum class ConsentFault : std::uint8_t {
    release_missing,
    release_refused,        ///< `release` says why
    unknown_operator,       ///< the current operator has no key here: nobody can release
    several_subscriptions,  ///< one release cannot give up two of them
};
std::string_view to_string(ConsentFault);
struct Refused {
    ConsentFault fault;
    std::optional<ReleaseFault> release;
    std::string sentence;
    Subscription held;  ///< the line whose operator has to let it go first
};
using Decision = std::variant<Allowed, Refused>;

/// Allowed without a release where no current subscription belongs to another operator. Otherwise that operator must
/// have released exactly that subscription, and the release must not serve another order. The order that reserved it
/// may ask again, as it does before every step of a download, until the release is consumed or expires.
[[nodiscard]] Decision decide(const MoveOrder&, std::span<const Subscription> of_this_eid, Time now,
                              const ConsentLookups&);

}  // namespace mcim::transfer
