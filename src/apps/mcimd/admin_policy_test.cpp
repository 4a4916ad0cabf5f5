// What operators refuse of packages, and cards that a package is not for.
#include "mcim/apps/mcimd/mcimd_for_test.h"
#include "mcim/saip/sample.h"

namespace mcim::apps::mcimd {
namespace {

Secret<16> secret_of(std::string_view digits) { return *Secret<16>::copy_of(*from_hex(digits)); }
/// K of TS 35.208 test set 1.
constexpr std::string_view public_k = "465B5CE8B199B49FAA5F0A2EE238A6BC";
constexpr std::string_view private_k = "51D60C8E27F94AB3086E1F7DC2953B48";
constexpr std::string_view private_opc = "E80A73942CB65F1D914C0837FA62D15B";

/// Its IMSI is of a test network; its PUKs are digits in their order.
saip::ProfilePackage whole_package(std::string_view k = private_k) {
    auto variables = saip::sample_variables();
    variables.ota_encryption = secret_of("5E80F3176C2AD94BB10E7748C5932DA6");
    variables.ota_integrity = secret_of("C41D5A90E6337B2F18AC02D79B64F05E");
    variables.ota_key_encryption = secret_of("E3B95D04718FA62CCA563081F94D7E12");
    return *saip::personalise({}, variables, secret_of(k), secret_of(private_opc));
}
saip::ProfilePackage package_with_application() {
    auto package = whole_package();
    saip::Application application;
    application.header.identification = 40;
    auto& instance = application.instances.emplace().emplace_back();
    instance.load_package.bytes = *from_hex("A00000000901");
    instance.module.bytes = *from_hex("A0000000090102");
    instance.instance.bytes = *from_hex("A0000000090103");
    package.elements.insert(package.elements.end() - 1, saip::ProfileElement{std::move(application)});
    return package;
}

class Policies : public Mcimd {
protected:
    void SetUp() override {
        start();
        add_operators();
    }
    void add_operators() {
        add_operator("a", key_a);
        add_operator("b", key_b);
    }
    void start_in_laboratory() {
        std::string toml = at.toml();
        toml.replace(toml.find("[server]\n"), 9, "[server]\nlaboratory = true\n");
        client.reset();
        running.reset();
        running.emplace(at.config_of(toml));
        connect_to(running->port());
    }
    jose::Object set_policy(std::string_view body, unsigned wanted = 200) {
        return admin("POST", "/operators/a/policy", std::string(body), wanted);
    }
    /// Without an ICCID that another has.
    std::string line(const std::string& operator_id, const saip::ProfilePackage& package) {
        jose::ObjectWriter w;
        w.text("operator", operator_id).text("iccid", saip::sample_variables().iccid.text());
        return w.octets("package", saip::encode(package)).finish();
    }
    std::string refused(const std::string& body) { return *admin("POST", "/subscriptions", body, 403).text("detail"); }
    std::string template_line(const std::string& imsi, std::string_view algorithm = "MILENAGE") {
        jose::ObjectWriter w;
        w.text("operator", "a").text("iccid", first.text()).text("imsi", imsi).text("algorithm", algorithm);
        return w.finish();
    }
};

TEST_F(Policies, AreSetAsAWholeAndShown) {
    const auto policy = [](const jose::Object& o) {
        const auto p = *o.object("policy");
        std::string out = *p.text("applets");
        for (const char* member : {"refuse", "allow"}) {
            const auto words = *p.texts(member);
            for (const auto& word : words) out += " " + std::string(member) + "=" + word;
        }
        return out;
    };
    EXPECT_EQ(policy(admin("GET", "/operators/a")), "where-declared");
    const std::string set = "refused refuse=error refuse=test-network allow=default-adm";
    EXPECT_EQ(policy(set_policy(R"({"refuse":["test-network","error"],"allow":["default-adm"],"applets":"refused"})")),
              set);
    start();
    EXPECT_EQ(policy(admin("GET", "/operators/a")), set);
    const auto listed = *admin("GET", "/operators").objects("operators");
    EXPECT_EQ(policy(listed.at(0)), set);
    EXPECT_EQ(policy(listed.at(1)), "where-declared") << "b has none of a's";
    EXPECT_EQ(policy(set_policy(R"({"refuse":["unfilled"]})")), "where-declared refuse=unfilled");
    EXPECT_EQ(policy(set_policy("{}")), "where-declared");
    set_policy(R"({"refuse":["no-code"]})", 422);
    set_policy(R"({"applets":"allowed"})", 422);
    admin("GET", "/operators/x", {}, 404);
    admin("POST", "/operators/x/policy", "{}", 404);
}

TEST_F(Policies, RefusalNamesFindingPlaceWhoseItIsAndWhatToDo) {
    set_policy(R"({"refuse":["test-network"]})");
    const auto detail = refused(line("a", whole_package()));
    for (const char* part :
         {"at package: test-network at PE 6 (usim): ", "the policy of operator \"a\" refuses it",
          "take an IMSI of the operator's own network", "\"mcim operator policy\" shows and changes the policy"})
        EXPECT_NE(detail.find(part), std::string::npos) << detail;
    EXPECT_TRUE(admin("GET", "/subscriptions").objects("subscriptions")->empty());
    admin("POST", "/subscriptions", line("b", whole_package()));
}

TEST_F(Policies, OfSeveralFindingsTheFirstIsNamedAndTheOthersCounted) {
    set_policy(R"({"refuse":["warning"]})");
    const auto detail = refused(line("a", whole_package()));
    EXPECT_NE(detail.find("default-puk at PE 3 (pukCodes)"), std::string::npos) << detail;
    EXPECT_NE(detail.find("(and 2 more): the policy"), std::string::npos) << detail;
    set_policy(R"({"refuse":["warning"],"allow":["test-network","default-puk"]})");
    admin("POST", "/subscriptions", line("a", whole_package()));
}

TEST_F(Policies, NeverAllowWhatThePlatformRefuses) {
    const auto body = R"({"refuse":["error"],"allow":["test-key"]})";
    const auto detail = *set_policy(body, 403).text("detail");
    EXPECT_NE(detail.find("\"test-key\" is the platform's own rule"), std::string::npos) << detail;
    EXPECT_NE(refused(line("a", whole_package(public_k))).find("only a laboratory takes it"), std::string::npos);
    start_in_laboratory();
    set_policy(body);
    start();
    EXPECT_NE(refused(line("a", whole_package(public_k))).find("only a laboratory takes it"), std::string::npos);
}

TEST_F(Policies, RefuseKeysThatALaboratoryTakes) {
    start_in_laboratory();
    set_policy(R"({"refuse":["test-key"]})");
    EXPECT_NE(refused(line("a", whole_package(public_k))).find("test-key at PE 9 (akaParameter): K is published"),
              std::string::npos);
    const auto alone = [&](const char* whose) {
        jose::ObjectWriter w;
        w.text("operator", whose).text("iccid", first.text()).text("imsi", "999990000000001");
        return w.hex_octets("k", *from_hex(private_k)).hex_octets("opc", *from_hex(public_k)).finish();
    };
    const auto detail = refused(alone("a"));
    EXPECT_NE(detail.find("at opc: test-key: opc is published in TS 35.208"), std::string::npos) << detail;
    EXPECT_EQ(detail.find("465B5C"), std::string::npos) << detail;
    admin("POST", "/subscriptions", alone("b"));
}

TEST_F(Policies, AreHeldAgainstTheTemplateToo) {
    set_policy(R"({"refuse":["warning"],"allow":["repeated-key"]})");
    const auto detail = refused(template_line("001010000000001"));
    EXPECT_NE(detail.find("at template: test-network at PE 6 (usim)"), std::string::npos) << detail;
    EXPECT_EQ(detail.find("more): the policy"), std::string::npos) << "the signer's keys are none of it: " << detail;
    admin("POST", "/subscriptions", template_line("999990000000001"));
}

TEST_F(Policies, AreHeldAgainstTheAlgorithmOfALine) {
    start_in_laboratory();
    set_policy(R"({"refuse":["test-algorithm"]})");
    const auto with_keys = [&](std::string_view algorithm) {
        std::string body = template_line("999990000000001", algorithm);
        body.pop_back();
        return body + R"(,"k":")" + std::string(private_k) + "\"" +
               (algorithm == "MILENAGE" ? R"(,"opc":")" + std::string(private_opc) + "\"}" : "}");
    };
    const auto detail = refused(with_keys("test algorithm"));
    EXPECT_NE(detail.find("at template: test-algorithm at PE 9 (akaParameter)"), std::string::npos) << detail;
    admin("POST", "/subscriptions", with_keys("MILENAGE"));
}

