#include "mcim/apps/mcim/text.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <ostream>
#include <set>

namespace mcim::apps {

namespace {

template <class T>
std::optional<T> whole_number(std::string_view digits) {
    T value{};
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc{} || end != digits.data() + digits.size() || digits.empty()) return std::nullopt;
    return value;
}

std::optional<std::chrono::seconds> unit(char c) {
    switch (c) {
        case 's': return std::chrono::seconds(1);
        case 'm': return std::chrono::minutes(1);
        case 'h': return std::chrono::hours(1);
        case 'd': return std::chrono::days(1);
        default: return std::nullopt;
    }
}

constexpr std::uint32_t duration_max = 100'000;  ///< units; more is a slip of the pen

std::string padded(const std::string& text, std::size_t width) {
    return text + std::string(width > text.size() ? width - text.size() : 0, ' ');
}

}  // namespace

Result<std::chrono::seconds> parse_duration(std::string_view option, const std::string& text) {
    const auto each = text.empty() ? std::nullopt : unit(text.back());
    const auto count =
        each ? whole_number<std::uint32_t>(std::string_view(text).substr(0, text.size() - 1)) : std::nullopt;
    if (!count || *count == 0 || *count > duration_max)
        return fail(Errc::bad_value, std::string(option),
                    "a duration such as 90s, 15m, 12h or 7d is wanted, not \"" + text + '"');
    return *each * *count;
}

Result<Time> parse_moment(std::string_view option, const std::string& text, Time now) {
    if (const auto exact = from_rfc3339(text)) return *exact;
    if (const auto after = parse_duration(option, text))
        return Time(std::chrono::floor<std::chrono::seconds>(now) + *after);
    return fail(Errc::bad_value, std::string(option),
                "a duration such as 7d or a time such as 2027-01-31T12:00:00Z is wanted, not \"" + text + '"');
}

Result<std::vector<unsigned>> parse_registers(std::string_view option, const std::string& text) {
    constexpr unsigned register_max = 23;
    const Error wrong = fail(Errc::bad_value, std::string(option),
                             "register numbers from 0 to 23 such as 0,4,7 or 0-7 are wanted, not \"" + text + '"');
    std::set<unsigned> out;
    std::string_view rest = text;
    while (true) {
        const auto comma = std::min(rest.find(','), rest.size());
        const auto part = rest.substr(0, comma);
        const auto dash = part.find('-');
        const auto first = whole_number<unsigned>(part.substr(0, dash));
        const auto last = dash == std::string_view::npos ? first : whole_number<unsigned>(part.substr(dash + 1));
        if (!first || !last || *first > *last || *last > register_max) return wrong;
        for (unsigned i = *first; i <= *last; ++i)
            if (!out.insert(i).second) return wrong;
        if (comma == rest.size()) break;
        rest.remove_prefix(comma + 1);
    }
    return std::vector<unsigned>(out.begin(), out.end());
}

bool is_plain(char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' || c == '_' ||
           c == '.';
}

void print_table(std::ostream& out, const TableRow& heading, const std::vector<TableRow>& rows) {
    std::vector<std::size_t> widths;
    for (const auto& title : heading) widths.push_back(title.size());
    for (const auto& row : rows)
        for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
    const auto line = [&](const TableRow& row) {
        std::string text;
        for (std::size_t i = 0; i < row.size(); ++i) text += padded(row[i], widths[i]) + "  ";
        text.erase(text.find_last_not_of(' ') + 1);
        out << text << "\n";
    };
    line(heading);
    for (const auto& row : rows) line(row);
}

std::string shell_quoted(std::string_view text) {
    std::string out = "'";
    for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return out + "'";
}

void print_fields(std::ostream& out, const std::vector<std::pair<std::string, std::string>>& fields) {
    std::size_t width = 0;
    for (const auto& [name, value] : fields)
        if (!value.empty()) width = std::max(width, name.size());
    for (const auto& [name, value] : fields)
        if (!value.empty()) out << "  " << padded(name, width) << "  " << value << "\n";
}

}  // namespace mcim::apps
