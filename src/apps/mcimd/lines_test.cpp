// Lines of operators, as the administration makes them.
#include "mcim/apps/mcimd/mcimd_for_test.h"
#include "mcim/saip/sample.h"
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

/// K and OPc of TS 35.208 test set 1.
constexpr std::string_view published_k = "465B5CE8B199B49FAA5F0A2EE238A6BC";
constexpr std::string_view published_opc = "CD63CB71954A9F4E48A5994E37A02BAF";
constexpr std::string_view own_k = "9F1C4A7730E2B85D06CB91D44F3E68A2";
constexpr std::string_view own_opc = "27D8035B9EFA61C2447B8810D5AC3F96";

std::string line_with_keys(const Iccid& iccid, std::string_view k, std::string_view opc) {
    jose::ObjectWriter w;
    w.text("operator", "a").text("iccid", iccid.text()).text("imsi", "999990000000001");
    return w.hex_octets("k", *from_hex(k)).hex_octets("opc", *from_hex(opc)).finish();
}
constexpr std::string_view own_ota_key = "C41D5A90E6337B2F18AC02D79B64F05E";
std::string line_of_package(std::string_view k, std::string_view opc, std::string_view ota_key = own_ota_key) {
    const auto secret = [](std::string_view digits) { return *Secret<16>::copy_of(*from_hex(digits)); };
    auto variables = saip::sample_variables();
    variables.ota_encryption = secret("5E80F3176C2AD94BB10E7748C5932DA6");
    variables.ota_integrity = secret(ota_key);
    variables.ota_key_encryption = secret("E3B95D04718FA62CCA563081F94D7E12");
    jose::ObjectWriter w;
    w.text("operator", "a").text("iccid", variables.iccid.text());
    return w.octets("package", saip::encode(*saip::personalise({}, variables, secret(k), secret(opc)))).finish();
}

TEST_F(Mcimd, KeysThatEverybodyHasAreRefusedOutsideALaboratory) {
    add_operator("a", key_a);
    const auto detail_of = [&](const std::string& body) {
        return *admin("POST", "/subscriptions", body, 403).text("detail");
    };
    const auto names = [](const std::string& detail, const std::string& part) {
        EXPECT_NE(detail.find(part), std::string::npos) << detail;
        EXPECT_EQ(detail.find("465B5C"), std::string::npos) << detail;
    };
    names(detail_of(line_with_keys(first, published_k, own_opc)), "at k: it is published in TS 35.208 test sets 1");
    names(detail_of(line_with_keys(first, own_k, published_opc)), "at opc: it is published in TS 35.208 test sets 1");
    for (const std::string_view key : {"404142434445464748494A4B4C4D4E4F", "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF",
                                       "00000000000000000000000000000000", "0F0E0D0C0B0A09080706050403020100"}) {
        names(detail_of(line_with_keys(first, key, own_opc)), "at k: it is a key that nobody chose: ");
        names(detail_of(line_with_keys(first, own_k, key)), "at opc: it is a key that nobody chose: ");
    }
    EXPECT_TRUE(admin("GET", "/subscriptions").objects("subscriptions")->empty());
    admin("POST", "/subscriptions", line_with_keys(first, own_k, own_opc));
}

TEST_F(Mcimd, PackageWithKeysThatEverybodyHasIsRefusedOutsideALaboratory) {
    add_operator("a", key_a);
    const auto refused = [&](const std::string& body, const std::string& why) {
        const auto detail = *admin("POST", "/subscriptions", body, 403).text("detail");
        EXPECT_NE(detail.find("at package: " + why), std::string::npos) << detail;
        EXPECT_EQ(detail.find("465B5C"), std::string::npos) << detail;
    };
    refused(line_of_package(published_k, own_opc), "PE 9 (akaParameter): K is published in TS 35.208 test sets 1");
    refused(line_of_package(own_k, published_opc), "PE 9 (akaParameter): OPc is published in TS 35.208 test sets 1");
    refused(
        line_of_package(own_k, own_opc, "404142434445464748494A4B4C4D4E4F"),
        "PE 11 (securityDomain): key 02 of version 01 is a key that nobody chose: the default key of GlobalPlatform");
    refused(line_of_package(own_k, own_opc, published_k), "PE 11 (securityDomain): key 02 of version 01 is published");
    admin("POST", "/subscriptions", line_of_package(own_k, own_opc));
}

TEST_F(Mcimd, LaboratoryTakesKeysThatEverybodyHas) {
    std::string toml = at.toml();
    toml.replace(toml.find("[server]\n"), 9, "[server]\nlaboratory = true\n");
    running.reset();
    running.emplace(at.config_of(toml));
    add_operator("a", key_a);
    admin("POST", "/subscriptions", line_with_keys(first, published_k, published_opc));
    admin("POST", "/subscriptions", line_of_package(own_k, own_opc, "404142434445464748494A4B4C4D4E4F"));
}

