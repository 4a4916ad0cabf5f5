// What holds for every command.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <map>

#include "mcim/apps/mcim/program.h"
#include "mcim/apps/mcim/run_for_test.h"
#include "mcim/base/version.h"
#include "mcim/jose/json.h"
#include "support/reference.h"
#include "support/temp_folder.h"

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
                             "hostapd",
                             "mcim operator add --id south",
                             "mcim subscription add --operator south",
                             "mcim attest reference",
                             "mcim transfer release",
                             "--release release.jws",
                             "agent profile enable",
                             "docs/walkthrough.md, section 11",
                             "NO-SUCH-ORDER",
                             "--ci other-pki/ci/certificate.der"}) {
        const auto next = help.out.find(step, at);
        ASSERT_NE(next, std::string::npos) << step << " is missing after\n" << help.out.substr(0, at);
        at = next;
    }
}

std::string walkthrough() {
    std::ifstream page(test::project_folder() / "docs" / "walkthrough.md");
    return {std::istreambuf_iterator<char>(page), {}};
}

TEST(DemoHelp, SaysWhereTheLoginIsToBeFound) {
    const auto help = mcim({"demo", "--help"});
    for (const char* part : {"hostapd", "eapol_test", "DIR/peers", "DIR/*/tpm", "docs/walkthrough.md, section 8"})
        EXPECT_TRUE(help.says(part)) << part << "\n" << help.out;
    for (const char* title : {"\n## 8. The login\n", "\n## 11. What is refused\n"})
        EXPECT_NE(walkthrough().find(title), std::string::npos) << title;
}

/// A line that is there to be pasted: the program, its command, and the options of both.
struct StoryLine {
    std::string text;
    std::vector<std::string> path;
    std::vector<std::string> options;
};

/// The words up to "&" or "}"; `agent` stands for the mcim-agent of its line.
StoryLine read_line(const std::string& text) {
    StoryLine out{text, {}, {}};
    std::istringstream words(text);
    bool begun = false;  // after "agent() {"
    for (std::string word; words >> word && word != "&" && word != "}";) {
        begun = begun || !text.starts_with("agent() {") || word == "mcim-agent";
        if (!begun) continue;
        if (word == "agent") word = "mcim-agent";
        if (word.starts_with("-"))
            out.options.push_back(word);
        else if (out.options.empty() || word == "download")
            out.path.push_back(word);
    }
    return out;
}

/// Those of a text that begin so.
std::vector<StoryLine> lines_to_paste(const std::string& text, const std::string& prompt) {
    std::vector<StoryLine> out;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        for (std::string more; line.ends_with('\\') && std::getline(lines, more);)
            line.replace(line.size() - 1, 1, more);
        for (const char* program : {"mcim ", "mcimd ", "mcim-tre ", "mcim-agent ", "agent "})
            if (line.starts_with(prompt + program)) out.push_back(read_line(line.substr(prompt.size())));
        if (line.starts_with("    agent() {")) out.push_back(read_line(line.substr(prompt.size())));
    }
    return out;
}

/// What the program of the line says of its command with --help.
std::string help_of(const StoryLine& line) {
    std::vector<std::string> words = line.path;
    std::erase_if(words,
                  [](const std::string& word) { return word.find_first_of("0123456789'$") != std::string::npos; });
    words.emplace_back("--help");
    if (words.front() == "mcim") return mcim({words.begin() + 1, words.end()}).out;
    words.front() = words.front() == "mcimd" ? MCIMD : words.front() == "mcim-tre" ? MCIM_TRE : MCIM_AGENT;
    const auto ran = run_program(words);
    EXPECT_TRUE(ran && ran->status == 0) << line.text;
    const auto of_program = run_program({words.front(), "--help"});  // options of the program stand before a command
    return ran && of_program ? ran->words + of_program->words : "";
}

/// How many lines each program has, of which every option is one of that command.
std::map<std::string, int> understood(const std::vector<StoryLine>& story) {
    std::map<std::string, int> lines;
    for (const auto& line : story) {
        std::string help = help_of(line);
        std::ranges::replace_if(
            help, [](char c) { return c == ',' || c == '{'; }, ' ');
        for (const auto& option : line.options)
            EXPECT_NE(help.find(" " + option.substr(0, option.find('=')) + " "), help.npos)
                << option << " of " << line.text << "\n"
                << help;
        ++lines[line.path.front()];
    }
    return lines;
}

