#include "mcim/saip/package_policy.h"

#include <gtest/gtest.h>

#include "mcim/saip/sample.h"

namespace mcim::saip {
namespace {

using Strings = std::vector<std::string>;

PackagePolicy policy_for(Strings refuse, Strings allow = {}, Applets applets = Applets::where_declared) {
    auto policy = policy_of({std::move(refuse), std::move(allow)}, applets);
    EXPECT_TRUE(policy) << to_string(policy.error());
    return policy ? *std::move(policy) : PackagePolicy{};
}
std::string mistake_in(Strings refuse, Strings allow = {}) {
    const auto policy = policy_of({std::move(refuse), std::move(allow)}, Applets::where_declared);
    return policy ? "" : to_string(policy.error());
}
LintFinding finding(Finding what, Severity severity) { return {what, severity, 1, "header", "it is so"}; }

/// Its network is one for tests, its PUKs are anybody's, and it has an application.
ProfilePackage with_application() {
    ProfilePackage package = *personalise({}, sample_variables(), sample_key(0x41), sample_key(0x90));
    Application applet;
    applet.header.identification = 40;
    applet.header.mandated.emplace();
    applet.instances.emplace().emplace_back().instance.bytes = *from_hex("A0000000090103");
    package.elements.insert(package.elements.end() - 1, ProfileElement{std::move(applet)});
    return package;
}
Strings codes(const std::vector<LintFinding>& findings) {
    Strings out;
    for (const auto& f : findings)
        if (out.empty() || out.back() != code_of(f.what)) out.emplace_back(code_of(f.what));
    return out;
}

TEST(PackagePolicy, WordsComeBackInTheirOrderEachOnce) {
    const auto policy =
        policy_for({"test-network", "error", "unfilled", "test-network"}, {"default-adm"}, Applets::refused);
    EXPECT_EQ(policy.refused_from, Severity::error);
    EXPECT_EQ(policy.applets, Applets::refused);
    const auto words = words_of(policy);
    EXPECT_EQ(words.refuse, (Strings{"error", "unfilled", "test-network"}));
    EXPECT_EQ(words.allow, Strings{"default-adm"});
    EXPECT_EQ(policy_for(words.refuse, words.allow, Applets::refused), policy);
    EXPECT_EQ(policy_for({}), PackagePolicy{});
}

TEST(PackagePolicy, NamesWhatIsNoWordOfIt) {
    EXPECT_NE(mistake_in({"test-keys"}).find("refuse: \"test-keys\" is no code of"), std::string::npos);
    EXPECT_NE(mistake_in({"note"}).find("neither \"error\" nor \"warning\""), std::string::npos);
    EXPECT_NE(mistake_in({"error"}, {"error"}).find("allow: \"error\" is no code"), std::string::npos);
    EXPECT_NE(mistake_in({"error", "warning"}).find("one is wanted"), std::string::npos);
    EXPECT_NE(mistake_in({"error", "unfilled"}, {"unfilled"}).find("refused by its own name"), std::string::npos);
    EXPECT_NE(mistake_in({"unfilled"}, {"default-adm"}).find("\"default-adm\" is not refused"), std::string::npos);
    for (const char* applications : {"applet", "load-package"}) {
        EXPECT_NE(mistake_in({applications}).find("\"applets\" says"), std::string::npos);
        EXPECT_NE(mistake_in({"error"}, {applications}).find("\"applets\" says"), std::string::npos);
    }
    EXPECT_FALSE(parse_applets("allowed"));
    EXPECT_EQ(*parse_applets("refused"), Applets::refused);
    EXPECT_EQ(*parse_applets("where-declared"), Applets::where_declared);
}

TEST(PackagePolicy, RefusesBySeverityAndByNameAndAllowsOfTheFormer) {
    const auto errors = policy_for({"error", "network"}, {"default-adm"});
    EXPECT_TRUE(refuses(errors, finding(Finding::missing_file, Severity::error)));
    EXPECT_FALSE(refuses(errors, finding(Finding::missing_file, Severity::warning)));
    EXPECT_FALSE(refuses(errors, finding(Finding::default_adm, Severity::error)));
    EXPECT_TRUE(refuses(errors, finding(Finding::network, Severity::note)));
    const auto warnings = policy_for({"warning"});
    EXPECT_TRUE(refuses(warnings, finding(Finding::test_network, Severity::warning)));
    EXPECT_TRUE(refuses(warnings, finding(Finding::missing_file, Severity::error)));
    EXPECT_FALSE(refuses(warnings, finding(Finding::network, Severity::note)));
    EXPECT_FALSE(refuses({}, finding(Finding::missing_file, Severity::error)));
}

TEST(PackagePolicy, SaysItsFindingsOfAPackageAndByDefaultNone) {
    const auto package = *personalise({}, sample_variables(), sample_key(0x41), sample_key(0x90));
    EXPECT_TRUE(refused_findings({}, package, LintClass::production).empty());
    const auto named = refused_findings(policy_for({"test-network"}), package, LintClass::production);
    ASSERT_EQ(codes(named), Strings{"test-network"});
    EXPECT_EQ(where(named.front()), "PE 6 (usim)");
    // of PUKs of digits in their order lint makes a warning for production, and a note for a laboratory
    const auto warnings = policy_for({"warning"}, {"test-network", "default-key"});
    EXPECT_EQ(codes(refused_findings(warnings, package, LintClass::production)), Strings{"default-puk"});
    EXPECT_TRUE(refused_findings(warnings, package, LintClass::lab).empty());
}

TEST(PackagePolicy, ApplicationsAreLeftToCardsThatDeclareThemOrRefused) {
    const auto package = with_application();
    const auto left = policy_for({"error"}, {"default-key", "test-key"});
    EXPECT_TRUE(refused_findings(left, package, LintClass::production).empty());
    const auto none = policy_for({}, {}, Applets::refused);
    const auto refused = refused_findings(none, package, LintClass::production);
    ASSERT_EQ(codes(refused), Strings{"applet"});
    EXPECT_EQ(where(refused.front()), "PE 12 (application)");
    EXPECT_TRUE(refused_findings(none, sample_package(), LintClass::production).empty());
}

/// Our own cards refuse what needs a runtime, and are not offered it: nothing to warn of.
TEST(PackagePolicy, LooksAtAPackageForTheCardsThatMayGetIt) {
    const auto ours = policy_for({"refused-by-our-cards"});
    EXPECT_TRUE(refused_findings(ours, with_application(), LintClass::production).empty());
    auto isim = sample_package();
    std::get<ProfileHeader>(isim.elements.front().body).mandatory_services.present.push_back(service("eaka"));
    EXPECT_EQ(codes(refused_findings(ours, isim, LintClass::production)), Strings{"refused-by-our-cards"});
}

TEST(NeedsJavacard, WhatHasApplicationsOrDemandsTheRuntime) {
    auto package = sample_package();
    EXPECT_FALSE(needs_javacard(package));
    EXPECT_TRUE(needs_javacard(with_application()));
    std::get<ProfileHeader>(package.elements.front().body).mandatory_services.present.push_back(service("javacard"));
    EXPECT_TRUE(needs_javacard(package));
    EXPECT_FALSE(needs_javacard({}));
}

}  // namespace
}  // namespace mcim::saip
