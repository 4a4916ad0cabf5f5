#include "mcim/card/open_channels.h"

#include <gtest/gtest.h>

#include <deque>

namespace mcim::card {
namespace {

constexpr OpenChannels::Client one = 1;
constexpr OpenChannels::Client two = 2;

struct Exchange {
    OpenChannels::Client client;
    std::string_view command, answer;
};

class OpenChannelsTest : public testing::Test {
protected:
    void saw(const std::vector<Exchange>& exchanges) {
        for (const auto& e : exchanges) channels.saw(e.client, *from_hex(e.command), *from_hex(e.answer));
    }
    /// What the card is told when a client is gone; it answers 9000 where no other answer is prepared.
    std::vector<std::string> told(OpenChannels::Client gone, std::deque<std::string> answers = {}) {
        std::vector<std::string> out;
        const auto left = channels.leave(gone, [&](View command) -> Result<Bytes> {
            out.push_back(hex(command));
            if (answers.empty()) return from_hex("9000");
            auto answer = from_hex(answers.front());
            answers.pop_front();
            return answer;
        });
        EXPECT_TRUE(left);
        return out;
    }
    using Commands = std::vector<std::string>;
    OpenChannels channels;
};

TEST_F(OpenChannelsTest, WhatAClientLeftOpenIsClosedOnce) {
    saw({{one, "0070000001", "019000"}, {one, "0070000001", "029110"}, {one, "00700005", "9000"}});
    EXPECT_EQ(told(one), (Commands{"00708001", "00708002", "00708005"}));
    EXPECT_EQ(told(one), Commands{});
}

TEST_F(OpenChannelsTest, WhatWasRefusedOrClosedIsNotOpen) {
    saw({{one, "0070000001", "6A81"},
         {one, "00700005", "6A86"},
         {one, "0070000000", "6C01"},
         {one, "0070000001", "039000"},
         {one, "00708003", "9000"},
         {one, "0070000001", "049000"},
         {one, "00708004", "6A86"}});
    EXPECT_EQ(told(one), Commands{"00708004"});
}

TEST_F(OpenChannelsTest, NumberIsFetchedWithGetResponse) {
    saw({{one, "00700000", "6101"}, {one, "00C0000002", "6C01"}, {one, "00C0000001", "039000"}});
    EXPECT_EQ(told(one), Commands{"00708003"});
}

TEST_F(OpenChannelsTest, NumberIsFetchedOnTheChannelThatAskedForIt) {
    saw({{one, "01700000", "6101"}, {two, "00C0000010", "6985"}, {one, "01C0000001", "049000"}});
    EXPECT_EQ(told(one), Commands{"00708004"});
}

TEST_F(OpenChannelsTest, NumberThatNobodyFetchedIsFetchedWhenItsClientIsGone) {
    saw({{one, "0070000001", "029000"}, {one, "42700000", "6101"}, {two, "00A40004023F00", "611C"}});
    EXPECT_EQ(told(two), Commands{});
    EXPECT_EQ(told(one, {"079000"}), (Commands{"42C0000001", "00708002", "00708007"}));
}

/// The card keeps an answer until the next command on its channel.
TEST_F(OpenChannelsTest, NumberThatTheCardGaveUpIsNotAskedFor) {
    saw({{one, "00700000", "6101"}, {two, "00A40004023F00", "611C"}, {two, "00C0000001", "629000"}});
    EXPECT_EQ(told(one), Commands{});
    EXPECT_EQ(told(two), Commands{});
}

TEST_F(OpenChannelsTest, ChannelThatSomebodyElseClosedAndOpenedIsHis) {
    saw({{one, "0070000001", "019000"}, {two, "00708001", "9000"}, {two, "0070000001", "019000"}});
    EXPECT_EQ(told(one), Commands{});
    EXPECT_EQ(told(two), Commands{"00708001"});
}

TEST_F(OpenChannelsTest, ChannelOfWhichTheCardSaysThatItIsNotOpenIsNot) {
    saw({{one, "0070000001", "019000"}, {one, "01A40004023F00", "6881"}});
    saw({{one, "0070000001", "029000"}, {two, "00708002", "6200"}});
    EXPECT_EQ(told(one), Commands{});
}

TEST_F(OpenChannelsTest, NothingIsOpenAfterAReset) {
    saw({{one, "0070000001", "019000"}, {two, "00700000", "6101"}});
    channels.clear();
    EXPECT_EQ(told(one), Commands{});
    EXPECT_EQ(told(two), Commands{});
}

TEST_F(OpenChannelsTest, WhatIsNoCommandChangesNothing) {
    saw({{one, "0070000001", "019000"}, {one, "0070", "6700"}, {one, "FF708001", "9000"}, {one, "00708001", "90"}});
    EXPECT_EQ(told(one), Commands{"00708001"});
}

}  // namespace
}  // namespace mcim::card
