// mcim-signer as a process, to be killed.
#pragma once
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>
#include <vector>

namespace mcim::signer_program::test {

class Process {
public:
    /// What it says goes behind what the ones before it said.
    Process(const std::string& program, std::vector<std::string> arguments, std::filesystem::path log)
        : log_(std::move(log)) {
        arguments.insert(arguments.begin(), program);
        std::vector<char*> words;
        for (auto& argument : arguments) words.push_back(argument.data());
        words.push_back(nullptr);
        before_ = said().size();
        const int out = ::open(log_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        pid_ = ::fork();
        if (pid_ == 0) {
            ::prctl(PR_SET_PDEATHSIG, SIGKILL);
            ::dup2(out, STDERR_FILENO);
            ::execv(words.front(), words.data());
            ::_exit(127);
        }
        ::close(out);
    }
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;
    ~Process() { end_by(SIGKILL); }

    [[nodiscard]] pid_t pid() const { return pid_; }
    /// Everything in its log.
    [[nodiscard]] std::string said() const {
        std::ostringstream out;
        out << std::ifstream(log_).rdbuf();
        return out.str();
    }
    /// False where it ends instead, or needs longer than 20 seconds.
    [[nodiscard]] bool answers() {
        const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
        while (std::chrono::steady_clock::now() < until) {
            if (said().find("answering at", before_) != std::string::npos) return true;
            if (has_ended()) return false;
            std::this_thread::sleep_for(std::chrono::milliseconds(2));
        }
        return false;
    }
    /// The exit code, or 128 and the signal.
    int end_by(int signal) {
        if (pid_ > 0) ::kill(pid_, signal);
        return wait();
    }
    /// False where it has not ended by itself until then.
    bool ends_within(std::chrono::seconds time) {
        const auto until = std::chrono::steady_clock::now() + time;
        while (!has_ended() && std::chrono::steady_clock::now() < until)
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        return pid_ == 0;
    }
    int wait() {
        int status = 0;
        if (pid_ > 0 && ::waitpid(std::exchange(pid_, 0), &status, 0) > 0) keep(status);
        return ended_with_;
    }

private:
    bool has_ended() {
        int status = 0;
        if (pid_ > 0 && ::waitpid(pid_, &status, WNOHANG) == pid_) {
            pid_ = 0;
            keep(status);
        }
        return pid_ == 0;
    }
    void keep(int status) { ended_with_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status); }

    std::filesystem::path log_;
    std::size_t before_ = 0;
    pid_t pid_ = 0;
    int ended_with_ = 0;
};

}  // namespace mcim::signer_program::test
