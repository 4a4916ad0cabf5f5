#include "mcim/apps/mcimd/metrics.h"

#include <gtest/gtest.h>

namespace mcim::apps::mcimd {
namespace {

using namespace std::chrono_literals;

TEST(Durations, AreCountedUpToEachBound) {
    Durations took;
    for (const auto d : {0us, 500us, 501us, 1'000'000us, 2'000'000us}) took.add(d);
    EXPECT_EQ(took.up_to(0), 2U) << "a bound is in its own bucket";
    EXPECT_EQ(took.up_to(1), 3U);
    EXPECT_EQ(took.up_to(Durations::bounds.size() - 1), 4U);
    EXPECT_EQ(took.up_to(Durations::bounds.size()), 5U);
    EXPECT_EQ(took.sum(), 3'001'001us);
}

TEST(Metrics, CountAnAnswerByFunctionAndOutcome) {
    Metrics metrics;
    metrics.answered(smdp::Es9Function::cancel_session, std::nullopt, 1ms);
    metrics.answered(smdp::Es9Function::cancel_session, smdp::Refusal::smdp_oid_wrong, 1ms);
    const auto& cancel = metrics.es9.at(static_cast<std::size_t>(smdp::Es9Function::cancel_session));
    EXPECT_EQ(cancel.done, 1U);
    EXPECT_EQ(cancel.refused.at(static_cast<std::size_t>(smdp::Refusal::smdp_oid_wrong)), 1U);
    EXPECT_EQ(cancel.took.sum(), 2ms);
    EXPECT_EQ(metrics.es9.front().done, 0U);
}

}  // namespace
}  // namespace mcim::apps::mcimd
