// What a power cut leaves of an agent: it is killed at a moment that its card chooses, not a clock.
#pragma once
#include <filesystem>

#include "child.h"
#include "mcim/der/tlv.h"

namespace mcim::demo {

struct CardSockets {
    std::filesystem::path card;  ///< where it is served
    std::filesystem::path way;   ///< a free name, at which the agent is told to reach it
};

/// Runs an agent on the way to its card, and kills it when it is about to give the card this ES10 request: the card
/// does not see it, and all that came before has happened. An Error where the agent ends before that.
[[nodiscard]] Status cut_power_at(der::Tag request, std::vector<std::string> agent, const CardSockets&,
                                  const std::string& log);

}  // namespace mcim::demo
