#include "isdr.h"

#include <gtest/gtest.h>

#include <deque>

#include "mcim/apdu/command.h"

namespace mcim::agent {
namespace {

/// A card that gives prepared answers, and keeps what it was asked.
struct PreparedCard {
    std::deque<std::string> answers{"019000", "9000"};  ///< MANAGE CHANNEL, SELECT
    std::vector<apdu::Command> asked;
    Result<Bytes> transmit(View command) {
        asked.push_back(*apdu::parse_command(command));
        if (answers.empty()) return *from_hex("9000");  // the channel is closed
        const std::string answer = answers.front();
        answers.pop_front();
        return from_hex(answer);
    }
    Isdr open() {
        return *Isdr::open([this](View command) { return transmit(command); });
    }
};

TEST(Isdr, CollectsWhat61AnnouncesAndAsksAgainWithTheLengthThat6CNames) {
    PreparedCard card;
    card.answers.insert(card.answers.end(), {"6C05", "BF3E6102", "02019000"});
    Isdr isdr = card.open();
    EXPECT_EQ(hex(*isdr.call(*from_hex("BF3E00"))), "BF3E0201");
    ASSERT_EQ(card.asked.size(), 5U);
    EXPECT_EQ(card.asked[3].data, card.asked[2].data);
    EXPECT_EQ(card.asked[3].le, 5);
    EXPECT_EQ(card.asked[4].instruction(), apdu::Ins::get_response);
    EXPECT_EQ(card.asked[4].le, 2);
}

TEST(Isdr, OpensItsChannelHoweverTheCardGivesTheNumber) {
    for (const std::deque<std::string>& number :
         {std::deque<std::string>{"039000"}, {"6C01", "039000"}, {"6101", "039000"}}) {
        PreparedCard card;
        card.answers = number;
        card.answers.push_back("9000");
        { const Isdr isdr = card.open(); }
        EXPECT_EQ(hex(apdu::encode(card.asked.back())), "00708003");
    }
}

TEST(Isdr, ClosesItsChannelUnlessTheCardSaysThatItIsNotOpen) {
    PreparedCard card;
    card.answers.insert(card.answers.end(), {"6985"});
    { EXPECT_FALSE(card.open().call(*from_hex("BF3E00"))); }
    EXPECT_EQ(card.asked.back().instruction(), apdu::Ins::manage_channel);
    PreparedCard reset_by_somebody;
    reset_by_somebody.answers.insert(reset_by_somebody.answers.end(), {"6881"});
    { EXPECT_FALSE(reset_by_somebody.open().call(*from_hex("BF3E00"))); }
    EXPECT_EQ(reset_by_somebody.asked.back().instruction(), apdu::Ins::store_data);
}

TEST(Isdr, TellsTheStatusWordThatSaysNo) {
    PreparedCard card;
    card.answers.insert(card.answers.end(), {"6985", "9000", "6C00", "6C00"});
    Isdr isdr = card.open();
    EXPECT_EQ(isdr.call(*from_hex("BF3E00")).error().code, Errc::refused);
    EXPECT_EQ(isdr.refused_with(), apdu::sw::conditions_not_satisfied);
    EXPECT_TRUE(isdr.call(*from_hex("BF3E00")));
    EXPECT_FALSE(isdr.refused_with());
    EXPECT_FALSE(isdr.call(*from_hex("BF3E00"))) << "a card that goes on asking is not followed";
}

}  // namespace
}  // namespace mcim::agent
