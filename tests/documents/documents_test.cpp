// What the documents promise of themselves.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <sstream>

#include "mcim/base/version.h"

#include "support/reference.h"

namespace mcim {
namespace {

namespace fs = std::filesystem;

const fs::path project = test::project_folder();

std::string content_of(const fs::path& file) {
    std::ostringstream out;
    out << std::ifstream(file).rdbuf();
    return out.str();
}

/// Number to file name.
std::map<std::string, std::string> decisions() {
    std::map<std::string, std::string> out;
    for (const auto& entry : fs::directory_iterator(project / "docs" / "adr")) {
        const std::string name = entry.path().filename().string();
        const auto [at, fresh] = out.emplace(name.substr(0, 4), name);
        EXPECT_TRUE(fresh) << name << " has the number of " << at->second;
    }
    return out;
}

TEST(Decisions, HaveANumberEachWhichTheirTitleRepeats) {
    for (const auto& [number, name] : decisions())
        EXPECT_TRUE(content_of(project / "docs" / "adr" / name).starts_with("# " + number + ". ")) << name;
}

TEST(Decisions, ThatAreReferredToExist) {
    const auto known = decisions();
    const std::regex mention("(?:ADR |adr/)([0-9]{4})([a-z0-9-]*\\.md)?");
    int mentions = 0;
    for (const char* folder : {"docs", "src", "."})
        for (auto it = fs::recursive_directory_iterator(project / folder); it != fs::recursive_directory_iterator();
             ++it) {
            if (folder[0] == '.') it.disable_recursion_pending();
            const std::string ending = it->path().extension().string();
            if (ending != ".md" && ending != ".h" && ending != ".cpp") continue;
            const std::string text = content_of(it->path());
            for (std::sregex_iterator m(text.begin(), text.end(), mention), end; m != end; ++m, ++mentions) {
                const auto found = known.find((*m)[1]);
                ASSERT_NE(found, known.end()) << it->path() << " refers to " << m->str();
                if ((*m)[2].matched) {
                    EXPECT_EQ(found->second, (*m)[1].str() + (*m)[2].str()) << it->path();
                }
            }
        }
    EXPECT_GT(mentions, 10);
}

TEST(Version, StandsInOnePlace) {
    EXPECT_EQ(software_version, std::to_string(version_number(0)) + '.' + std::to_string(version_number(1)) + '.' +
                                    std::to_string(version_number(2)));
    const fs::path place = project / "src" / "base" / "version.h";
    for (const auto& entry : fs::recursive_directory_iterator(project / "src")) {
        const std::string ending = entry.path().extension().string();
        if ((ending != ".h" && ending != ".cpp") || entry.path() == place) continue;
        EXPECT_EQ(content_of(entry.path()).find(" " + std::string(software_version)), std::string::npos)
            << entry.path();
    }
}

/// Who runs a program need not have its sources.
TEST(Programs, PointNobodyIntoTheirSources) {
    const std::regex text("\"[^\"\n]*\\bsrc/[^\"\n]*\"");
    int files = 0;
    for (const auto& entry : fs::recursive_directory_iterator(project / "src")) {
        const std::string name = entry.path().filename().string();
        if (!(name.ends_with(".cpp") || name.ends_with(".h")) || name.find("_test.") != std::string::npos) continue;
        ++files;
        std::smatch found;
        const std::string content = content_of(entry.path());
        EXPECT_FALSE(std::regex_search(content, found, text)) << entry.path() << ": " << found.str();
    }
    EXPECT_GT(files, 100);
}

}  // namespace
}  // namespace mcim
