// What is PostgreSQL's alone: connections that end, other nodes, schemas.
#include "mcim/store/postgres.h"

#include <gtest/gtest.h>
#include <libpq-fe.h>

#include <csignal>
#include <thread>

#include "mcim/store/postgres_connection.h"
#include "mcim/store/rows_for_test.h"
#include "mcim/store/rules.h"
#include "support/postgres.h"

namespace mcim::store {
namespace {

using namespace std::chrono_literals;

class PostgresStore : public testing::Test {
protected:
    PostgresStore() : server(test::Postgres::of_this_process()), database(server.fresh_database()) {}
    std::unique_ptr<Store> open(std::chrono::milliseconds answer_max = std::chrono::seconds(10)) const {
        auto opened = open_postgres_store(database, answer_max);
        if (!opened) throw std::runtime_error(to_string(opened.error()));
        return *std::move(opened);
    }
    /// With lines for the orders of these numbers, and the first so many of them.
    std::unique_ptr<Store> open_with(int lines, int orders,
                                     std::chrono::milliseconds answer_max = std::chrono::seconds(10)) const {
        auto store = open(answer_max);
        Batch batch;
        for (int n = 1; n <= lines; ++n) batch.emplace_back(AddSubscription{subscription(n)});
        for (int n = 1; n <= orders; ++n) batch.emplace_back(AddOrder{order(n)});
        if (auto done = store->commit_one(std::move(batch)); !done) throw std::runtime_error(to_string(done.error()));
        return store;
    }
    /// In somebody else's connection.
    std::int64_t run(const std::string& sql) {
        if (!other) other = std::make_unique<test::PostgresSession>(database);
        return other->run(sql);
    }
    /// The connection that writes the nth note from now on is ended there: at once, or when it is to commit.
    void break_at_note(int n, bool when_committing) {
        run("CREATE SEQUENCE notes_made; CREATE FUNCTION breaks() RETURNS trigger LANGUAGE plpgsql AS "
            "'BEGIN IF nextval(''mcim.notes_made'') = " +
            std::to_string(n) + " THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF; RETURN NULL; END'");
        run(std::string("CREATE CONSTRAINT TRIGGER breaks AFTER INSERT ON notes DEFERRABLE INITIALLY ") +
            (when_committing ? "DEFERRED" : "IMMEDIATE") + " FOR EACH ROW EXECUTE FUNCTION breaks()");
    }
    /// As before the last schema.
    void drop_rules() {
        for (const auto& f : forbidden) run(std::string("DROP TRIGGER \"") + f.name + "\" ON " + f.table);
        run("DROP FUNCTION forbids()");
        for (const auto& c : checks) run(std::string("ALTER TABLE ") + c.table + " DROP CONSTRAINT \"" + c.name + '"');
        for (const auto& r : references)
            run(std::string("ALTER TABLE ") + r.table + " DROP CONSTRAINT \"" + r.name + '"');
    }
    void end_connections() {
        run("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
            "WHERE pid <> pg_backend_pid() AND datname = current_database()");
    }
    test::Postgres& server;
    std::string database;
    std::unique_ptr<test::PostgresSession> other;
};

TEST_F(PostgresStore, KeepsWhatItCommittedWhenTheServerIsKilled) {
    const auto store = open_with(21, 0);
    for (int n = 1; n <= 20; ++n) ASSERT_TRUE(store->commit_one({AddOrder{order(n)}}));
    server.kill_it();
    const auto lost = store->commit_one({AddOrder{order(21)}});
    ASSERT_FALSE(lost);
    EXPECT_EQ(lost.error().code, Errc::io);
    EXPECT_NE(lost.error().detail.find("see that PostgreSQL runs"), std::string::npos) << to_string(lost.error());
    const auto unread = store->list_orders();
    ASSERT_FALSE(unread);
    EXPECT_EQ(unread.error().code, Errc::io);
    ASSERT_TRUE(server.launch());
    EXPECT_EQ(store->list_orders()->size(), 20U);
    EXPECT_TRUE(store->commit_one({AddOrder{order(21)}}));
}

TEST_F(PostgresStore, ReadsAgainInANewConnection) {
    const auto store = open_with(1, 1);
    ASSERT_TRUE(*store->find_order("order-1"));
    end_connections();
    const auto found = store->find_order("order-1");
    ASSERT_TRUE(found) << to_string(found.error());
    EXPECT_EQ(**found, order(1));
}

TEST_F(PostgresStore, DoesAGroupOnceWhoseConnectionWasLostBeforeItWasToBeCommitted) {
    const auto store = open_with(1, 1);
    ASSERT_TRUE(store->commit_one({smdp::Note{"order-1", t0, "one"}}));
    end_connections();
    const auto done = store->commit_one({smdp::Note{"order-1", t0, "two"}});
    EXPECT_TRUE(done) << to_string(done.error());
    EXPECT_EQ(store->timeline("order-1")->size(), 2U);
}

TEST_F(PostgresStore, DoesAGroupOnceWhoseConnectionWasLostAmongItsBatches) {
    const auto store = open_with(2, 1);
    break_at_note(2, false);  // the group was taken back once, for its second batch
    const std::vector<Batch> group{{smdp::Note{"order-1", t0, "one"}}, {AddOrder{order(1)}}, {AddOrder{order(2)}}};
    const auto done = store->commit(group);
    EXPECT_TRUE(done[0]) << to_string(done[0].error());
    EXPECT_EQ(done[1].error().code, Errc::conflict);
    EXPECT_TRUE(done[2]);
    EXPECT_EQ(store->timeline("order-1")->size(), 1U);
    EXPECT_EQ(store->list_orders()->size(), 2U);
    EXPECT_GT(run("SELECT last_value FROM notes_made"), 2) << "it broke";
}

/// Done again it would be done twice where only the answer was lost.
TEST_F(PostgresStore, SaysThatItDoesNotKnowWhereTheAnswerToACommitIsLost) {
    const auto store = open_with(1, 1);
    break_at_note(1, true);
    const auto done = store->commit_one({smdp::Note{"order-1", t0, "one"}});
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, Errc::io);
    EXPECT_NE(done.error().detail.find("whether the last transaction happened"), std::string::npos)
        << to_string(done.error());
    EXPECT_TRUE(store->timeline("order-1")->empty());
    EXPECT_TRUE(store->commit_one({smdp::Note{"order-1", t0, "one"}})) << "the next one connects again";
    EXPECT_EQ(store->timeline("order-1")->size(), 1U);
}

/// A process of PostgreSQL that does nothing for now.
struct Stopped {
    explicit Stopped(std::int64_t pid) : process(static_cast<pid_t>(pid)) { kill(process, SIGSTOP); }
    ~Stopped() { kill(process, SIGCONT); }
    Stopped(const Stopped&) = delete;
    Stopped& operator=(const Stopped&) = delete;
    pid_t process;
};

TEST_F(PostgresStore, WaitsSoLongForAServerThatHangsAndThenLeavesItAloneForAsLong) {
    const auto store = open_with(2, 1, 2s);
    const Stopped stopped(
        run("SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()"));
    const auto asked_at = std::chrono::steady_clock::now();
    const auto found = store->find_order("order-1");
    EXPECT_LT(std::chrono::steady_clock::now() - asked_at, 30s) << "for as long as it hangs";
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code, Errc::io);
    EXPECT_NE(found.error().detail.find("no answer within 2000 ms"), std::string::npos) << to_string(found.error());
    const auto done = store->commit_one({AddOrder{order(2)}});
    ASSERT_FALSE(done);
    EXPECT_NE(done.error().detail.find("no answer within 2000 ms"), std::string::npos) << to_string(done.error());
    EXPECT_NE(done.error().detail.find("is left alone for another"), std::string::npos) << to_string(done.error());
    const auto deadline = std::chrono::steady_clock::now() + 30s;
    while (!store->find_order("order-1") && std::chrono::steady_clock::now() < deadline)
        std::this_thread::sleep_for(50ms);
    EXPECT_TRUE(store->commit_one({AddOrder{order(2)}})) << "in a new connection";
}

