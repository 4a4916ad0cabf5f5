// Whose place a line takes: what a release lets go, and when it is closed.
#include "mcim/apps/mcimd/two_orders_for_test.h"

namespace mcim::apps::mcimd {
namespace {

/// The device moves from one operator to the other; `other` is nobody's customer.
class Handover : public TwoOrders {
protected:
    /// An order of b that names no device, with the release of the one that is a's customer.
    void give_b_the_release_of_as_customer() {
        install(*of_a, first);
        notify(card.notify(first, msg::NotificationEventBit::enable));
        give_b(token);
    }
    /// The package gets to a device that is nobody's customer; the device deletes it where that is said.
    enum class Then : std::uint8_t { keep, remove };
    void install_elsewhere(const jose::Object& order, const Iccid& iccid, Then then = Then::keep) {
        notify(other.installed(bind(order, other), iccid, oid));
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
        add_line("b", third, "999980000000003");
        const auto order = add_order("b", third, "open", token);
        EXPECT_EQ(refusal("authenticateClient", card.authenticate(initiate(), *order.text("matching_id"))), "");
    }
    std::string release(const std::string& from, const Iccid& iccid, const std::string& to,
                        const crypto::PrivateKey& key, const std::string& jti) {
        return *transfer::sign_release({from, at.pki.eid, iccid, to, jti, system_now() - 1s, system_now() + 1h}, "",
                                       jose::signer_of(key));
    }
    /// A package is out under one release, of a line that is closed then, or whose order is cancelled while its own
    /// package is out; the next is bound under another, of the line that is on its way in its place. Each operator lets
    /// the other in.
    enum class FirstLine : std::uint8_t { closed, not_ordered_any_more };
    void let_go_twice(FirstLine becomes, const std::string& jti, const std::string& next_jti) {
        const bool closes = becomes == FirstLine::closed;
        const auto sent = bind(*of_a);
        if (closes) notify(card.installed(sent, first, oid));
        give_b(release("a", first, "b", key_a, jti));
        bind(*of_b);
        admin("POST",
              closes ? "/subscriptions/" + first.text() + "/close" : "/orders/" + *of_a->text("id") + "/cancel");
        EXPECT_EQ(standing(first), closes ? "closed" : "reserved");
        add_line("a", third, "999990000000003");
        const auto next = add_order("a", third, "open", release("b", second, "a", key_b, "00000009"));
        bind(next);
        give_b(release("a", third, "b", key_a, next_jti));
        notify(card.installed(bind(*of_b), second, oid));
        EXPECT_EQ(standing(second), "installed");
        EXPECT_EQ(standing(first), "closed");
        EXPECT_EQ(standing(third), "closed") << "it was let go while its package was on its way";
        EXPECT_EQ(state_of(next), "Unavailable");
    }
    /// Its device had deleted it before the line that replaces it served, and got it back by release of that one.
    void bring_first_back() {
        give_b_the_release_of_as_customer();
        install(*of_b, second);
        notify(card.notify(first, msg::NotificationEventBit::disable));
        notify(card.notify(first, msg::NotificationEventBit::delete_));
        install(add_order("a", first, "open", release("b", second, "a", key_b, "00000001")), first);
    }
    /// From a to b and back again, before b's line gives a vector or is enabled.
    void go_to_b_and_back() {
        give_b_the_release_of_as_customer();
        install(*of_b, second);
        add_line("a", third, "999990000000003");
        install(add_order("a", third, "open", release("b", second, "a", key_b, "00000001")), third);
        EXPECT_EQ(standing(first), "enabled") << "it serves until another does";
        EXPECT_EQ(standing(second), "installed");
    }
    void expect_that_what_was_before_has_ended() {
        for (const Iccid& iccid : {first, second}) EXPECT_EQ(standing(iccid), "closed");
        for (const char* imsi : {"999990000000001", "999980000000002"}) EXPECT_EQ(auc_status(imsi), "closed");
    }
    const Iccid third = *Iccid::with_check_digit("894412345678901233");
    std::string token = release_by_a();
    test::Identity identity = at.pki.make_euicc(*x509::make_eid("89049032", 2));
    test::SoftCard other{identity, at.pki.eum, *at.pki.ci.certificate.subject_key_id};
};

TEST_F(Handover, PostponedPackageKeepsNoRelease) {
    give_b_the_release_of_as_customer();
    cancel(bind(*of_b), msg::CancelSessionReason::postponed);
    expect_that_the_release_serves();
    install_second_elsewhere();
    EXPECT_EQ(standing(first), "enabled") << "its device has not moved";
    EXPECT_EQ(auc_status("999990000000001"), "active");
}

TEST_F(Handover, ReleaseOfOneDeviceIsNotUsedUpByAnother) {
    give_b_the_release_of_as_customer();
    offer(*of_b);
    install_second_elsewhere();
    EXPECT_EQ(standing(first), "enabled") << "its device has not moved";
    EXPECT_EQ(auc_status("999990000000001"), "active");
    expect_that_the_release_serves();
}

TEST_F(Handover, LineThatWasDeletedBeforeItServedReplacesNone) {
    give_b_the_release_of_as_customer();
    install(*of_b, second);
    notify(card.notify(second, msg::NotificationEventBit::delete_));
    install_elsewhere(add_order("b", second), second);
    use_second();
    EXPECT_EQ(standing(first), "enabled") << "its device has not moved";
}

TEST_F(Handover, LineThatIsOnAnotherDeviceByThenIsNotReplaced) {
    give_b_the_release_of_as_customer();
    install(*of_b, second);
    notify(card.notify(first, msg::NotificationEventBit::disable));
    notify(card.notify(first, msg::NotificationEventBit::delete_));
    install_elsewhere(add_order("a", first), first);
    use_second();
    EXPECT_EQ(standing(first), "installed");
}

TEST_F(Handover, ReleaseOfALineThatWasOnAnotherDeviceBeforeServes) {
    install_elsewhere(*of_a, first, Then::remove);
    of_a.emplace(add_order("a", first));
    static_cast<void>(bind(*of_a));
    give_b(release_by_a());
    install(*of_b, second);
    EXPECT_EQ(standing(first), "closed") << "its package is on the way to this device";
}

TEST_F(Handover, DeletedLineThatIsOnItsWayToAnotherDeviceIsNotReleasedWithTheFirst) {
    install_and_delete_first();
    give_b(release_by_a());
    bind(add_order("a", first), other);
    install(*of_b, second);
    EXPECT_EQ(standing(first), "deleted");
}

TEST_F(Handover, DeletedLineThatIsOnItsWayToAnotherDeviceIsNotLeftBehindOnTheFirst) {
    give_b_the_release_of_as_customer();
    install(*of_b, second);
    notify(card.notify(first, msg::NotificationEventBit::disable));
    notify(card.notify(first, msg::NotificationEventBit::delete_));
    bind(add_order("a", first), other);
    notify(card.notify(second, msg::NotificationEventBit::enable));
    EXPECT_EQ(standing(first), "deleted");
}

TEST_F(Handover, DeletedLineThatIsOnItsWayToAnotherDeviceIsNotReplacedOnTheFirst) {
    install_and_delete_first();
    bind(add_order("a", first), other);
    add_line("a", third, "999990000000003");
    install(add_order("a", third), third);
    EXPECT_EQ(standing(first), "deleted");
}

TEST_F(Handover, FirstUseOfTheNewLineClosesTheOldOne) {
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

TEST_F(Handover, ReleaseOfAProfileOnItsWayClosesItsLine) {
    const auto installing = bind(*of_a);
    give_b(release_by_a());
    install(*of_b, second);
    EXPECT_EQ(standing(first), "closed");
    EXPECT_EQ(state_of(*of_a), "Unavailable");
    notify(card.installed(installing, first, oid));
    EXPECT_EQ(auc_status("999990000000001"), "closed");
}

TEST_F(Handover, BootstrapProfileMakesNobodysCustomerOfItsDevice) {
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
    notify(card.notify(third, msg::NotificationEventBit::enable));
    EXPECT_EQ(standing(second), "installed") << "a fallback takes nobody's place";
    EXPECT_EQ(auc_status("999980000000002"), "active");
}

TEST_F(Handover, OldLineThatIsSaidToBeEnabledAfterTheNewOneCameClosesNothing) {
    install(*of_a, first);
    const auto enabled_first = card.notify(first, msg::NotificationEventBit::enable);  // stays on the card
    give_b(release_by_a());
    install(*of_b, second);
    notify(enabled_first);
    EXPECT_EQ(standing(second), "installed");
    notify(card.notify(second, msg::NotificationEventBit::enable));
    EXPECT_EQ(standing(second), "enabled");
    EXPECT_EQ(auc_status("999980000000002"), "active");
    EXPECT_EQ(standing(first), "closed");
}

TEST_F(Handover, ReleaseThatAPackageIsOutUnderIsUsedUpThoughAnotherIsGiven) {
    install(*of_a, first);
    give_b(token);
    const auto installing = bind(*of_b);
    give_b(release_by_a());
    notify(card.installed(installing, second, oid));
    notify(card.notify(second, msg::NotificationEventBit::enable));
    EXPECT_EQ(standing(first), "closed");
}

TEST_F(Handover, LineIsLeftThatTheSecondOfTwoReleasesNames) { let_go_twice(FirstLine::closed, "00000001", "00000002"); }
TEST_F(Handover, LineIsLeftThatTheSecondOfTwoReleasesNamesWhicheverIsStoredFirst) {
    let_go_twice(FirstLine::closed, "00000002", "00000001");
}
TEST_F(Handover, LinesAreLeftThatBothReleasesName) {
    let_go_twice(FirstLine::not_ordered_any_more, "00000001", "00000002");
}
TEST_F(Handover, LinesAreLeftThatBothReleasesNameWhicheverIsStoredFirst) {
    let_go_twice(FirstLine::not_ordered_any_more, "00000002", "00000001");
}

TEST_F(Handover, LineThatTwoReleasesNameIsLeftOnce) {
    bind(*of_a);
    for (const auto* jti : {"00000001", "00000002"}) {
        give_b(release("a", first, "b", key_a, jti));
        bind(*of_b);
    }
    install(*of_b, second);
    EXPECT_EQ(standing(first), "closed");
    EXPECT_EQ(standing(second), "installed");
}

TEST_F(Handover, LineThatCameBackIsNotReplacedByWhatItReplaces) {
    bring_first_back();
    use_second();
    EXPECT_EQ(standing(first), "installed");
    EXPECT_EQ(ask_auc(at, "AKA-REQ-AUTH 999990000000001").find("FAILURE"), std::string::npos);
    EXPECT_EQ(standing(second), "closed");
}

TEST_F(Handover, FirstUseAfterTwoMovesClosesBothThatWereBefore) {
    go_to_b_and_back();
    EXPECT_EQ(ask_auc(at, "AKA-REQ-AUTH 999990000000003").find("FAILURE"), std::string::npos);
    expect_that_what_was_before_has_ended();
    EXPECT_EQ(auc_status("999990000000003"), "active");
}

TEST_F(Handover, LineThatIsEnabledAfterTwoMovesClosesBothThatWereBefore) {
    go_to_b_and_back();
    notify(card.notify(first, msg::NotificationEventBit::disable));
    notify(card.notify(third, msg::NotificationEventBit::enable));
    expect_that_what_was_before_has_ended();
    EXPECT_EQ(standing(third), "enabled");
}

TEST_F(Handover, LineThatEndsAfterTwoMovesTakesBothAlong) {
    go_to_b_and_back();
    admin("POST", "/subscriptions/" + third.text() + "/close");
    expect_that_what_was_before_has_ended();
    EXPECT_EQ(standing(third), "closed");
}

TEST_F(Handover, LineThatCameBackDoesNotEndWithTheOther) {
    bring_first_back();
    admin("POST", "/subscriptions/" + second.text() + "/close");
    EXPECT_EQ(standing(first), "installed");
    EXPECT_EQ(auc_status("999990000000001"), "active");
}

}  // namespace
}  // namespace mcim::apps::mcimd
