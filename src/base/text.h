// Text that others gave us, on its way to people: answers, timelines, logs.
#pragma once
#include <string>
#include <string_view>

namespace mcim {

/// Printable ASCII as it is, '?' for every other octet, and "..." in the place of what is beyond `characters_max`: no
/// text of a stranger begins a line of its own, moves a terminal's cursor, or fills a disk.
[[nodiscard]] std::string printable(std::string_view, std::size_t characters_max = 64);

/// Runs of 12 digits and more, which are EIDs, ICCIDs and IMSIs, with their first and last four only: "8904...0123".
/// Words of 64 hex digits are SHA-256 digests, as PCRs are, and stay.
[[nodiscard]] std::string with_numbers_masked(std::string_view);

}  // namespace mcim
