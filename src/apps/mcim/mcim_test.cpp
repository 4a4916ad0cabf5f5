// What holds for every command.
#include <gtest/gtest.h>

#include "mcim/apps/mcim/run_for_test.h"
#include "mcim/jose/json.h"

namespace mcim::apps {
namespace {

using test::mcim;

TEST(TopLevelHelp, TellsTheWholeStoryInItsOrder) {
    const auto help = mcim({"--help"});
    ASSERT_EQ(help.code, 0);
    std::size_t at = 0;
    for (const char* step :
         {"mcim pki init", "mcim platform init", "mcimd --config", "mcim operator key", "mcim operator add",
          "mcim subscription add", "mcim device make", "mcim-tre run", "mcim device enrol", "mcim attest reference",
          "mcim order create", "mcim-agent", "mcim order explain", "mcim transfer release", "--release release.jws"}) {
        const auto next = help.out.find(step, at);
        ASSERT_NE(next, std::string::npos) << step << " is missing after\n" << help.out.substr(0, at);
        at = next;
    }
}

TEST(EveryCommand, HasHelpThatNamesItsOptions) {
    const std::vector<std::vector<std::string>> commands{
        {"platform", "init"},      {"operator", "key"},       {"operator", "add"},      {"operator", "list"},
        {"subscription", "add"},   {"subscription", "list"},  {"subscription", "show"}, {"subscription", "bar"},
        {"subscription", "unbar"}, {"subscription", "close"}, {"order", "create"},      {"order", "list"},
        {"order", "show"},         {"order", "explain"},      {"order", "cancel"},      {"order", "release"},
        {"device", "make"},        {"device", "enrol"},       {"device", "list"},       {"device", "show"},
        {"attest", "reference"},   {"attest", "verdict"},     {"transfer", "release"},  {"transfer", "show"},
        {"profile", "show"},       {"profile", "lint"},       {"profile", "template"}};
    for (auto command : commands) {
        command.emplace_back("--help");
        const auto help = mcim(command);
        EXPECT_EQ(help.code, 0) << command[0] << ' ' << command[1];
        EXPECT_TRUE(help.says("--json")) << help.out;
        command.back() = "--nonsense";
        EXPECT_GT(mcim(command).code, 100) << command[0] << ' ' << command[1];
    }
}

TEST(Version, ListsTheSpecifications) {
    const auto text = mcim({"--version"});
    EXPECT_EQ(text.code, 0);
    EXPECT_TRUE(text.says("SGP.22 v2.5")) << text.out;
    const auto json = jose::Object::parse(mcim({"--version", "--json"}).out);
    ASSERT_TRUE(json);
    EXPECT_EQ(*json->objects("specifications")->front().text("version"), "v2.5");
    EXPECT_NE(mcim({"--json"}).code, 0);
}

}  // namespace
}  // namespace mcim::apps
