// docs/requirements.md cannot go stale: every identifier has its row, every test it names exists in the tree and has a
// mutation in which its mechanism is off (docs/mutations.md), and every mutation still has its place in the source.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <vector>

#include "support/reference.h"

namespace {

namespace fs = std::filesystem;
const fs::path top = mcim::test::project_folder();

std::set<std::string> identifiers() {
    std::set<std::string> ids;
    const auto add = [&](const std::string& prefix, int last) {
        for (int i = 1; i <= last; ++i) ids.insert(prefix + std::to_string(i));
    };
    add("T", 11);
    add("P", 13);
    add("C", 4);
    add("R", 7);
    add("OA", 3);
    add("OB", 10);
    add("OC", 3);
    return ids;
}

/// Row identifier to proof.
std::map<std::string, std::string> rows() {
    std::map<std::string, std::string> found;
    std::ifstream in(top / "docs" / "requirements.md");
    static const std::regex row(R"(^\| ([A-Z]+[0-9]+) \|[^|]*\| (.*) \|$)");
    for (std::string line; std::getline(in, line);)
        if (std::smatch m; std::regex_match(line, m, row)) {
            EXPECT_FALSE(found.contains(m[1])) << "two rows for " << m[1];
            found[m[1]] = m[2];
        }
    return found;
}

/// "Suite.Name" of every TEST and TEST_F.
std::set<std::string> tests_in_tree() {
    std::set<std::string> found;
    static const std::regex declared(R"(^TEST(?:_F|_P)?\((\w+), (\w+)\))");
    for (const char* folder : {"src", "tests", "fuzz"}) {
        if (!fs::exists(top / folder)) continue;
        for (const auto& entry : fs::recursive_directory_iterator(top / folder)) {
            if (entry.path().extension() != ".cpp") continue;
            std::ifstream in(entry.path());
            for (std::string line; std::getline(in, line);)
                if (std::smatch m; std::regex_search(line, m, declared)) found.insert(m[1].str() + "." + m[2].str());
        }
    }
    return found;
}

std::string content_of(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

struct Mutation {
    std::string table;  ///< the file that holds it
    std::vector<std::string> tests;
    std::string off;  ///< the sentence that says what is switched off
    struct Hunk {
        std::string file, old_text, new_text;
    };
    std::vector<Hunk> hunks;
};

/// What stands after `word` and a space at the start of the line.
bool takes(std::string_view line, std::string_view word, std::string& rest) {
    if (line.size() <= word.size() || !line.starts_with(word) || line[word.size()] != ' ') return false;
    rest = line.substr(word.size() + 1);
    return true;
}

void read_line(const std::string& line, Mutation& m) {
    std::string rest;
    const auto add = [&](std::string& text) { text += (text.empty() ? "" : "\n") + rest; };
    if (takes(line, "test", rest))
        m.tests.push_back(rest);
    else if (takes(line, "off", rest))
        m.off = rest;
    else if (takes(line, "file", rest))
        m.hunks.push_back({rest, {}, {}});
    else if (takes(line, "-", rest) && !m.hunks.empty())
        add(m.hunks.back().old_text);
    else if (takes(line, "+", rest) && !m.hunks.empty())
        add(m.hunks.back().new_text);
    else
        ADD_FAILURE() << m.table << ": what is '" << line << "'?";
}

/// The tables of tests/mutations: blocks of lines with an empty line between them.
std::vector<Mutation> mutations() {
    std::vector<Mutation> found;
    for (const auto& entry : fs::directory_iterator(top / "tests" / "mutations")) {
        if (entry.path().extension() != ".txt") continue;
        const std::string table = entry.path().filename();
        std::ifstream in(entry.path());
        bool inside = false;
        for (std::string line; std::getline(in, line);) {
            if (line.starts_with('#')) continue;
            if (!line.empty() && !inside) found.push_back({table, {}, {}, {}});
            inside = !line.empty();
            if (inside) read_line(line, found.back());
        }
    }
    return found;
}

std::size_t occurrences(const std::string& text, const std::string& of) {
    std::size_t n = 0;
    for (auto at = text.find(of); at != std::string::npos; at = text.find(of, at + of.size())) ++n;
    return n;
}

std::set<std::string> tests_named(const std::string& proof) {
    std::set<std::string> found;
    static const std::regex name(R"(`(\w+\.\w+)`)");
    for (std::sregex_iterator it(proof.begin(), proof.end(), name), end; it != end; ++it) found.insert((*it)[1]);
    return found;
}

TEST(Traceability, EveryIdentifierHasItsRow) {
    const auto found = rows();
    for (const auto& id : identifiers()) EXPECT_TRUE(found.contains(id)) << id;
    for (const auto& [id, proof] : found) EXPECT_TRUE(identifiers().contains(id)) << id << " is no identifier";
}

TEST(Traceability, EveryRowIsProvedOrSaysWhatIsMissing) {
    for (const auto& [id, proof] : rows()) {
        const bool open = proof.starts_with("open: ") && proof.size() > 10;
        EXPECT_TRUE(open || !tests_named(proof).empty()) << id;
    }
}

TEST(Traceability, EveryNamedTestExists) {
    const auto tests = tests_in_tree();
    ASSERT_GT(tests.size(), 100U);
    for (const auto& [id, proof] : rows())
        for (const auto& name : tests_named(proof)) EXPECT_TRUE(tests.contains(name)) << id << " names " << name;
}

TEST(Traceability, EveryNamedTestHasAMutationThatSwitchesItsMechanismOff) {
    std::set<std::string> mutated;
    for (const auto& m : mutations()) mutated.insert(m.tests.begin(), m.tests.end());
    for (const auto& [id, proof] : rows())
        for (const auto& name : tests_named(proof)) EXPECT_TRUE(mutated.contains(name)) << id << " names " << name;
}

TEST(Traceability, EveryMutationHasItsTestsAndOnePlaceInTheSource) {
    const auto tests = tests_in_tree();
    for (const auto& m : mutations()) {
        SCOPED_TRACE(m.table + ": " + m.off);
        EXPECT_FALSE(m.tests.empty());
        EXPECT_FALSE(m.off.empty());
        EXPECT_FALSE(m.hunks.empty());
        for (const auto& name : m.tests) EXPECT_TRUE(tests.contains(name)) << name;
        for (const auto& hunk : m.hunks) {
            const std::string module = "src/" + fs::path(m.table).stem().string() + "/";
            EXPECT_TRUE(hunk.file.starts_with(module)) << hunk.file << " belongs into the table of its module";
            EXPECT_FALSE(hunk.old_text.empty());
            EXPECT_NE(hunk.old_text, hunk.new_text);
            EXPECT_EQ(occurrences(content_of(top / hunk.file), hunk.old_text), 1U) << hunk.file << "\n"
                                                                                   << hunk.old_text;
        }
    }
}

}  // namespace
