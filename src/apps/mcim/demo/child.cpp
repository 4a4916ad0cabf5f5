#include "child.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <sstream>
#include <thread>

namespace mcim::demo {
namespace {

using namespace std::chrono_literals;

Error os_error(const std::string& what, int code) { return fail(Errc::io, what, std::strerror(code)); }

/// Where PATH says; else where Debian has its daemons, which the PATH of a user does not name.
std::string find_program(const std::string& name) {
    if (name.find('/') != std::string::npos) return name;
    const char* path = std::getenv("PATH");
    std::istringstream folders(std::string(path == nullptr ? "" : path) + ":/usr/local/sbin:/usr/sbin:/sbin");
    for (std::string folder; std::getline(folders, folder, ':');)
        if (const auto file = std::filesystem::path(folder) / name; access(file.c_str(), X_OK) == 0)
            return file.string();
    return name;
}

/// A program with these descriptors as its standard streams; killed where this process dies without stopping it. That
/// it could not be started is known by what it writes to a pipe, which closes where it could.
Result<pid_t> spawn(const std::vector<std::string>& argv, int out, int err) {
    std::vector<char*> raw;
    for (const auto& a : argv) raw.push_back(const_cast<char*>(a.c_str()));  // NOLINT: execv does not write
    raw.push_back(nullptr);
    const std::string program = find_program(argv[0]);
    std::array<int, 2> failed{};
    if (pipe2(failed.data(), O_CLOEXEC) != 0) return os_error("pipe", errno);
    const pid_t parent = getpid();
    const pid_t pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        const int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
        if (getppid() == parent && dup2(nothing, 0) >= 0 && dup2(out, 1) >= 0 && dup2(err, 2) >= 0)
            execv(program.c_str(), raw.data());
        const int code = errno;
        (void)!write(failed[1], &code, sizeof code);
        _exit(127);
    }
    const int fork_error = errno;
    close(failed[1]);
    int code = 0;
    const bool started = pid > 0 && read(failed[0], &code, sizeof code) != static_cast<ssize_t>(sizeof code);
    close(failed[0]);
    if (started) return pid;
    if (pid < 0) return os_error("fork", fork_error);
    waitpid(pid, nullptr, 0);
    return os_error(argv[0], code);
}

}  // namespace

int exit_status(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status); }

Result<Child> Child::start(std::vector<std::string> argv, std::string log) {
    const int fd = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (fd < 0) return os_error(log, errno);
    const auto pid = spawn(argv, fd, fd);
    close(fd);
    if (!pid) return pid.error();
    return Child(*pid, argv[0]);
}

Child::Child(Child&& o) noexcept : pid_(std::exchange(o.pid_, -1)), status_(o.status_), name_(std::move(o.name_)) {}
Child& Child::operator=(Child&& o) noexcept {
    if (this != &o) {
        stop();
        pid_ = std::exchange(o.pid_, -1);
        status_ = o.status_;
        name_ = std::move(o.name_);
    }
    return *this;
}
Child::~Child() { stop(); }

bool Child::running() {
    if (pid_ <= 0) return false;
    int status = 0;
    if (waitpid(pid_, &status, WNOHANG) != pid_) return true;
    status_ = exit_status(status);
    pid_ = -1;
    return false;
}

Result<int> Child::wait(std::chrono::milliseconds deadline) {
    if (poll_until([&] { return !running(); }, deadline)) return status_;
    kill();
    return fail(Errc::io, name_, "still running after " + std::to_string(deadline.count()) + " ms");
}

void Child::stop() {
    if (!running()) return;
    ::kill(pid_, SIGTERM);
    if (!poll_until([&] { return !running(); }, 2s)) kill();
}

void Child::kill() {
    if (!running()) return;
    ::kill(pid_, SIGKILL);
    int status = 0;
    waitpid(pid_, &status, 0);
    status_ = exit_status(status);
    pid_ = -1;
}

Result<Output> run(std::vector<std::string> argv, std::chrono::milliseconds deadline) {
    std::array<int, 2> out{};
    std::array<int, 2> err{};
    if (pipe2(out.data(), O_CLOEXEC) != 0 || pipe2(err.data(), O_CLOEXEC) != 0) return os_error("pipe", errno);
    auto pid = spawn(argv, out[1], err[1]);
    close(out[1]);
    close(err[1]);
    Output result;
    const auto end = std::chrono::steady_clock::now() + deadline;
    std::array<pollfd, 2> fds{pollfd{out[0], POLLIN, 0}, pollfd{err[0], POLLIN, 0}};
    while (pid && (fds[0].fd >= 0 || fds[1].fd >= 0)) {
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now()).count();
        if (left <= 0 || poll(fds.data(), fds.size(), static_cast<int>(left)) <= 0) break;
        for (std::size_t i = 0; i < 2; ++i) {
            if (fds[i].revents == 0) continue;
            std::array<char, 4096> buffer{};
            const ssize_t n = read(fds[i].fd, buffer.data(), buffer.size());
            if (n > 0)
                (i == 0 ? result.out : result.err).append(buffer.data(), static_cast<std::size_t>(n));
            else
                fds[i].fd = -1;
        }
    }
    close(out[0]);
    close(err[0]);
    if (!pid) return std::move(pid).error();
    const bool late = std::chrono::steady_clock::now() >= end;
    if (late) ::kill(*pid, SIGKILL);
    int status = 0;
    waitpid(*pid, &status, 0);
    if (late)
        return fail(Errc::io, argv[0],
                    "still running after " + std::to_string(deadline.count()) + " ms: " + result.out + result.err);
    result.status = exit_status(status);
    return result;
}

bool poll_until(const std::function<bool()>& ready, std::chrono::milliseconds deadline) {
    const auto end = std::chrono::steady_clock::now() + deadline;
    while (!ready()) {
        if (std::chrono::steady_clock::now() >= end) return false;
        std::this_thread::sleep_for(2ms);
    }
    return true;
}

}  // namespace mcim::demo