/// What is there to be pasted is understood: every command, and every option of it.
TEST(TopLevelHelp, NamesNoOptionThatThereIsNot) {
    auto lines = understood(lines_to_paste(mcim({"--help"}).out, "    "));
    EXPECT_GT(lines["mcim"], 15);
    EXPECT_GT(lines["mcim-agent"], 5);
    EXPECT_EQ(lines["mcim-tre"], 1);
    EXPECT_EQ(lines["mcimd"], 1);
}

TEST(Walkthrough, NamesNoOptionThatThereIsNot) {
    auto lines = understood(lines_to_paste(walkthrough(), "$ "));
    EXPECT_GT(lines["mcim"], 25);
    EXPECT_GT(lines["mcim-agent"], 10);
    EXPECT_GT(lines["mcim-tre"], 4);
    EXPECT_EQ(lines["mcimd"], 2);
}

TEST(CommandLine, WithoutTheSocketSaysWhereItComesFrom) {
    ::unsetenv("MCIM_ADMIN");
    const auto listed = mcim({"order", "list"});
    EXPECT_GT(listed.code, 100);
    EXPECT_TRUE(listed.complains("MCIM_ADMIN=platform/admin.sock")) << listed.err;
    EXPECT_FALSE(mcim({"order", "show", "--admin", "x"}).complains("MCIM_ADMIN"));
    const auto keyless = mcim({"operator", "key"});
    EXPECT_TRUE(keyless.complains("--out is required: File for the private key")) << keyless.err;
}

TEST(CommandLine, NamesTheWordThatIsNoCommand) {
    const auto top = mcim({"ordr", "list"});
    EXPECT_GT(top.code, 100);
    EXPECT_TRUE(top.complains("\"ordr\" is no command of mcim; near it: order.")) << top.err;
    const auto below = mcim({"subscription", "lst", "--admin", "x"});
    EXPECT_GT(below.code, 100);
    EXPECT_TRUE(below.complains("\"lst\" is no command of mcim subscription; near it: list.")) << below.err;
    EXPECT_TRUE(below.complains("Its commands: add, import, export, list, show, bar, unbar, close.")) << below.err;
    EXPECT_FALSE(mcim({"pki", "destroy"}).complains("near it"));
    const auto nothing = mcim({"transfer"});
    EXPECT_TRUE(nothing.complains("mcim transfer wants one of its commands: release, show.")) << nothing.err;
    EXPECT_TRUE(mcim({}).complains("mcim wants one of its commands: pki, ")) << mcim({}).err;
    for (const char* not_near : {"", "x", "ls"}) EXPECT_FALSE(mcim({not_near}).complains("near it")) << not_near;
}

TEST(CommandLine, NamesTheWordThatIsNoOption) {
    const auto unknown = mcim({"transfer", "release", "--oprator", "north"});
    EXPECT_GT(unknown.code, 100);
    EXPECT_TRUE(unknown.complains("--oprator is no option of mcim transfer release; near it: --operator"))
        << unknown.err;
    const auto too_early = mcim({"--admin", "x", "order", "list"});
    EXPECT_EQ(too_early.err, "--admin belongs behind \"mcim order list\".\n");
    EXPECT_FALSE(mcim({"order", "list", "--x", "--admin", "x"}).complains("near it"));
    EXPECT_FALSE(mcim({"order", "list", "--jsno"}).complains("MCIM_ADMIN")) << "first things first";
}

TEST(CommandLine, NamesTheWordThatIsTooMany) {
    const auto extra = mcim({"order", "show", "1234", "5678", "--admin", "x"});
    EXPECT_GT(extra.code, 100);
    EXPECT_TRUE(extra.complains("\"5678\" is a word too many for mcim order show.")) << extra.err;
    const auto server = run_program({MCIMD, "frob"});
    ASSERT_TRUE(server);
    EXPECT_EQ(server->words, "\"frob\" is a word too many for mcimd.\nmcimd --help says what it takes.\n");
}

