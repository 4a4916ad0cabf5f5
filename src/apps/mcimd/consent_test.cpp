// No consent, no move: whose customer a device is, and what makes it another's.
#include "mcim/apps/mcimd/mcimd_for_test.h"

namespace mcim::apps::mcimd {
namespace {

TEST_F(Mcimd, MovesOnlyWithTheCurrentOperatorsRelease) {
    add_operator("a", key_a);
    add_operator("b", key_b);
    add_line("a", first, "999990000000001");
    add_line("b", second, "999980000000002");
    install(add_order("a", first), first);
    notify(card.notify(first, msg::NotificationEventBit::enable));

    const auto release = [&](const Eid& eid, const crypto::PrivateKey& key) {
        return *transfer::sign_release(
            {"a", eid, first, "b", transfer::fresh_jti(at.random), system_now() - 1s, system_now() + 1h}, "",
            jose::signer_of(key));
    };
    std::string sentence;
    const auto order = add_order("b", second);
    const auto refused = [&] {
        return refusal("authenticateClient", card.authenticate(initiate(), *order.text("matching_id")), &sentence);
    };
    const auto with_release = [&](const std::string& token) {
        admin("POST", "/orders/" + *order.text("id") + "/release",
              jose::ObjectWriter().text("release", token).finish());
    };
    EXPECT_EQ(refused(), "8.2.5/4.3");
    EXPECT_FALSE(sentence.empty());
    with_release(release(*x509::make_eid("89049032", 9), key_a));
    EXPECT_EQ(refused(), "8.2.5/4.3");
    with_release(release(at.pki.eid, key_b));
    EXPECT_EQ(refused(), "8.2.5/4.3");

    const std::string good = release(at.pki.eid, key_a);
    with_release(good);
    install(order, second);
    EXPECT_EQ(auc_status("999990000000001"), "active") << "the old one serves until the new one does";
    notify(card.notify(second, msg::NotificationEventBit::enable));
    EXPECT_EQ(auc_status("999980000000002"), "active");
    EXPECT_EQ(auc_status("999990000000001"), "closed");
    EXPECT_EQ(*admin("GET", "/subscriptions/" + first.text()).text("standing"), "closed");
}

TEST_F(Mcimd, ReleaseServesOneOrderOnly) {
    add_operator("a", key_a);
    add_operator("b", key_b);
    const Iccid third = *Iccid::with_check_digit("894412345678901233");
    add_line("a", first, "999990000000001");
    add_line("b", second, "999980000000002");
    add_line("b", third, "999980000000003");
    install(add_order("a", first), first);
    const std::string token = *transfer::sign_release(
        {"a", at.pki.eid, first, {}, transfer::fresh_jti(at.random), system_now() - 1s, system_now() + 1h}, "",
        jose::signer_of(key_a));
    offer(add_order("b", second, "open", token));
    const auto replay = add_order("b", third, "open", token);
    std::string sentence;
    EXPECT_EQ(refusal("authenticateClient", card.authenticate(initiate(), *replay.text("matching_id")), &sentence),
              "8.2.5/4.3");
}

TEST_F(Mcimd, ProfileOnItsWayToADeviceCountsAsItsCustomer) {
    add_operator("a", key_a);
    add_operator("b", key_b);
    add_line("a", first, "999990000000001");
    add_line("b", second, "999980000000002");
    const auto of_a = add_order("a", first), of_b = add_order("b", second);
    const auto to_a = offer(of_a), to_b = offer(of_b);
    call<msg::GetBoundProfilePackageOk>("getBoundProfilePackage", card.prepare(to_a));
    EXPECT_EQ(refusal("getBoundProfilePackage", card.prepare(to_b)), "8.2.5/4.3");
    EXPECT_EQ(state_of(of_b), "Released");
    notify(card.failed(to_a.transaction_id, first, oid));
    call<msg::GetBoundProfilePackageOk>("getBoundProfilePackage", card.prepare(to_b));
}

TEST_F(Mcimd, SessionsOfOneCardAtOnceBindOneOperatorsProfile) {
    add_operator("a", key_a);
    add_operator("b", key_b);
    add_line("a", first, "999990000000001");
    add_line("b", second, "999980000000002");
    const auto of_a = add_order("a", first), of_b = add_order("b", second);
    const auto to_a = offer(of_a), to_b = offer(of_b);
    // both requests are in the server before it commits either
    http::Loop loop;
    http::ClientConfig config{{at.pki.ci.der()}, {}};
    config.resolve[{"smdpp.example.com", 443}] = {"127.0.0.1", running->port()};
    int bound = 0;
    for (const auto& body : {msg::to_json(card.prepare(to_a)), msg::to_json(card.prepare(to_b))})
        http::Connection::open(loop, config, {"smdpp.example.com"}, [&, body](Result<http::Connection> opened) {
            ASSERT_TRUE(opened);
            opened->send({"POST", "/gsma/rsp2/es9plus/getBoundProfilePackage", es9_headers(), body},
                         [&, kept = *opened](const Result<http::Response>& r) {
                             ASSERT_TRUE(r);
                             if (!*msg::read_status(r->body)) ++bound;
                         });
        });
    loop.run_for(20s);
    EXPECT_EQ(bound, 1);
    EXPECT_NE(state_of(of_a) == "Downloaded", state_of(of_b) == "Downloaded");
}

}  // namespace
}  // namespace mcim::apps::mcimd