std::string under_transport_key(const Iccid& iccid, int index, std::string_view k) {
    jose::ObjectWriter w;
    w.text("operator", "a").text("iccid", iccid.text()).text("imsi", "999990000000001").integer("transport_key", index);
    return w.hex_octets("k", *from_hex(k)).hex_octets("opc", *from_hex(own_opc)).finish();
}

/// Keys under index 3 of operator a, which is for both ways.
class WithTransportKey : public Mcimd {
protected:
    void SetUp() override {
        auto folder = custody::KeyFolder::open(at.temp / "keys");
        EXPECT_TRUE(folder) << to_string(folder.error());
        EXPECT_TRUE(folder->add_transport_key(3, {"a", custody::TransportUse::both, octets()}, random));
        Mcimd::SetUp();
        add_operator("a", key_a);
        add_operator("b", key_b);
    }
    static SecretBytes octets() { return SecretBytes(*from_hex("7B1D90E4A62C58F3093E84D7C1B5620A")); }
    [[nodiscard]] jose::Object exported(const std::string& operator_id, int index, unsigned wanted) {
        jose::ObjectWriter w;
        w.text("operator", operator_id).integer("transport_key", index);
        return admin("POST", "/subscriptions/" + first.text() + "/export", w.finish(), wanted);
    }
    SystemRandom random;
};

TEST_F(WithTransportKey, LinesComeAndGoUnderItOnly) {
    const auto detail = [](const jose::Object& answer) { return *answer.text("detail"); };
    const auto names = [](const std::string& text, const std::string& part) {
        EXPECT_NE(text.find(part), std::string::npos) << text;
    };
    const auto come = [&](int index, unsigned wanted) {
        return admin("POST", "/subscriptions", under_transport_key(first, index, own_k), wanted);
    };
    names(detail(come(0, 403)), "only a laboratory takes them so");
    names(detail(come(4, 404)), "there is no transport key 4 here");
    names(detail(come(256, 422)), "0 to 255");
    come(3, 200);
    const auto line = exported("a", 3, 200);
    EXPECT_EQ(*line.text("k"), own_k) << "wrapped as it came: the same key, the same block";
    EXPECT_EQ(*line.text("opc"), own_opc);
    names(detail(exported("a", 0, 403)), "under a transport key only");
    names(detail(exported("a", 4, 404)), "there is no transport key 4 here");
    names(detail(exported("b", 3, 403)), "a subscription of a, not of b");
    admin("POST", "/subscriptions/" + first.text() + "/close");
    names(detail(exported("a", 3, 403)), "is closed");
}

/// Somebody meant keys of his own, and forgot one of them.
TEST_F(WithTransportKey, IsNotPassedOverWhereKIsAbsent) {
    const auto refused = [&](const std::string& body, const std::string& why) {
        const auto detail = admin("POST", "/subscriptions", body, 422).text("detail");
        ASSERT_TRUE(detail);
        EXPECT_NE(detail->find(why), std::string::npos) << *detail;
        EXPECT_EQ(detail->find(own_opc), std::string::npos) << *detail;
    };
    const auto line = [&] {
        return jose::ObjectWriter().text("operator", "a").text("iccid", first.text()).text("imsi", "999990000000001");
    };
    const std::string why = "it goes with \"k\", which is not here";
    refused(line().integer("transport_key", 3).hex_octets("opc", *from_hex(own_opc)).finish(),
            "at transport_key: " + why + ": give both, or neither for keys that the signer makes");
    refused(line().integer("transport_key", 0).finish(), "at transport_key: " + why);
    refused(line().hex_octets("opc", *from_hex(own_opc)).finish(), "at opc: " + why);
    refused(line().hex_octets("op", *from_hex(own_opc)).finish(), "at op: " + why);
    std::string package = line_of_package(own_k, own_opc);
    package.insert(1, R"("transport_key":3,)");
    refused(package, "at transport_key: " + why + ": give both, or neither for keys that the package has");
    EXPECT_TRUE(admin("GET", "/subscriptions").objects("subscriptions")->empty());
}

TEST_F(WithTransportKey, LineOfAPackageLeavesToo) {
    admin("POST", "/subscriptions", line_of_package(own_k, own_opc));
    jose::ObjectWriter w;
    w.text("operator", "a").integer("transport_key", 3);
    const auto path = "/subscriptions/" + saip::sample_variables().iccid.text() + "/export";
    const custody::TransportKey key{"a", custody::TransportUse::both, octets()};
    EXPECT_EQ(*admin("POST", path, w.finish()).hex_octets("k"),
              *custody::wrap_block(key, SecretBytes(*from_hex(own_k))));
}

