// A card is lost or broken, and with it what it had: the customer gets it again on another one.
#include "mcim/apps/mcimd/mcimd_for_test.h"

namespace mcim::apps::mcimd {
namespace {

/// Operators a and b; a's customer uses `first` on the card that gets lost.
class Replaced : public Mcimd {
protected:
    void SetUp() override {
        Mcimd::SetUp();
        add_two_operators();
        order.emplace(add_order("a", first));
        install(*order, first);
        notify(card.notify(first, msg::NotificationEventBit::enable));
    }
    jose::Object replace(const std::string& who, const Iccid& lost, const std::string& imsi = "999990000000003",
                         const std::string& msisdn = {}) {
        return admin("POST", "/subscriptions", replacement(who, lost, imsi, msisdn));
    }
    void replacement_is_refused(const std::string& who, const Iccid& lost, unsigned wanted) {
        admin("POST", "/subscriptions", replacement(who, lost, "999990000000003"), wanted);
    }
    std::string replacement(const std::string& who, const Iccid& lost, const std::string& imsi,
                            const std::string& msisdn = {}) {
        jose::ObjectWriter w;
        w.text("operator", who).text("iccid", third.text()).text("imsi", imsi).text("replaces", lost.text());
        if (!msisdn.empty()) w.text("msisdn", msisdn);
        return w.finish();
    }
    bool served(const std::string& imsi) {
        return ask_auc(at, "AKA-REQ-AUTH " + imsi).find("FAILURE") == std::string::npos;
    }
    /// Operator b's line comes in the place of a's, and gives no vector yet.
    void move_to_b() {
        const auto release = *transfer::sign_release(
            {"a", at.pki.eid, first, "b", transfer::fresh_jti(at.random), system_now() - 1s, system_now() + 1h}, "",
            jose::signer_of(key_a));
        install(add_order("b", second, "open", release), second);
        EXPECT_TRUE(served("999990000000001")) << "until the new line does";
    }
    void expect_that_both_have_ended() {
        for (const Iccid& iccid : {first, second}) EXPECT_EQ(standing(iccid), "closed");
        EXPECT_FALSE(served("999990000000001")) << "whoever has the lost card";
        EXPECT_FALSE(served("999980000000002"));
    }
    /// From the offer to the enabled profile, by the customer's next card.
    void provision_another_card(const jose::Object& wanted) {
        notify(next.installed(bind(wanted, next), third, oid));
        ++next.seq_number;
        notify(next.notify(third, msg::NotificationEventBit::enable));
    }
    std::optional<jose::Object> order;
    const Iccid third = *Iccid::with_check_digit("894412345678901233");
    test::Identity identity = at.pki.make_euicc(*x509::make_eid("89049032", 2));
    test::SoftCard next{identity, at.pki.eum, *at.pki.ci.certificate.subject_key_id};
};

TEST_F(Replaced, LostProfileIsProvisionedAgainOnAnotherCard) {
    EXPECT_TRUE(served("999990000000001"));
    const auto line = replace("a", first);
    EXPECT_EQ(*line.text("replaces"), first.text());
    EXPECT_EQ(*line.text("standing"), "reserved");
    EXPECT_FALSE(served("999990000000001")) << "whoever has the lost card";
    EXPECT_EQ(standing(first), "closed");
    EXPECT_EQ(state_of(*order), "Installed") << "what the lost card has, it has";
    EXPECT_FALSE(served("999990000000003")) << "no card has it yet";
    provision_another_card(add_order("a", third));
    EXPECT_EQ(standing(third), "enabled");
    EXPECT_TRUE(served("999990000000003"));
    EXPECT_FALSE(served("999990000000001"));
}

TEST_F(Replaced, CustomerKeepsItsNumberAndNames) {
    const Iccid fourth = *Iccid::with_check_digit("894412345678901234");
    jose::ObjectWriter old;
    old.text("operator", "a").text("iccid", fourth.text()).text("imsi", "310150000000001").integer("mnc_digits", 3);
    old.text("msisdn", "88211000000001").text("service_provider_name", "A Mobile").text("profile_name", "A IoT");
    admin("POST", "/subscriptions", old.finish());
    const auto line = replace("a", fourth, "310150000000003");
    ASSERT_TRUE(line.has("msisdn"));
    EXPECT_EQ(*line.text("msisdn"), "88211000000001");
    EXPECT_EQ(*line.text("service_provider_name"), "A Mobile");
    EXPECT_EQ(*line.text("profile_name"), "A IoT");
    EXPECT_EQ(*line.integer("mnc_digits"), 3);
    EXPECT_EQ(standing(first), "enabled") << "another line of the same operator";
}

TEST_F(Replaced, NumberOfAnotherNetworkHasItsOwnNetworkCode) {
    const Iccid fourth = *Iccid::with_check_digit("894412345678901234");
    jose::ObjectWriter old;
    old.text("operator", "a").text("iccid", fourth.text()).text("imsi", "310150000000001").integer("mnc_digits", 3);
    admin("POST", "/subscriptions", old.finish());
    EXPECT_EQ(*replace("a", fourth, "310260000000003").integer("mnc_digits"), 2);
}

TEST_F(Replaced, LineThatItsDeviceDeletedIsReplaced) {
    notify(card.notify(first, msg::NotificationEventBit::disable));
    notify(card.notify(first, msg::NotificationEventBit::delete_));
    EXPECT_EQ(standing(first), "deleted");
    replace("a", first);
    EXPECT_EQ(standing(first), "closed");
    EXPECT_EQ(auc_status("999990000000001"), "closed");
    provision_another_card(add_order("a", third));
    EXPECT_TRUE(served("999990000000003"));
}

/// It was found again, or was never lost: its operator wanted other keys.
TEST_F(Replaced, SameCardTakesTheNextLineToo) {
    replace("a", first);
    install(add_order("a", third), third);
    EXPECT_EQ(standing(third), "installed");
    EXPECT_TRUE(served("999990000000003"));
    notify(card.notify(first, msg::NotificationEventBit::disable));
    notify(card.notify(third, msg::NotificationEventBit::enable));
    EXPECT_EQ(standing(third), "enabled");
    EXPECT_EQ(standing(first), "closed");
    EXPECT_FALSE(served("999990000000001"));
}

TEST_F(Replaced, LineOfAPackageIsReplacedByOneOfTheTemplate) {
    EXPECT_EQ(*admin("GET", "/subscriptions/" + first.text()).text("source"), "package");
    const auto line = replace("a", first, "999990000000003", "88211000000009");
    EXPECT_EQ(*line.text("source"), "template");
    EXPECT_EQ(*line.text("msisdn"), "88211000000009") << "the package has none that is known here";
    EXPECT_EQ(*line.integer("mnc_digits"), 2);
    EXPECT_EQ(standing(first), "closed");
}

TEST_F(Replaced, LineThatHasNotTakenOverYetTakesWhatItReplacesWithIt) {
    move_to_b();
    replace("b", second);
    expect_that_both_have_ended();
}

TEST_F(Replaced, LineThatIsClosedBeforeItTookOverTakesWhatItReplacesWithIt) {
    move_to_b();
    admin("POST", "/subscriptions/" + second.text() + "/close");
    expect_that_both_have_ended();
}

TEST_F(Replaced, LostCardsNotificationsAreRecordedAndChangeNothing) {
    replace("a", first);
    const auto recorded = admin("GET", "/notifications").objects("notifications")->size();
    const auto lines = admin("GET", "/orders/" + *order->text("id")).objects("timeline")->size();
    for (const auto bit :
         {msg::NotificationEventBit::disable, msg::NotificationEventBit::enable, msg::NotificationEventBit::delete_})
        notify(card.notify(first, bit));
    EXPECT_EQ(admin("GET", "/notifications").objects("notifications")->size(), recorded + 3);
    EXPECT_EQ(admin("GET", "/orders/" + *order->text("id")).objects("timeline")->size(), lines + 3);
    EXPECT_EQ(standing(first), "closed");
    EXPECT_EQ(auc_status("999990000000001"), "closed");
    EXPECT_EQ(standing(third), "reserved");
    EXPECT_EQ(auc_status("999990000000003"), "barred");
}

TEST_F(Replaced, PackageOnItsWayToTheLostCardOpensNothing) {
    const auto other = add_order("b", second);
    const auto release = *transfer::sign_release(
        {"a", at.pki.eid, first, "b", transfer::fresh_jti(at.random), system_now() - 1s, system_now() + 1h}, "",
        jose::signer_of(key_a));
    admin("POST", "/orders/" + *other.text("id") + "/release", jose::ObjectWriter().text("release", release).finish());
    const auto installing = bind(other);
    replace("b", second);
    EXPECT_EQ(state_of(other), "Unavailable");
    notify(card.installed(installing, second, oid));
    EXPECT_EQ(standing(second), "closed");
    EXPECT_EQ(auc_status("999980000000002"), "closed");
    EXPECT_EQ(standing(first), "enabled") << "nobody took its place";
}

TEST_F(Replaced, OnlyByTheLinesOwnOperatorAndOnce) {
    replacement_is_refused("b", first, 403);
    EXPECT_EQ(standing(first), "enabled");
    EXPECT_TRUE(served("999990000000001"));
    replacement_is_refused("a", *Iccid::with_check_digit("894412345678901239"), 404);
    admin("GET", "/subscriptions/" + third.text(), {}, 404);
    replace("a", first);
    jose::ObjectWriter again;
    again.text("operator", "a").text("imsi", "999990000000004");
    again.text("iccid", Iccid::with_check_digit("894412345678901234")->text());
    admin("POST", "/subscriptions", again.text("replaces", first.text()).finish(), 409);
}

TEST_F(Replaced, LineStaysWhereTheOtherCannotBeMade) {
    jose::ObjectWriter w;
    w.text("operator", "a").text("iccid", third.text()).text("imsi", "999980000000002");  // b's
    admin("POST", "/subscriptions", w.text("replaces", first.text()).finish(), 409);
    EXPECT_EQ(standing(first), "enabled");
    EXPECT_EQ(state_of(*order), "Installed");
    EXPECT_TRUE(served("999990000000001"));
}

TEST_F(Replaced, NextCardThatIsAnotherOperatorsCustomerNeedsItsRelease) {
    const auto of_b = add_order("b", second);
    notify(next.installed(bind(of_b, next), second, oid));
    replace("a", first);
    const auto again = add_order("a", third);
    EXPECT_EQ(refusal("authenticateClient", next.authenticate(initiate(next), *again.text("matching_id"))),
              "8.2.5/4.3");
    EXPECT_EQ(standing(second), "installed");
}

}  // namespace
}  // namespace mcim::apps::mcimd
