#include "mcim/card/channel.h"

#include <sys/socket.h>

namespace mcim::card {

Result<ApduChannel> ApduChannel::connect(const std::string& socket_path, std::chrono::milliseconds answer_time_max) {
    TRY(posix::Descriptor connection, connect_unix(socket_path));
    CHECKED(limit_reading(connection, answer_time_max));
    return ApduChannel(std::move(connection));
}

Result<Bytes> ApduChannel::transmit(View command) {
    constexpr std::size_t header_octets = 4;
    if (command.size() < header_octets) return fail(Errc::bad_length, "command", "an APDU has at least four octets");
    TRY(Bytes answer, exchange(command));
    if (answer.size() < 2) return fail(Errc::truncated, "card", "an answer without status word");
    return answer;
}

Result<Bytes> ApduChannel::answer_to_reset() { return exchange(Bytes{static_cast<std::uint8_t>(Control::atr)}); }

Status ApduChannel::reset() { return write_all(connection_, frame(Bytes{static_cast<std::uint8_t>(Control::reset)})); }

Result<Bytes> ApduChannel::exchange(View payload) {
    CHECKED(write_all(connection_, frame(payload)));
    for (;;) {
        if (auto answer = frames_.next()) return *std::move(answer);
        const auto octets = read_some(connection_);
        if (!octets) {
            ::shutdown(connection_.get(), SHUT_RDWR);  // an answer that comes late is not that of the next command
            return octets.error();
        }
        if (octets->empty()) return fail(Errc::io, "card", "the connection ended before the answer");
        frames_.add(*octets);
    }
}

}  // namespace mcim::card
