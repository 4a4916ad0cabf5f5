#include "mcim/auc/auc.h"

#include <gtest/gtest.h>

#include <set>

#include "mcim/aka/authentication.h"
#include "support/random.h"

namespace mcim::auc {
namespace {

using test::SeededRandom;

const Imsi imsi = *Imsi::parse("001010123456789");

aka::Algorithm algorithm(std::uint8_t key) {
    return aka::Milenage(*Secret<16>::copy_of(Bytes(16, key)), *Secret<16>::copy_of(Bytes(16, 0x55)));
}

Subscription subscription(Status status = Status::active) {
    Subscription out{.imsi = imsi, .keys = {Bytes{0x01}}};
    out.sqn = aka::Sqn::of(10, 10);
    out.status = status;
    return out;
}

/// What a signer would answer: its wrapped key is one octet, which is every octet of K.
signer::Response sign(const signer::Request& request) {
    if (const auto* wanted = std::get_if<signer::GenerateVectors>(&request)) {
        std::vector<signer::Vector> out;
        for (const auto& challenge : wanted->challenges) {
            auto v = aka::make_vector(algorithm(wanted->keys.octets[0]), *aka::Sqn::from_number(challenge.sqn),
                                      wanted->amf, challenge.rand);
            out.push_back({v.rand, v.autn, std::move(v.xres), std::move(v.ck), std::move(v.ik)});
        }
        return out;
    }
    const auto& asked = std::get<signer::Resynchronise>(request);
    const auto sqn = aka::open_auts(algorithm(asked.keys.octets[0]), asked.rand, asked.auts);
    return signer::Resynchronise::Response{sqn ? std::optional(sqn->number()) : std::nullopt};
}

/// The shell around one subscription: looks up, asks the signer, stores, then replies.
class Shell {
public:
    explicit Shell(Subscription stored) : stored_(std::move(stored)) {}

