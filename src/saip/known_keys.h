// Keys that everybody has: those of published test data, and those that nobody chose.
#pragma once
#include <optional>
#include <string_view>

#include "mcim/base/bytes.h"

namespace mcim::saip {

/// Where a K, an OP or an OPc stands in public, whichever of them it is given for: "TS 35.208 test set 3".
[[nodiscard]] std::optional<std::string_view> published_key(View);
/// A key that nobody chose, and what it is: 404142...4F, zeros, one octet repeated, octets that count.
[[nodiscard]] std::optional<std::string_view> default_key_name(View);
/// Errc::refused at `name` for either of them: a key that everybody has authenticates everybody.
[[nodiscard]] Status check_own_key(std::string_view name, View key);
/// A PIN, PUK or administrative code as cards leave the factory with: one digit repeated, 1234, 12345678, 87654321.
/// Padded with FF; all FF is none either.
[[nodiscard]] bool is_default_code(View);

}  // namespace mcim::saip
