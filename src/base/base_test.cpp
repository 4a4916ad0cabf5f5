#include <gtest/gtest.h>

#include "mcim/base/ids.h"
#include "mcim/base/ports.h"
#include "mcim/base/secret.h"

namespace mcim {
namespace {

TEST(Bytes, HexRefusesOddLengthAndForeignCharacters) {
    EXPECT_EQ(hex(*from_hex("00fFa1")), "00FFA1");
    EXPECT_FALSE(from_hex("0"));
    EXPECT_EQ(from_hex("0g").error().offset, 1U);
}

TEST(Bytes, Base64MatchesRfc4648Vectors) {
    const std::array<std::pair<std::string_view, std::string_view>, 7> vectors{{{"", ""},
                                                                                {"f", "Zg=="},
                                                                                {"fo", "Zm8="},
                                                                                {"foo", "Zm9v"},
                                                                                {"foob", "Zm9vYg=="},
                                                                                {"fooba", "Zm9vYmE="},
                                                                                {"foobar", "Zm9vYmFy"}}};
    for (const auto& [plain, coded] : vectors) {
        EXPECT_EQ(base64(as_view(plain)), coded);
        EXPECT_EQ(as_text(*from_base64(coded)), plain);
    }
}

TEST(Bytes, Base64OfAnyLengthIsItsBitsInSixes) {
    static constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (std::size_t size = 0; size <= 40; ++size) {
        Bytes plain;
        for (std::size_t i = 0; i < size; ++i) plain.push_back(static_cast<std::uint8_t>(199 * i + size));
        const auto bit = [&](std::size_t at) { return at / 8 < size ? plain[at / 8] >> (7 - at % 8) & 1 : 0; };
        std::string coded;
        for (std::size_t at = 0; at < 8 * size; at += 6) {
            std::size_t six = 0;
            for (std::size_t k = 0; k < 6; ++k) six = 2 * six + static_cast<std::size_t>(bit(at + k));
            coded += alphabet[six];
        }
        EXPECT_EQ(base64url(plain).size(), coded.size());
        coded.resize((size + 2) / 3 * 4, '=');
        EXPECT_EQ(base64(plain), coded);
        EXPECT_EQ(*from_base64(coded), plain);
        for (std::size_t at = 0; at < base64url(plain).size(); ++at) {
            std::string bad = base64url(plain);
            bad[at] = '!';
            EXPECT_EQ(from_base64url(bad).error().offset, at);
        }
    }
}

TEST(Bytes, Base64IsStrict) {
    for (const std::string_view bad : {"Zg", "Zg=", "Z===", "Zh==", "Zm9=", "Zm9v\n", "Zm 9", "=Zm9", "Zm9vYg==Zg=="})
        EXPECT_FALSE(from_base64(bad)) << bad;
    EXPECT_EQ(base64url(*from_hex("FBFF")), "-_8");
    EXPECT_EQ(hex(*from_base64url("-_8")), "FBFF");
    EXPECT_FALSE(from_base64url("-_8="));
}

TEST(Eid, ChecksItsDigits) {
    const auto eid = Eid::with_check_digits("890490320010010000000000000000");
    ASSERT_TRUE(eid);
    EXPECT_TRUE(eid->check_digits_hold());
    EXPECT_TRUE(Eid::parse(eid->text()));
    std::string other = eid->text();
    other[5] = other[5] == '0' ? '1' : '0';
    EXPECT_FALSE(Eid::parse(other));
    EXPECT_TRUE(Eid::parse_unchecked(other));
    EXPECT_FALSE(Eid::parse_unchecked(other.substr(1)));
    EXPECT_EQ(Eid::from_octets(eid->octets())->text(), eid->text());
    EXPECT_FALSE(Eid::from_octets(*from_hex("8904903200100100000000000000000F")));
}

TEST(Iccid, SwapsNibblesAndChecksLuhn) {
    // TS.48 generic test profile: 89000123456789012341
    const auto iccid = Iccid::from_octets(*from_hex("98001032547698103214"));
    ASSERT_TRUE(iccid);
    EXPECT_EQ(iccid->text(), "89000123456789012341");
    EXPECT_EQ(hex(Iccid::parse_unchecked("8900012345678901234")->octets()), "980010325476981032F4");
    EXPECT_TRUE(Iccid::parse(Iccid::with_check_digit("898820000000000001")->text()));
    EXPECT_FALSE(Iccid::parse("8988200000000000019"));
    EXPECT_FALSE(Iccid::from_octets(*from_hex("F8001032547698103214")));
}

TEST(Imsi, IsWrittenAsEfImsi) {
    // TS.48: EF_IMSI 08 09 10 10 10 32 54 76 98
    const auto imsi = Imsi::from_ef(*from_hex("080910101032547698"));
    ASSERT_TRUE(imsi);
    EXPECT_EQ(imsi->text(), "001010123456789");
    EXPECT_EQ(hex(imsi->ef()), "080910101032547698");
    EXPECT_EQ(Imsi::from_ef(Imsi::parse("00101012345678")->ef())->text(), "00101012345678");
    EXPECT_FALSE(Imsi::from_ef(*from_hex("FFFFFFFFFFFFFFFFFF")));
    EXPECT_FALSE(Imsi::parse("0010101234567890"));
}

TEST(Time, Rfc3339RoundTripsAndRefusesOtherShapes) {
    const auto t = from_rfc3339("2026-11-21T20:27:22Z");
    ASSERT_TRUE(t);
    EXPECT_EQ(to_rfc3339(*t), "2026-11-21T20:27:22Z");
    for (const std::string_view bad :
         {"2026-11-21", "2026-13-21T20:27:22Z", "2026-02-30T20:27:22Z", "2026-11-21T24:27:22Z", "2026-11-21 20:27:22Z"})
        EXPECT_FALSE(from_rfc3339(bad)) << bad;
}

TEST(Secret, MovesLeaveNothingBehind) {
    auto first = *Secret<4>::copy_of(*from_hex("01020304"));
    const auto second = std::move(first);
    EXPECT_EQ(hex(expose(first)), "00000000");  // NOLINT: reading the moved-from value is the point
    EXPECT_EQ(hex(expose(second)), "01020304");
    EXPECT_FALSE(Secret<4>::copy_of(*from_hex("0102")));
    static_assert(!std::is_copy_constructible_v<SecretBytes> && !std::is_copy_constructible_v<Secret<4>>);
}

TEST(Secret, EndsAsZeros) {
    alignas(Secret<4>) std::array<std::uint8_t, sizeof(Secret<4>)> place{};
    auto* secret = new (place.data()) Secret<4>(*Secret<4>::copy_of(*from_hex("01020304")));
    EXPECT_EQ(hex(expose(*secret)), "01020304");
    secret->~Secret();
    EXPECT_EQ(hex(place), "00000000");
}

TEST(Error, PathGrowsOutwards) {
    const Error e =
        Error{Errc::bad_tag, 12, {}, "5F37 wanted"}.within("serverSignature1").within("AuthenticateServerRequest");
    EXPECT_EQ(to_string(e), "bad tag at AuthenticateServerRequest.serverSignature1 (octet 12): 5F37 wanted");
}

}  // namespace
}  // namespace mcim
