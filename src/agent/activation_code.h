// Activation codes (SGP.22 4.1): "LPA:1$smdp.example.com$MATCHING-ID[$oid][$1]".
#pragma once
#include <optional>

#include "mcim/der/leaf.h"

namespace mcim::agent {

struct ActivationCode {
    std::string smdp_address;  ///< host name, with ":port" where it is not 443
    std::string matching_id;   ///< A-Z a-z 0-9 '-'; may be empty
    std::optional<der::Oid> smdp_oid;
    enum class ConfirmationCode : std::uint8_t { none, required } confirmation_code = ConfirmationCode::none;
    friend bool operator==(const ActivationCode&, const ActivationCode&) = default;
};

/// The prefix LPA: is taken in either case and may be missing; an empty OID field is "none" (4.1.1).
[[nodiscard]] Result<ActivationCode> parse_activation_code(std::string_view);
/// With the prefix, as it stands in a QR code.
[[nodiscard]] std::string to_string(const ActivationCode&);

}  // namespace mcim::agent
