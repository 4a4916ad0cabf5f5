#include "mcim/aka/authentication.h"
#include "mcim/uicc/card_for_test.h"

namespace mcim::uicc {
namespace {

using namespace for_test;

aka::Algorithm milenage() {
    return aka::Milenage(*Secret<16>::copy_of(*from_hex(k)), *Secret<16>::copy_of(*from_hex(opc)));
}
aka::Vector vector(std::uint64_t seq, std::uint8_t rand = 0x23) {
    aka::Rand challenge{};
    challenge.fill(rand);
    return aka::make_vector(milenage(), aka::Sqn::of(seq, seq % 32), {0x80, 0x00}, challenge);
}
std::string challenge(const aka::Vector& v) { return "008800812210" + hex(v.rand) + "10" + hex(v.autn); }
std::string field(View value) { return hex(Bytes{static_cast<std::uint8_t>(value.size())}) + hex(value); }
std::string success(const aka::Vector& v) {
    return "DB" + field(v.xres) + field(expose(v.ck)) + field(expose(v.ik)) + field(expose(aka::kc_from(v.ck, v.ik))) +
           "9000";
}

void ready(Card& card) { card.script({{select_usim, "9000"}, {verify_pin, "9000"}}); }

TEST(Authenticate, AnswersAFreshChallenge) {
    Card card;
    ready(card);
    const auto v = vector(1);
    card.script({{challenge(v), success(v)}});
    EXPECT_EQ(success(v).size(), 2 * (1 + 9 + 17 + 17 + 9 + 2U));
}

TEST(Authenticate, AnswersAReplayWithAuts) {
    Card card;
    ready(card);
    const auto v = vector(5);
    card.script({{challenge(v), success(v)}});
    card.boot();  // the number is durable
    ready(card);
    const std::string answer = card.fetch(challenge(v));
    ASSERT_EQ(answer.size(), 2 * (2 + 14 + 2U)) << answer;
    EXPECT_TRUE(answer.starts_with("DC0E") && answer.ends_with("9000")) << answer;
    const auto auts = to_array<14>(*from_hex(std::string_view(answer).substr(4, 28)));
    EXPECT_EQ(aka::open_auts(milenage(), v.rand, *auts), aka::Sqn::of(5, 5));
    const auto next = vector(6);
    card.script({{challenge(next), success(next)}});
}

TEST(Authenticate, RefusesAChangedChallenge) {
    Card card;
    ready(card);
    auto v = vector(1);
    v.autn[15] ^= 1U;
    card.script({{challenge(v), "9862"}});
    const auto right = vector(1);
    card.script({{challenge(right), success(right)}});
}

TEST(Authenticate, NeedsTheApplicationAndItsPin) {
    Card card;
    const auto v = vector(1);
    card.script({{challenge(v), "6985"}, {select_usim, "9000"}, {challenge(v), "6982"}});
    card.script({{"002600010831323334FFFFFFFF", "9000"}});
    card.boot();
    card.script({{select_usim, "9000"}, {challenge(v), success(v)}});
}

TEST(Authenticate, GivesKcOnlyWithTheServiceForGsmAccess) {
    auto from = image();
    for (auto& node : from.nodes)
        if (node.fid == 0x6F38) node.content.assign(5, 0);
    Card card(std::move(from));
    ready(card);
    const auto v = vector(1);
    EXPECT_EQ(card.fetch(challenge(v)).size(), 2 * (1 + 9 + 17 + 17 + 2U));
    card.script({{"008800801110" + hex(v.rand), "9864"}});
}

TEST(Authenticate, AnswersInGsmContext) {
    Card card;
    ready(card);
    const auto v = vector(1);
    const auto expected = aka::authenticate_gsm(milenage(), v.rand);
    card.script({{"008800801110" + hex(v.rand), field(expected.sres) + field(expose(expected.kc)) + "9000"}});
}

TEST(Authenticate, IsimSharesTheCountersOfTheUsim) {
    Card card;
    ready(card);
    const auto v = vector(3);
    card.script({{challenge(v), success(v)}, {"00A4040C0CA0000000871004FF49FF0589", "9000"}});
    EXPECT_TRUE(card.fetch(challenge(v)).starts_with("DC0E"));
    const auto next = vector(4);
    const std::string answer = card.fetch(challenge(next));
    EXPECT_EQ(answer.size(), 2 * (1 + 9 + 17 + 17 + 2U)) << "no Kc in an ISIM";
    card.script({{"008800801110" + hex(v.rand), "9864"}});
}

TEST(Authenticate, RefusesOtherContextsAndShapes) {
    Card card;
    ready(card);
    const auto v = vector(1);
    const std::string data = challenge(v).substr(8);
    card.script({
        {"00880084" + data, "9864"},
        {"00880082" + data, "9864"},
        {"00880001" + data, "6A86"},
        {"00880181" + data, "6A86"},
        {"008800811110" + hex(v.rand), "6A80"},
        {"00880081220F" + hex(v.rand) + "11" + hex(v.autn), "6A80"},
        {"00880081", "6A80"},
    });
}

TEST(Authenticate, StopsAtTheLimitOfTheProfile) {
    auto from = image();
    from.aka[0].authentications_max = 2;
    Card card(std::move(from));
    ready(card);
    auto bad = vector(1);
    bad.autn[0] ^= 1U;
    card.script({{challenge(bad), "9862"}});
    card.boot();
    ready(card);
    const auto v = vector(1);
    card.script({{challenge(v), success(v)}, {challenge(vector(2)), "6985"}});
}

TEST(Authenticate, IsimIsAtItsLimitWithTheUsimWhoseCountersItShares) {
    auto from = image();
    for (auto& aka : from.aka) aka.authentications_max = 2;
    Card card(std::move(from));
    ready(card);
    const auto v = vector(1);
    card.script({{challenge(v), success(v)}, {"00A4040C0CA0000000871004FF49FF0589", "9000"}});
    EXPECT_TRUE(card.fetch(challenge(vector(2))).starts_with("DB"));
    card.script({{challenge(vector(3)), "6985"}, {select_usim, "9000"}, {challenge(vector(3)), "6985"}});
}

TEST(Authenticate, SpeaksTheTestAlgorithm) {
    auto from = image();
    from.aka[0].algorithm = saip::Algorithm::usim_test;
    from.aka[0].algorithm_options = 2;
    Card card(std::move(from));
    ready(card);
    const aka::Algorithm algorithm = aka::TestAlgorithm(*Secret<16>::copy_of(*from_hex(k)));
    const auto v = aka::make_vector(algorithm, aka::Sqn::of(1, 1), {0x80, 0x00}, aka::Rand{});
    card.script({{challenge(v), success(v)}});
}

}  // namespace
}  // namespace mcim::uicc
