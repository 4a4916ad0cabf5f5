// ES2+ (SGP.22 5.3): what an operator's systems ask, in the JSON binding (6.5.2, the only one that ES2+ has here), and
// what becomes of it. Pure functions: from a body to a request; from a request and what is known of its profile to a
// decision; from that to a reply. Who calls, with which rights, and what carries it, is the shell's.
//
// Nothing is told apart by functionCallIdentifier: callers use one again. A repeated call is known by its content, and
// asks for nothing that is not so already.
#pragma once
#include <variant>

#include "mcim/base/secret.h"
#include "mcim/smdp/es2_refusal.h"
#include "mcim/smdp/order.h"

namespace mcim::smdp {

// ---------------------------------------------------------------- requests

enum class Es2Function : std::uint8_t { download_order, confirm_order, cancel_order, release_profile };
inline constexpr std::size_t es2_function_count = 4;
std::string_view to_string(Es2Function);  ///< "downloadOrder"
[[nodiscard]] std::optional<Es2Function> find_es2_function(std::string_view name);
inline constexpr std::string_view es2_path = "/gsma/rsp2/es2plus/";  ///< the function's name follows

struct DownloadOrder {
    std::optional<Eid> eid{};
    std::optional<Iccid> iccid{};  ///< this, or a type, or both
    std::optional<std::string> profile_type{};
    bool padded = false;  ///< the ICCID came with an F behind its 19 digits, and goes back so
};
struct ConfirmOrder {
    Iccid iccid;
    std::optional<Eid> eid{};
    std::optional<std::string> matching_id{};  ///< "": the card finds the order by its EID alone (default SM-DP+)
    std::optional<SecretBytes> confirmation_code{};
    std::string smds_address{};
    bool release = false;
};
struct CancelOrder {
    enum class Leaves : std::uint8_t { available, unavailable };
    Iccid iccid;
    std::optional<Eid> eid{};
    std::optional<std::string> matching_id{};
    Leaves leaves = Leaves::available;  ///< finalProfileStatusIndicator
};
struct ReleaseProfile {
    Iccid iccid;
};
/// As they stand in Es2Function.
using Es2Request = std::variant<DownloadOrder, ConfirmOrder, CancelOrder, ReleaseProfile>;

/// An Error: this is no JSON object at all. The header has to be there; nothing is decided by what it says.
[[nodiscard]] Result<std::variant<Es2Request, Es2Refused>> read_es2(Es2Function, std::string_view body);

// ---------------------------------------------------------------- decisions

/// What the platform knows of the ICCID that is named.
struct Es2Profile {
    std::string operator_id;
    bool closed = false;
    std::optional<std::string> type{};
};
struct Es2Known {
    std::optional<Es2Profile> profile{};
    std::optional<Order> order{};     ///< the one that lives; where all have ended, the last
    std::vector<Order> left{};        ///< of its ended ones those that leaves_profile() is true of
    std::vector<std::string> smds{};  ///< addresses of those at which events can be registered
};
/// The order after the call; `changed` says whether it was so before.
struct Es2Changed {
    Order order;
    bool changed = true;
};

/// Why its operator cannot have an order for this profile made, for this card or for any; nullopt: he can. On whatever
/// way he orders.
[[nodiscard]] std::optional<Es2Refused> cannot_be_ordered(const Es2Known&, std::string_view operator_id,
                                                          const std::optional<Eid>&);

enum class Es2Ordering : std::uint8_t { make, same };
/// Of a request that names an ICCID.
[[nodiscard]] std::variant<Es2Ordering, Es2Refused> decide(const DownloadOrder&, const Es2Known&,
                                                           std::string_view operator_id);
/// Of one that names a type only: each is a new order. `owners`: who has profiles of it; `left`: one of the caller's
/// is.
enum class Es2Stock : std::uint8_t { left, none_left };
[[nodiscard]] std::optional<Es2Refused> cannot_be_picked(const std::vector<std::string>& owners, Es2Stock,
                                                         std::string_view operator_id);

/// Its operator has not confirmed it yet.
[[nodiscard]] bool awaits_confirmation(const Order&);
/// Why it cannot be confirmed, by what is known without ConfirmFacts: they are gathered for the caller's own order
/// only, and where there is one.
[[nodiscard]] std::optional<Es2Refused> cannot_be_confirmed(const ConfirmOrder&, const Es2Known&,
                                                            std::string_view operator_id);
struct ConfirmFacts {
    std::string generated_matching_id;
    std::string untold_matching_id;
    bool matching_id_taken = false;  ///< by another order
    bool code_agrees = true;         ///< with that of the order, where it was confirmed before; none agrees with none
};
/// The confirmation code is the shell's to add.
[[nodiscard]] std::variant<Es2Changed, Es2Refused> decide(const ConfirmOrder&, const Es2Known&,
                                                          std::string_view operator_id, const ConfirmFacts&);
[[nodiscard]] std::variant<Es2Changed, Es2Refused> decide(const CancelOrder&, const Es2Known&,
                                                          std::string_view operator_id);
[[nodiscard]] std::variant<Es2Changed, Es2Refused> decide(const ReleaseProfile&, const Es2Known&,
                                                          std::string_view operator_id);

// ---------------------------------------------------------------- replies

[[nodiscard]] std::string ordered_json(const Iccid&, bool padded);
[[nodiscard]] std::string confirmed_json(const Order&, std::string_view smdp_address);
[[nodiscard]] std::string done_json();
/// `about`: subjectIdentifier; may be empty.
[[nodiscard]] std::string refused_json(const Es2Refused&, std::string_view about);

}  // namespace mcim::smdp
