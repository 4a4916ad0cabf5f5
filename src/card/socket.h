// The few socket calls of this module.
#pragma once
#include <chrono>
#include <string>
#include <vector>

#include "mcim/base/bytes.h"
#include "mcim/posix/descriptor.h"

namespace mcim::card {

/// Listens at `path`, which only the owner can reach (mode 0600). Takes the place of a socket that nobody serves any
/// more; refuses one that answers, and anything else that lies there.
[[nodiscard]] Result<posix::Descriptor> listen_unix(const std::string& path);
[[nodiscard]] Result<posix::Descriptor> connect_unix(const std::string& path);

/// Where vpcd listens, looked up once: a card in its sandbox asks no name server.
struct TcpAddress {
    std::string text;  ///< "127.0.0.1:35963", for messages
    Bytes sockaddr;
};
[[nodiscard]] Result<TcpAddress> resolve_tcp(const std::string& host_and_port);
[[nodiscard]] Result<posix::Descriptor> connect_tcp(const TcpAddress&);
/// Answers of a card are short: without this on its side a reader waits 40 ms for each (Nagle and delayed ACK). It does
/// not stick, so it is set before every read.
void acknowledge_quickly(const posix::Descriptor&);

/// Who takes nothing for this long is gone.
inline constexpr std::chrono::milliseconds write_time_max{5000};
/// Everything, waiting where the socket is full.
[[nodiscard]] Status write_all(const posix::Descriptor&, View, std::chrono::milliseconds time_max = write_time_max);
/// read_some fails where nothing arrives for so long.
[[nodiscard]] Status limit_reading(const posix::Descriptor&, std::chrono::milliseconds);
/// What has arrived; empty at the end of the stream.
[[nodiscard]] Result<Bytes> read_some(const posix::Descriptor&);

}  // namespace mcim::card
