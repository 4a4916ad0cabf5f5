#include "spool_file.h"

#include <gtest/gtest.h>

#include "support/temp_folder.h"

namespace mcim::agent {
namespace {

TEST(SpoolFile, KeepsOnePackageUntilItIsDropped) {
    const test::TempFolder folder;
    const SpoolFile file((folder / "state").string());
    EXPECT_FALSE(*file.find());
    EXPECT_TRUE(file.drop());
    const Spool first{{"LPA:1$a.example$X"}, {{0xAB}}, {{1, 2, 3}}, {}};
    const Spool second{{"LPA:1$a.example$Y"}, {{0xCD}}, {{4}}, {}};
    for (const Spool& spool : {first, second}) {
        ASSERT_TRUE(file.save(spool));
        EXPECT_EQ(**SpoolFile((folder / "state").string()).find(), spool);
    }
    ASSERT_TRUE(file.drop());
    EXPECT_FALSE(*file.find());
    EXPECT_TRUE(std::filesystem::is_empty(folder / "state"));
}

TEST(SpoolFile, SaysBeforehandWhereNothingCanBeKept) {
    const test::TempFolder folder;
    EXPECT_TRUE(SpoolFile((folder / "state").string()).ready());
    EXPECT_TRUE(std::filesystem::is_directory(folder / "state"));
    const auto failure = SpoolFile("/proc/nowhere").ready();
    ASSERT_FALSE(failure);
    EXPECT_EQ(failure.error().code, Errc::io);
}

TEST(SpoolFile, SaysWhatCannotBeRead) {
    const test::TempFolder folder;
    const SpoolFile file(folder.path().string());
    ASSERT_TRUE(file.save({{"LPA:1$a.example$X"}, {{0xAB}}, {{1, 2, 3}}, {}}));
    for (const auto& entry : std::filesystem::directory_iterator(folder.path()))
        std::filesystem::resize_file(entry.path(), 3);
    EXPECT_FALSE(file.find());
}

}  // namespace
}  // namespace mcim::agent
