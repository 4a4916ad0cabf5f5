#include "mcim/base/text.h"

#include <algorithm>

namespace mcim {
namespace {

constexpr std::size_t number_digits_min = 12;
constexpr std::size_t shown_at_each_end = 4;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

std::string printable(std::string_view text, std::size_t characters_max) {
    std::string out(text.substr(0, characters_max));
    std::ranges::replace_if(
        out, [](char c) { return c < 0x20 || c > 0x7E; }, '?');
    if (text.size() > characters_max) out += "...";
    return out;
}

std::string with_numbers_masked(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const auto digits = static_cast<std::size_t>(std::ranges::find_if_not(text, is_digit) - text.begin());
        const std::string_view run = text.substr(0, std::max<std::size_t>(digits, 1));
        if (digits < number_digits_min)
            out += run;
        else
            out.append(run.substr(0, shown_at_each_end)).append("...").append(run.substr(digits - shown_at_each_end));
        text.remove_prefix(run.size());
    }
    return out;
}

}  // namespace mcim
