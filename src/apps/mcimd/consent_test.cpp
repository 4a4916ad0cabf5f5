// No consent, no move: whose customer a device is, and what makes it another's.
#include "mcim/apps/mcimd/mcimd_for_test.h"

namespace mcim::apps::mcimd {
namespace {

TEST_F(Mcimd, MovesOnlyWithTheCurrentOperatorsRelease) {
    add_two_operators();
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
    const auto with_release = [&](const std::string& token, unsigned wanted = 200) {
        admin("POST", "/orders/" + *order.text("id") + "/release", jose::ObjectWriter().text("release", token).finish(),
              wanted);
    };
    EXPECT_EQ(refused(), "8.2.5/4.3");
    EXPECT_FALSE(sentence.empty());
    with_release(release(*x509::make_eid("89049032", 9), key_a));
    EXPECT_EQ(refused(), "8.2.5/4.3");
    with_release(release(at.pki.eid, key_b), 403);
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

TEST_F(Mcimd, OrderForAnotherOperatorsCustomerSaysWhoseReleaseItWaitsFor) {
    add_two_operators();
    const auto order_for_device = [&](const std::string& who, const Iccid& iccid) {
        return admin("POST", "/orders",
                     jose::ObjectWriter()
                         .text("operator", who)
                         .text("iccid", iccid.text())
                         .text("policy", "open")
                         .text("eid", at.pki.eid.text())
                         .finish());
    };
    const auto of_a = order_for_device("a", first);
    EXPECT_FALSE(of_a.has("waits_for")) << "nobody's customer yet";
    install(of_a, first);

    const auto of_b = order_for_device("b", second);
    ASSERT_TRUE(of_b.has("waits_for"));
    EXPECT_EQ(*of_b.object("waits_for")->text("fault"), "release_missing");
    EXPECT_EQ(*of_b.object("waits_for")->text("operator"), "a");
    EXPECT_EQ(*of_b.object("waits_for")->text("iccid"), first.text());
    const std::string id = *of_b.text("id");
    const auto shown = admin("GET", "/orders/" + id);
    EXPECT_TRUE(shown.has("waits_for"));
    EXPECT_TRUE(shown.objects("timeline")->back().text("what")->starts_with("waits for consent: "));

    const auto released = [&](const std::string& to) {
        const std::string token = *transfer::sign_release(
            {"a", at.pki.eid, first, to, transfer::fresh_jti(at.random), system_now() - 1s, system_now() + 1h}, "",
            jose::signer_of(key_a));
        return admin("POST", "/orders/" + id + "/release", jose::ObjectWriter().text("release", token).finish());
    };
    EXPECT_EQ(*released("c").object("waits_for")->text("fault"), "release_refused") << "it is for another operator";
    EXPECT_FALSE(released("b").has("waits_for"));
    install(of_b, second);
    EXPECT_FALSE(admin("GET", "/orders/" + id).has("waits_for")) << "there is nothing left to download";
}

TEST_F(Mcimd, ReleaseThatItsOperatorHasNotSignedLeavesNoTrace) {
    add_two_operators();
    install(add_order("a", first), first);
    const auto order = admin("POST", "/orders",
                             jose::ObjectWriter()
                                 .text("operator", "b")
                                 .text("iccid", second.text())
                                 .text("policy", "open")
                                 .text("eid", at.pki.eid.text())
                                 .finish());
    const std::string path = "/orders/" + *order.text("id");
    const auto signed_by = [&](const crypto::PrivateKey& key) {
        return *transfer::sign_release(
            {"a", at.pki.eid, first, "b", transfer::fresh_jti(at.random), system_now() - 1s, system_now() + 1h}, "",
            jose::signer_of(key));
    };
    const auto with = [](const std::string& token) { return jose::ObjectWriter().text("release", token).finish(); };
    const auto refuses_forged_ones = [&] {
        const auto lines = admin("GET", path).objects("timeline")->size();
        for (const auto& forged : {signed_by(key_b), std::string("{}")})
            admin("POST", path + "/release", with(forged), 403);
        EXPECT_EQ(admin("GET", path).objects("timeline")->size(), lines);
    };
    refuses_forged_ones();
    EXPECT_TRUE(admin("GET", path).has("waits_for"));
    EXPECT_FALSE(admin("POST", path + "/release", with(signed_by(key_a))).has("waits_for"));
    refuses_forged_ones();
    EXPECT_FALSE(admin("GET", path).has("waits_for")) << "the good one still serves";
}

TEST_F(Mcimd, ReleaseThatDoesNotServeTakesNoPlaceOfOneThatDoes) {
    add_two_operators();
    install(add_order("a", first), first);
    jose::ObjectWriter wanted;
    wanted.text("operator", "b").text("iccid", second.text()).text("policy", "open").text("eid", at.pki.eid.text());
    const std::string path = "/orders/" + *admin("POST", "/orders", wanted.finish()).text("id");
    const auto give = [&](const std::string& to, Time until, unsigned answer = 200) {
        const std::string token =
            *transfer::sign_release({"a", at.pki.eid, first, to, transfer::fresh_jti(at.random), until - 2h, until}, "",
                                    jose::signer_of(key_a));
        return admin("POST", path + "/release", jose::ObjectWriter().text("release", token).finish(), answer);
    };
    const Time later = system_now() + 1h;
    EXPECT_TRUE(give("c", later).has("waits_for")) << "there was none yet";
    EXPECT_FALSE(give("b", later).has("waits_for"));
    const auto lines = admin("GET", path).objects("timeline")->size();
    give("b", system_now() - 1s, 403);
    give("c", later, 403);
    EXPECT_EQ(admin("GET", path).objects("timeline")->size(), lines);
    EXPECT_FALSE(admin("GET", path).has("waits_for"));
}

/// Nobody knows yet which device it is for, but whom it names, and his key.
TEST_F(Mcimd, ReleaseThatNobodyHasSignedIsNotTakenForAnOrderOfAnyDevice) {
    add_two_operators();
    const auto release = [&](const std::string& in_the_name_of, const crypto::PrivateKey& key) {
        return *transfer::sign_release({in_the_name_of, at.pki.eid, first, "b", transfer::fresh_jti(at.random),
                                        system_now() - 1s, system_now() + 1h},
                                       "", jose::signer_of(key));
    };
    const auto order_with = [&](const std::string& token, unsigned wanted) {
        jose::ObjectWriter w;
        w.text("operator", "b").text("iccid", second.text()).text("policy", "open").text("release", token);
        return admin("POST", "/orders", w.finish(), wanted);
    };
    const std::vector<std::string> forged{release("a", key_b), release("nobody", key_b), "{}", "no.release.this"};
    for (const auto& token : forged) {
        const auto detail = *order_with(token, 403).text("detail");
        EXPECT_TRUE(detail.ends_with("Nothing was changed.")) << detail;
    }
    EXPECT_TRUE(admin("GET", "/orders").objects("orders")->empty());
    const std::string path = "/orders/" + *order_with(release("a", key_a), 200).text("id");
    const auto lines = admin("GET", path).objects("timeline")->size();
    for (const auto& token : forged)
        admin("POST", path + "/release", jose::ObjectWriter().text("release", token).finish(), 403);
    EXPECT_EQ(admin("GET", path).objects("timeline")->size(), lines);
}

TEST_F(Mcimd, ExpiredReleaseIsRefusedWhenItIsGiven) {
    add_two_operators();
    install(add_order("a", first), first);
    const std::string token = *transfer::sign_release(
        {"a", at.pki.eid, first, "b", transfer::fresh_jti(at.random), system_now() - 2h, system_now() - 1h}, "",
        jose::signer_of(key_a));
    for (const bool names_its_device : {false, true}) {
        jose::ObjectWriter w;
        w.text("operator", "b").text("iccid", second.text()).text("policy", "open");
        if (names_its_device) w.text("eid", at.pki.eid.text());
        const auto detail = *admin("POST", "/orders", w.text("release", token).finish(), 403).text("detail");
        EXPECT_NE(detail.find("It expired at "), std::string::npos) << detail;
        EXPECT_NE(detail.find("Ask a for a new one. Nothing was changed."), std::string::npos) << detail;
    }
    EXPECT_EQ(admin("GET", "/orders").objects("orders")->size(), 1U);
    const std::string path = "/orders/" + *add_order("b", second).text("id");
    admin("POST", path + "/release", jose::ObjectWriter().text("release", token).finish(), 403);
    EXPECT_EQ(admin("GET", path).objects("timeline")->size(), 1U);
}

TEST_F(Mcimd, ReleaseThatExpiresBeforeTheDownloadDoesNotServe) {
    add_two_operators();
    install(add_order("a", first), first);
    const auto release_until = [&](Time until) {
        return *transfer::sign_release({"a", at.pki.eid, first, "b", transfer::fresh_jti(at.random), until - 1h, until},
                                       "", jose::signer_of(key_a));
    };
    jose::ObjectWriter wanted;
    wanted.text("operator", "b").text("iccid", second.text()).text("policy", "open").text("eid", at.pki.eid.text());
    wanted.text("release", release_until(system_now() + 10min));
    const auto order = admin("POST", "/orders", wanted.finish());
    EXPECT_FALSE(order.has("waits_for"));
    const auto offered = offer(order);
    const std::string path = "/orders/" + *order.text("id");
    std::string sentence;
    const auto download = [&] {
        return refusal("authenticateClient", card.authenticate(initiate(), *order.text("matching_id")), &sentence);
    };
    start_later(20min);
    EXPECT_EQ(*admin("GET", path).object("waits_for")->text("fault"), "release_refused");
    EXPECT_EQ(download(), "8.2.5/4.3");
    EXPECT_NE(sentence.find("The release expired at "), std::string::npos) << sentence;
    EXPECT_EQ(refusal("getBoundProfilePackage", card.prepare(offered)), "8.2.5/4.3") << "though it was offered before";
    EXPECT_EQ(state_of(order), "Released");
    admin("POST", path + "/release", jose::ObjectWriter().text("release", release_until(system_now() + 1h)).finish());
    EXPECT_EQ(download(), "");
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
    add_two_operators();
    const auto of_a = add_order("a", first), of_b = add_order("b", second);
    const auto to_a = offer(of_a), to_b = offer(of_b);
    call<msg::GetBoundProfilePackageOk>("getBoundProfilePackage", card.prepare(to_a));
    EXPECT_EQ(refusal("getBoundProfilePackage", card.prepare(to_b)), "8.2.5/4.3");
    EXPECT_EQ(state_of(of_b), "Released");
    notify(card.failed(to_a.transaction_id, first, oid));
    call<msg::GetBoundProfilePackageOk>("getBoundProfilePackage", card.prepare(to_b));
}

TEST_F(Mcimd, OrderOfABootstrapProfileThatWasCancelledFreesNoDevice) {
    add_two_operators();
    jose::ObjectWriter w;
    w.text("operator", "a").text("iccid", first.text()).text("policy", "open").text("class", "provisioning");
    const auto cancelled = admin("POST", "/orders", w.finish());
    admin("POST", "/orders/" + *cancelled.text("id") + "/cancel");
    install(add_order("a", first), first);
    notify(card.notify(first, msg::NotificationEventBit::delete_));
    EXPECT_EQ(standing(first), "deleted");
    const auto of_b = add_order("b", second);
    EXPECT_EQ(refusal("authenticateClient", card.authenticate(initiate(), *of_b.text("matching_id"))), "8.2.5/4.3");
}

TEST_F(Mcimd, OrderThatCannotBeDownloadedHidesNoOtherOfItsEid) {
    add_operator("a", key_a);
    const Iccid third = *Iccid::with_check_digit("894412345678901233");
    add_line("a", first, "999990000000001");
    add_line("a", second, "999990000000002");
    add_line("a", third, "999990000000003");
    const auto with = [&](const Iccid& iccid) {
        jose::ObjectWriter w;
        w.text("operator", "a").text("iccid", iccid.text()).text("policy", "open").text("eid", at.pki.eid.text());
        return w;
    };
    admin("POST", "/orders", with(first).time("expires_at", system_now() + 1h).finish());
    const auto exhausted = admin("POST", "/orders", with(second).integer("attempts_max", 1).finish());
    call<msg::GetBoundProfilePackageOk>("getBoundProfilePackage", card.prepare(offer(exhausted)));
    admin("POST", "/orders", with(third).finish());
    start_later(2h);
    const auto offered = call<msg::AuthenticateClientOk>("authenticateClient", card.authenticate(initiate(), ""));
    EXPECT_EQ(offered.profile_metadata.iccid, msg::to_octets(third));
}

TEST_F(Mcimd, SessionsOfOneCardAtOnceBindOneOperatorsProfile) {
    add_two_operators();
    const auto of_a = add_order("a", first), of_b = add_order("b", second);
    const auto to_a = offer(of_a), to_b = offer(of_b);
    EXPECT_EQ(granted(at_once({es9_request("getBoundProfilePackage", card.prepare(to_a)),
                               es9_request("getBoundProfilePackage", card.prepare(to_b))})),
              1);
    EXPECT_NE(state_of(of_a) == "Downloaded", state_of(of_b) == "Downloaded");
}

}  // namespace
}  // namespace mcim::apps::mcimd
