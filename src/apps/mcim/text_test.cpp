#include "mcim/apps/mcim/text.h"

#include <gtest/gtest.h>

#include <sstream>

namespace mcim::apps {
namespace {

TEST(Duration, HasANumberAndAUnit) {
    EXPECT_EQ(*parse_duration("--x", "90s"), std::chrono::seconds(90));
    EXPECT_EQ(*parse_duration("--x", "15m"), std::chrono::minutes(15));
    EXPECT_EQ(*parse_duration("--x", "12h"), std::chrono::hours(12));
    EXPECT_EQ(*parse_duration("--x", "7d"), std::chrono::days(7));
    for (const char* wrong : {"", "d", "7", "0d", "-1d", "7 d", "7w", "1.5h", "100001d", "99999999999d", "7dd"}) {
        const auto parsed = parse_duration("--valid-for", wrong);
        ASSERT_FALSE(parsed) << wrong;
        EXPECT_EQ(parsed.error().path, "--valid-for");
    }
}

TEST(Moment, IsATimeOrADurationFromNow) {
    const Time now = *from_rfc3339("2026-11-21T12:00:00Z");
    EXPECT_EQ(*parse_moment("--x", "2h", now), *from_rfc3339("2026-11-21T14:00:00Z"));
    EXPECT_EQ(*parse_moment("--x", "2027-01-31T00:00:00Z", now), *from_rfc3339("2027-01-31T00:00:00Z"));
    EXPECT_FALSE(parse_moment("--x", "tomorrow", now));
}

TEST(Registers, AreListedOrCountedThrough) {
    EXPECT_EQ(*parse_registers("--x", "0,4,7"), (std::vector<unsigned>{0, 4, 7}));
    EXPECT_EQ(*parse_registers("--x", "7,0-2"), (std::vector<unsigned>{0, 1, 2, 7}));
    EXPECT_EQ(*parse_registers("--x", "23"), std::vector<unsigned>{23});
    for (const char* wrong : {"", ",", "0,", "24", "3-1", "0,0", "1-3,2", "a", "0x1", "-1", "1-", " 1"})
        EXPECT_FALSE(parse_registers("--x", wrong)) << wrong;
}

TEST(Table, HasColumnsAsWideAsTheirWidestEntry) {
    std::ostringstream out;
    print_table(out, {"ID", "NAME"}, {{"north", "North Mobile"}, {"s", ""}});
    EXPECT_EQ(out.str(), "ID     NAME\nnorth  North Mobile\ns\n");
}

TEST(Fields, WithoutAValueAreLeftOut) {
    std::ostringstream out;
    print_fields(out, {{"a", "1"}, {"absent and long", ""}, {"bcd", "2"}});
    EXPECT_EQ(out.str(), "  a    1\n  bcd  2\n");
}

}  // namespace
}  // namespace mcim::apps
