#include "mcim/uicc/card_for_test.h"

namespace mcim::uicc {
namespace {

using namespace for_test;

TEST(Binary, IsReadWholeInPartAndByShortId) {
    Card card;
    card.script({
        {"00B000000A", "6986"},
        {"00A4000C022FE2", "9000"},
        {"00B000000A", "981010325476981032149000"},
        {"00B0000002", "98109000"},
        {"00B0000802", "32149000"},
        {"00B0000A01", "6B00"},
        {"00B082080A", "32149000"},
        {"00B08A0001", "6A82"},
        {"00B0E20001", "6A86"},
        {"00B0800001", "6A86"},
    });
    EXPECT_EQ(card.send("00B00000FF"), "6C0A");
    EXPECT_EQ(card.send("00B0000000"), "6C0A");
    EXPECT_EQ(card.send("00B000000A"), "981010325476981032149000");
}

TEST(Binary, IsUpdatedAndOutlivesAReset) {
    Card card;
    card.script({
        {select_usim, "9000"},
        {verify_pin, "9000"},
        {"00A4000C026F08", "9000"},
        {"00D600010211AA", "9000"},
        {"00D6012B0122", "9000"},
        {"00D6012B022233", "6700"},
        {"00D6012C0122", "6B00"},
        {"00D60000", "6700"},
    });
    card.boot();
    card.script({
        {select_usim, "9000"},
        {verify_pin, "9000"},
        {"00A4000C026F08", "9000"},
        {"00B0000004", "0711AA079000"},
        {"00B0012A02", "07229000"},
    });
}

TEST(Records, AreReadByNumberAndByPointer) {
    Card card;
    card.script({
        {verify_pin, "9000"},
        {"00A4080C067F105F3A4F3A", "9000"},
        {"00B2000404", "6A83"},  // no current record
        {"00B2020404", "BBBB01BB9000"},
        {"00B2000404", "6A83"},  // absolute addressing leaves the pointer alone
        {"00B2000204", "AAAAAAAA9000"},
        {"00B2000404", "AAAAAAAA9000"},
        {"00B2000204", "BBBB01BB9000"},
        {"00B2000204", "CC01CCCC9000"},
        {"00B2000204", "6A83"},
        {"00B2000304", "BBBB01BB9000"},
        {"00B2040404", "6A83"},
        {"00B2010204", "6A86"},
        {"00B2010704", "6A86"},
    });
    EXPECT_EQ(card.send("00B2010400"), "6C04");
    EXPECT_EQ(card.send("00B2010401"), "6C04");
}

TEST(Records, AWrongLengthDoesNotMoveThePointerTwice) {
    Card card;
    card.script({{verify_pin, "9000"}, {"00A4080C067F105F3A4F3A", "9000"}});
    EXPECT_EQ(card.send("00B2000200"), "6C04");
    EXPECT_EQ(card.send("00B2000204"), "AAAAAAAA9000");
    EXPECT_EQ(card.send("00B2000204"), "BBBB01BB9000");
}

TEST(Records, AreUpdatedWhole) {
    Card card;
    card.script({
        {verify_pin, "9000"},
        {"00A4080C067F105F3A4F3A", "9000"},
        {"00DC02040401020304", "9000"},
        {"00DC020403010203", "6700"},
        {"00DC04040401020304", "6A83"},
        {"00DC00020405060708", "9000"},
        {"00B2010404", "050607089000"},
        {"00B2020404", "010203049000"},
        {"00D600000101", "6981"},
    });
    card.boot();
    card.script({{verify_pin, "9000"}, {"00A4080C067F105F3A4F3A", "9000"}, {"00B2020404", "010203049000"}});
}

TEST(Records, AreFoundByTheirContent) {
    Card card;
    card.script({
        {verify_pin, "9000"},
        {"00A4080C067F105F3A4F3A", "9000"},
        {"00A201040101", "02039000"},
        {"00B2000404", "BBBB01BB9000"},  // the pointer is at the first that was found
        {"00A203050101", "03029000"},    // backwards
        {"00A201040201BB", "029000"},
        {"00A2010401EE", "6282"},
        {"00A204040101", "6A83"},
        {"00A2010604040101CC", "039000"},  // enhanced, from offset 1
        {"00A2010604040201CC", "6282"},    // from offset 2
        {"00A20106040C01CCCC", "039000"},  // behind the first 01
        {"00A201070101", "6A86"},
        {"00A20104", "6700"},
    });
}

TEST(CyclicFile, PushesOutTheOldest) {
    Card card;
    card.script({
        {select_usim, "9000"},
        {verify_pin, "9000"},
        {"00A4000C026F39", "9000"},
        {"00DC010403000009", "6981"},
        {"00DC000203000009", "6981"},
        {"00DC000303000009", "9000"},
        {"00B2010403", "0000099000"},
        {"00B2020403", "0000019000"},
        {"00B2030403", "0000029000"},
        {"00B2000203", "0000019000"},  // the pointer was at the new record
        {"00B2000203", "0000029000"},
        {"00B2000203", "0000099000"},  // wraps
        {"00B2000303", "0000029000"},
    });
}

TEST(CyclicFile, CountsUp) {
    Card card;
    card.script({
        {select_usim, "9000"},
        {"00A4000C026F39", "9000"},
        {"8032000003000005", "6982"},
        {verify_pin, "9000"},
        {"8032000003000005", "0000060000059000"},
        {"80320000010A", "0000100A9000"},
        {"8032000003FFFFFF", "9850"},
        {"803200000401000000", "9850"},
        {"80320000", "6700"},
        {"8032000103000005", "6A86"},
        {"00B2010403", "0000109000"},
        {"00B2020403", "0000069000"},
        {"00A4000C026F08", "9000"},
        {"8032000003000005", "6981"},
    });
}

TEST(AccessRules, AreEnforced) {
    Card card;
    card.script({
        {"00A4000C022FE2", "9000"},     {"00D600000198", "6982"},   {"00A4000C022F05", "9000"},
        {"00B0000002", "6982"},                                  // never
        {"00A4000C022F12", "9000"},     {"00B0000002", "6982"},  // malformed rule
        {"00A4000C022F10", "9000"},     {"00B0000004", "6982"},  // PIN or ADM
        {"00A4000C022F11", "9000"},     {"00B0000004", "6982"},  // PIN and ADM
        {verify_pin, "9000"},           {"00B0000004", "6982"},     {"00A4000C022F10", "9000"},
        {"00B0000004", "000000009000"}, {verify_adm, "9000"},       {"00A4000C022F11", "9000"},
        {"00B0000004", "000000009000"}, {"00A4000C022FE2", "9000"}, {"00D600000198", "9000"},
        {"00A4000C022F05", "9000"},     {"00B0000002", "6982"},
    });
}

TEST(AccessRules, LocalPinIsThatOfTheApplication) {
    Card card;
    card.script({
        {verify_second, "6A88"},  // not at the MF without an application
        {select_usim, "9000"},
        {verify_pin, "9000"},
        {"00A4000C026F3B", "9000"},
        {"00DC010404AABBCCDD", "6982"},
        {verify_second, "9000"},
        {"00DC010404AABBCCDD", "9000"},
    });
}

TEST(AccessRules, ARuleThatDoesNotExistDenies) {
    auto from = image();
    for (auto& node : from.nodes)
        if (node.fid == 0x2FE2) node.security.record = 99;
    Card card(std::move(from));
    card.script({{"00A4000C022FE2", "9000"}, {"00B000000A", "6982"}});
}

TEST(LifeCycle, ADeactivatedFileIsSelectedButNotUsed) {
    Card card;
    card.script({
        {"00A4000C022FE2", "9000"},
        {"0004000000", "6982"},
        {verify_adm, "9000"},
        {"0004000000", "9000"},
        {"00B000000A", "6984"},
        {"00A4000C022FE2", "6283"},
    });
    card.boot();
    card.script({
        {"00A4000C022FE2", "6283"},
        {verify_adm, "9000"},
        {"00440000022FE2", "9000"},
        {"00B000000A", "981010325476981032149000"},
    });
}

}  // namespace
}  // namespace mcim::uicc
