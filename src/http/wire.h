// Private to the module: what a TCP connection has carried, as the kernel counts it.
#pragma once
#include <cstdint>

namespace mcim::http {

/// Payload of TCP in both directions, acknowledged or received; 0 where the socket is no TCP socket.
[[nodiscard]] std::uint64_t tcp_payload_octets(int socket);

}  // namespace mcim::http
