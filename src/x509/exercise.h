// For fuzzing: what somebody can show as a certificate, or as a list of those that were revoked.
#pragma once
#include "mcim/base/bytes.h"

namespace mcim::x509 {

/// Whatever parses re-encodes to the same octets, prints and verifies without harm. Aborts where not.
void exercise_certificate(View);
/// Whatever parses re-encodes to the same octets, and names what it lists.
void exercise_revocation_list(View);

}  // namespace mcim::x509
