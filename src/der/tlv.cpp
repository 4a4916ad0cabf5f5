#include "mcim/der/tlv.h"

#include <algorithm>
#include <cstring>

namespace mcim::der {
namespace {

using HeaderRoom = std::array<std::uint8_t, 3 + 1 + sizeof(std::size_t)>;

/// At the end of `room`.
View write_header(HeaderRoom& room, Tag tag, std::size_t length) {
    std::size_t front = room.size();
    const auto put = [&](std::size_t octet) { room[--front] = static_cast<std::uint8_t>(octet); };
    if (length < 0x80) {
        put(length);
    } else {
        std::size_t count = 0;
        for (std::size_t n = length; n != 0; n >>= 8U, ++count) put(n & 0xFFU);
        put(0x80U | count);
    }
    for (int i = 0; i < tag.size(); ++i) put(tag.wire >> (8 * i) & 0xFFU);
    return View(room).subspan(front);
}

}  // namespace

std::string to_string(Tag tag) {
    Bytes octets;
    for (int i = tag.size() - 1; i >= 0; --i) octets.push_back(static_cast<std::uint8_t>(tag.wire >> (8 * i)));
    return hex(octets);
}

std::optional<Tag> Reader::parse_tag(std::size_t& used) const {
    if (in_.empty()) return std::nullopt;
    std::uint32_t wire = in_[used++];
    if ((wire & 0x1FU) != 0x1FU) return wire == 0 ? std::nullopt : std::optional(Tag{wire});
    for (int i = 0; i < 2; ++i) {
        if (used >= in_.size()) return std::nullopt;
        const std::uint8_t b = in_[used++];
        if (i == 0 && (b & 0x7FU) == 0) return std::nullopt;
        wire = wire << 8U | b;
        if ((b & 0x80U) == 0) return i == 0 && b < 0x1F ? std::nullopt : std::optional(Tag{wire});
    }
    return std::nullopt;
}

std::optional<Tag> Reader::peek() const {
    std::size_t used = 0;
    return parse_tag(used);
}

Result<Reader::Tlv> Reader::read() {
    std::size_t used = 0;
    const auto tag = parse_tag(used);
    if (!tag) return error(in_.empty() ? Errc::truncated : Errc::bad_tag);
    if (used >= in_.size()) return error(Errc::truncated);
    std::size_t length = in_[used++];
    if (length >= 0x80) {
        const std::size_t count = length & 0x7FU;
        if (count == 0 || count > 4)
            return error(Errc::bad_length, "lengths take at most four octets and are definite");
        if (in_.size() - used < count) return error(Errc::truncated);
        length = 0;
        for (std::size_t i = 0; i < count; ++i) length = length << 8U | in_[used++];
        if (length < (count == 1 ? 0x80U : std::size_t{1} << 8U * (count - 1)))
            return error(Errc::bad_length, "length is not minimal");
    }
    if (in_.size() - used < length) return error(Errc::truncated);
    Tlv out{*tag, Reader(in_.subspan(used, length), base_ + used), in_.first(used + length), base_};
    in_ = in_.subspan(used + length);
    base_ += used + length;
    return out;
}

Result<Reader::Tlv> Reader::read(Tag wanted) {
    if (in_.empty()) return error(Errc::missing_field, to_string(wanted) + " wanted");
    const auto next = peek();
    if (next != wanted)
        return error(Errc::bad_tag, to_string(wanted) + " wanted" + (next ? ", not " + to_string(*next) : ""));
    return read();
}

View Reader::take_all() {
    const View all = in_;
    base_ += in_.size();
    in_ = {};
    return all;
}

void Writer::grow(std::size_t octets) {
    static constexpr std::size_t octets_min = 256;  // most messages grow twice at most
    const std::size_t written = size();
    decltype(buffer_) larger(std::max(octets_min, 2 * (written + octets)));
    std::copy_backward(buffer_.end() - static_cast<std::ptrdiff_t>(written), buffer_.end(), larger.end());
    buffer_.swap(larger);
    front_ = buffer_.size() - written;
}

void Writer::bytes(View b) {
    if (!b.empty()) std::memcpy(room_for(b.size()), b.data(), b.size());
}

void Writer::header(Tag tag, std::size_t length) {
    HeaderRoom room;
    bytes(write_header(room, tag, length));
}

Bytes Writer::finish() && { return to_bytes(View(buffer_).last(size())); }

Bytes wrap(Tag tag, View content) {
    HeaderRoom room;
    return concat({write_header(room, tag, content.size()), content});
}

Bytes header(Tag tag, std::size_t length) {
    HeaderRoom room;
    return to_bytes(write_header(room, tag, length));
}

}  // namespace mcim::der
