#include "mcim/base/text.h"

#include <gtest/gtest.h>

namespace mcim {
namespace {

TEST(Text, OfOthersIsPrintedWithoutLinesControlsAndLength) {
    EXPECT_EQ(printable("smdp.example.com"), "smdp.example.com");
    EXPECT_EQ(printable("a\nmcimd: x\x1B[2J\x7F\xC3\xA4"), "a?mcimd: x?[2J???");
    EXPECT_EQ(printable(std::string(100, 'a')), std::string(64, 'a') + "...");
    EXPECT_EQ(printable("abc", 2), "ab...");
}

TEST(Text, NumbersOfPeopleAreMaskedAndOthersAreNot) {
    EXPECT_EQ(with_numbers_masked("EID 89049032000000000000000000000163, ICCID 8988211000000000011."),
              "EID 8904...0163, ICCID 8988...0011.");
    EXPECT_EQ(with_numbers_masked("/auc/310150000000001"), "/auc/3101...0001");
    EXPECT_EQ(with_numbers_masked("port 8443, PCR 4, 12345678901"), "port 8443, PCR 4, 12345678901");
    EXPECT_EQ(with_numbers_masked(""), "");
    EXPECT_EQ(with_numbers_masked("ICCID 8988211000000000011F"), "ICCID 8988...0011F") << "as it stands in EF.ICCID";
}

TEST(Text, DigestsKeepTheirDigits) {
    const std::string digest = "9EF84A1B11180123456789012345678901234567890123456789001090E556ED";
    const std::string zeros(64, '0');
    EXPECT_EQ(with_numbers_masked("PCR 4: " + digest + ", expected " + zeros + "."),
              "PCR 4: " + digest + ", expected " + zeros + ".");
    EXPECT_NE(with_numbers_masked(digest + "0"), digest + "0") << "something else";
    EXPECT_NE(with_numbers_masked("x" + digest), "x" + digest);
}

}  // namespace
}  // namespace mcim
