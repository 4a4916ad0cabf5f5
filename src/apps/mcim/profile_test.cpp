#include <gtest/gtest.h>

#include <fstream>

#include "mcim/apps/mcim/run_for_test.h"
#include "mcim/jose/json.h"
#include "support/reference.h"
#include "support/temp_folder.h"

namespace mcim::apps {
namespace {

using test::mcim;

TEST(ProfileCommand, SaysWhereAPackageIsNone) {
    test::TempFolder folder;
    const std::string file = (folder / "x.der").string();
    std::ofstream(file) << "no package";
    const auto shown = mcim({"profile", "show", file});
    EXPECT_EQ(shown.code, 1);
    EXPECT_TRUE(shown.complains("x.der: a profile package is wanted")) << shown.err;
    EXPECT_TRUE(shown.complains("this seems to be text")) << shown.err;
    std::ofstream(file) << "\xA0\x05";
    const auto cut = mcim({"profile", "lint", file});
    EXPECT_TRUE(cut.complains("the package is damaged")) << cut.err;
    EXPECT_EQ(mcim({"profile", "show", (folder / "absent").string()}).code, 1);
}

TEST(ProfileCommand, TemplateIsWrittenShownAndFoundWithoutKeys) {
    test::TempFolder folder;
    const std::string file = (folder / "template.der").string();
    const auto written = mcim({"profile", "template", "--out", file, "--iccid", "8988211000000000011"});
    ASSERT_EQ(written.code, 0) << written.err;
    EXPECT_EQ(mcim({"profile", "template", "--out", file}).code, 1) << "it is not overwritten";
    const auto outline = jose::Object::parse(mcim({"profile", "show", file, "--json"}).out);
    ASSERT_TRUE(outline);
    EXPECT_EQ(*outline->text("iccid"), "8988211000000000011");
    EXPECT_EQ(outline->text("imsi")->size(), 15U);
    EXPECT_EQ(outline->texts("elements")->front(), "header");
    const auto lint = mcim({"profile", "lint", file});
    EXPECT_EQ(lint.code, 0) << lint.out << lint.err;
    EXPECT_TRUE(lint.says("warning unfilled\n")) << lint.out;
    EXPECT_TRUE(mcim({"profile", "show", file}).says("akaParameter"));
    EXPECT_EQ(mcim({"profile", "template", "--out", file + "2", "--iccid", "8988211000000000012"}).code, 1);
}

TEST(ProfileCommand, MasksTheKeysOfATestProfileAndNamesThem) {
    MCIM_REFERENCE_OR_SKIP(package, "profiles/TS48v7_SAIP2.3_NoBERTLV.der");
    const auto shown = mcim({"profile", "show", package.string()});
    ASSERT_EQ(shown.code, 0) << shown.err;
    // K of TS.48, which the package carries in clear
    EXPECT_FALSE(shown.says("000102030405060708090A0B0C0D0E0F")) << "the key is shown";
    const auto lint = mcim({"profile", "lint", package.string()});
    EXPECT_EQ(lint.code, 1) << "errors are an exit code";
    EXPECT_TRUE(lint.says("error test-algorithm\n")) << lint.out;
    EXPECT_TRUE(lint.says("PE 11 (akaParameter): K is published in TS 34.108")) << lint.out;
    EXPECT_EQ(mcim({"profile", "lint", package.string(), "--class", "lab"}).code, 0);
    const auto json = jose::Object::parse(mcim({"profile", "lint", package.string(), "--json"}).out);
    ASSERT_TRUE(json);
    EXPECT_GT(*json->integer("errors"), 0);
    const auto finding = json->objects("findings")->front();
    for (const char* member : {"severity", "code", "what", "next"}) EXPECT_TRUE(finding.text(member)) << member;
}

TEST(ProfileCommand, OutlineHasTheNumbersOfThePackage) {
    MCIM_REFERENCE_OR_SKIP(package, "profiles/TS48v7_SAIP2.3_NoBERTLV.der");
    const auto outline = jose::Object::parse(mcim({"profile", "show", package.string(), "--json"}).out);
    ASSERT_TRUE(outline);
    EXPECT_EQ(*outline->text("iccid"), "89000123456789012341");
    EXPECT_EQ(*outline->text("imsi"), "001010123456789");
}

}  // namespace
}  // namespace mcim::apps
