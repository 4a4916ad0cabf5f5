#include "mcim/apps/mcim/subscriber_file.h"

#include <algorithm>
#include <array>

namespace mcim::apps {

namespace {

constexpr std::array format_names{std::pair{SubscriberFormat::csv, std::string_view("csv")},
                                  std::pair{SubscriberFormat::srsran, std::string_view("srsran")},
                                  std::pair{SubscriberFormat::open5gs, std::string_view("open5gs")},
                                  std::pair{SubscriberFormat::pysim, std::string_view("pysim")}};

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

bool is_blank(char c) { return c == ' ' || c == '\t'; }

/// By the first line that says something.
SubscriberFormat format_of(std::string_view content) {
    for (std::string_view rest = content; !rest.empty();) {
        const std::string_view line = trimmed(take_line(rest));
        if (line.empty() || line.starts_with('#')) continue;
        if (line.starts_with('{') || line.starts_with('[')) return SubscriberFormat::open5gs;
        const std::string text = "," + lower_case(line) + ",";
        const auto has = [&](std::string_view column) { return text.find(column) != std::string::npos; };
        if (has(",mil,") || has(",xor,")) return SubscriberFormat::srsran;  // Name,Auth,...: it has no header
        if (has(",security.k,")) return SubscriberFormat::open5gs;
        if (has(",smsp,") || has(",adm1,") || has(",pin_adm,")) return SubscriberFormat::pysim;
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

std::string lower_case(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return out;
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
    if (text.starts_with('+')) text.remove_prefix(1);
    std::string out;
    for (const char c : text)
        if (!is_blank(c)) out += c;
    while (out.ends_with('F') || out.ends_with('f')) out.pop_back();
    return out;
}

std::string algorithm_name(std::string_view given) {
    const std::string name = lower_case(given);
    if (name.empty() || name == "mil" || name == "milenage") return "MILENAGE";
    if (name == "xor" || name == "test" || name == "test algorithm") return "test algorithm";
    return std::string(given);
}

}  // namespace mcim::apps
