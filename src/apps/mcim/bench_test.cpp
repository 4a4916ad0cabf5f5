#include "mcim/apps/mcim/bench.h"

#include <gtest/gtest.h>

namespace mcim::apps {
namespace {

TEST(Figures, ArePrintedForPeopleAndAsOneJsonObject) {
    Figures figures;
    figures.add("downloads", std::uint64_t{2000}, "complete downloads");
    figures.add("floor_ratio", 1.23456, 3, "over the floor");
    EXPECT_EQ(figures.text(),
              "  downloads     2000  complete downloads\n"
              "  floor_ratio  1.235  over the floor\n");
    EXPECT_EQ(figures.json(), R"({"downloads":2000,"floor_ratio":1.235})");
}

TEST(MicrosecondsPerCall, GrowWithTheWork) {
    volatile std::uint64_t sum = 0;
    const auto work = [&](int rounds) {
        return microseconds_per_call(
            [&, rounds] {
                for (int i = 0; i < rounds; ++i) sum = sum + 1;
            },
            std::chrono::milliseconds(20));
    };
    EXPECT_LT(work(1000) * 3, work(10000));
}

TEST(BenchAka, MakesVectorsAsTheCentreDoes) {
    const auto figures = bench_aka();
    ASSERT_TRUE(figures) << to_string(figures.error());
    EXPECT_TRUE(figures->json().starts_with(R"({"vectors_per_s":)"));
}

}  // namespace
}  // namespace mcim::apps