TEST_F(Policies, PackageWithApplicationsIsOfferedToCardsThatDeclareJavaCardOnly) {
    admin("POST", "/subscriptions", line("a", package_with_application()));
    const Iccid iccid = saip::sample_variables().iccid;
    EXPECT_TRUE(*admin("GET", "/subscriptions/" + iccid.text()).flag("needs_javacard"));
    const auto order = add_order("a", iccid);
    ASSERT_TRUE(order.has("needs_javacard"));
    std::string sentence;
    EXPECT_EQ(refusal("authenticateClient", card.authenticate(initiate(), *order.text("matching_id")), &sentence),
              "8.2.5/4.3");
    EXPECT_NE(sentence.find("declares no Java Card runtime"), std::string::npos) << sentence;
    EXPECT_EQ(state_of(order), "Released");
    card.info.uicc_capability.set(static_cast<std::size_t>(msg::UiccCapabilityBit::javacard));
    install(order, iccid);
    EXPECT_EQ(standing(iccid), "installed");
}

TEST_F(Policies, PackageIsOfferedToCardsThatDeclareItsVersionOnly) {
    admin("POST", "/subscriptions", line("a", whole_package()));
    const Iccid iccid = saip::sample_variables().iccid;
    EXPECT_EQ(*admin("GET", "/subscriptions/" + iccid.text()).integer("package_version"), 3);
    const auto order = add_order("a", iccid);
    EXPECT_EQ(*order.integer("package_version"), 3);
    card.info.profile_version = msg::version(2, 3, 1);
    std::string sentence;
    EXPECT_EQ(refusal("authenticateClient", card.authenticate(initiate(), *order.text("matching_id")), &sentence),
              "8.2.5/4.3");
    EXPECT_NE(sentence.find("this one is of version 3"), std::string::npos) << sentence;
    EXPECT_EQ(state_of(order), "Released");
    card.info.profile_version = msg::version(3, 0, 0);
    install(order, iccid);
}

