// The version of this software, in its only place: CMake reads it from here, programs, verdicts and EUICCInfo2 name it.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace mcim {

inline constexpr std::string_view software_version = "0.1.0";

/// Component 0, 1 or 2.
constexpr std::uint8_t version_number(std::size_t component) {
    unsigned value = 0;
    for (const char c : software_version) {
        if (c == '.' && component-- == 0) break;
        value = c == '.' ? 0 : value * 10 + static_cast<unsigned>(c - '0');
    }
    return static_cast<std::uint8_t>(value);
}

/// "mcimd 0.1.0"
inline std::string named_version(std::string_view program) {
    return std::string(program) + ' ' + std::string(software_version);
}

}  // namespace mcim
