#include "mcim/x509/time.h"

#include <algorithm>

namespace mcim::x509 {

using namespace std::chrono;

namespace {

constexpr int last_utc_time_year = 2049;

/// "0496..." with the year in front, already digits only.
std::string with_century(std::string_view yymmddhhmmss) {
    return std::string(yymmddhhmmss[0] >= '5' ? "19" : "20").append(yymmddhhmmss);
}

}  // namespace

Result<Time> parse_time(const TimeChoice& choice) {
    const bool utc = choice.value.index() == 0;
    const std::string text = std::visit([](const auto& v) { return as_text(v.value); }, choice.value);
    const std::size_t digits = utc ? 12 : 14;
    if (text.size() != digits + 1 || text.back() != 'Z' ||
        !std::all_of(text.begin(), text.end() - 1, [](char c) { return c >= '0' && c <= '9'; }))
        return fail(Errc::bad_value, "", "a time is written YYMMDDhhmmssZ or YYYYMMDDhhmmssZ");
    const std::string d = utc ? with_century(text) : text;
    const auto part = [&](std::size_t at, std::size_t n) { return d.substr(at, n); };
    return from_rfc3339(part(0, 4) + "-" + part(4, 2) + "-" + part(6, 2) + "T" + part(8, 2) + ":" + part(10, 2) + ":" +
                        part(12, 2) + "Z");
}

TimeChoice to_time_choice(Time t) {
    std::string digits;
    for (const char c : to_rfc3339(t))
        if (c >= '0' && c <= '9') digits += c;
    const auto year = static_cast<int>(year_month_day{floor<days>(t)}.year());
    if (year > last_utc_time_year) return {der::Tagged<0x18, der::OctetString<>>{{to_bytes(as_view(digits + "Z"))}}};
    return {der::Tagged<0x17, der::OctetString<>>{{to_bytes(as_view(digits.substr(2) + "Z"))}}};
}

Time no_expiry() { return sys_days{9999y / 12 / 31} + 23h + 59min + 59s; }

}  // namespace mcim::x509
