// One input through everything that reads packages: the body of the fuzz target and of the corpus test.
#pragma once
#include "mcim/base/bytes.h"

namespace mcim::saip {

/// Aborts where a package that was accepted does not come back octet for octet, or a card's answer does not encode.
/// Hostile input never does that.
void exercise_package(View der);

}  // namespace mcim::saip
