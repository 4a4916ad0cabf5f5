#include "mcim/posix/unix_stream.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "mcim/posix/unix_socket.h"

namespace mcim::posix {
namespace {

Error stream_error(const std::string& path, std::string_view what) {
    return fail(Errc::io, path, std::string(what) + ": " + std::strerror(errno));
}

Result<sockaddr_un> stream_address(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.empty() || path.size() >= sizeof address.sun_path)
        return fail(Errc::bad_value, path,
                    "a socket path has 1 to " + std::to_string(sizeof address.sun_path - 1) + " characters");
    std::copy(path.begin(), path.end(), address.sun_path);
    return address;
}
const sockaddr* generic(const sockaddr_un& address) { return reinterpret_cast<const sockaddr*>(&address); }

Descriptor stream_socket() { return Descriptor(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)); }

}  // namespace

Result<Descriptor> listen_unix_stream(const std::string& path, SocketFile file, int backlog) {
    TRY(const sockaddr_un address, stream_address(path));
    CHECKED(clear_stale_unix_socket(path, UnixSocketKind::stream));
    Descriptor out = stream_socket();
    if (!out.valid()) return stream_error(path, "no socket");
    // born with its mode: there is no moment with another
    const mode_t before = ::umask(0777U & ~static_cast<mode_t>(file));
    const bool bound = ::bind(out.get(), generic(address), sizeof address) == 0;
    ::umask(before);
    if (!bound) return stream_error(path, "cannot be bound");
    if (::listen(out.get(), backlog) != 0) return stream_error(path, "cannot be listened at");
    return out;
}

Result<Descriptor> connect_unix_stream(const std::string& path) {
    TRY(const sockaddr_un address, stream_address(path));
    Descriptor out = stream_socket();
    if (!out.valid()) return stream_error(path, "no socket");
    if (::connect(out.get(), generic(address), sizeof address) != 0) return fail(Errc::io, path, std::strerror(errno));
    return out;
}

Result<uid_t> peer_user(const Descriptor& connection) { return peer_user(connection.get()); }

Result<uid_t> peer_user(int descriptor) {
    ucred peer{};
    socklen_t size = sizeof peer;
    if (::getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
        return stream_error("connection", "whose it is cannot be told");
    return peer.uid;
}

}  // namespace mcim::posix
