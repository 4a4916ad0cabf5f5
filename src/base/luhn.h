// The check digit of ICCIDs (ITU-T E.118 Annex B) and IMEIs (TS 23.003 Annex B).
#pragma once
#include <string_view>

namespace mcim {

/// The digit that makes `digits` and itself pass the Luhn test.
[[nodiscard]] char luhn_digit(std::string_view digits);

}  // namespace mcim
