#include "mcim/base/ports.h"

#include <sys/random.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>

namespace mcim {

using namespace std::chrono;

Time system_now() { return floor<milliseconds>(system_clock::now()); }

std::string to_rfc3339(Time t) {
    const auto day = floor<days>(t);
    const year_month_day date{day};
    const hh_mm_ss clock{floor<seconds>(t - day)};
    std::array<char, 32> out{};
    const int n = std::snprintf(out.data(), out.size(), "%04d-%02u-%02uT%02d:%02d:%02dZ", static_cast<int>(date.year()),
                                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                                static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                                static_cast<int>(clock.seconds().count()));
    return {out.data(), static_cast<std::size_t>(n)};
}

Result<Time> from_rfc3339(std::string_view text) {
    static constexpr std::string_view shape = "dddd-dd-ddTdd:dd:ddZ";
    const auto bad = [&] {
        return fail(Errc::bad_value, "", "time is written 2026-11-21T20:27:22Z, not \"" + std::string(text) + '"');
    };
    if (text.size() != shape.size()) return bad();
    for (std::size_t i = 0; i < shape.size(); ++i) {
        const bool digit = text[i] >= '0' && text[i] <= '9';
        if (shape[i] == 'd' ? !digit : text[i] != shape[i]) return bad();
    }
    const auto number = [&](std::size_t at, std::size_t n) {
        int value = 0;
        for (std::size_t i = at; i < at + n; ++i) value = value * 10 + (text[i] - '0');
        return value;
    };
    const year_month_day date{year{number(0, 4)}, month{static_cast<unsigned>(number(5, 2))},
                              day{static_cast<unsigned>(number(8, 2))}};
    if (!date.ok() || number(11, 2) > 23 || number(14, 2) > 59 || number(17, 2) > 59) return bad();
    return Time{sys_days{date} + hours{number(11, 2)} + minutes{number(14, 2)} + seconds{number(17, 2)}};
}

void SystemRandom::fill(std::span<std::uint8_t> out) {
    while (!out.empty()) {
        const ssize_t n = getrandom(out.data(), out.size(), 0);
        if (n < 0 && errno != EINTR) std::abort();
        if (n > 0) out = out.subspan(static_cast<std::size_t>(n));
    }
}

}  // namespace mcim
