#include "mcim/smdp/es2_progress.h"

#include <gtest/gtest.h>

#include "mcim/jose/json.h"

namespace mcim::smdp {
namespace {

Order released_order() { return {"1", "a", *Iccid::with_check_digit("894412345678901231"), "M", OrderState::released}; }

TEST(Es2Progress, EachStepThatMattersIsTold) {
    using enum OrderEvent;
    const Order released = released_order();
    const Order bound = *after(released, bind);
    const Order installed = *after(bound, install_succeeded);
    EXPECT_EQ(progress_of(released, bound)->point, NotificationPoint::package);
    EXPECT_EQ(progress_of(bound, *after(bound, bind))->point, NotificationPoint::package);
    EXPECT_EQ(progress_of(bound, installed), (Progress{NotificationPoint::installation}));
    EXPECT_TRUE(progress_of(bound, *after(bound, install_failed))->failed);
    EXPECT_EQ(progress_of(bound, *after(bound, install_failed))->point, NotificationPoint::installation);
    EXPECT_EQ(progress_of(released, *after(released, refuse)),
              (Progress{NotificationPoint::package, true, "8.8.5", "3.8"}));
    Order mistyped = released;
    ++mistyped.wrong_codes;
    EXPECT_EQ(progress_of(released, mistyped), (Progress{NotificationPoint::confirmation_code, true, "8.2.7", "3.8"}));
    Order locked = released;
    locked.confirmation_code = {1};
    locked.wrong_codes = wrong_codes_max;
    EXPECT_EQ(progress_of(mistyped, locked), (Progress{NotificationPoint::confirmation_code, true, "8.2.7", "6.4"}));
}

TEST(Es2Progress, WhatTheOperatorDidHimselfAndWhatChangesNothingIsNot) {
    using enum OrderEvent;
    const Order released = released_order();
    const Order installed = *after(*after(released, bind), install_succeeded);
    EXPECT_FALSE(progress_of(released, released));
    EXPECT_FALSE(progress_of(installed, installed)) << "a notification of the profile";
    EXPECT_FALSE(progress_of(released, *after(released, cancel)));
    EXPECT_FALSE(progress_of(*after(released, bind), *after(*after(released, bind), release)));
}

TEST(Es2Progress, IsWrittenAsTheSpecificationHasIt) {
    Order order = released_order();
    const ProgressInfo info{"2.999.10", "call", *from_rfc3339("2026-06-01T12:00:00Z"), "gold"};
    const auto json =
        jose::Object::parse(progress_json({NotificationPoint::confirmation_code, true, "8.2.7", "3.8"}, order, info));
    ASSERT_TRUE(json);
    EXPECT_EQ(*json->object("header")->text("functionRequesterIdentifier"), "2.999.10");
    EXPECT_EQ(*json->text("profileType"), "gold");
    EXPECT_EQ(*json->text("timestamp"), "2026-06-01T12:00:00Z");
    EXPECT_EQ(*json->integer("notificationPointId"), 2);
    EXPECT_EQ(*json->object("notificationPointStatus")->text("status"), "Failed");
    EXPECT_EQ(*json->object("notificationPointStatus")->object("statusCodeData")->text("reasonCode"), "3.8");
    EXPECT_FALSE(json->has("eid"));
}

}  // namespace
}  // namespace mcim::smdp
