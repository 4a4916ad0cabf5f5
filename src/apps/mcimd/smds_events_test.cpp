// An order whose device finds it at an SM-DS (ES12): a server of the test's, which is now and then not there, and a
// card that comes with what it has found.
#include "mcim/apps/mcimd/smds_events.h"
#include "mcim/apps/mcimd/es2_for_test.h"
#include "mcim/apps/mcimd/other_server_for_test.h"
#include "mcim/apps/mcimd/plain_for_test.h"
#include "mcim/store/rows_for_test.h"
#include "mcim/x509/crl.h"

namespace mcim::apps::mcimd {
namespace {

http::Response es12_answer(std::string_view subject = "", std::string_view reason = "") {
    jose::ObjectWriter status;
    status.text("status", subject.empty() ? "Executed-Success" : "Failed");
    if (!subject.empty())
        status.object("statusCodeData", jose::ObjectWriter()
                                            .text("subjectCode", subject)
                                            .text("reasonCode", reason)
                                            .text("message", "So says the SM-DS."));
    return http::json_response(
        200,
        jose::ObjectWriter().object("header", jose::ObjectWriter().object("functionExecutionStatus", status)).finish());
}

class SmdsEvents : public Mcimd {
protected:
    void SetUp() override {
        at.write("smds-ca.der", elsewhere.ci.der());
        serve();
        smds = "localhost:" + std::to_string(server->port());
        at.more_tables = "[[dp.smds]]\naddress = \"" + smds + "\"\nca = \"smds-ca.der\"\n" + more_of_smds() +
                         "[es2]\nlisten = \"127.0.0.1:0\"\n";
        start();
        add_operator("a", key_a);
        add_line("a", first, "999990000000001");
    }
    [[nodiscard]] virtual std::string more_of_smds() { return ""; }
    void serve(std::uint16_t port = 0, std::string_view certificate = "tls.der") {
        serve(port, content_of(at, certificate), of_host(elsewhere, "localhost", x509::Role::ds_tls));
    }
    void serve(
        std::uint16_t port, Bytes clients, const test::Identity& own,
        OtherServer::Answer answer = [](const http::Request&) { return es12_answer(); }) {
        server.emplace(own, port, std::move(clients), std::move(answer));
    }
    /// Every ID is another's.
    static http::Response id_is_taken(const http::Request& r) {
        return r.target.ends_with("registerEvent") ? es12_answer("8.9.5", "3.3") : es12_answer();
    }
    [[nodiscard]] std::uint16_t port() const { return static_cast<std::uint16_t>(std::stoi(smds.substr(10))); }
    jose::ObjectWriter terms() const {
        jose::ObjectWriter out;
        out.text("operator", "a").text("iccid", first.text()).text("policy", "open");
        return out.text("eid", at.pki.eid.text()).text("smds", smds);
    }
    jose::Object order_at_smds() { return admin("POST", "/orders", terms().finish()); }
    void cancel(const jose::Object& order) { admin("POST", "/orders/" + *order.text("id") + "/cancel", "{}"); }
    /// "registerEvent", ...
    std::vector<std::string> asked(std::size_t count) {
        std::vector<std::string> out;
        for (const auto& request : server->told(count)) {
            EXPECT_EQ(request.method, "POST");
            EXPECT_EQ(request.find_header("Content-Type"), "application/json");
            EXPECT_EQ(request.find_header("X-Admin-Protocol"), "gsma/rsp/v2.5.0");
            EXPECT_TRUE(request.target.starts_with("/gsma/rsp2/es12/")) << request.target;
            out.push_back(request.target.substr(16));
        }
        return out;
    }
    /// As soon as the platform has heard of it.
    std::string event_of(const jose::Object& order, std::string_view awaited) {
        const auto until = std::chrono::steady_clock::now() + 20s;
        std::string found;
        do found = *admin("GET", "/orders/" + *order.text("id")).text("event");
        while (found != awaited && std::chrono::steady_clock::now() < until);
        return found;
    }
    jose::Object order_whose_id_is_taken() {
        server->answer(id_is_taken);
        auto order = order_at_smds();
        expect_taken(order);
        return order;
    }
    /// As soon as its timeline says so.
    void expect_taken(const jose::Object& order) {
        const auto until = std::chrono::steady_clock::now() + 20s;
        const std::string wanted =
            "event not registered at SM-DS " + smds + ", which has another under its ID: 8.9.5/3.3 So says the SM-DS.";
        while (last_line(order) != wanted && std::chrono::steady_clock::now() < until) continue;
        EXPECT_EQ(last_line(order), wanted);
        EXPECT_EQ(event_of(order, "queued"), "queued");
    }
    using Asked = std::vector<std::string>;

