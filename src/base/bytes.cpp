#include "mcim/base/bytes.h"

#include <algorithm>
#include <cstring>

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

/// Twelve bits at a time: a bound profile package is most of what a server writes.
using Pairs = std::array<std::array<char, 2>, 4096>;
constexpr Pairs pairs_of(std::string_view alphabet) {
    Pairs pairs{};
    for (std::size_t i = 0; i < pairs.size(); ++i) pairs[i] = {alphabet[i >> 6U], alphabet[i & 63U]};
    return pairs;
}
constexpr Pairs standard_pairs = pairs_of(standard);
constexpr Pairs url_safe_pairs = pairs_of(url_safe);

/// As one number, the first highest. Compilers make one load of it.
std::uint64_t eight_octets(const std::uint8_t* p) {
    return std::uint64_t{p[0]} << 56U | std::uint64_t{p[1]} << 48U | std::uint64_t{p[2]} << 40U |
           std::uint64_t{p[3]} << 32U | std::uint64_t{p[4]} << 24U | std::uint64_t{p[5]} << 16U |
           std::uint64_t{p[6]} << 8U | p[7];
}

std::string encode64(View in, const Pairs& pairs, bool padded) {
    const std::size_t rest = in.size() % 3;
    const std::size_t last = rest == 0 ? 0 : padded ? 4 : rest + 1;
    std::string out(in.size() / 3 * 4 + last, '=');
    char* to = out.data();
    const auto put = [&](std::uint64_t twelve_bits) {
        std::memcpy(to, pairs[twelve_bits].data(), 2);
        to += 2;
    };
    std::size_t i = 0;
    for (; i + 8 <= in.size(); i += 6) {
        const std::uint64_t group = eight_octets(in.data() + i);  // the last two are looked at again
        put(group >> 52U);
        put(group >> 40U & 4095U);
        put(group >> 28U & 4095U);
        put(group >> 16U & 4095U);
    }
    for (; i + 3 <= in.size(); i += 3) {
        const std::uint32_t group = std::uint32_t{in[i]} << 16U | std::uint32_t{in[i + 1]} << 8U | in[i + 2];
        put(group >> 12U);
        put(group & 4095U);
    }
    if (rest == 0) return out;
    const std::uint32_t group = std::uint32_t{in[i]} << 16U | (rest == 2 ? std::uint32_t{in[i + 1]} << 8U : 0U);
    put(group >> 12U);
    if (rest == 2) *to = pairs[group & 4095U][0];
    return out;
}

/// Six bits of each of four characters; negative where one of them stands for nothing.
std::int32_t group_of(const char* c, const std::array<std::int8_t, 256>& table) {
    const auto at = [&](std::size_t k) { return std::int32_t{table[static_cast<std::uint8_t>(c[k])]}; };
    return at(0) * (1 << 18) | at(1) * (1 << 12) | at(2) * (1 << 6) | at(3);
}
Error not_base64(std::string_view in, std::size_t from, const std::array<std::int8_t, 256>& table) {
    while (table[static_cast<std::uint8_t>(in[from])] >= 0) ++from;
    return Error{Errc::bad_value, from, {}, "not a base64 character"};
}

Result<Bytes> decode64(std::string_view in, const std::array<std::int8_t, 256>& table) {
    if (in.size() % 4 == 1) return Error{Errc::bad_length, in.size(), {}, "not a base64 length"};
    Bytes out(in.size() * 3 / 4);
    std::uint8_t* to = out.data();
    const std::size_t whole = in.size() / 4 * 4;
    for (std::size_t i = 0; i < whole; i += 4, to += 3) {
        const std::int32_t group = group_of(in.data() + i, table);
        if (group < 0) return not_base64(in, i, table);
        to[0] = static_cast<std::uint8_t>(group >> 16);
        to[1] = static_cast<std::uint8_t>(group >> 8);
        to[2] = static_cast<std::uint8_t>(group);
    }
    if (whole == in.size()) return out;
    std::array<char, 4> last{'A', 'A', 'A', 'A'};  // each stands for zeros
    std::ranges::copy(in.substr(whole), last.begin());
    const std::int32_t group = group_of(last.data(), table);
    if (group < 0) return not_base64(in, whole, table);
    const bool two_octets = in.size() - whole == 3;
    *to++ = static_cast<std::uint8_t>(group >> 16);
    if (two_octets) *to = static_cast<std::uint8_t>(group >> 8);
    if ((group & (two_octets ? 0xFF : 0xFFFF)) != 0)
        return Error{Errc::bad_value, in.size(), {}, "base64 with stray bits at the end"};
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

std::string base64(View in) { return encode64(in, standard_pairs, true); }
std::string base64url(View in) { return encode64(in, url_safe_pairs, false); }
Result<Bytes> from_base64url(std::string_view in) { return decode64(in, url_safe_inverse); }
Result<Bytes> from_base64(std::string_view in) {
    if (in.size() % 4 != 0) return Error{Errc::bad_length, in.size(), {}, "base64 without its padding"};
    const std::size_t padding = in.ends_with("==") ? 2 : in.ends_with('=') ? 1 : 0;
    return decode64(in.substr(0, in.size() - padding), standard_inverse);
}

}  // namespace mcim
