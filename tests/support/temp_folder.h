// A folder of one test, gone afterwards.
#pragma once
#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <string>

namespace mcim::test {

class TempFolder {
public:
    enum class On : std::uint8_t { disk, memory };
    /// In memory where the machine has such a file system: reaching the disk is not what the test is about.
    explicit TempFolder(On on = On::disk) {
        const std::filesystem::path memory = "/dev/shm";
        const bool in_memory = on == On::memory && ::access(memory.c_str(), W_OK) == 0;
        std::string name =
            ((in_memory ? memory : std::filesystem::temp_directory_path()) / "mcim-test-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) std::abort();
        path_ = name;
    }
    ~TempFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TempFolder(const TempFolder&) = delete;
    TempFolder& operator=(const TempFolder&) = delete;
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    [[nodiscard]] std::filesystem::path operator/(std::string_view name) const { return path_ / name; }

private:
    std::filesystem::path path_;
};

}  // namespace mcim::test