/// Only the signer can look at them, and it asks for the operator's policy too.
TEST_F(WithTransportKey, WrappedKeysThatEverybodyHasAreRefusedWhereAPolicySaysSo) {
    std::string toml = at.toml();
    toml.replace(toml.find("[server]\n"), 9, "[server]\nlaboratory = true\n");
    running.reset();
    running.emplace(at.config_of(toml));
    const custody::TransportKey key{"a", custody::TransportUse::both, octets()};
    const auto come = [&](std::string_view k, unsigned wanted) {
        const auto block = custody::wrap_block(key, SecretBytes(*from_hex(k)));
        const auto answer = admin("POST", "/subscriptions", under_transport_key(first, 3, hex(*block)), wanted);
        const auto detail = answer.text("detail");
        return detail ? *detail : std::string("taken");
    };
    const auto set_policy = [&](const char* body) { admin("POST", "/operators/a/policy", body); };
    constexpr std::string_view repeated = "ABABABABABABABABABABABABABABABAB";
    set_policy(R"({"refuse":["test-key"]})");
    const auto detail = come(published_k, 403);
    EXPECT_NE(detail.find("at k: it is published in TS 35.208 test sets 1"), std::string::npos) << detail;
    EXPECT_NE(detail.find("the policy of operator \"a\" refuses it"), std::string::npos) << detail;
    set_policy(R"({"refuse":["warning"]})");
    EXPECT_NE(come(repeated, 403).find("a key that nobody chose"), std::string::npos);
    set_policy(R"({"refuse":["default-key"]})");
    come(repeated, 403);
    come(published_k, 200);
}

/// The same keys in clear and under the transport key.
TEST_F(WithTransportKey, WrappedKeysAreComparedWithThoseThatAreHere) {
    const auto block = custody::wrap_block({"a", custody::TransportUse::both, octets()}, SecretBytes(*from_hex(own_k)));
    ASSERT_TRUE(block);
    admin("POST", "/subscriptions", line_with_keys(second, own_k, own_opc));
    jose::ObjectWriter w;
    w.text("operator", "a").text("iccid", first.text()).text("imsi", "999990000000002").integer("transport_key", 3);
    w.hex_octets("k", *block).hex_octets("opc", *from_hex(own_opc));
    const auto refused = *admin("POST", "/subscriptions", w.finish(), 409).text("detail");
    EXPECT_NE(refused.find("two cards with one K are clones"), std::string::npos) << refused;
}

TEST_F(Mcimd, KeysInAFileThatSaysInClearAreForLaboratories) {
    std::string toml = at.toml();
    toml.replace(toml.find("[server]\n"), 9, "[server]\nlaboratory = true\n");
    running.reset();
    running.emplace(at.config_of(toml));
    add_operator("a", key_a);
    admin("POST", "/subscriptions", under_transport_key(first, 0, own_k));
}

TEST_F(Mcimd, OpIsTakenInThePlaceOfOpc) {
    add_operator("a", key_a);
    const auto line = [&](const Iccid& iccid, const std::string& imsi) {
        jose::ObjectWriter w;
        w.text("operator", "a").text("iccid", iccid.text()).text("imsi", imsi);
        return w.hex_octets("k", *from_hex(own_k)).hex_octets("op", *from_hex(own_opc));
    };
    admin("POST", "/subscriptions", line(first, "999990000000001").hex_octets("opc", *from_hex(own_opc)).finish(), 409);
    admin("POST", "/subscriptions", line(first, "999990000000001").finish());
    admin("POST", "/subscriptions", line(second, "999990000000002").finish(), 409);
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

TEST_F(Mcimd, BarOutlivesTheInstallation) {
    add_operator("a", key_a);
    add_line("a", first, "999990000000001");
    const std::string line = "/subscriptions/" + first.text();
    const auto barred = [&] { return *admin("GET", line).object("network_access")->flag("barred_by_operator"); };
    EXPECT_FALSE(barred()) << "nobody has let it in yet, and nobody has shut it out";
    EXPECT_EQ(*admin("POST", line + "/bar").text("iccid"), first.text());
    EXPECT_TRUE(barred());
    start();  // it is on the disk
    install(add_order("a", first), first);
    EXPECT_EQ(standing(first), "installed");
    EXPECT_EQ(auc_status("999990000000001"), "barred");
    EXPECT_EQ(ask_auc(at, "AKA-REQ-AUTH 999990000000001"), "AKA-RESP-AUTH 999990000000001 FAILURE");
    admin("POST", line + "/unbar");
    EXPECT_FALSE(barred());
    EXPECT_EQ(auc_status("999990000000001"), "active");
    admin("POST", line + "/bar");
    notify(card.notify(first, msg::NotificationEventBit::delete_));
    install(add_order("a", first), first);
    EXPECT_EQ(auc_status("999990000000001"), "barred") << "nor does another installation lift it";
    admin("POST", line + "/close");
    EXPECT_FALSE(barred());
}

TEST_F(Mcimd, BarOfALineOnNoCardIsLiftedForItsInstallation) {
    add_operator("a", key_a);
    add_line("a", first, "999990000000001");
    const std::string line = "/subscriptions/" + first.text();
    admin("POST", line + "/bar");
    EXPECT_EQ(*admin("POST", line + "/unbar").text("status"), "barred") << "no card has it";
    admin("POST", line + "/unbar", {}, 403);
    install(add_order("a", first), first);
    EXPECT_EQ(auc_status("999990000000001"), "active");
}

}  // namespace
}  // namespace mcim::apps::mcimd
