#include "namespaces.h"

#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

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

}  // namespace

Status enter_private_namespaces() {
    const uid_t uid = geteuid();
    const gid_t gid = getegid();
    const int flags = CLONE_NEWNS | CLONE_NEWNET | (uid == 0 ? 0 : CLONE_NEWUSER);
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

}  // namespace mcim::demo
