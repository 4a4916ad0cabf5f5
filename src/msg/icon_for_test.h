// Icons for tests: pictures by their headers; nobody here looks at the pixels.
#pragma once
#include "mcim/msg/icon.h"

namespace mcim::msg::for_test {

/// Filled up to so many octets.
inline Bytes png(std::size_t octets, std::uint8_t width = 64, std::uint8_t height = 64) {
    Bytes out = *from_hex("89504E470D0A1A0A0000000D49484452");
    append(out, Bytes{0, 0, 0, width, 0, 0, 0, height, 8, 6, 0, 0, 0});
    out.resize(octets - 12, 0xA5);
    append(out, *from_hex("0000000049454E44AE426082"));
    return out;
}
/// With a comment and a table before its frame.
inline Bytes jpeg(std::size_t octets, std::uint8_t width = 64, std::uint8_t height = 64) {
    Bytes out = *from_hex("FFD8FFFE00040102FFC400040500FFFFC2000B08");
    append(out, Bytes{0, height, 0, width, 1, 1, 0x11, 0});
    out.resize(octets - 2, 0x5A);
    append(out, *from_hex("FFD9"));
    return out;
}

}  // namespace mcim::msg::for_test
