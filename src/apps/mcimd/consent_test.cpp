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

/// Two operators' orders for one device, which has neither of their profiles yet.
class TwoOrders : public Mcimd {
protected:
    void SetUp() override {
        Mcimd::SetUp();
        add_operator("a", key_a);
        add_operator("b", key_b);
        add_line("a", first, "999990000000001");
        add_line("b", second, "999980000000002");
        of_a.emplace(add_order("a", first));
        of_b.emplace(add_order("b", second));
    }
    msg::TransactionId bind(const jose::Object& order) {
        const auto offered = offer(order);
        call<msg::GetBoundProfilePackageOk>("getBoundProfilePackage", card.prepare(offered));
        return offered.transaction_id;
    }
    void cancel(const msg::TransactionId& id, msg::CancelSessionReason reason) {
        call<msg::CancelSessionOk>("cancelSession", card.cancel(id, oid, reason));
    }
    std::string refusal_of_b() {
        return refusal("authenticateClient", card.authenticate(initiate(), *of_b->text("matching_id")));
    }
    /// What operator a signs, over its line with `first`.
    std::string release_by_a() {
        return *transfer::sign_release(
            {"a", at.pki.eid, first, "b", transfer::fresh_jti(at.random), system_now() - 1s, system_now() + 1h}, "",
            jose::signer_of(key_a));
    }
    void give_b(const std::string& release) {
        admin("POST", "/orders/" + *of_b->text("id") + "/release",
              jose::ObjectWriter().text("release", release).finish());
    }
    void install_and_delete_first() {
        install(*of_a, first);
        for (const auto bit : {msg::NotificationEventBit::enable, msg::NotificationEventBit::disable,
                               msg::NotificationEventBit::delete_})
            notify(card.notify(first, bit));
    }
    /// An order of b that names no device, with the release of the one that is a's customer.
    void give_b_the_release_of_as_customer() {
        install(*of_a, first);
        notify(card.notify(first, msg::NotificationEventBit::enable));
        give_b(token);
    }
    /// On a device that is nobody's customer, and which deletes it where that is said.
    enum class Then : std::uint8_t { keep, remove };
    void install_elsewhere(const jose::Object& order, const Iccid& iccid, Then then = Then::keep) {
        const auto identity = at.pki.make_euicc(*x509::make_eid("89049032", 2));
        test::SoftCard other{identity, at.pki.eum, *at.pki.ci.certificate.subject_key_id};
        const auto ok =
            call<msg::InitiateAuthenticationOkEs9>("initiateAuthentication", other.initiate("smdpp.example.com"));
        const auto offered =
            call<msg::AuthenticateClientOk>("authenticateClient", other.authenticate(ok, *order.text("matching_id")));
        call<msg::GetBoundProfilePackageOk>("getBoundProfilePackage", other.prepare(offered));
        notify(other.installed(offered.transaction_id, iccid, oid));
        EXPECT_EQ(state_of(order), "Installed");
        if (then == Then::keep) return;
        ++other.seq_number;
        notify(other.notify(iccid, msg::NotificationEventBit::delete_));
    }
    void use_second() { EXPECT_EQ(ask_auc(at, "AKA-REQ-AUTH 999980000000002").find("FAILURE"), std::string::npos); }
    void install_second_elsewhere() {
        install_elsewhere(*of_b, second);
        use_second();
    }
    /// By another order of b, for the device that it names.
    void expect_that_the_release_serves() {
        const Iccid third = *Iccid::with_check_digit("894412345678901233");
        add_line("b", third, "999980000000003");
        const auto order = add_order("b", third, "open", token);
        EXPECT_EQ(refusal("authenticateClient", card.authenticate(initiate(), *order.text("matching_id"))), "");
    }
    std::optional<jose::Object> of_a, of_b;
    std::string token = release_by_a();
};

TEST_F(TwoOrders, PostponedPackageKeepsNoRelease) {
    give_b_the_release_of_as_customer();
    cancel(bind(*of_b), msg::CancelSessionReason::postponed);
    expect_that_the_release_serves();
    install_second_elsewhere();
    EXPECT_EQ(standing(first), "enabled") << "its device has not moved";
    EXPECT_EQ(auc_status("999990000000001"), "active");
}

