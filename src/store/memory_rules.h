// Private to the module: the rules of rules.h as far as the types leave room for their breach, for the store of tests.
#pragma once
#include "mcim/store/store.h"

namespace mcim::store::memory {

[[nodiscard]] Error forbidden(std::string rule);

[[nodiscard]] Status check(const smdp::Order&);
[[nodiscard]] Status check(const Subscription&);
[[nodiscard]] Status check_change(const smdp::Order& before, const smdp::Order& now);
[[nodiscard]] Status check_change(const Subscription& before, const Subscription& now);
/// Of its sequence number.
[[nodiscard]] Status check_change(const auc::Subscription& before, const auc::Subscription& now);
[[nodiscard]] Status check_change(auc::Status before, auc::Status now);

}  // namespace mcim::store::memory
