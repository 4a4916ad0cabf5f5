// One suite over every store.
#include <set>

#include "mcim/store/any_store_for_test.h"

namespace mcim::store {
namespace {

bool takes_all(const smdp::Order&) { return true; }

INSTANTIATE_TEST_SUITE_P(Stores, AnyStore, testing::Values("memory", "sqlite", "postgres"),
                         [](const auto& i) { return std::string(i.param); });

TEST_P(AnyStore, OrdersAreFoundByWhatClientsName) {
    auto full = order(1);
    full.eid = eid(1);
    full.expires_at = t0;
    full.release = "a.b.c";
    full.last_sequence = 0;
    full.outstanding = {{1, 2}, {3, 4}};
    full.refused = true;
    full.eid_from_package = true;
    full.confirmation_code = {5, 6};
    full.wrong_codes = 2;
    full.protection_keys = true;
    full.euicc_otpk = {7, 8};
    full.binding = {9};
    full.smds_address = "smds.example.com:8443";
    full.event = smdp::EventStanding::refused;
    full.needs_javacard = true;
    full.package_version = 3;
    auto ended = order(2);
    ended.state = smdp::OrderState::unavailable;
    ended.ended_by = smdp::OrderEnd::deleted;
    ASSERT_TRUE(commit({AddOrder{full}, AddOrder{ended}}));
    EXPECT_EQ(**store->find_order("order-1"), full);
    EXPECT_EQ(**store->find_order("order-2"), ended);
    EXPECT_EQ(**store->find_order_by_matching_id("MATCH-1"), full);
    EXPECT_EQ(**store->find_order_by_iccid(iccid(2)), ended);
    EXPECT_FALSE(*store->find_order("order-3"));
    EXPECT_FALSE(*store->find_order_by_matching_id("match-1"));
    EXPECT_FALSE(*store->find_order_by_matching_id("MATCH-1' OR 1=1 --"));
    EXPECT_EQ(*store->orders_of(eid(1)), std::vector<smdp::Order>{full});
    EXPECT_TRUE(store->orders_of(eid(2))->empty());
    EXPECT_EQ(store->list_orders()->size(), 2U);
}

TEST_P(AnyStore, PendingIsTheOldestOrderThatCanBeDownloadedNow) {
    std::vector<smdp::Order> orders;
    for (int n = 1; n <= 7; ++n) {
        orders.push_back(order(n));
        orders.back().eid = eid(1);
    }
    orders[0].state = smdp::OrderState::installed;
    orders[1].expires_at = t0;
    orders[2].attempts = orders[2].attempts_max;
    orders[3].refused = true;
    orders[4].confirmation_code = {1};
    orders[4].wrong_codes = smdp::wrong_codes_max;
    for (const auto& o : orders) ASSERT_TRUE(commit({AddOrder{o}}));
    EXPECT_EQ(**store->find_pending_order(eid(1), t0, takes_all), orders[5]);
    EXPECT_EQ(**store->find_pending_order(eid(1), t0 - std::chrono::seconds(1), takes_all), orders[1]);
    EXPECT_FALSE(*store->find_pending_order(eid(2), t0, takes_all));
    EXPECT_EQ(**store->find_pending_order(eid(1), t0, [](const auto& o) { return o.id != "order-6"; }), orders[6]);
    EXPECT_EQ(**store->find_pending_order(eid(1), t0, [](const auto&) { return false; }), orders[5]);
}

TEST_P(AnyStore, PendingIsTheNewestThatHasToWaitWhereNoneCanBeDownloaded) {
    std::vector<smdp::Order> orders;
    for (int n = 1; n <= 4; ++n) {
        orders.push_back(order(n));
        orders.back().eid = eid(1);
        orders.back().created_at = t0 + std::chrono::seconds(n);
    }
    orders[0].state = smdp::OrderState::confirmed;
    orders[1].expires_at = t0;
    orders[2].state = smdp::OrderState::installed;
    orders[3].state = smdp::OrderState::unavailable;
    for (const auto& o : orders) ASSERT_TRUE(commit({AddOrder{o}}));
    EXPECT_EQ(**store->find_pending_order(eid(1), t0, takes_all), orders[1]);
}

TEST_P(AnyStore, OrdersAreUniqueWhereTheyMustBe) {
    ASSERT_TRUE(commit({AddOrder{order(1)}}));
    auto other = order(2);
    other.matching_id = "MATCH-1";
    EXPECT_EQ(conflict(commit({AddOrder{other}})), "orders.matching_id");
    other = order(2);
    other.iccid = iccid(1);
    EXPECT_EQ(conflict(commit({AddOrder{other}})), "orders.iccid");
    auto first = order(1);
    first.state = smdp::OrderState::unavailable;
    ASSERT_TRUE(commit({smdp::PutOrder{first}}));
    EXPECT_TRUE(commit({AddOrder{other}})) << "a cancelled order leaves its ICCID";
    EXPECT_EQ((*store->find_order_by_iccid(iccid(1)))->id, "order-2");
}

TEST_P(AnyStore, OrderOfAnIccidIsTheOneThatLivesElseTheLast) {
    const auto add = [&](int n, Time created_at, smdp::OrderState state) {
        auto o = order(n);
        o.iccid = iccid(1);
        o.created_at = created_at;
        o.state = state;
        if (state == smdp::OrderState::installed) o.eid = eid(1);
        ASSERT_TRUE(commit({AddOrder{o}}));
    };
    const auto found = [&] { return (*store->find_order_by_iccid(iccid(1)))->id; };
    add(5, t0, smdp::OrderState::unavailable);
    add(2, t0 + std::chrono::seconds(1), smdp::OrderState::unavailable);
    EXPECT_EQ(found(), "order-2");
    add(3, t0 + std::chrono::seconds(1), smdp::OrderState::unavailable);
    EXPECT_EQ(found(), "order-3") << "of the same time: its id is the later one";
    add(4, t0 - std::chrono::seconds(1), smdp::OrderState::installed);
    EXPECT_EQ(found(), "order-4") << "it lives";
}

TEST_P(AnyStore, OrdersChangeOnlyOverTheVersionThatWasRead) {
    ASSERT_TRUE(commit({AddOrder{order(1)}}));
    auto mine = **store->find_order("order-1");
    auto theirs = mine;
    mine.state = smdp::OrderState::downloaded;
    mine.eid = eid(1);
    mine.attempts = 1;
    mine.last_sequence = 7;
    mine.outstanding = {{9}};
    mine.eid_from_package = true;
    mine.wrong_codes = 3;
    ASSERT_TRUE(commit({smdp::PutOrder{mine}}));
    theirs.eid = eid(2);
    EXPECT_EQ(conflict(commit({smdp::PutOrder{theirs}})), "orders.version");
    ++mine.version;
    EXPECT_EQ(**store->find_order("order-1"), mine);
    EXPECT_EQ(conflict(commit({smdp::PutOrder{order(9)}})), "orders.version");
}

TEST_P(AnyStore, BatchHappensAsAWholeOrNotAtAll) {
    ASSERT_TRUE(commit({AddOrder{order(1)}}));
    EXPECT_FALSE(commit({AddOrder{order(2)}, smdp::Note{"order-2", t0, "made"}, AddOrder{order(1)}}));
    EXPECT_FALSE(*store->find_order("order-2"));
    EXPECT_TRUE(store->timeline("order-2")->empty());
}

TEST_P(AnyStore, OneBatchOfAGroupDoesNotStopTheOthers) {
    ASSERT_TRUE(commit({AddOrder{order(1)}, AddSubscription{subscription(2)}, AddSubscription{subscription(3)},
                        AddSubscription{subscription(4)}}));
    const std::vector<Batch> group{
        {AddOrder{order(2)}}, {AddOrder{order(3)}, AddOrder{order(1)}}, {AddOrder{order(4)}}};
    const auto done = store->commit(group);
    ASSERT_EQ(done.size(), 3U);
    EXPECT_TRUE(done[0]);
    EXPECT_FALSE(done[1]);
    EXPECT_TRUE(done[2]);
    EXPECT_EQ(store->list_orders()->size(), 3U);
    EXPECT_FALSE(*store->find_order("order-3"));
}

TEST_P(AnyStore, TimelineKeepsItsOrder) {
    ASSERT_TRUE(commit({smdp::Note{"a", t0, "one"}, smdp::Note{"b", t0, "other"}, smdp::Note{"a", t0, "two"}}));
    const auto lines = *store->timeline("a");
    ASSERT_EQ(lines.size(), 2U);
    EXPECT_EQ(lines[0].sentence, "one");
    EXPECT_EQ(lines[1].sentence, "two");
    EXPECT_EQ(lines[1].at, t0);
}

TEST_P(AnyStore, ARefusalThatComesAgainIsCountedUntilSomethingElseHappens) {
    const auto refused = [](int minute, std::uint8_t transaction, std::string sentence) {
        return smdp::NoteRefusal{
            "a", t0 + std::chrono::minutes(minute), {transaction}, "8.2.5/4.3", std::move(sentence)};
    };
    ASSERT_TRUE(commit({smdp::Note{"a", t0, "released"}, refused(1, 1, "PCR 4"), refused(2, 2, "no release")}));
    ASSERT_TRUE(commit({refused(3, 3, "PCR 4")}));
    ASSERT_TRUE(commit({smdp::Note{"a", t0, "released again"}, refused(5, 5, "PCR 4")}));
    reopen_where_it_lasts();
    const auto lines = *store->timeline("a");
    ASSERT_EQ(lines.size(), 5U);
    EXPECT_FALSE(lines[0].refusal);
    EXPECT_EQ(lines[1].at, t0 + std::chrono::minutes(1));
    EXPECT_EQ(lines[1].refusal, (TimelineLine::Refusal{"8.2.5/4.3", {3}, 2, t0 + std::chrono::minutes(3)}));
    EXPECT_EQ(lines[2].sentence, "no release");
    EXPECT_EQ(lines[4].refusal, (TimelineLine::Refusal{"8.2.5/4.3", {5}, 1, t0 + std::chrono::minutes(5)}));
    EXPECT_TRUE(store->timeline("b")->empty());
}

TEST_P(AnyStore, RefusalsOfAnOrderAreBoundedAndItsEventsStay) {
    ASSERT_TRUE(commit({smdp::Note{"a", t0, "released"}}));
    for (std::size_t n = 0; n < refusals_kept + 5; ++n)
        ASSERT_TRUE(commit({smdp::NoteRefusal{"a", t0, {1}, "8.2.5/4.3", "reason " + std::to_string(n)}}));
    const auto lines = *store->timeline("a");
    ASSERT_EQ(lines.size(), refusals_kept + 1);
    EXPECT_EQ(lines[0].sentence, "released");
    EXPECT_EQ(lines[1].sentence, "reason 5");
}

TEST_P(AnyStore, WhatADeviceRepeatsIsBoundedAndMilestonesStay) {
    ASSERT_TRUE(commit({smdp::Note{"a", t0, "ordered"}, smdp::Note{"b", t0, "offered", smdp::NoteKind::routine}}));
    for (std::size_t n = 0; n < routine_kept + 5; ++n)
        ASSERT_TRUE(commit({smdp::Note{"a", t0, "offered " + std::to_string(n), smdp::NoteKind::routine}}));
    ASSERT_TRUE(commit({smdp::Note{"a", t0, "bound"}}));
    ASSERT_TRUE(commit({smdp::Note{"a", t0, "enabled", smdp::NoteKind::routine}}));
    reopen_where_it_lasts();
    const auto lines = *store->timeline("a");
    ASSERT_EQ(lines.size(), routine_kept + 2);
    EXPECT_EQ(lines[0].sentence, "ordered");
    EXPECT_EQ(lines[0].kind, smdp::NoteKind::milestone);
    EXPECT_EQ(lines[1].sentence, "offered 6");
    EXPECT_EQ(lines[1].kind, smdp::NoteKind::routine);
    EXPECT_EQ(lines[routine_kept].sentence, "bound");
    EXPECT_EQ(lines.back().sentence, "enabled");
    EXPECT_EQ(store->timeline("b")->size(), 1U);
}

TEST_P(AnyStore, SessionsAreReplacedByTheirNextState) {
    const smdp::Ended first{{}, {"order-1"}, {Bytes(32, 1)}, 0, {}};
    const smdp::Ended second{{}, {"order-1"}, {Bytes(32, 2)}, 0, {}};
    ASSERT_TRUE(commit({smdp::PutSession{{1, 2}, "order-1", first}}));
    ASSERT_TRUE(commit({smdp::PutSession{{1, 2}, "order-1", second}}));
    const auto found = **store->find_session(Bytes{1, 2});
    EXPECT_EQ(found.order_id, "order-1");
    EXPECT_EQ(found.state, smdp::encode_state(second));
    EXPECT_FALSE(*store->find_session(Bytes{1}));
}

/// A client that asks twice within a group's time has two replies made for it, with two signatures: one counts.
TEST_P(AnyStore, ATransactionIsOfferedOnce) {
    ASSERT_TRUE(commit({AddOrder{order(1)}}));
    smdp::Offered first;
    first.reply.tlv = {1};
    smdp::Offered second;
    second.reply.tlv = {2};
    const std::vector<Batch> group{{smdp::PutSession{{1}, "order-1", first}},
                                   {smdp::PutSession{{1}, "order-1", second}}};
    const auto done = store->commit(group);
    EXPECT_TRUE(done[0]);
    EXPECT_EQ(conflict(done[1]), "sessions.transaction_id");
    EXPECT_EQ((*store->find_session(Bytes{1}))->state, smdp::encode_state(first));
    ASSERT_TRUE(commit({smdp::PutSession{{1}, "order-1", smdp::Bound{first, {}}}}));
    EXPECT_EQ(conflict(commit({smdp::PutSession{{1}, "order-1", second}})), "sessions.transaction_id");
}

TEST_P(AnyStore, OffersThatWereNotTakenUpArePurged) {
    smdp::Offered offered;
    offered.expires_at = std::chrono::floor<std::chrono::seconds>(t0).time_since_epoch().count();
    ASSERT_TRUE(
        commit({smdp::PutSession{{1}, "order-1", offered}, smdp::PutSession{{2}, "order-1", offered},
                smdp::PutSession{{2}, "order-1", smdp::Bound{offered, {}}},
                smdp::PutSession{{3}, "order-1", smdp::Ended{{}, {}, {Bytes(32, 1)}, offered.expires_at, {}}}}));
    ASSERT_TRUE(commit({PurgeSessions{t0 - std::chrono::seconds(1)}}));
    EXPECT_TRUE(*store->find_session(Bytes{1}));
    EXPECT_TRUE(*store->find_session(Bytes{3}));
    ASSERT_TRUE(commit({PurgeSessions{t0}}));
    EXPECT_FALSE(*store->find_session(Bytes{1}));
    EXPECT_FALSE(*store->find_session(Bytes{3})) << "cancelled, and nobody asks again";
    EXPECT_TRUE(*store->find_session(Bytes{2})) << "its installation result is still to come";
}

TEST_P(AnyStore, NotificationIsTakenOnce) {
    crypto::Sha256 digest{}, other{};
    digest[0] = 9;
    const smdp::RecordNotification record{digest, t0, smdp::Trust::verified, "why", {5, 6}};
    EXPECT_FALSE(*store->has_notification(digest));
    ASSERT_TRUE(commit({record}));
    EXPECT_TRUE(*store->has_notification(digest));
    EXPECT_EQ(conflict(commit({record})), "notifications.digest");
    const smdp::RecordNotification unverified{other, t0, smdp::Trust::unverified, "why", {5, 6}};
    ASSERT_TRUE(commit({unverified}));
    ASSERT_TRUE(commit({unverified})) << "again";
    const auto all = *store->list_notifications();
    ASSERT_EQ(all.size(), 2U);
    for (const auto& n : all) {
        EXPECT_EQ(n.sentence, "why");
        EXPECT_EQ(n.octets, (Bytes{5, 6}));
        EXPECT_EQ(n.trust, n.digest == digest ? smdp::Trust::verified : smdp::Trust::unverified);
    }
}

TEST_P(AnyStore, VerifiedNotificationsOfAnOrderAreBounded) {
    const auto record = [](std::size_t n, std::string order_id) {
        crypto::Sha256 digest{};
        digest[0] = static_cast<std::uint8_t>(n);
        digest[1] = static_cast<std::uint8_t>(order_id[0]);
        return smdp::RecordNotification{digest, t0, smdp::Trust::verified, "", {}, std::move(order_id)};
    };
    ASSERT_TRUE(commit({record(0, "b")}));
    for (std::size_t n = 0; n < verified_kept + 3; ++n) ASSERT_TRUE(commit({record(n, "a")}));
    EXPECT_EQ(store->list_notifications()->size(), verified_kept + 1);
    EXPECT_TRUE(*store->has_notification(record(0, "b").digest));
    EXPECT_FALSE(*store->has_notification(record(2, "a").digest));
    EXPECT_TRUE(*store->has_notification(record(3, "a").digest));
}

TEST_P(AnyStore, UnverifiedNotificationsAreBounded) {
    for (std::uint8_t n = 0; n < 6; ++n) {
        crypto::Sha256 digest{};
        digest[0] = n;
        const auto trust = n == 0 ? smdp::Trust::verified : smdp::Trust::unverified;
        ASSERT_TRUE(commit({smdp::RecordNotification{digest, t0 + std::chrono::seconds(n), trust, "", {}}}));
    }
    ASSERT_TRUE(commit({PurgeNotifications{2}}));
    std::set<int> left;
    const auto listed = *store->list_notifications();
    for (const auto& n : listed) left.insert(n.digest[0]);
    EXPECT_EQ(left, (std::set<int>{0, 4, 5}));
}

TEST_P(AnyStore, SubscriptionsAreUniqueInEveryNumberAndKey) {
    auto full = subscription(1);
    full.package_octets = 2;
    full.mnc_digits = 3;
    full.package_octets_min = 12'000;
    ASSERT_TRUE(commit({AddSubscription{full, signer::WrappedPackage{{4, 5}}}}));
    EXPECT_EQ(**store->find_subscription(iccid(1)), full);
    EXPECT_EQ((**store->find_package(iccid(1))).octets, (Bytes{4, 5}));
    EXPECT_EQ(*store->find_package(iccid(2)), std::nullopt);
    auto other = subscription(2);
    other.iccid = iccid(1);
    EXPECT_EQ(conflict(commit({AddSubscription{other}})), "subscriptions.iccid");
    other = subscription(2);
    other.imsi = full.imsi;
    EXPECT_EQ(conflict(commit({AddSubscription{other}})), "subscriptions.imsi");
    other = subscription(2);
    other.fingerprint = full.fingerprint;
    EXPECT_EQ(conflict(commit({AddSubscription{other}})), "subscriptions.fingerprint");
    EXPECT_TRUE(commit({AddSubscription{subscription(2)}}));
    EXPECT_EQ(store->list_subscriptions()->size(), 2U);
}

TEST_P(AnyStore, ExportsOfALineAreKeptInTheirOrder) {
    const KeyExport first{iccid(1), t0, "north", 3, 1000};
    const KeyExport second{iccid(1), t0 - std::chrono::seconds(1), "north", 255, std::nullopt};
    const KeyExport other{iccid(2), t0, "south", 7, ~std::uint32_t{0}};
    ASSERT_TRUE(commit({RecordExport{first}, RecordExport{other}}));
    ASSERT_TRUE(commit({RecordExport{second}}));
    EXPECT_FALSE(commit({RecordExport{first}, DropRow{"no", "row"}})) << "as a whole or not at all";
    reopen_where_it_lasts();
    EXPECT_EQ(*store->exports_of(iccid(1)), (std::vector{first, second}));
    EXPECT_EQ(*store->exports_of(iccid(2)), (std::vector{other}));
    EXPECT_TRUE(store->exports_of(iccid(3))->empty());
}

TEST_P(AnyStore, OneSubscriptionIsEnabledPerEid) {
    ASSERT_TRUE(commit({AddSubscription{subscription(1)}, AddSubscription{subscription(2)}}));
    auto one = **store->find_subscription(iccid(1));
    auto two = **store->find_subscription(iccid(2));
    one.eid = two.eid = eid(1);
    one.standing = two.standing = Standing::enabled;
    ASSERT_TRUE(commit({PutSubscription{one}}));
    EXPECT_EQ(conflict(commit({PutSubscription{two}})), "subscriptions.eid");
    ++one.version;
    one.standing = Standing::closed;
    ASSERT_TRUE(commit({PutSubscription{one}, PutSubscription{two}}));
    EXPECT_EQ(store->subscriptions_of(eid(1))->size(), 2U);
    EXPECT_TRUE(store->subscriptions_of(eid(2))->empty());
    EXPECT_EQ(conflict(commit({PutSubscription{one}})), "subscriptions.version");
}

TEST_P(AnyStore, SequenceNumbersMoveOnlyFromWhereTheyWereRead) {
    const auto imsi = *Imsi::parse("999990000000001");
    auc::Subscription row{imsi, {{1, 2}}};
    row.card_limits = {.delta = 1U << 28U, .age_limit = {}};
    ASSERT_TRUE(commit({AddAuc{row}}));
    EXPECT_EQ(conflict(commit({AddAuc{row}})), "auc.imsi");
    auto next = row;
    next.sqn = aka::Sqn::of(1, 1);
    next.sync_failures = 3;
    ASSERT_TRUE(commit({auc::Update{row.sqn, next}}));
    EXPECT_EQ(conflict(commit({auc::Update{row.sqn, next}})), "auc.sqn");
    ASSERT_TRUE(commit({SetAucStatus{imsi, auc::Status::barred}}));
    const auto found = **store->find_auc(imsi);
    EXPECT_EQ(found.sqn, next.sqn);
    EXPECT_EQ(found.sync_failures, 3U);
    EXPECT_EQ(found.status, auc::Status::barred);
    EXPECT_EQ(found.keys, row.keys);
    EXPECT_EQ(found.amf, row.amf);
    EXPECT_EQ(found.card_limits.delta, row.card_limits.delta);
    EXPECT_EQ(found.card_limits.age_limit, std::nullopt);
    EXPECT_EQ(commit({SetAucStatus{*Imsi::parse("999990000000002"), auc::Status::active}}).error().code,
              Errc::not_found);
}

/// A vector that was made before its operator barred the line does not leave after it.
TEST_P(AnyStore, SequenceNumbersMoveOnlyWhileTheStandingIsAsItWasRead) {
    auc::Subscription row{*Imsi::parse("999990000000001"), {{1, 2}}};
    row.status = auc::Status::active;
    ASSERT_TRUE(commit({AddAuc{row}}));
    auto next = row;
    next.sqn = aka::Sqn::of(1, 1);
    const std::vector<Batch> group{{SetAucStatus{row.imsi, auc::Status::barred}}, {auc::Update{row.sqn, next}}};
    EXPECT_EQ(conflict(store->commit(group)[1]), "auc.sqn");
    EXPECT_EQ((*store->find_auc(row.imsi))->sqn, row.sqn);
    next.status = auc::Status::barred;
    EXPECT_TRUE(commit({auc::Update{row.sqn, next}}));
}

TEST_P(AnyStore, ReleaseServesOneOrder) {
    ASSERT_TRUE(commit({ReserveRelease{"op", "jti-1", "order-1", iccid(1)}}));
    ASSERT_TRUE(commit({ReserveRelease{"op", "jti-1", "order-1", iccid(1)}})) << "a retry";
    EXPECT_EQ(conflict(commit({ReserveRelease{"op", "jti-1", "order-2", iccid(1)}})), "releases.jti");
    ASSERT_TRUE(commit({ReserveRelease{"other", "jti-1", "order-2", iccid(1)}})) << "another issuer's";
    ASSERT_TRUE(commit({ConsumeReleases{"order-1"}, DropReservations{"order-1"}, DropReservations{"order-2"}}));
    EXPECT_EQ(**store->find_release_use("op", "jti-1"), (ReleaseUse{"order-1", iccid(1), true}));
    EXPECT_EQ(*store->releases_of("order-1"), (std::vector{ReleaseUse{"order-1", iccid(1), true}}));
    EXPECT_TRUE(store->releases_of("order-3")->empty());
    ASSERT_TRUE(commit({ReserveRelease{"op", "jti-0", "order-1", iccid(2)}}));
    EXPECT_EQ(*store->releases_of("order-1"),
              (std::vector{ReleaseUse{"order-1", iccid(2), false}, ReleaseUse{"order-1", iccid(1), true}}));
    EXPECT_FALSE(*store->find_release_use("other", "jti-1"));
}

TEST_P(AnyStore, OperatorsAndRowsAreKept) {
    const Operator o{"op", "Operator", {1, 2, 3}, t0};
    ASSERT_TRUE(commit({AddOperator{o}}));
    EXPECT_EQ(**store->find_operator("op"), o);
    EXPECT_EQ(conflict(commit({AddOperator{o}})), "operators.id");
    EXPECT_EQ(store->list_operators()->size(), 1U);

    ASSERT_TRUE(commit({PutRow{{"device", "k", {1}}}}));
    EXPECT_EQ(conflict(commit({PutRow{{"device", "k", {2}}}})), "rows.version");
    ASSERT_TRUE(commit({PutRow{{"device", "k", {2}, 1}}}));
    EXPECT_EQ(**store->find_row("device", "k"), (Row{"device", "k", {2}, 2}));
    EXPECT_EQ(store->list_rows("device")->size(), 1U);
    EXPECT_TRUE(store->list_rows("nonce")->empty());
    ASSERT_TRUE(commit({DropRow{"device", "k"}}));
    EXPECT_EQ(commit({DropRow{"device", "k"}}).error().code, Errc::not_found);
}

TEST_P(AnyStore, PolicyOfAnOperatorIsKeptAndReplacedAsAWhole) {
    using enum saip::Finding;
    Operator o{"op", "Operator", {1, 2, 3}, t0};
    o.policy = {saip::Severity::error, {test_network, network}, {default_adm}, saip::Applets::refused};
    ASSERT_TRUE(commit({AddOperator{o}, AddOperator{{"other", "Other", {4}, t0}}}));
    reopen_where_it_lasts();
    EXPECT_EQ(**store->find_operator("op"), o);
    EXPECT_EQ((**store->find_operator("other")).policy, saip::PackagePolicy{});
    o.policy = {{}, {toolkit_application}, {}, saip::Applets::where_declared};
    ASSERT_TRUE(commit({SetPackagePolicy{"op", o.policy}}));
    reopen_where_it_lasts();
    const auto kept = store->list_operators();
    ASSERT_TRUE(kept) << to_string(kept.error());
    EXPECT_EQ(*kept, (std::vector<Operator>{o, {"other", "Other", {4}, t0}}));
    EXPECT_EQ(commit({SetPackagePolicy{"nobody", {}}}).error().code, Errc::not_found);
}

TEST_P(AnyStore, OrderIsNamedWhenItIsConfirmed) {
    auto allocated = order(1);
    allocated.state = smdp::OrderState::allocated;
    ASSERT_TRUE(commit({AddOrder{allocated}, AddOrder{order(2)}}));
    auto confirmed = **store->find_order("order-1");
    confirmed.state = smdp::OrderState::confirmed;
    confirmed.matching_id = "CHOSEN";
    confirmed.confirmation_code = {7};
    confirmed.smds_address = "smds.example.com";
    ASSERT_TRUE(commit({NameOrder{"order-1", "CHOSEN", {7}, "smds.example.com"}, smdp::PutOrder{confirmed}}));
    reopen_where_it_lasts();
    ++confirmed.version;
    EXPECT_EQ(**store->find_order_by_matching_id("CHOSEN"), confirmed);
    EXPECT_FALSE(*store->find_order_by_matching_id("MATCH-1"));
    EXPECT_EQ(conflict(commit({NameOrder{"order-2", "CHOSEN", {}}})), "orders.matching_id");
    EXPECT_EQ(commit({NameOrder{"order-3", "OTHER", {}}}).error().code, Errc::not_found);
}

TEST_P(AnyStore, EventMovesFromWhereItStandsWhateverVersionItsOrderHas) {
    using enum smdp::EventStanding;
    auto listed = order(1);
    listed.smds_address = "smds.example.com";
    ASSERT_TRUE(commit({AddOrder{listed}, AddOrder{order(2)}}));
    const auto event = [&] { return (**store->find_order("order-1")).event; };
    ASSERT_TRUE(commit({MoveEvent{"order-1", {}, queued}}));
    EXPECT_EQ(event(), queued);
    ASSERT_TRUE(commit({MoveEvent{"order-1", leaving, deleted}})) << "nothing changes, and nothing fails";
    EXPECT_EQ(event(), queued);
    ASSERT_TRUE(commit({MoveEvent{"order-1", queued, registered}}));
    ASSERT_TRUE(commit({smdp::PutOrder{listed}})) << "over the version that it was read with";
    reopen_where_it_lasts();
    EXPECT_EQ(event(), registered);
    EXPECT_EQ((**store->find_order("order-2")).event, none);
    EXPECT_TRUE(commit({MoveEvent{"order-3", {}, queued}}));
}

TEST_P(AnyStore, EventsWhoseOrdersHaveExpiredAreFound) {
    using enum smdp::EventStanding;
    const auto add = [&](int n, smdp::EventStanding event, std::optional<Time> expires_at) {
        auto o = order(n);
        o.smds_address = "smds.example.com";
        o.event = event;
        o.expires_at = expires_at;
        ASSERT_TRUE(commit({AddOrder{o}}));
    };
    add(1, registered, t0);
    add(2, queued, t0 - std::chrono::seconds(1));
    add(3, registered, t0 + std::chrono::milliseconds(1));
    add(4, registered, {});
    add(5, leaving, t0);
    add(6, deleted, t0);
    add(7, refused, t0);
    const auto found = [&](Time now, std::size_t at_most) {
        std::vector<std::string> out;
        const auto expired = *store->expired_with_events(now, at_most);
        for (const auto& o : expired) out.push_back(o.id);
        return out;
    };
    EXPECT_EQ(found(t0, 10), (std::vector<std::string>{"order-2", "order-1"}));
    EXPECT_EQ(found(t0, 1), (std::vector<std::string>{"order-2"}));
    EXPECT_TRUE(found(t0 - std::chrono::seconds(2), 10).empty());
}

TEST_P(AnyStore, PutChangesNothingThatIsSetElsewhere) {
    auto typed = subscription(1);
    typed.profile_type = "gold";
    typed.needs_javacard = true;
    typed.package_version = 3;
    ASSERT_TRUE(commit({AddSubscription{typed}, AddOrder{order(1)}}));
    auto changed = order(1);
    changed.matching_id = "CHOSEN";
    changed.confirmation_code = {7};
    changed.smds_address = "smds.example.com";
    changed.event = smdp::EventStanding::queued;
    changed.attempts = 1;
    auto retyped = typed;
    retyped.profile_type = "silver";
    retyped.needs_javacard = false;
    retyped.package_version = 2;
    retyped.profile_name = "Other";
    retyped.standing = Standing::installed;
    retyped.eid = eid(1);
    ASSERT_TRUE(commit({smdp::PutOrder{changed}, PutSubscription{retyped}}));
    auto wanted = order(1);
    wanted.attempts = 1;
    wanted.version = 2;
    EXPECT_EQ(**store->find_order("order-1"), wanted);
    typed.standing = Standing::installed;
    typed.eid = eid(1);
    typed.version = 2;
    EXPECT_EQ(**store->find_subscription(iccid(1)), typed);
}

TEST_P(AnyStore, OrdersThatLeaveTheirProfileOnACardAreFound) {
    const auto add = [&](int n, smdp::OrderState state, std::vector<Bytes> outstanding,
                         std::optional<smdp::OrderEnd> ended_by, std::optional<std::int64_t> last_sequence) {
        auto o = order(n);
        o.iccid = iccid(n == 9 ? 2 : 1);
        o.state = state;
        o.outstanding = std::move(outstanding);
        o.ended_by = ended_by;
        o.last_sequence = last_sequence;
        ASSERT_TRUE(commit({AddOrder{o}}));
    };
    using enum smdp::OrderState;
    using enum smdp::OrderEnd;
    add(1, unavailable, {}, cancelled, {});
    add(2, unavailable, {}, deleted, 7);
    add(3, unavailable, {{1}}, deleted, 7);
    add(4, unavailable, {{1}}, cancelled, {});
    add(5, unavailable, {}, cancelled, 0);
    add(6, unavailable, {}, subscription_closed, 7);
    add(7, unavailable, {}, {}, 7);
    add(8, downloaded, {{1}}, {}, {});
    add(9, unavailable, {{1}}, cancelled, {});
    reopen_where_it_lasts();
    std::vector<std::string> found;
    const auto left = *store->orders_that_leave(iccid(1));
    for (const auto& o : left) {
        EXPECT_TRUE(smdp::leaves_profile(o)) << o.id;
        found.push_back(o.id);
    }
    EXPECT_EQ(found, (std::vector<std::string>{"order-3", "order-4", "order-5", "order-6"}));
    EXPECT_EQ(store->orders_that_leave(iccid(2))->size(), 1U);
    EXPECT_TRUE(store->orders_that_leave(iccid(3))->empty());
}

TEST_P(AnyStore, StockOfATypeIsWhatNobodyHas) {
    const auto of_type = [](int n, std::string owner) {
        auto s = subscription(n);
        s.operator_id = std::move(owner);
        s.profile_type = "gold";
        return s;
    };
    const auto found = [&]() -> std::string {
        const auto lines = *store->find_in_stock("gold", "a", 1);
        return lines.empty() ? "none" : lines.front().iccid.text();
    };
    auto installed = of_type(1, "a");
    installed.standing = Standing::installed;
    installed.eid = eid(1);
    auto typeless = subscription(2);
    typeless.operator_id = "a";
    ASSERT_TRUE(commit({AddSubscription{installed}, AddSubscription{typeless}, AddSubscription{of_type(3, "b")}}));
    EXPECT_EQ(found(), "none");
    EXPECT_EQ(*store->operators_of_type("gold"), (std::vector<std::string>{"a", "b"}));
    EXPECT_TRUE(store->operators_of_type("silver")->empty());
    ASSERT_TRUE(commit({AddSubscription{of_type(4, "a")}, AddSubscription{of_type(5, "a")}}));
    reopen_where_it_lasts();
    EXPECT_EQ(found(), iccid(4).text());
    EXPECT_EQ((**store->find_subscription(iccid(4))).profile_type, "gold");
    const auto both = *store->find_in_stock("gold", "a", 9);
    ASSERT_EQ(both.size(), 2U);
    EXPECT_EQ(both.back().iccid, iccid(5)) << "the oldest first";
    auto offered = order(4);
    offered.iccid = iccid(4);
    ASSERT_TRUE(commit({AddOrder{offered}}));
    EXPECT_EQ(found(), iccid(5).text());
    offered = **store->find_order(offered.id);
    offered.state = smdp::OrderState::unavailable;
    ASSERT_TRUE(commit({smdp::PutOrder{offered}}));
    EXPECT_EQ(found(), iccid(4).text()) << "its order was cancelled";
    ++offered.version;
    offered.outstanding = {{1}};
    ASSERT_TRUE(commit({smdp::PutOrder{offered}}));
    EXPECT_EQ(found(), iccid(5).text()) << "a card may have it";
    ++offered.version;
    offered.outstanding.clear();
    offered.ended_by = smdp::OrderEnd::cancelled;
    offered.last_sequence = 1;
    ASSERT_TRUE(commit({smdp::PutOrder{offered}}));
    EXPECT_EQ(found(), iccid(5).text()) << "a card has it";
}

}  // namespace
}  // namespace mcim::store
