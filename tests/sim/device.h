// A device: the agent's machines and its owner, who starts the agent again until he has what he wants.
#pragma once
#include "chaos.h"
#include "mcim/agent/delivery.h"
#include "mcim/agent/download.h"
#include "mcim/apps/agent/isdr.h"
#include "server.h"

namespace mcim::sim {

/// What one run of the system consists of.
struct World {
    World(const Story& story, std::uint64_t seed, Chaos& of) : server(story, seed, now), random(seed), chaos(of) {}
    void note(std::string what) { trace.push_back(std::move(what)); }

    Time now = Factory::instance().pki.now;  ///< the one clock: of the platform, the devices and their cards
    Server server;
    test::SeededRandom random;
    Chaos& chaos;
    std::vector<http::Request> requests;                         ///< that were ever on their way
    std::map<std::string, std::vector<http::Response>> replies;  ///< by target
    std::vector<std::string> trace;
};

class Device {
public:
    struct Goal {
        enum class Kind : std::uint8_t { install, enable } kind;
        std::size_t number;    ///< of the order
        int attempts_max = 0;  ///< 0: until it is reached
        int attempts = 0;
    };
    Device(World&, std::string name, std::size_t number, std::vector<Goal>);

    /// One action of the agent, or of its owner. False: nothing is left to do.
    bool turn();

    [[nodiscard]] Card& card() { return card_; }
    [[nodiscard]] const Card& card() const { return card_; }
    [[nodiscard]] bool spool_is_empty() const { return !spool_; }
    void infect() { tpm_.pcrs[4] = crypto::sha256(as_view("rootkit")); }

private:
    /// The agent as a process: gone with what it has in memory.
    struct Process {
        std::variant<agent::Step, agent::delivery::Step> step;
        unsigned connection = 0;
        std::optional<agent::Isdr> isdr = std::nullopt;
    };
    struct Killed {};

    bool start_process();
    [[nodiscard]] bool start_download(Goal&);
    void start_delivery();
    void enable(Goal&);
    void end_process();
    void disconnect();
    [[nodiscard]] Goal* next_goal();
    [[nodiscard]] bool reached(const Goal&) const;
    void advance();

    /// What the fault leaves for the link to do.
    Fault strike(Moment);
    Result<Bytes> transmit(View command);
    Result<Bytes> call_card(View request);
    Result<http::Response> exchange(std::string target, std::string body);
    Status attest(View session);

    agent::Event perform(const agent::CallCard&);
    agent::Event perform(const agent::PostEs9&);
    agent::Event perform(const agent::Attest&);
    agent::Event perform(const agent::AskOwner&);
    agent::Event perform(const agent::SaveSpool&);
    agent::Event perform(const agent::DropSpool&);
    agent::Event perform(const agent::WaitFor&);

    World& world_;
    std::string name_;
    std::size_t number_;
    Card card_;
    test::SoftTpm tpm_;
    std::vector<Goal> goals_;
    std::optional<Bytes> spool_;  ///< on the agent's disk
    std::optional<Process> process_;
    bool deliver_next_ = false;
};

}  // namespace mcim::sim
