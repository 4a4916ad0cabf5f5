#include <gtest/gtest.h>

#include "mcim/apdu/command.h"

namespace mcim::apdu {
namespace {

Result<Command> parsed(std::string_view text) { return parse_command(*from_hex(text)); }

TEST(CommandApdu, CasesOneToFourParseAndEncodeTheSame) {
    for (const std::string_view text :
         {"80F2000C", "00B0000000", "00B0000109", "00D600000211AA", "00A40004023F0000", "00A40004023F0015"}) {
        const auto c = parsed(text);
        ASSERT_TRUE(c) << text;
        EXPECT_EQ(hex(encode(*c)), text);
    }
    EXPECT_FALSE(parsed("80F2000C")->le);
    EXPECT_EQ(parsed("00B0000000")->le, 256);
    EXPECT_EQ(parsed("00A40004023F0015")->data, (Bytes{0x3F, 0x00}));
    EXPECT_EQ(parsed("00A40004023F0015")->le, 0x15);
}

TEST(CommandApdu, RefusesExtendedLengthByName) {
    for (const std::string_view text : {"00B00000000100", "00D60000000002AABB", "00D60000000002AABB0000"}) {
        const auto c = parsed(text);
        ASSERT_FALSE(c) << text;
        EXPECT_NE(to_string(c.error()).find("extended length is not supported"), std::string::npos);
    }
}

TEST(CommandApdu, RefusesLengthsThatDoNotAddUp) {
    for (const std::string_view text : {"", "00", "00A400", "00A4000403AABB", "00A4000401AABBCC"})
        EXPECT_FALSE(parsed(text)) << text;
}

TEST(CommandApdu, DescriptionShowsNoData) {
    const auto text = describe(*parsed("002000010831323334FFFFFFFF"));
    EXPECT_EQ(text, "00200001 VERIFY PIN, 8 octets");
}

TEST(ClassOctet, NamesChannelsZeroToNineteen) {
    EXPECT_EQ(decode_class(0x00), (Class{ClassSpace::interindustry, 0}));
    EXPECT_EQ(decode_class(0x83), (Class{ClassSpace::proprietary, 3}));
    EXPECT_EQ(decode_class(0x40), (Class{ClassSpace::interindustry, 4}));
    EXPECT_EQ(decode_class(0xCF), (Class{ClassSpace::proprietary, 19}));
    EXPECT_EQ(decode_class(0x11)->chain, Chain::more);
    EXPECT_EQ(decode_class(0x51)->chain, Chain::more);
}

TEST(ClassOctet, ShowsSecureMessaging) {
    for (const std::uint8_t cla : Bytes{0x04, 0x08, 0x0C, 0x84, 0x60, 0xE3})
        EXPECT_EQ(decode_class(cla)->secure_messaging, SecureMessaging::requested) << int{cla};
}

TEST(ClassOctet, LeavesGsmAndReservedClassesUndecoded) {
    for (const std::uint8_t cla : Bytes{0x20, 0x3F, 0xA0, 0xBF, 0xFF}) EXPECT_FALSE(decode_class(cla)) << int{cla};
}

TEST(ClassOctet, EncodesWhatItDecodes) {
    for (unsigned cla = 0; cla < 256; ++cla) {
        const auto c = decode_class(static_cast<std::uint8_t>(cla));
        if (!c) continue;
        EXPECT_EQ(decode_class(encode_class(*c)), c) << cla;
        if (c->secure_messaging == SecureMessaging::requested) continue;
        EXPECT_EQ(encode_class(*c), cla);
    }
}

TEST(StatusWords, ExplainThemselves) {
    EXPECT_EQ(to_string(sw::file_not_found), "6A82 (file or application not found)");
    EXPECT_EQ(to_string(attempts_left(2)), "63C2 (verification failed, 2 attempts left)");
    EXPECT_EQ(to_string(more_data(256)), "6100 (256 octets to fetch)");
    EXPECT_EQ(to_string(exact_length(9)), "6C09 (wrong Le, exact length 9)");
}

TEST(ResponseApdu, NeedsAStatusWord) {
    EXPECT_FALSE(parse_response(*from_hex("90")));
    EXPECT_EQ(*parse_response(*from_hex("019000")), (Response{Bytes{1}, sw::ok}));
    EXPECT_EQ(hex(encode(Response{Bytes{1}, sw::ok})), "019000");
}

}  // namespace
}  // namespace mcim::apdu
