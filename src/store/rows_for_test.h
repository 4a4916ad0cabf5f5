// Rows as the tests of the stores write them, told apart by a number.
#pragma once
#include <set>

#include "mcim/store/store.h"

namespace mcim::store {

inline const Time t0 = *from_rfc3339("2026-06-01T12:00:00Z");
inline Iccid iccid(int n) { return *Iccid::with_check_digit(std::to_string(894412345678900000 + n)); }
inline Eid eid(int n) { return *Eid::with_check_digits("890490320000000000000000000" + std::to_string(100 + n)); }

inline smdp::Order order(int n) {
    smdp::Order o{"order-" + std::to_string(n), "operator", iccid(n), "MATCH-" + std::to_string(n)};
    o.state = smdp::OrderState::released;
    o.policy = smdp::GatePolicy::open;
    o.package_octets = 12345;
    o.metadata = {1, 2, 3};
    o.created_at = t0 + std::chrono::seconds(n);
    o.version = 1;
    return o;
}
inline Subscription subscription(int n) {
    Subscription s{iccid(n),
                   *Imsi::parse(std::to_string(999990000000000 + n)),
                   *Msisdn::parse("41790000" + std::to_string(100 + n)),
                   "operator",
                   signer::Algorithm::milenage,
                   {{7, 7, 7}},
                   {},
                   "Operator",
                   "Data"};
    s.fingerprint.octets.fill(static_cast<std::uint8_t>(n));
    s.package_octets = 12345;
    s.created_at = t0;
    s.version = 1;
    return s;
}

/// Of the row that iccid(n) gives, and the order that another row may name.
inline int number_of(const Iccid& iccid) {
    return static_cast<int>(std::stoll(iccid.text().substr(0, 18)) - 894412345678900000);
}
inline const std::string* order_named_by(const Change& change) {
    return std::visit(
        [](const auto& c) -> const std::string* {
            using C = std::remove_cvref_t<decltype(c)>;
            constexpr bool names_one = std::same_as<C, smdp::Note> || std::same_as<C, smdp::NoteRefusal> ||
                                       std::same_as<C, smdp::PutSession> || std::same_as<C, ReserveRelease> ||
                                       std::same_as<C, smdp::RecordNotification>;
            if constexpr (names_one)
                return c.order_id.empty() ? nullptr : &c.order_id;
            else
                return nullptr;
        },
        change);
}
/// What the changes of a batch lead to and the store does not have yet: lines of its orders, and orders that ended.
inline Batch rows_behind(Store& store, const Batch& batch) {
    std::set<std::string> orders, lines;
    Batch out;
    const auto add_line = [&](const Iccid& iccid) {
        if (!lines.insert(iccid.text()).second || *store.find_subscription(iccid)) return;
        out.emplace_back(AddSubscription{subscription(number_of(iccid))});
    };
    for (const Change& change : batch) {
        if (const auto* added = std::get_if<AddSubscription>(&change)) lines.insert(added->subscription.iccid.text());
        if (const auto* exported = std::get_if<RecordExport>(&change)) add_line(exported->row.iccid);
        if (const auto* added = std::get_if<AddOrder>(&change)) {
            add_line(added->order.iccid);
            orders.insert(added->order.id);
        }
        const std::string* id = order_named_by(change);
        if (id == nullptr || !orders.insert(*id).second || *store.find_order(*id)) continue;
        auto ended = order(100);
        ended.id = ended.matching_id = *id;
        ended.state = smdp::OrderState::unavailable;
        add_line(ended.iccid);
        out.emplace_back(AddOrder{std::move(ended)});
    }
    return out;
}
/// With what it leads to, in a transaction before it.
inline Status commit(Store& store, Batch batch) {
    if (auto behind = rows_behind(store, batch); !behind.empty()) CHECKED(store.commit_one(std::move(behind)));
    return store.commit_one(std::move(batch));
}

/// A row of the authentication centre for subscription(n).
inline auc::Subscription auc_row(int n, auc::Status status) {
    auc::Subscription row{subscription(n).imsi, {{1, 2}}};
    row.status = status;
    return row;
}

}  // namespace mcim::store
