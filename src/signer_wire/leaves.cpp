#include "leaves.h"

namespace mcim::signer_wire {

Result<Eid> parse_digits(std::string_view digits, const Eid*) { return Eid::parse_unchecked(digits); }
Result<Iccid> parse_digits(std::string_view digits, const Iccid*) { return Iccid::parse_unchecked(digits); }
Result<Imsi> parse_digits(std::string_view digits, const Imsi*) { return Imsi::parse(digits); }
Result<Msisdn> parse_digits(std::string_view digits, const Msisdn*) { return Msisdn::parse(digits); }

Error bad_length(const der::Reader& in, std::size_t octets) {
    return in.error(Errc::bad_length, std::to_string(octets) + " octets");
}

Bytes arbitrary_octets(der::Source& source, std::size_t count) {
    Bytes out(count);
    for (auto& octet : out) octet = source.byte();
    return out;
}

void write_text(der::Writer& w, std::string_view text) { w.bytes(as_view(text)); }

Result<std::string> read_text(der::Reader in) {
    if (in.rest().size() > text_octets_max) return bad_length(in, in.rest().size());
    return as_text(in.rest());
}

std::string arbitrary_text(der::Source& source) {
    std::string out(source.below(20), ' ');
    for (auto& c : out) c = static_cast<char>('a' + source.below(26));
    return out;
}

}  // namespace mcim::signer_wire

namespace mcim::der {

void Codec<std::uint64_t>::write(Writer& w, std::uint64_t v) {
    bool positive = false;  // as a signed number, which DER takes it for
    do {
        const auto octet = static_cast<std::uint8_t>(v & 0xFFU);
        w.byte(octet);
        positive = (octet & 0x80U) == 0;
        v >>= 8U;
    } while (v != 0);
    if (!positive) w.byte(0);
}

Result<std::uint64_t> Codec<std::uint64_t>::read(Reader in) {
    const View b = in.rest();
    if (b.empty() || b.size() > 9) return signer_wire::bad_length(in, b.size());
    if ((b[0] & 0x80U) != 0) return in.error(Errc::bad_value, "a negative number");
    if (b.size() == 9 && b[0] != 0) return in.error(Errc::bad_value, "more than 64 bits");
    if (b.size() > 1 && b[0] == 0 && (b[1] & 0x80U) == 0) return in.error(Errc::bad_value, "not the shortest form");
    std::uint64_t out = 0;
    for (const auto octet : b) out = out << 8U | octet;
    return out;
}

std::uint64_t Codec<std::uint64_t>::arbitrary(Source& s) {
    std::uint64_t out = 0;
    for (auto octets = s.below(9); octets != 0; --octets) out = out << 8U | s.byte();
    return out;
}

}  // namespace mcim::der