    Step run(Event first) {
        const Env env{Time{}, random_};
        Step now = *step(Idle{}, std::move(first), env);
        while (now.ask) now = *step(now.next, SignerAnswered{sign(*now.ask)}, env);
        if (now.update) {
            EXPECT_EQ(now.update->expected, stored_->sqn);
            stored_ = now.update->subscription;
        }
        return now;
    }
    Step request() { return run(AkaRequest{imsi, stored_}); }
    Step resynchronise(const signer::Rand& rand, const signer::Auts& auts) {
        return run(Resynchronise{imsi, rand, auts, stored_});
    }
    std::optional<Subscription> stored_;

private:
    SeededRandom random_{1};
};

struct Card {
    aka::Subscription subscription{algorithm(0x01), {.delta = 0x10000000, .age_limit = {}}};
    aka::SqnState state;
    aka::Outcome answer(const signer::Vector& v) {
        auto out = aka::authenticate(subscription, state, v.rand, v.autn);
        state = out.next;
        return std::move(out.outcome);
    }
};

const signer::Vector& vector_of(const Step& s) { return std::get<signer::Vector>(s.reply.value()); }

TEST(Auc, GivesAVectorThatTheCardAcceptsAndAdvancesTheNumber) {
    Shell auc(subscription());
    Card card;
    const Step done = auc.request();
    EXPECT_TRUE(std::holds_alternative<aka::Success>(card.answer(vector_of(done))));
    EXPECT_EQ(auc.stored_->sqn, aka::Sqn::of(11, 11));
    EXPECT_TRUE(std::holds_alternative<Done>(done.next));
    EXPECT_EQ(done.record->occurrence, Occurrence::vector_issued);
}

TEST(Auc, TheVectorComesWithTheNumberToStoreNeverWithoutIt) {
    SeededRandom random(1);
    const Env env{Time{}, random};
    const Step asking = *step(Idle{}, AkaRequest{imsi, subscription()}, env);
    EXPECT_FALSE(asking.update || asking.reply);
    ASSERT_TRUE(asking.ask);
    const Step answered = *step(asking.next, SignerAnswered{sign(*asking.ask)}, env);
    ASSERT_TRUE(answered.update && answered.reply);
    EXPECT_EQ(answered.update->expected, aka::Sqn::of(10, 10));
    EXPECT_EQ(answered.update->subscription.sqn, aka::Sqn::of(11, 11));
}

TEST(Auc, NoNumberIsGivenOutTwiceThoughRepliesAreLost) {
    Shell auc(subscription());
    Card card;
    std::set<std::string> seen;
    for (int i = 0; i < 100; ++i) {
        const Step done = auc.request();
        EXPECT_TRUE(seen.insert(hex(vector_of(done).rand) + hex(vector_of(done).autn)).second);
        // every third reply arrives
        if (i % 3 == 0) {
            EXPECT_TRUE(std::holds_alternative<aka::Success>(card.answer(vector_of(done))));
        }
    }
    EXPECT_EQ(auc.stored_->sqn.seq(), 110U);
}

TEST(Auc, RefusesUnknownBarredAndClosedSubscriptionsWithTheReasonInTheRecord) {
    const auto refusal = [](std::optional<Subscription> found) {
        SeededRandom random(1);
        Step s = *step(Idle{}, AkaRequest{imsi, std::move(found)}, Env{Time{}, random});
        EXPECT_FALSE(s.ask || s.update);
        EXPECT_EQ(std::get<Failure>(s.reply.value()), Failure{});
        return s.record->occurrence;
    };
    EXPECT_EQ(refusal(std::nullopt), Occurrence::unknown_subscription);
    EXPECT_EQ(refusal(subscription(Status::barred)), Occurrence::barred);
    EXPECT_EQ(refusal(subscription(Status::closed)), Occurrence::closed);
    Subscription worn_out = subscription();
    worn_out.sqn = aka::Sqn::of(aka::Sqn::seq_max, 0);
    EXPECT_EQ(refusal(worn_out), Occurrence::numbers_used_up);
}

TEST(Auc, RefusesWhatTheSignerRefusesAndStoresNothing) {
    SeededRandom random(1);
    const Env env{Time{}, random};
    const auto answered = [&](Result<signer::Response> response) {
        const Step asking = *step(Idle{}, AkaRequest{imsi, subscription()}, env);
        return *step(asking.next, SignerAnswered{std::move(response)}, env);
    };
    const auto expect_refusal = [&](Result<signer::Response> response) {
        const Step s = answered(std::move(response));
        EXPECT_FALSE(s.update);
        EXPECT_TRUE(std::holds_alternative<Failure>(s.reply.value()));
        EXPECT_EQ(s.record->occurrence, Occurrence::signer_failed);
    };
    expect_refusal(fail(Errc::io, "keys", "cannot be read"));
    expect_refusal(signer::Response(signer::Signature{}));
    expect_refusal(signer::Response(std::vector<signer::Vector>{}));
    std::vector<signer::Vector> foreign(1);  // its RAND is not ours
    expect_refusal(signer::Response(std::move(foreign)));
}

TEST(Auc, ResynchronisesACardThatIsAhead) {
    Shell auc(subscription());
    Card card;
    card.state.seq.fill(5000);
    const Step stale = auc.request();
    const auto outcome = card.answer(vector_of(stale));
    const auto& failure = std::get<aka::SyncFailure>(outcome);

    const Step done = auc.resynchronise(vector_of(stale).rand, failure.auts);
    EXPECT_FALSE(done.reply);
    EXPECT_EQ(done.record->occurrence, Occurrence::card_ahead);
    EXPECT_EQ(auc.stored_->sync_failures, 1U);
    EXPECT_EQ(auc.stored_->sqn.seq(), 5000U);
    EXPECT_TRUE(std::holds_alternative<aka::Success>(card.answer(vector_of(auc.request()))));
}

TEST(Auc, ReplayedAutsIsCountedAndDoesNotSetTheNumberBack) {
    Shell auc(subscription());
    Card card;
    card.state.seq.fill(11);
    const Step stale = auc.request();
    const auto outcome = card.answer(vector_of(stale));
    const auto auts = std::get<aka::SyncFailure>(outcome).auts;
    for (int i = 0; i < 3; ++i) {
        (void)auc.request();
        const aka::Sqn before = auc.stored_->sqn;
        const Step done = auc.resynchronise(vector_of(stale).rand, auts);
        EXPECT_EQ(done.record->occurrence, Occurrence::resynchronised);
        EXPECT_EQ(auc.stored_->sqn, before);
    }
    EXPECT_EQ(auc.stored_->sync_failures, 3U);
}

TEST(Auc, AForgedAutsChangesNothing) {
    Shell auc(subscription());
    const Step done = auc.resynchronise(signer::Rand{}, signer::Auts{});
    EXPECT_EQ(done.record->occurrence, Occurrence::auts_not_authentic);
    EXPECT_FALSE(done.update || done.reply);
    EXPECT_EQ(auc.stored_->sync_failures, 0U);
    for (const auto& found : {std::optional<Subscription>(), std::optional(subscription(Status::barred)),
                              std::optional(subscription(Status::closed))}) {
        const Step ignored = auc.run(Resynchronise{imsi, {}, {}, found});
        EXPECT_FALSE(ignored.update || ignored.reply || ignored.ask);
    }
}

TEST(Auc, EveryOtherPairOfStateAndEventIsRefused) {
    SeededRandom random(1);
    const Env env{Time{}, random};
    const std::vector<State> states{Idle{}, AwaitsVector{subscription(), {}, {}}, AwaitsSqn{subscription()}, Done{}};
    const auto legal = [&](const State& state, Event event) {
        const auto out = step(state, std::move(event), env);
        if (!out) {
            EXPECT_EQ(out.error().code, Errc::unexpected_event);
        }
        return out.has_value();
    };
    std::string matrix;
    for (const State& state : states) {
        matrix += legal(state, AkaRequest{imsi, subscription()}) ? 'x' : '.';
        matrix += legal(state, Resynchronise{imsi, {}, {}, subscription()}) ? 'x' : '.';
        matrix += legal(state, SignerAnswered{fail(Errc::io, "")}) ? 'x' : '.';
        matrix += ' ';
    }
    EXPECT_EQ(matrix, "xx. ..x ..x ... ");
}

TEST(Auc, ACardAndACentreThatLosesItsNumbersAlwaysMeetAgain) {
    SeededRandom random(9);
    Shell auc(subscription());
    Card card;
    for (int i = 0; i < 2000; ++i) {
        // a restored backup, now and then
        if (random.below(10) == 0)
            auc.stored_->sqn = aka::Sqn::of(random.below(auc.stored_->sqn.seq() + 1), random.below(32));
        const Step first = auc.request();
        const auto outcome = card.answer(vector_of(first));
        const auto* failure = std::get_if<aka::SyncFailure>(&outcome);
        if (failure == nullptr) {
            EXPECT_TRUE(std::holds_alternative<aka::Success>(outcome));
            continue;
        }
        (void)auc.resynchronise(vector_of(first).rand, failure->auts);
        EXPECT_TRUE(std::holds_alternative<aka::Success>(card.answer(vector_of(auc.request()))));
    }
    EXPECT_GT(auc.stored_->sync_failures, 0U);
}

}  // namespace
}  // namespace mcim::auc
