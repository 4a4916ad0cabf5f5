#include "mcim/der/leaf.h"

#include <algorithm>
#include <charconv>

namespace mcim::der {

std::optional<std::size_t> utf8_length(std::string_view text) {
    std::size_t characters = 0;
    for (std::size_t i = 0; i < text.size(); ++characters) {
        const auto lead = static_cast<std::uint8_t>(text[i]);
        const std::size_t n = lead < 0x80                   ? 1
                              : lead >= 0xC2 && lead < 0xE0 ? 2
                              : lead >= 0xE0 && lead < 0xF0 ? 3
                              : lead >= 0xF0 && lead < 0xF5 ? 4
                                                            : 0;
        if (n == 0 || text.size() - i < n) return std::nullopt;
        std::uint32_t point = n == 1 ? lead : lead & (0x7FU >> n);
        for (std::size_t k = 1; k < n; ++k) {
            const auto next = static_cast<std::uint8_t>(text[i + k]);
            if ((next & 0xC0U) != 0x80U) return std::nullopt;
            point = point << 6U | (next & 0x3FU);
        }
        if ((n == 3 && point < 0x800) || (n == 4 && (point < 0x10000 || point > 0x10FFFF)) ||
            (point >= 0xD800 && point < 0xE000))
            return std::nullopt;
        i += n;
    }
    return characters;
}

Result<bool> Codec<bool>::read(Reader in) {
    const View b = in.rest();
    if (b.size() != 1 || (b[0] != 0 && b[0] != 0xFF))
        return in.error(Errc::bad_value, "BOOLEAN is one octet, 00 or FF");
    return b[0] != 0;
}

void write_integer(Writer& w, std::int64_t n) {
    for (;;) {
        const auto octet = static_cast<std::uint8_t>(n & 0xFF);
        w.byte(octet);
        n >>= 8;
        if ((n == 0 && octet < 0x80) || (n == -1 && octet >= 0x80)) return;
    }
}

Result<std::int64_t> read_integer(Reader in) {
    const View b = in.rest();
    if (b.empty() || b.size() > 8)
        return in.error(Errc::bad_length, "INTEGER of " + std::to_string(b.size()) + " octets");
    if (b.size() > 1 && ((b[0] == 0 && b[1] < 0x80) || (b[0] == 0xFF && b[1] >= 0x80)))
        return in.error(Errc::bad_value, "INTEGER is not minimal");
    std::uint64_t n = b[0] >= 0x80 ? ~std::uint64_t{0} : 0;
    for (const auto octet : b) n = n << 8U | octet;
    return static_cast<std::int64_t>(n);
}

Result<Null> Codec<Null>::read(Reader in) {
    if (!in.empty()) return in.error(Errc::bad_length, "NULL has no content");
    return Null{};
}

BitString BitString::of(std::initializer_list<std::size_t> bits) {
    BitString out;
    for (const auto bit : bits) out.set(bit);
    return out;
}
Result<BitString> BitString::from_content(View content) {
    if (content.empty() || content[0] > 7 || (content.size() == 1 && content[0] != 0))
        return fail(Errc::bad_value, "", "BIT STRING with a wrong number of unused bits");
    if (content.size() > 1 && (content.back() & ((1U << content[0]) - 1U)) != 0)
        return fail(Errc::bad_value, "", "BIT STRING with unused bits that are not zero");
    BitString out;
    out.content_ = to_bytes(content);
    return out;
}
bool BitString::test(std::size_t bit) const {
    const std::size_t at = 1 + bit / 8;
    return at < content_.size() && (content_[at] & (0x80U >> (bit % 8))) != 0;
}
void BitString::set(std::size_t bit) {
    const std::size_t size = 2 + bit / 8;
    if (content_.size() < size) content_.resize(size);
    content_[1 + bit / 8] |= static_cast<std::uint8_t>(0x80U >> (bit % 8));
    unsigned unused = 0;
    while (unused < 7 && (content_.back() & (1U << unused)) == 0) ++unused;
    content_[0] = static_cast<std::uint8_t>(unused);
}
bool BitString::subset_of(const BitString& other) const {
    for (std::size_t bit = 0; bit < 8 * (content_.size() - 1); ++bit)
        if (test(bit) && !other.test(bit)) return false;
    return true;
}
bool BitString::none() const {
    return std::all_of(content_.begin() + 1, content_.end(), [](std::uint8_t b) { return b == 0; });
}
Result<BitString> Codec<BitString>::read(Reader in) {
    auto bits = BitString::from_content(in.rest());
    if (!bits) return in.error(Errc::bad_value, bits.error().detail);
    return bits;
}
std::string Codec<BitString>::print(const BitString& v) {
    std::string out;
    for (std::size_t bit = 0; bit < 8 * (v.content().size() - 1); ++bit)
        if (v.test(bit)) out += (out.empty() ? "{" : ",") + std::to_string(bit);
    return out.empty() ? "{}" : out + "}";
}
BitString Codec<BitString>::arbitrary(Source& s) {
    BitString out;
    for (auto n = s.below(5); n != 0; --n) out.set(s.below(32));
    return out;
}

namespace {
void append_base128(Bytes& out, std::uint64_t n) {
    unsigned shift = 0;
    while (n >> shift >= 0x80) shift += 7;
    for (; shift != 0; shift -= 7) out.push_back(static_cast<std::uint8_t>(0x80U | (n >> shift & 0x7FU)));
    out.push_back(static_cast<std::uint8_t>(n & 0x7FU));
}
/// The arcs of a dotted text, each below 2^56 so that the first two still fit when joined.
std::optional<std::vector<std::uint64_t>> arcs_of(std::string_view dotted) {
    std::vector<std::uint64_t> arcs;
    arcs.reserve(static_cast<std::size_t>(std::ranges::count(dotted, '.')) + 1);
    while (true) {
        const auto dot = std::min(dotted.find('.'), dotted.size());
        const auto part = dotted.substr(0, dot);
        std::uint64_t arc = 0;
        const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), arc);
        if (error != std::errc{} || end != part.data() + part.size() || arc >> 56U != 0 ||
            (part.size() > 1 && part[0] == '0'))
            return std::nullopt;
        arcs.push_back(arc);
        if (dot == dotted.size()) return arcs;
        dotted.remove_prefix(dot + 1);
    }
}
}  // namespace

