#include "mcim/bpp/segments.h"

#include "header.h"
#include "package_for_test.h"

namespace mcim::bpp::test {
namespace {

TEST(Segments, PiecesAreCutAsTheCardWantsThem) {
    const Bytes der = package(Mode::profile_protection_keys, 2500, 1500).der;
    const auto pieces = split_for_card(der);
    ASSERT_TRUE(pieces);
    std::string shape;
    for (const View piece : *pieces) {
        const auto tag = der::Reader(piece).peek();
        ASSERT_TRUE(tag);
        const auto header = parse_header(*tag, piece);
        ASSERT_TRUE(header);
        shape += to_string(*tag) + (header->octets == piece.size() ? " header, " : ", ");
    }
    const auto name = [](std::uint32_t tag) { return to_string(der::Tag{tag}); };
    EXPECT_EQ(shape, name(0xBF36) + ", " + name(0xA0) + ", " + name(0xA1) + " header, " + name(0x88) + ", " +
                         name(0x88) + ", " + name(0xA2) + ", " + name(0xA3) + " header, " + name(0x86) + ", " +
                         name(0x86) + ", " + name(0x86) + ", ");
    const auto opening = parse_opening_piece(pieces->front());
    ASSERT_TRUE(opening);
    EXPECT_EQ(der::Reader(opening->initialise_secure_channel).peek(), tag_initialise_secure_channel);
    EXPECT_EQ(pieces->front().size() + opening->octets_to_follow, der.size());
}

TEST(Segments, TheirConcatenationIsThePackage) {
    for (const Mode mode : {Mode::session_keys, Mode::profile_protection_keys}) {
        for (const std::size_t size : {1U, 5000U, 150U * 1024U}) {
            const Bytes der = package(mode, size).der;
            const auto pieces = split_for_card(der);
            ASSERT_TRUE(pieces);
            Bytes all;
            for (const View piece : *pieces) append(all, piece);
            EXPECT_EQ(all, der);
            const auto joined = join_pieces(*pieces);
            ASSERT_TRUE(joined);
            EXPECT_EQ(*joined, der);
        }
    }
}

TEST(Segments, AgreesWithTheDeclaredStructure) {
    for (const Mode mode : {Mode::session_keys, Mode::profile_protection_keys}) {
        const Bytes der = package(mode, 3000, 2000).der;
        const auto decoded = der::decode<msg::BoundProfilePackage>(der);
        ASSERT_TRUE(decoded) << to_string(decoded.error());
        EXPECT_EQ(der::encode(*decoded), der);
        EXPECT_EQ(decoded->initialise_secure_channel_request, unsigned_request());
        EXPECT_EQ(decoded->second_sequence_of_87.has_value(), mode == Mode::profile_protection_keys);
        EXPECT_EQ(decoded->sequence_of_88.size(), 2U);
        EXPECT_EQ(decoded->sequence_of_86.size(), 3U);
    }
}

TEST(Segments, RefusesPiecesCutOtherwise) {
    const Bytes der = package(Mode::session_keys, 2500).der;
    auto pieces = *split_for_card(der);
    const View whole = der;
    EXPECT_FALSE(join_pieces(std::span(&whole, 1)));
    std::swap(pieces[pieces.size() - 1], pieces[pieces.size() - 2]);
    EXPECT_TRUE(join_pieces(pieces)) << "the order of '86' segments is the card's to judge";
    pieces.pop_back();
    EXPECT_FALSE(join_pieces(pieces));
    EXPECT_FALSE(join_pieces({}));
}

TEST(Segments, RefusesWhatIsNoBoundPackage) {
    const Bytes der = package(Mode::profile_protection_keys, 1500).der;
    for (std::size_t size = 0; size < der.size(); size += 7)
        EXPECT_FALSE(split_for_card(View(der).first(size))) << size;
    EXPECT_FALSE(split_for_card(concat({der, Bytes{0}})));
    EXPECT_FALSE(split_for_card(*from_hex("BF3600")));
    EXPECT_FALSE(split_for_card(*from_hex("BF3603BF2300")));
    EXPECT_FALSE(parse_opening_piece(*from_hex("BF3602BF2300")));
    EXPECT_FALSE(parse_opening_piece(*from_hex("BF3604BF230000")));
    EXPECT_TRUE(parse_opening_piece(*from_hex("BF3604BF2300")));
}

TEST(Header, IsStrict) {
    EXPECT_EQ(parse_header(der::Tag{0xA1}, *from_hex("A105"))->content_octets, 5U);
    EXPECT_EQ(parse_header(der::Tag{0xA1}, *from_hex("A1818000"))->octets, 3U);
    EXPECT_EQ(parse_header(der::Tag{0xBF36}, *from_hex("BF36830186A0"))->content_octets, 100'000U);
    for (const std::string_view bad :
         {"", "A1", "A0", "A180", "A18105", "A18200FF", "A182FF", "A185", "A1FF", "BF", "3100"})
        EXPECT_FALSE(parse_header(der::Tag{0xA1}, *from_hex(bad))) << bad;
}

}  // namespace
}  // namespace mcim::bpp::test
