// One command as the functions of the ISD-R see it: the state they work on, what they change of it, and what comes in
// from outside. A function changes the state in memory and says the same in `changes`; if the commit fails, the shell
// throws the card away and builds it again from storage, so the two cannot drift.
#pragma once
#include "mcim/base/ports.h"
#include "mcim/euicc/card_signer.h"
#include "mcim/euicc/durable.h"

namespace mcim::euicc {

struct Env {
    Random& random;
    CardSigner& signer;
    std::optional<Time> now;  ///< nullopt: a host without a clock
};

struct Call {
    DurableState& state;
    uicc::Entries& dormant;  ///< the files of the profiles that are not enabled
    Env& env;
    uicc::Changes changes = {};
    std::optional<Error> failed =
        {};  ///< of the signer: the command is as if it had not been, whatever is in `changes`

    /// By the key of state.identities[identity]. Empty where the signer cannot.
    [[nodiscard]] Bytes sign(std::size_t identity, View octets) {
        auto signature = env.signer.sign(identity, octets);
        if (signature) return *std::move(signature);
        failed = std::move(signature).error();
        return {};
    }
};

}  // namespace mcim::euicc
