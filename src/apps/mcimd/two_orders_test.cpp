// Which orders hold a device: packages that are on their way, profiles that it deleted, and what ends an order.
#include "mcim/apps/mcimd/two_orders_for_test.h"

namespace mcim::apps::mcimd {
namespace {

TEST_F(TwoOrders, ProfileThatMayBeInstalledCountsThoughAnotherSessionOfItsOrderIsCancelled) {
    const auto installing = bind(*of_a);
    cancel(offer(*of_a).transaction_id, msg::CancelSessionReason::end_user_rejection);
    EXPECT_EQ(state_of(*of_a), "Downloaded") << "what the other session bound may be on the card";
    EXPECT_EQ(refusal_of_b(), "8.2.5/4.3");
    notify(card.installed(installing, first, oid));  // kept back until now
    EXPECT_EQ(state_of(*of_a), "Installed");
    EXPECT_EQ(refusal_of_b(), "8.2.5/4.3");
}

TEST_F(TwoOrders, FailureOfOneSessionLeavesWhatAnotherHasBound) {
    const auto first_session = bind(*of_a), second_session = bind(*of_a);
    notify(card.failed(second_session, first, oid));
    EXPECT_EQ(refusal_of_b(), "8.2.5/4.3");
    notify(card.failed(first_session, first, oid));
    EXPECT_EQ(refusal_of_b(), "");
}

TEST_F(TwoOrders, BoundSessionThatItsOwnCardCancelsIsOver) {
    cancel(bind(*of_a), msg::CancelSessionReason::metadata_mismatch);
    EXPECT_EQ(state_of(*of_a), "Error");
    EXPECT_EQ(refusal_of_b(), "") << "the card signed that it will not install it";
}

TEST_F(TwoOrders, SessionThatIsBoundAndPostponedAtOnceIsOver) {
    const auto offered = offer(*of_a);
    const auto cancelled = card.cancel(offered.transaction_id, oid, msg::CancelSessionReason::postponed);
    EXPECT_GE(granted(at_once({es9_request("getBoundProfilePackage", card.prepare(offered)),
                               es9_request("cancelSession", cancelled)})),
              1);
    EXPECT_EQ(state_of(*of_a), "Released");
    EXPECT_EQ(refusal_of_b(), "") << "the card signed that it will not install it";
}

TEST_F(TwoOrders, PostponedPackageHoldsNoDevice) {
    cancel(bind(*of_a), msg::CancelSessionReason::postponed);
    EXPECT_EQ(state_of(*of_a), "Released");
    EXPECT_FALSE(admin("GET", "/orders/" + *of_a->text("id")).has("eid"));
    EXPECT_EQ(refusal_of_b(), "");
}

TEST_F(TwoOrders, PackageOnItsWayCountsThoughItsOperatorReleasesTheOrderAgain) {
    bind(*of_a);
    admin("POST", "/orders/" + *of_a->text("id") + "/release");
    EXPECT_EQ(refusal_of_b(), "8.2.5/4.3");
    admin("POST", "/orders/" + *of_a->text("id") + "/cancel");
    EXPECT_EQ(refusal_of_b(), "") << "its operator has taken the order back";
}

TEST_F(TwoOrders, DeletionByTheDeviceTakesNoReleasesPlace) {
    install_and_delete_first();
    EXPECT_EQ(standing(first), "deleted");
    EXPECT_EQ(auc_status("999990000000001"), "barred");
    EXPECT_EQ(refusal_of_b(), "8.2.5/4.3");
    give_b(release_by_a());
    install(*of_b, second);
    EXPECT_EQ(standing(first), "closed") << "nothing is left that it could serve until the new one does";
    EXPECT_EQ(auc_status("999990000000001"), "closed");
}

TEST_F(TwoOrders, DeletedProfileHoldsTheDeviceUntilItsOperatorClosesTheLine) {
    install_and_delete_first();
    EXPECT_EQ(refusal_of_b(), "8.2.5/4.3");
    admin("POST", "/subscriptions/" + first.text() + "/close");
    EXPECT_EQ(standing(first), "closed");
    EXPECT_EQ(auc_status("999990000000001"), "closed");
    EXPECT_EQ(refusal_of_b(), "");
}

TEST_F(TwoOrders, DeletedProfileCanBeOrderedAgainByItsOperator) {
    install_and_delete_first();
    install(add_order("a", first), first);
    EXPECT_EQ(standing(first), "installed");
    EXPECT_EQ(auc_status("999990000000001"), "active");
}

TEST_F(TwoOrders, ClosedLineTakesItsPackageOnTheWayWithIt) {
    const auto installing = bind(*of_a);
    admin("POST", "/subscriptions/" + first.text() + "/close");
    EXPECT_EQ(state_of(*of_a), "Unavailable");
    EXPECT_EQ(refusal_of_b(), "");
    notify(card.installed(installing, first, oid));
    EXPECT_EQ(standing(first), "closed");
    EXPECT_EQ(auc_status("999990000000001"), "closed");
}

TEST_F(TwoOrders, ReleaseOfALineThatIsOnItsWayAgainServes) {
    install_and_delete_first();
    bind(add_order("a", first));
    give_b(release_by_a());
    EXPECT_EQ(refusal_of_b(), "") << "one line, though deleted and on its way";
}

TEST_F(TwoOrders, ResultThatComesLateLiftsNoBar) {
    const auto installing = bind(*of_a);
    const auto installed = card.installed(installing, first, oid);
    notify(card.notify(first, msg::NotificationEventBit::enable));
    admin("POST", "/subscriptions/" + first.text() + "/bar", "{}");
    notify(installed);
    EXPECT_EQ(auc_status("999990000000001"), "barred");
}

TEST_F(TwoOrders, SayWhyNobodyCanDownloadThem) {
    const auto why = [&](const jose::Object& order) {
        const std::string id = *order.text("id");
        const auto reason = [](const jose::Object& o) {
            return o.has("closed_because") ? *o.text("closed_because") : std::string();
        };
        const std::string shown = reason(admin("GET", "/orders/" + id));
        const auto all = *admin("GET", "/orders").objects("orders");
        for (const auto& listed : all)
            if (*listed.text("id") == id) {
                EXPECT_EQ(reason(listed), shown);
            }
        return shown;
    };
    EXPECT_EQ(why(*of_a), "");
    cancel(offer(*of_a).transaction_id, msg::CancelSessionReason::end_user_rejection);
    EXPECT_EQ(why(*of_a), "refused");
    admin("POST", "/orders/" + *of_a->text("id") + "/release");
    EXPECT_EQ(why(*of_a), "");
    install(*of_a, first);
    EXPECT_EQ(why(*of_a), "");
    notify(card.notify(first, msg::NotificationEventBit::delete_));
    EXPECT_EQ(why(*of_a), "deleted");
    admin("POST", "/orders/" + *of_b->text("id") + "/cancel");
    EXPECT_EQ(why(*of_b), "cancelled");

    const auto with = [&] {
        jose::ObjectWriter w;
        w.text("operator", "b").text("iccid", second.text()).text("policy", "open");
        return w;
    };
    const auto late = admin("POST", "/orders", with().time("expires_at", system_now() + 1h).finish());
    start_later(2h);
    EXPECT_EQ(why(late), "expired");
    admin("POST", "/orders/" + *late.text("id") + "/cancel");
    const auto last = admin("POST", "/orders", with().integer("attempts_max", 1).finish());
    admin("POST", "/subscriptions/" + first.text() + "/close");
    bind(last);
    EXPECT_EQ(why(last), "attempts_used_up");
    admin("POST", "/subscriptions/" + second.text() + "/close");
    EXPECT_EQ(why(last), "subscription_closed");
}

}  // namespace
}  // namespace mcim::apps::mcimd
