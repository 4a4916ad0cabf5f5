// What is SQLite's alone: the file, its process, its schemas.
#include "mcim/store/sqlite.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <list>

#include "mcim/store/rows_for_test.h"
#include "mcim/store/rules.h"
#include "mcim/store/schema.h"
#include "mcim/store/sql_rows.h"
#include "support/temp_folder.h"

namespace mcim::store {
namespace {

/// The rows of a database in one of an older schema.
void take_back(const std::filesystem::path& file, const std::string& as_before) {
    const std::filesystem::path old = file.string() + "-old";
    {
        auto db = Database::open(old);
        ASSERT_TRUE(db);
        ASSERT_TRUE(migrate(**db, 13));
        std::string sql = "ATTACH '" + file.string() + "' AS newer;";
        for (const char* table : {"operators", "orders", "notes", "sessions", "notifications", "subscriptions",
                                  "packages", "auc", "releases", "rows", "exports"})
            sql += std::string("INSERT INTO main.") + table + " SELECT * FROM newer." + table + ";";
        const auto copied = (*db)->run(sql + "DETACH newer;" + as_before);
        ASSERT_TRUE(copied) << to_string(copied.error());
    }
    std::filesystem::rename(old, file);
}

/// As the tables were before they said of which version a package is, and which keys left.
constexpr const char* as_in_version_10 =
    "ALTER TABLE orders DROP COLUMN package_version; ALTER TABLE subscriptions DROP COLUMN package_version; "
    "DROP TABLE exports; PRAGMA user_version = 10";

/// And before they said what is in stock, and what an operator refuses.
const std::string as_in_version_8 =
    as_in_version_10 + std::string(
                           "; DROP INDEX subscriptions_in_stock; ALTER TABLE subscriptions DROP COLUMN taken; "
                           "ALTER TABLE operators DROP COLUMN refused; ALTER TABLE operators DROP COLUMN allowed; "
                           "ALTER TABLE operators DROP COLUMN applets; ALTER TABLE orders DROP COLUMN needs_javacard; "
                           "ALTER TABLE subscriptions DROP COLUMN needs_javacard; PRAGMA user_version = 8");

/// And before orders had codes, bindings and events, and subscriptions types.
const std::string as_in_version_3 =
    as_in_version_8 +
    std::string(
        "; ALTER TABLE orders DROP COLUMN eid_from_package; ALTER TABLE orders DROP COLUMN ended_by; "
        "ALTER TABLE orders DROP COLUMN confirmation_code; ALTER TABLE orders DROP COLUMN wrong_codes; "
        "ALTER TABLE orders DROP COLUMN protection_keys; ALTER TABLE orders DROP COLUMN euicc_otpk; "
        "ALTER TABLE orders DROP COLUMN binding; DROP INDEX orders_with_events; "
        "ALTER TABLE orders DROP COLUMN smds_address; ALTER TABLE orders DROP COLUMN event; "
        "DROP INDEX subscriptions_of_type; ALTER TABLE subscriptions DROP COLUMN profile_type; "
        "PRAGMA user_version = 3");

using test::TempFolder;

TEST(SqliteStore, KeepsWhatItCommittedWhenItsProcessIsKilled) {
    const TempFolder folder;
    int ready[2];
    ASSERT_EQ(pipe(ready), 0);
    const pid_t child = fork();
    if (child == 0) {
        auto store = open_sqlite_store(folder / "db");
        if (!store) _exit(1);
        for (int n = 1; n <= 20; ++n)
            if (!commit(**store, {AddOrder{order(n)}})) _exit(1);
        if (write(ready[1], "x", 1) != 1) _exit(1);
        for (;;) pause();
    }
    char octet = 0;
    ASSERT_EQ(read(ready[0], &octet, 1), 1);
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    close(ready[0]);
    close(ready[1]);
    const auto store = open_sqlite_store(folder / "db");
    ASSERT_TRUE(store) << to_string(store.error());
    EXPECT_EQ((*store)->list_orders()->size(), 20U);
}

TEST(SqliteStore, FileIsItsOwnersAlone) {
    const TempFolder folder;
    const auto store = open_sqlite_store(folder / "db");
    ASSERT_TRUE(store);
    ASSERT_TRUE(commit(**store, {AddOrder{order(1)}}));
    for (const char* name : {"db", "db-wal"}) {
        struct stat s {};
        ASSERT_EQ(stat((folder / name).c_str(), &s), 0) << name;
        EXPECT_EQ(s.st_mode & 0777U, 0600U) << name;
    }
}

TEST(SqliteStore, BelongsToOneProcess) {
    const TempFolder folder;
    auto first = open_sqlite_store(folder / "db");
    ASSERT_TRUE(first);
    EXPECT_FALSE(open_sqlite_store(folder / "db"));
    first->reset();
    EXPECT_TRUE(open_sqlite_store(folder / "db"));
}

TEST(SqliteStore, ADatabaseOfTheFirstSchemaIsTakenOver) {
    const TempFolder folder;
    {
        auto store = open_sqlite_store(folder / "db");
        ASSERT_TRUE(store);
        ASSERT_TRUE(commit(**store, {smdp::Note{"a", t0, "ordered"}, PutRow{{"card", "1", Bytes{7}}}}));
    }
    take_back(folder / "db", as_in_version_3 +
                                 "; ALTER TABLE notes DROP COLUMN kind; DROP INDEX notifications_of_order; "
                                 "ALTER TABLE notifications DROP COLUMN order_id; ALTER TABLE rows RENAME TO r; "
                                 "CREATE TABLE rows (kind TEXT NOT NULL, key TEXT NOT NULL, body BLOB NOT NULL, "
                                 "version INTEGER NOT NULL, PRIMARY KEY (kind, key)) STRICT; "
                                 "INSERT INTO rows SELECT * FROM r; DROP TABLE r; PRAGMA user_version = 1");
    auto store = open_sqlite_store(folder / "db");
    ASSERT_TRUE(store) << to_string(store.error());
    ASSERT_TRUE(commit(**store, {smdp::Note{"a", t0, "offered", smdp::NoteKind::routine}}));
    const auto lines = *(*store)->timeline("a");
    ASSERT_EQ(lines.size(), 2U);
    EXPECT_EQ(lines[0].kind, smdp::NoteKind::milestone);
    EXPECT_EQ(lines[1].kind, smdp::NoteKind::routine);
    EXPECT_EQ(*(*store)->find_row("card", "1"), (Row{"card", "1", Bytes{7}, 1}));
}

TEST(SqliteStore, OrdersOfTheThirdSchemaKeepTheirCardsAndSayNoCause) {
    const TempFolder folder;
    auto bound = order(1), ended = order(2);
    bound.eid = eid(1);
    ended.state = smdp::OrderState::unavailable;
    {
        auto store = open_sqlite_store(folder / "db");
        ASSERT_TRUE(store);
        ASSERT_TRUE(commit(**store, {AddOrder{bound}, AddOrder{ended}}));
    }
    take_back(folder / "db", as_in_version_3);
    auto store = open_sqlite_store(folder / "db");
    ASSERT_TRUE(store) << to_string(store.error());
    EXPECT_EQ(*(*store)->list_orders(), (std::vector<smdp::Order>{bound, ended}));
    bound.state = smdp::OrderState::unavailable;
    bound.ended_by = smdp::OrderEnd::subscription_closed;
    ASSERT_TRUE(commit(**store, {smdp::PutOrder{bound}}));
    EXPECT_EQ((**(*store)->find_order("order-1")).ended_by, bound.ended_by);
}

Subscription of_gold(int n) {
    auto s = subscription(n);
    s.profile_type = "gold";
    return s;
}

TEST(SqliteStore, WhatWasOrderedUnderTheEighthSchemaIsNotInStock) {
    const TempFolder folder;
    {
        auto store = open_sqlite_store(folder / "db");
        ASSERT_TRUE(store);
        auto cancelled = order(1), out = order(2);
        for (auto* ended : {&cancelled, &out}) ended->state = smdp::OrderState::unavailable;
        out.outstanding = {{1}};
        ASSERT_TRUE(
            commit(**store, {AddSubscription{of_gold(1)}, AddSubscription{of_gold(2)}, AddSubscription{of_gold(3)},
                             AddOrder{cancelled}, AddOrder{out}, AddOrder{order(3)}}));
    }
    take_back(folder / "db", as_in_version_8);
    auto store = open_sqlite_store(folder / "db");
    ASSERT_TRUE(store) << to_string(store.error());
    const auto left = [&] { return *(*store)->find_in_stock("gold", "operator", 9); };
    ASSERT_EQ(left().size(), 1U);
    EXPECT_EQ(left().front().iccid, iccid(1)) << "its order was cancelled";
    auto again = order(4);
    again.iccid = iccid(1);
    ASSERT_TRUE(commit(**store, {AddOrder{again}}));
    EXPECT_TRUE(left().empty()) << "the two others are taken";
}

/// A stock of millions costs no more than one of three, and what was taken of it nothing.
TEST(SqliteStore, StockIsFoundByItsIndexAlone) {
    const TempFolder folder;
    ASSERT_TRUE(open_sqlite_store(folder / "db"));
    auto db = Database::open(folder / "db");
    ASSERT_TRUE(db);
    std::list<std::string> kept;
    const auto plan = [&](const char* query) {
        kept.push_back(std::string("EXPLAIN QUERY PLAN ") + query);
        auto s = (*db)->prepare(kept.back().c_str());
        EXPECT_TRUE(s) << to_string(s.error());
        std::string out;
        while (*(*s)->step()) out += (*s)->text(3) + "\n";
        (*s)->reset();
        return out;
    };
    EXPECT_EQ(plan(sql::subscriptions_in_stock),
              "SEARCH subscriptions USING INDEX subscriptions_in_stock (profile_type=? AND operator_id=?)\n");
    const std::string owners = plan(sql::operators_of_a_type);
    EXPECT_NE(owners.find("(profile_type=? AND operator_id>?)"), std::string::npos) << owners;
    EXPECT_EQ(owners.find("SCAN subscriptions"), std::string::npos) << owners;
}

TEST(SqliteStore, OperatorsAndPackagesOfTheEighthSchemaAreAsByDefault) {
    const TempFolder folder;
    const Operator o{"op", "Operator", {1, 2, 3}, t0};
    {
        auto store = open_sqlite_store(folder / "db");
        ASSERT_TRUE(store);
        ASSERT_TRUE(commit(**store, {AddOperator{o}, AddSubscription{subscription(1)}, AddOrder{order(1)}}));
    }
    take_back(folder / "db", as_in_version_8);
    auto store = open_sqlite_store(folder / "db");
    ASSERT_TRUE(store) << to_string(store.error());
    EXPECT_EQ(**(*store)->find_operator("op"), o);
    EXPECT_EQ(**(*store)->find_subscription(iccid(1)), subscription(1));
    EXPECT_EQ(**(*store)->find_order("order-1"), order(1));
    const saip::PackagePolicy strict{saip::Severity::warning, {}, {}, saip::Applets::refused};
    ASSERT_TRUE(commit(**store, {SetPackagePolicy{"op", strict}}));
    EXPECT_EQ((**(*store)->find_operator("op")).policy, strict);
    EXPECT_TRUE((*store)->exports_of(iccid(1))->empty());
    EXPECT_TRUE(commit(**store, {RecordExport{{iccid(1), t0, "op", 3, 0}}}));
}

TEST(SqliteStore, RefusesWhatIsNoDatabaseAndWhatIsTooNew) {
    const TempFolder folder;
    std::ofstream(folder / "text") << std::string(5000, 'x');
    EXPECT_FALSE(open_sqlite_store(folder / "text"));
    EXPECT_FALSE(open_sqlite_store(folder / "absent/db"));
    ASSERT_TRUE(open_sqlite_store(folder / "db"));
    {
        // user_version stands at offset 60 of the file (SQLite's file format, 1.3)
        std::fstream file(folder / "db", std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(63);
        file.put(99);
    }
    const auto newer = open_sqlite_store(folder / "db");
    ASSERT_FALSE(newer);
    EXPECT_EQ(newer.error().code, Errc::refused);
}

/// Of a line of the template; of somebody's own package nobody knows it, and its cards are asked as before.
TEST(SqliteStore, PackagesOfTheTenthSchemaAreOfVersionThreeWhereTheTemplateMakesThem) {
    const TempFolder folder;
    auto from_template = subscription(2);
    from_template.package_octets = 0;
    {
        auto store = open_sqlite_store(folder / "db");
        ASSERT_TRUE(store);
        ASSERT_TRUE(commit(**store, {AddSubscription{subscription(1)}, AddOrder{order(1)},
                                     AddSubscription{from_template}, AddOrder{order(2)}}));
    }
    take_back(folder / "db", as_in_version_10);
    auto store = open_sqlite_store(folder / "db");
    ASSERT_TRUE(store) << to_string(store.error());
    EXPECT_EQ((**(*store)->find_subscription(iccid(1))).package_version, 2);
    EXPECT_EQ((**(*store)->find_order("order-1")).package_version, 2);
    EXPECT_EQ((**(*store)->find_subscription(iccid(2))).package_version, 3);
    EXPECT_EQ((**(*store)->find_order("order-2")).package_version, 3);
}

TEST(SqliteStore, BarsOfTheTenthSchemaAreKnownWhereACardHasTheLine) {
    const TempFolder folder;
    auto barred = subscription(1), served = subscription(2), waiting = subscription(3);
    barred.standing = Standing::enabled;
    barred.eid = eid(1);
    served.standing = Standing::installed;
    served.eid = eid(2);
    {
        auto store = open_sqlite_store(folder / "db");
        ASSERT_TRUE(store);
        ASSERT_TRUE(commit(**store, {AddSubscription{barred}, AddAuc{auc_row(1, auc::Status::barred)},
                                     AddSubscription{served}, AddAuc{auc_row(2, auc::Status::active)},
                                     AddSubscription{waiting}, AddAuc{auc_row(3, auc::Status::barred)}}));
    }
    take_back(folder / "db", as_in_version_10);
    auto store = open_sqlite_store(folder / "db");
    ASSERT_TRUE(store) << to_string(store.error());
    const auto row = *(*store)->find_row("bar", iccid(1).text());
    ASSERT_TRUE(row);
    EXPECT_FALSE(*(*store)->find_row("bar", iccid(2).text()));
    EXPECT_FALSE(*(*store)->find_row("bar", iccid(3).text())) << "its installation lets it in";
    EXPECT_TRUE(commit(**store, {DropRow{"bar", iccid(1).text()}})) << "and it may be lifted";
}

}  // namespace
}  // namespace mcim::store
