// How an agent reaches its card: the UNIX socket that mcim-tre serves.
#pragma once
#include <chrono>

#include "mcim/card/frame.h"
#include "mcim/card/socket.h"

namespace mcim::card {

/// One connection; not for several threads at a time. Errors are io: connect again, the card may have restarted.
class ApduChannel {
public:
    /// `answer_time_max`: a card that says nothing for so long (stopped, hung) fails the exchange. The longest command,
    /// an installation, takes less than a second.
    [[nodiscard]] static Result<ApduChannel> connect(
        const std::string& socket_path, std::chrono::milliseconds answer_time_max = std::chrono::seconds(30));

    /// One command, one answer with its status word, as they are on the wire: 61xx and 6Cxx are the caller's. Commands
    /// have four octets at least.
    [[nodiscard]] Result<Bytes> transmit(View command);
    [[nodiscard]] Result<Bytes> answer_to_reset();
    /// Card reset; it is not answered.
    [[nodiscard]] Status reset();

private:
    explicit ApduChannel(posix::Descriptor connection) : connection_(std::move(connection)) {}
    [[nodiscard]] Result<Bytes> exchange(View payload);
    posix::Descriptor connection_;
    FrameBuffer frames_;
};

}  // namespace mcim::card
