// docs/requirements.md cannot go stale: every identifier has its row, and every test it names exists in the tree.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>

namespace {

namespace fs = std::filesystem;
const fs::path top(MCIM_SOURCE_DIR);

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

}  // namespace
