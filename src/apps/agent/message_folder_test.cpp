#include "message_folder.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "support/temp_folder.h"

namespace mcim::agent {
namespace {

std::string content_of(const std::filesystem::path& file) {
    std::ifstream in(file);
    return {std::istreambuf_iterator<char>(in), {}};
}

TEST(MessageFolder, EveryRunGoesOnWhereTheLastOneEnded) {
    const test::TempFolder folder;
    std::ofstream(folder / "notes.txt") << "not a message";
    for (const char* run : {"first", "second"}) {
        MessageFolder messages(folder.path());
        for (const char* name : {"request", "response"}) ASSERT_TRUE(messages.keep(name, "json", run));
    }
    EXPECT_EQ(content_of(folder / "001-request.json"), "first");
    EXPECT_EQ(content_of(folder / "002-response.json"), "first");
    EXPECT_EQ(content_of(folder / "003-request.json"), "second");
    EXPECT_EQ(content_of(folder / "004-response.json"), "second");
}

TEST(MessageFolder, OverwritesNothingAndSaysSo) {
    const test::TempFolder folder;
    MessageFolder one(folder.path());
    MessageFolder other(folder.path());
    ASSERT_TRUE(one.keep("request", "json", "kept"));
    const auto refused = other.keep("request", "json", "lost");
    ASSERT_FALSE(refused);
    EXPECT_NE(to_string(refused.error()).find("001-request.json"), std::string::npos);
    EXPECT_EQ(content_of(folder / "001-request.json"), "kept");
    EXPECT_TRUE(other.keep("request", "json", "and goes on"));
}

TEST(MessageFolder, WithoutAFolderKeepsNothing) { EXPECT_TRUE(MessageFolder({}).keep("request", "json", "x")); }

}  // namespace
}  // namespace mcim::agent
