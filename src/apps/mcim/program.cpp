#include "mcim/apps/mcim/program.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

extern char** environ;

namespace mcim::apps {

namespace {

constexpr std::size_t words_octets_max = 64 * 1024;

Error system_error(const std::string& what, int code) { return fail(Errc::io, what, std::strerror(code)); }

struct Actions {
    Actions() { posix_spawn_file_actions_init(&actions); }
    Actions(const Actions&) = delete;
    Actions& operator=(const Actions&) = delete;
    ~Actions() { posix_spawn_file_actions_destroy(&actions); }
    posix_spawn_file_actions_t actions{};
};

std::string read_to_end(int fd) {
    std::string out;
    std::array<char, 4096> buffer{};
    while (true) {
        const ssize_t n = ::read(fd, buffer.data(), buffer.size());
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return out;
        if (out.size() < words_octets_max) out.append(buffer.data(), static_cast<std::size_t>(n));
    }
}

}  // namespace

std::filesystem::path program_folder() {
    std::error_code ignored;
    return std::filesystem::read_symlink("/proc/self/exe", ignored).parent_path();
}

Result<InheritedFile> InheritedFile::make(const char* name, View content) {
    const int fd = ::memfd_create(name, 0);  // without MFD_CLOEXEC: the child is to have it
    if (fd < 0) return system_error("memfd_create", errno);
    InheritedFile out(fd);
    while (!content.empty()) {
        const ssize_t n = ::write(fd, content.data(), content.size());
        if (n < 0 && errno != EINTR) return system_error(name, errno);
        if (n > 0) content = content.subspan(static_cast<std::size_t>(n));
    }
    return out;
}

InheritedFile::InheritedFile(InheritedFile&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
InheritedFile::~InheritedFile() {
    if (fd_ >= 0) ::close(fd_);
}

Result<Finished> run_program(const std::vector<std::string>& argv) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return system_error("pipe", errno);
    Actions redirect;
    posix_spawn_file_actions_adddup2(&redirect.actions, ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&redirect.actions, ends[1], STDERR_FILENO);
    std::vector<char*> words;
    for (const auto& word : argv) words.push_back(const_cast<char*>(word.c_str()));
    words.push_back(nullptr);
    pid_t pid = 0;
    const int error = ::posix_spawn(&pid, words.front(), &redirect.actions, nullptr, words.data(), environ);
    ::close(ends[1]);
    Finished out;
    if (error == 0) out.words = read_to_end(ends[0]);
    ::close(ends[0]);
    if (error != 0) return system_error(argv.front(), error);
    int status = 0;
    while (::waitpid(pid, &status, 0) < 0)
        if (errno != EINTR) return system_error("waitpid", errno);
    out.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return out;
}

}  // namespace mcim::apps
