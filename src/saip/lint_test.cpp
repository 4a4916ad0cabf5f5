#include "mcim/saip/lint.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "mcim/saip/contents.h"
#include "mcim/saip/known_keys.h"
#include "mcim/saip/resolve.h"
#include "mcim/saip/sample.h"
#include "mcim/saip/ts48_for_test.h"
#include "support/reference.h"

namespace mcim::saip {
namespace {

Secret<16> key_of(std::string_view digits) { return *Secret<16>::copy_of(*from_hex(digits)); }
constexpr std::string_view random_key = "9F1C4A7730E2B85D06CB91D44F3E68A2";
constexpr std::string_view other_key = "27D8035B9EFA61C2447B8810D5AC3F96";

/// As an operator would send it out: everything its own.
Variables finished() {
    Variables v = sample_variables();
    v.imsi = *Imsi::parse("901700000000063");
    v.pin1 = *pin_from_digits("2471");
    v.puk1 = *pin_from_digits("80361947");
    v.puk2 = *pin_from_digits("19470386");
    v.adm1 = *pin_from_digits("55137268");
    v.ota_encryption = key_of("C41D5A90E6337B2F18AC02D79B64F05E");
    v.ota_integrity = key_of("5E80F3176C2AD94BB10E7748C5932DA6");
    v.ota_key_encryption = key_of("E3B95D04718FA62CCA563081F94D7E12");
    return v;
}
ProfilePackage package_of(const Variables& v, std::string_view k = random_key, std::string_view opc = other_key) {
    return *personalise({}, v, key_of(k), key_of(opc));
}
template <class T>
T& body_of(ProfilePackage& package) {
    for (auto& e : package.elements)
        if (auto* found = std::get_if<T>(&e.body)) return *found;
    throw std::runtime_error("no such element");
}
/// What stands above `least`: "test-key PE 9 (akaParameter)", each once.
std::vector<std::string> said(const std::vector<LintFinding>& findings, Severity least = Severity::warning) {
    std::vector<std::string> out;
    for (const auto& f : findings) {
        const std::string line = std::string(code_of(f.what)) + " " + where(f);
        if (f.severity >= least && (out.empty() || out.back() != line)) out.push_back(line);
    }
    return out;
}
using Lines = std::vector<std::string>;
bool has(const std::vector<LintFinding>& findings, Finding what) {
    return std::ranges::find(findings, what, &LintFinding::what) != findings.end();
}
std::string detail_of(const std::vector<LintFinding>& findings, Finding what) {
    const auto at = std::ranges::find(findings, what, &LintFinding::what);
    return at == findings.end() ? "" : at->detail;
}

TEST(Lint, FindsNothingWrongInAFinishedPackage) {
    const auto findings = lint(package_of(finished()));
    EXPECT_EQ(said(findings), Lines{});
    EXPECT_EQ(detail_of(findings, Finding::network), "its home network is 901-70");
    EXPECT_EQ(detail_of(findings, Finding::networks_listed), "EF_EHPLMN: 90170");
}

TEST(Lint, NamesEveryKeyOfThePublishedTestSets) {
    const auto test = lint(package_of(finished(), "465B5CE8B199B49FAA5F0A2EE238A6BC"));
    EXPECT_EQ(said(test), Lines{"test-key PE 9 (akaParameter)"});
    EXPECT_NE(detail_of(test, Finding::test_key).find("TS 35.208 test sets 1 and 2"), std::string::npos);
    EXPECT_EQ(said(test, Severity::error), Lines{"test-key PE 9 (akaParameter)"});
    const auto opc = lint(package_of(finished(), random_key, "CD63CB71954A9F4E48A5994E37A02BAF"));
    EXPECT_NE(detail_of(opc, Finding::test_key).find("OPc"), std::string::npos);
    EXPECT_EQ(published_key(*from_hex("90DCA4EDA45B53CF0F12D7C9C3BC6A89")), "TS 35.208 test set 20");
    EXPECT_EQ(published_key(*from_hex("CB9CCCC4B9258E6DCA4760379FB82581")), "TS 35.208 test set 20");
    EXPECT_EQ(published_key(*from_hex("C42449363BBAD02B66D16BC975D77CC1")), "OpenAirInterface's documentation");
    EXPECT_FALSE(published_key(*from_hex(random_key)));
    auto managed = finished();
    managed.ota_integrity = key_of("465B5CE8B199B49FAA5F0A2EE238A6BC");
    EXPECT_EQ(said(lint(package_of(managed))), Lines{"test-key PE 11 (securityDomain)"});
}

TEST(Lint, TakesPublishedKeysInALaboratory) {
    const auto package = package_of(finished(), "465B5CE8B199B49FAA5F0A2EE238A6BC");
    const auto findings = lint(package, {LintClass::lab, Runtime::none});
    EXPECT_EQ(said(findings), Lines{});
    EXPECT_TRUE(has(findings, Finding::test_key));
}

TEST(Lint, ShowsNoKey) {
    auto variables = finished();
    variables.ota_encryption = key_of("404142434445464748494A4B4C4D4E4F");
    variables.adm1 = *pin_from_digits("12345678");
    for (const auto& f : lint(package_of(variables, "465B5CE8B199B49FAA5F0A2EE238A6BC")))
        for (const char* secret : {"465B5C", "404142", "12345678", "31323334"})
            EXPECT_EQ(f.detail.find(secret), std::string::npos) << f.detail;
}

TEST(Lint, TellsATemplateThatNobodyFilledFromZerosThatSomebodyLeft) {
    auto zeros = finished();
    zeros.ota_encryption = {};
    zeros.adm1 = *pin_from_digits("00000000");
    const auto template_of_nobody = lint(*personalise({}, zeros));
    EXPECT_EQ(said(template_of_nobody, Severity::error), Lines{});
    EXPECT_TRUE(has(template_of_nobody, Finding::unfilled));
    EXPECT_EQ(said(lint(package_of(zeros)), Severity::error),
              (Lines{"default-adm PE 4 (pinCodes)", "default-key PE 11 (securityDomain)"}));
}

TEST(Lint, NamesKeysThatNobodyChose) {
    for (const std::string_view key : {"404142434445464748494A4B4C4D4E4F", "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF",
                                       "00000000000000000000000000000000", "11111111111111111111111111111111"}) {
        auto variables = finished();
        variables.ota_integrity = key_of(key);
        EXPECT_EQ(said(lint(package_of(variables))), Lines{"default-key PE 11 (securityDomain)"}) << key;
    }
    EXPECT_EQ(default_key_name(*from_hex("404142434445464748494A4B4C4D4E4F")),
              "the default key of GlobalPlatform cards");
    EXPECT_FALSE(default_key_name(*from_hex(random_key)));
    auto twice = finished();
    twice.ota_integrity = twice.ota_encryption.copy();
    EXPECT_EQ(said(lint(package_of(twice))), Lines{"repeated-key PE 11 (securityDomain)"});
    EXPECT_EQ(said(lint(package_of(finished(), "0F0E0D0C0B0A09080706050403020100"))),
              Lines{"default-key PE 9 (akaParameter)"});
}

TEST(Lint, KeysAloneAreThoseThatEverybodyHas) {
    EXPECT_EQ(said(lint_keys(package_of(finished())), Severity::note), Lines{});
    auto variables = finished();
    variables.ota_integrity = key_of("404142434445464748494A4B4C4D4E4F");
    variables.adm1 = *pin_from_digits("12345678");
    const auto package = package_of(variables, "465B5CE8B199B49FAA5F0A2EE238A6BC");
    EXPECT_EQ(said(lint_keys(package), Severity::note),
              (Lines{"test-key PE 9 (akaParameter)", "default-key PE 11 (securityDomain)"}));
}

TEST(Lint, NamesCodesThatAnybodyTriesFirst) {
    auto variables = finished();
    variables.pin1 = *pin_from_digits("0000");
    variables.puk1 = *pin_from_digits("12345678");
    variables.adm1 = *pin_from_digits("88888888");
    const auto findings = lint(package_of(variables));
    EXPECT_EQ(said(findings, Severity::note).front(), "default-puk PE 3 (pukCodes)");
    EXPECT_EQ(said(findings), (Lines{"default-puk PE 3 (pukCodes)", "default-adm PE 4 (pinCodes)"}));
    EXPECT_TRUE(has(findings, Finding::default_pin));
    EXPECT_TRUE(is_default_code(Bytes(8, 0xFF)));
    EXPECT_FALSE(is_default_code(*from_hex("3535313337323638")));
}

TEST(Lint, KeyThatComesAloneIsFoundAsInAPackage) {
    const auto found = [](std::string_view digits, LintClass of) { return lint_key("k", *from_hex(digits), {of}); };
    const auto published = found("465B5CE8B199B49FAA5F0A2EE238A6BC", LintClass::production);
    EXPECT_EQ(said(published), Lines{"test-key package"});
    EXPECT_NE(published.front().detail.find("k is published in TS 35.208"), std::string::npos);
    EXPECT_EQ(found("465B5CE8B199B49FAA5F0A2EE238A6BC", LintClass::lab).front().severity, Severity::note);
    EXPECT_EQ(said(found("404142434445464748494A4B4C4D4E4F", LintClass::lab)), Lines{"default-key package"});
    EXPECT_TRUE(found(random_key, LintClass::production).empty());
}

TEST(Lint, CodesAreFoundAgain) {
    for (auto n = 0; n <= static_cast<int>(Finding::refused_by_our_cards); ++n)
        EXPECT_EQ(find_finding(code_of(static_cast<Finding>(n))), static_cast<Finding>(n));
    EXPECT_FALSE(find_finding("error"));
}

TEST(Lint, NamesCodeThatWouldRunOnTheCard) {
    auto package = package_of(finished());
    Application applet;
    applet.header.identification = 40;
    applet.header.mandated.emplace();
    applet.load_block.emplace().aid.bytes = *from_hex("A00000000901");
    applet.load_block->load_block.bytes = Bytes(200, 1);
    auto& instance = applet.instances.emplace().emplace_back();
    instance.load_package.bytes = applet.load_block->aid.bytes;
    instance.module.bytes = *from_hex("A0000000090102");
    instance.instance.bytes = *from_hex("A0000000090103");
    // two timers, a menu entry, a channel; minimum security level 00, TAR 525054
    instance.application_parameters.emplace().toolkit = {
        *from_hex("01020F010101"
                  "01"
                  "020100"
                  "03525054"
                  "01")};
    package.elements.insert(package.elements.end() - 1, ProfileElement{std::move(applet)});
    EXPECT_EQ(said(lint(package)),
              (Lines{"load-package PE 12 (application)", "applet PE 12 (application)",
                     "toolkit-application PE 12 (application)", "ota-unprotected PE 12 (application)",
                     "refused-by-our-cards PE 12 (application)"}));
    const auto java = lint(package, {LintClass::production, Runtime::javacard});
    EXPECT_EQ(said(java, Severity::error), Lines{"ota-unprotected PE 12 (application)"});
    EXPECT_NE(detail_of(java, Finding::toolkit_application).find("2 timers, 1 channel"), std::string::npos)
        << detail_of(java, Finding::toolkit_application);
    EXPECT_NE(detail_of(java, Finding::load_package).find("200 octets of code, package A00000000901"),
              std::string::npos);
}

TEST(Lint, WantsAChecksumOverCommandsFromTheAir) {
    auto package = package_of(finished());
    auto& domain = body_of<SecurityDomainElement>(package);
    auto& toolkit = domain.instance.application_parameters->toolkit->bytes;
    EXPECT_FALSE(has(lint(package), Finding::ota_unprotected));
    toolkit[7] = 0x01;  // a redundancy check, which protects against noise only
    EXPECT_EQ(said(lint(package)), Lines{"ota-unprotected PE 11 (securityDomain)"});
    toolkit.resize(7);
    EXPECT_NE(detail_of(lint(package), Finding::toolkit_application).find("cannot be read"), std::string::npos);
}

TEST(Lint, NamesMandatoryFilesThatAreNotMade) {
    auto package = package_of(finished());
    for (auto& element : package.elements) {
        auto* files = files_of(element);
        if (files == nullptr) continue;
        const auto& rows = file_type_of(element)->rows;
        for (auto& entry : files->files)
            if (rows[entry.row].name == "ef-li") entry.file = {FileItem{der::Null{}}};
        std::erase_if(files->files, [&](const FileEntry& e) { return rows[e.row].name == "ef-msisdn"; });
    }
    const auto findings = lint(package);
    EXPECT_EQ(said(findings), (Lines{"missing-file PE 6 (usim)", "service-without-file PE 6 (usim)"}));
    EXPECT_EQ(detail_of(findings, Finding::missing_file), "EF_LI is not made");
    EXPECT_NE(detail_of(findings, Finding::service_without_file).find("service 21"), std::string::npos);
}

TEST(Lint, ComparesTheNumbers) {
    auto package = package_of(finished());
    body_of<ProfileHeader>(package).iccid.bytes[4] ^= 1U;
    EXPECT_EQ(said(lint(package)), (Lines{"iccid-check-digit PE 1 (header)", "iccid-differs PE 2 (mf)"}));
    body_of<ProfileHeader>(package).iccid.bytes[4] = 0xAB;
    EXPECT_TRUE(has(lint(package), Finding::iccid_invalid));
    auto test = finished();
    test.imsi = *Imsi::parse("001010000000063");
    EXPECT_EQ(said(lint(package_of(test))), Lines{"test-network PE 6 (usim)"});
}

ProfilePackage with_imsi_file(Bytes octets) {
    auto package = package_of(finished());
    for (auto& element : package.elements)
        if (auto* files = files_of(element))
            for (auto& entry : files->files)
                if (file_type_of(element)->rows[entry.row].name == "ef-imsi") entry.file = {content(octets)};
    return package;
}

TEST(Lint, WantsOneImsi) {
    EXPECT_EQ(said(lint(with_imsi_file(Bytes(9, 0xFF)))), Lines{"imsi-missing PE 6 (usim)"});
    EXPECT_EQ(said(lint(with_imsi_file(Bytes(9, 0x00)))), Lines{"imsi-invalid PE 6 (usim)"});
    EXPECT_EQ(said(lint(with_imsi_file(Imsi::parse("901710000000063")->ef()))),
              Lines{"home-network-differs PE 6 (usim)"});
    auto package = package_of(finished());
    std::erase_if(package.elements,
                  [](const ProfileElement& e) { return std::holds_alternative<AkaParameter>(e.body); });
    EXPECT_EQ(said(lint(package)), Lines{"missing-keys PE 6 (usim)"});
}

TEST(Lint, SaysWhatNoCardInstalls) {
    ProfilePackage package;
    package.elements.emplace_back().body = ProfileHeader{};
    EXPECT_TRUE(has(lint(package), Finding::not_installable));
    auto newer = package_of(finished());
    body_of<ProfileHeader>(newer).mandatory_services.present.push_back(service("javacard"));
    std::ranges::sort(body_of<ProfileHeader>(newer).mandatory_services.present);
    EXPECT_EQ(said(lint(newer)), Lines{"refused-by-our-cards package"});
    EXPECT_EQ(said(lint(newer, {LintClass::production, Runtime::javacard})), Lines{});
}

TEST(Lint, KnowsTheGenericTestProfiles) {
    for (const char* name : ts48) {
        MCIM_REFERENCE_OR_SKIP(file, std::string("profiles/") + name);
        const auto package = parse(test::file_content(file));
        ASSERT_TRUE(package) << name;
        const auto findings = lint(*package);
        EXPECT_NE(detail_of(findings, Finding::test_key).find("TS.48"), std::string::npos) << name;
        EXPECT_TRUE(has(findings, Finding::test_algorithm)) << name;
        EXPECT_FALSE(has(findings, Finding::not_installable)) << name;
        EXPECT_FALSE(has(findings, Finding::missing_file)) << name << detail_of(findings, Finding::missing_file);
        EXPECT_EQ(said(lint(*package, {LintClass::lab, Runtime::none}), Severity::error), Lines{}) << name;
    }
}

}  // namespace
}  // namespace mcim::saip
