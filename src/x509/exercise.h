// For fuzzing: what somebody can show as a certificate.
#pragma once
#include "mcim/base/bytes.h"

namespace mcim::x509 {

/// Whatever parses re-encodes to the same octets, prints and verifies without harm. Aborts where not.
void exercise_certificate(View);

}  // namespace mcim::x509
