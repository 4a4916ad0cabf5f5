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

}  // namespace
}  // namespace mcim::euicc
