// Tags, lengths and values: the only code that touches DER octets. Strict: definite minimal lengths of at most four
// octets, minimal tags of at most three. A limit on the whole input is the caller's (X.690; packages reach 150 KiB).
#pragma once
#include <optional>

#include "mcim/base/bytes.h"
#include "mcim/base/wiping.h"

namespace mcim::der {

/// A tag exactly as it stands on the wire and in the specification: Tag{0xBF38}, Tag{0x80}, Tag{0x5F37}.
struct Tag {
    std::uint32_t wire = 0;
    [[nodiscard]] constexpr int size() const { return wire > 0xFFFF ? 3 : wire > 0xFF ? 2 : 1; }
    [[nodiscard]] constexpr bool constructed() const { return ((wire >> (8 * (size() - 1))) & 0x20U) != 0; }
    friend constexpr bool operator==(Tag, Tag) = default;
};
/// The mark of a component without a tag of its own: an untagged CHOICE, or ANY.
inline constexpr Tag untagged{0};

std::string to_string(Tag);

class Reader {
public:
    explicit Reader(View in, std::size_t base = 0) : in_(in), base_(base) {}
    [[nodiscard]] bool empty() const { return in_.empty(); }
    [[nodiscard]] std::size_t offset() const { return base_; }
    [[nodiscard]] View rest() const { return in_; }
    [[nodiscard]] Error error(Errc code, std::string detail = {}) const { return {code, base_, {}, std::move(detail)}; }
    /// The next tag, without consuming it; nullopt at the end or where it is malformed.
    [[nodiscard]] std::optional<Tag> peek() const;
    struct Tlv;
    [[nodiscard]] Result<Tlv> read();
    /// read(), refusing any other tag.
    [[nodiscard]] Result<Tlv> read(Tag wanted);
    View take_all();

private:
    [[nodiscard]] std::optional<Tag> parse_tag(std::size_t& used) const;
    View in_;
    std::size_t base_;
};

struct Reader::Tlv {
    Tag tag;
    Reader content;
    View whole;
    std::size_t offset;  ///< of `whole`
};

/// Writes back to front, so that every length is known when its header is written.
class Writer {
public:
    [[nodiscard]] std::size_t size() const { return buffer_.size() - front_; }
    void byte(std::uint8_t b) { *room_for(1) = b; }
    void bytes(View);
    void header(Tag, std::size_t length);
    [[nodiscard]] Bytes finish() &&;

private:
    /// Before what is there.
    std::uint8_t* room_for(std::size_t octets) {
        if (front_ < octets) grow(octets);
        front_ -= octets;
        return buffer_.data() + front_;
    }
    void grow(std::size_t octets);

    /// What is written stands at its end. It may be a package with its keys.
    std::vector<std::uint8_t, WipingAllocator<std::uint8_t>> buffer_;
    std::size_t front_ = 0;
};

/// One TLV around `content`.
[[nodiscard]] Bytes wrap(Tag, View content);
/// Header only: for segments that are sent piece by piece (SGP.22 5.7.6).
[[nodiscard]] Bytes header(Tag, std::size_t length);

}  // namespace mcim::der
