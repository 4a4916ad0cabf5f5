#include "mcim/card/frame.h"

#include <cstdlib>

namespace mcim::card {

Bytes frame(View payload) {
    if (payload.size() > frame_octets_max) std::abort();
    const std::array<std::uint8_t, 2> length{static_cast<std::uint8_t>(payload.size() >> 8U),
                                             static_cast<std::uint8_t>(payload.size())};
    return concat({length, payload});
}

std::optional<Bytes> FrameBuffer::next() {
    if (octets_.size() < 2) return std::nullopt;
    const std::size_t length = static_cast<std::size_t>(octets_[0]) << 8U | octets_[1];
    if (octets_.size() < 2 + length) return std::nullopt;
    Bytes payload(octets_.begin() + 2, octets_.begin() + 2 + static_cast<std::ptrdiff_t>(length));
    octets_.erase(octets_.begin(), octets_.begin() + 2 + static_cast<std::ptrdiff_t>(length));
    return payload;
}

}  // namespace mcim::card
