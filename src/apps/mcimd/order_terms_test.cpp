// What an operator says of an order when it is made, and when it is to go on.
#include "mcim/apps/mcimd/mcimd_for_test.h"
#include "mcim/transfer/release.h"

namespace mcim::apps::mcimd {
namespace {

class OrderTerms : public Mcimd {
protected:
    void SetUp() override {
        Mcimd::SetUp();
        add_two_operators();
    }
    [[nodiscard]] jose::ObjectWriter of_a() const {
        return jose::ObjectWriter().text("operator", "a").text("iccid", first.text()).text("policy", "open");
    }
    /// Of an answer that refuses.
    static std::string why(const jose::Object& problem) { return *problem.text("detail"); }
};

TEST_F(OrderTerms, EndInTimeToCome) {
    const auto past = of_a().time("expires_at", system_now() - 1min).finish();
    EXPECT_NE(why(admin("POST", "/orders", past, 422)).find("it is over already"), std::string::npos);
    const auto order = admin("POST", "/orders", of_a().time("expires_at", system_now() + 1h).finish());
    const std::string path = "/orders/" + *order.text("id");
    start_later(2h);
    const auto again = why(admin("POST", "/orders", of_a().finish(), 409));
    EXPECT_NE(again.find("mcim order release " + *order.text("id") + " --expires"), std::string::npos) << again;
    EXPECT_EQ(again.find("use that one"), std::string::npos) << again;
    const auto late = why(admin("POST", path + "/release", {}, 409));
    EXPECT_NE(late.find("its time was over at"), std::string::npos) << late;
    const auto with = [](Time end) { return jose::ObjectWriter().time("expires_at", end).finish(); };
    admin("POST", path + "/release", with(system_now() + 1h), 422);
    const auto longer = admin("POST", path + "/release", with(system_now() + 3h));
    EXPECT_FALSE(longer.has("closed_because"));
    const Time end = *longer.time("expires_at");
    EXPECT_EQ(last_line(longer), "released by its operator, until " + to_rfc3339(end));
    install(order, first);
}

TEST_F(OrderTerms, WithoutAMatchingIdAreFoundByTheEidThatTheyName) {
    const auto refused = why(admin("POST", "/orders", of_a().text("matching_id", "").finish(), 422));
    EXPECT_NE(refused.find("by its EID alone"), std::string::npos) << refused;
    const auto order = admin("POST", "/orders", of_a().text("eid", at.pki.eid.text()).text("matching_id", "").finish());
    EXPECT_FALSE(order.has("matching_id"));
    EXPECT_FALSE(order.has("activation_code"));
    const auto offered = call<msg::AuthenticateClientOk>("authenticateClient", card.authenticate(initiate(), ""));
    EXPECT_EQ(offered.profile_metadata.iccid, msg::to_octets(first));
}

TEST_F(OrderTerms, ShowTheReleaseThatTheyHold) {
    install(add_order("a", first), first);
    const Time now = std::chrono::floor<std::chrono::seconds>(system_now());
    const transfer::Release release{"a", at.pki.eid, first, "b", "number-1", now, now + 1h};
    const std::string token = *transfer::sign_release(release, "", jose::signer_of(key_a));
    const auto order = add_order("b", second, "open", token);
    for (const auto& shown : {order, admin("GET", "/orders/" + *order.text("id"))}) {
        const auto held = *shown.object("release");
        EXPECT_EQ(*held.text("operator"), "a");
        EXPECT_EQ(*held.text("to"), "b");
        EXPECT_EQ(*held.text("eid"), at.pki.eid.text());
        EXPECT_EQ(*held.text("iccid"), first.text());
        EXPECT_EQ(*held.text("jti"), "number-1");
        EXPECT_EQ(*held.time("expires_at"), release.expires_at);
        for (const auto& name : held.names()) EXPECT_NE(name, "jws");
    }
}

/// Of one whose time was over, the release that it holds is asked with the time that it gets.
TEST_F(OrderTerms, GiveUpAReleaseThatEndedMeanwhileForAnother) {
    install(add_order("a", first), first);
    const Time now = std::chrono::floor<std::chrono::seconds>(system_now());
    const auto of = [&](const std::string& jti, std::chrono::hours hours) {
        const transfer::Release release{"a", at.pki.eid, first, "b", jti, now, now + hours};
        return *transfer::sign_release(release, "", jose::signer_of(key_a));
    };
    const auto terms = jose::ObjectWriter()
                           .text("operator", "b")
                           .text("iccid", second.text())
                           .text("policy", "open")
                           .text("eid", at.pki.eid.text())
                           .text("release", of("number-1", 1h))
                           .time("expires_at", now + 1h)
                           .finish();
    const std::string path = "/orders/" + *admin("POST", "/orders", terms).text("id");
    start_later(2h);
    const transfer::Release of_another_card{"a", *x509::make_eid("89049032", 2), first, "b", "number-2", now, now + 9h};
    const auto given = jose::ObjectWriter()
                           .text("release", *transfer::sign_release(of_another_card, "", jose::signer_of(key_a)))
                           .time("expires_at", now + 9h)
                           .finish();
    const auto order = admin("POST", path + "/release", given);  // no longer does the one that it had
    EXPECT_EQ(*order.object("waits_for")->text("fault"), "release_refused");
    EXPECT_EQ(*order.object("release")->text("jti"), "number-2");
    EXPECT_NE(last_line(order).find("given a release that does not serve, until "), std::string::npos);
}

}  // namespace
}  // namespace mcim::apps::mcimd
