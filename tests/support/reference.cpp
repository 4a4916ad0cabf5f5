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
    std::error_code absent;
    const auto size = fs::file_size(path, absent);
    EXPECT_FALSE(absent) << path << " cannot be read: " << absent.message();
    if (absent) return {};
    Bytes out(size);
    std::ifstream(path, std::ios::binary)
        .read(reinterpret_cast<char*>(out.data()), static_cast<std::streamsize>(out.size()));
    return out;
}

}  // namespace mcim::test
