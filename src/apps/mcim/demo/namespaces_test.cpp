#include "mcim/apps/mcim/demo/namespaces.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <filesystem>

#include "mcim/apps/mcim/demo/child.h"

namespace mcim::demo {
namespace {

constexpr int forbidden = 77;  ///< as where the kernel gives no namespaces

/// A process that contains a daemon. Every one of them holds the pipe's writing end: it is at its end when all are
/// gone.
class Contained {
public:
    enum class End : std::uint8_t { of_itself, never };
    explicit Contained(End end) {
        std::array<int, 2> ends{};
        if (pipe(ends.data()) != 0) return;
        outer = fork();
        if (outer == 0) {
            close(ends[0]);
            const auto status = run_contained([&] {
                if (fork() == 0) {
                    setsid();
                    if (fork() != 0) _exit(0);
                    (void)!write(ends[1], "x", 1);
                    for (;;) pause();
                }
                std::array<int, 2> unused{};
                (void)!pipe(unused.data());
                char ignored = 0;
                if (end == End::never) (void)!read(unused[0], &ignored, 1);
                waitpid(-1, nullptr, 0);
                return 5;
            });
            _exit(status ? *status : forbidden);
        }
        close(ends[1]);
        reading = ends[0];
    }
    ~Contained() { close(reading); }
    Contained(const Contained&) = delete;
    Contained& operator=(const Contained&) = delete;

    /// False where nobody is left who could say it.
    [[nodiscard]] bool daemon_says_that_it_runs() const {
        char word = 0;
        return read(reading, &word, 1) == 1;
    }
    [[nodiscard]] bool all_are_gone() const {
        char word = 0;
        ssize_t n = 0;
        while ((n = read(reading, &word, 1)) == 1) {
        }
        return n == 0;
    }
    [[nodiscard]] int exit_status() const {
        int status = 0;
        waitpid(outer, &status, 0);
        return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }
    pid_t outer = -1;
    int reading = -1;
};

TEST(RunContained, EndsDaemonsWithItsBody) {
    const Contained contained(Contained::End::of_itself);
    EXPECT_TRUE(contained.all_are_gone());
    const int status = contained.exit_status();
    if (status == forbidden) GTEST_SKIP() << "no namespaces here";
    EXPECT_EQ(status, 5);
}

TEST(RunContained, ProcessesFindThemselvesByNumber) {
    const pid_t outer = fork();
    if (outer == 0) {
        const auto status = run_contained([] {
            const std::string own = "/proc/" + std::to_string(getpid());
            return getpid() == 1 && access((own + "/task/1").c_str(), F_OK) == 0 &&
                           std::filesystem::read_symlink("/proc/self") == "1"
                       ? 0
                       : 1;
        });
        _exit(status ? *status : forbidden);
    }
    int status = 0;
    waitpid(outer, &status, 0);
    if (WEXITSTATUS(status) == forbidden) GTEST_SKIP() << "no namespaces here";
    EXPECT_EQ(WEXITSTATUS(status), 0);
}

/// A process whose children's namespace is over can start none, and a leak sanitizer at its end starts one.
TEST(RunContained, TheCallerCanStartProcessesAfterwards) {
    const pid_t outer = fork();
    if (outer == 0) {
        const auto status = run_contained([] { return 0; });
        if (!status) _exit(forbidden);
        const pid_t next = fork();
        if (next == 0) _exit(0);
        _exit(next > 0 ? 0 : 1);
    }
    int status = 0;
    waitpid(outer, &status, 0);
    if (WEXITSTATUS(status) == forbidden) GTEST_SKIP() << "no namespaces here";
    EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST(RunContained, LeavesNothingWhenItIsKilledOrInterrupted) {
    for (const int signal : {SIGKILL, SIGTERM, SIGINT, SIGHUP}) {
        const Contained contained(Contained::End::never);
        if (!contained.daemon_says_that_it_runs()) {
            EXPECT_EQ(contained.exit_status(), forbidden);
            GTEST_SKIP() << "no namespaces here";
        }
        kill(contained.outer, signal);
        EXPECT_TRUE(contained.all_are_gone()) << signal;
        EXPECT_EQ(contained.exit_status(), 128 + signal);
    }
}

TEST(Child, FindsDaemonsThatThePathOfAUserDoesNotName) {
    const std::string before = std::getenv("PATH");
    setenv("PATH", "/usr/bin:/bin", 1);
    const auto ran = demo::run({"ldconfig", "--version"}, std::chrono::seconds(5));
    setenv("PATH", before.c_str(), 1);
    ASSERT_TRUE(ran) << to_string(ran.error());
    EXPECT_EQ(ran->status, 0) << ran->err;
}

TEST(Child, SaysThatAProgramIsNotThere) {
    const auto absent = run({"mcim-no-such-program"}, std::chrono::seconds(5));
    ASSERT_FALSE(absent);
    EXPECT_EQ(absent.error().path, "mcim-no-such-program");
    const auto there = run({"sh", "-c", "echo said; echo complained >&2; exit 3"}, std::chrono::seconds(20));
    ASSERT_TRUE(there) << to_string(there.error());
    EXPECT_EQ(there->out, "said\n");
    EXPECT_EQ(there->err, "complained\n");
    EXPECT_EQ(there->status, 3);
}

}  // namespace
}  // namespace mcim::demo
