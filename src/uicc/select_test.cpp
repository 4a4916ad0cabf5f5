#include "mcim/uicc/card_for_test.h"

namespace mcim::uicc {
namespace {

using namespace for_test;

TEST(Select, DescribesTheMf) {
    Card card;
    card.script({{"00A40004023F00",
                  "622382027821"
                  "83023F00"
                  "A506800171870101"
                  "8A0105"
                  "8B032F0601"
                  "C6099001C0830101"
                  "83010A"
                  "9000"}});
}

TEST(Select, DescribesTransparentLinearAndCyclicFiles) {
    Card card;
    card.script({
        {"00A40004022FE2",
         "621782024121"
         "83022FE28A01058B032F06018002000A8801109000"},
    });
    card.script({{"00A40004022F00",
                  "621A82054221002601"
                  "83022F008A01058B032F060180020026"
                  "8801F09000"},
                 {select_usim, "9000"},
                 {"00A40004026F39",
                  "621982054621000303"
                  "83026F398A01058B032F060380020009"
                  "88009000"}});
}

TEST(Select, DescribesAnApplicationByItsNameOnly) {
    Card card;
    card.script({{"00A404040CA0000000871002FF49FF0589",
                  "622D82027821"
                  "840CA0000000871002FF49FF0589"
                  "A503800171"
                  "8A0105"
                  "8B032F0601"
                  "C60C9001E0830101830181"
                  "83010A"
                  "9000"},
                 {"00A40004027FF0", "6A82"}});
}

TEST(Select, FindsByFidWhatTheScopeHolds) {
    Card card;
    card.script({
        {"00A4000C027F10", "9000"},  // child of the MF
        {"00A4000C027F20", "9000"},  // sibling
        {"00A4000C022FE2", "6A82"},  // an EF of the parent is out of scope
        {"00A4000C027F10", "9000"},
        {"00A4000C025F3A", "9000"},  // child
        {"00A4000C027F10", "9000"},  // parent
        {"00A4000C027F10", "9000"},  // itself
        {"00A4000C027FFF", "6A82"},  // no application yet
        {"00A4000C023F00", "9000"},  // MF from anywhere
        {"00A4000C026F07", "6A82"},
        {select_usim, "9000"},
        {"00A4000C026F07", "9000"},
        {"00A4000C023F00", "9000"},
        {"00A4000C027FFF", "9000"},  // the application is still the current one
        {"00A4000C026F38", "9000"},
        {"00A4000C", "9000"},  // no ID: the MF
    });
}

TEST(Select, FindsChildrenAndParents) {
    Card card;
    card.script({
        {"00A4010C027F10", "9000"},
        {"00A4010C022FE2", "6A82"},
        {"00A4010C025F3A", "9000"},
        {"00A4030C", "9000"},
        {"80F2000C", "9000"},
        {"00A4030C", "9000"},
        {"00A4030C", "6A82"},
        {"00A4030C023F00", "6700"},
    });
}

TEST(Select, FollowsPaths) {
    Card card;
    card.script({
        {"00A4080C067F105F3A4F3A", "9000"},
        {"00A4080C067F105F3A4F3B", "6A82"},
        {"00A4080C042FE24F3A", "6A82"},
        {"00A4080C047FFF6F07", "6A82"},
        {select_usim, "9000"},
        {"00A4080C047FFF6F07", "9000"},
        {"00A4090C025F3A", "9000"},
        {"00A4080C047FF06F07", "6A82"},
        {"00A4080C037FFF6F", "6700"},
    });
}

TEST(Select, FindsApplicationsByTheBeginningOfTheirNames) {
    Card card;
    card.script({
        {"00A4040C07A0000000871002", "9000"},
        {"80F20001", "840CA0000000871002FF49FF05899000"},
        {"00A4040C07A0000000871004", "9000"},
        {"80F20001", "840CA0000000871004FF49FF05899000"},
        {"00A4040C05A000000087", "9000"},  // first
        {"80F20001", "840CA0000000871002FF49FF05899000"},
        {"00A4040E05A000000087", "9000"},  // next
        {"80F20001", "840CA0000000871004FF49FF05899000"},
        {"00A4040E05A000000087", "6A82"},  // no further one
        {"00A4040F05A000000087", "9000"},  // previous
        {"80F20001", "840CA0000000871002FF49FF05899000"},
        {"00A4040D05A000000087", "9000"},  // last
        {"80F20001", "840CA0000000871004FF49FF05899000"},
        {"00A4040C05A000000088", "6A82"},
        {"00A4040C0DA0000000871002FF49FF058900", "6A82"},
    });
}

TEST(Select, EndsAnApplication) {
    Card card;
    card.script({
        {select_usim, "9000"},
        {"00A4044C0CA0000000871002FF49FF0589", "9000"},
        {"80F20001", "6A88"},
        {"00A4000C027FFF", "6A82"},
    });
}

TEST(Select, ALinkedDirectoryShowsTheFilesOfItsTarget) {
    Card card;
    card.script({
        {select_usim, "9000"},
        {verify_pin, "9000"},
        {"00A4000C025F3A", "9000"},
        {"00A4000C024F3A", "9000"},
        {"00DC01040411223344", "9000"},
        {"00A4030C", "9000"},
        {"80F20001", "840CA0000000871002FF49FF05899000"},
        {"00A4080C067F105F3A4F3A", "9000"},
        {"00B2010404", "112233449000"},
    });
}

TEST(Select, RefusesParametersItDoesNotKnow) {
    Card card;
    card.script({
        {"00A4020C022FE2", "6A86"},
        {"00A40008022FE2", "6A86"},
        {"00A40084022FE2", "6A86"},
        {"00A40005022FE2", "6A86"},
        {"00A4000C032FE200", "6700"},
        {"00A4040C", "6700"},
    });
}

TEST(Select, AFailureLeavesEverythingAsItWas) {
    Card card;
    card.script({
        {"00A4000C022FE2", "9000"},
        {"00A4000C026F99", "6A82"},
        {"00A4040C07A0000000871009", "6A82"},
        {"00B000000A", "981010325476981032149000"},
    });
}

TEST(Status, ShowsTheDirectoryAndTheApplication) {
    Card card;
    card.script({
        {"80F2000C", "9000"},
        {"80F20001", "6A88"},
        {"80F2010C", "9000"},
        {"80F2020C", "9000"},
        {"80F2030C", "6A86"},
        {"80F20002", "6A86"},
        {"00F2000C", "6E00"},
    });
    EXPECT_EQ(card.send("80F20000FF"), "6C25");
    EXPECT_EQ(card.fetch("80F2000000"), card.fetch("00A40004023F00"));
}

TEST(Channels, KeepTheirOwnSelection) {
    Card card;
    card.script({
        {"01A4000C023F00", "6881"},
    });
    card.uicc->open_channel(1, 0);
    card.script({
        {"01A4040C0CA0000000871002FF49FF0589", "9000"},
        {"01A4000C026F38", "9000"},
        {"00A4000C026F38", "6A82"},
    });
    card.uicc->open_channel(2, 1);  // from channel 1: starts in its directory
    card.uicc->open_channel(19, 0);
    card.script({
        {"02A4000C026F38", "9000"},
        {"4FA4000C022FE2", "9000"},
        {"4FB000000A", "981010325476981032149000"},
    });
    card.uicc->close_channel(1);
    card.script({
        {"01A4000C023F00", "6881"}, {"0070000001", "6D00"},  // the card above answers it
    });
}

TEST(Commands, RefuseWhatTheyDoNotKnow) {
    Card card;
    card.script({
        {"00FE000000", "6D00"},
        {"80A4000C023F00", "6E00"},
        {"10A4000C023F00", "6884"},
        {"80CB000000", "6D00"},
    });
}

TEST(Commands, AnswerTheTerminalHonestly) {
    Card card;
    card.script({
        {"8012000010", "6985"},
        {"801400000C810301250002028281030100", "6985"},
        {"80C2000003D60100", "6985"},
        {"0084000008", "................9000"},
        {"0084000108", "6A86"},
    });
}

}  // namespace
}  // namespace mcim::uicc
