// An operator is told how his orders go (ES2+.HandleDownloadProgressInfo), by a server of his own that is now and then
// not there.
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/sinks/ringbuffer_sink.h>

#include <iostream>
#include <sstream>

#include "mcim/apps/mcimd/log.h"
#include "mcim/apps/mcimd/other_server_for_test.h"
#include "support/postgres.h"

namespace mcim::apps::mcimd {
namespace {

class ProgressTold : public Mcimd {
protected:
    void SetUp() override {
        start();
        add_operator("a", key_a);
        add_line("a", first, "999990000000001");
    }
    void serve(std::uint16_t port = 0) {
        server.emplace(of_host(elsewhere, "localhost"), port, content_of(at, "tls.der"));
    }
    void tell_at(std::uint16_t port, unsigned status = 200) {
        admin("POST", "/operators/a/progress",
              jose::ObjectWriter()
                  .text("url", "https://localhost:" + std::to_string(port))
                  .texts("ca", {base64url(elsewhere.ci.der())})
                  .finish(),
              status);
    }
    static std::string said(const http::Request& request) {
        EXPECT_EQ(request.target, "/gsma/rsp2/es2plus/handleDownloadProgressInfo");
        EXPECT_EQ(request.find_header("X-Admin-Protocol"), "gsma/rsp/v2.5.0");
        const auto in = jose::Object::parse(request.body);
        EXPECT_TRUE(in) << request.body;
        EXPECT_TRUE(in->object("header")->has("functionCallIdentifier"));
        const auto status = *in->object("notificationPointStatus");
        std::string out = std::to_string(*in->integer("notificationPointId")) + " " + *status.text("status");
        if (const auto code = status.object("statusCodeData"))
            out += " " + *code->text("subjectCode") + "/" + *code->text("reasonCode");
        return out;
    }
    test::Pki elsewhere{crypto::Curve::p256, 77};  ///< the operator's own
    std::optional<OtherServer> server;
};

TEST_F(ProgressTold, OfADownloadAndItsInstallation) {
    serve();
    tell_at(server->port());
    install(add_order("a", first), first);
    const auto told = server->told(2);
    ASSERT_EQ(told.size(), 2U);
    EXPECT_EQ(said(told[0]), "3 Executed-Success");
    EXPECT_EQ(said(told[1]), "4 Executed-Success");
    const auto last = *jose::Object::parse(told[1].body);
    EXPECT_EQ(*last.text("iccid"), first.text());
    EXPECT_EQ(*last.text("eid"), at.pki.eid.text());
    EXPECT_TRUE(from_rfc3339(*last.text("timestamp")));
}

TEST_F(ProgressTold, OfWhatFailed) {
    serve();
    tell_at(server->port());
    const auto order = order_with("confirmation_code", "1234");
    const auto offered = offer(order);
    EXPECT_EQ(refusal("getBoundProfilePackage", card.prepare(offered)), "8.2.7/2.2");
    auto request = card.cancel(offered.transaction_id, oid, msg::CancelSessionReason::end_user_rejection);
    EXPECT_EQ(es9("cancelSession", request).status, 200U);
    const auto told = server->told(1);
    ASSERT_EQ(told.size(), 1U);
    EXPECT_EQ(said(told[0]), "3 Failed 8.8.5/3.8");
}

TEST_F(ProgressTold, UntilItIsTakenAndInItsOrder) {
    serve();
    const auto port = server->port();
    tell_at(port);
    server->refuse(2);
    install(add_order("a", first), first);
    const auto told = server->told(2);
    ASSERT_EQ(told.size(), 2U);
    EXPECT_EQ(said(told[0]), "3 Executed-Success");
    EXPECT_EQ(said(told[1]), "4 Executed-Success");
}

TEST_F(ProgressTold, AfterARestartWhatWasNotTakenBefore) {
    serve();
    const auto port = server->port();
    server.reset();  // nobody is there
    tell_at(port);
    install(add_order("a", first), first);
    start();
    serve(port);
    const auto told = server->told(2);
    ASSERT_EQ(told.size(), 2U);
    EXPECT_EQ(said(told[1]), "4 Executed-Success");
}

TEST_F(ProgressTold, NobodyWhoseCertificateIsNotThatOfTheHost) {
    const auto log = std::make_shared<spdlog::sinks::ringbuffer_sink_mt>(100);
    log_to(log, "warn");
    server.emplace(of_host(elsewhere, "other.example.com"), 0, content_of(at, "tls.der"));
    tell_at(server->port());
    install(add_order("a", first), first);
    const auto was_refused = [&] {
        return std::ranges::any_of(log->last_formatted(), [](const std::string& line) {
            return line.find("does not take what is told") != std::string::npos;
        });
    };
    const auto until = std::chrono::steady_clock::now() + 20s;
    while (!was_refused() && server->told(0).empty() && std::chrono::steady_clock::now() < until)
        std::this_thread::sleep_for(5ms);
    EXPECT_TRUE(was_refused());
    OtherServer good(of_host(elsewhere, "localhost"), 0, content_of(at, "tls.der"));
    tell_at(good.port());
    EXPECT_EQ(good.told(2).size(), 2U) << "it was kept";
    EXPECT_EQ(server->told(0).size(), 0U);
    log_to(std::make_shared<spdlog::sinks::ostream_sink_mt>(std::clog), "off");
}

TEST_F(ProgressTold, AddressesAreCheckedAndTakenBack) {
    const auto set = [&](const std::string& url, unsigned status) {
        admin("POST", "/operators/a/progress",
              jose::ObjectWriter().text("url", url).texts("ca", {base64url(elsewhere.ci.der())}).finish(), status);
    };
    for (const std::string wrong : {"http://localhost", "https://", "https://a/b", "localhost"}) set(wrong, 422);
    set("https://localhost:1/", 200);
    admin("POST", "/operators/a/progress", R"({"url":"https://localhost"})", 422);
    admin("POST", "/operators/a/progress", "{}");
    admin("POST", "/operators/nobody/progress", "{}", 404);
}

class ProgressOnPostgres : public ProgressTold {
protected:
    void SetUp() override {
        at.database = test::Postgres::of_this_process().fresh_database();
        ProgressTold::SetUp();
        serve();
    }
    void TearDown() override { log_to(std::make_shared<spdlog::sinks::ostream_sink_mt>(std::clog), "off"); }
};

TEST_F(ProgressOnPostgres, OfWhatAnyNodeIsAskedForWhoeverWasToldWhere) {
    Config config = at.config();
    config.admin_socket = at.temp / "admin-2.sock";
    config.auc->socket = at.temp / "auc-2.sock";
    const Running other(config);
    tell_at(server->port());
    const auto order = add_order("a", first);
    connect_to(other.port());
    install(order, first);
    EXPECT_EQ(server->told(2).size(), 2U);
}

/// Two nodes may tell the same; who finds that it was told has no failure of his operator's.
TEST_F(ProgressOnPostgres, GoesOnWhereAnotherNodeHasToldIt) {
    std::ostringstream text;
    log_to(std::make_shared<spdlog::sinks::ostream_sink_mt>(text), "warn");
    tell_at(server->port());
    server->answer([this](const http::Request&) {
        test::PostgresSession(at.database).run("DELETE FROM rows WHERE kind = 'es2-progress'");
        return http::Response{204, {}, ""};
    });
    const auto id = bind(add_order("a", first));
    EXPECT_EQ(server->told(1).size(), 1U);
    notify(card.installed(id, first, oid));
    EXPECT_EQ(said(server->told(2).back()), "4 Executed-Success");
    running.reset();
    EXPECT_EQ(text.str().find("does not take what is told"), std::string::npos) << text.str();
}

/// It would come after what was told later.
TEST_F(ProgressOnPostgres, DoesNotTellWhatAnotherNodeHasToldMeanwhile) {
    tell_at(server->port());
    server->refuse(1);
    const auto id = bind(add_order("a", first));
    server->await_refusals();
    test::PostgresSession(at.database).run("DELETE FROM rows WHERE kind = 'es2-progress'");
    notify(card.installed(id, first, oid));
    const auto told = server->told(1);
    ASSERT_EQ(told.size(), 1U);
    EXPECT_EQ(said(told[0]), "4 Executed-Success");
}

}  // namespace
}  // namespace mcim::apps::mcimd