TEST_F(Policies, VersionOfALineIsThatOfItsPackageOrOfTheTemplate) {
    auto older = whole_package();
    std::get<saip::ProfileHeader>(older.elements.front().body).major_version = 2;
    EXPECT_EQ(*admin("POST", "/subscriptions", line("a", older)).integer("package_version"), 2);
    admin("POST", "/subscriptions", template_line("999990000000001"));
    EXPECT_EQ(*add_order("a", first).integer("package_version"), 3);
    card.info.profile_version = msg::version(2, 3, 1);
    EXPECT_EQ(offer(add_order("a", saip::sample_variables().iccid)).profile_metadata.iccid,
              msg::to_octets(saip::sample_variables().iccid));
}

TEST_F(Policies, PackageWithApplicationsIsRefusedForWhomTheyAreRefused) {
    set_policy(R"({"applets":"refused"})");
    const auto detail = refused(line("a", package_with_application()));
    EXPECT_NE(detail.find("at package: applet at PE 12 (application): installs application A0000000090103"),
              std::string::npos)
        << detail;
    admin("POST", "/subscriptions", line("a", whole_package()));
    EXPECT_FALSE(admin("GET", "/subscriptions/" + saip::sample_variables().iccid.text()).has("needs_javacard"));
}

}  // namespace
}  // namespace mcim::apps::mcimd
