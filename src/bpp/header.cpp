#include "header.h"

namespace mcim::bpp {

Result<Header> parse_header(der::Tag wanted, View in) {
    der::Reader reader(in);
    const auto tag = reader.peek();
    if (!tag) return reader.error(in.empty() ? Errc::truncated : Errc::bad_tag, to_string(wanted) + " wanted");
    if (*tag != wanted) return reader.error(Errc::bad_tag, to_string(wanted) + " wanted, not " + to_string(*tag));
    const View rest = in.subspan(static_cast<std::size_t>(wanted.size()));
    if (rest.empty()) return reader.error(Errc::truncated, "the length is missing");
    if (rest[0] < 0x80) return Header{static_cast<std::size_t>(wanted.size()) + 1, rest[0]};

    const std::size_t count = rest[0] & 0x7FU;
    if (count == 0 || count > 4) return reader.error(Errc::bad_length, "a length of 1 to 4 octets wanted");
    if (rest.size() <= count) return reader.error(Errc::truncated, "the length is cut");
    std::size_t length = 0;
    for (const auto octet : rest.subspan(1, count)) length = length << 8U | octet;
    const std::size_t least = count == 1 ? 0x80U : std::size_t{1} << 8U * (count - 1);
    if (length < least) return reader.error(Errc::bad_length, "the length is not the shortest form");
    return Header{static_cast<std::size_t>(wanted.size()) + 1 + count, length};
}

}  // namespace mcim::bpp
