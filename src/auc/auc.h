// The core of the authentication centre: vectors and resynchronisation of subscriptions whose keys lie behind the
// signer.
//
// One session answers one request. A step returns what the shell is to do: ask the signer and come back with its
// answer, or write the record and then, never before, send the reply (a number that left in a vector must not be given
// out again after a crash: TS 33.102 C.1.1). K does not exist here: signer/signer.h.
#pragma once
#include <optional>
#include <variant>

#include "mcim/aka/sqn.h"
#include "mcim/base/ports.h"
#include "mcim/signer/signer.h"

namespace mcim::auc {

using Amf = std::array<std::uint8_t, 2>;

/// barred: no vectors for now (an order not yet delivered, a stolen device). closed: never again; the number may be
/// given to somebody else only as a new subscription.
enum class Status : std::uint8_t { active, barred, closed };
std::string_view to_string(Status);

/// A row of the store.
struct Subscription {
    Imsi imsi;
    signer::WrappedSubscription keys;
    Amf amf{0x80, 0x00};  ///< separation bit set: EPS, 5G and EAP-AKA' (TS 33.401 6.1.2)
    aka::Sqn sqn{};       ///< the last one given out
    Status status = Status::barred;
    /// Verified AUTS so far. A card and its centre fall apart rarely; a clone makes them fall apart again and again.
    std::uint32_t sync_failures = 0;
    /// What the card accepts, for the decision of TS 33.102 6.3.5; the default is that of PE-AKAParameter.
    aka::SqnLimits card_limits{.delta = 0x10000000, .age_limit = {}};
};

// ---------------------------------------------------------------- events

/// The shell looked the IMSI up and gives what it found.
struct AkaRequest {
    static constexpr std::string_view name = "AkaRequest";
    Imsi imsi;
    std::optional<Subscription> found;
};
struct Resynchronise {
    static constexpr std::string_view name = "Resynchronise";
    Imsi imsi;
    signer::Rand rand{};
    signer::Auts auts{};
    std::optional<Subscription> found;
};
struct SignerAnswered {
    static constexpr std::string_view name = "SignerAnswered";
    Result<signer::Response> response;
};
using Event = std::variant<AkaRequest, Resynchronise, SignerAnswered>;

// ---------------------------------------------------------------- states

struct Idle {
    static constexpr std::string_view name = "Idle";
};
struct AwaitsVector {
    static constexpr std::string_view name = "AwaitsVector";
    Subscription subscription;  ///< as it was found
    aka::Sqn sqn;               ///< the number asked for
    signer::Rand rand{};
};
struct AwaitsSqn {
    static constexpr std::string_view name = "AwaitsSqn";
    Subscription subscription;
};
struct Done {
    static constexpr std::string_view name = "Done";
};
using State = std::variant<Idle, AwaitsVector, AwaitsSqn, Done>;

// ---------------------------------------------------------------- steps

/// Write `subscription` if the stored number is still `expected`; where it is not, another session was faster: drop the
/// reply and begin again with the row as it is now.
struct Update {
    aka::Sqn expected;
    Subscription subscription;
};
/// The centre gives no vector. Why is in the record, not in the answer.
struct Failure {
    friend bool operator==(const Failure&, const Failure&) = default;
};
using Reply = std::variant<signer::Vector, Failure>;

enum class Occurrence : std::uint8_t {
    vector_issued,
    resynchronised,
    card_ahead,  ///< the card has accepted a number that this centre never gave out: a restored database, or a clone
    auts_not_authentic,  ///< nothing was changed
    unknown_subscription,
    barred,
    closed,
    numbers_used_up,
    signer_failed,
};
std::string_view to_string(Occurrence);
struct Record {
    Time time;
    Imsi imsi;
    Occurrence occurrence{};
    std::string detail;  ///< a plain sentence, never a key; may be empty
};

struct Step {
    State next;
    std::optional<signer::Request> ask;
    std::optional<Update> update;  ///< before the reply
    std::optional<Reply> reply;    ///< a resynchronisation has none: the serving network asks again
    std::optional<Record> record;
};

struct Env {
    Time now;
    Random& random;
};

/// Errc::unexpected_event where the event is not one of the state; the state is unchanged then.
[[nodiscard]] Result<Step> step(const State&, Event, const Env&);

}  // namespace mcim::auc