Result<Oid> Oid::parse(std::string_view dotted) {
    const auto arcs = arcs_of(dotted);
    if (!arcs || arcs->size() < 2 || (*arcs)[0] > 2 || ((*arcs)[0] < 2 && (*arcs)[1] > 39))
        return fail(Errc::bad_value, "",
                    "an object identifier is written 2.23.146.1, not \"" + std::string(dotted.substr(0, 60)) + '"');
    Oid out;
    out.text_ = dotted;
    return out;
}
Bytes Oid::content() const {
    const auto arcs = *arcs_of(text_);
    Bytes out;
    out.reserve(text_.size());
    append_base128(out, arcs[0] * 40 + arcs[1]);
    for (std::size_t i = 2; i < arcs.size(); ++i) append_base128(out, arcs[i]);
    return out;
}
Result<Oid> Oid::from_content(View content) {
    const auto bad = [] { return fail(Errc::bad_value, "", "malformed object identifier"); };
    if (content.empty() || content.size() > 64 || (content.back() & 0x80U) != 0) return bad();
    std::string text;
    text.reserve(4 * content.size());
    std::uint64_t arc = 0;
    bool first_octet = true;
    for (const auto octet : content) {
        if ((first_octet && octet == 0x80) || arc >> 49U != 0) return bad();
        arc = arc << 7U | (octet & 0x7FU);
        first_octet = (octet & 0x80U) == 0;
        if (!first_octet) continue;
        if (text.empty()) {
            const std::uint64_t root = std::min<std::uint64_t>(arc / 40, 2);
            text = std::to_string(root) + "." + std::to_string(arc - root * 40);
        } else {
            text += "." + std::to_string(arc);
        }
        arc = 0;
    }
    Oid out;
    out.text_ = std::move(text);
    return out;
}
Result<Oid> Codec<Oid>::read(Reader in) {
    auto oid = Oid::from_content(in.rest());
    if (!oid) return in.error(Errc::bad_value, oid.error().detail);
    return oid;
}
Oid Codec<Oid>::arbitrary(Source& s) {
    return *Oid::parse("2.999." + std::to_string(s.byte()) + "." + std::to_string(s.byte() * 300));
}

Result<Any> Codec<Any>::read(Reader in) { return Any{to_bytes(in.rest())}; }
Any Codec<Any>::arbitrary(Source& s) {
    const std::uint8_t octet = s.byte();
    return {wrap(Tag{0x04}, View(&octet, 1))};
}

void Codec<AnySequence>::write(Writer& w, const AnySequence& v) {
    Reader in(v.tlv);
    auto tlv = in.read(Tag{0x30});
    if (tlv) w.bytes(tlv->content.rest());
}
Result<AnySequence> Codec<AnySequence>::read(Reader in) { return AnySequence{wrap(Tag{0x30}, in.rest())}; }
AnySequence Codec<AnySequence>::arbitrary(Source& s) {
    const std::uint8_t octet = s.byte();
    return {wrap(Tag{0x30}, wrap(Tag{0x04}, View(&octet, 1)))};
}

}  // namespace mcim::der