    test::Pki elsewhere{crypto::Curve::p256, 77};  ///< the SM-DS's own
    std::optional<OtherServer> server;
    std::string smds;
};

TEST_F(SmdsEvents, IsRegisteredWhenItsOrderIsReleasedAndDeletedWhenItIsInstalled) {
    const auto order = order_at_smds();
    EXPECT_EQ(*order.text("event"), "queued");
    ASSERT_EQ(asked(1), (Asked{"registerEvent"}));
    const auto registered = *jose::Object::parse(server->told(1)[0].body);
    EXPECT_EQ(registered.names(), (Asked{"header", "eid", "rspServerAddress", "eventId", "forwardingIndicator"}));
    EXPECT_EQ(*registered.object("header")->text("functionRequesterIdentifier"), "2.999.10");
    EXPECT_TRUE(registered.object("header")->text("functionCallIdentifier"));
    EXPECT_EQ(*registered.text("eid"), at.pki.eid.text());
    EXPECT_EQ(*registered.text("rspServerAddress"), "smdpp.example.com");
    EXPECT_EQ(*registered.text("eventId"), *order.text("matching_id"));
    EXPECT_EQ(*registered.flag("forwardingIndicator"), false);
    EXPECT_EQ(event_of(order, "registered"), "registered");
    EXPECT_EQ(last_line(order), "event registered at SM-DS " + smds);

    // the card has asked the SM-DS, and comes with the event's ID
    const auto offered = call<msg::AuthenticateClientOk>("authenticateClient",
                                                         card.authenticate(initiate(), *registered.text("eventId")));
    call<msg::GetBoundProfilePackageOk>("getBoundProfilePackage", card.prepare(offered));
    EXPECT_EQ(asked(1).size(), 1U) << "it may come again";
    notify(card.installed(offered.transaction_id, first, oid));
    ASSERT_EQ(asked(2), (Asked{"registerEvent", "deleteEvent"}));
    const auto deleted = *jose::Object::parse(server->told(2)[1].body);
    EXPECT_EQ(deleted.names(), (Asked{"header", "eid", "eventId"}));
    EXPECT_EQ(*deleted.text("eid"), at.pki.eid.text());
    EXPECT_EQ(*deleted.text("eventId"), *order.text("matching_id"));
    EXPECT_EQ(event_of(order, "deleted"), "deleted");
    EXPECT_EQ(last_line(order), "event deleted at SM-DS " + smds);
}

TEST_F(SmdsEvents, EventIdServesNoOtherCard) {
    const auto order = order_at_smds();
    const auto identity = at.pki.make_euicc(*x509::make_eid("89049032", 2));
    test::SoftCard other{identity, at.pki.eum, *at.pki.ci.certificate.subject_key_id};
    EXPECT_EQ(refusal("authenticateClient", other.authenticate(initiate(other), *order.text("matching_id"))),
              "8.1.1/3.8");
}

TEST_F(SmdsEvents, IsRegisteredOnceWhenItsSmdsIsThereAgain) {
    server.reset();
    const auto order = order_at_smds();
    serve(port());
    server->refuse(1);
    EXPECT_EQ(event_of(order, "registered"), "registered");
    cancel(order);
    EXPECT_EQ(asked(2), (Asked{"registerEvent", "deleteEvent"})) << "what was answered is not said again";
}

TEST_F(SmdsEvents, OutlastsAKillBeforeItWasSent) {
    running.reset();
    server.reset();
    start_process();
    const auto order = order_at_smds();
    process.reset();  // by SIGKILL
    serve(port());
    start();
    EXPECT_EQ(asked(1), (Asked{"registerEvent"}));
    EXPECT_EQ(event_of(order, "registered"), "registered");
}

TEST_F(SmdsEvents, DeletionNeverOvertakesTheRegistration) {
    server->refuse(1);
    const auto order = order_at_smds();
    server->await_refusals();
    cancel(order);
    EXPECT_EQ(asked(2), (Asked{"registerEvent", "deleteEvent"}));
    EXPECT_EQ(event_of(order, "deleted"), "deleted");
}

/// Whatever the clock says of what came first.
TEST_F(SmdsEvents, CallsOfAnOrderAreInItsOrderAfterARestartToo) {
    const auto early = [](std::chrono::hours by) { return Surroundings{.clock = [by] { return system_now() - by; }}; };
    server.reset();
    const auto order = order_at_smds();
    start_in(early(1h));
    cancel(order);
    serve(port());
    start();
    EXPECT_EQ(asked(2), (Asked{"registerEvent", "deleteEvent"}));
}

TEST_F(SmdsEvents, RefusalIsSaidAndAskedAgainWhenTheOrderIsReleasedAgain) {
    server->answer([](const http::Request&) { return es12_answer("8.1.1", "3.8"); });
    const auto order = order_at_smds();
    EXPECT_EQ(event_of(order, "refused"), "refused");
    EXPECT_EQ(last_line(order), "event refused by SM-DS " + smds + ": 8.1.1/3.8 So says the SM-DS.");
    EXPECT_EQ(state_of(order), "Released") << "its code serves all the same";
    bind(order);
    server->answer([](const http::Request&) { return es12_answer(); });
    admin("POST", "/orders/" + *order.text("id") + "/release", "{}");
    EXPECT_EQ(event_of(order, "registered"), "registered");
    EXPECT_EQ(asked(2), (Asked{"registerEvent", "registerEvent"})) << "nor when a package left";
}

TEST_F(SmdsEvents, RefusalIsAskedAgainWhenTheOrderIsGivenAReleaseToo) {
    server->answer([](const http::Request&) { return es12_answer("8.1.1", "3.8"); });
    const auto order = order_at_smds();
    EXPECT_EQ(event_of(order, "refused"), "refused");
    server->answer([](const http::Request&) { return es12_answer(); });
    const Time now = std::chrono::floor<std::chrono::seconds>(system_now());
    const transfer::Release release{"a", at.pki.eid, second, "a", "number-1", now, now + 1h};
    const std::string token = *transfer::sign_release(release, "", jose::signer_of(key_a));
    admin("POST", "/orders/" + *order.text("id") + "/release", jose::ObjectWriter().text("release", token).finish());
    EXPECT_EQ(event_of(order, "registered"), "registered");
}

TEST_F(SmdsEvents, OneThatIsNotTakenHoldsUpNoOther) {
    std::atomic<bool> well = false;
    std::string stuck;
    std::mutex mutex;
    server->answer([&](const http::Request& request) {
        const std::scoped_lock lock(mutex);
        if (stuck.empty()) stuck = *jose::Object::parse(request.body)->text("eventId");
        return !well && request.body.find(stuck) != std::string::npos ? es12_answer("8.9", "4.2") : es12_answer();
    });
    const auto order = order_at_smds();
    add_line("a", second, "999990000000002");
    jose::ObjectWriter other;
    other.text("operator", "a").text("iccid", second.text()).text("policy", "open");
    const auto next = admin("POST", "/orders", other.text("eid", at.pki.eid.text()).text("smds", smds).finish());
    server->told(1);
    const auto& [first_asked, later] =
        stuck == *order.text("matching_id") ? std::pair(order, next) : std::pair(next, order);
    EXPECT_EQ(event_of(later, "registered"), "registered");
    EXPECT_EQ(event_of(first_asked, "queued"), "queued");
    well = true;
    EXPECT_EQ(event_of(first_asked, "registered"), "registered");
}

TEST_F(SmdsEvents, DeletionThatIsRefusedIsAskedForAgain) {
    const auto order = order_at_smds();
    EXPECT_EQ(event_of(order, "registered"), "registered");
    server->answer([](const http::Request&) { return es12_answer("8.9", "1.2"); });
    cancel(order);
    EXPECT_EQ(asked(2).size(), 2U);
    server->answer([](const http::Request&) { return es12_answer(); });
    EXPECT_EQ(event_of(order, "deleted"), "deleted");
}

TEST_F(SmdsEvents, RefusedEventIsNotDeleted) {
    server->answer([](const http::Request&) { return es12_answer("8.1.1", "3.8"); });
    const auto order = order_at_smds();
    EXPECT_EQ(event_of(order, "refused"), "refused");
    cancel(order);
    add_line("a", second, "999990000000002");
    admin("POST", "/orders",
          jose::ObjectWriter()
              .text("operator", "a")
              .text("iccid", second.text())
              .text("policy", "open")
              .text("eid", at.pki.eid.text())
              .text("smds", smds)
              .finish());
    EXPECT_EQ(asked(2), (Asked{"registerEvent", "registerEvent"}));
}

TEST_F(SmdsEvents, WhatTheSmdsHasDoneAlreadyIsDone) {
    server->answer([](const http::Request& r) {
        return es12_answer("8.9.5", r.target.ends_with("registerEvent") ? "3.3" : "3.9");
    });
    server->refuse(1);  // after it was done, for all that is known
    const auto order = order_at_smds();
    EXPECT_EQ(event_of(order, "registered"), "registered");
    EXPECT_NE(last_line(order).find("had it already: 8.9.5/3.3"), std::string::npos) << last_line(order);
    cancel(order);
    EXPECT_EQ(event_of(order, "deleted"), "deleted");
    EXPECT_NE(last_line(order).find("had it no more: 8.9.5/3.9"), std::string::npos) << last_line(order);
}

TEST_F(SmdsEvents, IdThatIsTakenThereIsShownAndTriedAgain) {
    add_line("a", second, "999990000000002");
    const auto order = order_whose_id_is_taken();
    const auto lines = [&] { return admin("GET", "/orders/" + *order.text("id")).objects("timeline")->size(); };
    const auto told = lines();
    const std::string id = *order.text("matching_id");
    server->answer([id](const http::Request& r) {
        return r.body.find(id) != std::string::npos ? es12_answer("8.9.5", "3.3") : es12_answer();
    });
    jose::ObjectWriter other;
    other.text("operator", "a").text("iccid", second.text()).text("policy", "open");
    const auto next = admin("POST", "/orders", other.text("eid", at.pki.eid.text()).text("smds", smds).finish());
    EXPECT_EQ(event_of(next, "registered"), "registered") << "nothing is wrong with others";
    start();
    EXPECT_EQ(asked(3), (Asked{"registerEvent", "registerEvent", "registerEvent"}));
    EXPECT_EQ(event_of(order, "queued"), "queued");
    EXPECT_EQ(lines(), told) << "the same is said once";
    server->answer([](const http::Request&) { return es12_answer(); });
    start();
    EXPECT_EQ(event_of(order, "registered"), "registered");
    EXPECT_EQ(last_line(order), "event registered at SM-DS " + smds);
}

/// Nothing has reached it over a connection that did not come about: what it has there is somebody else's.
TEST_F(SmdsEvents, IdThatIsTakenThereIsShownAfterAConnectionThatFailedToo) {
    serve(port(), content_of(at, "tls.der"), of_host(elsewhere, "localhost", x509::Role::dp_tls));
    const auto order = order_at_smds();
    server->await_turned_away();
    serve(port(), content_of(at, "tls.der"), of_host(elsewhere, "localhost", x509::Role::ds_tls), id_is_taken);
    expect_taken(order);
}

TEST_F(SmdsEvents, HangUpHasItAskedAgainAtOnce) {
    const auto order = order_whose_id_is_taken();
    server->answer([](const http::Request&) { return es12_answer(); });
    ASSERT_TRUE(running->renew());
    EXPECT_EQ(event_of(order, "registered"), "registered") << "not in five minutes";
}

TEST_F(SmdsEvents, IdThatIsTakenThereIsGivenUpWithItsOrder) {
    const auto order = order_whose_id_is_taken();
    cancel(order);
    start();
    EXPECT_EQ(asked(3), (Asked{"registerEvent", "registerEvent", "deleteEvent"}));
    EXPECT_EQ(event_of(order, "deleted"), "deleted");
}

TEST_F(SmdsEvents, IsTriedAgainWhereTheRootAboveTheSmdsIsAway) {
    server->answer([](const http::Request&) { return es12_answer("8.9", "5.1"); });
    const auto order = order_at_smds();
    EXPECT_EQ(asked(1), (Asked{"registerEvent"}));
    EXPECT_EQ(event_of(order, "queued"), "queued");
    server->answer([](const http::Request&) { return es12_answer(); });
    EXPECT_EQ(asked(2), (Asked{"registerEvent", "registerEvent"}));
    EXPECT_EQ(event_of(order, "registered"), "registered");
}

TEST_F(SmdsEvents, IsDeletedWhenTheTimeOfItsOrderIsOver) {
    const auto order = admin("POST", "/orders", terms().time("expires_at", system_now() + 1h).finish());
    EXPECT_EQ(event_of(order, "registered"), "registered");
    start_later(2h);
    EXPECT_EQ(asked(2), (Asked{"registerEvent", "deleteEvent"}));
    EXPECT_EQ(event_of(order, "deleted"), "deleted");
}

TEST_F(SmdsEvents, IsDeletedWhenTheUserRefusesAndRegisteredAgainWithTheNextRelease) {
    const auto order = order_at_smds();
    EXPECT_EQ(event_of(order, "registered"), "registered");
    const auto offered = offer(order);
    call<msg::CancelSessionOk>("cancelSession",
                               card.cancel(offered.transaction_id, oid, msg::CancelSessionReason::end_user_rejection));
    EXPECT_EQ(asked(2), (Asked{"registerEvent", "deleteEvent"}));
    admin("POST", "/orders/" + *order.text("id") + "/release", "{}");
    EXPECT_EQ(asked(3), (Asked{"registerEvent", "deleteEvent", "registerEvent"}));
    EXPECT_EQ(event_of(order, "registered"), "registered");
    admin("POST", "/subscriptions/" + first.text() + "/close");
    EXPECT_EQ(asked(4).back(), "deleteEvent");
}

/// A line that its device had deleted is ordered anew, and ends with the first vector of the one that takes its place.
TEST_F(SmdsEvents, IsDeletedWhenTheFirstVectorOfAnotherLineEndsItsOrder) {
    install(add_order("a", first), first);
    add_operator("b", key_b);
    add_line("b", second, "999980000000002");
    const std::string token = *transfer::sign_release(
        {"a", at.pki.eid, first, "b", transfer::fresh_jti(at.random), system_now() - 1s, system_now() + 1h}, "",
        jose::signer_of(key_a));
    install(add_order("b", second, "open", token), second);
    notify(card.notify(first, msg::NotificationEventBit::delete_));
    const auto order = order_at_smds();
    EXPECT_EQ(event_of(order, "registered"), "registered");
    EXPECT_EQ(ask_auc(at, "AKA-REQ-AUTH 999980000000002").find("FAILURE"), std::string::npos);
    EXPECT_EQ(state_of(order), "Unavailable");
    EXPECT_EQ(asked(2), (Asked{"registerEvent", "deleteEvent"})) << "not when somebody looks the next minute";
}

TEST_F(SmdsEvents, OrderOfTheAdministrationNeedsAnEidAndAKnownSmds) {
    order_with("smds", smds, 422);
    order_with("smds", "localhost:1", 403);
    EXPECT_EQ(admin("GET", "/orders").objects("orders")->size(), 0U);
}

class NoSigner final : public signer::Signer {
public:
    std::vector<Result<signer::Response>> execute(std::span<const signer::Request>) override { return {}; }
};

TEST(ExpiredEvents, AreEndedSoManyAtATime) {
    http::Loop loop;
    const auto store = store::open_memory_store();
    NoSigner signer;
    SystemRandom random;
    Platform platform{loop, *store, signer, random, {loop, *store}, {loop, signer, SigningDesk::Way::at_once}, {}};
    store::Batch all;
    for (std::size_t n = 0; n <= expired_per_turn; ++n) {
        auto order = store::order(static_cast<int>(n));
        order.eid = *x509::make_eid("89049032", 1);
        order.smds_address = "smds.example.com";
        order.event = smdp::EventStanding::registered;
        order.expires_at = system_now() - 1h;
        all.emplace_back(store::AddSubscription{store::subscription(static_cast<int>(n))});
        all.emplace_back(store::AddOrder{std::move(order)});
    }
    ASSERT_TRUE(store->commit_one(std::move(all)));
    EXPECT_EQ(*end_expired_events(platform), expired_per_turn);
    EXPECT_EQ(store->list_rows("es12-event")->size(), expired_per_turn);
    EXPECT_EQ(*end_expired_events(platform), 1U);
    EXPECT_EQ(store->list_rows("es12-event")->size(), expired_per_turn + 1);
    EXPECT_EQ(*end_expired_events(platform), 0U);
}

// ---------------------------------------------------------------- over ES2+

class SmdsEventsOverEs2 : public SmdsEvents {
protected:
    void SetUp() override {
        SmdsEvents::SetUp();
        admin("POST", "/clients",
              jose::ObjectWriter()
                  .text("operator", "a")
                  .octets("certificate", system.der())
                  .text("policy", "open")
                  .finish());
    }
    std::string ask(std::string_view function, const std::string& members) {
        const auto response = http::Client(es2::client_of(at, running->es2_port(), &system))
                                  .send({"smdpp.example.com"}, es2::request(function, members));
        EXPECT_TRUE(response) << to_string(response.error());
        return response ? es2::code_in(response->body) : "";
    }
    [[nodiscard]] std::string confirmation(bool release) const {
        return es2::of(first) + R"(,"smdsAddress":")" + smds + R"(","releaseFlag":)" + (release ? "true" : "false");
    }
    jose::Object only_order() {
        const auto listed = admin("GET", "/orders").objects("orders");
        return admin("GET", "/orders/" + *listed->front().text("id"));
    }
    test::Identity system = at.dp(x509::Role::dp_tls);
};

TEST_F(SmdsEventsOverEs2, IsRegisteredWhenTheProfileIsReleased) {
    ask("downloadOrder", es2::of(first) + es2::of(at.pki.eid));
    EXPECT_EQ(ask("confirmOrder", confirmation(false)), "");
    EXPECT_EQ(*only_order().text("event"), "none");
    EXPECT_EQ(*only_order().text("smds"), smds);
    EXPECT_EQ(ask("confirmOrder", confirmation(false)), "") << "the same call";
    EXPECT_EQ(ask("confirmOrder", es2::of(first) + R"(,"releaseFlag":false)"), "8.9.1/3.10");
    EXPECT_EQ(ask("releaseProfile", es2::of(first)), "");
    EXPECT_EQ(asked(1), (Asked{"registerEvent"}));
    EXPECT_EQ(ask("cancelOrder", es2::of(first) + R"(,"finalProfileStatusIndicator":"Available")"), "");
    EXPECT_EQ(asked(2), (Asked{"registerEvent", "deleteEvent"}));
}

TEST_F(SmdsEventsOverEs2, IsRegisteredAtOnceWithReleaseFlag) {
    ask("downloadOrder", es2::of(first));
    EXPECT_EQ(ask("confirmOrder", confirmation(true)), "8.1.1/2.2");
    EXPECT_EQ(ask("confirmOrder", confirmation(true) + es2::of(at.pki.eid) + R"(,"matchingId":"")"), "8.2.6/2.1");
    EXPECT_EQ(ask("confirmOrder", confirmation(true) + es2::of(at.pki.eid) + R"(,"matchingId":"EVENT-7")"), "");
    EXPECT_EQ(asked(1), (Asked{"registerEvent"}));
    EXPECT_EQ(*jose::Object::parse(server->told(1)[0].body)->text("eventId"), "EVENT-7");
}

// ---------------------------------------------------------------- how it is configured

class SmdsWithACertificateForIt : public SmdsEvents {
protected:
    void issue(std::string_view name) {
        const auto own = at.dp(x509::Role::dp_tls);
        at.write(name, own.der());
        std::filesystem::remove(at.temp / "smds.key");
        EXPECT_TRUE(custody::write_private_file(at.temp / "smds.key", expose(own.key.to_pkcs8())));
    }
    [[nodiscard]] std::string more_of_smds() override {
        issue("smds.der");
        server.reset();
        return "certificate = \"smds.der\"\nkey = \"smds.key\"\nforwarding = true\n";
    }
};

TEST_F(SmdsWithACertificateForIt, IsShownItAndTheOneThatIsThereAfterwards) {
    serve(port(), "smds.der");
    const auto order = order_at_smds();
    ASSERT_EQ(asked(1), (Asked{"registerEvent"}));
    EXPECT_EQ(*jose::Object::parse(server->told(1)[0].body)->flag("forwardingIndicator"), true);
    EXPECT_EQ(event_of(order, "registered"), "registered");
    issue("smds.der");
    server.reset();
    serve(port(), "smds.der");
    ASSERT_TRUE(running->renew());
    cancel(order);
    EXPECT_EQ(asked(1), (Asked{"deleteEvent"}));
}

TEST_F(SmdsEvents, ServerThatIsNoSmdsIsToldNothing) {
    serve(port(), content_of(at, "tls.der"), of_host(elsewhere, "localhost", x509::Role::dp_tls));
    const auto order = order_at_smds();
    server->await_turned_away();
    EXPECT_EQ(event_of(order, "queued"), "queued");
    serve(port());
    EXPECT_EQ(asked(1), (Asked{"registerEvent"}));
}

/// Under the CI of the platform, which has a revocation list.
class SmdsUnderTheCi : public SmdsEvents {
protected:
    void revoke(const std::vector<Bytes>& serials, std::chrono::hours age) const {
        x509::RevocationListProfile list{{system_now() - age, system_now() + 24h}, 1, {}};
        for (const auto& serial : serials) list.entries.push_back({serial, system_now()});
        at.write("ci.crl", x509::issue_revocation_list(list, at.pki.ci.certificate, at.pki.ci.key));
    }
    void show(const test::Identity& own) { serve(port(), content_of(at, "tls.der"), own); }
    [[nodiscard]] std::string more_of_smds() override {
        revoke({}, 2h);
        at.write("smds-ca.der", at.pki.ci.der());
        at.ci_files = "\"ci.der\"\nrevocation_lists = \"ci.crl\"";
        show(taken_back);
        return "";
    }
    test::Identity taken_back = of_host(at.pki, "localhost", x509::Role::ds_tls);
};

TEST_F(SmdsUnderTheCi, IsToldNothingOnceItsCertificateIsRevoked) {
    const auto order = order_at_smds();
    EXPECT_EQ(event_of(order, "registered"), "registered");
    revoke({taken_back.certificate.serial}, 1h);
    ASSERT_TRUE(running->renew());
    cancel(order);
    server->await_turned_away();
    EXPECT_EQ(event_of(order, "leaving"), "leaving");
    show(of_host(at.pki, "localhost", x509::Role::ds_tls));
    EXPECT_EQ(event_of(order, "deleted"), "deleted");
}

/// Whose issuer is not known here.
class SmdsUnderASubCa : public SmdsEvents {
protected:
    [[nodiscard]] std::string more_of_smds() override {
        at.write("smds-ca.der", issuer.der());
        serve(port(), content_of(at, "tls.der"), of_host(elsewhere, issuer, "localhost", x509::Role::ds_tls));
        return "[operation]\nlisten = \"127.0.0.1:0\"\n";
    }
    test::Identity issuer = sub_ca(elsewhere);
};

TEST_F(SmdsUnderASubCa, IsKnownByThatAlone) {
    EXPECT_TRUE(check_files(at.config(), system_now()).lines.empty());
    EXPECT_EQ(event_of(order_at_smds(), "registered"), "registered");
}

TEST_F(SmdsUnderASubCa, CertificateOfItsIssuerIsAmongThoseInUse) {
    const auto left = [&] {
        const std::string figures = ask_plain(running->operation_port(), "/metrics");
        const std::string series = "mcimd_certificate_expires_in_seconds{key=\"dp.smds[1].ca\",position=\"0\"} ";
        const auto found = figures.find(series);
        EXPECT_NE(found, std::string::npos) << figures;
        return found == std::string::npos ? 0.0 : std::stod(figures.substr(found + series.size()));
    };
    EXPECT_NEAR(left(), 24.0 * 3600, 600);
    at.write("smds-ca.der", elsewhere.ci.der());
    ASSERT_TRUE(running->renew());
    EXPECT_GT(left(), 48.0 * 3600) << "the file was read again";
}

TEST(SmdsConfigured, MistakesAreNamed) {
    const Installation at;
    const auto mistake = [&](const std::string& lines) {
        const auto parsed = parse_config(at.toml() + lines, at.temp / "mcimd.toml");
        if (const auto* found = std::get_if<Mistakes>(&parsed)) return found->lines.front();
        const auto wrong = check_files(std::get<Config>(parsed), system_now()).lines;
        return wrong.empty() ? std::string() : wrong.front();
    };
    const std::string table = "[[dp.smds]]\naddress = \"smds.example.com\"\n";
    const auto names = [&](const std::string& lines, std::string_view part) {
        const std::string found = mistake(lines);
        EXPECT_NE(found.find(part), std::string::npos) << found;
    };
    EXPECT_EQ(mistake(table), "");
    names("[[dp.smds]]\n", "dp.smds[1].address: is missing");
    names("[[dp.smds]]\naddress = \"https://ds/\"\n", "dp.smds[1].address: the host name of an SM-DS");
    names(table + "[[dp.smds]]\naddress = \"SMDS.example.com\"\n", "dp.smds[2].address: \"SMDS.example.com\" is named");
    names(table + "key = \"tls.key\"\n", "dp.smds[1].certificate: is missing");
    names(table + "certificate = \"tls.der\"\n", "dp.smds[1].key: is missing");
    names(table + "ca = \"absent.der\"\n", "dp.smds[1].ca: ");
    names(table + "certificate = \"auth.der\"\nkey = \"tls.key\"\n", "dp.smds[1].key: ");
    names(table + "forwarding = 1\n", "dp.smds[1].forwarding: true or false is wanted");
}

}  // namespace
}  // namespace mcim::apps::mcimd
