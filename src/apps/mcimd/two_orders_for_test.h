// Two operators' orders for one device, for tests.
#pragma once
#include "mcim/apps/mcimd/mcimd_for_test.h"

namespace mcim::apps::mcimd {

/// Operators a and b have an order each for the device, which has neither of their profiles yet.
class TwoOrders : public Mcimd {
protected:
    void SetUp() override {
        Mcimd::SetUp();
        add_two_operators();
        of_a.emplace(add_order("a", first));
        of_b.emplace(add_order("b", second));
    }
    void cancel(const msg::TransactionId& id, msg::CancelSessionReason reason) {
        call<msg::CancelSessionOk>("cancelSession", card.cancel(id, oid, reason));
    }
    std::string refusal_of_b() {
        return refusal("authenticateClient", card.authenticate(initiate(), *of_b->text("matching_id")));
    }
    /// What operator a signs, over its line with `first`.
    std::string release_by_a() {
        return *transfer::sign_release(
            {"a", at.pki.eid, first, "b", transfer::fresh_jti(at.random), system_now() - 1s, system_now() + 1h}, "",
            jose::signer_of(key_a));
    }
    void give_b(const std::string& release) {
        admin("POST", "/orders/" + *of_b->text("id") + "/release",
              jose::ObjectWriter().text("release", release).finish());
    }
    void install_and_delete_first() {
        install(*of_a, first);
        for (const auto bit : {msg::NotificationEventBit::enable, msg::NotificationEventBit::disable,
                               msg::NotificationEventBit::delete_})
            notify(card.notify(first, bit));
    }
    std::optional<jose::Object> of_a, of_b;
};

}  // namespace mcim::apps::mcimd