TEST_F(TwoOrders, ReleaseOfOneDeviceIsNotUsedUpByAnother) {
    give_b_the_release_of_as_customer();
    offer(*of_b);
    install_second_elsewhere();
    EXPECT_EQ(standing(first), "enabled") << "its device has not moved";
    EXPECT_EQ(auc_status("999990000000001"), "active");
    expect_that_the_release_serves();
}

TEST_F(TwoOrders, LineThatWasDeletedBeforeItServedReplacesNone) {
    give_b_the_release_of_as_customer();
    install(*of_b, second);
    notify(card.notify(second, msg::NotificationEventBit::delete_));
    install_elsewhere(add_order("b", second), second);
    use_second();
    EXPECT_EQ(standing(first), "enabled") << "its device has not moved";
}

TEST_F(TwoOrders, LineThatIsOnAnotherDeviceByThenIsNotReplaced) {
    give_b_the_release_of_as_customer();
    install(*of_b, second);
    notify(card.notify(first, msg::NotificationEventBit::disable));
    notify(card.notify(first, msg::NotificationEventBit::delete_));
    install_elsewhere(add_order("a", first), first);
    use_second();
    EXPECT_EQ(standing(first), "installed");
}

TEST_F(TwoOrders, ReleaseOfALineThatWasOnAnotherDeviceBeforeServes) {
    install_elsewhere(*of_a, first, Then::remove);
    of_a.emplace(add_order("a", first));
    static_cast<void>(bind(*of_a));
    give_b(release_by_a());
    install(*of_b, second);
    EXPECT_EQ(standing(first), "closed") << "its package is on the way to this device";
}

TEST_F(TwoOrders, ProfileThatMayBeInstalledCountsThoughAnotherSessionOfItsOrderIsCancelled) {
    const auto installing = bind(*of_a);
    cancel(offer(*of_a).transaction_id, msg::CancelSessionReason::end_user_rejection);
    EXPECT_EQ(state_of(*of_a), "Downloaded") << "what the other session bound may be on the card";
    EXPECT_EQ(refusal_of_b(), "8.2.5/4.3");
    notify(card.installed(installing, first, oid));  // kept back until now
    EXPECT_EQ(state_of(*of_a), "Installed");
    EXPECT_EQ(refusal_of_b(), "8.2.5/4.3");
}

TEST_F(TwoOrders, FailureOfOneSessionLeavesWhatAnotherHasBound) {
    const auto first_session = bind(*of_a), second_session = bind(*of_a);
    notify(card.failed(second_session, first, oid));
    EXPECT_EQ(refusal_of_b(), "8.2.5/4.3");
    notify(card.failed(first_session, first, oid));
    EXPECT_EQ(refusal_of_b(), "");
}

TEST_F(TwoOrders, BoundSessionThatItsOwnCardCancelsIsOver) {
    cancel(bind(*of_a), msg::CancelSessionReason::metadata_mismatch);
    EXPECT_EQ(state_of(*of_a), "Error");
    EXPECT_EQ(refusal_of_b(), "") << "the card signed that it will not install it";
}

TEST_F(TwoOrders, SessionThatIsBoundAndPostponedAtOnceIsOver) {
    const auto offered = offer(*of_a);
    const auto cancelled = card.cancel(offered.transaction_id, oid, msg::CancelSessionReason::postponed);
    EXPECT_GE(at_once({{"getBoundProfilePackage", msg::to_json(card.prepare(offered))},
                       {"cancelSession", msg::to_json(cancelled)}}),
              1);
    EXPECT_EQ(state_of(*of_a), "Released");
    EXPECT_EQ(refusal_of_b(), "") << "the card signed that it will not install it";
}

TEST_F(TwoOrders, PostponedPackageHoldsNoDevice) {
    cancel(bind(*of_a), msg::CancelSessionReason::postponed);
    EXPECT_EQ(state_of(*of_a), "Released");
    EXPECT_FALSE(admin("GET", "/orders/" + *of_a->text("id")).has("eid"));
    EXPECT_EQ(refusal_of_b(), "");
}