TEST(CommandLine, NamesTheOptionThatIsThereTwiceOrWithoutAValue) {
    const auto twice = mcim({"order", "list", "--admin", "x", "--admin", "y"});
    EXPECT_GT(twice.code, 100);
    EXPECT_TRUE(twice.complains("--admin is there 2 times; give it once.\n")) << twice.err;
    const auto bare = mcim({"operator", "key", "--out"});
    EXPECT_TRUE(bare.complains("--out wants a value: File for the private key")) << bare.err;
    const auto server = run_program({MCIMD});
    ASSERT_TRUE(server);
    EXPECT_EQ(server->words,
              "--config is required: configuration file, as \"mcim platform init\" makes one.\n"
              "mcimd --help says more.\n");
}

TEST(CommandLine, TakesJsonBeforeAndBehindTheCommand) {
    const test::TempFolder folder;
    int made = 0;
    for (const std::vector<std::string>& form : {std::vector<std::string>{"--json", "operator", "key"},
                                                 {"operator", "--json", "key"},
                                                 {"operator", "key", "--json"}}) {
        auto line = form;
        line.insert(line.end(), {"--out", (folder / std::to_string(++made)).string()});
        const auto ran = mcim(line);
        EXPECT_TRUE(jose::Object::parse(ran.out)) << ran.out << ran.err;
    }
}

TEST(CommandLine, FailureIsAnObjectOnStderrWhereJsonIsAskedFor) {
    const test::TempFolder folder;
    const std::string place = (folder / "key").string();
    ASSERT_EQ(mcim({"operator", "key", "--out", place}).code, 0);
    const auto again = mcim({"--json", "operator", "key", "--out", place});
    EXPECT_EQ(again.code, 1);
    EXPECT_EQ(again.out, "");
    const auto said = jose::Object::parse(again.err);
    ASSERT_TRUE(said) << again.err;
    const auto fault = said->object("error");
    EXPECT_EQ(
        mcim({"operator", "key", "--out", place}).err,
        "mcim: " + *fault->text("code") + " at " + *fault->text("where") + ": " + *fault->text("sentence") + "\n");
}

TEST(EveryCommand, HasHelpThatNamesItsOptions) {
    const std::vector<std::vector<std::string>> commands{
        {"platform", "init"},    {"operator", "key"},        {"operator", "add"},       {"operator", "list"},
        {"subscription", "add"}, {"subscription", "import"}, {"subscription", "list"},  {"subscription", "show"},
        {"subscription", "bar"}, {"subscription", "unbar"},  {"subscription", "close"}, {"order", "create"},
        {"order", "list"},       {"order", "show"},          {"order", "explain"},      {"order", "cancel"},
        {"order", "release"},    {"device", "make"},         {"device", "enrol"},       {"device", "list"},
        {"device", "show"},      {"attest", "reference"},    {"attest", "verdict"},     {"transfer", "release"},
        {"transfer", "show"},    {"profile", "show"},        {"profile", "lint"},       {"profile", "template"}};
    for (auto command : commands) {
        command.emplace_back("--help");
        const auto help = mcim(command);
        EXPECT_EQ(help.code, 0) << command[0] << ' ' << command[1];
        EXPECT_TRUE(help.says("--json")) << help.out;
        command.back() = "--nonsense";
        EXPECT_GT(mcim(command).code, 100) << command[0] << ' ' << command[1];
    }
}

TEST(Version, EveryProgramTellsItsOwn) {
    for (const std::string program : {MCIM_AGENT, MCIM_TRE, MCIMD}) {
        const auto ran = run_program({program, "--version"});
        ASSERT_TRUE(ran) << to_string(ran.error());
        EXPECT_EQ(ran->status, 0) << ran->words;
        EXPECT_TRUE(ran->words.starts_with(named_version(std::filesystem::path(program).filename().string())))
            << ran->words;
    }
}

TEST(Version, ListsTheSpecifications) {
    const auto text = mcim({"--version"});
    EXPECT_EQ(text.code, 0);
    EXPECT_TRUE(text.says("SGP.22 v2.5")) << text.out;
    const auto json = jose::Object::parse(mcim({"--version", "--json"}).out);
    ASSERT_TRUE(json);
    EXPECT_EQ(*json->objects("specifications")->front().text("version"), "v2.5");
    const auto nothing = mcim({"--json"});
    EXPECT_GT(nothing.code, 100);
    EXPECT_TRUE(nothing.complains("mcim wants one of its commands")) << nothing.err;
    EXPECT_TRUE(mcim({"--help"}).says("Exit codes: 0 done; 1 refused or failed"));
}

}  // namespace
}  // namespace mcim::apps
