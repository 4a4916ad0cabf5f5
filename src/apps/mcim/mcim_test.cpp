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
    for (const char* step : {"mcim pki init",
                             "mcim platform init",
                             "mcimd --config",
                             "mcim operator key",
                             "mcim operator add",
                             "mcim subscription add",
                             "swtpm socket",
                             "mcim device make",
                             "mcim-tre run",
                             "mcim device enrol",
                             "mcim attest reference",
                             "mcim order create",
                             "mcim-agent",
                             "mcim order explain",
                             "mcim operator add --id south",
                             "mcim subscription add --operator south",
                             "mcim attest reference",
                             "mcim transfer release",
                             "--release release.jws",
                             "agent profile enable"}) {
        const auto next = help.out.find(step, at);
        ASSERT_NE(next, std::string::npos) << step << " is missing after\n" << help.out.substr(0, at);
        at = next;
    }
}

/// What is there to be pasted is understood: every command, and every option of it.
TEST(TopLevelHelp, NamesNoOptionThatThereIsNot) {
    std::istringstream help(mcim({"--help"}).out);
    int commands = 0;
    for (std::string line; std::getline(help, line);) {
        if (!line.starts_with("    mcim ")) continue;
        for (std::string more; line.ends_with('\\') && std::getline(help, more);)
            line.replace(line.size() - 1, 1, more);
        std::istringstream words(line);
        std::vector<std::string> path;
        std::vector<std::string> options;
        for (std::string word; words >> word;) {
            if (word.starts_with("--"))
                options.push_back(word);
            else if (path.size() < 3)
                path.push_back(word);
        }
        ASSERT_EQ(path.size(), 3U) << line;
        const auto known = mcim({path[1], path[2], "--help"});
        EXPECT_EQ(known.code, 0) << line;
        for (const auto& option : options) EXPECT_TRUE(known.says("  " + option + " ")) << option << " of " << line;
        ++commands;
    }
    EXPECT_GT(commands, 15);
}

TEST(CommandLine, WithoutTheSocketSaysWhereItComesFrom) {
    ::unsetenv("MCIM_ADMIN");
    const auto listed = mcim({"order", "list"});
    EXPECT_GT(listed.code, 100);
    EXPECT_TRUE(listed.complains("MCIM_ADMIN=platform/admin.sock")) << listed.err;
    EXPECT_FALSE(mcim({"order", "show", "--admin", "x"}).complains("MCIM_ADMIN"));
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