/// A replica that was promised and never comes: PostgreSQL has the transaction and does not say so.
TEST_F(PostgresStore, CommitThatHappenedWithoutAnAnswerIsSaidToBeUnknown) {
    const auto store = open_with(1, 1, 2s);
    run("ALTER SYSTEM SET synchronous_standby_names = 'nobody'");
    run("SELECT count(pg_reload_conf())");
    Status done = ok();
    std::int64_t notes = 0;  // the process that has to read it does so in a moment
    for (const auto until = std::chrono::steady_clock::now() + 20s; done && std::chrono::steady_clock::now() < until;)
        done = store->commit_one({smdp::Note{"order-1", t0, std::to_string(++notes)}});
    run("SET synchronous_commit = local");
    run("ALTER SYSTEM RESET synchronous_standby_names");
    run("SELECT count(pg_reload_conf())");
    ASSERT_FALSE(done);
    EXPECT_NE(done.error().detail.find("whether the last transaction happened"), std::string::npos)
        << to_string(done.error());
    other->await("SELECT count(*) FROM notes", notes);
}

/// Cut short while it waits for a replica, PostgreSQL would say that all is well.
TEST_F(PostgresStore, GivesACommitAllTheTimeThatItTakes) {
    const auto store = open_with(1, 1);
    run("CREATE TABLE seen (time_out TEXT); CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS "
        "'BEGIN INSERT INTO mcim.seen VALUES (current_setting(''statement_timeout'')); RETURN NULL; END'; "
        "CREATE CONSTRAINT TRIGGER sees_statement AFTER INSERT ON notes FOR EACH ROW EXECUTE FUNCTION see(); "
        "CREATE CONSTRAINT TRIGGER sees_commit AFTER INSERT ON notes DEFERRABLE INITIALLY DEFERRED FOR EACH ROW "
        "EXECUTE FUNCTION see()");
    ASSERT_TRUE(store->commit_one({smdp::Note{"order-1", t0, "one"}}));
    EXPECT_EQ(run("SELECT count(*) FROM seen WHERE time_out='8s'"), 1);
    EXPECT_EQ(run("SELECT count(*) FROM seen WHERE time_out='0'"), 1);
}

