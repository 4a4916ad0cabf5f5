// The icon of a profile (SGP.22 5.5.3): a file of JPEG or PNG, known by what is in it.
#pragma once
#include "mcim/msg/metadata.h"

namespace mcim::msg {

inline constexpr std::size_t icon_octets_max = 1024;  ///< OCTET STRING (SIZE(0..1024))
inline constexpr std::uint32_t icon_pixels = 64;      ///< high and wide

/// Its iconType. An error says what is wrong with the file: too large, neither of the two, cut off, of another size.
[[nodiscard]] Result<IconType> icon_type_of(View file);

}  // namespace mcim::msg
