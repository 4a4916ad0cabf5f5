// The card application toolkit, of which this card has nothing to offer (TS 102 221 11.2), and GET CHALLENGE.
#include "mcim/uicc/commands.h"

namespace mcim::uicc {
namespace {
namespace sw = apdu::sw;
}

/// FETCH and TERMINAL RESPONSE without a proactive command, ENVELOPE without an application that registered for it.
Reply Commands::nothing_proactive() { return sw::conditions_not_satisfied; }

Reply Commands::get_challenge() {
    if (command.p1 != 0 || command.p2 != 0) return sw::wrong_p1_p2;
    if (!command.data.empty()) return sw::wrong_length;
    return apdu::Response{env.random.bytes(command.le.value_or(apdu::short_le_max))};
}

}  // namespace mcim::uicc
