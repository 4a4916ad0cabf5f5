// A file of its own: linux/tcp.h, which has the counters, and netinet/tcp.h, which Asio includes, exclude each other.
#include "mcim/http/wire.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace mcim::http {

std::uint64_t tcp_payload_octets(int socket) {
    tcp_info info{};
    socklen_t size = sizeof info;
    if (getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return 0;
    return info.tcpi_bytes_acked + info.tcpi_bytes_received;
}

}  // namespace mcim::http
