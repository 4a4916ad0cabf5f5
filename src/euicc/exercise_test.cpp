#include "mcim/euicc/exercise.h"

#include <gtest/gtest.h>

#include "support/random.h"

namespace mcim::euicc {
namespace {

TEST(ExerciseIsdr, HoldsUnderWhatSeedsGrowInto) {
    exercise_isdr({});
    exercise_isdr(*from_hex("0009FEBF2E00"));
    const Bytes row = *from_hex(
        "0004FEBF2E00"
        "0007FEBF3E035C015A"
        "0005FEBF2D0000"
        "000580C0000010"
        "000500700000010005000070000001");
    exercise_isdr(row);
    test::SeededRandom random(3);
    for (int run = 0; run < 300; ++run) {
        Bytes spoilt = row;
        for (int i = 0; i < 4; ++i) spoilt[random.below(spoilt.size())] = random.array<1>()[0];
        exercise_isdr(spoilt);
    }
}

/// Commands whose header is one the card knows, with random parameters and data.
Bytes conversation(test::SeededRandom& random) {
    static constexpr std::array<std::uint8_t, 24> instructions{0x04, 0x10, 0x12, 0x20, 0x24, 0x26, 0x28, 0x2C,
                                                               0x32, 0x44, 0x70, 0x84, 0x88, 0xA2, 0xA4, 0xAA,
                                                               0xB0, 0xB2, 0xC0, 0xC2, 0xD6, 0xDC, 0xE2, 0xF2};
    Bytes out;
    for (auto commands = random.below(40); commands != 0; --commands) {
        Bytes command{static_cast<std::uint8_t>(random.below(4) == 0 ? 0x80 : 0x00),
                      instructions[random.below(instructions.size())], static_cast<std::uint8_t>(random.below(5)),
                      static_cast<std::uint8_t>(random.below(16))};
        if (const auto size = random.below(40); size != 0) {
            command.push_back(static_cast<std::uint8_t>(size));
            append(command, random.bytes(size));
        }
        out.push_back(static_cast<std::uint8_t>(command.size()));
        append(out, command);
    }
    return out;
}

TEST(ExerciseApdu, SurvivesRandomConversations) {
    test::SeededRandom random(7);
    for (int round = 0; round < 100; ++round) {
        exercise_apdu(random.bytes(random.below(300)));
        exercise_apdu(conversation(random));
    }
}

}  // namespace
}  // namespace mcim::euicc
