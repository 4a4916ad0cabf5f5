#include "mcim/smdp/es2.h"

#include <algorithm>

#include "mcim/base/ascii.h"

namespace mcim::smdp {
namespace {

/// A profile that is here and the caller's. Whose else it is, he is not told.
std::optional<Es2Refused> not_his(const Es2Known& known, std::string_view operator_id) {
    if (!known.profile) return Es2Refused{Es2Refusal::iccid_unknown, "No profile is known under this ICCID."};
    if (known.profile->operator_id != operator_id) return Es2Refused{Es2Refusal::iccid_not_allowed};
    return std::nullopt;
}

bool has_ended(const Order& o) { return o.state == OrderState::unavailable; }
bool is_open(const Es2Known& known) { return known.order && !has_ended(*known.order); }
Es2Refused no_order() {
    return {Es2Refusal::iccid_unknown, "There is no order of this profile: DownloadOrder makes one."};
}

/// An EID that a later call names beside the ICCID: the operator's own, or that of the card which has it by now.
bool is_another_eid(const std::optional<Eid>& named, const Order& order) { return named && named != order.eid; }

/// One that is told; an order that is found by its EID has the empty one.
std::string told_matching_id(const Order& o) { return tells_matching_id(o) ? o.matching_id : std::string(); }

/// As it is configured: names of hosts have no letter case.
std::optional<std::string> known_smds(const Es2Known& known, std::string_view address) {
    for (const auto& one : known.smds)
        if (ascii::equal_but_for_case(one, address)) return one;
    return std::nullopt;
}

std::optional<Es2Refused> cannot_be_registered(const ConfirmOrder& asked, const Es2Known& known) {
    if (asked.smds_address.empty()) return std::nullopt;
    if (!known_smds(known, asked.smds_address)) return Es2Refused{Es2Refusal::smds_unreachable};
    if (asked.matching_id && asked.matching_id->empty())
        return Es2Refused{Es2Refusal::matching_id_invalid,
                          "The event's ID is the order's matching ID: name one, or none, and it is generated."};
    return std::nullopt;
}

std::optional<Es2Refused> contradicts(const ConfirmOrder& asked, const Order& order, const ConfirmFacts& facts) {
    if (asked.matching_id && *asked.matching_id != told_matching_id(order))
        return Es2Refused{Es2Refusal::matching_id_different};
    if (!ascii::equal_but_for_case(asked.smds_address, order.smds_address))
        return Es2Refused{Es2Refusal::smds_different};
    if (!facts.code_agrees) return Es2Refused{Es2Refusal::confirmation_code_different};
    if (asked.release && order.state == OrderState::confirmed)
        return Es2Refused{Es2Refusal::profile_not_releasable,
                          "The order was confirmed without being released: ReleaseProfile releases it."};
    return std::nullopt;
}

std::string matching_id_for(const ConfirmOrder& asked, const ConfirmFacts& facts) {
    if (!asked.matching_id) return facts.generated_matching_id;
    return asked.matching_id->empty() ? facts.untold_matching_id : *asked.matching_id;
}

std::optional<Order> confirmed(Order order, const ConfirmOrder& asked) {
    if (asked.eid && !order.eid) {
        order.eid = asked.eid;
        auto linked = after(std::move(order), OrderEvent::link);
        if (!linked) return std::nullopt;
        order = *std::move(linked);
    }
    auto next = after(std::move(order), OrderEvent::confirm);
    return next && asked.release ? after(*std::move(next), OrderEvent::release) : next;
}

/// Its operator has released it, whatever a download has made of it since.
bool is_released(const Order& o) { return !awaits_operator(o.state) && !has_ended(o); }

/// What another card may have, this one must not get.
std::optional<Es2Refused> may_be_elsewhere(const std::vector<Order>& left, const std::optional<Eid>& eid) {
    const auto other = std::ranges::find_if(left, [&](const Order& o) { return !eid || o.eid != eid; });
    if (other == left.end()) return std::nullopt;
    return Es2Refused{Es2Refusal::iccid_in_use,
                      "order " + other->id +
                          " has ended, and its card may have the profile, or get it: order it for the EID of that "
                          "card, or make another subscription, and order that"};
}

}  // namespace

std::optional<Es2Refused> cannot_be_ordered(const Es2Known& known, std::string_view operator_id,
                                            const std::optional<Eid>& eid) {
    if (auto refused = not_his(known, operator_id)) return refused;
    if (known.profile->closed)
        return Es2Refused{Es2Refusal::profile_closed, "its subscription is closed for good: make another"};
    if (!is_open(known)) return may_be_elsewhere(known.left, eid);
    const Order& other = *known.order;
    if (other.state == OrderState::installed)
        return Es2Refused{Es2Refusal::iccid_in_use,
                          "order " + other.id +
                              " delivered it; it can be ordered again when that profile is deleted. Where its card is "
                              "lost, add a subscription that replaces it, and order that"};
    return Es2Refused{Es2Refusal::iccid_in_use, "order " + other.id + " offers it already and is " +
                                                    std::string(to_string(other.state)) +
                                                    ": use that one, or cancel it first"};
}

std::variant<Es2Ordering, Es2Refused> decide(const DownloadOrder& asked, const Es2Known& known,
                                             std::string_view operator_id) {
    if (auto refused = not_his(known, operator_id)) return *std::move(refused);
    if (asked.profile_type && asked.profile_type != known.profile->type)
        return Es2Refused{Es2Refusal::profile_type_different};
    const bool repeated = is_open(known) && known.order->state != OrderState::installed && !known.profile->closed &&
                          named_eid(*known.order) == asked.eid;
    if (repeated) return Es2Ordering::same;
    if (auto refused = cannot_be_ordered(known, operator_id, asked.eid)) return *std::move(refused);
    return Es2Ordering::make;
}

std::optional<Es2Refused> cannot_be_picked(const std::vector<std::string>& owners, Es2Stock stock,
                                           std::string_view operator_id) {
    if (owners.empty()) return Es2Refused{Es2Refusal::profile_type_unknown};
    if (std::ranges::find(owners, operator_id) == owners.end()) return Es2Refused{Es2Refusal::profile_type_not_allowed};
    if (stock == Es2Stock::none_left) return Es2Refused{Es2Refusal::profile_type_exhausted};
    return std::nullopt;
}

bool awaits_confirmation(const Order& o) { return awaits_operator(o.state) && o.state != OrderState::confirmed; }

std::optional<Es2Refused> cannot_be_confirmed(const ConfirmOrder& asked, const Es2Known& known,
                                              std::string_view operator_id) {
    if (auto refused = not_his(known, operator_id)) return refused;
    if (!is_open(known)) return no_order();
    const Order& order = *known.order;
    const bool may_name_one = awaits_confirmation(order) && !order.eid;
    if (!may_name_one && is_another_eid(asked.eid, order)) return Es2Refused{Es2Refusal::eid_different};
    const bool needs_eid = !asked.smds_address.empty() || (asked.matching_id && asked.matching_id->empty());
    if (needs_eid && !asked.eid && !named_eid(order)) return Es2Refused{Es2Refusal::eid_missing};
    // a repeated call is answered as the first one was, whatever is configured by now
    return awaits_confirmation(order) ? cannot_be_registered(asked, known) : std::nullopt;
}

std::variant<Es2Changed, Es2Refused> decide(const ConfirmOrder& asked, const Es2Known& known,
                                            std::string_view operator_id, const ConfirmFacts& facts) {
    if (auto refused = cannot_be_confirmed(asked, known, operator_id)) return *std::move(refused);
    Order order = *known.order;
    if (!awaits_confirmation(order)) {
        if (auto refused = contradicts(asked, order, facts)) return *std::move(refused);
        return Es2Changed{std::move(order), false};
    }
    if (facts.matching_id_taken) return Es2Refused{Es2Refusal::matching_id_in_use};
    order.matching_id = matching_id_for(asked, facts);
    order.smds_address = known_smds(known, asked.smds_address).value_or("");
    auto next = confirmed(std::move(order), asked);
    if (!next) return no_order();  // Available: nothing makes such an order
    return Es2Changed{*std::move(next)};
}

std::variant<Es2Changed, Es2Refused> decide(const CancelOrder& asked, const Es2Known& known,
                                            std::string_view operator_id) {
    if (auto refused = not_his(known, operator_id)) return *std::move(refused);
    if (!known.order) return no_order();
    if (is_another_eid(asked.eid, *known.order)) return Es2Refused{Es2Refusal::eid_different};
    if (asked.matching_id && *asked.matching_id != told_matching_id(*known.order))
        return Es2Refused{Es2Refusal::matching_id_different};
    if (has_ended(*known.order)) {
        const bool as_left = (asked.leaves == CancelOrder::Leaves::unavailable) == known.profile->closed;
        const bool by_operator =
            known.order->ended_by == OrderEnd::cancelled || known.order->ended_by == OrderEnd::subscription_closed;
        if (!as_left || !by_operator) return no_order();
        return Es2Changed{*known.order, false};
    }
    auto next = after(*known.order, OrderEvent::cancel);
    if (!next)
        return Es2Refused{Es2Refusal::iccid_in_use, "order " + known.order->id + " is " +
                                                        std::string(to_string(known.order->state)) +
                                                        ": its card has the profile"};
    return Es2Changed{*std::move(next)};
}

std::variant<Es2Changed, Es2Refused> decide(const ReleaseProfile&, const Es2Known& known,
                                            std::string_view operator_id) {
    if (auto refused = not_his(known, operator_id)) return *std::move(refused);
    if (!is_open(known)) return Es2Refused{Es2Refusal::profile_not_releasable};
    if (is_released(*known.order) && !needs_another_release(*known.order)) return Es2Changed{*known.order, false};
    auto next = after(*known.order, OrderEvent::release);
    if (!next)
        return Es2Refused{Es2Refusal::profile_not_releasable, "order " + known.order->id + " is " +
                                                                  std::string(to_string(known.order->state)) +
                                                                  ": one that is confirmed can be released"};
    return Es2Changed{*std::move(next)};
}

}  // namespace mcim::smdp
