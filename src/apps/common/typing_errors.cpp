#include "mcim/apps/common/typing_errors.h"

#include "mcim/base/luhn.h"

namespace mcim::apps {

std::optional<std::string> typing_error(const Eid& eid) {
    if (eid.check_digits_hold()) return std::nullopt;
    const std::string& digits = eid.text();
    return "the last two digits of an EID check the others: here they are " + digits.substr(30) + " and should be " +
           Eid::with_check_digits(digits.substr(0, 30))->text().substr(30) + ". Look for a typing error";
}

std::optional<std::string> typing_error(const Iccid& iccid) {
    const std::string& digits = iccid.text();
    const char right = luhn_digit(std::string_view(digits).substr(0, digits.size() - 1));
    if (digits.size() == 18 || digits.back() == right) return std::nullopt;
    return std::string("the last digit of an ICCID checks the others: here it is ") + digits.back() +
           " and should be " + right + ". Look for a typing error";
}

namespace {

template <class Number>
Result<Number> parse_typed(std::string_view option, std::string_view digits) {
    auto number = Number::parse_unchecked(digits);
    if (!number) return std::move(number).error().within(std::string(option));
    if (auto wrong = typing_error(*number)) return fail(Errc::bad_value, std::string(option), *std::move(wrong));
    return number;
}

}  // namespace

Result<Eid> parse_typed_eid(std::string_view option, std::string_view digits) {
    return parse_typed<Eid>(option, digits);
}
Result<Iccid> parse_typed_iccid(std::string_view option, std::string_view digits) {
    return parse_typed<Iccid>(option, digits);
}

}  // namespace mcim::apps
