#include "frame.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace mcim::signer_link {
namespace {

Error broken(std::string_view what) { return fail(Errc::io, "", std::string(what)); }

bool nothing_now() { return errno == EAGAIN || errno == EINTR; }

Status wait_for(const posix::Descriptor& connection, short events, Clock::time_point until) {
    for (;;) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
        if (left <= 0) return broken("it takes too long");
        pollfd ready{connection.get(), events, 0};
        if (::poll(&ready, 1, static_cast<int>(left)) > 0) return ok();
    }
}

Status send_all(const posix::Descriptor& to, View octets, Clock::time_point until) {
    while (!octets.empty()) {
        TRY(const std::size_t sent, send_some(to, octets));
        octets = octets.subspan(sent);
        if (sent == 0) CHECKED(wait_for(to, POLLOUT, until));
    }
    return ok();
}

Status receive_all(const posix::Descriptor& from, std::span<std::uint8_t> octets, Clock::time_point until) {
    while (!octets.empty()) {
        TRY(const std::size_t received, receive_some(from, octets));
        octets = octets.subspan(received);
        if (received == 0) CHECKED(wait_for(from, POLLIN, until));
    }
    return ok();
}

}  // namespace

std::array<std::uint8_t, prefix_octets> prefix_of(std::size_t octets) {
    std::array<std::uint8_t, prefix_octets> out{};
    for (std::size_t i = 0; i < prefix_octets; ++i)
        out[i] = static_cast<std::uint8_t>(octets >> (8 * (prefix_octets - 1 - i)) & 0xFFU);
    return out;
}

std::size_t octets_after(View prefix) {
    std::size_t out = 0;
    for (const auto octet : prefix) out = out << 8U | octet;
    return out;
}

Result<std::size_t> send_some(const posix::Descriptor& to, View octets) {
    const ssize_t n = ::send(to.get(), octets.data(), octets.size(), MSG_NOSIGNAL);
    if (n < 0 && nothing_now()) return std::size_t{0};
    if (n < 0) return broken(std::strerror(errno));
    return static_cast<std::size_t>(n);
}

Result<std::size_t> receive_some(const posix::Descriptor& from, std::span<std::uint8_t> octets) {
    const ssize_t n = ::recv(from.get(), octets.data(), octets.size(), 0);
    if (n < 0 && nothing_now()) return std::size_t{0};
    if (n < 0) return broken(std::strerror(errno));
    if (n == 0) return broken("the connection has ended");
    return static_cast<std::size_t>(n);
}

Status send_message(const posix::Descriptor& to, View message, Clock::time_point until) {
    CHECKED(send_all(to, prefix_of(message.size()), until));
    return send_all(to, message, until);
}

Result<SecretBytes> receive_message(const posix::Descriptor& from, std::size_t octets_max, Clock::time_point until) {
    std::array<std::uint8_t, prefix_octets> prefix{};
    CHECKED(receive_all(from, prefix, until));
    const std::size_t octets = octets_after(prefix);
    if (octets > octets_max) return fail(Errc::too_large, "", std::to_string(octets) + " octets in one message");
    SecretBytes out(octets);
    CHECKED(receive_all(from, expose_mutable(out), until));
    return out;
}

}  // namespace mcim::signer_link
