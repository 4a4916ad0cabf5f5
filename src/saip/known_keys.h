// Keys that everybody has: those of published test data, and those that nobody chose.
#pragma once
#include <optional>
#include <string_view>

#include "mcim/base/bytes.h"

namespace mcim::saip {

/// Where K stands in public: "TS 35.208 test set 3".
[[nodiscard]] std::optional<std::string_view> published_k(View);
/// The same for OP and OPc, either of which people give for the other.
[[nodiscard]] std::optional<std::string_view> published_opc(View);
/// Where any of them stands in public that is found among these octets. Leaves no copy of them behind, as a decoded
/// package would.
[[nodiscard]] std::optional<std::string_view> published_key_among(View octets);
/// A key that nobody chose, and what it is: 404142...4F, zeros, one octet repeated, octets that count.
[[nodiscard]] std::optional<std::string_view> default_key_name(View);
/// A PIN, PUK or administrative code as cards leave the factory with: one digit repeated, 1234, 12345678, 87654321.
/// Padded with FF; all FF is none either.
[[nodiscard]] bool is_default_code(View);

}  // namespace mcim::saip
