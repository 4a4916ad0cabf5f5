// Dates on a card. A card has no clock; its host may have one, unset or wrong. What the card does know is a floor: the
// latest notBefore of the certificates that it has found good, its own first. No moment before the floor is now.
//
// - A host clock before the floor is not set, and is not used: else whoever keeps it unset also keeps the check away.
// - Without a usable clock a certificate is refused when it ended before the floor; notBefore cannot be judged.
// - The floor rises only with certificates of a CI that the card trusts: nobody else can push it into the future.
#pragma once
#include "mcim/euicc/call.h"

namespace mcim::euicc {

[[nodiscard]] Time time_floor(const DurableState&);
/// For x509::verify_: the time, or nullopt where there is none to go by.
[[nodiscard]] x509::Now usable_time(const Call&);
/// What verify_ leaves open without a clock: the certificate did not end before the floor.
[[nodiscard]] bool ended_before_floor(const DurableState&, const x509::Certificate&);
/// A certificate was found good.
void raise_time_floor(Call&, const x509::Certificate&);

}  // namespace mcim::euicc
