// Rows as the tests of the stores write them, told apart by a number.
#pragma once
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

/// A row of the authentication centre for subscription(n).
inline auc::Subscription auc_row(int n, auc::Status status) {
    auc::Subscription row{subscription(n).imsi, {{1, 2}}};
    row.status = status;
    return row;
}

}  // namespace mcim::store
