// The rules of the database (rules.h): no store of ours breaks them, and no program beside it.
#include "mcim/store/rules.h"

#include <algorithm>
#include <set>

#include "mcim/store/any_store_for_test.h"
#include "mcim/store/sqlite.h"

namespace mcim::store {
namespace {

using smdp::OrderState;

bool is_reference(std::string_view rule) {
    return std::ranges::any_of(references, [&](const Reference& r) { return rule == r.name; });
}

// ---------------------------------------------------------------- by the port, over all stores

class Rules : public AnyStore {
protected:
    /// Lines 1 to 3 (reserved, installed, closed), an order for the first, and the access of 1 (served) and 2 (closed).
    Rules() {
        auto installed = subscription(2), closed = subscription(3);
        installed.standing = Standing::installed;
        installed.eid = eid(2);
        closed.standing = Standing::closed;
        auto served = auc_row(1, auc::Status::active);
        served.sqn = aka::Sqn::of(9, 1);
        EXPECT_TRUE(
            store->commit_one({AddSubscription{subscription(1)}, AddSubscription{installed}, AddSubscription{closed},
                               AddOrder{order(1)}, AddAuc{served}, AddAuc{auc_row(2, auc::Status::closed)}}));
    }
    void expect_breach(const std::string& rule, Batch batch) {
        const auto before = *store->list_orders();
        const bool unnamed = GetParam() == "sqlite" && is_reference(rule);  // SQLite does not say which
        EXPECT_EQ(conflict(store->commit_one(std::move(batch))), unnamed ? "reference" : rule);
        EXPECT_EQ(*store->list_orders(), before) << rule;
    }
    /// Of another order for line 2.
    template <class Change>
    void expect_breach_of_new(const std::string& rule, const Change& change) {
        auto o = order(2);
        change(o);
        expect_breach(rule, {AddOrder{std::move(o)}});
    }
};
INSTANTIATE_TEST_SUITE_P(Stores, Rules, testing::Values("memory", "sqlite", "postgres"),
                         [](const auto& i) { return std::string(i.param); });

TEST_P(Rules, HoldForEachOrder) {
    expect_breach_of_new("orders.attempts", [](auto& o) { o.attempts = o.attempts_max + 1; });
    expect_breach_of_new("orders.wrong_codes", [](auto& o) { o.wrong_codes = smdp::wrong_codes_max + 1; });
    expect_breach_of_new("orders.last_sequence", [](auto& o) { o.last_sequence = -1; });
    expect_breach_of_new("orders.eid", [](auto& o) { o.state = OrderState::installed; });
    expect_breach_of_new("orders.eid_from_package", [](auto& o) { o.eid_from_package = true; });
    expect_breach_of_new("orders.binding", [](auto& o) {
        o.state = OrderState::unavailable;
        o.binding = {1};
    });
    expect_breach_of_new("orders.binding", [](auto& o) {
        o.state = OrderState::installed;
        o.eid = eid(1);
        o.euicc_otpk = {1};
    });
    expect_breach_of_new("orders.end", [](auto& o) { o.ended_by = smdp::OrderEnd::cancelled; });
    expect_breach_of_new("orders.smds_address", [](auto& o) { o.event = smdp::EventStanding::queued; });
    expect_breach("orders.smds_address", {MoveEvent{"order-1", {}, smdp::EventStanding::queued}});
}

TEST_P(Rules, OrdersGoNoWayBack) {
    auto back = **store->find_order("order-1");
    back.state = OrderState::confirmed;
    expect_breach("orders.course", {smdp::PutOrder{back}});
    auto done = **store->find_order("order-1");
    done.state = OrderState::installed;
    done.eid = eid(1);
    ASSERT_TRUE(store->commit_one({smdp::PutOrder{done}}));
    ++done.version;
    done.state = OrderState::released;
    expect_breach("orders.course", {smdp::PutOrder{done}});
    done.state = OrderState::unavailable;
    ASSERT_TRUE(store->commit_one({smdp::PutOrder{done}})) << "as where its profile was deleted";
    ++done.version;
    done.state = OrderState::installed;
    expect_breach("orders.course", {smdp::PutOrder{done}});
}

TEST_P(Rules, NothingRefersToWhatIsNotThere) {
    auto lineless = order(9);
    expect_breach("orders.subscription", {AddOrder{lineless}});
    expect_breach("notes.order", {smdp::Note{"order-9", t0, "said"}});
    expect_breach("notes.order", {smdp::NoteRefusal{"order-9", t0, {1}, "8.1/4.8", "no memory"}});
    expect_breach("sessions.order", {smdp::PutSession{{1}, "order-9", smdp::Offered{}}});
    smdp::RecordNotification told{{}, t0, smdp::Trust::verified, "said", {1}, "order-9"};
    expect_breach("notifications.order", {told});
    expect_breach("releases.order", {ReserveRelease{"operator", "jti", "order-9", iccid(1)}});
    expect_breach("exports.subscription", {RecordExport{{iccid(9), t0, "operator", 3, 0}}});
    told.order_id = "order-1";
    told.trust = smdp::Trust::unverified;
    expect_breach("notifications.trust", {told});
}

TEST_P(Rules, LinesStandWhereTheirCardsAre) {
    auto odd = subscription(4);
    odd.mnc_digits = 4;
    expect_breach("subscriptions.mnc_digits", {AddSubscription{odd}});
    auto cardless = **store->find_subscription(iccid(1));
    cardless.standing = Standing::enabled;
    expect_breach("subscriptions.card", {PutSubscription{cardless}});
    for (const int n : {2, 3}) {
        auto back = **store->find_subscription(iccid(n));
        back.standing = Standing::reserved;
        expect_breach("subscriptions.course", {PutSubscription{back}});
    }
    expect_breach("exports.transport_key", {RecordExport{{iccid(1), t0, "operator", 0, 0}}});
}

TEST_P(Rules, SequenceNumbersGoBackWhereTheCardHasProvedIt) {
    const auto row = **store->find_auc(subscription(1).imsi);
    auto less = row;
    less.sqn = aka::Sqn::of(8, 1);
    expect_breach("auc.back", {auc::Update{row.sqn, less}});
    less.sync_failures = row.sync_failures + 1;
    EXPECT_TRUE(store->commit_one({auc::Update{row.sqn, less}}));
    expect_breach("auc.course", {SetAucStatus{subscription(2).imsi, auc::Status::active}});
}

// ---------------------------------------------------------------- by another program

/// `OCTET` stands for one octet. Each is tried on the rows below and changes none.
struct Breach {
    const char* rule;
    const char* sql;
};
constexpr Breach breaches[]{
    {"orders.refused", "UPDATE orders SET refused=2"},
    {"orders.attempts", "UPDATE orders SET attempts=attempts_max+1"},
    {"orders.attempts", "UPDATE orders SET attempts=-1"},
    {"orders.wrong_codes", "UPDATE orders SET wrong_codes=4"},
    {"orders.last_sequence", "UPDATE orders SET last_sequence=-1"},
    {"orders.package_octets", "UPDATE orders SET package_octets=-1"},
    {"orders.package_version", "UPDATE orders SET package_version=256"},
    {"orders.protection_keys", "UPDATE orders SET protection_keys=2"},
    {"orders.needs_javacard", "UPDATE orders SET needs_javacard=2"},
    {"orders.eid", "UPDATE orders SET state=6 WHERE id='order-1'"},
    {"orders.eid_from_package", "UPDATE orders SET eid_from_package=1"},
    {"orders.binding", "UPDATE orders SET binding=OCTET WHERE id='order-2'"},
    {"orders.end", "UPDATE orders SET ended_by=0 WHERE id='order-1'"},
    {"orders.smds_address", "UPDATE orders SET event=1"},
    {"orders.course", "UPDATE orders SET state=3 WHERE id='order-1'"},
    {"orders.course", "UPDATE orders SET state=4 WHERE id='order-2'"},
    {"orders.subscription", "UPDATE orders SET iccid='1' WHERE id='order-1'"},
    {"notes.position", "UPDATE notes SET number=0"},
    {"notes.kind", "UPDATE notes SET kind=2"},
    {"notes.refusal", "UPDATE notes SET times=1"},
    {"notes.order", "UPDATE notes SET order_id='order-9'"},
    {"sessions.order", "UPDATE sessions SET order_id='order-9'"},
    {"notifications.digest_octets", "UPDATE notifications SET digest=OCTET"},
    {"notifications.trust", "UPDATE notifications SET trust=1"},
    {"notifications.order", "UPDATE notifications SET order_id='order-9'"},
    {"subscriptions.algorithm", "UPDATE subscriptions SET algorithm=4"},
    {"subscriptions.fingerprint_octets", "UPDATE subscriptions SET fingerprint=OCTET"},
    {"subscriptions.mnc_digits", "UPDATE subscriptions SET mnc_digits=4"},
    {"subscriptions.package_octets", "UPDATE subscriptions SET package_octets_min=-1"},
    {"subscriptions.package_version", "UPDATE subscriptions SET package_version=256"},
    {"subscriptions.needs_javacard", "UPDATE subscriptions SET needs_javacard=2"},
    {"subscriptions.taken", "UPDATE subscriptions SET taken=2"},
    {"subscriptions.card", "UPDATE subscriptions SET standing=1 WHERE standing=0"},
    {"subscriptions.course", "UPDATE subscriptions SET standing=0 WHERE standing=3"},
    {"packages.subscription", "UPDATE packages SET iccid='1'"},
    {"auc.amf", "UPDATE auc SET amf=OCTET"},
    {"auc.sqn_octets", "UPDATE auc SET sqn=281474976710656"},
    {"auc.sync_failures", "UPDATE auc SET sync_failures=-1"},
    {"auc.back", "UPDATE auc SET sqn=sqn-1"},
    {"auc.course", "UPDATE auc SET status=0"},
    {"releases.consumed", "UPDATE releases SET consumed=2"},
    {"releases.order", "UPDATE releases SET order_id='order-9'"},
    {"releases.course", "UPDATE releases SET consumed=0"},
    {"releases.kept", "DELETE FROM releases"},
    {"exports.transport_key", "UPDATE exports SET transport_key=0"},
    {"exports.user_id", "UPDATE exports SET user_id=-1"},
    {"exports.subscription", "UPDATE exports SET iccid='1'"},
    {"state", "UPDATE orders SET state=9 WHERE id='order-1'"},
    {"policy", "UPDATE orders SET policy=2"},
    {"ended_by", "UPDATE orders SET ended_by=3 WHERE id='order-2'"},
    {"iccid", "UPDATE orders SET iccid=NULL"},
    {"standing", "UPDATE subscriptions SET standing=5"},
};

class RulesForOthers : public AnyStore {
protected:
    RulesForOthers() {
        auto closed = subscription(2);
        closed.standing = Standing::closed;
        auto ended = order(2);
        ended.state = OrderState::unavailable;
        auto access = auc_row(1, auc::Status::closed);
        access.sqn = aka::Sqn::of(9, 1);
        EXPECT_TRUE(
            store->commit_one({AddSubscription{subscription(1), signer::WrappedPackage{{1, 2, 3}}},
                               AddSubscription{closed}, AddOrder{order(1)}, AddOrder{ended}, AddAuc{access},
                               smdp::Note{"order-1", t0, "said"}, smdp::PutSession{{1}, "order-1", smdp::Offered{}},
                               smdp::RecordNotification{{}, t0, smdp::Trust::verified, "said", {1}, "order-1"},
                               ReserveRelease{"operator", "jti", "order-1", iccid(1)}, ConsumeReleases{"order-1"},
                               RecordExport{{iccid(1), t0, "operator", 3, 0}}}));
    }
    /// What the database says against it, or "done".
    std::string run(std::string sql) const {
        const std::string octet = GetParam() == "sqlite" ? "x'00'" : "'\\x00'::bytea";
        if (const auto at = sql.find("OCTET"); at != std::string::npos) sql.replace(at, 5, octet);
        if (GetParam() == "sqlite") {
            const auto done = (*Database::open(folder / "db"))->run(sql);
            return done ? "done" : to_string(done.error());
        }
        try {
            test::PostgresSession(database).run(sql);
        } catch (const std::runtime_error& e) {
            return e.what();
        }
        return "done";
    }
};
INSTANTIATE_TEST_SUITE_P(Stores, RulesForOthers, testing::Values("sqlite", "postgres"),
                         [](const auto& i) { return std::string(i.param); });

TEST_P(RulesForOthers, HoldToo) {
    store.reset();  // SQLite's has the file to itself
    for (const auto& [rule, sql] : breaches) {
        const bool unnamed = GetParam() == "sqlite" && is_reference(rule);
        const std::string said = run(sql);
        EXPECT_NE(said.find(unnamed ? "reference" : rule), std::string::npos) << sql << ": " << said;
    }
    EXPECT_EQ(run("UPDATE orders SET attempts=1"), "done") << "it is the rules that refused the others";
}

TEST(RulesForOthersToo, EveryRuleIsTried) {
    std::set<std::string> tried, all;
    for (const auto& b : breaches)
        if (std::string_view(b.rule).find('.') != std::string_view::npos) tried.insert(b.rule);
    for (const auto& c : checks) all.insert(c.name);
    for (const auto& r : references) all.insert(r.name);
    for (const auto& f : forbidden) all.insert(f.name);
    EXPECT_EQ(tried, all);
}

}  // namespace
}  // namespace mcim::store
