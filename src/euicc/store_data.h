// STORE DATA as ES10 uses it (SGP.22 5.7.2): one command of the ISD-R in blocks of up to 255 octets, P1 11 for more to
// come and 91 for the last, P2 counting them from 0. Each logical channel has its own.
#pragma once
#include <variant>

#include "mcim/apdu/command.h"

namespace mcim::euicc {

/// The largest is AuthenticateServer with a long certificate, or the A0 piece of a package: some 3 KiB.
inline constexpr std::size_t command_octets_max = 16 * 1024;

class StoreData {
public:
    struct MoreToCome {};
    /// The whole command data after its last block; or the status word that refuses the block, and nothing is kept.
    /// Block 0 always begins anew.
    [[nodiscard]] std::variant<MoreToCome, Bytes, apdu::StatusWord> take(const apdu::Command&);
    void reset();

private:
    Bytes so_far_;
    std::size_t blocks_ = 0;
};

}  // namespace mcim::euicc
