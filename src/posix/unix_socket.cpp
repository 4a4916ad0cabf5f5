#include "mcim/posix/unix_socket.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "mcim/posix/descriptor.h"

namespace mcim::posix {
namespace {

Error socket_error(const std::string& path, std::string_view what) {
    return fail(Errc::io, path, std::string(what) + ": " + std::strerror(errno));
}

}  // namespace

Status clear_stale_unix_socket(const std::string& path, UnixSocketKind kind) {
    struct stat there {};
    if (::lstat(path.c_str(), &there) != 0)
        return errno == ENOENT ? ok() : Status(socket_error(path, "cannot be looked at"));
    if (!S_ISSOCK(there.st_mode)) return fail(Errc::conflict, path, "something other than a socket has this name");
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) return fail(Errc::bad_length, path, "too long for a UNIX socket");
    std::copy(path.begin(), path.end(), address.sun_path);
    const int type = kind == UnixSocketKind::stream ? SOCK_STREAM : SOCK_DGRAM;
    const Descriptor probe(::socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!probe.valid()) return socket_error(path, "no socket");
    const bool answers = ::connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    // a full queue and a socket of another type have an owner too
    if (answers || errno == EAGAIN || errno == EPROTOTYPE)
        return fail(Errc::conflict, path, "another process listens on it");
    if (errno == ENOENT) return ok();
    if (errno != ECONNREFUSED) return socket_error(path, "whether anybody listens on it cannot be told");
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) return socket_error(path, "cannot be removed");
    return ok();
}

}  // namespace mcim::posix
