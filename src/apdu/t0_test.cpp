#include <gtest/gtest.h>

#include "mcim/apdu/t0.h"

namespace mcim::apdu {
namespace {

/// A core whose answer is `size` octets counting up, and that counts how often it was asked.
struct Card {
    T0 t0;
    std::size_t size = 0;
    StatusWord sw = sw::ok;
    int asked = 0;

    std::string send(std::string_view text) {
        return hex(t0.transmit(*from_hex(text), [this](const Class&, const Command&) {
            ++asked;
            Bytes data(size);
            for (std::size_t i = 0; i < size; ++i) data[i] = static_cast<std::uint8_t>(i);
            return Response{std::move(data), sw};
        }));
    }
};

TEST(T0, AnswerToACommandWithDataIsFetched) {
    Card card;
    card.size = 3;
    EXPECT_EQ(card.send("00A40004023F00"), "6103");
    EXPECT_EQ(card.send("00C0000003"), "0001029000");
    EXPECT_EQ(card.send("00C0000003"), "6985") << "fetched once";
}

TEST(T0, CaseFourIsAnsweredTheSameWayAsCaseThree) {
    Card card;
    card.size = 3;
    EXPECT_EQ(card.send("00A40004023F0000"), "6103");
}

TEST(T0, GetResponseWithAnotherLengthIsToldTheRightOne) {
    Card card;
    card.size = 3;
    card.send("00A40004023F00");
    EXPECT_EQ(card.send("00C0000000"), "6C03");
    EXPECT_EQ(card.send("00C0000002"), "00016101");
    EXPECT_EQ(card.send("00C0000001"), "029000");
}

TEST(T0, LongAnswersComeInPieces) {
    Card card;
    card.size = 256 + 256 + 5;
    EXPECT_EQ(card.send("80E2910003BF2E00"), "6100");
    const auto first = card.send("80C0000000");
    EXPECT_EQ(first.size(), 2 * 258U);
    EXPECT_TRUE(first.ends_with("FF6100"));
    EXPECT_TRUE(card.send("80C0000000").ends_with("FF6105"));
    EXPECT_EQ(card.send("80C0000005"), "00010203049000");
    EXPECT_EQ(card.asked, 1);
}

TEST(T0, TheFinalStatusWordWaitsToo) {
    Card card;
    card.size = 1;
    card.sw = sw::file_deactivated;
    EXPECT_EQ(card.send("00A40004023F00"), "6101");
    EXPECT_EQ(card.send("00C0000001"), "006283");
}

TEST(T0, EachChannelHasItsOwnAnswer) {
    Card card;
    card.size = 2;
    EXPECT_EQ(card.send("00A40004023F00"), "6102");
    card.size = 3;
    EXPECT_EQ(card.send("81E2910003BF2E00"), "6103");
    EXPECT_EQ(card.send("81C0000003"), "0001029000") << "class 81, as lpac sends it";
    EXPECT_EQ(card.send("00C0000002"), "00019000");
    EXPECT_EQ(card.send("41E2910003BF2E00"), "6103");
    EXPECT_EQ(card.send("41C0000003"), "0001029000") << "channel 5";
}

TEST(T0, AnotherCommandDropsTheAnswer) {
    Card card;
    card.size = 2;
    card.send("00A40004023F00");
    card.size = 0;
    EXPECT_EQ(card.send("80F2000C"), "9000");
    EXPECT_EQ(card.send("00C0000002"), "6985");
}

TEST(T0, WrongLeIsToldTheRightOneAndTheCommandIsNotExecutedTwice) {
    Card card;
    card.size = 9;
    EXPECT_EQ(card.send("00B00000FF"), "6C09");
    EXPECT_EQ(card.send("00B0000009"), "0001020304050607089000");
    EXPECT_EQ(card.asked, 1);
    EXPECT_EQ(card.send("00B0000000"), "6C09");
    EXPECT_EQ(card.asked, 2) << "the answer was given; the same command again is a new one";
    EXPECT_EQ(card.send("00B0000109"), "0001020304050607089000");
    EXPECT_EQ(card.asked, 3) << "another offset";
}

TEST(T0, CommandWithoutLeIsFetched) {
    Card card;
    card.size = 1;
    EXPECT_EQ(card.send("00700000"), "6101");
    EXPECT_EQ(card.send("0070000001"), "009000");
    EXPECT_EQ(card.send("0070000000"), "6C01");
}

TEST(T0, LongAnswerWithoutDataStartsAtOnce) {
    Card card;
    card.size = 300;
    EXPECT_TRUE(card.send("80CA000000").ends_with("FF612C"));
    EXPECT_EQ(card.send("80C000002C").size(), 2 * 46U);
}

TEST(T0, RefusesWhatItCannotCarry) {
    Card card;
    EXPECT_EQ(card.send("00B00000000100"), "6700") << "extended length";
    EXPECT_EQ(card.send("0CB0000001"), "6882");
    EXPECT_EQ(card.send("A0A40000023F00"), "6E00");
    EXPECT_EQ(card.send("00C0000001"), "6985");
    EXPECT_EQ(card.asked, 0);
}

}  // namespace
}  // namespace mcim::apdu
