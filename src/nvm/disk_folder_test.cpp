#include "mcim/nvm/disk_folder.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mcim/nvm/store.h"
#include "support/random.h"
#include "support/temp_folder.h"

namespace mcim::nvm {
namespace {

class DiskFolderTest : public testing::Test {
protected:
    test::TempFolder temp_;
    std::string path_ = (temp_ / "card").string();
};

TEST_F(DiskFolderTest, DoesWhatItIsAsked) {
    const auto folder = *DiskFolder::open(path_);
    EXPECT_FALSE(folder->read("a")->has_value());
    ASSERT_TRUE(folder->append("a", as_view("one")));
    ASSERT_TRUE(folder->append("a", as_view("two")));
    ASSERT_TRUE(folder->sync("a"));
    EXPECT_EQ(as_text(**folder->read("a")), "onetwo");
    ASSERT_TRUE(folder->truncate("a", 4));
    ASSERT_TRUE(folder->append("b", as_view("new")));
    ASSERT_TRUE(folder->rename("b", "a"));
    ASSERT_TRUE(folder->sync_names());
    EXPECT_EQ(as_text(**folder->read("a")), "new");
    EXPECT_EQ(*folder->list(), std::vector<std::string>{"a"});
    ASSERT_TRUE(folder->remove("a"));
    EXPECT_TRUE(folder->list()->empty());
    const auto missing = folder->remove("a");
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().path, path_ + "/a");
}

TEST_F(DiskFolderTest, IsReadableByItsOwnerOnly) {
    const auto folder = *DiskFolder::open(path_);
    ASSERT_TRUE(folder->append("a", as_view("x")));
    struct stat facts {};
    ASSERT_EQ(::stat(path_.c_str(), &facts), 0);
    EXPECT_EQ(facts.st_mode & 0777U, 0700U);
    ASSERT_EQ(::stat((path_ + "/a").c_str(), &facts), 0);
    EXPECT_EQ(facts.st_mode & 0777U, 0600U);
}

TEST_F(DiskFolderTest, IsHeldByOneAtATime) {
    auto first = *DiskFolder::open(path_);
    const auto second = DiskFolder::open(path_);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, Errc::conflict);
    EXPECT_NE(to_string(second.error()).find("another process is running this card"), std::string::npos);
    first.reset();
    EXPECT_TRUE(DiskFolder::open(path_));
}

TEST_F(DiskFolderTest, CarriesAStore) {
    test::SeededRandom random{5};
    const auto key = *Secret<32>::copy_of(Bytes(32, 7));
    {
        const auto folder = *DiskFolder::open(path_);
        const auto store = *Store::create({*folder, random, nullptr, 300}, key);
        for (std::uint8_t i = 0; i < 20; ++i) {
            uicc::Changes changes;
            changes.put("k", Bytes{i});
            ASSERT_TRUE(store->commit(changes));
        }
    }
    const auto folder = *DiskFolder::open(path_);
    const auto store = *Store::open({*folder, random}, key);
    EXPECT_EQ(hex(expose(store->load()->at("k"))), "13");
    EXPECT_EQ(store->epoch(), 20U);
}

}  // namespace
}  // namespace mcim::nvm
