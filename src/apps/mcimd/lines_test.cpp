// Lines of operators, as the administration makes them.
#include "mcim/apps/mcimd/mcimd_for_test.h"
#include "support/soft_tpm.h"

namespace mcim::apps::mcimd {
namespace {

TEST_F(Mcimd, LineSaysHowManyDigitsItsNetworkCodeHas) {
    add_operator("a", key_a);
    const auto add = [&](const Iccid& iccid, const std::string& imsi, int digits, unsigned wanted) {
        jose::ObjectWriter w;
        w.text("operator", "a").text("iccid", iccid.text()).text("imsi", imsi);
        w.integer("mnc_digits", digits).integer("package_octets_min", 20'000);
        return admin("POST", "/subscriptions", w.finish(), wanted);
    };
    add(first, "310150000000001", 3, 200);
    EXPECT_EQ(*admin("GET", "/subscriptions/" + first.text()).integer("mnc_digits"), 3);
    add(second, "310150000000002", 4, 422);
}

/// Test cards have EIDs whose check digits do not hold: those that are enrolled are no typing errors.
TEST_F(Mcimd, OrderIsForAnEidWithoutTypingErrors) {
    add_operator("a", key_a);
    add_line("a", first, "999990000000001");
    const std::string wrong = "89049032000000000000000000000164";
    jose::ObjectWriter order;
    order.text("operator", "a").text("iccid", first.text()).text("eid", wrong);
    const auto detail = *admin("POST", "/orders", order.finish(), 422).text("detail");
    EXPECT_NE(detail.find("here they are 64 and should be 63"), std::string::npos) << detail;
    EXPECT_TRUE(admin("GET", "/orders").objects("orders")->empty());
    test::SoftTpm tpm;
    jose::ObjectWriter device;
    device.text("eid", wrong).octets("ak_public", tpm.ak_public()).hex_octets("tpm_identity", Bytes(32, 1));
    admin("POST", "/devices", device.text("platform_model", "m").finish());
    admin("POST", "/orders", order.finish());
}

TEST_F(Mcimd, ConflictsNameWhatIsInTheWay) {
    add_two_operators();
    const auto order = add_order("a", first);
    const auto detail_of = [&](const std::string& path, const jose::ObjectWriter& body, unsigned wanted) {
        return *admin("POST", path, body.finish(), wanted).text("detail");
    };
    const auto line = [](const Iccid& iccid, const std::string& imsi) {
        return jose::ObjectWriter().text("operator", "a").text("iccid", iccid.text()).text("imsi", imsi);
    };
    const auto offer_of = [&](const std::string& who) {
        return jose::ObjectWriter().text("operator", who).text("iccid", first.text());
    };
    const Iccid third = *Iccid::with_check_digit("894412345678901233");
    const auto names = [](const std::string& detail, const std::string& part) {
        EXPECT_NE(detail.find(part), std::string::npos) << detail;
    };
    names(detail_of("/orders", offer_of("a"), 409), "order " + *order.text("id") + " offers it already");
    names(detail_of("/orders", offer_of("b"), 403), "a subscription of a, not of b");
    names(detail_of("/orders", offer_of("x"), 404), "\"x\" is not known here");
    names(detail_of("/subscriptions", line(third, "999990000000001"), 409), "ICCID " + first.text() + " of a has IMSI");
    names(detail_of("/subscriptions", line(first, "999990000000009"), 409), "ICCID " + first.text() + " of a is here");
    names(
        detail_of("/operators",
                  jose::ObjectWriter().text("id", "a").text("name", "z").octets("key", key_b.public_key().spki()), 409),
        "\"a\" is known here already");
    names(
        detail_of("/operators",
                  jose::ObjectWriter().text("id", "c").text("name", "c").octets("key", key_a.public_key().spki()), 409),
        "operator \"a\" has this key");
    install(order, first);
    names(detail_of("/orders", offer_of("a"), 409), "order " + *order.text("id") + " delivered it");
}

/// It never hears of the card.
TEST_F(Mcimd, CentreWithoutDownloadServerServesALineWhenItsOperatorSaysSo) {
    const std::string imsi = "999990000000001";
    const std::string line = "/subscriptions/" + first.text();
    const std::string failure = "AKA-RESP-AUTH " + imsi + " FAILURE";
    running.reset();
    running.emplace(at.config_of(Installation::centre_toml()));
    add_operator("a", key_a);
    add_line("a", first, imsi);
    EXPECT_EQ(ask_auc(at, "AKA-REQ-AUTH " + imsi), failure);
    admin("POST", line + "/unbar");
    EXPECT_EQ(auc_status(imsi), "active");
    EXPECT_NE(ask_auc(at, "AKA-REQ-AUTH " + imsi), failure);
    admin("POST", line + "/bar");
    EXPECT_EQ(auc_status(imsi), "barred");
    EXPECT_EQ(ask_auc(at, "AKA-REQ-AUTH " + imsi), failure);
    admin("POST", line + "/close");
    for (const auto* verb : {"/unbar", "/bar"}) {
        const auto detail = *admin("POST", line + verb, {}, 403).text("detail");
        EXPECT_NE(detail.find("the subscription is closed: it is never served again"), std::string::npos) << detail;
    }
    EXPECT_EQ(auc_status(imsi), "closed");
}

TEST_F(Mcimd, LineIsLetInByItsCardWhereTheDownloadServerIs) {
    add_operator("a", key_a);
    add_line("a", first, "999990000000001");
    const std::string line = "/subscriptions/" + first.text();
    const auto detail = *admin("POST", line + "/unbar", {}, 403).text("detail");
    EXPECT_NE(detail.find("the subscription is reserved: no card has it"), std::string::npos) << detail;
    EXPECT_EQ(auc_status("999990000000001"), "barred");
    install(add_order("a", first), first);
    EXPECT_EQ(auc_status("999990000000001"), "active");
    notify(card.notify(first, msg::NotificationEventBit::delete_));
    admin("POST", line + "/unbar", {}, 403);
}

TEST_F(Mcimd, LineIsBarredWhereverItIs) {
    add_operator("a", key_a);
    add_line("a", first, "999990000000001");
    const auto bar = [&] {
        admin("POST", "/subscriptions/" + first.text() + "/bar");
        EXPECT_EQ(auc_status("999990000000001"), "barred");
    };
    bar();
    install(add_order("a", first), first);
    bar();
    notify(card.notify(first, msg::NotificationEventBit::delete_));
    bar();
}

}  // namespace
}  // namespace mcim::apps::mcimd
