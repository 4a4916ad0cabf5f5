// Frames between a reader and a card, on a UNIX socket and towards vpcd alike: 16 bits of length, most significant
// first, then that many octets. From the reader one octet alone is a control; only the ATR is answered. More octets are
// a command, answered by one frame.
#pragma once
#include <optional>

#include "mcim/base/bytes.h"

namespace mcim::card {

enum class Control : std::uint8_t { off = 0, on = 1, reset = 2, atr = 4 };

inline constexpr std::size_t frame_octets_max = 0xFFFF;
/// Longer payloads are a broken invariant.
[[nodiscard]] Bytes frame(View payload);

/// Collects octets as they arrive, and hands out whole payloads.
class FrameBuffer {
public:
    void add(View octets) { append(octets_, octets); }
    [[nodiscard]] std::optional<Bytes> next();
    [[nodiscard]] bool empty() const { return octets_.empty(); }

private:
    Bytes octets_;
};

}  // namespace mcim::card
