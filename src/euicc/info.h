// What the card says of itself: EUICCInfo1 and 2, addresses, EID, RAT
// (SGP.22 4.3, 5.7.3, 5.7.4, 5.7.8, 5.7.20, 5.7.22).
#pragma once
#include "mcim/euicc/call.h"
#include "mcim/saip/resolve.h"

namespace mcim::euicc {

/// What a profile may ask a card of this class for.
[[nodiscard]] saip::CardCapabilities capabilities_of(CardClass);
[[nodiscard]] msg::VersionType svn();  ///< v2.5.0
[[nodiscard]] msg::EUICCInfo1 euicc_info1(const DurableState&);
[[nodiscard]] msg::EUICCInfo2 euicc_info2(const DurableState&);

[[nodiscard]] msg::EuiccConfiguredAddressesResponse configured_addresses(const msg::EuiccConfiguredAddressesRequest&,
                                                                         Call&);
[[nodiscard]] msg::SetDefaultDpAddressResponse set_default_dp_address(const msg::SetDefaultDpAddressRequest&, Call&);
[[nodiscard]] msg::GetRatResponse rules_authorisation_table(const msg::GetRatRequest&, Call&);

}  // namespace mcim::euicc
