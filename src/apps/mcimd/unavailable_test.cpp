// What the platform says when it is its own database or signer that fails: 8.8/5.1, in ASN.1 undefinedError, or
// HTTP 503 where a reply has neither; nothing was changed, come again.
#include <atomic>

#include "mcim/apps/mcimd/asn1_for_test.h"
#include "mcim/apps/mcimd/es2_for_test.h"
#include "mcim/apps/mcimd/plain_for_test.h"

namespace mcim::apps::mcimd {
namespace {

using store::Store;

/// A disk that is full now and then, or has a row that another request changed meanwhile.
class FailingStore final : public Store {
public:
    FailingStore(std::unique_ptr<Store> behind, std::atomic<int>& failures, const std::atomic<Errc>& code,
                 const std::atomic<const char*>& path, const std::atomic<bool>& unreadable,
                 const std::atomic<bool>& releases_unreadable)
        : behind_(std::move(behind)),
          failures_(failures),
          code_(code),
          path_(path),
          unreadable_(unreadable),
          releases_unreadable_(releases_unreadable) {}

    std::vector<Status> commit(std::span<const store::Batch> group) override {
        if (failures_ == 0) return behind_->commit(group);
        --failures_;
        return std::vector<Status>(group.size(), fail(code_, path_.load(), "not stored"));
    }
    Result<std::optional<smdp::Order>> find_order(std::string_view id) override { return behind_->find_order(id); }
    Result<std::optional<smdp::Order>> find_order_by_matching_id(std::string_view id) override {
        return behind_->find_order_by_matching_id(id);
    }
    Result<std::vector<smdp::Order>> orders_of(const Eid& eid) override { return behind_->orders_of(eid); }
    Result<std::optional<smdp::Order>> find_order_by_iccid(const Iccid& iccid) override {
        return behind_->find_order_by_iccid(iccid);
    }
    Result<std::vector<smdp::Order>> orders_that_leave(const Iccid& iccid) override {
        return behind_->orders_that_leave(iccid);
    }
    Result<std::vector<smdp::Order>> expired_with_events(Time now, std::size_t at_most) override {
        return behind_->expired_with_events(now, at_most);
    }
    Result<std::vector<smdp::Order>> list_orders() override { return behind_->list_orders(); }
    Result<std::vector<store::TimelineLine>> timeline(std::string_view id) override { return behind_->timeline(id); }
    Result<std::optional<store::StoredSession>> find_session(View id) override { return behind_->find_session(id); }
    Result<bool> has_notification(const crypto::Sha256& digest) override { return behind_->has_notification(digest); }
    Result<std::vector<store::Notification>> list_notifications() override { return behind_->list_notifications(); }
    Result<std::optional<store::Subscription>> find_subscription(const Iccid& iccid) override {
        return behind_->find_subscription(iccid);
    }
    Result<std::optional<signer::WrappedPackage>> find_package(const Iccid& iccid) override {
        return behind_->find_package(iccid);
    }
    Result<std::vector<store::Subscription>> subscriptions_of(const Eid& eid) override {
        return behind_->subscriptions_of(eid);
    }
    Result<std::vector<store::Subscription>> list_subscriptions() override { return behind_->list_subscriptions(); }
    Result<std::vector<store::Subscription>> find_in_stock(std::string_view type, std::string_view owner,
                                                           std::size_t lines_max) override {
        return behind_->find_in_stock(type, owner, lines_max);
    }
    Result<std::vector<std::string>> operators_of_type(std::string_view type) override {
        return behind_->operators_of_type(type);
    }
    Result<std::vector<store::KeyExport>> exports_of(const Iccid& iccid) override { return behind_->exports_of(iccid); }
    Result<std::optional<auc::Subscription>> find_auc(const Imsi& imsi) override { return behind_->find_auc(imsi); }
    Result<std::optional<store::Operator>> find_operator(std::string_view id) override {
        if (unreadable_) return fail(Errc::io, "database", "cannot be read");
        return behind_->find_operator(id);
    }
    Result<std::vector<store::Operator>> list_operators() override { return behind_->list_operators(); }
    Result<std::optional<store::ReleaseUse>> find_release_use(std::string_view who, std::string_view jti) override {
        if (releases_unreadable_) return fail(Errc::io, "database", "cannot be read");
        return behind_->find_release_use(who, jti);
    }
    Result<std::vector<store::ReleaseUse>> releases_of(std::string_view order_id) override {
        return behind_->releases_of(order_id);
    }
    Result<std::optional<store::Row>> find_row(std::string_view kind, std::string_view key) override {
        if (unreadable_) return fail(Errc::io, "database", "cannot be read");
        return behind_->find_row(kind, key);
    }
    Result<std::vector<store::Row>> list_rows(std::string_view kind) override { return behind_->list_rows(kind); }

private:
    std::unique_ptr<Store> behind_;
    std::atomic<int>& failures_;
    const std::atomic<Errc>& code_;
    const std::atomic<const char*>& path_;
    const std::atomic<bool>& unreadable_;
    const std::atomic<bool>& releases_unreadable_;
};

/// A security module that is out of reach now and then.
class FailingSigner final : public signer::Signer {
public:
    FailingSigner(std::unique_ptr<Signer> behind, std::atomic<int>& failures)
        : behind_(std::move(behind)), failures_(failures) {}
    std::vector<Result<signer::Response>> execute(std::span<const signer::Request> requests) override {
        if (failures_ == 0) return behind_->execute(requests);
        --failures_;
        std::vector<Result<signer::Response>> out;
        for (std::size_t i = 0; i < requests.size(); ++i)
            out.emplace_back(fail(Errc::io, "signer", "the connection to it is lost"));
        return out;
    }

private:
    std::unique_ptr<Signer> behind_;
    std::atomic<int>& failures_;
};

class Unavailable : public Mcimd {
protected:
    void SetUp() override {
        at.more_tables = "[operation]\nlisten = \"127.0.0.1:0\"\n[es2]\nlisten = \"127.0.0.1:0\"\n";
        start_in({.clock = system_now,
                  .before_store =
                      [this](std::unique_ptr<Store> s) {
                          return std::make_unique<FailingStore>(std::move(s), commits_to_fail, commit_error,
                                                                commit_error_path, unreadable, releases_unreadable);
                      },
                  .before_signer =
                      [this](std::unique_ptr<signer::Signer> s) {
                          return std::make_unique<FailingSigner>(std::move(s), signatures_to_fail);
                      }});
        add_operator("a", key_a);
        add_line("a", first, "999990000000001");
        order.emplace(add_order("a", first));
    }
    void TearDown() override { running.reset(); }  // before the counts that it looks at
    /// All that an operator can see of the order, its line and its card.
    std::vector<std::string> seen() {
        http::Client local({});
        std::vector<std::string> out;
        for (const std::string& path : {"/orders/" + *order->text("id"), "/subscriptions/" + first.text(),
                                        std::string("/auc/999990000000001"), std::string("/notifications")})
            out.push_back(local.send_unix(at.temp / "admin.sock", {"GET", path, {}, {}})->body);
        return out;
    }
    /// The next request meets one failure, which leaves no trace.
    http::Response fails_once(std::atomic<int>& failures, const http::Request& request) {
        const auto before = seen();
        failures = 1;
        auto response = send(request);
        EXPECT_EQ(failures, 0) << request.target << " did not meet the failure";
        EXPECT_EQ(seen(), before) << request.target;
        return response;
    }
    template <class T>
    void refused_once(std::atomic<int>& failures, std::string_view function, const T& request) {
        const auto response = fails_once(failures, es9_request(function, request));
        EXPECT_EQ(response.status, 200U);
        const auto status = msg::read_status(response.body);
        ASSERT_TRUE(status && *status) << function << ' ' << response.body;
        EXPECT_EQ((*status)->subject_code + "/" + (*status)->reason_code, "8.8/5.1") << function;
    }
    /// Then with the disk, then with the signer, then it works.
    template <class R, class T>
    R at_the_third_attempt(std::string_view function, const T& request) {
        refused_once(commits_to_fail, function, request);
        refused_once(signatures_to_fail, function, request);
        return call<R>(function, request);
    }
    std::atomic<int> commits_to_fail = 0;
    std::atomic<Errc> commit_error = Errc::io;
    std::atomic<const char*> commit_error_path = "database";
    std::atomic<bool> unreadable = false;
    std::atomic<bool> releases_unreadable = false;
    std::atomic<int> signatures_to_fail = 0;
    std::optional<jose::Object> order;
};

class UnavailableForAnExport : public Unavailable {
protected:
    void SetUp() override {
        auto folder = custody::KeyFolder::open(at.temp / "keys");
        SystemRandom random;
        const auto use = custody::TransportUse::export_;
        SecretBytes octets(*from_hex("7B1D90E4A62C58F3093E84D7C1B5620A"));
        ASSERT_TRUE(folder && folder->add_transport_key(3, {"a", use, std::move(octets)}, random));
        Unavailable::SetUp();
    }
};

TEST_F(UnavailableForAnExport, KeysDoNotLeaveWhereThatCannotBeNoted) {
    const std::string line = "/subscriptions/" + first.text();
    const auto body = jose::ObjectWriter().text("operator", "a").integer("transport_key", 3).finish();
    commits_to_fail = 1;
    const auto refused = admin("POST", line + "/export", body, 503);
    EXPECT_EQ(commits_to_fail, 0);
    EXPECT_FALSE(refused.has("k") || refused.has("opc"));
    EXPECT_TRUE(admin("GET", line).objects("exports")->empty());
    EXPECT_TRUE(admin("POST", line + "/export", body).has("k"));
    EXPECT_EQ(admin("GET", line).objects("exports")->size(), 1U);
}

TEST_F(Unavailable, SignerThatFailsBeginsNoSession) {
    refused_once(signatures_to_fail, "initiateAuthentication", card.initiate("smdpp.example.com"));
    initiate();
}

TEST_F(Unavailable, StoreOrSignerThatFailsDelaysADownloadAndChangesNothing) {
    const auto begun = initiate();
    const auto offered = at_the_third_attempt<msg::AuthenticateClientOk>(
        "authenticateClient", card.authenticate(begun, *order->text("matching_id")));
    EXPECT_EQ(state_of(*order), "Released");
    at_the_third_attempt<msg::GetBoundProfilePackageOk>("getBoundProfilePackage", card.prepare(offered));
    EXPECT_EQ(state_of(*order), "Downloaded");
    EXPECT_EQ(*admin("GET", "/orders/" + *order->text("id")).integer("attempts"), 1) << "what failed is no attempt";
}

TEST_F(Unavailable, StoreThatFailsKeepsASessionThatIsCancelled) {
    const auto request = card.cancel(offer(*order).transaction_id, oid, msg::CancelSessionReason::end_user_rejection);
    refused_once(commits_to_fail, "cancelSession", request);
    call<msg::CancelSessionOk>("cancelSession", request);
    EXPECT_EQ(state_of(*order), "Error");
}

TEST_F(Unavailable, CallOfTheAdministrationWhoseRowsWereChangedMeanwhileIsMadeAgain) {
    http::Client local({});
    const auto bar = [&](std::string_view verb) {
        const http::Request request{"POST", "/subscriptions/" + first.text() + "/" + std::string(verb), {}, {}};
        return local.send_unix(at.temp / "admin.sock", request)->status;
    };
    install(*order, first);
    commit_error = Errc::conflict;
    for (const char* row : {"orders.version", "notes.number", "database"}) {
        commit_error_path = row;
        commits_to_fail = 3;
        EXPECT_EQ(bar("bar"), 200U) << row;
        EXPECT_EQ(auc_status("999990000000001"), "barred");
        EXPECT_EQ(bar("unbar"), 200U);
    }
    commit_error_path = "orders.matching_id";
    commits_to_fail = 1;
    EXPECT_EQ(bar("bar"), 409U) << "it would be the same again";
    commit_error_path = "database";
    EXPECT_EQ(bar("bar"), 200U);
    commits_to_fail = 4;
    EXPECT_EQ(bar("unbar"), 409U) << "not for ever";
    EXPECT_EQ(commits_to_fail, 0);
    EXPECT_EQ(auc_status("999990000000001"), "barred");
}

/// Else the device would be told that it may not move, and its order would have a refusal in its timeline.
TEST_F(Unavailable, ReleaseThatCannotBeLookedUpIsNotRefused) {
    install(*order, first);
    add_operator("b", key_b);
    add_line("b", second, "999980000000002");
    const auto release = transfer::sign_release(
        {"a", at.pki.eid, first, "b", transfer::fresh_jti(at.random), system_now() - 1s, system_now() + 1h}, "",
        jose::signer_of(key_a));
    const auto of_b = add_order("b", second, "open", *release);
    const auto timeline = [&] { return admin("GET", "/orders/" + *of_b.text("id")).objects("timeline")->size(); };
    unreadable = true;
    const auto body = jose::ObjectWriter().text("release", *release).finish();
    const auto given = http::Client({}).send_unix(at.temp / "admin.sock",
                                                  {"POST", "/orders/" + *of_b.text("id") + "/release", {}, body});
    unreadable = false;
    EXPECT_EQ(given->status, 503U) << given->body;
    for (auto* const broken : {&unreadable, &releases_unreadable}) {
        const auto before = timeline();
        const auto request = card.authenticate(initiate(), *of_b.text("matching_id"));
        *broken = true;
        const auto refused = refusal("authenticateClient", request);
        *broken = false;
        EXPECT_EQ(refused, "8.8/5.1");
        EXPECT_EQ(timeline(), before);
        call<msg::AuthenticateClientOk>("authenticateClient", request);
    }
}

/// With any 2xx, also one that says "Failed", it would leave the card's list.
TEST_F(Unavailable, StoreThatFailsTakesNoNotification) {
    const auto offered = offer(*order);
    call<msg::GetBoundProfilePackageOk>("getBoundProfilePackage", card.prepare(offered));
    const auto installed = card.installed(offered.transaction_id, first, oid);
    EXPECT_EQ(fails_once(commits_to_fail, es9_request("handleNotification", installed)).status, 503U);
    EXPECT_EQ(fails_once(commits_to_fail, asn1::request(installed)).status, 503U);
    notify(installed);
    EXPECT_EQ(state_of(*order), "Installed");
    EXPECT_EQ(auc_status("999990000000001"), "active");
}

TEST_F(Unavailable, RequestWhoseRowsWereChangedMeanwhileIsLookedAtAgain) {
    commit_error = Errc::conflict;
    commits_to_fail = 1;
    const auto offered = asn1::granted_in<msg::AuthenticateClientResponseEs9>(
        send(asn1::request(card.authenticate(initiate(), *order->text("matching_id")))));
    EXPECT_EQ(commits_to_fail, 0);
    commits_to_fail = 3;
    call<msg::GetBoundProfilePackageOk>("getBoundProfilePackage", card.prepare(offered));
    EXPECT_EQ(commits_to_fail, 0);
    commits_to_fail = 4;  // and then no more
    const auto cancel = asn1::request(card.cancel(offered.transaction_id, oid, msg::CancelSessionReason::postponed));
    EXPECT_EQ(asn1::error_in<msg::CancelSessionResponseEs9>(send(cancel)), 127);
    EXPECT_EQ(commits_to_fail, 0);
    asn1::granted_in<msg::CancelSessionResponseEs9>(send(cancel));
}

class Es2Unavailable : public Unavailable {
protected:
    Result<http::Response> try_ask(const test::Identity& who, std::string_view function, const std::string& members) {
        return http::Client(es2::client_of(at, running->es2_port(), &who))
            .send({"smdpp.example.com"}, es2::request(function, members));
    }
    std::string code(std::string_view function, const std::string& members) {
        return code_as(system, function, members);
    }
    std::string code_as(const test::Identity& who, std::string_view function, const std::string& members) {
        const auto answer = try_ask(who, function, members);
        EXPECT_TRUE(answer) << to_string(answer.error());
        return answer ? es2::code_in(answer->body) : "";
    }
    void know(const std::string& operator_id, const test::Identity& who) {
        admin("POST", "/clients",
              jose::ObjectWriter().text("operator", operator_id).octets("certificate", who.der()).finish());
    }
    test::Identity system = at.dp(x509::Role::dp_tls);
    test::Identity other = at.dp(x509::Role::dp_tls);
};

TEST_F(Es2Unavailable, ClientThatCannotBeLookedUpHearsSo) {
    know("a", system);
    unreadable = true;
    const auto answer = try_ask(system, "releaseProfile", es2::of(first));
    unreadable = false;
    ASSERT_TRUE(answer) << to_string(answer.error());
    EXPECT_EQ(answer->status, 503U) << answer->body;
    EXPECT_FALSE(try_ask(other, "releaseProfile", es2::of(first))) << "silence is for who is not a client";
    EXPECT_EQ(code("releaseProfile", es2::of(first)), "");
}

/// Else anybody could have codes compared, and hear by the time what the platform does for others.
TEST_F(Es2Unavailable, SignerIsAskedAboutTheCallersOwnOpenOrderOnly) {
    know("a", system);
    add_operator("b", key_b);
    know("b", other);
    admin("POST", "/orders/" + *order->text("id") + "/cancel");
    const auto confirmed = es2::of(first) + R"(,"confirmationCode":"1234","releaseFlag":true)";
    EXPECT_EQ(code("downloadOrder", es2::of(first)), "");
    EXPECT_EQ(code("confirmOrder", confirmed), "");
    signatures_to_fail = 1;
    EXPECT_EQ(code_as(other, "confirmOrder", confirmed), "8.2.1/1.2");
    EXPECT_EQ(signatures_to_fail, 1) << "it was not asked";
    EXPECT_EQ(code("confirmOrder", confirmed), "8.8/5.1") << "for its own operator it is";
    EXPECT_EQ(code("cancelOrder", es2::of(first) + R"(,"finalProfileStatusIndicator":"Available")"), "");
    signatures_to_fail = 1;
    EXPECT_EQ(code("confirmOrder", confirmed), "8.2.1/3.9");
    EXPECT_EQ(signatures_to_fail, 1) << "its order has ended";
    signatures_to_fail = 0;
}

TEST_F(Es2Unavailable, FailureIsSaidAndChangesNothing) {
    know("a", system);
    admin("POST", "/orders/" + *order->text("id") + "/cancel");
    const auto ordered = es2::of(first);
    commits_to_fail = 1;
    EXPECT_EQ(code("downloadOrder", ordered), "8.8/5.1");
    EXPECT_EQ(admin("GET", "/orders").objects("orders")->size(), 1U);
    EXPECT_EQ(code("downloadOrder", ordered), "");
    const auto confirmed = ordered + R"(,"confirmationCode":"1234","releaseFlag":true)";
    signatures_to_fail = 1;
    EXPECT_EQ(code("confirmOrder", confirmed), "8.8/5.1");
    commits_to_fail = 1;
    EXPECT_EQ(code("confirmOrder", confirmed), "8.8/5.1");
    EXPECT_EQ(code("releaseProfile", ordered), "8.2.1/3.5") << "it is Allocated still";
    commit_error = Errc::conflict;  // a row was changed meanwhile: it looks again
    commits_to_fail = 3;
    EXPECT_EQ(code("confirmOrder", confirmed), "");
    EXPECT_EQ(commits_to_fail, 0);
}

/// Who sends devices here sends them elsewhere meanwhile.
TEST_F(Unavailable, StoreThatFailsIsNotReady) {
    const auto ready = [this] { return ask_plain(running->operation_port(), "/readyz"); };
    EXPECT_TRUE(ready().starts_with("HTTP/1.1 200 ")) << ready();
    unreadable = true;
    EXPECT_TRUE(ready().starts_with("HTTP/1.1 503 "));
    EXPECT_NE(ready().find("The database does not answer: "), std::string::npos) << ready();
    unreadable = false;
    EXPECT_TRUE(ready().starts_with("HTTP/1.1 200 "));
    const auto request = card.authenticate(initiate(), *order->text("matching_id"));
    refused_once(commits_to_fail, "authenticateClient", request);
    EXPECT_NE(ready().find("The database did not take what was last written: "), std::string::npos) << ready();
    EXPECT_TRUE(ask_plain(running->operation_port(), "/healthz").starts_with("HTTP/1.1 200 "));
    call<msg::AuthenticateClientOk>("authenticateClient", request);
    EXPECT_TRUE(ready().starts_with("HTTP/1.1 200 ")) << "it took the next one";
}

/// initiateAuthenticationError names three errors, and none that this could be.
TEST_F(Unavailable, AsnOneSaysUndefinedErrorWhereTheFunctionHasIt) {
    const auto begun = fails_once(signatures_to_fail, asn1::request(card.initiate("smdpp.example.com")));
    EXPECT_EQ(begun.status, 503U);
    EXPECT_EQ(begun.find_header("X-Admin-Protocol"), "gsma/rsp/v2.2.0");
    EXPECT_NE(begun.body.find("try again later"), std::string::npos) << begun.body;
    const auto authenticate = asn1::request(card.authenticate(initiate(), *order->text("matching_id")));
    using Authenticated = msg::AuthenticateClientResponseEs9;
    EXPECT_EQ(asn1::error_in<Authenticated>(fails_once(commits_to_fail, authenticate)), 127);
    EXPECT_EQ(asn1::error_in<Authenticated>(fails_once(signatures_to_fail, authenticate)), 127);
    const auto offered = asn1::granted_in<Authenticated>(send(authenticate));
    const auto prepare = asn1::request(card.prepare(offered));
    using Packaged = msg::GetBoundProfilePackageResponse;
    EXPECT_EQ(asn1::error_in<Packaged>(fails_once(commits_to_fail, prepare)), 127);
    EXPECT_EQ(asn1::error_in<Packaged>(fails_once(signatures_to_fail, prepare)), 127);
    const auto cancel =
        asn1::request(card.cancel(offered.transaction_id, oid, msg::CancelSessionReason::end_user_rejection));
    using Cancelled = msg::CancelSessionResponseEs9;
    EXPECT_EQ(asn1::error_in<Cancelled>(fails_once(commits_to_fail, cancel)), 127);
    asn1::granted_in<Cancelled>(send(cancel));
    EXPECT_EQ(state_of(*order), "Error");
}

}  // namespace
}  // namespace mcim::apps::mcimd
