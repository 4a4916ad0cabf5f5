// ES2+ as an operator's system meets it: a real client certificate at a real socket, with bodies written by hand, and
// a card at the other end that downloads what was ordered.
#include <spdlog/sinks/ostream_sink.h>

#include <iostream>
#include <sstream>

#include "mcim/apps/mcimd/es2_for_test.h"
#include "mcim/apps/mcimd/log.h"
#include "mcim/apps/mcimd/plain_for_test.h"
#include "mcim/store/sqlite.h"

namespace mcim::apps::mcimd {
namespace {

using es2::code_in;
using es2::of;

class Es2Service : public Mcimd {
protected:
    void SetUp() override {
        at.more_tables = "[es2]\nlisten = \"127.0.0.1:0\"\n[operation]\nlisten = \"127.0.0.1:0\"\n";
        start();
        add_operator("a", key_a);
        add_operator("b", key_b);
        add_line("a", first, "999990000000001");
        add_line("b", second, "999980000000002");
        know("a", system_a);
        know("b", system_b);
    }
    jose::Object know(const std::string& operator_id, const test::Identity& system, std::string_view policy = "open",
                      const std::vector<std::string>& rights = {}, unsigned status = 200) {
        jose::ObjectWriter body;
        body.text("operator", operator_id).octets("certificate", system.der());
        if (!policy.empty()) body.text("policy", policy);
        if (!rights.empty()) body.texts("rights", rights);
        return admin("POST", "/clients", body.finish(), status);
    }
    void add_of_type(const std::string& operator_id, const Iccid& iccid, const std::string& imsi,
                     std::string_view type) {
        admin("POST", "/subscriptions",
              jose::ObjectWriter()
                  .text("operator", operator_id)
                  .text("iccid", iccid.text())
                  .text("imsi", imsi)
                  .text("profile_type", type)
                  .finish());
    }
    Result<http::Response> try_ask(const test::Identity* system, const http::Request& request) {
        return http::Client(es2::client_of(at, running->es2_port(), system)).send({"smdpp.example.com"}, request);
    }
    std::string ask(std::string_view function, const std::string& members) {
        return ask_as(system_a, function, members);
    }
    std::string ask_as(const test::Identity& system, std::string_view function, const std::string& members) {
        const auto response = try_ask(&system, es2::request(function, members));
        EXPECT_TRUE(response) << to_string(response.error());
        if (!response) return "";
        EXPECT_EQ(response->status, 200U) << response->body;
        EXPECT_EQ(response->find_header("X-Admin-Protocol"), "gsma/rsp/v2.2.0");
        return response->body;
    }
    /// "" for Executed-Success, a code, or what else came.
    std::string outcome(const test::Identity& system, const http::Request& request) {
        const auto response = try_ask(&system, request);
        if (!response) return to_string(response.error());
        return response->status == 200 ? code_in(response->body) : "HTTP " + std::to_string(response->status);
    }
    std::string code(std::string_view function, const std::string& members) { return code_in(ask(function, members)); }
    static std::string member(const std::string& body, std::string_view name) {
        const auto json = jose::Object::parse(body);
        if (!json) return "?";
        return json->is_empty_text(name) ? "" : json->text(name).has_value() ? *json->text(name) : "none";
    }
    std::string confirm_released(const Iccid& iccid) {
        return ask("confirmOrder", of(iccid) + R"(,"releaseFlag":true)");
    }
    jose::Object order_in(std::size_t i = 0) {
        const auto listed = admin("GET", "/orders").objects("orders");
        return admin("GET", "/orders/" + *listed->at(i).text("id"));
    }
    /// Of two equal calls of system_a on one connection.
    void expect_gone_after(const std::function<void()>& first_call) {
        const auto config = es2::client_of(at, running->es2_port(), &system_a);
        const auto request = es2::request("downloadOrder", of(first));
        http::Loop loop;
        std::optional<Result<http::Response>> before, after;
        http::Connection::open(loop, config, {"smdpp.example.com"}, [&](Result<http::Connection> opened) {
            ASSERT_TRUE(opened);
            opened->send(request, [&, kept = *opened](Result<http::Response> r) mutable {
                before = std::move(r);
                first_call();
                kept.send(request, [&, kept](Result<http::Response> again) { after = std::move(again); });
            });
        });
        loop.run_for(20s);
        ASSERT_TRUE(before && after);
        ASSERT_TRUE(*before);
        EXPECT_EQ((*before)->status, 200U);
        EXPECT_EQ(code_in((*before)->body), "");
        EXPECT_FALSE(*after);
    }
    std::size_t orders() { return admin("GET", "/orders").objects("orders")->size(); }
    std::string state_in(std::size_t i = 0) { return *order_in(i).text("state"); }

