#include "mcim/uicc/card_for_test.h"

namespace mcim::uicc {
namespace {

using namespace for_test;

constexpr std::string_view wrong_pin = "002000010830303030FFFFFFFF";

TEST(Pin, TellsItsCounterWithoutAnAttempt) {
    Card card;
    card.script({{"00200001", "63C3"}, {"0020000100", "63C3"}, {"0020000A", "63CA"}, {"002C0001", "63CA"}});
    card.script({{"00200002", "6A88"}, {"00200101", "6A86"}, {"0024000100", "6700"}});
}

TEST(Pin, IsVerified) {
    Card card;
    card.script({
        {select_usim, "9000"},
        {"00A4000C026F07", "9000"},
        {"00B0000009", "6982"},
        {wrong_pin, "63C2"},
        {"00200001", "63C2"},
        {verify_pin, "9000"},
        {"00200001", "63C3"},
        {"00B0000009", "0809101010325476989000"},
        {"00200001043132333"
         "4",
         "6700"},
    });
}

TEST(Pin, HoldsOnEveryChannelUntilTheReset) {
    Card card;
    card.script({
        {verify_pin, "9000"},
    });
    card.uicc->open_channel(1, 0);
    card.script({
        {"01A4040C0CA0000000871002FF49FF0589", "9000"},
        {"01B0870009", "0809101010325476989000"},
    });
    card.boot();
    card.script({{select_usim, "9000"}, {"00B0870009", "6982"}});
}

TEST(Pin, BlocksAfterThreeFailuresAndAResetDoesNotHelp) {
    Card card;
    card.script({{wrong_pin, "63C2"}});
    card.boot();
    card.script({{wrong_pin, "63C1"}, {wrong_pin, "63C0"}, {verify_pin, "6983"}});
    card.boot();
    card.script({{verify_pin, "6983"}, {"00200001", "63C0"}, {"002400011031323334FFFFFFFF39393939FFFFFFFF", "6983"}});
}

TEST(Pin, IsUnblockedByItsPukAndSetAnew) {
    Card card;
    card.script({{wrong_pin, "63C2"}, {wrong_pin, "63C1"}, {wrong_pin, "63C0"}});
    card.script({
        {"002C000110303030303030303039393939FFFFFFFF", "63C9"},
        {"002C000110313131313131313139393939FFFFFFFF", "9000"},
        {"002C0001", "63CA"},
        {"00200001", "63C3"},
    });
    card.boot();
    card.script({{verify_pin, "63C2"}, {"002000010839393939FFFFFFFF", "9000"}});
}

TEST(Pin, ItsPukBlocksForGood) {
    Card card;
    for (unsigned left = 9; left < 10; --left)
        card.script({{"002C000110303030303030303039393939FFFFFFFF", "63C" + std::to_string(left)}});
    card.script({{"002C000110313131313131313139393939FFFFFFFF", "6983"}});
    card.script({{verify_adm, "9000"}, {"002C000A10313131313131313139393939FFFFFFFF", "6985"}});
}

TEST(Pin, IsChanged) {
    Card card;
    card.script({
        {"002400011030303030FFFFFFFF39393939FFFFFFFF", "63C2"},
        {"002400011031323334FFFFFFFF39393939FFFFFFFF", "9000"},
        {"0024000108"
         "31323334FFFFFFFF",
         "6700"},
    });
    card.boot();
    card.script({{verify_pin, "63C2"}, {"002000010839393939FFFFFFFF", "9000"}});
}

TEST(Pin, IsDisabledAndEnabled) {
    Card card;
    card.script({
        {"002800010831323334FFFFFFFF", "6984"},  // enabled already
        {"002600010830303030FFFFFFFF", "63C2"},
        {"002600010831323334FFFFFFFF", "9000"},
        {"002600010831323334FFFFFFFF", "6984"},
        {verify_pin, "6984"},
        {"002600800831323334FFFFFFFF", "6A88"},
    });
    card.boot();
    card.script({
        {select_usim, "9000"},
        {"00B0870009", "0809101010325476989000"},  // no PIN needed
        {"00A40004023F00", "62238202782183023F00A5068001718701018A01058B032F0601C60990014083010183010A9000"},
        {"002800010831323334FFFFFFFF", "9000"},
    });
    card.boot();
    card.script({{select_usim, "9000"}, {"00B0870009", "6982"}});
}

TEST(Pin, ADisabledAdministrativeKeyOpensNothing) {
    auto from = image();
    from.pins[0].pins[1].enabled = false;
    Card card(std::move(from));
    card.script({{"00A4000C022FE2", "9000"}, {"00D600000198", "6982"}});
}

TEST(Pin, MayRefuseToBeChangedOrDisabled) {
    auto from = image();
    from.pins[0].pins[0].may_change = false;
    from.pins[0].pins[0].may_disable = false;
    Card card(std::move(from));
    card.script({{"002400011031323334FFFFFFFF39393939FFFFFFFF", "6985"}, {"002600010831323334FFFFFFFF", "6985"}});
}

TEST(Pin, FifteenOfFifteenAttemptsAreNoCounter) {
    auto from = image();
    from.pins[0].pins[0].attempts_max = from.pins[0].pins[0].attempts_left = 15;
    Card card(std::move(from));
    for (int i = 0; i < 20; ++i) card.script({{wrong_pin, "63CF"}});
    card.script({{verify_pin, "9000"}});
}

TEST(Pin, AFailedAttemptTakesTheRightAway) {
    Card card;
    card.script({{select_usim, "9000"}, {verify_pin, "9000"}, {wrong_pin, "63C2"}, {"00B0870009", "6982"}});
}

TEST(Pin, TheAttemptIsDurableBeforeTheComparison) {
    Card card;
    const auto cla = *apdu::decode_class(0);
    const auto command = *apdu::parse_command(*from_hex(verify_pin));
    const Outcome first = card.uicc->execute(cla, command, card.env);
    EXPECT_FALSE(first.response) << "nothing is said before the counter is committed";
    ASSERT_TRUE(card.storage.commit(first.changes));
    card.boot();  // the power went off here
    card.script({{"00200001", "63C2"}});
}

TEST(Pin, AStorageThatFailsLetsNoResultOut) {
    class Full final : public Storage {
    public:
        Status commit(const Changes&) override { return fail(Errc::io, "journal", "disk full"); }
        Result<Entries> load() override { return Entries{}; }
    };
    Card card;
    Full full;
    const auto r =
        transact(*card.uicc, full, *apdu::decode_class(0), *apdu::parse_command(*from_hex(wrong_pin)), card.env);
    EXPECT_FALSE(r);
}

}  // namespace
}  // namespace mcim::uicc
