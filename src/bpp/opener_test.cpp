#include "mcim/bpp/opener.h"

#include "mcim/bpp/exercise.h"
#include "package_for_test.h"

namespace mcim::bpp::test {
namespace {

using msg::BppCommandId;
using msg::ErrorReason;
constexpr std::array modes{Mode::session_keys, Mode::profile_protection_keys};

/// The pieces of package(mode, ...): A0, A1 header, 88, [A2], A3 header, 86...
constexpr std::size_t at_87 = 0;
constexpr std::size_t at_a1 = 1;
constexpr std::size_t at_88 = 2;
constexpr std::size_t at_a2 = 3;  // with profile protection keys only

TEST(Opener, GivesBackWhatWasSealedWhateverItsSize) {
    for (const Mode mode : modes) {
        for (const std::size_t size : {1U, 15U, 16U, 1006U, 1007U, 1008U, 2014U, 2015U, 12'000U, 150U * 1024U}) {
            const Package p = package(mode, size);
            const Outcome out = open(journey(p.der));
            ASSERT_FALSE(out.refusal) << out.refusal->detail;
            EXPECT_TRUE(out.complete);
            EXPECT_EQ(out.configure_isdp, p.configure_isdp);
            EXPECT_EQ(out.store_metadata, p.store_metadata);
            EXPECT_EQ(out.profile_package, p.profile_package);
            EXPECT_EQ(out.replaced, mode == Mode::session_keys ? 0 : 1);
        }
    }
}

TEST(Opener, GivesBackMetadataOfSeveralSegments) {
    for (const std::size_t size : {1U, 1007U, 1008U, 1009U, 5000U}) {
        const Package p = package(Mode::session_keys, 100, size);
        EXPECT_EQ(open(journey(p.der)).store_metadata, p.store_metadata) << size;
    }
}

TEST(Opener, EverySegmentIsAtMost1020Octets) {
    for (const Bytes& piece : journey(package(Mode::session_keys, 30'000, 3000).der).pieces)
        EXPECT_LE(piece.size(), segment_octets_max);
}

TEST(Opener, RefusesEveryFlippedBit) {
    for (const Mode mode : modes) {
        const Journey good = journey(package(mode, 1100, 40).der);
        for (std::size_t piece = 0; piece < good.pieces.size(); ++piece) {
            for (std::size_t bit = 0; bit < good.pieces[piece].size() * 8; ++bit) {
                Journey bad = good;
                auto& octet = bad.pieces[piece][bit / 8];
                octet = static_cast<std::uint8_t>(octet ^ 1U << bit % 8);
                ASSERT_TRUE(open(bad).refusal) << "piece " << piece << " bit " << bit;
            }
        }
    }
}

TEST(Opener, RefusesDroppedDoubledAndReorderedPieces) {
    for (const Mode mode : modes) {
        const Journey good = journey(package(mode, 4000, 2500).der);
        for (std::size_t i = 0; i < good.pieces.size(); ++i) {
            const auto at = static_cast<std::ptrdiff_t>(i);
            Journey dropped = good;
            dropped.pieces.erase(dropped.pieces.begin() + at);
            EXPECT_FALSE(open(dropped).complete) << "dropped " << i;
            Journey doubled = good;
            doubled.pieces.insert(doubled.pieces.begin() + at, good.pieces[i]);
            EXPECT_TRUE(open(doubled).refusal) << "doubled " << i;
            for (std::size_t other = 0; other < i; ++other) {
                Journey swapped = good;
                std::swap(swapped.pieces[i], swapped.pieces[other]);
                EXPECT_TRUE(open(swapped).refusal) << "swapped " << i << " and " << other;
            }
        }
    }
}

TEST(Opener, RefusesOctetsAfterTheEndAndStaysFailed) {
    const Journey j = journey(package(Mode::session_keys, 100).der);
    Opener opener(session_keys(), j.octets_to_follow);
    for (const Bytes& piece : j.pieces) ASSERT_FALSE(std::holds_alternative<Refusal>(opener.take(piece)));
    EXPECT_TRUE(opener.complete());
    EXPECT_TRUE(std::holds_alternative<Refusal>(opener.take(j.pieces.back())));
    EXPECT_FALSE(opener.complete());
    EXPECT_TRUE(std::holds_alternative<Refusal>(opener.take(j.pieces.back())));
}

TEST(Opener, AnswersTheSameAfterARefusal) {
    Journey j = journey(package(Mode::session_keys, 100).der);
    j.pieces[at_87].back() ^= 1U;
    Opener opener(session_keys(), j.octets_to_follow);
    for (const Bytes& piece : j.pieces) {
        const Opened opened = opener.take(piece);
        const auto* refused = std::get_if<Refusal>(&opened);
        ASSERT_NE(refused, nullptr);
        EXPECT_EQ(refused->command, BppCommandId::configure_isdp);
        EXPECT_EQ(refused->reason, ErrorReason::scp03t_security_error);
    }
}

struct Expected {
    std::size_t piece;
    BppCommandId command;
};
const std::vector<Expected> with_protection_keys{{at_87, BppCommandId::configure_isdp},
                                                 {at_88, BppCommandId::store_metadata},
                                                 {at_a2, BppCommandId::replace_session_keys},
                                                 {5, BppCommandId::load_profile_elements}};

TEST(Opener, AWrongMacIsASecurityErrorOfItsCommand) {
    for (const auto& [piece, command] : with_protection_keys) {
        Journey j = journey(package(Mode::profile_protection_keys, 100).der);
        j.pieces[piece].back() ^= 0x80U;
        const Outcome out = open(j);
        ASSERT_TRUE(out.refusal) << piece;
        EXPECT_EQ(out.refusal->command, command);
        EXPECT_EQ(out.refusal->reason, ErrorReason::scp03t_security_error);
    }
}

TEST(Opener, AWrongTagOrLengthIsAStructureErrorOfItsCommand) {
    for (const auto& [piece, command] : with_protection_keys) {
        Journey j = journey(package(Mode::profile_protection_keys, 100).der);
        for (const Bytes& bad : {Bytes{}, Bytes{0x85, 0x00}, Bytes{0xBF}, Bytes{0x86, 0x00},
                                 Bytes{0x88, 0x07, 1, 2, 3, 4, 5, 6, 7}, concat({j.pieces[piece], Bytes{0}})}) {
            Journey changed = j;
            changed.pieces[piece] = bad;
            const Outcome out = open(changed);
            ASSERT_TRUE(out.refusal) << piece;
            EXPECT_EQ(out.refusal->reason, ErrorReason::scp03t_structure_error) << hex(bad) << out.refusal->detail;
            // what does not begin with A2 can only be meant as A3
            const bool keys_skipped = piece == at_a2 && (bad.empty() || bad[0] != 0xA2);
            EXPECT_EQ(out.refusal->command, keys_skipped ? BppCommandId::load_profile_elements : command) << hex(bad);
        }
    }
}

TEST(Opener, WrongPaddingUnderARightMacIsASecurityError) {
    // '86' whose data is not padded: made with a writer that only MACs, so that decryption yields noise
    const SessionKeys keys = session_keys();
    Bytes segment;
    SegmentWriter(keys).mac_only(tag_87, Bytes(32, 0x5A), segment);
    const auto opened = SegmentReader(keys).verify_and_decrypt(tag_87, segment);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, Errc::bad_crypto);
}

TEST(Opener, DataThatIsNoNumberOfBlocksIsAStructureError) {
    const SessionKeys keys = session_keys();
    for (const std::size_t size : {0U, 1U, 15U, 17U}) {
        Bytes segment;
        SegmentWriter(keys).mac_only(tag_87, Bytes(size), segment);
        const auto opened = SegmentReader(keys).verify_and_decrypt(tag_87, segment);
        ASSERT_FALSE(opened);
        EXPECT_EQ(opened.error().code, Errc::bad_length);
    }
}

TEST(Opener, RefusesASegmentLongerThanACardTakes) {
    Journey j = journey(package(Mode::session_keys, 4000).der);
    j.pieces.back() = der::wrap(tag_86, Bytes(1049));
    const Outcome out = open(j);
    ASSERT_TRUE(out.refusal);
    EXPECT_EQ(out.refusal->reason, ErrorReason::scp03t_structure_error);
}

TEST(Opener, RefusesLengthsThatDoNotAddUp) {
    const Journey good = journey(package(Mode::session_keys, 3000).der);
    for (const std::size_t other : {good.octets_to_follow - 1, good.octets_to_follow + 1, std::size_t{0}}) {
        Journey j = good;
        j.octets_to_follow = other;
        EXPECT_TRUE(open(j).refusal) << other;
    }
    for (const auto& [piece, tag] :
         {std::pair{at_a1, tag_sequence_of_88}, std::pair{std::size_t{3}, tag_sequence_of_86}}) {
        for (const std::size_t length : {0U, 1U, 100U, 0xFFFFU, 0xFFFFFFU}) {
            Journey j = good;
            j.pieces[piece] = der::header(tag, length);
            EXPECT_TRUE(open(j).refusal) << length;
        }
    }
}

TEST(Opener, RefusesReplaceSessionKeysOfAnotherShape) {
    const SessionKeys keys = session_keys();
    SegmentWriter writer(keys);
    Bytes first;
    Bytes metadata;
    Bytes second;
    writer.encrypt_and_mac(tag_87, *from_hex("BF2400"), first);
    writer.mac_only(tag_88, Bytes(20), metadata);
    writer.encrypt_and_mac(tag_87, *from_hex("BF2606800101810101"), second);
    const Bytes a0 = der::wrap(tag_first_sequence_of_87, first);
    const Bytes a2 = der::wrap(tag_second_sequence_of_87, second);
    const Outcome out = open({{a0, der::header(tag_sequence_of_88, metadata.size()), metadata, a2}, 10'000});
    ASSERT_TRUE(out.refusal);
    EXPECT_EQ(out.refusal->command, BppCommandId::replace_session_keys);
    EXPECT_EQ(out.refusal->reason, ErrorReason::incorrect_input_values);
}

TEST(Opener, SurvivesWhateverStrangersSend) {
    SeededRandom random(3);
    for (int round = 0; round < 300; ++round) exercise_bound_package(random.bytes(random.below(6000)));
    const Bytes good = package(Mode::profile_protection_keys, 3000, 1500).der;
    for (int round = 0; round < 300; ++round) {
        Bytes bad = good;
        for (int i = 0; i < 3; ++i) bad[random.below(bad.size())] = random.array<1>()[0];
        exercise_bound_package(bad);
    }
    exercise_bound_package({});
    exercise_bound_package(good);
}

}  // namespace
}  // namespace mcim::bpp::test
