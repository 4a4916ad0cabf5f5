#include "mcim/base/bytes.h"

#include <algorithm>

namespace mcim {
namespace {

constexpr std::string_view standard = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view url_safe = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

constexpr std::array<std::int8_t, 256> inverse(std::string_view alphabet) {
    std::array<std::int8_t, 256> table{};
    table.fill(-1);
    for (std::size_t i = 0; i < alphabet.size(); ++i)
        table[static_cast<std::uint8_t>(alphabet[i])] = static_cast<std::int8_t>(i);
    return table;
}
constexpr auto standard_inverse = inverse(standard);
constexpr auto url_safe_inverse = inverse(url_safe);

std::string encode64(View in, std::string_view alphabet, bool padded) {
    const std::size_t rest = in.size() % 3;
    const std::size_t last = rest == 0 ? 0 : padded ? 4 : rest + 1;
    std::string out(in.size() / 3 * 4 + last, '=');
    char* to = out.data();
    std::size_t i = 0;
    for (; i + 3 <= in.size(); i += 3, to += 4) {
        const std::uint32_t group = std::uint32_t{in[i]} << 16U | std::uint32_t{in[i + 1]} << 8U | in[i + 2];
        to[0] = alphabet[group >> 18U];
        to[1] = alphabet[group >> 12U & 63U];
        to[2] = alphabet[group >> 6U & 63U];
        to[3] = alphabet[group & 63U];
    }
    if (rest == 0) return out;
    const std::uint32_t group = std::uint32_t{in[i]} << 16U | (rest == 2 ? std::uint32_t{in[i + 1]} << 8U : 0U);
    to[0] = alphabet[group >> 18U];
    to[1] = alphabet[group >> 12U & 63U];
    if (rest == 2) to[2] = alphabet[group >> 6U & 63U];
    return out;
}

Result<Bytes> decode64(std::string_view in, const std::array<std::int8_t, 256>& table) {
    if (in.size() % 4 == 1) return Error{Errc::bad_length, in.size(), {}, "not a base64 length"};
    Bytes out(in.size() * 3 / 4);
    std::uint8_t* to = out.data();
    for (std::size_t i = 0; i < in.size(); i += 4) {
        const std::size_t characters = std::min<std::size_t>(4, in.size() - i);
        std::int32_t group = 0;
        for (std::size_t k = 0; k < characters; ++k) {
            const std::int32_t value = table[static_cast<std::uint8_t>(in[i + k])];
            if (value < 0) return Error{Errc::bad_value, i + k, {}, "not a base64 character"};
            group |= value << (18 - 6 * k);
        }
        const std::size_t octets = characters - 1;
        for (std::size_t k = 0; k < octets; ++k) *to++ = static_cast<std::uint8_t>(group >> (16 - 8 * k));
        if ((group & ((1 << (24 - 8 * octets)) - 1)) != 0)
            return Error{Errc::bad_value, in.size(), {}, "base64 with stray bits at the end"};
    }
    return out;
}

int nibble(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

}  // namespace

View as_view(std::string_view text) { return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}; }
std::string as_text(View v) { return {v.begin(), v.end()}; }
bool equal(View a, View b) { return std::ranges::equal(a, b); }

Bytes concat(std::initializer_list<View> parts) {
    Bytes out;
    std::size_t total = 0;
    for (const View p : parts) total += p.size();
    out.reserve(total);
    for (const View p : parts) append(out, p);
    return out;
}
void append(Bytes& to, View what) { to.insert(to.end(), what.begin(), what.end()); }

std::string hex(View in) {
    static constexpr std::string_view digits = "0123456789ABCDEF";
    std::string out;
    out.reserve(in.size() * 2);
    for (const auto b : in) {
        out += digits[b >> 4U];
        out += digits[b & 15U];
    }
    return out;
}

Result<Bytes> from_hex(std::string_view in) {
    if (in.size() % 2 != 0) return Error{Errc::bad_length, in.size(), {}, "hexadecimal text of odd length"};
    Bytes out(in.size() / 2);
    for (std::size_t i = 0; i < in.size(); ++i) {
        const int n = nibble(in[i]);
        if (n < 0) return Error{Errc::bad_value, i, {}, "not a hexadecimal digit"};
        out[i / 2] = static_cast<std::uint8_t>(out[i / 2] << 4U | static_cast<unsigned>(n));
    }
    return out;
}

std::string base64(View in) { return encode64(in, standard, true); }
std::string base64url(View in) { return encode64(in, url_safe, false); }
Result<Bytes> from_base64url(std::string_view in) { return decode64(in, url_safe_inverse); }
Result<Bytes> from_base64(std::string_view in) {
    if (in.size() % 4 != 0) return Error{Errc::bad_length, in.size(), {}, "base64 without its padding"};
    const std::size_t padding = in.ends_with("==") ? 2 : in.ends_with('=') ? 1 : 0;
    return decode64(in.substr(0, in.size() - padding), standard_inverse);
}

}  // namespace mcim
