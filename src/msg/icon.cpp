#include "mcim/msg/icon.h"

#include <algorithm>
#include <array>

namespace mcim::msg {
namespace {

struct Size {
    std::uint32_t width;
    std::uint32_t height;
};

constexpr std::array<std::uint8_t, 8> png_signature{0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
constexpr std::array<std::uint8_t, 8> png_first_chunk{0, 0, 0, 13, 'I', 'H', 'D', 'R'};
constexpr std::array<std::uint8_t, 12> png_end{0, 0, 0, 0, 'I', 'E', 'N', 'D', 0xAE, 0x42, 0x60, 0x82};
constexpr std::array<std::uint8_t, 2> jpeg_start{0xFF, 0xD8};
constexpr std::array<std::uint8_t, 2> jpeg_end{0xFF, 0xD9};

bool begins(View file, View with) { return file.size() >= with.size() && equal(file.first(with.size()), with); }
bool ends(View file, View with) { return file.size() >= with.size() && equal(file.last(with.size()), with); }

std::uint32_t number(View octets) {
    std::uint32_t out = 0;
    for (const auto b : octets) out = out << 8U | b;
    return out;
}

/// IHDR is the first chunk, and width and height the first that is in it (ISO/IEC 15948 11.2.2).
std::optional<Size> png_size(View file) {
    const View rest = file.subspan(png_signature.size());
    if (!begins(rest, png_first_chunk) || rest.size() < png_first_chunk.size() + 8) return std::nullopt;
    const View header = rest.subspan(png_first_chunk.size());
    return Size{number(header.first(4)), number(header.subspan(4, 4))};
}

/// SOF0 to SOF15; the other three of these numbers are tables (ISO/IEC 10918-1 table B.1).
bool begins_frame(std::uint8_t marker) {
    return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
}
bool stands_alone(std::uint8_t marker) { return marker == 0x01 || (marker >= 0xD0 && marker <= 0xD8); }

/// From marker to marker, to the header of the frame (ISO/IEC 10918-1 B.2.2): length, precision, lines, samples.
std::optional<Size> jpeg_size(View rest) {
    while (rest.size() >= 2 && rest[0] == 0xFF) {
        const std::uint8_t marker = rest[1];
        rest = rest.subspan(marker == 0xFF ? 1 : 2);
        if (marker == 0xFF || stands_alone(marker)) continue;
        if (rest.size() < 2) return std::nullopt;
        const std::size_t length = number(rest.first(2));
        if (length < 2 || length > rest.size()) return std::nullopt;
        if (begins_frame(marker)) {
            if (length < 7) return std::nullopt;
            return Size{number(rest.subspan(5, 2)), number(rest.subspan(3, 2))};
        }
        rest = rest.subspan(length);
    }
    return std::nullopt;
}

Error not_whole(std::string_view format) {
    return fail(Errc::truncated, "icon", "the " + std::string(format) + " is cut off: the file is not whole");
}

Result<IconType> of_size(IconType type, const Size& size) {
    if (size.width == icon_pixels && size.height == icon_pixels) return type;
    return fail(Errc::bad_value, "icon",
                "64 x 64 pixels are wanted (SGP.22 5.5.3), this one has " + std::to_string(size.width) + " x " +
                    std::to_string(size.height));
}

}  // namespace

Result<IconType> icon_type_of(View file) {
    if (file.size() > icon_octets_max)
        return fail(Errc::too_large, "icon",
                    "at most 1024 octets are wanted (SGP.22 5.5.3), this one has " + std::to_string(file.size()) +
                        ": fewer colours, or another compression");
    if (begins(file, png_signature)) {
        const auto size = png_size(file);
        if (!size || !ends(file, png_end)) return not_whole("PNG");
        return of_size(IconType::png, *size);
    }
    if (begins(file, jpeg_start)) {
        const auto size = jpeg_size(file);
        if (!size || !ends(file, jpeg_end)) return not_whole("JPEG");
        return of_size(IconType::jpg, *size);
    }
    return fail(Errc::bad_value, "icon", "a PNG or a JPEG is wanted, and the file begins as neither of them");
}

}  // namespace mcim::msg
