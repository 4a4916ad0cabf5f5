#pragma once
#include <filesystem>

#include "mcim/apps/mcim/bench.h"

namespace mcim::apps {

struct SessionsPlan {
    std::size_t sessions = 10'000;
    std::size_t at_once = 64;       ///< of those that are not where they wait for the others, or come from there
    std::filesystem::path mcimd{};  ///< empty: the one beside this program
};
/// All of them are authenticated before the first one asks for its package; then all are completed.
[[nodiscard]] Result<Figures> bench_sessions(const SessionsPlan&);

}  // namespace mcim::apps