    test::Identity system_a = at.dp(x509::Role::dp_tls);
    test::Identity system_b = at.dp(x509::Role::dp_tls);
    test::Identity stricter = at.dp(x509::Role::dp_tls);
    const Iccid third = *Iccid::with_check_digit("894412345678901233");
    const Eid another = *x509::make_eid("89049032", 2);
    const std::string available = R"(,"finalProfileStatusIndicator":"Available")";
    const std::string unavailable = R"(,"finalProfileStatusIndicator":"Unavailable")";
};

// ---------------------------------------------------------------- orders that cards download

TEST_F(Es2Service, OrderInThreeStepsIsDownloadedByACard) {
    EXPECT_EQ(member(ask("downloadOrder", of(first)), "iccid"), first.text());
    EXPECT_EQ(state_in(), "Allocated");
    EXPECT_FALSE(order_in().has("activation_code")) << "nobody is told one yet";
    const auto confirmed = ask("confirmOrder", of(first) + R"(,"releaseFlag":false)");
    const auto matching_id = member(confirmed, "matchingId");
    EXPECT_EQ(matching_id.size(), 26U) << confirmed;
    EXPECT_EQ(member(confirmed, "smdpAddress"), "smdpp.example.com");
    EXPECT_EQ(state_in(), "Confirmed");
    EXPECT_EQ(refusal("authenticateClient", card.authenticate(initiate(), matching_id)), "8.2/1.2");
    EXPECT_EQ(code("releaseProfile", of(first)), "");
    EXPECT_EQ(*order_in().text("matching_id"), matching_id);
    install(order_in(), first);
    EXPECT_EQ(state_in(), "Installed");
    EXPECT_EQ(standing(first), "installed");
}

TEST_F(Es2Service, OrderForAnEidAloneIsFoundByIt) {
    ask("downloadOrder", of(first) + of(at.pki.eid));
    EXPECT_EQ(state_in(), "Linked");
    const auto confirmed = ask("confirmOrder", of(first) + R"(,"matchingId":"","releaseFlag":true)");
    EXPECT_EQ(member(confirmed, "matchingId"), "") << confirmed;
    EXPECT_EQ(member(confirmed, "eid"), at.pki.eid.text());
    EXPECT_FALSE(order_in().has("activation_code"));
    const auto offered = call<msg::AuthenticateClientOk>("authenticateClient", card.authenticate(initiate(), ""));
    EXPECT_EQ(offered.profile_metadata.iccid, msg::to_octets(first));
}

TEST_F(Es2Service, ConfirmationCodeIsAskedForAndComparedWithWhatIsRepeated) {
    ask("downloadOrder", of(first));
    const std::string with_code = of(first) + R"(,"confirmationCode":"1234","releaseFlag":true)";
    EXPECT_EQ(code("confirmOrder", with_code), "");
    EXPECT_EQ(code("confirmOrder", with_code), "");
    EXPECT_EQ(code("confirmOrder", of(first) + R"(,"confirmationCode":"4321","releaseFlag":true)"), "8.2.7/3.10");
    EXPECT_EQ(code("confirmOrder", of(first) + R"(,"releaseFlag":true)"), "8.2.7/3.10");
    EXPECT_TRUE(offer(order_in()).smdp_signed2.cc_required_flag);
}

TEST_F(Es2Service, OrdersAreUnderTheSameRulesAsTheAdministrations) {
    know("a", stricter, "attested");
    EXPECT_EQ(code_in(ask_as(stricter, "downloadOrder", of(first))), "");
    EXPECT_EQ(*order_in().text("policy"), "attested");
    confirm_released(first);
    EXPECT_EQ(refusal("authenticateClient", card.authenticate(initiate(), *order_in().text("matching_id"))),
              "8.2.5/4.3")
        << "no verdict";
    order_with("matching_id", "X", 409);
}

TEST_F(Es2Service, OrderForTheDeviceOfAnothersCustomerWaitsForItsRelease) {
    install(add_order("b", second), second);
    ask("downloadOrder", of(first) + of(at.pki.eid));
    EXPECT_EQ(code_in(confirm_released(first)), "") << "it is taken, and waits";
    const auto order = order_in(1);
    EXPECT_EQ(*order.object("waits_for")->text("operator"), "b");
    EXPECT_EQ(refusal("authenticateClient", card.authenticate(initiate(), *order.text("matching_id"))), "8.2.5/4.3");
}

// ---------------------------------------------------------------- repeats

TEST_F(Es2Service, RepeatedCallsAreTheSameOrderAndGetTheSameAnswer) {
    const auto ordered = ask("downloadOrder", of(first) + of(at.pki.eid));
    EXPECT_EQ(ask("downloadOrder", of(first) + of(at.pki.eid)), ordered);
    EXPECT_EQ(orders(), 1U);
    const auto confirmed = confirm_released(first);
    EXPECT_EQ(confirm_released(first), confirmed);
    EXPECT_EQ(ask("downloadOrder", of(first) + of(at.pki.eid)), ordered);
    const auto released = ask("releaseProfile", of(first));
    EXPECT_EQ(ask("releaseProfile", of(first)), released);
    EXPECT_EQ(state_in(), "Released");
    const auto lines = order_in().objects("timeline")->size();
    EXPECT_EQ(lines, 2U) << "ordered, confirmed and released";
    const auto cancelled = ask("cancelOrder", of(first) + available);
    EXPECT_EQ(code_in(cancelled), "");
    EXPECT_EQ(ask("cancelOrder", of(first) + available), cancelled);
    EXPECT_EQ(orders(), 1U);
    EXPECT_EQ(state_in(), "Unavailable");
    EXPECT_EQ(code("downloadOrder", of(first)), "") << "its profile is available again";
    EXPECT_EQ(orders(), 2U);
}

TEST_F(Es2Service, IccidWithItsPaddingGoesBackSo) {
    EXPECT_EQ(member(ask("downloadOrder", R"(,"iccid":")" + first.text() + R"(F")"), "iccid"), first.text() + "F");
    EXPECT_EQ(code_in(confirm_released(first)), "");
}

TEST_F(Es2Service, OrderThatIsCancelledForGoodClosesItsSubscription) {
    ask("downloadOrder", of(first));
    EXPECT_EQ(code("cancelOrder", of(first) + unavailable), "");
    EXPECT_EQ(code("cancelOrder", of(first) + unavailable), "");
    EXPECT_EQ(standing(first), "closed");
    EXPECT_EQ(code("downloadOrder", of(first)), "8.2.1/3.3");
}

TEST_F(Es2Service, EveryOrderOfATypeIsANewOne) {
    const std::vector<Iccid> stock{*Iccid::with_check_digit("894412345678901241"),
                                   *Iccid::with_check_digit("894412345678901242")};
    add_of_type("a", stock[0], "999990000000041", "gold");
    add_of_type("a", stock[1], "999990000000042", "gold");
    add_of_type("b", *Iccid::with_check_digit("894412345678901243"), "999990000000043", "silver");
    std::set<std::string> got;
    for (int i = 0; i < 2; ++i) got.insert(member(ask("downloadOrder", R"(,"profileType":"gold")"), "iccid"));
    EXPECT_EQ(got, (std::set<std::string>{stock[0].text(), stock[1].text()}));
    EXPECT_EQ(code("downloadOrder", R"(,"profileType":"gold")"), "8.2.5/3.7");
    EXPECT_EQ(code("downloadOrder", R"(,"profileType":"silver")"), "8.2.5/1.2");
    EXPECT_EQ(code("downloadOrder", R"(,"profileType":"bronze")"), "8.2.5/3.9");
    EXPECT_EQ(code("downloadOrder", of(first) + R"(,"profileType":"gold")"), "8.2.5/3.8");
    EXPECT_EQ(code("downloadOrder", of(stock[0]) + R"(,"profileType":"gold")"), "") << "the same order";
    EXPECT_EQ(code("cancelOrder", of(stock[1]) + available), "");
    EXPECT_EQ(member(ask("downloadOrder", R"(,"profileType":"gold")"), "iccid"), stock[1].text()) << "back in stock";
}

/// It is the oldest, and to whoever asks it is there: the database says that it is not any more.
TEST_F(Es2Service, LineThatAnotherNodeWasFasterToTakeIsPassedOver) {
    std::set<std::string> left;
    for (int n = 1; n <= 5; ++n) {
        const auto iccid = *Iccid::with_check_digit(std::to_string(894412345678901240 + n));
        add_of_type("a", iccid, "99999000000004" + std::to_string(n), "gold");
        if (n > 1) left.insert(iccid.text());
    }
    const auto oldest = Iccid::with_check_digit("894412345678901241")->text();
    client.reset();
    running.reset();
    const auto made = (*store::Database::open(at.temp / "mcimd.sqlite"))
                          ->run("CREATE TRIGGER faster BEFORE INSERT ON orders WHEN NEW.iccid='" + oldest +
                                "' BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: orders.iccid'); END");
    ASSERT_TRUE(made) << to_string(made.error());
    start();
    std::set<std::string> got;
    for (int i = 0; i < 4; ++i) got.insert(member(ask("downloadOrder", R"(,"profileType":"gold")"), "iccid"));
    EXPECT_EQ(got, left);
}

// ---------------------------------------------------------------- one profile, one card

TEST_F(Es2Service, ProfileOfWhichAPackageIsOutIsOrderedForThatCardAlone) {
    ask("downloadOrder", of(first));
    confirm_released(first);
    const auto sent = bind(order_in());
    EXPECT_EQ(code("cancelOrder", of(first) + available), "");
    EXPECT_EQ(state_in(), "Unavailable");
    EXPECT_EQ(code("downloadOrder", of(first)), "8.2.1/3.3");
    EXPECT_EQ(code("downloadOrder", of(first) + of(another)), "8.2.1/3.3");
    EXPECT_NE(order_with("matching_id", "X", 409).text("detail")->find("may have the profile"), std::string::npos);
    order_with("eid", another.text(), 409);
    EXPECT_EQ(orders(), 1U);
    EXPECT_EQ(code("downloadOrder", of(first) + of(at.pki.eid)), "") << "it is that very card's";
    EXPECT_EQ(code("cancelOrder", of(first) + available), "");
    notify(card.failed(sent, first, oid));
    EXPECT_EQ(code("downloadOrder", of(first) + of(another)), "") << "its card has signed that it has nothing";
}

TEST_F(Es2Service, ProfileThatIsInstalledAfterItsOrderWasTakenBackIsNobodyElses) {
    ask("downloadOrder", of(first));
    confirm_released(first);
    const auto sent = bind(order_in());
    ask("cancelOrder", of(first) + available);
    notify(card.installed(sent, first, oid));
    EXPECT_EQ(standing(first), "reserved");
    EXPECT_EQ(code("downloadOrder", of(first)), "8.2.1/3.3");
    EXPECT_EQ(code("downloadOrder", of(first) + of(another)), "8.2.1/3.3");
    order_with("eid", another.text(), 409);
}

TEST_F(Es2Service, CancelledOrderFreesTheReleaseThatItHadReserved) {
    install(add_order("b", second), second);
    const std::string token = *transfer::sign_release(
        {"b", at.pki.eid, second, "a", transfer::fresh_jti(at.random), system_now() - 1s, system_now() + 1h}, "",
        jose::signer_of(key_b));
    ask("downloadOrder", of(first) + of(at.pki.eid));
    confirm_released(first);
    const std::string id = *order_in(1).text("id");
    admin("POST", "/orders/" + id + "/release", jose::ObjectWriter().text("release", token).finish());
    offer(order_in(1));
    const auto refused = [&](const jose::Object& order) {
        return refusal("authenticateClient", card.authenticate(initiate(), *order.text("matching_id")));
    };
    add_line("a", third, "999990000000003");
    const auto next = add_order("a", third, "open", token);
    EXPECT_EQ(refused(next), "8.2.5/4.3") << "it serves the other order";
    EXPECT_EQ(code("cancelOrder", of(first) + available), "");
    EXPECT_EQ(refused(next), "");
}

// ---------------------------------------------------------------- refusals

TEST_F(Es2Service, WhoseProfileItIsIsToldToNobody) {
    add_operator("zebra", crypto::PrivateKey::generate(crypto::Curve::p256));
    add_line("zebra", third, "999970000000003");
    for (const auto& [function, members] :
         {std::pair("downloadOrder", std::string()), std::pair("confirmOrder", std::string(R"(,"releaseFlag":true)")),
          std::pair("cancelOrder", available), std::pair("releaseProfile", std::string())}) {
        const auto body = ask(function, of(third) + members);
        EXPECT_EQ(code_in(body), "8.2.1/1.2") << function;
        EXPECT_EQ(body.find("zebra"), std::string::npos) << body;
    }
    const auto told =
        admin("POST", "/orders", jose::ObjectWriter().text("operator", "a").text("iccid", third.text()).finish(), 403);
    EXPECT_NE(told.text("detail")->find("zebra"), std::string::npos) << "the administration sees all";
}

TEST_F(Es2Service, WhatMatchingIdsOthersHaveIsNotToldForNothing) {
    know("a", stricter, "attested");
    ask_as(system_b, "downloadOrder", of(second));
    ask_as(system_b, "confirmOrder", of(second) + R"(,"matchingId":"TAKEN","releaseFlag":true)");
    ask_as(stricter, "downloadOrder", of(first));
    for (const std::string id : {"TAKEN", "FREE"}) {
        const auto body = ask_as(stricter, "confirmOrder",
                                 of(first) + R"(,"eid":"89049032000000000000000000000199","releaseFlag":true)" +
                                     R"(,"matchingId":")" + id + '"');
        EXPECT_EQ(code_in(body), "8.1.1/2.1") << id;
    }
}

TEST_F(Es2Service, OperatorThatCallsTooOftenIsHeldBackAndNoOther) {
    at.more_tables += "[limits]\noperator_orders_per_minute = 4\n";
    start();
    EXPECT_EQ(code("downloadOrder", of(first)), "");
    EXPECT_EQ(code("confirmOrder", of(first) + R"(,"releaseFlag":false)"), "");
    EXPECT_EQ(code("releaseProfile", of(first)), "");
    EXPECT_EQ(code("confirmOrder", of(second) + R"(,"releaseFlag":true)"), "8.2.1/1.2") << "a refusal counts too";
    for (const auto& request :
         {es2::request("confirmOrder", of(first) + R"(,"releaseFlag":true)"), es2::request("releaseProfile", of(first)),
          es2::request("cancelOrder", of(first) + available), es2::request("downloadOrder", "")}) {
        const auto held = try_ask(&system_a, request);
        ASSERT_TRUE(held) << to_string(held.error());
        EXPECT_EQ(held->status, 429U) << request.target;
        EXPECT_TRUE(held->find_header("Retry-After"));
    }
    EXPECT_EQ(code_in(ask_as(system_b, "downloadOrder", of(second))), "");
}

TEST_F(Es2Service, RefusesWithTheCodesOfTheSpecification) {
    const Iccid unknown = *Iccid::with_check_digit("894412345678901299");
    for (const std::string function : {"downloadOrder", "releaseProfile"}) {
        EXPECT_EQ(code(function, of(unknown)), "8.2.1/3.9");
        EXPECT_EQ(code(function, of(second)), "8.2.1/1.2");
    }
    EXPECT_EQ(code("confirmOrder", of(second) + R"(,"releaseFlag":true)"), "8.2.1/1.2");
    EXPECT_EQ(code("cancelOrder", of(second) + available), "8.2.1/1.2");
    EXPECT_EQ(code("releaseProfile", of(first)), "8.2.1/3.5");
    EXPECT_EQ(code("downloadOrder", of(first) + R"(,"eid":"12")"), "8.1.1/2.1");
    EXPECT_EQ(code("releaseProfile", ""), "8.2.1/2.2");
    EXPECT_EQ(code("confirmOrder", of(first)), "1.3.1/2.2");
    EXPECT_EQ(orders(), 0U);
    ask("downloadOrder", of(first));
    EXPECT_EQ(code("confirmOrder", of(first) + R"(,"matchingId":"","releaseFlag":true)"), "8.1.1/2.2");
    EXPECT_EQ(code("confirmOrder", of(first) + of(at.pki.eid) + R"(,"smdsAddress":"ds","releaseFlag":true)"),
              "8.9/5.1");
    ask_as(system_b, "downloadOrder", of(second));
    ask_as(system_b, "confirmOrder", of(second) + R"(,"matchingId":"TAKEN","releaseFlag":true)");
    EXPECT_EQ(code("confirmOrder", of(first) + R"(,"matchingId":"TAKEN","releaseFlag":true)"), "8.2.6/3.3");
    EXPECT_EQ(state_in(), "Allocated");
    EXPECT_EQ(code("confirmOrder", of(first) + R"(,"matchingId":"MINE","releaseFlag":true)"), "");
    EXPECT_EQ(code("confirmOrder", of(first) + R"(,"matchingId":"OTHER","releaseFlag":true)"), "8.2.6/3.10");
    EXPECT_EQ(code("confirmOrder", of(first) + of(at.pki.eid) + R"(,"releaseFlag":true)"), "8.1.1/3.10");
    install(order_in(), first);
    EXPECT_EQ(code("downloadOrder", of(first)), "8.2.1/3.3");
    EXPECT_EQ(code("cancelOrder", of(first) + available), "8.2.1/3.3");
}

TEST_F(Es2Service, WhatIsNoCallIsRefusedByHttp) {
    const auto status = [&](const http::Request& request) {
        const auto response = try_ask(&system_a, request);
        return response ? response->status : 0;
    };
    auto request = es2::request("downloadOrder", of(first));
    request.target = "/gsma/rsp2/es9plus/initiateAuthentication";
    EXPECT_EQ(status(request), 404U) << "devices have another port";
    request = es2::request("downloadOrder", of(first));
    request.method = "GET";
    EXPECT_EQ(status(request), 405U);
    request = es2::request("downloadOrder", of(first));
    request.headers[0].value = "text/plain";
    EXPECT_EQ(status(request), 415U);
    request = es2::request("downloadOrder", of(first));
    request.headers[1].value = "gsma/rsp/v1.1.0";
    EXPECT_EQ(status(request), 400U);
    request = es2::request("downloadOrder", of(first));
    request.body = "[]";
    EXPECT_EQ(status(request), 400U);
    EXPECT_EQ(orders(), 0U);
    EXPECT_EQ(send(es2::request("downloadOrder", of(first))).status, 404U) << "nor is ES2+ served to devices";
}

TEST_F(Es2Service, EidWithATypingErrorIsNamed) {
    const std::string typed = R"(,"eid":"89049032000000000000000000000199")";
    know("a", stricter, "attested");
    EXPECT_EQ(code_in(ask_as(stricter, "downloadOrder", of(first) + typed)), "8.1.1/2.1");
    EXPECT_EQ(orders(), 0U);
    EXPECT_EQ(code_in(ask_as(stricter, "downloadOrder", of(first))), "");
    EXPECT_EQ(code_in(ask_as(stricter, "confirmOrder", of(first) + typed + R"(,"releaseFlag":true)")), "8.1.1/2.1");
    EXPECT_EQ(state_in(), "Allocated");
}

// ---------------------------------------------------------------- who may call

TEST_F(Es2Service, WithoutAKnownCertificateThereIsNothing) {
    const auto request = es2::request("downloadOrder", of(first));
    EXPECT_FALSE(try_ask(nullptr, request));
    const auto stranger = at.dp(x509::Role::dp_tls);
    EXPECT_FALSE(try_ask(&stranger, request)) << "the CI that issued it vouches for nobody here";
    const auto removed = know("a", stranger);
    EXPECT_EQ(outcome(stranger, request), "");
    admin("POST", "/clients/" + *removed.text("fingerprint") + "/remove");
    EXPECT_FALSE(try_ask(&stranger, request));
    admin("POST", "/clients/" + *removed.text("fingerprint") + "/remove", "", 404);
}

TEST_F(Es2Service, ClientThatIsTakenOutGetsNothingOnAConnectionThatIsOpen) {
    expect_gone_after([&] { admin("POST", "/clients/" + hex(crypto::sha256(system_a.der())) + "/remove"); });
}

TEST_F(Es2Service, CertificateThatExpiresGetsNothingOnAConnectionThatIsOpen) {
    std::atomic<std::int64_t> hours = 0;
    start_in({.clock = [&] { return system_now() + std::chrono::hours(hours); }});
    expect_gone_after([&] { hours = 48; });
    running.reset();  // it has the clock
}

TEST_F(Es2Service, CertificateThatHasExpiredGetsNothing) {
    auto profile = at.pki.dp_profile(x509::Role::dp_tls);
    profile.validity = {system_now() - 1h, system_now() + 1h};
    const auto key = crypto::PrivateKey::generate(crypto::Curve::p256);
    const auto draft = draft_server(profile, key.public_key(), at.pki.ci.certificate, at.pki.random);
    const auto system = test::Pki::certify(draft, key, at.pki.ci.key);
    const auto fingerprint = *know("a", system).text("fingerprint");
    EXPECT_EQ(outcome(system, es2::request("downloadOrder", of(first))), "");
    start_later(2h);
    EXPECT_FALSE(try_ask(&system, es2::request("downloadOrder", of(first))));
    EXPECT_EQ(outcome(system_a, es2::request("downloadOrder", of(first))), "");
    admin("POST", "/clients/" + fingerprint + "/remove");
    EXPECT_NE(know("a", system, "open", {}, 403).text("detail")->find("expired"), std::string::npos);
}

TEST_F(Es2Service, RightsAreThoseOfTheCertificate) {
    const auto teller = at.dp(x509::Role::dp_tls);
    know("a", teller, "open", {"downloadOrder", "confirmOrder"});
    EXPECT_EQ(code_in(ask_as(teller, "downloadOrder", of(first))), "");
    EXPECT_EQ(code_in(ask_as(teller, "confirmOrder", of(first) + R"(,"releaseFlag":false)")), "");
    EXPECT_EQ(code_in(ask_as(teller, "releaseProfile", of(first))), "1.6/1.2");
    EXPECT_EQ(code_in(ask_as(teller, "cancelOrder", of(first) + available)), "1.6/1.2");
    EXPECT_EQ(state_in(), "Confirmed");
    know("a", teller, "open", {}, 409);
    know("b", teller, "open", {}, 409);
    know("a", at.dp(x509::Role::dp_tls), "open", {"everything"}, 422);
    know("nobody", at.dp(x509::Role::dp_tls), "open", {}, 404);
    know("a", at.pki.ci, "open", {}, 403);
    EXPECT_EQ(admin("GET", "/clients").objects("clients")->size(), 3U);
}

TEST_F(Es2Service, ReleaseFlagNeedsTheRightToRelease) {
    const auto teller = at.dp(x509::Role::dp_tls), chief = at.dp(x509::Role::dp_tls);
    know("a", teller, "open", {"downloadOrder", "confirmOrder"});
    know("a", chief, "open", {"confirmOrder", "releaseProfile"});
    const std::string with_flag = R"(,"releaseFlag":true)";
    EXPECT_EQ(code_in(ask_as(teller, "confirmOrder", of(third) + with_flag)), "1.6/1.2") << "before it is looked for";
    EXPECT_EQ(code_in(ask_as(teller, "downloadOrder", of(first))), "");
    EXPECT_EQ(code_in(ask_as(teller, "confirmOrder", of(first) + with_flag)), "1.6/1.2");
    EXPECT_EQ(state_in(), "Allocated");
    EXPECT_EQ(code_in(ask_as(chief, "confirmOrder", of(first) + with_flag)), "");
    EXPECT_EQ(state_in(), "Released");
}

TEST_F(Es2Service, ClientWithoutAPolicyOrdersForAttestedDevices) {
    EXPECT_EQ(*know("a", stricter, "").text("policy"), "attested");
    EXPECT_EQ(code_in(ask_as(stricter, "downloadOrder", of(first))), "");
    EXPECT_EQ(*order_in().text("policy"), "attested");
}

TEST_F(Es2Service, TimelineNamesTheClient) {
    ask("downloadOrder", of(first));
    ask("confirmOrder", of(first) + R"(,"releaseFlag":false)");
    ask("releaseProfile", of(first));
    ask("cancelOrder", of(first) + unavailable);
    const std::string named = "over ES2+ (client " + hex(crypto::sha256(system_a.der())).substr(0, 8) + ")";
    std::vector<std::string> lines;
    const auto timeline = *order_in().objects("timeline");
    for (const auto& line : timeline) lines.push_back(*line.text("what"));
    EXPECT_EQ(lines,
              (std::vector<std::string>{
                  "ordered by its operator " + named, "confirmed " + named, "released by its operator " + named,
                  "its subscription is closed by its operator " + named, "cancelled: its subscription is closed"}));
    ask_as(system_b, "downloadOrder", of(second));
    ask_as(system_b, "cancelOrder", of(second) + available);
    const auto last = order_in(1).objects("timeline")->back();
    EXPECT_EQ(*last.text("what"),
              "cancelled by its operator over ES2+ (client " + hex(crypto::sha256(system_b.der())).substr(0, 8) + ")");
}

TEST_F(Es2Service, OneAddressHasNotAllThePlaces) {
    constexpr std::size_t callers = 20;
    const auto config = es2::client_of(at, running->es2_port(), &system_a);
    http::Loop loop;
    std::vector<http::Connection> in;
    std::size_t answered = 0, admitted = 0;
    for (std::size_t i = 0; i < callers; ++i)
        http::Connection::open(loop, config, {"smdpp.example.com"}, [&](Result<http::Connection> opened) {
            if (opened) in.push_back(*std::move(opened));
            if (++answered < callers) return;
            admitted = in.size();
            in.clear();
        });
    loop.run_for(20s);
    EXPECT_EQ(answered, callers);
    EXPECT_EQ(admitted, 16U);
}

TEST_F(Es2Service, CallsAreCounted) {
    ask("downloadOrder", of(first));
    ask("downloadOrder", of(second));
    const std::string figures = ask_plain(running->operation_port(), "/metrics");
    const std::string name = "\nmcimd_es2_requests_total{function=\"downloadOrder\",outcome=";
    EXPECT_NE(figures.find(name + "\"done\"} 1\n"), std::string::npos);
    EXPECT_NE(figures.find(name + "\"8.2.1/1.2\"} 1\n"), std::string::npos);
}

TEST_F(Es2Service, WhoIsNotLetInIsCountedAndTold) {
    std::ostringstream text;
    log_to(std::make_shared<spdlog::sinks::ostream_sink_mt>(text), "warn", LogFormat::text);
    constexpr int strangers = 12;
    for (int i = 0; i < strangers; ++i) EXPECT_FALSE(try_ask(nullptr, es2::request("downloadOrder", of(first))));
    const std::string wanted = "\nmcimd_es2_handshakes_refused_total " + std::to_string(strangers) + "\n";
    const auto until = std::chrono::steady_clock::now() + 20s;
    std::string figures;
    do figures = ask_plain(running->operation_port(), "/metrics");
    while (figures.find(wanted) == std::string::npos && std::chrono::steady_clock::now() < until);
    EXPECT_NE(figures.find(wanted), std::string::npos) << "none of them is missing";
    running.reset();  // nobody writes any more
    log_to(std::make_shared<spdlog::sinks::ostream_sink_mt>(std::clog), "off", LogFormat::text);
    const std::string line = "ES2+: a client from 127.0.0.0/24 is not let in: peer did not return a certificate";
    int told = 0;
    for (auto at_line = text.str().find(line); at_line != std::string::npos;
         at_line = text.str().find(line, at_line + 1))
        ++told;
    EXPECT_EQ(told, 10) << text.str();
}

TEST_F(Es2Service, ListensOnAPortOfItsOwnOrNowhere) {
    EXPECT_NE(running->es2_port(), running->port());
    at.more_tables.clear();
    start();
    EXPECT_EQ(running->es2_port(), 0U);
}

TEST(Es2Config, MistakesAreNamed) {
    const Installation at;
    const auto mistake = [&](std::string toml) {
        const auto parsed = parse_config(toml, at.temp / "mcimd.toml");
        const auto* found = std::get_if<Mistakes>(&parsed);
        return found == nullptr ? std::string() : found->lines.front();
    };
    const auto with = [&](const std::string& lines) { return mistake(at.toml() + "[es2]\n" + lines); };
    EXPECT_EQ(with("listen = \"127.0.0.1:8444\"\n"), "");
    EXPECT_NE(with("listen = \"nowhere\"\n").find("es2.listen"), std::string::npos);
    EXPECT_NE(with("listen = \"127.0.0.1:8444\"\ntls_key = \"x\"\n").find("es2.tls_certificate: is missing"),
              std::string::npos);
    EXPECT_NE(with("listen = \"127.0.0.1:8444\"\ntls_certificate = \"x\"\n").find("es2.tls_key: is missing"),
              std::string::npos);
    EXPECT_NE(mistake(Installation::centre_toml() + "[es2]\nlisten = \"127.0.0.1:8444\"\n").find("role dp"),
              std::string::npos);
    std::string same = at.toml();
    same.replace(same.find("127.0.0.1:0"), 11, "127.0.0.1:8443");
    EXPECT_NE(mistake(same + "[es2]\nlisten = \"127.0.0.1:8443\"\n").find("has the port of [server]"),
              std::string::npos);
    Installation absent;
    absent.more_tables = "[es2]\nlisten = \"127.0.0.1:0\"\ntls_certificate = \"no.der\"\ntls_key = \"no.key\"\n";
    const auto mistakes = check_files(absent.config(), system_now());
    ASSERT_EQ(mistakes.lines.size(), 1U);
    EXPECT_NE(mistakes.lines.front().find("es2.tls_certificate"), std::string::npos) << mistakes.lines.front();
}

}  // namespace
}  // namespace mcim::apps::mcimd