TEST_F(PostgresStore, LockOfANodeThatDoesNotGoOnStopsNoOtherBatch) {
    const auto store = open_with(2, 1);
    run("BEGIN");
    run("UPDATE orders SET attempts=7 WHERE id='order-1'");
    const std::vector<Batch> group{{smdp::PutOrder{order(1)}}, {AddOrder{order(2)}}};
    const auto done = store->commit(group);
    run("ROLLBACK");
    ASSERT_FALSE(done[0]);
    EXPECT_EQ(done[0].error().code, Errc::conflict) << to_string(done[0].error());
    EXPECT_TRUE(done[1]) << to_string(done[1].error());
    EXPECT_TRUE(*store->find_order("order-2"));
    EXPECT_EQ((*store->find_order("order-1"))->attempts, 0U);
}

TEST_F(PostgresStore, SeveralNodesMakeTheTablesOnce) {
    std::vector<std::thread> nodes;
    std::vector<std::string> errors(6);
    for (auto& error : errors)
        nodes.emplace_back([&] {
            const auto opened = open_postgres_store(database);
            if (!opened) error = to_string(opened.error());
        });
    for (auto& node : nodes) node.join();
    for (const auto& error : errors) EXPECT_EQ(error, "");
    EXPECT_EQ(run("SELECT count(*) FROM schema_versions"), run("SELECT max(version) FROM schema_versions"));
}

