#include "mcim/base/ids.h"

#include <algorithm>

#include "mcim/base/luhn.h"

namespace mcim {
namespace {

bool all_digits(std::string_view s) {
    return std::ranges::all_of(s, [](char c) { return c >= '0' && c <= '9'; });
}

int mod97(std::string_view digits) {
    int rest = 0;
    for (const char c : digits) rest = (rest * 10 + (c - '0')) % 97;
    return rest;
}

Error shape(std::string_view what, std::string_view got) {
    return fail(Errc::bad_value, "", std::string(what) + ", not \"" + std::string(got.substr(0, 40)) + '"');
}

/// The digits of swapped nibbles up to the first F; nullopt-like empty result where something follows it.
Result<std::string> from_swapped_bcd(View in) {
    std::string out;
    bool ended = false;
    for (const auto octet : in) {
        for (const unsigned n : {octet & 15U, static_cast<unsigned>(octet >> 4U)}) {
            if (n == 15) {
                ended = true;
                continue;
            }
            if (ended || n > 9) return fail(Errc::bad_value, "", "octets " + hex(in) + " are not packed digits");
            out += static_cast<char>('0' + n);
        }
    }
    return out;
}

}  // namespace

Bytes swapped_bcd(std::string_view digits, std::size_t octets) {
    Bytes out(octets, 0xFF);
    for (std::size_t i = 0; i < digits.size() && i / 2 < octets; ++i) {
        const unsigned d = static_cast<unsigned>(digits[i] - '0');
        auto& octet = out[i / 2];
        octet = static_cast<std::uint8_t>(i % 2 == 0 ? (octet & 0xF0U) | d : (octet & 0x0FU) | d << 4U);
    }
    return out;
}

Result<Eid> Eid::parse_unchecked(std::string_view digits) {
    if (digits.size() != 32 || !all_digits(digits)) return shape("an EID has 32 digits", digits);
    return Eid(std::string(digits));
}
Result<Eid> Eid::parse(std::string_view digits) {
    TRY(Eid eid, parse_unchecked(digits));
    if (!eid.check_digits_hold())
        return shape("the last two digits of an EID make it 1 modulo 97; check for a typing error", digits);
    return eid;
}
Result<Eid> Eid::with_check_digits(std::string_view thirty) {
    if (thirty.size() != 30 || !all_digits(thirty))
        return shape("30 digits wanted before the check digits of an EID", thirty);
    const int check = 98 - mod97(std::string(thirty) + "00");
    std::string digits(thirty);
    digits += static_cast<char>('0' + check / 10);
    digits += static_cast<char>('0' + check % 10);
    return Eid(std::move(digits));
}
Result<Eid> Eid::from_octets(View octets) { return parse_unchecked(hex(octets)); }
Bytes Eid::octets() const { return *from_hex(digits_); }
bool Eid::check_digits_hold() const { return mod97(digits_) == 1; }

Result<Iccid> Iccid::parse_unchecked(std::string_view digits) {
    if (digits.size() < 18 || digits.size() > 20 || !all_digits(digits))
        return shape("an ICCID has 18 to 20 digits", digits);
    return Iccid(std::string(digits));
}
Result<Iccid> Iccid::parse(std::string_view digits) {
    TRY(Iccid iccid, parse_unchecked(digits));
    if (digits.size() > 18 && luhn_digit(digits.substr(0, digits.size() - 1)) != digits.back())
        return shape("the last digit of an ICCID is its Luhn digit; check for a typing error", digits);
    return iccid;
}
Result<Iccid> Iccid::with_check_digit(std::string_view eighteen) {
    if (eighteen.size() != 18 || !all_digits(eighteen))
        return shape("18 digits wanted before the check digit of an ICCID", eighteen);
    return Iccid(std::string(eighteen) + luhn_digit(eighteen));
}
Result<Iccid> Iccid::from_octets(View octets) {
    if (octets.size() != 10) return fail(Errc::bad_length, "", "an ICCID has 10 octets");
    TRY(const std::string digits, from_swapped_bcd(octets));
    return parse_unchecked(digits);
}
Bytes Iccid::octets() const { return swapped_bcd(digits_, 10); }

Result<Imsi> Imsi::parse(std::string_view digits) {
    if (digits.size() < 6 || digits.size() > 15 || !all_digits(digits))
        return shape("an IMSI has 6 to 15 digits", digits);
    return Imsi(std::string(digits));
}
Result<Imsi> Imsi::from_ef(View ef) {
    if (ef.size() != 9 || ef[0] == 0 || ef[0] > 8)
        return fail(Errc::bad_value, "", "EF_IMSI has 9 octets, the first a length of 1 to 8");
    const View body = ef.subspan(1, ef[0]);
    TRY(const std::string nibbles, from_swapped_bcd(body));
    if (nibbles.empty()) return fail(Errc::bad_value, "", "EF_IMSI is empty");
    return parse(std::string_view(nibbles).substr(1));  // the first nibble holds parity and type
}
Bytes Imsi::ef() const {
    const bool odd = digits_.size() % 2 == 1;
    const std::string nibbles = (odd ? "9" : "1") + digits_;
    Bytes out{static_cast<std::uint8_t>((nibbles.size() + 1) / 2)};
    append(out, swapped_bcd(nibbles, 8));
    return out;
}

Result<Msisdn> Msisdn::parse(std::string_view digits) {
    if (digits.size() < 5 || digits.size() > 15 || !all_digits(digits))
        return shape("an MSISDN has 5 to 15 digits, without +", digits);
    return Msisdn(std::string(digits));
}

}  // namespace mcim
