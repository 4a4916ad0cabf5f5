// A folder for the state of one bench run: gone at its end.
#pragma once
#include <cstdlib>
#include <filesystem>

#include "mcim/base/result.h"

namespace mcim::apps {

class BenchFolder {
public:
    /// Below the folder for temporary files (TMPDIR); what is measured with a database wants a disk there.
    [[nodiscard]] static Result<BenchFolder> make() {
        std::string path = (std::filesystem::temp_directory_path() / "mcim-bench-XXXXXX").string();
        if (mkdtemp(path.data()) == nullptr) return fail(Errc::io, path, "cannot make a folder there");
        return BenchFolder(path);
    }
    BenchFolder(BenchFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
    BenchFolder& operator=(BenchFolder&&) = delete;
    ~BenchFolder() {
        std::error_code ignored;
        if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
    }
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
    explicit BenchFolder(std::filesystem::path path) : path_(std::move(path)) {}
    std::filesystem::path path_;
};

}  // namespace mcim::apps
