#include "mcim/transfer/consent.h"

namespace mcim::transfer {
namespace {

Refused refuse(ConsentFault fault, const Subscription& held, std::string sentence) {
    return {fault, std::nullopt, std::move(sentence), held};
}

}  // namespace

std::string_view to_string(ConsentFault fault) {
    switch (fault) {
        using enum ConsentFault;
        case release_missing: return "release_missing";
        case release_refused: return "release_refused";
        case unknown_operator: return "unknown_operator";
        case several_subscriptions: return "several_subscriptions";
    }
    std::abort();
}

Decision decide(const MoveOrder& order, std::span<const Subscription> of_this_eid, Time now,
                const ConsentLookups& lookups) {
    const Subscription* held = nullptr;  // the one that another operator has a say in
    for (const auto& s : of_this_eid) {
        if (s.standing != Standing::current || s.operator_id == order.operator_id) continue;
        if (held != nullptr)
            return refuse(ConsentFault::several_subscriptions, *held,
                          "The device has current subscriptions of " + held->operator_id + " (ICCID " +
                              held->iccid.text() + ") and " + s.operator_id + " (ICCID " + s.iccid.text() +
                              "); close one of them first.");
        held = &s;
    }
    if (held == nullptr) return Allowed{};

    const std::string& current = held->operator_id;
    if (!order.release)
        return refuse(ConsentFault::release_missing, *held,
                      "The device has a subscription of " + current + " (ICCID " + held->iccid.text() +
                          "). It can move to " + order.operator_id + " only with a release signed by " + current + ".");
    const auto key = lookups.operator_key(current);
    if (!key)
        return refuse(ConsentFault::unknown_operator, *held,
                      "No key of the current operator " + current +
                          " is known here, so its release cannot be checked; enrol the key first.");

    // A retry of the order that holds the reservation is no replay; anybody else's use, and a use that is over, is one.
    const auto used_otherwise = [&](std::string_view jti) {
        const auto use = lookups.release_use(current, jti);
        return use && (use->consumed || use->order_id != order.order_id);
    };
    const ReleaseCheck wanted{*key, current, order.eid, held->iccid, order.operator_id, now};
    ReleaseAnswer answer = check_release(*order.release, wanted, used_otherwise);
    if (auto* refused = std::get_if<ReleaseRefused>(&answer))
        return Refused{ConsentFault::release_refused, refused->fault, std::move(refused->sentence), *held};
    return Allowed{Reservation{current, std::get<ReleaseAccepted>(std::move(answer)).jti, held->iccid}};
}

}  // namespace mcim::transfer
