// Another program of this project, run to its end.
#pragma once
#include <filesystem>
#include <vector>

#include "mcim/base/secret.h"

namespace mcim::apps {

/// The folder of the program that runs now: its siblings are looked for there.
[[nodiscard]] std::filesystem::path program_folder();

/// A secret that a program reads as a file while it never touches a disk: anonymous memory, inherited as a descriptor.
class InheritedFile {
public:
    [[nodiscard]] static Result<InheritedFile> make(const char* name, View content);
    InheritedFile(InheritedFile&&) noexcept;
    InheritedFile& operator=(InheritedFile&&) = delete;
    ~InheritedFile();
    /// How the child opens it.
    [[nodiscard]] std::string path() const { return "/proc/self/fd/" + std::to_string(fd_); }

private:
    explicit InheritedFile(int fd) : fd_(fd) {}
    int fd_;
};

struct Finished {
    int status = 0;     ///< exit status; 128 and more: ended by a signal
    std::string words;  ///< what it wrote, both streams
};
/// Waits for its end; for programs that come to one by themselves. argv[0] is a path.
[[nodiscard]] Result<Finished> run_program(const std::vector<std::string>& argv);

}  // namespace mcim::apps
