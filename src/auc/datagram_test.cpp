#include "mcim/auc/datagram.h"

#include <gtest/gtest.h>

#include "mcim/auc/exercise.h"
#include "support/random.h"

namespace mcim::auc {
namespace {

using test::SeededRandom;

const Imsi subscriber = *Imsi::parse("001010123456789");
const std::string auts_line = "AKA-AUTS 001010123456789 000102030405060708090A0B0C0D aabbccddeeff00112233445566778899";

TEST(Datagram, ReadsWhatHostapdSends) {
    EXPECT_EQ(*parse_datagram(as_view("AKA-REQ-AUTH 001010123456789")), Datagram(VectorWanted{subscriber}));
    const CardOutOfStep expected{subscriber, *to_array<16>(*from_hex("aabbccddeeff00112233445566778899")),
                                 *to_array<14>(*from_hex("000102030405060708090A0B0C0D"))};
    EXPECT_EQ(*parse_datagram(as_view(auts_line)), Datagram(expected));
    EXPECT_EQ(*parse_datagram(as_view("SIM-REQ-AUTH 001010123456789 3")), Datagram(TripletsWanted{subscriber}));
}

TEST(Datagram, IsWrittenAsHostapdWritesIt) {
    for (const std::string_view text :
         {"AKA-REQ-AUTH 001010123456789", "SIM-REQ-AUTH 001010123456789 3",
          "AKA-AUTS 001010123456789 000102030405060708090a0b0c0d aabbccddeeff00112233445566778899"})
        EXPECT_EQ(render_datagram(*parse_datagram(as_view(text))), text);
}

TEST(Datagram, RefusesEverythingElse) {
    using namespace std::string_view_literals;
    for (const std::string_view bad : {
             ""sv,
             " "sv,
             "AKA-REQ-AUTH"sv,
             "AKA-REQ-AUTH "sv,
             " AKA-REQ-AUTH 001010123456789"sv,
             "AKA-REQ-AUTH  001010123456789"sv,
             "AKA-REQ-AUTH 001010123456789 "sv,
             "AKA-REQ-AUTH 001010123456789\n"sv,
             "AKA-REQ-AUTH 001010123456789 x"sv,
             "AKA-REQ-AUTH\t001010123456789"sv,
             "aka-req-auth 001010123456789"sv,
             "AKA-REQ-AUTH 00101"sv,
             "AKA-REQ-AUTH 0010101234567890"sv,
             "AKA-REQ-AUTH 00101012345678a"sv,
             "AKA-REQ-AUTH ../../etc/passwd"sv,
             "AKA-REQ-AUTH 001010\0"
             "123456789"sv,
             "AKA-REQ-AUTH \xff\xfe"sv,
             "AKA-RESP-AUTH 001010123456789 FAILURE"sv,
             "AKA-AUTS 001010123456789"sv,
             "AKA-AUTS 001010123456789 00 00"sv,
             "AKA-AUTS 001010123456789 000102030405060708090A0B0C0 aabbccddeeff00112233445566778899"sv,
             "AKA-AUTS 001010123456789 000102030405060708090A0B0C0G aabbccddeeff00112233445566778899"sv,
             "AKA-AUTS 001010123456789 aabbccddeeff00112233445566778899 000102030405060708090A0B0C0D"sv,
             "SIM-REQ-AUTH 001010123456789"sv,
             "SIM-REQ-AUTH 001010123456789 0"sv,
             "SIM-REQ-AUTH 001010123456789 -1"sv,
             "SIM-REQ-AUTH 001010123456789 99999999999"sv,
         })
        EXPECT_FALSE(parse_datagram(as_view(bad))) << bad;
}

TEST(Datagram, IsReadUpToALimit) {
    const Bytes largest(datagram_octets_max, 'A');
    EXPECT_EQ(parse_datagram(largest).error().code, Errc::bad_value);
    EXPECT_EQ(parse_datagram(Bytes(datagram_octets_max + 1, 'A')).error().code, Errc::too_large);
}

TEST(Datagram, ErrorsDoNotRepeatWhatAStrangerWrote) {
    const auto refused = parse_datagram(as_view("AKA-REQ-AUTH <script>"));
    ASSERT_FALSE(refused);
    EXPECT_EQ(to_string(refused.error()).find("script"), std::string::npos);
}

TEST(Datagram, CutAndChangedOnesNeverDoHarm) {
    SeededRandom random(4);
    for (std::size_t n = 0; n < auts_line.size(); ++n) EXPECT_FALSE(parse_datagram(as_view(auts_line).first(n)));
    for (int i = 0; i < 20000; ++i) {
        Bytes changed = to_bytes(as_view(auts_line));
        for (auto flips = random.below(4) + 1; flips != 0; --flips)
            changed[random.below(changed.size())] = static_cast<std::uint8_t>(random.below(256));
        changed.resize(changed.size() - random.below(3));
        exercise_datagram(changed);
        exercise_datagram(random.bytes(random.below(300)));
    }
}

signer::Vector vector_of(std::size_t res, std::size_t key) {
    signer::Vector v;
    v.rand.fill(0x0A);
    v.autn.fill(0x0B);
    v.xres = Bytes(res, 0x0C);
    v.ck = SecretBytes(Bytes(key, 0x0D));
    v.ik = SecretBytes(Bytes(key, 0x0E));
    return v;
}

TEST(Datagram, WritesIkBeforeCk) {
    const auto text = render_vector(subscriber, vector_of(8, 16));
    ASSERT_TRUE(text);
    const auto times = [](std::string_view octet, int n) {
        std::string out;
        for (int i = 0; i < n; ++i) out += octet;
        return out;
    };
    EXPECT_EQ(as_text(expose(*text)), "AKA-RESP-AUTH 001010123456789 " + times("0a", 16) + ' ' + times("0b", 16) + ' ' +
                                          times("0e", 16) + ' ' + times("0d", 16) + ' ' + times("0c", 8));
}

TEST(Datagram, HasRoomForVectorsOf128BitKeysOnly) {
    EXPECT_TRUE(render_vector(subscriber, vector_of(4, 16)));
    EXPECT_TRUE(render_vector(subscriber, vector_of(16, 16)));
    EXPECT_FALSE(render_vector(subscriber, vector_of(3, 16)));
    EXPECT_FALSE(render_vector(subscriber, vector_of(17, 16)));
    EXPECT_FALSE(render_vector(subscriber, vector_of(8, 32)));
    EXPECT_FALSE(render_vector(subscriber, vector_of(8, 0)));
}

TEST(Datagram, WritesFailures) {
    EXPECT_EQ(render_failure(VectorWanted{subscriber}), "AKA-RESP-AUTH 001010123456789 FAILURE");
    EXPECT_EQ(render_failure(TripletsWanted{subscriber}), "SIM-RESP-AUTH 001010123456789 FAILURE");
}

}  // namespace
}  // namespace mcim::auc
