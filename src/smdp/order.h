// A download order and its life (SGP.22 3.1.6). Who holds which rights to change it is for the shell; what may follow
// what is here.
#pragma once
#include <functional>
#include <optional>
#include <vector>

#include "mcim/base/ids.h"
#include "mcim/base/ports.h"

namespace mcim::smdp {

enum class OrderState : std::uint8_t {
    available,
    allocated,
    linked,
    confirmed,
    released,
    downloaded,
    installed,
    error,
    unavailable,
};
inline constexpr std::size_t order_state_count = 9;
std::string_view to_string(OrderState);  ///< "Released", as the specification writes it
[[nodiscard]] Result<OrderState> parse_order_state(std::string_view);

enum class OrderEvent : std::uint8_t {
    allocate,  ///< ES2+.DownloadOrder without an EID
    link,      ///< ES2+.DownloadOrder with one
    confirm,   ///< ES2+.ConfirmOrder
    release,   ///< ES2+.ReleaseProfile, or its releaseFlag; again: with all attempts and tries
    bind,      ///< a bound profile package leaves the server
    install_succeeded,
    install_failed,
    refuse,    ///< ES9+.CancelSession with a reason that ends the order
    postpone,  ///< ES9+.CancelSession with a reason that keeps it, of the last package that was out
    cancel,    ///< ES2+.CancelOrder
    remove,    ///< the card says that the profile was deleted
};
inline constexpr std::size_t order_event_count = 11;
std::string_view to_string(OrderEvent);

/// nullopt: it cannot happen in this state, and nothing changes. A download may be repeated until it is installed: a
/// package that got lost on its way, or failed on the card, does not burn the profile.
[[nodiscard]] std::optional<OrderState> transition(OrderState, OrderEvent);
/// May be downloaded: released, or bound before and not installed.
[[nodiscard]] bool downloadable(OrderState);
/// Is still to be confirmed or released by its operator.
[[nodiscard]] bool awaits_operator(OrderState);

/// What the operator demands of the device before the profile leaves.
enum class GatePolicy : std::uint8_t { open, attested };
std::string_view to_string(GatePolicy);
[[nodiscard]] Result<GatePolicy> parse_gate_policy(std::string_view);

/// What made an order Unavailable.
enum class OrderEnd : std::uint8_t { cancelled, subscription_closed, deleted };
std::string_view to_string(OrderEnd);

/// How far the event is that tells an order's device at an SM-DS where to come (es12.h).
enum class EventStanding : std::uint8_t {
    none,
    queued,      ///< to be registered
    registered,  ///< or, as far as is known, on the way to it
    refused,     ///< by the SM-DS, for good: it is asked again when the order is released again
    leaving,     ///< to be deleted
    deleted,
};
std::string_view to_string(EventStanding);

struct Order {
    std::string id;
    std::string operator_id;
    Iccid iccid;
    std::string matching_id;  ///< see tells_matching_id()
    OrderState state = OrderState::available;
    GatePolicy policy = GatePolicy::attested;
    std::optional<Eid> eid{};  ///< the operator's choice; else the card that a package was bound to, while it is its
    std::optional<Time> expires_at{};
    std::uint32_t attempts = 0;  ///< packages bound since the last release
    std::uint32_t attempts_max = 10;
    std::uint64_t package_octets = 0;      ///< what the profile takes on the card, as far as known
    Bytes metadata{};                      ///< StoreMetadataRequest, DER
    std::optional<std::string> release{};  ///< JWS of the operator that is left (module transfer)
    Time created_at{};
    std::optional<std::int64_t> last_sequence{};  ///< highest seqNumber of its card's notifications that was applied
    bool refused = false;  ///< by its user or card: downloaded again only after another release by its operator
    /// Transactions whose package may be on the card, or get there: bound, and since then neither a result nor a
    /// cancellation of this very transaction has come that the card signed. What happens in other sessions, and the
    /// order's state, say nothing about them.
    std::vector<Bytes> outstanding{};
    bool eid_from_package = false;       ///< `eid` came with the first package that was bound, not from the operator
    std::optional<OrderEnd> ended_by{};  ///< of an Unavailable one, where it is known
    Bytes confirmation_code{};           ///< that its user has to know, as the signer wrapped it; empty: none
    std::uint32_t wrong_codes = 0;       ///< since the last release
    bool protection_keys = false;        ///< its package has profile protection keys of its own (SGP.22 2.5.4)
    Bytes euicc_otpk{};          ///< of its card: what its last package was bound to, for a retry (3.1.3); empty: none
    Bytes binding{};             ///< what that was sealed with, as the signer wrapped it
    std::string smds_address{};  ///< of the SM-DS that has its event, under the ID that is its matching ID; empty: none
    EventStanding event = EventStanding::none;  ///< there; changes apart from the rest, whatever `version` is
    bool needs_javacard = false;                ///< its package has applications, or demands a runtime for them
    std::uint8_t package_version = 2;           ///< major, of the format of its package; 2 also where nobody knows it
    std::int64_t version = 0;  ///< of the row: a change is stored only over the version that it was made from
    friend bool operator==(const Order&, const Order&) = default;
};

/// So many wrong confirmation codes lock an order until its operator releases it again.
inline constexpr std::uint32_t wrong_codes_max = 3;
[[nodiscard]] bool locked_by_wrong_codes(const Order&);

/// It stands still until its operator releases it again: its installation failed, it was refused on the device or by
/// its SM-DS, or its attempts or the tries of its code are used up. The release of any other one is a repetition.
[[nodiscard]] bool needs_another_release(const Order&);

/// The order after `event`, or nullopt. One that its operator cancels ended by that, unless the caller knows better.
[[nodiscard]] std::optional<Order> after(Order, OrderEvent);
/// May be downloaded now: its state, and attempts, time and tries of its code are left.
[[nodiscard]] bool downloadable(const Order&, Time now);
/// Whether the card that asks can take an order's package.
using CanTake = std::function<bool(const Order&)>;
/// Of the orders of one EID, oldest first: the oldest that it may download now and can take, for one that is expired,
/// exhausted, refused or not for this card hides no other. Where there is none, the oldest that it may download, and
/// else the newest that is not over: check_eligibility or check_order says what is in the way.
[[nodiscard]] std::optional<Order> pending_among(std::vector<Order>, Time now, const CanTake&);

/// There is no retry of its last package: it is installed, or nobody's to install.
void forget_binding(Order&);

/// A package of this transaction leaves, or the card has signed what became of it. settle() says whether it was out.
void set_out(Order&, View transaction_id);
bool settle(Order&, View transaction_id);
/// Whether a package of it may still be installed: taken back by its operator, or installed, it is not on its way.
[[nodiscard]] bool on_its_way(const Order&);
[[nodiscard]] bool is_out(const Order&, View transaction_id);
/// Its card may have the profile, or have had it: what it signs about it can be believed.
[[nodiscard]] bool may_be_on_card(const Order&);
/// It has ended, but for its card it may not have: a package is out, or that card has told of the profile since, and
/// not of its deletion. Another card must not get it: both would have the same K and IMSI.
[[nodiscard]] bool leaves_profile(const Order&);

/// 26 characters of A-Z and 2-7, 130 random bits, within the alphabet of an activation code (SGP.22 4.1: A-Z, 0-9,
/// '-'). A matching ID is a key to look up and nothing else.
[[nodiscard]] std::string fresh_matching_id(Random&);
/// For an order that is not confirmed yet, or that its card finds by its EID alone: no activation code can carry it,
/// and nobody is told.
[[nodiscard]] std::string untold_matching_id(Random&);
/// Whether its matching ID is one that people and devices know.
[[nodiscard]] bool tells_matching_id(const Order&);
/// 1 to 255 printable characters of ASCII that an activation code can carry.
[[nodiscard]] bool may_be_matching_id(std::string_view);
/// 4 to 255 characters that people can type on any device, and not guess within the tries that they have.
[[nodiscard]] bool may_be_confirmation_code(View);
/// Its operator's choice; nullopt where it is for any card, also when one has it by now.
[[nodiscard]] std::optional<Eid> named_eid(const Order&);
/// An identifier for an order: the time in milliseconds, so that what is ordered together lies together in the
/// database, and 80 random bits.
[[nodiscard]] std::string fresh_order_id(Time now, Random&);

}  // namespace mcim::smdp
