#include "mcim/apps/mcimd/metrics.h"

#include <algorithm>

namespace mcim::apps::mcimd {

void Durations::add(std::chrono::nanoseconds took) {
    const auto bound = std::ranges::lower_bound(bounds, took);
    ++counts_.at(static_cast<std::size_t>(bound - bounds.begin()));
    sum_ += took;
}

std::uint64_t Durations::up_to(std::size_t i) const {
    std::uint64_t out = 0;
    for (std::size_t n = 0; n <= i; ++n) out += counts_.at(n);
    return out;
}

std::string_view to_string(RateLimit limit) {
    switch (limit) {
        case RateLimit::address: return "address";
        case RateLimit::eid: return "eid";
        case RateLimit::operator_: return "operator";
        case RateLimit::order: return "order";
    }
    return "?";
}

void Metrics::answered(smdp::Es9Function function, const Es9Outcome& outcome, std::chrono::nanoseconds took) {
    auto& of_function = es9.at(static_cast<std::size_t>(function));
    if (outcome)
        ++of_function.refused.at(static_cast<std::size_t>(*outcome));
    else
        ++of_function.done;
    of_function.took.add(took);
}

}  // namespace mcim::apps::mcimd
