// Octet strings and their text forms.
#pragma once
#include <array>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mcim/base/result.h"

namespace mcim {

using Bytes = std::vector<std::uint8_t>;
using View = std::span<const std::uint8_t>;

[[nodiscard]] inline Bytes to_bytes(View v) { return {v.begin(), v.end()}; }
/// The octets of a text, without copying.
[[nodiscard]] View as_view(std::string_view text);
[[nodiscard]] std::string as_text(View);
[[nodiscard]] bool equal(View a, View b);  ///< not constant-time; secrets are compared by crypto::constant_time_equal
[[nodiscard]] Bytes concat(std::initializer_list<View> parts);
void append(Bytes& to, View what);

/// Upper case, no separators.
[[nodiscard]] std::string hex(View);
/// Either case, even length, nothing else.
[[nodiscard]] Result<Bytes> from_hex(std::string_view);

/// RFC 4648 section 4, with padding; decoding is strict (no white space, zero trailing bits).
[[nodiscard]] std::string base64(View);
[[nodiscard]] Result<Bytes> from_base64(std::string_view);
/// RFC 4648 section 5, without padding, as JOSE wants it.
[[nodiscard]] std::string base64url(View);
[[nodiscard]] Result<Bytes> from_base64url(std::string_view);

/// N octets from a view of exactly that size.
template <std::size_t N>
[[nodiscard]] Result<std::array<std::uint8_t, N>> to_array(View v) {
    if (v.size() != N) return fail(Errc::bad_length, "", std::to_string(N) + " octets wanted");
    std::array<std::uint8_t, N> out{};
    std::copy(v.begin(), v.end(), out.begin());
    return out;
}

}  // namespace mcim
