// Can this card take this profile? (SGP.22 3.1.3, 4.2: eligibility check). Asked before anything is bound, so that a
// profile is not spent on a card that would refuse it.
#pragma once
#include "mcim/msg/metadata.h"
#include "mcim/smdp/order.h"
#include "mcim/smdp/refusal.h"

namespace mcim::smdp {

/// Free non-volatile memory of extCardResource (TS 102 226 8.2.1.7.2, tag 82); nullopt where it is not said.
[[nodiscard]] std::optional<std::uint64_t> free_memory(View ext_card_resource);

/// The newest major version of profile packages that the card declares. It takes those before it too, for all that can
/// be known here (docs/divergences.md).
[[nodiscard]] std::uint8_t newest_package_version(const msg::EUICCInfo2&);

/// nullopt: it can.
[[nodiscard]] std::optional<Refused> check_eligibility(const Order&, const msg::StoreMetadataRequest&,
                                                       const msg::EUICCInfo2&);
/// The same of orders among which one is looked for.
[[nodiscard]] CanTake what_fits(const msg::EUICCInfo2&);

}  // namespace mcim::smdp
