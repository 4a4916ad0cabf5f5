#include "mcim/saip/package.h"

#include <gtest/gtest.h>

#include "mcim/saip/ts48_for_test.h"
#include "support/reference.h"

namespace mcim::saip {
namespace {

class Ts48Package : public testing::TestWithParam<const char*> {
protected:
    void SetUp() override {
        MCIM_REFERENCE_OR_SKIP(path, std::string("profiles/") + GetParam());
        der = test::file_content(path);
    }
    Bytes der;
};

TEST_P(Ts48Package, DecodesAndEncodesToTheSameOctets) {
    const auto package = parse(der);
    ASSERT_TRUE(package) << to_string(package.error());
    EXPECT_EQ(encode(*package), der);
}

TEST_P(Ts48Package, LeavesNothingToExtensions) {
    const auto package = parse(der);
    ASSERT_TRUE(package);
    EXPECT_EQ(print(*package).find("..."), std::string::npos);
}

TEST_P(Ts48Package, PrintShowsNoKey) {
    const auto text = print(*parse(der));
    EXPECT_EQ(text.find("000102030405060708090A0B0C0D0E0F"), std::string::npos);
    EXPECT_NE(text.find("16 secret octets"), std::string::npos);
}

TEST_P(Ts48Package, EveryTruncationInsideAnElementIsRefused) {
    std::size_t refused = 0;
    for (std::size_t n = 0; n < der.size(); n += 23) refused += parse(View(der).first(n)) ? 0 : 1;
    // what remains are cuts between two elements
    EXPECT_GT(refused, der.size() / 23 - 6);
}

TEST_P(Ts48Package, ABitFlipIsRefusedOrKept) {
    for (std::size_t i = 0; i < der.size() * 8; i += 401) {
        Bytes flipped = der;
        flipped[i / 8] = static_cast<std::uint8_t>(flipped[i / 8] ^ (1U << (i % 8)));
        if (const auto package = parse(flipped)) {
            EXPECT_EQ(encode(*package), flipped) << "bit " << i;
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Gsma, Ts48Package, testing::ValuesIn(ts48),
                         [](const auto& each) { return "Package" + std::to_string(each.index); });

constexpr std::string_view header_hex =
    "A018"
    "800103"
    "810103"
    "830A89010000000000000001"
    "A5028100"
    "A600";

TEST(Package, ErrorsNameElementIdentificationAndPath) {
    // PE-PINCodes 2 whose PIN has seven octets
    const auto r =
        parse(*from_hex("A217"
                        "A003810102"
                        "A110"
                        "A00E300C"
                        "800101"
                        "810731313131313131"));
    ASSERT_FALSE(r);
    EXPECT_EQ(r.error().path, "PE 1 (identification 2).pinCodes.pinCodes.pinconfig.0.pinValue");
    EXPECT_EQ(r.error().offset, 18U);
}

TEST(Package, KeepsUnknownElementsAndComponents) {
    Bytes der = *from_hex(header_hex);
    der.insert(der.end(), {0xBF, 0x40, 0x03, 0x80, 0x01, 0x07});                    // element 64
    der.insert(der.end(), {0xAA, 0x07, 0xA0, 0x03, 0x81, 0x01, 0x02, 0x8F, 0x00});  // end with an addition
    const auto package = parse(der);
    ASSERT_TRUE(package) << to_string(package.error());
    EXPECT_TRUE(std::holds_alternative<der::Any>(package->elements[1].body));
    EXPECT_EQ(encode(*package), der);
}

TEST(Package, KeepsUnknownServices) {
    Bytes der = *from_hex(
        "A01B"
        "800103"
        "810103"
        "830A89010000000000000001"
        "A505"
        "8100"
        "9F2000"
        "A600");
    const auto package = parse(der);
    ASSERT_TRUE(package) << to_string(package.error());
    EXPECT_TRUE(profile_header_of(*package)->mandatory_services.has("usim"));
    EXPECT_EQ(encode(*package), der);
}

TEST(Package, DefaultsWrittenOutStayWrittenOut) {
    const Bytes der = *from_hex(
        "A21B"
        "A003810102"
        "A114"
        "A0123010"
        "800101"
        "810831313131FFFFFFFF"
        "830107");
    const auto package = parse(der);
    ASSERT_TRUE(package) << to_string(package.error());
    EXPECT_EQ(encode(*package), der);
}

TEST(Package, LimitsAreTheCallers) {
    const Bytes der = *from_hex(header_hex);
    EXPECT_TRUE(parse(der));
    EXPECT_EQ(parse(der, {.package_bytes_max = der.size() - 1}).error().code, Errc::too_large);
    EXPECT_EQ(parse(der, {.values_max = 3}).error().code, Errc::too_large);
    EXPECT_EQ(parse(concat({der, der}), {.elements_max = 1}).error().code, Errc::too_large);
}

TEST(Package, ElementsOutsideTheChoiceAreRefused) {
    EXPECT_FALSE(parse(*from_hex("300A8001058105AABBCCDDEE")));
    EXPECT_FALSE(parse(*from_hex("0000")));
    EXPECT_FALSE(parse({}));
}

TEST(Package, ArbitraryPackagesComeBack) {
    for (unsigned seed = 0; seed < 200; ++seed) {
        Bytes noise(3000);
        std::uint32_t x = seed * 2654435761U + 1;
        for (auto& b : noise) {
            x = x * 1664525U + 1013904223U;
            b = static_cast<std::uint8_t>(x >> 24U);
        }
        ProfilePackage package;
        package.elements.push_back(der::arbitrary<ProfileElement>(noise));
        if (std::holds_alternative<der::Any>(package.elements[0].body)) continue;
        const Bytes wire = encode(package);
        const auto back = parse(wire);
        ASSERT_TRUE(back) << seed << " " << to_string(back.error());
        EXPECT_EQ(encode(*back), wire) << seed;
    }
}

}  // namespace
}  // namespace mcim::saip
