// What can go wrong between any two events of a run, and who decides that it does.
#pragma once
#include <optional>

#include "support/random.h"

namespace mcim::sim {

/// A moment between two events.
enum class Moment : std::uint8_t {
    before_request,  ///< the agent is about to send an HTTP request
    before_commit,   ///< the server knows its answer; nothing of it is on the disk
    before_reply,    ///< the server has committed and answered; the agent has not read it
    before_apdu,     ///< the card has not seen the command
    after_apdu,      ///< the card has executed it; its answer is not read
    before_write,    ///< of the agent's spool
    after_write,
    deciding,  ///< the owner is asked
};
inline std::string_view to_string(Moment m) {
    static constexpr std::array<std::string_view, 8> names{"before request", "before commit", "before reply",
                                                           "before APDU",    "after APDU",    "before write",
                                                           "after write",    "deciding"};
    return names.at(static_cast<std::size_t>(m));
}

enum class Fault : std::uint8_t {
    none,
    kill_agent,
    cut_power,           ///< of the card, now
    cut_power_in_write,  ///< of the card, in the middle of one of its next writes
    crash_server,
    lose,   ///< what is on its way: request, reply, command, answer; a write fails; the owner postpones
    twice,  ///< a request or a command arrives two times
    stale,  ///< a request of before arrives once more; a reply of before comes instead of the right one
    wait,   ///< an hour passes
    // a reply that nobody can read
    cut_short,
    no_base64,
    other_der,
};
inline constexpr std::uint8_t fault_count = 12;
inline std::string_view to_string(Fault f) {
    static constexpr std::array<std::string_view, fault_count> names{
        "nothing",        "agent killed", "power cut", "power cut in a write",
        "server crashes", "lost",         "doubled",   "stale",
        "an hour passes", "cut short",    "no base64", "another DER"};
    return names.at(static_cast<std::size_t>(f));
}

class Chaos {
public:
    Chaos() = default;
    Chaos(const Chaos&) = delete;
    Chaos& operator=(const Chaos&) = delete;
    virtual ~Chaos() = default;
    [[nodiscard]] virtual Fault at(Moment) = 0;
    /// Nothing more goes wrong from here on.
    [[nodiscard]] virtual bool is_over() const = 0;
};

/// One fault at one moment, counted from the first; or none, to count them.
class OneFault final : public Chaos {
public:
    OneFault() = default;
    OneFault(std::size_t moment, Fault fault) : moment_(moment), fault_(fault) {}
    [[nodiscard]] Fault at(Moment) override { return seen_++ == moment_ ? fault_ : Fault::none; }
    [[nodiscard]] bool is_over() const override { return !moment_ || seen_ > *moment_; }
    [[nodiscard]] std::size_t seen() const { return seen_; }

private:
    std::optional<std::size_t> moment_;
    Fault fault_ = Fault::none;
    std::size_t seen_ = 0;
};

/// One reply, counted from the first; or none, to count them.
class OneReply final : public Chaos {
public:
    OneReply() = default;
    OneReply(std::size_t number, Fault fault) : number_(number), fault_(fault) {}
    [[nodiscard]] Fault at(Moment moment) override {
        return moment == Moment::before_reply && seen_++ == number_ ? fault_ : Fault::none;
    }
    [[nodiscard]] bool is_over() const override { return !number_ || seen_ > *number_; }
    [[nodiscard]] std::size_t seen() const { return seen_; }

private:
    std::optional<std::size_t> number_;
    Fault fault_ = Fault::none;
    std::size_t seen_ = 0;
};

/// Up to `faults_max` of them, wherever the seed says.
class RandomFaults final : public Chaos {
public:
    RandomFaults(std::uint64_t seed, std::uint64_t faults_max) : random_(seed), left_(random_.below(faults_max + 1)) {}
    [[nodiscard]] Fault at(Moment moment) override {
        if (left_ == 0 || random_.below(1000) >= per_mille(moment)) return Fault::none;
        --left_;
        return static_cast<Fault>(1 + random_.below(fault_count - 1));
    }
    [[nodiscard]] bool is_over() const override { return left_ == 0; }

private:
    /// There are many APDUs, few requests.
    static std::uint64_t per_mille(Moment moment) {
        return moment == Moment::before_apdu || moment == Moment::after_apdu ? 15 : 150;
    }
    test::SeededRandom random_;
    std::uint64_t left_;
};

}  // namespace mcim::sim
