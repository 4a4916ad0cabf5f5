// The checks that Boost.JSON's own parser leaves out, for a caller that builds boost::json values itself.
#pragma once
#include "mcim/jose/json.h"

namespace mcim::jose {

/// Well-formed JSON within the limits, no object with the same member twice (RFC 8259 section 4 leaves its meaning
/// open; RFC 7515 section 4 lets a verifier refuse it, and so we do).
[[nodiscard]] Status check_json(std::string_view json, const JsonLimits& limits);

}  // namespace mcim::jose
