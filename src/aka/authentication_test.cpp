#include "mcim/aka/authentication.h"

#include <gtest/gtest.h>

#include "support/random.h"
#include "support/vectors.h"

namespace mcim::aka {
namespace {

using test::SeededRandom;

constexpr Amf separation{0x80, 0x00};

enum class Kind { milenage, test_algorithm };

Algorithm algorithm(Kind kind, std::uint64_t seed) {
    SeededRandom random(seed);
    const auto k = *Secret<16>::copy_of(random.bytes(16));
    const auto opc = *Secret<16>::copy_of(random.bytes(16));
    if (kind == Kind::milenage) return Milenage(k, opc);
    return TestAlgorithm(k);
}

class Aka : public testing::TestWithParam<Kind> {
protected:
    Subscription card_{algorithm(GetParam(), 1), {.delta = 1000, .age_limit = {}}};
    Algorithm home_ = algorithm(GetParam(), 1);
    SqnState state_;
    SeededRandom random_{2};

    Vector challenge(Sqn sqn) { return make_vector(home_, sqn, separation, random_.array<16>()); }
    CardStep answer(const Vector& v) { return authenticate(card_, state_, v.rand, v.autn); }
    /// Answers and stores.
    Outcome take(const Vector& v) {
        CardStep step = answer(v);
        state_ = step.next;
        return std::move(step.outcome);
    }
};
INSTANTIATE_TEST_SUITE_P(Both, Aka, testing::Values(Kind::milenage, Kind::test_algorithm), [](const auto& tested) {
    return std::string(tested.param == Kind::milenage ? "Milenage" : "TestAlgorithm");
});

TEST_P(Aka, CardAndCentreAgree) {
    const Vector v = challenge(Sqn::of(1, 1));
    const CardStep step = answer(v);
    const auto* success = std::get_if<Success>(&step.outcome);
    ASSERT_NE(success, nullptr);
    EXPECT_EQ(success->res, v.xres);
    EXPECT_EQ(hex(expose(success->ck)), hex(expose(v.ck)));
    EXPECT_EQ(hex(expose(success->ik)), hex(expose(v.ik)));
    EXPECT_EQ(step.next.highest(), Sqn::of(1, 1));
    EXPECT_EQ(step.next.highest().number(), 33U);
}

TEST_P(Aka, AnyFlippedBitOfTheChallengeIsAMacFailure) {
    const Vector v = challenge(Sqn::of(1, 1));
    for (std::size_t bit = 0; bit < 256; ++bit) {
        Rand rand = v.rand;
        Autn autn = v.autn;
        auto& octet = bit < 128 ? rand[bit / 8] : autn[(bit - 128) / 8];
        octet = static_cast<std::uint8_t>(octet ^ 1U << bit % 8);
        const CardStep step = authenticate(card_, state_, rand, autn);
        // the test algorithm does not cover every bit of RAND by its MAC, which is why it is one
        if (GetParam() == Kind::milenage || bit >= 128) {
            EXPECT_TRUE(std::holds_alternative<MacFailure>(step.outcome)) << bit;
            EXPECT_EQ(step.next, state_);
        }
    }
}

TEST_P(Aka, AnotherKeyIsAMacFailure) {
    const Subscription stranger{algorithm(GetParam(), 99), {}};
    const Vector v = challenge(Sqn::of(1, 1));
    EXPECT_TRUE(std::holds_alternative<MacFailure>(authenticate(stranger, {}, v.rand, v.autn).outcome));
}

TEST_P(Aka, AReplayIsASyncFailureThatTellsTheNumber) {
    const Vector v = challenge(Sqn::of(7, 2));
    EXPECT_TRUE(std::holds_alternative<Success>(take(v)));
    const SqnState before = state_;
    const Outcome outcome = take(v);
    const auto* failure = std::get_if<SyncFailure>(&outcome);
    ASSERT_NE(failure, nullptr);
    EXPECT_EQ(state_, before);
    EXPECT_EQ(open_auts(home_, v.rand, failure->auts), Sqn::of(7, 2));
}

TEST_P(Aka, AutsHoldsForItsChallengeAndSubscriptionOnly) {
    const Vector v = challenge(Sqn::of(7, 2));
    (void)take(v);
    const Auts auts = std::get<SyncFailure>(take(v)).auts;
    EXPECT_FALSE(open_auts(algorithm(GetParam(), 99), v.rand, auts));
    EXPECT_FALSE(open_auts(home_, random_.array<16>(), auts));
    for (std::size_t bit = 0; bit < auts.size() * 8; ++bit) {
        Auts changed = auts;
        changed[bit / 8] = static_cast<std::uint8_t>(changed[bit / 8] ^ 1U << bit % 8);
        EXPECT_FALSE(open_auts(home_, v.rand, changed)) << bit;
    }
}

TEST_P(Aka, TheMacOfAutsIsNotTheOneOfAutn) {
    // 6.3.3: AMF is 0000 in MAC-S, so that AUTS needs no AMF on the way
    const Vector v = challenge(Sqn::of(7, 2));
    (void)take(v);
    const Auts auts = std::get<SyncFailure>(take(v)).auts;
    const Mac zero_amf = std::visit([&](const auto& f) { return f.f1_star(v.rand, Sqn::of(7, 2), Amf{}); }, home_);
    EXPECT_EQ(hex(View(auts).last(8)), hex(zero_amf));
}

TEST_P(Aka, ACentreThatLostItsNumberRecovers) {
    state_.seq.fill(5000);
    Sqn home = Sqn::of(1, 0);
    const Vector old = challenge(*next_sqn(home));
    const auto auts = std::get<SyncFailure>(take(old)).auts;
    home = resynchronised(home, *open_auts(home_, old.rand, auts), card_.limits);
    EXPECT_TRUE(std::holds_alternative<Success>(take(challenge(*next_sqn(home)))));
}

TEST_P(Aka, LossesReplaysAndReorderingNeverYieldASecondSuccess) {
    // a serving network that holds up to eight vectors, uses them in any order, loses some and replays old ones
    SeededRandom random(5);
    Sqn home;
    std::vector<std::pair<Sqn, Vector>> held;
    std::vector<std::pair<Sqn, Vector>> used;
    int successes = 0;
    for (int i = 0; i < 3000; ++i) {
        if (held.size() < 8) {
            home = *next_sqn(home);
            held.emplace_back(home, challenge(home));
        }
        const auto at = held.begin() + static_cast<std::ptrdiff_t>(random.below(held.size()));
        if (random.below(4) != 0) {
            EXPECT_TRUE(std::holds_alternative<Success>(take(at->second)));
            ++successes;
            used.push_back(std::move(*at));
        }
        held.erase(at);
        if (!used.empty()) {
            const auto& replayed = used[random.below(used.size())];
            const SqnState before = state_;
            EXPECT_TRUE(std::holds_alternative<SyncFailure>(take(replayed.second)));
            EXPECT_EQ(state_, before);
        }
    }
    EXPECT_GT(successes, 2000);
}

TEST(GsmContext, MatchesPublishedVectors) {
    test::for_each_vector("src/aka/vectors/gsm_milenage.vec", [](test::Vector& v) {
        const GsmResponse gsm =
            authenticate_gsm(Milenage(v.secret<16>("ki"), v.secret<16>("opc")), v.array<16>("rand"));
        EXPECT_EQ(hex(gsm.sres), hex(v.bytes("sres")));
        EXPECT_EQ(hex(expose(gsm.kc)), hex(v.bytes("kc")));
    });
}

}  // namespace
}  // namespace mcim::aka
