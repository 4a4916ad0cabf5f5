// The ISD-R of a card as the agent talks to it: a logical channel of its own, STORE DATA, GET RESPONSE (SGP.22 5.7.2).
#pragma once
#include <functional>
#include <optional>

#include "mcim/apdu/status_word.h"
#include "mcim/base/bytes.h"

namespace mcim::agent {

/// One APDU there, one answer back. io: the card is gone.
using Transmit = std::function<Result<Bytes>(View)>;

class Isdr {
public:
    /// Opens a channel and selects the ISD-R. refused: the card has none.
    [[nodiscard]] static Result<Isdr> open(Transmit);
    Isdr(Isdr&& o) noexcept : transmit_(std::move(o.transmit_)), channel_(std::exchange(o.channel_, std::uint8_t{0})) {}
    Isdr& operator=(Isdr&&) = delete;
    ~Isdr();  ///< closes the channel

    /// One ES10 request and its reply; empty where the function has none. refused: a status word that says no, which
    /// refused_with() tells until the next call.
    [[nodiscard]] Result<Bytes> call(View request);
    [[nodiscard]] std::optional<apdu::StatusWord> refused_with() const { return refused_with_; }

private:
    Isdr(Transmit transmit, std::uint8_t channel) : transmit_(std::move(transmit)), channel_(channel) {}
    Transmit transmit_;
    std::uint8_t channel_ = 0;
    std::optional<apdu::StatusWord> refused_with_{};
};

}  // namespace mcim::agent
