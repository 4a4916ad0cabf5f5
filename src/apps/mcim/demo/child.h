// A program started by the demonstration: its output goes to a file, and it does not outlive its owner, nor the process
// that started it.
#pragma once
#include <sys/types.h>

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "mcim/base/result.h"

namespace mcim::demo {

/// What waitpid() wrote: the exit status, or 128 + signal.
[[nodiscard]] int exit_status(int wait_status);

class Child {
public:
    /// argv[0] is looked for in PATH and in the sbin folders; output (both streams) is appended to `log`.
    [[nodiscard]] static Result<Child> start(std::vector<std::string> argv, std::string log);
    Child(Child&&) noexcept;
    Child& operator=(Child&&) noexcept;
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;
    ~Child();  ///< SIGTERM, and SIGKILL after two seconds

    [[nodiscard]] pid_t pid() const { return pid_; }
    /// The exit status, or 128 + signal; Errc::io where it is still running at the deadline (it is then killed).
    [[nodiscard]] Result<int> wait(std::chrono::milliseconds deadline);
    [[nodiscard]] bool running();
    void stop();  ///< as the destructor
    void kill();  ///< SIGKILL, as a power cut would

private:
    Child(pid_t pid, std::string name) : pid_(pid), name_(std::move(name)) {}
    pid_t pid_ = -1;
    int status_ = -1;
    std::string name_;
};

struct Output {
    int status = 0;
    std::string out;  ///< standard output
    std::string err;
};
/// Runs a program to its end and collects what it prints.
[[nodiscard]] Result<Output> run(std::vector<std::string> argv, std::chrono::milliseconds deadline);

/// Asks `ready` every few milliseconds until it is, or the deadline has passed.
[[nodiscard]] bool poll_until(const std::function<bool()>& ready, std::chrono::milliseconds deadline);

}  // namespace mcim::demo
