// What has happened since the start, in plain numbers of the one thread. Nothing is written down before somebody asks.
#pragma once
#include <array>
#include <chrono>
#include <optional>

#include "mcim/auc/auc.h"
#include "mcim/evidence/appraisal.h"
#include "mcim/pva/verifier.h"
#include "mcim/smdp/es2.h"
#include "mcim/smdp/es9.h"

namespace mcim::apps::mcimd {

/// How many took how long.
class Durations {
public:
    using Bound = std::chrono::duration<std::int64_t, std::micro>;
    static constexpr std::array bounds{Bound(500),     Bound(1'000),   Bound(2'500),   Bound(5'000),
                                       Bound(10'000),  Bound(25'000),  Bound(50'000),  Bound(100'000),
                                       Bound(250'000), Bound(500'000), Bound(1000'000)};
    void add(std::chrono::nanoseconds);
    /// Those up to bounds[i]; for i == bounds.size() all of them.
    [[nodiscard]] std::uint64_t up_to(std::size_t i) const;
    [[nodiscard]] std::chrono::nanoseconds sum() const { return sum_; }

private:
    std::array<std::uint64_t, bounds.size() + 1> counts_{};
    std::chrono::nanoseconds sum_{};
};

/// What became of a call of ES9+; nullopt: it was done.
using Es9Outcome = std::optional<smdp::Refusal>;

struct Es9Metrics {
    std::uint64_t done = 0;
    std::array<std::uint64_t, smdp::refusal_count> refused{};
    Durations took{};  ///< from the whole request to its answer
};

/// Calls of a function of ES2+.
struct Es2Metrics {
    std::uint64_t done = 0;
    std::array<std::uint64_t, smdp::es2_refusal_count> refused{};
};

/// A counter for each value of an enumeration.
template <class Enum, Enum last>
class CountOf {
public:
    static constexpr std::size_t size = static_cast<std::size_t>(last) + 1;
    void add(Enum value) { ++counts_.at(static_cast<std::size_t>(value)); }
    [[nodiscard]] std::uint64_t of(Enum value) const { return counts_.at(static_cast<std::size_t>(value)); }

private:
    std::array<std::uint64_t, size> counts_{};
};

/// Of requests by time.
enum class RateLimit : std::uint8_t { address, eid, operator_, order };
std::string_view to_string(RateLimit);

struct Metrics {
    std::array<Es9Metrics, std::variant_size_v<smdp::Function>> es9{};
    std::array<Es2Metrics, smdp::es2_function_count> es2{};
    std::uint64_t es2_handshakes_refused = 0;
    std::uint64_t es9_unreadable = 0;  ///< no function of ES9+
    std::uint64_t sessions_begun = 0;  ///< a card has proved itself and has its offer
    CountOf<auc::Occurrence, auc::Occurrence::signer_failed> auc{};
    std::uint64_t auc_failed = 0;  ///< without an occurrence: the database failed
    CountOf<pva::Standing, pva::Standing::unknown> gate{};
    CountOf<evidence::Tier, evidence::Tier::contraindicated> verdicts{};
    std::uint64_t evidence_refused = 0;
    CountOf<RateLimit, RateLimit::order> throttled{};

    void answered(smdp::Es9Function, const Es9Outcome&, std::chrono::nanoseconds took);
};

}  // namespace mcim::apps::mcimd
