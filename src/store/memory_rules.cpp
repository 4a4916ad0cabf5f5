#include "mcim/store/memory_rules.h"

#include <algorithm>
#include <array>
#include <span>

namespace mcim::store::memory {
namespace {

using smdp::OrderState;

struct Rule {
    const char* name;
    bool holds;
};
Status all_hold(std::span<const Rule> rules) {
    for (const auto& rule : rules)
        if (!rule.holds) return forbidden(rule.name);
    return ok();
}

bool is_over(OrderState s) { return s == OrderState::installed || s == OrderState::unavailable; }

/// How far a state is on its order's way: none goes back, but among those that can be downloaded.
int stage(OrderState s) {
    if (smdp::downloadable(s)) return static_cast<int>(OrderState::released);
    return static_cast<int>(s);
}

}  // namespace

Error forbidden(std::string rule) { return fail(Errc::conflict, std::move(rule), "a rule of the database forbids it"); }

Status check(const smdp::Order& o) {
    return all_hold(std::array{
        Rule{"orders.attempts", o.attempts <= o.attempts_max},
        Rule{"orders.wrong_codes", o.wrong_codes <= smdp::wrong_codes_max},
        Rule{"orders.last_sequence", o.last_sequence.value_or(0) >= 0},
        Rule{"orders.eid", o.state != OrderState::installed || o.eid},
        Rule{"orders.eid_from_package", !o.eid_from_package || o.eid},
        Rule{"orders.binding", !is_over(o.state) || (o.binding.empty() && o.euicc_otpk.empty())},
        Rule{"orders.end", !o.ended_by || o.state == OrderState::unavailable},
        Rule{"orders.smds_address", o.event == smdp::EventStanding::none || !o.smds_address.empty()},
    });
}

Status check(const Subscription& s) {
    const bool has_card =
        s.standing == Standing::installed || s.standing == Standing::enabled || s.standing == Standing::deleted;
    return all_hold(std::array{
        Rule{"subscriptions.mnc_digits", s.mnc_digits == 2 || s.mnc_digits == 3},
        Rule{"subscriptions.card", !has_card || s.eid},
    });
}

Status check_change(const smdp::Order& before, const smdp::Order& now) {
    return all_hold(std::array{Rule{"orders.course", stage(before.state) <= stage(now.state)}});
}

Status check_change(const Subscription& before, const Subscription& now) {
    const bool back = before.standing != Standing::reserved && now.standing == Standing::reserved;
    const bool opened = before.standing == Standing::closed && now.standing != Standing::closed;
    return all_hold(std::array{Rule{"subscriptions.course", !back && !opened}});
}

Status check_change(const auc::Subscription& before, const auc::Subscription& now) {
    const bool back = now.sqn.number() < before.sqn.number();
    return all_hold(std::array{Rule{"auc.back", !back || now.sync_failures > before.sync_failures}});
}

Status check_change(auc::Status before, auc::Status now) {
    return all_hold(std::array{Rule{"auc.course", before != auc::Status::closed || now == auc::Status::closed}});
}

}  // namespace mcim::store::memory
