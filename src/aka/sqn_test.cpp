#include "mcim/aka/sqn.h"

#include <gtest/gtest.h>

#include <set>

#include "support/random.h"

namespace mcim::aka {
namespace {

using test::SeededRandom;

constexpr SqnLimits no_limits{};
constexpr SqnLimits profile_defaults{.delta = 0x10000000, .age_limit = {}};

/// Accepts, or keeps the state.
bool take(SqnState& state, const SqnLimits& limits, Sqn sqn) {
    const auto next = accept(state, limits, sqn);
    if (next) state = *next;
    return next.has_value();
}

TEST(Sqn, IsSeqAndInd) {
    const auto sqn = Sqn::from_number(0xFF9BB4D0B607);
    ASSERT_TRUE(sqn);
    EXPECT_EQ(sqn->seq(), 0xFF9BB4D0B607U >> 5U);
    EXPECT_EQ(sqn->ind(), 7U);
    EXPECT_EQ(hex(sqn->octets()), "FF9BB4D0B607");
    EXPECT_EQ(Sqn::from_octets(sqn->octets()), *sqn);
    EXPECT_EQ(Sqn::of(sqn->seq(), sqn->ind()), *sqn);
    EXPECT_FALSE(Sqn::from_number(1ULL << 48U));
    EXPECT_DEATH((void)Sqn::of(Sqn::seq_max + 1, 0), "");
    EXPECT_DEATH((void)Sqn::of(0, 32), "");
}

TEST(SqnState, RefusesAReplayUnderItsIndex) {
    SqnState card;
    EXPECT_FALSE(take(card, no_limits, Sqn::of(0, 0)));  // an empty entry holds 0
    EXPECT_TRUE(take(card, no_limits, Sqn::of(5, 3)));
    EXPECT_FALSE(take(card, no_limits, Sqn::of(5, 3)));
    EXPECT_FALSE(take(card, no_limits, Sqn::of(4, 3)));
    EXPECT_TRUE(take(card, no_limits, Sqn::of(6, 3)));
}

TEST(SqnState, TakesNumbersThatOvertookEachOther) {
    // 32 vectors in the worst order: each has an index of its own (C.1.2)
    SqnState card;
    std::vector<Sqn> batch;
    Sqn last = Sqn::of(100, 30);
    for (std::size_t i = 0; i < Sqn::ind_count; ++i) {
        last = *next_sqn(last);
        batch.push_back(last);
    }
    for (auto at = batch.rbegin(); at != batch.rend(); ++at) EXPECT_TRUE(take(card, profile_defaults, *at));
    for (const Sqn replayed : batch) EXPECT_FALSE(take(card, profile_defaults, replayed));
    EXPECT_EQ(card.highest(), batch.back());
}

TEST(SqnState, RefusesAStepBeyondDelta) {
    SqnState card;
    EXPECT_TRUE(take(card, no_limits, Sqn::of(1000, 0)));
    const SqnLimits limits{.delta = 10, .age_limit = {}};
    EXPECT_FALSE(take(card, limits, Sqn::of(1011, 1)));
    EXPECT_TRUE(take(card, limits, Sqn::of(1010, 1)));
    EXPECT_TRUE(take(card, limits, Sqn::of(1020, 1)));  // the step counts from the highest
}

TEST(SqnState, RefusesWhatIsTooOld) {
    SqnState card;
    EXPECT_TRUE(take(card, no_limits, Sqn::of(1000, 0)));
    const SqnLimits limits{.delta = {}, .age_limit = 10};
    EXPECT_FALSE(take(card, limits, Sqn::of(990, 1)));
    EXPECT_TRUE(take(card, limits, Sqn::of(991, 1)));
    EXPECT_TRUE(take(card, no_limits, Sqn::of(990, 2)));
}

TEST(SqnState, DoesNotWrapAround) {
    SqnState card;
    EXPECT_TRUE(take(card, no_limits, Sqn::of(Sqn::seq_max, 31)));
    EXPECT_EQ(card.highest(), Sqn::of(Sqn::seq_max, 31));
    EXPECT_FALSE(take(card, no_limits, Sqn::of(0, 31)));
    EXPECT_FALSE(take(card, no_limits, Sqn::of(1, 31)));
    EXPECT_TRUE(take(card, no_limits, Sqn::of(1, 0)));
    const auto used_up = next_sqn(Sqn::of(Sqn::seq_max, 4));
    ASSERT_FALSE(used_up);
    EXPECT_EQ(used_up.error().code, Errc::refused);
    EXPECT_EQ(next_sqn(Sqn::of(Sqn::seq_max - 1, 31))->number(), Sqn::of(Sqn::seq_max, 0).number());
}

TEST(SqnState, NoNumberIsAcceptedTwiceAndNoEntryGoesBack) {
    SeededRandom random(11);
    for (int run = 0; run < 200; ++run) {
        const SqnLimits limits{.delta = run % 2 == 0 ? std::optional<std::uint64_t>(40) : std::nullopt,
                               .age_limit = run % 3 == 0 ? std::optional<std::uint64_t>(20) : std::nullopt};
        SqnState card;
        std::set<Sqn> accepted;
        for (int i = 0; i < 300; ++i) {
            const Sqn sqn = Sqn::of(random.below(120), random.below(Sqn::ind_count));
            const SqnState before = card;
            if (take(card, limits, sqn)) {
                EXPECT_TRUE(accepted.insert(sqn).second) << sqn.number();
            } else {
                EXPECT_EQ(card, before);
            }
            for (std::size_t ind = 0; ind < Sqn::ind_count; ++ind) EXPECT_GE(card.seq[ind], before.seq[ind]);
        }
    }
}

TEST(SqnLimits, FollowTheOptionsOfTheProfile) {
    // TS.48: sqnOptions 02, "SQN wrap around"
    const auto ts48 = SqnLimits::from_profile(0x02, 0x10000000, 0x10000000);
    EXPECT_EQ(ts48.delta, 0x10000000U);
    EXPECT_FALSE(ts48.age_limit);
    EXPECT_FALSE(SqnLimits::from_profile(0x00, 1, 1).delta);
    EXPECT_TRUE(SqnLimits::from_profile(0x0E, 1, 1).age_limit);
}

TEST(Resynchronised, KeepsTheNumberThatTheCardWouldAccept) {
    const Sqn home = Sqn::of(50, 1);
    EXPECT_EQ(resynchronised(home, Sqn::of(50, 9), profile_defaults), home);  // 51 is fresh
    EXPECT_EQ(resynchronised(home, Sqn::of(3, 9), profile_defaults), home);   // a stale AUTS does not set it back
    EXPECT_EQ(resynchronised(home, Sqn::of(51, 9), profile_defaults), Sqn::of(51, 9));
    // so far ahead that the card refuses: back to what the card says
    EXPECT_EQ(resynchronised(Sqn::of(0x20000000, 0), Sqn::of(3, 9), profile_defaults), Sqn::of(3, 9));
    EXPECT_EQ(resynchronised(Sqn::of(0x20000000, 0), Sqn::of(3, 9), no_limits), Sqn::of(0x20000000, 0));
    EXPECT_EQ(resynchronised(Sqn::of(Sqn::seq_max, 0), Sqn::of(Sqn::seq_max, 1), no_limits).seq(), Sqn::seq_max);
}

TEST(Resynchronised, AlwaysLeadsToANumberThatTheCardAccepts) {
    SeededRandom random(12);
    for (int i = 0; i < 20000; ++i) {
        const std::uint64_t range = i % 2 == 0 ? 200 : 0x40000000;
        SqnState card;
        for (auto& seq : card.seq) seq = random.below(range);
        const Sqn home = Sqn::of(random.below(range), random.below(Sqn::ind_count));
        const auto sqn = next_sqn(resynchronised(home, card.highest(), profile_defaults));
        ASSERT_TRUE(sqn);
        EXPECT_TRUE(accept(card, profile_defaults, *sqn)) << home.number() << ' ' << card.highest().number();
    }
}

}  // namespace
}  // namespace mcim::aka
