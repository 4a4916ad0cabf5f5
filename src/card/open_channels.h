// The logical channels that one client of a card has opened and not closed (TS 102 221 11.1.17). A client that dies
// leaves them open, and a card has 19 of them: whoever notices that it is gone closes them in its name.
#pragma once
#include <set>

#include "mcim/base/bytes.h"

namespace mcim::card {

class OpenChannels {
public:
    /// A command that the client sent, and what the card answered.
    void saw(View command, View answer);
    /// The card was reset: only the basic channel is open.
    void clear() { open_.clear(); }
    /// MANAGE CHANNEL commands that close what is open.
    [[nodiscard]] std::vector<Bytes> closing() const;

private:
    std::set<std::uint8_t> open_;
};

}  // namespace mcim::card
