// Several nodes on one PostgreSQL, and what is left where one of them, or PostgreSQL, is killed.
#include "mcim/apps/mcimd/asn1_for_test.h"
#include "mcim/apps/mcimd/plain_for_test.h"
#include "support/postgres.h"

namespace mcim::apps::mcimd {
namespace {

class OnPostgres : public Mcimd {
protected:
    void SetUp() override {
        at.database = server.fresh_database();
        at.more_tables = "[operation]\nlisten = \"127.0.0.1:0\"\n";
        start();
        add_operator("a", key_a);
        add_line("a", first, "999990000000001");
        order.emplace(add_order("a", first));
    }
    /// Another node: the same keys and the same database, sockets of its own.
    [[nodiscard]] Config other_node() const {
        Config config = at.config();
        config.admin_socket = at.temp / "admin-2.sock";
        config.auc->socket = at.temp / "auc-2.sock";
        return config;
    }
    void begin_other_node() { other.emplace(other_node()); }
    void use_first() { connect_to(running->port()); }
    void use_other() { connect_to(other->port()); }
    int lines_with(std::string_view words) {
        const auto shown = admin("GET", "/orders/" + *order->text("id"));
        const auto timeline = *shown.objects("timeline");
        return static_cast<int>(std::ranges::count_if(
            timeline, [&](const jose::Object& line) { return line.text("what")->find(words) != std::string::npos; }));
    }
    std::int64_t attempts() { return *admin("GET", "/orders/" + *order->text("id")).integer("attempts"); }
    void expect_installed_once() {
        EXPECT_EQ(state_of(*order), "Installed");
        EXPECT_EQ(standing(first), "installed");
        EXPECT_EQ(auc_status("999990000000001"), "active");
        EXPECT_EQ(lines_with("installed"), 1);
    }
    /// What `meets(function, request)` does to each request of it comes first; then the same is asked again.
    void download_with(const auto& meets) {
        const auto begun = initiate();
        const auto authenticate = card.authenticate(begun, *order->text("matching_id"));
        meets("authenticateClient", authenticate);
        const auto offered = call<msg::AuthenticateClientOk>("authenticateClient", authenticate);
        const auto prepare = card.prepare(offered);
        meets("getBoundProfilePackage", prepare);
        call<msg::GetBoundProfilePackageOk>("getBoundProfilePackage", prepare);
        const auto installed = card.installed(offered.transaction_id, first, oid);
        meets("handleNotification", installed);
        notify(installed);
    }
    [[nodiscard]] http::Response ask(const Running& node, const http::Request& request) const {
        http::ClientConfig config{{at.pki.ci.der()}, {}};
        config.resolve[{"smdpp.example.com", 443}] = {"127.0.0.1", node.port()};
        auto answer = http::Client(config).send({"smdpp.example.com"}, request);
        EXPECT_TRUE(answer) << to_string(answer.error());
        return answer ? *std::move(answer) : http::Response{};
    }
    /// Each node is asked one thing, and both have read what there is before one of them writes.
    std::vector<http::Response> at_both(const http::Request& of_first, const http::Request& of_other) {
        test::PostgresSession lock(at.database);
        lock.run("BEGIN; LOCK TABLE orders, sessions IN SHARE MODE");
        auto one = std::async(std::launch::async, [&] { return ask(*running, of_first); });
        auto two = std::async(std::launch::async, [&] { return ask(*other, of_other); });
        lock.await_waiting(2);
        lock.run("COMMIT");
        return {one.get(), two.get()};
    }
    test::Postgres& server = test::Postgres::of_this_process();
    std::optional<Running> other;
    std::optional<jose::Object> order;
};

TEST_F(OnPostgres, NothingIsWrongWithAConfigurationThatStarts) {
    EXPECT_EQ(check_files(at.config(), system_now()).lines, std::vector<std::string>{});
}

TEST_F(OnPostgres, RequestsOfOneSessionGoToTwoNodesInTurn) {
    begin_other_node();
    const auto begun = initiate();
    use_other();
    const auto authenticate = card.authenticate(begun, *order->text("matching_id"));
    const auto offered = call<msg::AuthenticateClientOk>("authenticateClient", authenticate);
    use_first();
    EXPECT_EQ(call<msg::AuthenticateClientOk>("authenticateClient", authenticate), offered) << "the reply was lost";
    const auto prepare = card.prepare(offered);
    call<msg::GetBoundProfilePackageOk>("getBoundProfilePackage", prepare);
    use_other();
    call<msg::GetBoundProfilePackageOk>("getBoundProfilePackage", prepare);  // it was lost, and is made again
    EXPECT_EQ(attempts(), 1);
    const auto installed = card.installed(offered.transaction_id, first, oid);
    use_first();
    notify(installed);
    use_other();
    EXPECT_EQ(es9("handleNotification", installed).status, 204U) << "again";
    expect_installed_once();
}

TEST_F(OnPostgres, RequestThatTwoNodesWorkOnAtOnceCountsOnce) {
    begin_other_node();
    const auto offered = offer(*order);
    const auto request = es9_request("getBoundProfilePackage", card.prepare(offered));
    EXPECT_EQ(granted(at_both(request, request)), 2);
    EXPECT_EQ(attempts(), 1) << "the second saw what the first had written";
}

TEST_F(OnPostgres, OrderIsOneCardsWhereTwoComeToTwoNodesAtOnce) {
    begin_other_node();
    const auto identity = at.pki.make_euicc(*Eid::with_check_digits("890490320000000000000000000999"));
    test::SoftCard second_card{identity, at.pki.eum, *at.pki.ci.certificate.subject_key_id};
    const auto prepared = [&](test::SoftCard& by) {
        return es9_request("getBoundProfilePackage", by.prepare(offer(*order, by)));
    };
    const auto mine = prepared(card), theirs = prepared(second_card);
    EXPECT_EQ(granted(at_both(mine, theirs)), 1);
    EXPECT_EQ(attempts(), 1);
}

TEST_F(OnPostgres, PostgresKilledBeforeEachStepOfADownloadLosesNothing) {
    const auto killed_before = [&](std::string_view function, const auto& request) {
        server.kill_it();
        const auto answer = es9(function, request);
        const auto status = msg::read_status(answer.body);
        const bool refused = answer.status == 503 || (status && *status && (*status)->reason_code == "5.1");
        EXPECT_TRUE(refused) << function << ": " << answer.status << answer.body;
        EXPECT_TRUE(ask_plain(running->operation_port(), "/readyz").starts_with("HTTP/1.1 503 ")) << function;
        const auto again = server.launch();
        ASSERT_TRUE(again) << to_string(again.error());
    };
    download_with(killed_before);
    expect_installed_once();
    EXPECT_EQ(attempts(), 1);
    EXPECT_TRUE(ask_plain(running->operation_port(), "/readyz").starts_with("HTTP/1.1 200 "));
}

/// The node that is asked dies in the midst of its transaction; another one is asked then.
TEST_F(OnPostgres, NodeKilledInEachStepOfADownloadLosesNothing) {
    begin_other_node();
    const auto killed_in = [&](std::string_view function, const auto& request) {
        start_process();
        test::PostgresSession lock(at.database);
        lock.run("BEGIN; LOCK TABLE orders, sessions, notifications IN SHARE MODE");
        auto answer = std::async(std::launch::async,
                                 [&] { return client->send({"smdpp.example.com"}, es9_request(function, request)); });
        lock.await_waiting(1);
        process->end_by(SIGKILL);
        EXPECT_FALSE(answer.get()) << function;
        lock.run("COMMIT");
        use_other();
    };
    use_other();
    download_with(killed_in);
    start_process();
    expect_installed_once();
    EXPECT_EQ(attempts(), 1);
}

}  // namespace
}  // namespace mcim::apps::mcimd
