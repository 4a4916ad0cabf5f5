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

TEST(SpoolFile, SaysWhatNobodyCanGoOnWithAndMakesRoomForTheNext) {
    const test::TempFolder folder;
    const SpoolFile file(folder.path().string());
    const auto path = (folder / "bound-profile-package.der").string();
    const Spool good{{"LPA:1$a.example$X"}, {{0xAB}}, {{1, 2, 3}}, {}};
    ASSERT_TRUE(file.save({{"no activation code"}, {{0xAB}}, {{1, 2, 3}}, {}}));
    EXPECT_EQ(file.find().error().path.substr(0, path.size()), path);
    ASSERT_TRUE(file.save(good));
    std::filesystem::resize_file(path, 3);
    EXPECT_EQ(file.find().error().path.substr(0, path.size()), path);
    for (int again = 0; again < 2; ++again) {
        ASSERT_TRUE(file.save(good));
        EXPECT_EQ(*file.set_aside(), path + ".damaged");
        EXPECT_FALSE(*file.find());
    }
    EXPECT_FALSE(file.set_aside()) << "nothing is there";
}

}  // namespace
}  // namespace mcim::agent
