// UTCTime and GeneralizedTime of certificates (RFC 5280 4.1.2.5): seconds, Zulu, nothing else.
#pragma once
#include "mcim/base/ports.h"
#include "mcim/x509/structure.h"

namespace mcim::x509 {

[[nodiscard]] Result<Time> parse_time(const TimeChoice&);
/// UTCTime up to 2049, GeneralizedTime after it. Years 1950 to 9999; milliseconds are cut off.
[[nodiscard]] TimeChoice to_time_choice(Time);

/// 99991231235959Z: no end is foreseen (RFC 5280 4.1.2.5), as an eUICC lives.
[[nodiscard]] Time no_expiry();

}  // namespace mcim::x509
