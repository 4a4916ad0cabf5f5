#include "mcim/apps/common/hardening.h"

#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>
#include <span>

namespace mcim::apps {
namespace {

/// Locks what is mapped and what will be. With a limit below "unlimited" later allocations would fail at that limit, so
/// then only what is there now is locked.
std::optional<std::string> lock_memory() {
    rlimit limit{};
    const bool unlimited =
        geteuid() == 0 || (getrlimit(RLIMIT_MEMLOCK, &limit) == 0 && limit.rlim_cur == RLIM_INFINITY);
    if (mlockall(unlimited ? MCL_CURRENT | MCL_FUTURE : MCL_CURRENT) == 0)
        return unlimited
                   ? std::nullopt
                   : std::optional<std::string>("memory taken from now on may be swapped: RLIMIT_MEMLOCK is limited");
    return std::string("memory may be swapped: it cannot be locked: ") + std::strerror(errno);
}

/// Files, memory, time, signals of this process; sockets that are open already, and accepting on them.
constexpr int of_files[] = {
    SCMP_SYS(read),      SCMP_SYS(readv),     SCMP_SYS(pread64),   SCMP_SYS(write),      SCMP_SYS(writev),
    SCMP_SYS(pwrite64),  SCMP_SYS(lseek),     SCMP_SYS(openat),    SCMP_SYS(open),       SCMP_SYS(close),
    SCMP_SYS(fstat),     SCMP_SYS(stat),      SCMP_SYS(lstat),     SCMP_SYS(newfstatat), SCMP_SYS(statx),
    SCMP_SYS(fsync),     SCMP_SYS(fdatasync), SCMP_SYS(ftruncate), SCMP_SYS(rename),     SCMP_SYS(renameat),
    SCMP_SYS(renameat2), SCMP_SYS(unlink),    SCMP_SYS(unlinkat),  SCMP_SYS(getdents64), SCMP_SYS(fcntl),
    SCMP_SYS(flock),
};
constexpr int of_sockets[] = {
    SCMP_SYS(poll),     SCMP_SYS(ppoll),      SCMP_SYS(accept),     SCMP_SYS(accept4),
    SCMP_SYS(recvfrom), SCMP_SYS(recvmsg),    SCMP_SYS(sendto),     SCMP_SYS(sendmsg),
    SCMP_SYS(shutdown), SCMP_SYS(setsockopt), SCMP_SYS(getsockopt),
};
constexpr int of_itself[] = {
    SCMP_SYS(brk),
    SCMP_SYS(munmap),
    SCMP_SYS(mremap),
    SCMP_SYS(madvise),
    SCMP_SYS(futex),
    SCMP_SYS(clock_gettime),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(getrandom),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(sigaltstack),
    SCMP_SYS(restart_syscall),
    SCMP_SYS(getpid),
    SCMP_SYS(gettid),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
    SCMP_SYS(clock_nanosleep),
    SCMP_SYS(sched_yield),
    SCMP_SYS(sched_getaffinity),
};

/// The undefined-behaviour sanitizer asks the kernel whether memory can be read, through a pipe.
#if defined(__SANITIZE_ADDRESS__)
constexpr int allowed_to_sanitizers[] = {SCMP_SYS(pipe), SCMP_SYS(pipe2)};
#else
constexpr std::array<int, 0> allowed_to_sanitizers{};
#endif

struct Release {
    void operator()(void* filter) const { seccomp_release(filter); }
};

// What the library's macros SCMP_A0 to SCMP_A5 make, which are C.
constexpr scmp_arg_cmp argument(unsigned number, scmp_datum_t is) { return {number, SCMP_CMP_EQ, is, 0}; }
constexpr scmp_arg_cmp argument_masked(unsigned number, scmp_datum_t mask, scmp_datum_t is) {
    return {number, SCMP_CMP_MASKED_EQ, mask, is};
}

bool allow_all(scmp_filter_ctx filter) {
    for (const std::span<const int> calls :
         {std::span<const int>(of_files), std::span<const int>(of_sockets), std::span<const int>(of_itself)})
        for (const int call : calls)
            if (seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 0) != 0) return false;
    for (const int call : allowed_to_sanitizers)
        if (seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 0) != 0) return false;
    // Memory, but none that can be executed.
    const auto not_executable = argument_masked(2, PROT_EXEC, 0);
    // The C library asks of its standard output whether it is a terminal.
    const auto is_terminal = argument(1, TCGETS);
    // abort() sends itself a signal.
    const auto itself = argument(0, static_cast<scmp_datum_t>(getpid()));
    return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1, itself) == 0 &&
           seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1, not_executable) == 0 &&
           seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1, not_executable) == 0 &&
           seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(ioctl), 1, is_terminal) == 0;
}

bool allow_connecting(scmp_filter_ctx filter, Network network) {
    if (network == Network::none) return true;
    if (network == Network::refused) return seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(socket), 0) == 0;
    const bool local = network == Network::outgoing_and_local_streams;
    constexpr auto without_flags = ~static_cast<scmp_datum_t>(SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (local && (seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(getsockname), 0) != 0 ||
                  seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(getpeername), 0) != 0 ||
                  seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(socket), 1,
                                   argument_masked(1, without_flags, SOCK_DGRAM)) != 0))
        return false;
    if (local)
        for (const int family : {AF_UNIX, AF_INET, AF_INET6})
            if (seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(socket), 2,
                                 argument(0, static_cast<scmp_datum_t>(family)),
                                 argument_masked(1, without_flags, SOCK_STREAM)) != 0)
                return false;
    for (const int family : {AF_INET, AF_INET6})
        if (seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(socket), 2,
                             argument(0, static_cast<scmp_datum_t>(family)),
                             argument(1, SOCK_STREAM | SOCK_CLOEXEC)) != 0)
            return false;
    return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(connect), 0) == 0;
}

}  // namespace

std::vector<std::string> protect_memory() {
    std::vector<std::string> notes;
    const auto failed = [&](const char* what) { notes.push_back(std::string(what) + ": " + std::strerror(errno)); };
    const rlimit none{0, 0};
    if (setrlimit(RLIMIT_CORE, &none) != 0) failed("core dumps cannot be switched off");
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) failed("other processes of this user may trace this one");
    if (auto note = lock_memory()) notes.push_back(*std::move(note));
    return notes;
}

Status enter_sandbox(Network network) {
    const std::unique_ptr<void, Release> filter(seccomp_init(SCMP_ACT_KILL_PROCESS));
    if (!filter) return fail(Errc::io, "seccomp", "no filter can be made");
    // for every thread: what one may, all of the memory may
    if (seccomp_attr_set(filter.get(), SCMP_FLTATR_CTL_TSYNC, 1) != 0 || !allow_all(filter.get()) ||
        !allow_connecting(filter.get(), network))
        return fail(Errc::io, "seccomp", "a rule is refused by the library");
    if (const int error = seccomp_load(filter.get()); error != 0)
        return fail(Errc::io, "seccomp", std::string("the kernel refuses the filter: ") + std::strerror(-error));
    return ok();
}

}  // namespace mcim::apps
