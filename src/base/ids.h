// Identifiers that cannot hold a wrong value: made only by parse_ and from_, printed as people write them.
#pragma once
#include <compare>

#include "mcim/base/bytes.h"

namespace mcim {

/// eUICC identifier, 32 decimal digits whose last two make the number 1 modulo 97 (SGP.29, SGP.02 2.2.2).
class Eid {
public:
    /// Refuses other lengths, non-digits and wrong check digits.
    [[nodiscard]] static Result<Eid> parse(std::string_view digits);
    /// 16 octets, a digit a nibble, as in tag '5A' of GetEuiccData and in certificates. Check digits are not demanded:
    /// test cards in the field (SGP.26) carry EIDs that fail them.
    [[nodiscard]] static Result<Eid> from_octets(View);
    /// The same for text, e.g. a certificate's serialNumber.
    [[nodiscard]] static Result<Eid> parse_unchecked(std::string_view digits);
    /// Thirty digits and the two check digits that belong to them.
    [[nodiscard]] static Result<Eid> with_check_digits(std::string_view thirty_digits);
    [[nodiscard]] const std::string& text() const { return digits_; }
    [[nodiscard]] Bytes octets() const;
    [[nodiscard]] bool check_digits_hold() const;
    friend auto operator<=>(const Eid&, const Eid&) = default;

private:
    explicit Eid(std::string digits) : digits_(std::move(digits)) {}
    std::string digits_;
};

/// ICCID of 18 to 20 digits (ITU-T E.118; TS 102 221 13.2). People see digits, cards see swapped nibbles padded with F.
class Iccid {
public:
    /// 18, 19 or 20 digits; a 19th or 20th digit must be the Luhn digit unless the caller takes it unchecked.
    [[nodiscard]] static Result<Iccid> parse(std::string_view digits);
    [[nodiscard]] static Result<Iccid> parse_unchecked(std::string_view digits);
    /// 18 digits and their Luhn digit.
    [[nodiscard]] static Result<Iccid> with_check_digit(std::string_view eighteen_digits);
    /// The ten octets of EF_ICCID and of tag '5A'.
    [[nodiscard]] static Result<Iccid> from_octets(View);
    [[nodiscard]] const std::string& text() const { return digits_; }
    [[nodiscard]] Bytes octets() const;
    friend auto operator<=>(const Iccid&, const Iccid&) = default;

private:
    explicit Iccid(std::string digits) : digits_(std::move(digits)) {}
    std::string digits_;
};

/// IMSI of 6 to 15 digits (TS 23.003 2.2).
class Imsi {
public:
    [[nodiscard]] static Result<Imsi> parse(std::string_view digits);
    /// The nine octets of EF_IMSI (TS 31.102 4.2.2).
    [[nodiscard]] static Result<Imsi> from_ef(View);
    [[nodiscard]] const std::string& text() const { return digits_; }
    [[nodiscard]] Bytes ef() const;
    friend auto operator<=>(const Imsi&, const Imsi&) = default;

private:
    explicit Imsi(std::string digits) : digits_(std::move(digits)) {}
    std::string digits_;
};

/// MSISDN of 5 to 15 digits, without '+' (E.164).
class Msisdn {
public:
    [[nodiscard]] static Result<Msisdn> parse(std::string_view digits);
    [[nodiscard]] const std::string& text() const { return digits_; }
    friend auto operator<=>(const Msisdn&, const Msisdn&) = default;

private:
    explicit Msisdn(std::string digits) : digits_(std::move(digits)) {}
    std::string digits_;
};

/// Digits two to an octet, low nibble first, padded with F to `octets` octets.
[[nodiscard]] Bytes swapped_bcd(std::string_view digits, std::size_t octets);

}  // namespace mcim