TEST_F(PostgresStore, OrdersOfTheFirstSchemaAreTakenOver) {
    const Operator o{"op", "Operator", {1, 2, 3}, t0};
    auto from_template = subscription(2);
    from_template.package_octets = 0;
    auto barred = subscription(3);
    barred.standing = Standing::enabled;
    barred.eid = eid(3);
    ASSERT_TRUE(open()->commit_one({AddSubscription{subscription(1)}, AddOrder{order(1)}, AddOperator{o},
                                    AddSubscription{from_template}, AddSubscription{barred},
                                    AddAuc{auc_row(3, auc::Status::barred)}}));
    drop_rules();
    run("DROP TABLE exports");
    run("DROP INDEX orders_with_events");
    run("ALTER TABLE orders DROP COLUMN smds_address, DROP COLUMN event, DROP COLUMN needs_javacard, "
        "DROP COLUMN package_version");
    run("ALTER TABLE operators DROP COLUMN refused, DROP COLUMN allowed, DROP COLUMN applets");
    run("ALTER TABLE subscriptions DROP COLUMN needs_javacard, DROP COLUMN package_version");
    run("DROP INDEX subscriptions_in_stock");
    run("ALTER TABLE subscriptions DROP COLUMN taken");
    run("DELETE FROM schema_versions WHERE version > 1");
    const auto store = open();
    EXPECT_EQ(*store->list_orders(), (std::vector<smdp::Order>{order(1)}));
    EXPECT_EQ(**store->find_operator("op"), o);
    EXPECT_EQ(**store->find_subscription(iccid(1)), subscription(1));
    EXPECT_EQ((**store->find_subscription(iccid(2))).package_version, 3);
    ASSERT_TRUE(store->commit_one({NameOrder{"order-1", "MATCH-1", {}, "smds.example.com"}}));
    ASSERT_TRUE(store->commit_one({MoveEvent{"order-1", {}, smdp::EventStanding::queued}}));
    EXPECT_EQ((**store->find_order("order-1")).event, smdp::EventStanding::queued);
    EXPECT_TRUE(store->commit_one({RecordExport{{iccid(1), t0, "op", 3, 0}}}));
    EXPECT_TRUE(*store->find_row("bar", iccid(3).text()));
    EXPECT_FALSE(*store->find_row("bar", iccid(1).text()));
}

TEST_F(PostgresStore, RefusesASchemaThatIsNewerAlsoWhereItConnectsAgain) {
    const auto store = open();
    run("INSERT INTO schema_versions (version) VALUES (99)");
    const auto refused = [](const auto& result) { return !result && result.error().code == Errc::refused; };
    EXPECT_TRUE(refused(open_postgres_store(database)));
    EXPECT_TRUE(refused(check_postgres(database)));
    end_connections();
    EXPECT_TRUE(refused(store->list_orders()));
}

TEST_F(PostgresStore, RowThatAnotherNodeChangedIsAConflict) {
    const auto a = open_with(1, 1), b = open();
    auto of_a = **a->find_order("order-1"), of_b = **b->find_order("order-1");
    of_a.attempts = 1;
    of_b.attempts = 2;
    ASSERT_TRUE(b->commit_one({smdp::PutOrder{of_b}}));
    const auto late = a->commit_one({smdp::PutOrder{of_a}});
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().path, "orders.version");
    EXPECT_EQ((*a->find_order("order-1"))->attempts, 2U);
}

/// One node adds an order of a line while the other one sees the end of the last before it.
TEST_F(PostgresStore, LineIsNotInStockBesideAnOrderThatAnotherNodeAddsMeanwhile) {
    const auto store = open();
    auto line = subscription(1);
    line.profile_type = "gold";
    auto ended = order(1);
    ended.state = smdp::OrderState::unavailable;
    ended.outstanding = {{1}};
    ASSERT_TRUE(store->commit_one(
        {AddSubscription{line}, AddSubscription{subscription(2)}, AddOrder{ended}, AddOrder{order(2)}}));
    ASSERT_EQ(run("SELECT taken FROM subscriptions WHERE profile_type IS NOT NULL"), 1);
    run("BEGIN");
    run("UPDATE orders SET iccid='" + iccid(1).text() + "' WHERE id='order-2'");
    run("UPDATE subscriptions SET taken=1 WHERE iccid='" + iccid(1).text() + "'");
    Status done = ok();
    ended.outstanding.clear();
    std::thread node([&] { done = store->commit_one({smdp::PutOrder{ended}}); });
    other->await_waiting(1);
    run("COMMIT");
    node.join();
    ASSERT_TRUE(done) << to_string(done.error());
    EXPECT_EQ(run("SELECT taken FROM subscriptions WHERE profile_type IS NOT NULL"), 1);
    EXPECT_TRUE(store->find_in_stock("gold", "operator", 1)->empty());
}

