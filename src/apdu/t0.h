// What a reader sees of a card that speaks T=0 (TS 102 221 7.3.1, ISO 7816-3 12.2): a wrapper around a core whose
// answers have any length.
//
// - An answer to a command with data is announced by 61xx and fetched by GET RESPONSE, with exactly the announced Le;
//   answers above 256 octets come in pieces, each announcing the next. Each logical channel has its own answer.
// - A command without data whose Le is not the length of the answer gets 6Cxx. The command counts as not executed: the
//   answer is kept and given when exactly this command comes again with the right Le, so that READ RECORD NEXT does not
//   move twice and GET CHALLENGE is not drawn twice. Any other command drops it.
#pragma once
#include <array>
#include <functional>

#include "mcim/apdu/command.h"
#include "mcim/base/secret.h"

namespace mcim::apdu {

class T0 {
public:
    /// Executes one command completely and commits what it changed. `Class` is that of the command, decoded.
    using Core = std::function<Response(const Class&, const Command&)>;

    /// Octets from the reader to octets for the reader: never fewer than two, never more than 258.
    [[nodiscard]] Bytes transmit(View command, const Core& core);
    [[nodiscard]] Response transmit(const Command& command, const Core& core);

    /// Card reset: nothing waits any more.
    void reset();
    /// The channel was closed.
    void forget(std::uint8_t channel);

private:
    struct Waiting {
        SecretBytes data;  ///< may be RES, CK, IK
        std::size_t taken = 0;
        StatusWord sw;
    };
    struct Kept {
        Command command;
        SecretBytes data;
        StatusWord sw;
    };
    Response answer(const Class&, const Command&, Response);
    Response get_response(const Class&, const Command&);
    Response next_piece(Waiting&, std::size_t octets);
    void hold(std::uint8_t channel, Response&&);

    std::array<std::optional<Waiting>, channels_max> waiting_;
    std::optional<Kept> kept_;
};

}  // namespace mcim::apdu
