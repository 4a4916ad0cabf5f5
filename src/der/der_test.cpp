#include <gtest/gtest.h>

#include "mcim/der/leaf.h"

namespace mcim::der {
namespace {

enum class Colour : std::int32_t { red = 0, green = 1 };
enum class Closed : std::uint8_t { a = 1, b = 2 };
bool is_known(Closed c) { return c == Closed::a || c == Closed::b; }

}  // namespace
template <>
inline constexpr bool is_enumerated<Closed> = true;
namespace {

struct Inner {
    std::int32_t number = 0;
    std::optional<OctetString<1, 4>> octets;
    Extensions more;
    static constexpr auto asn1 =
        sequence("Inner", field<&Inner::number>("number", Tag{0x80}), field<&Inner::octets>("octets", Tag{0x81}));
    friend bool operator==(const Inner&, const Inner&) = default;
};
struct Pick {
    std::variant<OctetString<2, 2>, Inner> value;
    static constexpr auto asn1 = choice("Pick", alternative<&Pick::value, 0>("short", Tag{0x5A}),
                                        alternative<&Pick::value, 1>("long", Tag{0xA1}));
    friend bool operator==(const Pick&, const Pick&) = default;
};
struct Outer {
    Colour colour{};
    std::optional<Pick> open_pick;
    Pick wrapped_pick;
    std::vector<Inner> list;
    std::optional<Utf8String<1, 3>> name;
    BitString bits;
    Oid oid;
    Closed closed = Closed::a;
    Extensions more;
    static constexpr auto asn1 =
        sequence("Outer", Tag{0xBF38}, field<&Outer::colour>("colour", Tag{0x82}),
                 field<&Outer::open_pick>("openPick", untagged), field<&Outer::wrapped_pick>("wrappedPick", Tag{0xA3}),
                 field<&Outer::list>("list", Tag{0xA4}), field<&Outer::name>("name"),
                 field<&Outer::bits>("bits", Tag{0x85}), field<&Outer::oid>("oid"), field<&Outer::closed>("closed"));
    friend bool operator==(const Outer&, const Outer&) = default;
};

Outer sample() {
    Outer o;
    o.colour = Colour::green;
    o.open_pick = Pick{OctetString<2, 2>{{1, 2}}};
    o.wrapped_pick.value = Inner{-129, OctetString<1, 4>{{9}}, {}};
    o.list = {Inner{1, {}, {}}, Inner{128, {}, {}}};
    o.name = Utf8String<1, 3>{"\xC3\xA9ta"};
    o.bits = BitString::of({0, 9});
    o.oid = *Oid::parse("2.23.146.1.2.1.4");
    o.closed = Closed::b;
    return o;
}
constexpr std::string_view sample_hex =
    "BF383C"
    "820101"
    "5A020102"
    "A309A1078002FF7F810109"
    "A40B"
    "3003800101"
    "3004"
    "80020080"
    "0C04C3A97461"
    "8503068040"
    "0607678112010201"
    "04"
    "0A0102";

TEST(Der, EncodesAsTheTableSays) {
    // built by hand from X.690; the length of the whole is checked by decoding
    const Bytes wire = encode(sample());
    const auto back = decode<Outer>(wire);
    ASSERT_TRUE(back) << to_string(back.error());
    EXPECT_EQ(*back, sample());
    std::string expected(sample_hex);
    expected.replace(4, 2, hex(View(wire).subspan(2, 1)));
    EXPECT_EQ(hex(wire), expected);
    EXPECT_EQ(wire.size() - 3, wire[2]);
}

TEST(Der, EveryTruncationIsRefused) {
    const Bytes wire = encode(sample());
    for (std::size_t n = 0; n < wire.size(); ++n) EXPECT_FALSE(decode<Outer>(View(wire).first(n))) << n;
}

TEST(Der, KeepsWhatALaterVersionAdds) {
    Inner inner{5, {}, {}};
    Bytes wire = *from_hex(
        "300A800105"
        "8701AA"
        "BF7F0100");
    wire[1] = static_cast<std::uint8_t>(wire.size() - 2);
    const auto back = decode<Inner>(wire);
    ASSERT_TRUE(back) << to_string(back.error());
    EXPECT_EQ(hex(back->more.tlvs), "8701AABF7F0100");
    EXPECT_EQ(encode(*back), wire);
}

TEST(Der, AKnownComponentTwiceIsNoExtension) {
    EXPECT_FALSE(decode<Inner>(*from_hex("3006800105800106")));
    EXPECT_FALSE(decode<Inner>(*from_hex("3006810109800105")));
}

TEST(Der, ErrorsNamePathAndOffset) {
    const auto r = decode<Inner>(*from_hex("30088001058105AABBCCDDEE"));
    ASSERT_FALSE(r);
    const auto e = decode<Inner>(*from_hex("300A8001058105AABBCCDDEE"));
    ASSERT_FALSE(e);
    EXPECT_EQ(e.error().path, "Inner.octets");
    EXPECT_EQ(e.error().offset, 7U);
    EXPECT_EQ(e.error().code, Errc::bad_length);
}

TEST(Der, NonCanonicalFormsAreRefused) {
    for (const std::string_view bad : {"3080800105"
                                       "0000",
                                       "308103800105", "30820003800105",
                                       "3004"
                                       "80020005",
                                       "3004"
                                       "8002FFFF",
                                       "30058000"
                                       "8001",
                                       "1F1003800105",
                                       "3085"
                                       "0000000003"
                                       "800105"})
        EXPECT_FALSE(decode<Inner>(*from_hex(bad))) << bad;
}

TEST(Der, LengthsOfUpToFourOctetsAreTaken) {
    OctetString<> big;
    big.bytes.assign(std::size_t{150} * 1024, 0x5A);
    const Bytes wire = encode(big);
    EXPECT_EQ(hex(View(wire).first(5)), "0483025800");
    EXPECT_EQ(decode<OctetString<>>(wire)->bytes, big.bytes);
    EXPECT_FALSE(decode<OctetString<>>(*from_hex("0484FFFFFFFF00")));
    Bytes longest_length = *from_hex("048401000000");
    longest_length.resize(longest_length.size() + 0x01000000);
    EXPECT_EQ(decode<OctetString<>>(longest_length)->bytes.size(), 0x01000000U);
}

TEST(Der, NamedIntegersAreOpenEnumeratedIsClosed) {
    EXPECT_EQ(static_cast<int>(*decode<Colour>(*from_hex("020163"))), 0x63);
    EXPECT_TRUE(decode<Closed>(*from_hex("0A0102")));
    EXPECT_FALSE(decode<Closed>(*from_hex("0A0103")));
    EXPECT_FALSE(decode<Closed>(*from_hex("020102")));
}

TEST(Der, Utf8IsCheckedAndCountedInCharacters) {
    EXPECT_EQ(utf8_length("\xE2\x82\xAC"), 1U);
    for (const std::string_view bad : {"\xC0\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\x80", "\xE2\x82"})
        EXPECT_FALSE(utf8_length(bad)) << hex(as_view(bad));
    EXPECT_TRUE((decode<Utf8String<1, 1>>(*from_hex("0C03E282AC"))));
    EXPECT_FALSE((decode<Utf8String<1, 1>>(*from_hex("0C026161"))));
}

TEST(BitString, NamesItsBits) {
    EXPECT_EQ(hex(encode(BitString::of({1, 2}))), "03020560");
    EXPECT_EQ(hex(encode(BitString{})), "030100");
    const auto padded =
        decode<BitString>(*from_hex("03030080"
                                    "00"));  // trailing zero bits, as cards write them
    ASSERT_TRUE(padded);
    EXPECT_EQ(hex(encode(*padded)), "0303008000");
    EXPECT_TRUE(padded->test(0));
    EXPECT_FALSE(padded->test(100));
    EXPECT_FALSE(decode<BitString>(*from_hex("03020561")));
    EXPECT_FALSE(decode<BitString>(*from_hex("0300")));
    EXPECT_FALSE(decode<BitString>(*from_hex("030103")));
    EXPECT_TRUE(BitString::of({1}).subset_of(BitString::of({1, 12})));
    EXPECT_FALSE(BitString::of({13}).subset_of(BitString::of({1, 12})));
}

TEST(Oid, RoundTripsAndRefusesNonsense) {
    for (const std::string_view text : {"2.23.146.1.2.1.4", "2.999.10", "1.2.840.10045.4.3.2", "0.9.2342"})
        EXPECT_EQ(decode<Oid>(encode(*Oid::parse(text)))->text(), text);
    EXPECT_EQ(hex(encode(*Oid::parse("2.999.10"))), "060388370A");
    for (const std::string_view bad : {"", "1", "3.1", "1.40", "1..2", "1.2.", "1.02", "a.b", "1.99999999999999999999"})
        EXPECT_FALSE(Oid::parse(bad)) << bad;
    EXPECT_FALSE(decode<Oid>(*from_hex("06028037")));
    EXPECT_FALSE(decode<Oid>(*from_hex("060188")));
}

TEST(Der, PrintsForPeople) { EXPECT_NE(print(sample()).find("oid 2.23.146.1.2.1.4"), std::string::npos); }

TEST(Der, ArbitraryValuesRoundTrip) {
    Bytes seed;
    std::uint32_t x = 1;
    int with_unknown_members = 0;
    for (int run = 0; run < 300; ++run) {
        seed.clear();
        for (int i = 0; i < 120; ++i)
            seed.push_back(static_cast<std::uint8_t>((x = x * 1664525U + 1013904223U) >> 24U));
        const auto value = arbitrary<Outer>(seed);
        const auto back = decode<Outer>(encode(value));
        ASSERT_TRUE(back) << to_string(back.error()) << print(value);
        EXPECT_EQ(*back, value);
        EXPECT_EQ(encode(*back), encode(value));
        if (!value.more.tlvs.empty()) ++with_unknown_members;
    }
    EXPECT_GT(with_unknown_members, 30) << "what nobody here knows is among the values";
}

}  // namespace
}  // namespace mcim::der
