#include "mcim/apps/mcimd/open_files.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>

namespace mcim::apps::mcimd {
namespace {

TEST(OpenFiles, LeaveRoomForTheOperatorBeforeItIsForClients) {
    EXPECT_EQ(connections_within(12'000, 1'048'576), 12'000U);
    EXPECT_EQ(connections_within(12'000, 1024), 1024U - files_reserved);
    EXPECT_EQ(connections_within(100, 1024), 100U);
    EXPECT_EQ(connections_within(100, 10), 1U);
    EXPECT_LT(admin_connections_max, files_reserved);
}

TEST(OpenFiles, AreRaisedUpToTheHardLimit) {
    rlimit before{};
    ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
    const rlim_t hard = std::min<rlim_t>(before.rlim_max, 4096);
    const rlimit low{std::min<rlim_t>(hard, 256), before.rlim_max};
    ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &low), 0);
    const std::size_t wanted = hard - files_reserved;
    EXPECT_EQ(make_room(wanted), wanted);
    ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
}

}  // namespace
}  // namespace mcim::apps::mcimd
