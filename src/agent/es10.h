// ES10 over APDUs (SGP.22 5.7.2): a function's request travels in STORE DATA blocks, its reply in their answer.
#pragma once
#include "mcim/base/bytes.h"

namespace mcim::agent {

inline constexpr std::size_t store_data_block_octets = 120;  ///< what cards in the field take without a question

/// STORE DATA commands, without Le: CLA 80 with the logical channel, P1 11 or 91 for the last block, P2 counting up.
/// At most 256 blocks; more is a broken invariant of the caller, who has cut a bound package into its pieces.
[[nodiscard]] std::vector<Bytes> store_data_blocks(std::uint8_t channel, View request);

}  // namespace mcim::agent
