// A platform, two devices and whatever can happen between any two events: messages lost, doubled and stale, the agent
// killed, the card's power cut, the server dead. What must hold, holds all the time; and once nothing goes wrong any
// more, everything comes to the right end by itself.
//
// A failure prints the run's seed and what happened in it. MCIM_SIM_SEED=N runs that one, MCIM_SIM_RUNS=N so many.
#include "device.h"

#include <cstdlib>
#include <set>

namespace mcim::sim {
namespace {

using Kind = Device::Goal::Kind;
using smdp::OrderState;

constexpr std::size_t turns_max = 20'000;

/// What must hold after every single event.
class Watch {
public:
    Watch(World& world, std::vector<Device*> devices) : world_(world), devices_(std::move(devices)) {}

    void look() {
        for (std::size_t i = 0; i < devices_.size(); ++i) look_at_card(i);
        for (std::size_t number = 0; number < 2; ++number) {
            const auto holders =
                std::ranges::count_if(devices_, [&](auto* d) { return d->card().holds(Server::iccid(number)); });
            EXPECT_LE(holders, 1) << "one order, one card";
        }
    }

private:
    void look_at_card(std::size_t i) {
        Card& card = devices_[i]->card();
        const auto& state = card.state();
        EXPECT_LE(std::ranges::count_if(state.profiles, [](const auto& p) { return p.second.enabled(); }), 1);
        EXPECT_TRUE(card.files_belong_to_profiles());
        if (footprint_ == 0 && !state.profiles.empty()) footprint_ = state.birth.memory_octets - state.free_memory();
        EXPECT_EQ(state.free_memory(), state.birth.memory_octets - state.profiles.size() * footprint_);

        auto& waiting = waiting_[i];
        for (const auto& [number, octets] : waiting)
            if (!state.notifications.contains(number)) {
                EXPECT_TRUE(world_.server.has_taken(octets)) << "notification " << number << " was lost";
            }
        waiting.clear();
        for (const auto& [number, pending] : state.notifications) waiting[number] = der::encode(pending);
    }
    World& world_;
    std::vector<Device*> devices_;
    std::size_t footprint_ = 0;
    std::array<std::map<std::int64_t, Bytes>, 2> waiting_;
};

class Life {
public:
    Life(const Story& story, std::uint64_t seed, Chaos& chaos, std::vector<Device::Goal> of_a,
         std::vector<Device::Goal> of_b = {})
        : story_(story),
          world(story, seed, chaos),
          a(world, "A", 0, std::move(of_a)),
          b(world, "B", 1, std::move(of_b)) {}