TEST_F(TwoOrders, PackageOnItsWayCountsThoughItsOperatorReleasesTheOrderAgain) {
    bind(*of_a);
    admin("POST", "/orders/" + *of_a->text("id") + "/release");
    EXPECT_EQ(refusal_of_b(), "8.2.5/4.3");
    admin("POST", "/orders/" + *of_a->text("id") + "/cancel");
    EXPECT_EQ(refusal_of_b(), "") << "its operator has taken the order back";
}

TEST_F(TwoOrders, DeletionByTheDeviceTakesNoReleasesPlace) {
    install_and_delete_first();
    EXPECT_EQ(standing(first), "deleted");
    EXPECT_EQ(auc_status("999990000000001"), "barred");
    EXPECT_EQ(refusal_of_b(), "8.2.5/4.3");
    give_b(release_by_a());
    install(*of_b, second);
    EXPECT_EQ(standing(first), "closed") << "nothing is left that it could serve until the new one does";
    EXPECT_EQ(auc_status("999990000000001"), "closed");
}

TEST_F(TwoOrders, DeletedProfileHoldsTheDeviceUntilItsOperatorClosesTheLine) {
    install_and_delete_first();
    EXPECT_EQ(refusal_of_b(), "8.2.5/4.3");
    admin("POST", "/subscriptions/" + first.text() + "/close");
    EXPECT_EQ(standing(first), "closed");
    EXPECT_EQ(auc_status("999990000000001"), "closed");
    EXPECT_EQ(refusal_of_b(), "");
}

TEST_F(TwoOrders, DeletedProfileCanBeOrderedAgainByItsOperator) {
    install_and_delete_first();
    install(add_order("a", first), first);
    EXPECT_EQ(standing(first), "installed");
    EXPECT_EQ(auc_status("999990000000001"), "active");
}

TEST_F(TwoOrders, ClosedLineTakesItsPackageOnTheWayWithIt) {
    const auto installing = bind(*of_a);
    admin("POST", "/subscriptions/" + first.text() + "/close");
    EXPECT_EQ(state_of(*of_a), "Unavailable");
    EXPECT_EQ(refusal_of_b(), "");
    notify(card.installed(installing, first, oid));
    EXPECT_EQ(standing(first), "closed");
    EXPECT_EQ(auc_status("999990000000001"), "closed");
}

TEST_F(TwoOrders, FirstUseOfTheNewLineClosesTheOldOne) {
    install(*of_a, first);
    notify(card.notify(first, msg::NotificationEventBit::enable));
    give_b(release_by_a());
    install(*of_b, second);
    EXPECT_EQ(standing(first), "enabled") << "it serves until the new one does";
    EXPECT_EQ(auc_status("999990000000001"), "active");
    // no notification that the new one is enabled ever comes
    EXPECT_EQ(ask_auc(at, "AKA-REQ-AUTH 999980000000002").find("FAILURE"), std::string::npos);
    EXPECT_EQ(standing(first), "closed");
    EXPECT_EQ(auc_status("999990000000001"), "closed");
    EXPECT_EQ(ask_auc(at, "AKA-REQ-AUTH 999990000000001"), "AKA-RESP-AUTH 999990000000001 FAILURE");
    EXPECT_EQ(ask_auc(at, "AKA-REQ-AUTH 999980000000002").find("FAILURE"), std::string::npos);
}

TEST_F(TwoOrders, ReleaseOfAProfileOnItsWayClosesItsLine) {
    const auto installing = bind(*of_a);
    give_b(release_by_a());
    install(*of_b, second);
    EXPECT_EQ(standing(first), "closed");
    EXPECT_EQ(state_of(*of_a), "Unavailable");
    notify(card.installed(installing, first, oid));
    EXPECT_EQ(auc_status("999990000000001"), "closed");
}

