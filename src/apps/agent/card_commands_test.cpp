#include <gtest/gtest.h>

#include "commands.h"

namespace mcim::agent {
namespace {

TEST(CardRefusal, SaysWhatTheWordMeans) {
    EXPECT_EQ(card_refusal("8988211000000000011", "iccidOrAidNotFound"),
              "the card refuses (iccidOrAidNotFound): ICCID 8988211000000000011 is on this card under no profile; "
              "\"profile list\" shows those that it has");
    EXPECT_EQ(card_refusal("8988211000000000011", "catBusy"), "the card refuses (catBusy)");
}

}  // namespace
}  // namespace mcim::agent
