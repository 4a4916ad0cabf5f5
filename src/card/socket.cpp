#include "mcim/card/socket.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "mcim/posix/unix_socket.h"

namespace mcim::card {
namespace {

constexpr int backlog = 8;

Error failed(const std::string& where, std::string_view what) {
    return fail(Errc::io, where, std::string(what) + ": " + std::strerror(errno));
}

Result<sockaddr_un> unix_address(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.empty() || path.size() >= sizeof(address.sun_path))
        return fail(Errc::bad_value, path,
                    "a socket path has 1 to " + std::to_string(sizeof(address.sun_path) - 1) + " characters");
    std::copy(path.begin(), path.end(), address.sun_path);
    return address;
}
const sockaddr* generic(const sockaddr_un& address) { return reinterpret_cast<const sockaddr*>(&address); }

}  // namespace

Result<posix::Descriptor> listen_unix(const std::string& path) {
    TRY(const sockaddr_un address, unix_address(path));
    CHECKED(posix::clear_stale_unix_socket(path, posix::UnixSocketKind::stream));
    posix::Descriptor out(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!out.valid()) return failed(path, "no socket");
    const mode_t before = umask(0177);  // born with mode 0600: there is no moment with another
    const bool bound = bind(out.get(), generic(address), sizeof(address)) == 0;
    umask(before);
    if (!bound) return failed(path, "cannot be bound");
    if (listen(out.get(), backlog) != 0) return failed(path, "cannot be listened at");
    return out;
}

Result<posix::Descriptor> connect_unix(const std::string& path) {
    TRY(const sockaddr_un address, unix_address(path));
    posix::Descriptor out(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!out.valid()) return failed(path, "no socket");
    if (connect(out.get(), generic(address), sizeof(address)) != 0)
        return failed(path, errno == EACCES ? "this user may not open it: it is for the owner of mcim-tre alone"
                                            : "no card answers there (is mcim-tre running?)");
    return out;
}

Result<TcpAddress> resolve_tcp(const std::string& host_and_port) {
    const auto colon = host_and_port.rfind(':');
    if (colon == std::string::npos || colon == 0 || colon + 1 == host_and_port.size())
        return fail(Errc::bad_value, host_and_port, "written HOST:PORT, such as 127.0.0.1:35963");
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    const int error =
        getaddrinfo(host_and_port.substr(0, colon).c_str(), host_and_port.substr(colon + 1).c_str(), &hints, &found);
    if (error != 0) return fail(Errc::not_found, host_and_port, gai_strerror(error));
    const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, &freeaddrinfo);
    const auto* octets = reinterpret_cast<const std::uint8_t*>(found->ai_addr);
    return TcpAddress{host_and_port, Bytes(octets, octets + found->ai_addrlen)};
}

Result<posix::Descriptor> connect_tcp(const TcpAddress& address) {
    const auto* generic_address = reinterpret_cast<const sockaddr*>(address.sockaddr.data());
    posix::Descriptor out(socket(generic_address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!out.valid()) return failed(address.text, "no socket");
    if (connect(out.get(), generic_address, static_cast<socklen_t>(address.sockaddr.size())) != 0)
        return failed(address.text, "no reader answers there");
    const int on = 1;
    setsockopt(out.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    return out;
}

void acknowledge_quickly(const posix::Descriptor& connection) {
    const int on = 1;
    setsockopt(connection.get(), IPPROTO_TCP, TCP_QUICKACK, &on, sizeof(on));
}

Status write_all(const posix::Descriptor& to, View octets, std::chrono::milliseconds time_max) {
    while (!octets.empty()) {
        pollfd ready{to.get(), POLLOUT, 0};
        const int polled = poll(&ready, 1, static_cast<int>(time_max.count()));
        if (polled == 0) return fail(Errc::io, "connection", "the other side takes no answer");
        if (polled < 0 && errno != EINTR) return failed("connection", "cannot be waited for");
        if (polled < 0) continue;
        const ssize_t n = send(to.get(), octets.data(), octets.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && errno != EINTR && errno != EAGAIN) return failed("connection", "cannot be written");
        if (n > 0) octets = octets.subspan(static_cast<std::size_t>(n));
    }
    return ok();
}

Status limit_reading(const posix::Descriptor& from, std::chrono::milliseconds time_max) {
    const auto ms = time_max.count();
    const timeval limit{ms / 1000, ms % 1000 * 1000};
    if (setsockopt(from.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) != 0)
        return failed("connection", "cannot be given a time limit");
    return ok();
}

Result<Bytes> read_some(const posix::Descriptor& from) {
    Bytes octets(4096);
    for (;;) {
        const ssize_t n = recv(from.get(), octets.data(), octets.size(), 0);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0 && errno == EAGAIN) return fail(Errc::io, "card", "no answer in time; is its process stopped?");
        if (n < 0) return failed("connection", "cannot be read");
        octets.resize(static_cast<std::size_t>(n));
        return octets;
    }
}

}  // namespace mcim::card
