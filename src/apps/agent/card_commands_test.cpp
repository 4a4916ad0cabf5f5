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

TEST(ChipCommands, GiveTheCardNoAddressThatIsNone) {
    const auto world = World::open({});
    ASSERT_TRUE(world);
    for (const char* wrong : {"not a host", "https://a.example/", "a.example\n"}) {
        testing::internal::CaptureStderr();
        EXPECT_NE(chip_default_smdp(**world, Report(Report::Form::text), wrong), 0);
        const auto said = testing::internal::GetCapturedStderr();
        EXPECT_NE(said.find("a host name is wanted"), std::string::npos) << said;
    }
}

}  // namespace
}  // namespace mcim::agent
