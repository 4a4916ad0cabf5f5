// One command as the functions of the ISD-R see it: the state they work on, what they change of it, and what comes in
// from outside. A function changes the state in memory and says the same in `changes`; if the commit fails, the shell
// throws the card away and builds it again from storage, so the two cannot drift.
#pragma once
#include <functional>

#include "mcim/base/ports.h"
#include "mcim/euicc/durable.h"

namespace mcim::euicc {

struct Env {
    Random& random;
    std::optional<Time> now;  ///< nullopt: a host without a clock
    /// Signs with one of the card's keys. Absent: ECDSA with that key, which is never the same twice.
    std::function<Bytes(const crypto::PrivateKey&, View)> sign = {};
};

struct Call {
    DurableState& state;
    uicc::Entries& dormant;  ///< the files of the profiles that are not enabled
    Env& env;
    uicc::Changes changes = {};
    [[nodiscard]] Bytes sign(const SigningIdentity& identity, View octets) const {
        return env.sign ? env.sign(identity.key, octets) : identity.key.sign(octets);
    }
};

}  // namespace mcim::euicc
