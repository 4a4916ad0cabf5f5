#include "mcim/base/text.h"

#include <algorithm>

namespace mcim {
namespace {

constexpr std::size_t number_digits_min = 12;
constexpr std::size_t shown_at_each_end = 4;

constexpr std::size_t digest_digits = 64;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex_digit(char c) { return is_digit(c) || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f'); }
bool is_alphanumeric(char c) { return is_digit(c) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }

std::size_t length_while(std::string_view text, bool (*belongs)(char)) {
    return static_cast<std::size_t>(std::ranges::find_if_not(text, belongs) - text.begin());
}
/// At the beginning of a word.
bool begins_with_digest(std::string_view text) {
    return length_while(text, is_alphanumeric) == digest_digits && length_while(text, is_hex_digit) == digest_digits;
}

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
        const bool in_word = !out.empty() && is_alphanumeric(out.back());
        const bool digest = !in_word && begins_with_digest(text);
        const std::size_t digits = length_while(text, is_digit);
        const std::string_view run = text.substr(0, digest ? digest_digits : std::max<std::size_t>(digits, 1));
        if (digest || digits < number_digits_min)
            out += run;
        else
            out.append(run.substr(0, shown_at_each_end)).append("...").append(run.substr(digits - shown_at_each_end));
        text.remove_prefix(run.size());
    }
    return out;
}

}  // namespace mcim
