#include "namespaces.h"

#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <string>

#include "child.h"

namespace mcim::demo {
namespace {

Error os_error(const std::string& what, const std::string& advice = {}) {
    return fail(Errc::io, what, std::string(std::strerror(errno)) + (advice.empty() ? "" : "; " + advice));
}

Status write_file(const char* path, const std::string& text) {
    const int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0) return os_error(path);
    const bool written = write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
    close(fd);
    if (!written) return os_error(path);
    return ok();
}

Status bring_loopback_up() {
    const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return os_error("socket");
    ifreq request{};
    std::strncpy(request.ifr_name, "lo", sizeof request.ifr_name - 1);
    request.ifr_flags = IFF_UP | IFF_RUNNING;
    const int result = ioctl(fd, SIOCSIFFLAGS, &request);
    close(fd);
    if (result != 0) return os_error("loopback interface");
    return ok();
}

/// Those of processes begin with the next child.
Status enter_private_namespaces() {
    const uid_t uid = geteuid();
    const gid_t gid = getegid();
    const int flags = CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWPID | (uid == 0 ? 0 : CLONE_NEWUSER);
    if (unshare(flags) != 0)
        return os_error("unshare", uid == 0 ? "the container forbids namespaces: give it CAP_SYS_ADMIN"
                                            : "user namespaces are switched off here: run the command as root");
    if (uid != 0) {
        CHECKED(write_file("/proc/self/setgroups", "deny"));
        CHECKED(write_file("/proc/self/uid_map", "0 " + std::to_string(uid) + " 1"));
        CHECKED(write_file("/proc/self/gid_map", "0 " + std::to_string(gid) + " 1"));
    }
    if (mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return os_error("mount propagation");
    if (mount("tmpfs", "/run", "tmpfs", 0, "mode=0755") != 0) return os_error("/run");
    return bring_loopback_up();
}

/// Until `child` has ended by itself, or another of these signals came, at which it is killed, and with it its
/// namespace.
Result<int> wait_for(pid_t child, const sigset_t& stop_or_child) {
    for (;;) {
        int signal = 0;
        if (const int code = sigwait(&stop_or_child, &signal); code != 0) {
            errno = code;
            return os_error("sigwait");
        }
        if (signal != SIGCHLD) kill(child, SIGKILL);
        int status = 0;
        const pid_t ended = waitpid(child, &status, signal == SIGCHLD ? WNOHANG : 0);
        if (ended == 0) continue;
        if (ended < 0) return os_error("waitpid");
        if (signal != SIGCHLD) return 128 + signal;
        return exit_status(status);
    }
}

/// hostapd names its sockets in /tmp by its process number: two demonstrations at once should not count alike. Where
/// the kernel does not let them, they count alike.
void begin_numbers_anywhere() {
    std::uint16_t number = 0;
    if (getrandom(&number, sizeof number, 0) != sizeof number) return;
    static_cast<void>(write_file("/proc/sys/kernel/ns_last_pid", std::to_string(1000 + number % 30000)));
}

[[noreturn]] void become_first_process(const std::function<int()>& body, const sigset_t& as_before) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    // so that /proc has the numbers that these processes know each other by; a container may forbid it, and then only
    // who looks for others there (a sanitizer) misses them
    if (unshare(CLONE_NEWNS) == 0)
        static_cast<void>(mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr));
    begin_numbers_anywhere();
    sigprocmask(SIG_SETMASK, &as_before, nullptr);
    const int status = body();
    std::fflush(nullptr);
    _exit(status);
}

/// Enters the namespaces in the caller's stead, who could start no process any more when theirs is over.
[[noreturn]] void keep_namespaces(const std::function<int()>& body, const sigset_t& as_before, int complaints) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (const Status entered = enter_private_namespaces(); !entered) {
        const std::string text = entered.error().path + '\n' + entered.error().detail;
        (void)!write(complaints, text.data(), text.size());
        _exit(1);
    }
    prctl(PR_SET_PDEATHSIG, SIGKILL);  // once more: the rights in a new user namespace have cleared it
    const pid_t first = fork();
    if (first == 0) become_first_process(body, as_before);
    int status = 0;
    if (first < 0 || waitpid(first, &status, 0) < 0) _exit(1);
    _exit(exit_status(status));
}

/// What was written until all writers are gone.
std::string read_all(int fd) {
    std::string out;
    std::array<char, 256> buffer{};
    for (ssize_t n = 0; (n = read(fd, buffer.data(), buffer.size())) > 0;)
        out.append(buffer.data(), static_cast<std::size_t>(n));
    return out;
}

}  // namespace

Result<int> run_contained(const std::function<int()>& body) {
    std::array<int, 2> complaints{};
    if (pipe2(complaints.data(), O_CLOEXEC) != 0) return os_error("pipe");
    // blocked before there is a child, so that neither its end nor a signal to stop is missed
    sigset_t awaited;
    sigset_t as_before;
    sigemptyset(&awaited);
    for (const int signal : {SIGCHLD, SIGINT, SIGTERM, SIGHUP}) sigaddset(&awaited, signal);
    sigprocmask(SIG_BLOCK, &awaited, &as_before);
    // where the keeper is killed, its first process dies of that and is waited for here: then all are gone
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    std::fflush(nullptr);
    const pid_t keeper = fork();
    if (keeper == 0) keep_namespaces(body, as_before, complaints[1]);
    close(complaints[1]);
    auto status = keeper < 0 ? Result<int>(os_error("fork")) : wait_for(keeper, awaited);
    while (waitpid(-1, nullptr, 0) > 0 || errno == EINTR) {
    }
    sigprocmask(SIG_SETMASK, &as_before, nullptr);
    const std::string complaint = read_all(complaints[0]);
    close(complaints[0]);
    const auto end_of_path = complaint.find('\n');
    if (end_of_path == std::string::npos) return status;
    return fail(Errc::io, complaint.substr(0, end_of_path), complaint.substr(end_of_path + 1));
}

}  // namespace mcim::demo
