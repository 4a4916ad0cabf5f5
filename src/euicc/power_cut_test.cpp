// The power is cut before every single commit of a card's life: it always boots with the old or with the new state, and
// goes on from there.
#include "mcim/euicc/card_for_test.h"

namespace mcim::euicc {
namespace {

using for_test::Agent;
using for_test::Order;
using for_test::Smdp;

const std::vector<std::string_view>& lines() {
    static const std::vector<std::string_view> digits{"8901234567890123451", "8901234567890123452"};
    return digits;
}

/// Downloads two profiles, enables one, then the other, deletes the first. Stops where the card no longer answers.
/// What could have failed is asked of the card afterwards, so results are not looked at here.
void live(Agent& agent, test::Pki& pki) {
    const auto es10 = [&](View command) { static_cast<void>(agent.es10(command)); };
    for (const auto digits : lines()) {
        Smdp smdp(pki);
        Bytes answer = agent.es10(der::encode(msg::GetEuiccChallengeRequest{}));
        answer.resize(answer.size() - 2);
        const auto challenge = der::decode<msg::GetEuiccChallengeResponse>(answer);
        if (!challenge) return;
        answer = agent.es10(der::encode(smdp.authenticate(challenge->euicc_challenge)));
        answer.resize(answer.size() - 2);
        const auto authenticated = der::decode<msg::AuthenticateServerResponse>(answer);
        if (!authenticated) return;
        answer = agent.es10(der::encode(smdp.prepare(std::get<0>(authenticated->value))));
        answer.resize(answer.size() - 2);
        const auto prepared = der::decode<msg::PrepareDownloadResponse>(answer);
        if (!prepared) return;
        const Bytes bound = smdp.bind(*prepared, Order::of(digits));
        const auto pieces = *bpp::split_for_card(bound);
        for (const View piece : pieces) es10(piece);
        es10(der::encode(msg::EnableProfileRequest{{msg::to_octets(*Iccid::parse_unchecked(digits))}, false, {}}));
    }
    es10(der::encode(msg::DeleteProfileRequest{msg::to_octets(*Iccid::parse_unchecked(lines()[0]))}));
}

std::size_t footprint_of_one(test::Pki& pki) {
    Agent agent(for_test::birth(pki));
    Smdp smdp(pki);
    const std::size_t before = agent.free_memory();
    for_test::download(agent, smdp, Order::of(lines()[0]));
    return before - agent.free_memory();
}

/// What must hold in every state that is ever durable.
void expect_consistent(Agent& agent, std::size_t footprint) {
    const auto& state = agent.card->card().state();
    EXPECT_EQ(state.free_memory(), state.birth.memory_octets - state.profiles.size() * footprint);
    EXPECT_LE(std::ranges::count_if(state.profiles, [](const auto& p) { return p.second.enabled(); }), 1);
    EXPECT_EQ(state.find_enabled() != nullptr, agent.card->card().uicc() != nullptr);
    std::set<std::string> slots;
    const auto entries = *agent.storage.load();
    for (const auto& [key, value] : entries)
        if (key.starts_with("profile/")) slots.insert(key.substr(0, key.find('/', 8) + 1));
    std::set<std::string> recorded;
    std::size_t results = 0;
    for (const auto& [slot, profile] : state.profiles) recorded.insert(profile.uicc_prefix());
    for (const auto& [n, pending] : state.notifications) {
        EXPECT_LT(n, state.counters.next_notification);
        results += std::holds_alternative<msg::ProfileInstallationResult>(pending.value) ? 1 : 0;
    }
    EXPECT_EQ(slots, recorded);
    EXPECT_GE(results, state.profiles.size());  // who is installed has said so
}

TEST(PowerCut, BeforeAnyCommitLeavesTheOldOrTheNewState) {
    test::Pki pki;
    const std::size_t footprint = footprint_of_one(pki);
    Agent whole(for_test::birth(pki));
    const std::size_t born = whole.storage.commits;
    live(whole, pki);
    const std::size_t commits = whole.storage.commits - born;
    EXPECT_EQ(whole.profiles().size(), 1U);
    ASSERT_GE(commits, 7U);

    for (std::size_t survived = 0; survived < commits; ++survived) {
        SCOPED_TRACE("power is cut at commit " + std::to_string(survived));
        Agent agent(for_test::birth(pki));
        agent.storage.commits_left = survived;
        live(agent, pki);
        agent.restart();
        expect_consistent(agent, footprint);
        live(agent, pki);  // and life goes on to the same end
        expect_consistent(agent, footprint);
        const auto* enabled = agent.card->card().state().find_enabled();
        ASSERT_NE(enabled, nullptr);
        EXPECT_EQ(Iccid::from_octets(enabled->iccid())->text(), lines()[1]);
    }
}

}  // namespace
}  // namespace mcim::euicc
