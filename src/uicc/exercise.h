// For fuzzing: any octets as a conversation with the card.
#pragma once
#include "mcim/base/bytes.h"

namespace mcim::uicc {

/// Cut into commands (a length octet before each) that go through T=0 to a small profile. Aborts where an invariant
/// breaks: an answer without status word, an entry the card cannot be rebuilt from, a file that changed its size.
void exercise_apdu(View input);

}  // namespace mcim::uicc
