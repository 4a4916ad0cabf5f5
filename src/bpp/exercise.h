// For fuzzing and for the test that runs the corpus.
#pragma once
#include "mcim/base/bytes.h"

namespace mcim::bpp {

/// Takes `input` for a bound profile package from a stranger: splits, decodes and opens it with fixed keys. Then takes
/// it for the contents of a package: seals, splits and opens that, whole and with one octet changed. Aborts where
/// something is accepted that should not be, or comes out other than it went in.
void exercise_bound_package(View input);

}  // namespace mcim::bpp