    /// Until nobody wants anything any more.
    void to_its_end() {
        Watch watch(world, {&a, &b});
        std::size_t turns = 0;
        for (bool a_works = true, b_works = true; a_works || b_works; ++turns) {
            if (turns == turns_max) {
                ADD_FAILURE() << "it does not come to rest";
                return;
            }
            const bool turn_of_a = !b_works || (a_works && world.random.below(2) == 0);
            (turn_of_a ? a_works : b_works) = (turn_of_a ? a : b).turn();
            watch.look();
            if (testing::Test::HasFailure()) return;
        }
    }
    /// What both sides believe is the same, and nobody has anything left to say.
    void expect_agreement() {
        for (Device* d : {&a, &b}) {
            EXPECT_TRUE(d->spool_is_empty());
            EXPECT_TRUE(d->card().state().notifications.empty());
        }
        expect_agreement_about(0);
        if (story_.second != Story::Second::none) expect_agreement_about(1);
    }
    void print() const {
        for (const auto& line : world.trace) std::cout << "  " << line << '\n';
    }

private:
    void expect_agreement_about(std::size_t number) {
        const Iccid iccid = Server::iccid(number);
        const auto order = world.server.order(number);
        const auto line = world.server.line(number);
        const bool held = a.card().holds(iccid) || b.card().holds(iccid);
        EXPECT_TRUE(order.state != OrderState::installed || order.binding.empty()) << "kept of order " << number + 1;
        EXPECT_EQ(order.state == OrderState::installed, held)
            << "order " << number + 1 << " is " << to_string(order.state) << ", the card holds the profile: " << held;
        if (!held) {
            EXPECT_EQ(line.standing, store::Standing::reserved) << number + 1;
            EXPECT_EQ(world.server.auc_status(number), auc::Status::barred) << number + 1;
            return;
        }
        const Device& holder = a.card().holds(iccid) ? a : b;
        EXPECT_EQ(order.eid, holder.card().state().eid());
        const bool moved_away =
            number == 0 && story_.second == Story::Second::released && a.card().enabled(Server::iccid(1));
        const auto standing = moved_away                     ? store::Standing::closed
                              : holder.card().enabled(iccid) ? store::Standing::enabled
                                                             : store::Standing::installed;
        EXPECT_EQ(to_string(line.standing), to_string(standing)) << number + 1;
        EXPECT_EQ(world.server.auc_status(number), moved_away ? auc::Status::closed : auc::Status::active)
            << number + 1;
    }
    Story story_;

public:
    World world;
    Device a;
    Device b;
};

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
    const char* text = std::getenv(variable);
    return text == nullptr ? otherwise : std::stoull(text);
}

/// Runs `one` with seeds, or with the one that the environment names; stops at the first failure and shows it.
template <class One>
void with_seeds(std::uint64_t runs, One one) {
    const std::uint64_t only = number_from("MCIM_SIM_SEED", 0);
    const std::uint64_t last = only != 0 ? only : number_from("MCIM_SIM_RUNS", runs);
    for (std::uint64_t seed = only != 0 ? only : 1; seed <= last; ++seed) {
        SCOPED_TRACE("MCIM_SIM_SEED=" + std::to_string(seed));
        one(seed);
        if (testing::Test::HasFailure()) return;
    }
}
void play(Life& life) {
    life.to_its_end();
    if (!testing::Test::HasFailure()) life.expect_agreement();
    if (testing::Test::HasFailure()) life.print();
}

const std::vector<Device::Goal> install_and_enable{{Kind::install, 0}, {Kind::enable, 0}};

// ---------------------------------------------------------------- every moment of one download

std::size_t moments_of_a_clean_run() {
    OneFault nothing;
    Life life({}, 1, nothing, install_and_enable);
    play(life);
    EXPECT_TRUE(life.a.card().enabled(Server::iccid(0)));
    return nothing.seen();
}

class EveryMoment : public testing::TestWithParam<Fault> {};

TEST_P(EveryMoment, IsSurvived) {
    const std::size_t moments = moments_of_a_clean_run();
    EXPECT_GT(moments, 80U);
    std::size_t segments_again = 0;
    for (std::size_t at = 0; at < moments && !HasFailure(); ++at) {
        SCOPED_TRACE("moment " + std::to_string(at));
        OneFault fault(at, GetParam());
        Life life({}, 1, fault, install_and_enable);
        play(life);
        EXPECT_TRUE(fault.is_over());
        EXPECT_TRUE(life.a.card().enabled(Server::iccid(0)));
        if (life.world.server.sent_segments_again(0)) ++segments_again;
    }
    // a card whose loading was interrupted still has its one-time key, and takes the same segments
    if (GetParam() == Fault::cut_power) {
        EXPECT_GT(segments_again, 5U);
    }
}
INSTANTIATE_TEST_SUITE_P(Of, EveryMoment,
                         testing::Values(Fault::kill_agent, Fault::cut_power, Fault::crash_server, Fault::lose,
                                         Fault::twice, Fault::stale, Fault::wait),
                         [](const auto& param) {
                             std::string name(to_string(param.param));
                             std::ranges::replace(name, ' ', '_');
                             return name;
                         });

/// Nothing that can be read comes from the server, once: the run ends and says where, and the next one reaches the end.
TEST(EveryReply, ThatCannotBeReadIsSurvived) {
    OneReply nothing;
    Life clean({}, 1, nothing, install_and_enable);
    play(clean);
    std::set<std::string> functions;
    for (const Fault fault : {Fault::cut_short, Fault::no_base64, Fault::other_der})
        for (std::size_t at = 0; at < nothing.seen() && !HasFailure(); ++at) {
            SCOPED_TRACE(std::string(to_string(fault)) + ", reply " + std::to_string(at));
            OneReply one(at, fault);
            Life life({}, 1, one, install_and_enable);
            play(life);
            EXPECT_TRUE(one.is_over());
            EXPECT_TRUE(life.a.card().enabled(Server::iccid(0)));
            for (const auto& line : life.world.trace)
                if (const auto end = line.find(": The server's reply cannot be read: "); end != std::string::npos)
                    functions.insert(line.substr(0, end) + ", " + std::string(to_string(fault)));
        }
    std::set<std::string> expected;
    for (const char* function : {"InitiateAuthentication", "AuthenticateClient", "GetBoundProfilePackage"})
        for (const Fault fault : {Fault::cut_short, Fault::no_base64, Fault::other_der})
            expected.insert("A: ES9+." + std::string(function) + ", " + std::string(to_string(fault)));
    EXPECT_EQ(functions, expected);
}

TEST(EveryWrite, OfTheCardCutInItsMiddleIsSurvived) {
    std::size_t writes = 0;
    {
        OneFault nothing;
        Life life({}, 1, nothing, install_and_enable);
        play(life);
        writes = life.a.card().writes();
    }
    EXPECT_GT(writes, 8U);
    for (const Loss loss : nvm::for_test::losses)
        for (std::size_t at = 0; at < writes && !HasFailure(); ++at) {
            SCOPED_TRACE("write " + std::to_string(at) + ", loss " + std::to_string(static_cast<int>(loss)));
            OneFault nothing;
            Life life({}, 1, nothing, install_and_enable);
            life.a.card().cut_power_in_write(at, loss);
            play(life);
            EXPECT_TRUE(life.a.card().enabled(Server::iccid(0)));
        }
}

// ---------------------------------------------------------------- anything, anywhere

constexpr std::uint64_t faults_max = 12;

TEST(RandomFaults, OneOrderReachesItsCardOnce) {
    with_seeds(60, [](std::uint64_t seed) {
        RandomFaults chaos(seed, faults_max);
        // B has the activation code too, and is not the card that was ordered for
        Life life({}, seed, chaos, install_and_enable, {{Kind::install, 0, 3}});
        play(life);
        EXPECT_TRUE(life.a.card().enabled(Server::iccid(0)));
        EXPECT_TRUE(life.b.card().state().profiles.empty());
    });
}

TEST(RandomFaults, AnOrderForAnyCardReachesOneOfTwo) {
    with_seeds(40, [](std::uint64_t seed) {
        RandomFaults chaos(seed, faults_max);
        Life life({.first = Story::First::for_any_card}, seed, chaos, {{Kind::install, 0, 8}}, {{Kind::install, 0, 8}});
        play(life);
    });
}

TEST(RandomFaults, TwoLinesOfOneOperatorAndTheSwitchBetweenThem) {
    with_seeds(40, [](std::uint64_t seed) {
        RandomFaults chaos(seed, faults_max);
        Life life({.second = Story::Second::same_operator}, seed, chaos,
                  {{Kind::install, 0}, {Kind::install, 1}, {Kind::enable, 1}});
        play(life);
        EXPECT_TRUE(life.a.card().enabled(Server::iccid(1)));
    });
}

TEST(RandomFaults, AMoveWithAReleaseComesToItsEnd) {
    with_seeds(40, [](std::uint64_t seed) {
        RandomFaults chaos(seed, faults_max);
        Life life({.second = Story::Second::released}, seed, chaos,
                  {{Kind::install, 0}, {Kind::install, 1}, {Kind::enable, 1}});
        play(life);
        EXPECT_TRUE(life.a.card().enabled(Server::iccid(1)));
    });
}

TEST(RandomFaults, NoConsentNoMove) {
    with_seeds(40, [](std::uint64_t seed) {
        RandomFaults chaos(seed, faults_max);
        Life life({.second = Story::Second::not_released}, seed, chaos, {{Kind::install, 0}, {Kind::install, 1, 4}});
        play(life);
        EXPECT_FALSE(life.a.card().holds(Server::iccid(1)));
        EXPECT_EQ(life.world.server.order(1).attempts, 0U) << "nothing of it has left the server";
    });
}

TEST(RandomFaults, NoTrustNoSubscription) {
    with_seeds(30, [](std::uint64_t seed) {
        RandomFaults chaos(seed, faults_max);
        Life life({}, seed, chaos, {{Kind::install, 0, 5}});
        life.a.infect();
        play(life);
        EXPECT_TRUE(life.a.card().state().profiles.empty());
        EXPECT_EQ(life.world.server.order(0).attempts, 0U) << "nothing of it has left the server";
    });
}

}  // namespace
}  // namespace mcim::sim
