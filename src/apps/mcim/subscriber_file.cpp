#include "mcim/apps/mcim/subscriber_file.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "mcim/base/ascii.h"

namespace mcim::apps {

namespace {

constexpr std::array format_names{std::pair{SubscriberFormat::csv, std::string_view("csv")},
                                  std::pair{SubscriberFormat::srsran, std::string_view("srsran")},
                                  std::pair{SubscriberFormat::open5gs, std::string_view("open5gs")},
                                  std::pair{SubscriberFormat::pysim, std::string_view("pysim")},
                                  std::pair{SubscriberFormat::classic, std::string_view("classic")}};

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

bool is_blank(char c) { return c == ' ' || c == '\t'; }

bool has_cell(std::string_view line, std::initializer_list<std::string_view> names) {
    while (!line.empty()) {
        const auto end = std::min(line.find(','), line.size());
        const auto cell = trimmed(line.substr(0, end));
        if (std::ranges::any_of(names, [&](std::string_view name) { return ascii::equal_but_for_case(cell, name); }))
            return true;
        line.remove_prefix(std::min(end + 1, line.size()));
    }
    return false;
}

/// By the first line that says something; it may hold a key.
SubscriberFormat format_of(std::string_view content) {
    for (std::string_view rest = content; !rest.empty();) {
        const std::string_view line = trimmed(take_line(rest));
        if (line.empty() || line.starts_with('#')) continue;
        if (line.starts_with('{') || line.starts_with('[')) return SubscriberFormat::open5gs;
        if (is_classic_header(line)) return SubscriberFormat::classic;
        if (has_cell(line, {"mil", "xor"})) return SubscriberFormat::srsran;  // Name,Auth,...: it has no header
        if (has_cell(line, {"security.k"})) return SubscriberFormat::open5gs;
        if (has_cell(line, {"smsp", "adm1", "pin_adm"})) return SubscriberFormat::pysim;
        return SubscriberFormat::csv;
    }
    return SubscriberFormat::csv;
}

}  // namespace

std::string_view to_string(SubscriberFormat format) {
    return std::ranges::find(format_names, format, [](const auto& p) { return p.first; })->second;
}

std::optional<SubscriberFormat> find_subscriber_format(std::string_view name) {
    const auto at = std::ranges::find(format_names, name, [](const auto& p) { return p.second; });
    return at == format_names.end() ? std::nullopt : std::optional(at->first);
}

Result<SubscriberFile> read_subscribers(View content, std::optional<SubscriberFormat> format) {
    std::string_view text(reinterpret_cast<const char*>(content.data()), content.size());
    if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
    const auto as = format.value_or(format_of(text));
    switch (as) {
        case SubscriberFormat::srsran: return read_srsran_subscribers(text);
        case SubscriberFormat::open5gs: return read_open5gs_subscribers(text);
        case SubscriberFormat::classic: return read_classic_subscribers(text);
        case SubscriberFormat::csv:
        case SubscriberFormat::pysim: break;
    }
    return read_csv_subscribers(text, as);
}

std::string_view take_line(std::string_view& rest) {
    const auto end = std::min(rest.find('\n'), rest.size());
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
}

std::string_view trimmed(std::string_view text) {
    const auto strip = [&] {
        while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
        while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
    };
    strip();
    if (text.size() >= 2 && text.front() == '"' && text.back() == '"') {
        text = text.substr(1, text.size() - 2);
        strip();
    }
    return text;
}

Result<SecretBytes> read_key(std::string_view name, std::string_view digits) {
    if (digits.starts_with("0x") || digits.starts_with("0X")) digits.remove_prefix(2);
    const auto wrong = [&] {  // what was given may be a key: it is not shown
        return fail(Errc::bad_value, std::string(name), "32 hexadecimal digits are wanted");
    };
    SecretBytes plain(digits.size());
    std::size_t size = 0;
    for (const char c : digits)
        if (!is_blank(c)) expose_mutable(plain)[size++] = static_cast<std::uint8_t>(c);
    if (size != 32) return wrong();
    auto octets = from_hex({reinterpret_cast<const char*>(expose(plain).data()), size});
    if (!octets) return wrong();
    return SecretBytes(*std::move(octets));
}

std::string plain_digits(std::string_view text) {
    constexpr std::size_t digits_max = 20;  // of an ICCID
    if (text.starts_with('+')) text.remove_prefix(1);
    while (text.ends_with('F') || text.ends_with('f')) text.remove_suffix(1);
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    const auto digits = std::ranges::count_if(text, is_digit);
    if (digits + std::ranges::count_if(text, is_blank) != std::ssize(text) || digits > std::ptrdiff_t{digits_max})
        return "?";
    std::string out;
    std::ranges::copy_if(text, std::back_inserter(out), is_digit);
    return out;
}

Result<std::string> read_name(std::string_view name, std::string_view text) {
    constexpr std::size_t characters_max = 64;
    if (text.size() <= characters_max && !read_key(name, text)) return std::string(text);
    return fail(Errc::bad_value, std::string(name), "it is too long, or looks like a key: is a column out of place?");
}

std::string algorithm_name(std::string_view given) {
    const auto is = [&](std::string_view name) { return ascii::equal_but_for_case(given, name); };
    if (given.empty() || is("mil") || is("milenage")) return "MILENAGE";
    if (is("xor") || is("test") || is("test algorithm")) return "test algorithm";
    return "?";
}

}  // namespace mcim::apps
