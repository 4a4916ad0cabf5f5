// Letters of ASCII, whatever the locale: names of hosts, headers and columns have no letter case.
#pragma once
#include <algorithm>
#include <string_view>

namespace mcim::ascii {

[[nodiscard]] constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

[[nodiscard]] constexpr bool equal_but_for_case(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, {}, lower, lower);
}

}  // namespace mcim::ascii
