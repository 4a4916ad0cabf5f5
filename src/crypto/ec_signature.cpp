// DER SEQUENCE{r,s} (RFC 3279 2.2.3) to r||s (TR-03111 5.2) and back. Here and not in `der`: crypto lies on the same
// layer.
#include "mcim/crypto/ec.h"

namespace mcim::crypto {
namespace {

constexpr std::size_t number_octets = 32;
constexpr std::uint8_t sequence_tag = 0x30;
constexpr std::uint8_t integer_tag = 0x02;

/// Takes one non-negative INTEGER of at most 32 significant octets off the front of `rest`.
Result<View> take_integer(View& rest, std::size_t offset) {
    const auto refuse = [&](Errc code, std::string detail) { return Error{code, offset, {}, std::move(detail)}; };
    if (rest.size() < 2) return refuse(Errc::truncated, "an INTEGER is missing");
    if (rest[0] != integer_tag) return refuse(Errc::bad_tag, "an INTEGER wanted");
    const std::size_t size = rest[1];
    if (size == 0 || size > number_octets + 1) return refuse(Errc::bad_length, "an INTEGER of 1 to 33 octets wanted");
    if (rest.size() < 2 + size) return refuse(Errc::truncated, "the INTEGER is longer than its SEQUENCE");
    View value = rest.subspan(2, size);
    rest = rest.subspan(2 + size);
    if (value[0] >= 0x80) return refuse(Errc::bad_value, "a negative number");
    if (value[0] != 0)
        return size > number_octets ? Result<View>(refuse(Errc::too_large, "more than 32 octets")) : value;
    if (size > 1 && value[1] < 0x80) return refuse(Errc::bad_value, "not the shortest form of the number");
    return value.subspan(1);
}

void write_integer(Bytes& out, View number) {
    while (number.size() > 1 && number[0] == 0) number = number.subspan(1);
    const bool sign_octet = number[0] >= 0x80;
    out.push_back(integer_tag);
    out.push_back(static_cast<std::uint8_t>(number.size() + (sign_octet ? 1 : 0)));
    if (sign_octet) out.push_back(0);
    append(out, number);
}

}  // namespace

Result<Bytes> plain_from_der_signature(View der) {
    if (der.size() < 2) return Error{Errc::truncated, 0, {}, "a signature is missing"};
    if (der[0] != sequence_tag) return Error{Errc::bad_tag, 0, {}, "a SEQUENCE wanted"};
    // two INTEGERs of at most 35 octets: the length has always the short form
    if (der[1] >= 0x80 || der[1] != der.size() - 2)
        return Error{Errc::bad_length, 1, {}, "the length does not fit what follows"};
    Bytes out(2 * number_octets);
    View rest = der.subspan(2);
    for (const std::size_t end : {number_octets, 2 * number_octets}) {
        TRY(const View number, take_integer(rest, der.size() - rest.size()));
        std::copy(number.begin(), number.end(), out.begin() + static_cast<std::ptrdiff_t>(end - number.size()));
    }
    if (!rest.empty()) return Error{Errc::trailing_data, der.size() - rest.size(), {}, "octets follow r and s"};
    return out;
}

Result<Bytes> der_from_plain_signature(View plain) {
    if (plain.size() != 2 * number_octets)
        return fail(Errc::bad_length, "", "a signature has 64 octets, not " + std::to_string(plain.size()));
    Bytes body;
    write_integer(body, plain.first(number_octets));
    write_integer(body, plain.last(number_octets));
    Bytes out{sequence_tag, static_cast<std::uint8_t>(body.size())};
    append(out, body);
    return out;
}

}  // namespace mcim::crypto