TEST_F(TwoOrders, BootstrapProfileMakesNobodysCustomerOfItsDevice) {
    const Iccid third = *Iccid::with_check_digit("894412345678901233");
    add_operator("x", crypto::PrivateKey::generate(crypto::Curve::p256));
    add_line("x", third, "999970000000003");
    jose::ObjectWriter w;
    w.text("operator", "x").text("iccid", third.text()).text("policy", "open").text("class", "provisioning");
    install(admin("POST", "/orders", w.finish()), third);
    notify(card.notify(third, msg::NotificationEventBit::enable));
    install(*of_b, second);
    notify(card.notify(second, msg::NotificationEventBit::enable));
    EXPECT_EQ(standing(second), "enabled");
    EXPECT_EQ(standing(third), "installed") << "the way back into the network stays";
    EXPECT_EQ(auc_status("999970000000003"), "active");
}

// ---------------------------------------------------------------- why nobody can download it

TEST_F(TwoOrders, SayWhyNobodyCanDownloadThem) {
    const auto why = [&](const jose::Object& order) {
        const std::string id = *order.text("id");
        const auto reason = [](const jose::Object& o) {
            return o.has("closed_because") ? *o.text("closed_because") : std::string();
        };
        const std::string shown = reason(admin("GET", "/orders/" + id));
        const auto all = *admin("GET", "/orders").objects("orders");
        for (const auto& listed : all)
            if (*listed.text("id") == id) {
                EXPECT_EQ(reason(listed), shown);
            }
        return shown;
    };
    EXPECT_EQ(why(*of_a), "");
    cancel(offer(*of_a).transaction_id, msg::CancelSessionReason::end_user_rejection);
    EXPECT_EQ(why(*of_a), "refused");
    admin("POST", "/orders/" + *of_a->text("id") + "/release");
    EXPECT_EQ(why(*of_a), "");
    install(*of_a, first);
    EXPECT_EQ(why(*of_a), "");
    notify(card.notify(first, msg::NotificationEventBit::delete_));
    EXPECT_EQ(why(*of_a), "deleted");
    admin("POST", "/orders/" + *of_b->text("id") + "/cancel");
    EXPECT_EQ(why(*of_b), "cancelled");

    const auto with = [&] {
        jose::ObjectWriter w;
        w.text("operator", "b").text("iccid", second.text()).text("policy", "open");
        return w;
    };
    const auto late = admin("POST", "/orders", with().time("expires_at", system_now() - 1h).finish());
    EXPECT_EQ(why(late), "expired");
    admin("POST", "/orders/" + *late.text("id") + "/cancel");
    const auto last = admin("POST", "/orders", with().integer("attempts_max", 1).finish());
    admin("POST", "/subscriptions/" + first.text() + "/close");
    bind(last);
    EXPECT_EQ(why(last), "attempts_used_up");
    admin("POST", "/subscriptions/" + second.text() + "/close");
    EXPECT_EQ(why(last), "subscription_closed");
}

// ---------------------------------------------------------------- the order of an EID

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
    admin("POST", "/orders", with(first).time("expires_at", system_now() - 1h).finish());
    const auto exhausted = admin("POST", "/orders", with(second).integer("attempts_max", 1).finish());
    call<msg::GetBoundProfilePackageOk>("getBoundProfilePackage", card.prepare(offer(exhausted)));
    admin("POST", "/orders", with(third).finish());
    const auto offered = call<msg::AuthenticateClientOk>("authenticateClient", card.authenticate(initiate(), ""));
    EXPECT_EQ(offered.profile_metadata.iccid, msg::to_octets(third));
}

TEST_F(Mcimd, SessionsOfOneCardAtOnceBindOneOperatorsProfile) {
    add_two_operators();
    const auto of_a = add_order("a", first), of_b = add_order("b", second);
    const auto to_a = offer(of_a), to_b = offer(of_b);
    EXPECT_EQ(at_once({{"getBoundProfilePackage", msg::to_json(card.prepare(to_a))},
                       {"getBoundProfilePackage", msg::to_json(card.prepare(to_b))}}),
              1);
    EXPECT_NE(state_of(of_a) == "Downloaded", state_of(of_b) == "Downloaded");
}

}  // namespace
}  // namespace mcim::apps::mcimd
