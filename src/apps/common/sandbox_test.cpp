// What the card's process can no longer do, tried by a process that lets itself be confined.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <fstream>

#include "mcim/apps/common/file_rules.h"
#include "mcim/apps/common/hardening.h"
#include "support/temp_folder.h"

namespace mcim::apps {
namespace {

/// The wait status of a process that calls this.
template <class F>
int in_a_process(F attempt) {
    const pid_t child = fork();
    if (child == 0) _exit(attempt());
    int status = 0;
    waitpid(child, &status, 0);
    return status;
}
template <class F>
bool is_killed(Network network, F attempt) {
    const int status = in_a_process([&] {
        if (!enter_sandbox(network)) return 2;
        attempt();
        return 0;
    });
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS;
}

bool opens(const std::filesystem::path& file, int flags) {
    const int fd = ::open(file.c_str(), flags | O_CLOEXEC, 0600);
    if (fd >= 0) ::close(fd);
    return fd >= 0;
}

/// syslog() makes one, in modules of others.
TEST(Sandbox, RefusesSocketsToModulesOfOthersWithoutEndingTheProcess) {
    const auto refused = [](Network network, int type) {
        return in_a_process([&] {
                   if (!enter_sandbox(network)) return 2;
                   return ::socket(AF_UNIX, type, 0) == -1 && errno == EPERM ? 0 : 1;
               }) == 0;
    };
    EXPECT_TRUE(refused(Network::refused, SOCK_STREAM));
    for (const Network network : {Network::refused, Network::outgoing_and_local_streams})
        for (const int type : {0 | SOCK_DGRAM, SOCK_DGRAM | SOCK_CLOEXEC}) EXPECT_TRUE(refused(network, type)) << type;
}

TEST(FileRules, LeaveTheStateFolderAndNothingElse) {
    const test::TempFolder folder;
    const auto state = folder / "state";
    const auto run = folder / "run";
    std::filesystem::create_directories(state);
    std::filesystem::create_directories(run);
    std::ofstream(folder / "outside") << "secret";
    std::ofstream(run / "card.sock") << "as if";
    constexpr int no_landlock = 77;
    const int status = in_a_process([&] {
        const auto confined = confine_files({state}, run / "card.sock");
        if (!confined) return 1;
        if (*confined == FileRules::not_in_this_kernel) return no_landlock;
        if (!opens(state / "a", O_WRONLY | O_CREAT) || !opens(state / "a", O_RDONLY) || !opens(state, O_RDONLY))
            return 2;
        if (::truncate((state / "a").c_str(), 0) != 0) return 3;
        if (::rename((state / "a").c_str(), (state / "b").c_str()) != 0 || ::unlink((state / "b").c_str()) != 0)
            return 4;
        if (::unlink((run / "card.sock").c_str()) != 0) return 5;
        if (opens(folder / "outside", O_RDONLY) || opens(folder / "outside", O_WRONLY)) return 6;
        if (opens(folder / "new", O_WRONLY | O_CREAT) || opens(run / "new", O_WRONLY | O_CREAT)) return 7;
        if (opens("/etc/passwd", O_RDONLY) || opens("/dev/mem", O_RDONLY) || opens("/tmp", O_RDONLY)) return 8;
        if (::mkdir((state / "folder").c_str(), 0700) == 0) return 9;
        return 0;
    });
    ASSERT_TRUE(WIFEXITED(status));
    if (WEXITSTATUS(status) == no_landlock) GTEST_SKIP() << "this kernel has no Landlock";
    EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST(Sandbox, SignalsNobodyButItself) {
    const pid_t other = getpid();
    EXPECT_TRUE(is_killed(Network::none, [other] { syscall(SYS_tgkill, other, other, 0); }));
    EXPECT_TRUE(is_killed(Network::none, [other] { ::kill(other, 0); }));
    EXPECT_FALSE(is_killed(Network::none, [] { syscall(SYS_tgkill, getpid(), gettid(), 0); }));
}

TEST(Sandbox, WithVpcdOpensStreamsOnly) {
    const auto open_socket = [](int type) { return [type] { ::socket(AF_INET, type, 0); }; };
    EXPECT_FALSE(is_killed(Network::outgoing_streams, open_socket(SOCK_STREAM | SOCK_CLOEXEC)));
    for (const int type : {SOCK_DGRAM | SOCK_CLOEXEC, SOCK_RAW | SOCK_CLOEXEC, SOCK_STREAM | SOCK_NONBLOCK})
        EXPECT_TRUE(is_killed(Network::outgoing_streams, open_socket(type))) << type;
}

}  // namespace
}  // namespace mcim::apps
