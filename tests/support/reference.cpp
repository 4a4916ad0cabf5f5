#include "support/reference.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

namespace mcim::test {

namespace fs = std::filesystem;

fs::path project_folder() { return MCIM_SOURCE_DIR; }

std::optional<fs::path> reference(std::string_view relative) {
    const auto existing = [&](const fs::path& folder) -> std::optional<fs::path> {
        std::error_code ignored;
        const fs::path candidate = folder / relative;
        if (fs::exists(candidate, ignored)) return candidate;
        return std::nullopt;
    };
    if (const char* named = std::getenv("MCIM_REFERENCE_DIR")) return existing(named);
    const fs::path project = project_folder();
    if (auto found = existing(project / "tests" / "reference")) return found;
    return existing(project.parent_path() / "shared" / "reference");
}

Bytes file_content(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    EXPECT_TRUE(in) << path << " cannot be read";
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

}  // namespace mcim::test
