// One command as the functions of the ISD-R see it: the state they work on, what they change of it, and what comes in
// from outside. A function changes the state in memory and says the same in `changes`; if the commit fails, the shell
// throws the card away and builds it again from storage, so the two cannot drift.
#pragma once
#include "mcim/base/ports.h"
#include "mcim/euicc/durable.h"

namespace mcim::euicc {

struct Env {
    Random& random;
    std::optional<Time> now;  ///< nullopt: a host without a clock
};

struct Call {
    DurableState& state;
    uicc::Entries& dormant;  ///< the files of the profiles that are not enabled
    Env& env;
    uicc::Changes changes = {};
};

}  // namespace mcim::euicc
