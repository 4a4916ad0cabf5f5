// K, OPc and the parameters of the algorithm, in clear: only ever inside this module.
#pragma once
#include "mcim/aka/authentication.h"
#include "mcim/signer/signer.h"

namespace mcim::custody {

struct SubscriptionKeys {
    signer::Algorithm algorithm{};
    SecretBytes k;
    SecretBytes opc;                     ///< empty with the test algorithm
    std::uint8_t res_octets = 8;         ///< the test algorithm has 4 to 16
    aka::MilenageConstants constants{};  ///< an operator may have its own (TS 35.206 4.1)
    std::string operator_id{};           ///< whose line it is; empty: they are not exported
};

/// Refuses sizes that the algorithm does not have, and a K that nobody inserted.
[[nodiscard]] Status check(const SubscriptionKeys&);
/// The form in which they are wrapped, with a format octet first.
[[nodiscard]] SecretBytes encode(const SubscriptionKeys&);
[[nodiscard]] Result<SubscriptionKeys> decode_subscription_keys(View);
/// The functions f1 to f5*. Errc::refused where module aka does not have the algorithm.
[[nodiscard]] Result<aka::Algorithm> functions_of(const SubscriptionKeys&);

}  // namespace mcim::custody
