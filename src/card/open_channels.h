// Who has opened which logical channel of a card (TS 102 221 11.1.17). A client that dies leaves its own open, and a
// card has 19 of them: whoever notices that it is gone closes them in its name, and no others. What counts is what the
// card said last, to whichever client.
#pragma once
#include <functional>
#include <map>

#include "mcim/base/bytes.h"

namespace mcim::card {

class OpenChannels {
public:
    using Client = unsigned;
    using Transmit = std::function<Result<Bytes>(View)>;
    /// A command that a client sent, and what the card answered.
    void saw(Client, View command, View answer);
    /// The card was reset: only the basic channel is open.
    void clear();
    [[nodiscard]] bool has_open(Client) const;
    /// A client is gone: what it left open is closed.
    [[nodiscard]] Status leave(Client, const Transmit&);

private:
    std::map<std::uint8_t, Client> opened_by_;
    /// Who was told 61xx: the channel is open, its number comes with GET RESPONSE on the channel that asked.
    std::map<std::uint8_t, Client> number_waits_;
};

}  // namespace mcim::card
