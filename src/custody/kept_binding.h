// What a package was sealed with, in clear: only ever inside this module.
#pragma once
#include <optional>

#include "mcim/bpp/session_keys.h"
#include "mcim/crypto/ec.h"
#include "mcim/signer/signer.h"

namespace mcim::custody {

struct KeptBinding {
    crypto::Curve curve{};
    Bytes smdp_otpk;  ///< uncompressed point
    bpp::SessionKeys session;
    std::optional<bpp::SessionKeys> profile_protection;
    std::array<std::uint8_t, 32> content{};  ///< digest of what was sealed with them: they never seal anything else
};

/// The form in which it is wrapped, with a format octet first.
[[nodiscard]] SecretBytes encode(const KeptBinding&);
[[nodiscard]] Result<KeptBinding> decode_kept_binding(View);
/// Whose it is, for the associated data of WrappingKeys: one profile, one card, one of that card's one-time keys.
[[nodiscard]] std::string holder_of_binding(const Iccid&, const Eid&, View euicc_otpk);

}  // namespace mcim::custody
