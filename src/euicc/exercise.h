// For fuzzing: what a modem or an agent, or who has taken its place, can send to the card.
#pragma once
#include "mcim/base/bytes.h"

namespace mcim::euicc {

/// A lab card from a fixed factory gets a row of commands: two octets of length, then that many octets. A command of
/// five octets or more whose first is FE is an ES10 command without its header; others are APDUs. Aborts where a rule
/// of the card no longer holds: more than one profile enabled, memory gained or lost, an answer without status word.
void exercise_isdr(View);

/// The same card with a small profile enabled gets a row of commands as a modem sends them, a length octet before each.
/// Aborts as above, and where a file of the profile is not stored as the card shows it.
void exercise_apdu(View);

}  // namespace mcim::euicc
