#include "mcim/uicc/exercise.h"

#include <gtest/gtest.h>

#include "support/random.h"

namespace mcim::uicc {
namespace {

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

TEST(ApduExercise, SurvivesRandomConversations) {
    test::SeededRandom random(7);
    for (int round = 0; round < 100; ++round) {
        exercise_apdu(random.bytes(random.below(300)));
        exercise_apdu(conversation(random));
    }
}

}  // namespace
}  // namespace mcim::uicc