/// Two nodes that change the same rows in another order each.
TEST_F(PostgresStore, DeadlockIsAConflictAndChangesNothing) {
    const auto store = open_with(2, 2);
    run("SET deadlock_timeout = '20s'");  // that it is the store's transaction which gives way
    run("BEGIN");
    run("UPDATE orders SET attempts=7 WHERE id='order-2'");
    Status done = ok();
    std::thread node([&] { done = store->commit_one({smdp::PutOrder{order(1)}, smdp::PutOrder{order(2)}}); });
    other->await_waiting(1);
    run("UPDATE orders SET attempts=7 WHERE id='order-1'");
    run("COMMIT");
    node.join();
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, Errc::conflict) << to_string(done.error());
    EXPECT_EQ((*store->find_order("order-1"))->version, 1);
    EXPECT_EQ((*store->find_order("order-1"))->attempts, 7U);
}

/// SQLite keeps any octets; what comes from strangers must not take others' commits down here.
TEST_F(PostgresStore, TextThatItCannotHoldIsNobodysKeyAndStopsNoOtherBatch) {
    const auto store = open_with(2, 2);
    for (const std::string& bad : {std::string("a\0b", 3), std::string("\xff")}) {
        const auto found = store->find_order_by_matching_id(bad);
        ASSERT_TRUE(found) << to_string(found.error());
        EXPECT_FALSE(*found);
        const std::vector<Batch> group{{smdp::Note{"order-1", t0, bad}}, {smdp::Note{"order-2", t0, "whole"}}};
        const auto done = store->commit(group);
        EXPECT_EQ(done[0].error().code, Errc::bad_value);
        EXPECT_TRUE(done[1]);
    }
    EXPECT_TRUE(store->timeline("order-1")->empty());
    EXPECT_EQ(store->timeline("order-2")->size(), 2U);
}

TEST_F(PostgresStore, WaitsForTheDiskAlsoWhereTheClusterIsSetOtherwise) {
    const auto wanted = [this](const std::string& set) {
        run("ALTER ROLE mcim SET synchronous_commit = " + set);
        pg_conn* pg = *postgres::connect(database);
        const auto waits = postgres::ask_number(
            pg, "SELECT (current_setting('synchronous_commit') NOT IN ('off', 'local', 'remote_write'))::int");
        PQfinish(pg);
        return **waits;
    };
    EXPECT_EQ(wanted("off"), 1);
    EXPECT_EQ(wanted("remote_apply"), 1);
    run("ALTER ROLE mcim RESET synchronous_commit");
}

TEST_F(PostgresStore, NoErrorRepeatsTheConnectionString) {
    for (const char* bad :
         {"postgresql://mcim:s3cret%zz@localhost/x", "host=/nowhere dbname=x password=s3cret",
          "password=s3cret nonsense", "postgresql://mcim:s3cret@localhost:99999/x",
          "postgresql://mcim@localhost:1/x?password=s3cret", "s3cret", "postgresql://mcim:pa@s3cret@localhost/x",
          "postgresql://mcim:s3cret/pa@localhost/x", "postgresql://localhost:12/s3cret@localhost/x"}) {
        const auto opened = open_postgres_store(bad);
        ASSERT_FALSE(opened) << bad;
        EXPECT_EQ(to_string(opened.error()).find("s3cret"), std::string::npos) << to_string(opened.error());
    }
}

TEST(PostgresAddress, IsToldFromTheNameOfAFile) {
    for (const char* yes : {"postgresql:///mcim", "postgres://a@b/c", "host=/run dbname=mcim", "dbname = mcim"})
        EXPECT_TRUE(is_postgres(yes)) << yes;
    for (const char* no : {"mcimd.sqlite", "/srv/mcim/mcimd.sqlite", "", "=", "data/a=b", "a b"})
        EXPECT_FALSE(is_postgres(no)) << no;
}

}  // namespace
}  // namespace mcim::store
