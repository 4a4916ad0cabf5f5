// What the SM-DP+ answers on ES2+ instead of doing what it was asked, and the one table that gives each its codes
// (SGP.22 5.2.6; tables of 5.3.1 to 5.3.4). Apart from those of ES9+ (refusal.h), which have numbers in ASN.1 too.
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace mcim::smdp {

enum class Es2Refusal : std::uint8_t {
    function_not_allowed,
    member_missing,
    member_invalid,
    eid_missing,
    eid_invalid,
    eid_different,
    iccid_missing,
    iccid_invalid,
    iccid_not_allowed,
    iccid_unknown,
    iccid_in_use,
    profile_closed,
    profile_not_releasable,
    profile_type_not_allowed,
    profile_type_unknown,
    profile_type_exhausted,
    profile_type_different,
    matching_id_invalid,
    matching_id_in_use,
    matching_id_different,
    confirmation_code_invalid,
    confirmation_code_different,
    smds_unreachable,
    smds_different,
    server_unavailable,  ///< a failure that is not the caller's; nothing was changed
};
inline constexpr std::size_t es2_refusal_count = 25;

struct Es2StatusCode {
    Es2Refusal refusal;
    std::string_view subject;
    std::string_view reason;
    std::string_view sentence;
};
[[nodiscard]] const Es2StatusCode& status_code(Es2Refusal);
[[nodiscard]] std::string code_of(Es2Refusal);  ///< "8.2.1/3.9"
/// In the order of the enumeration.
[[nodiscard]] const std::array<Es2StatusCode, es2_refusal_count>& es2_status_codes();

/// `detail` takes the place of the table's sentence where there is more to say.
struct Es2Refused {
    Es2Refusal refusal;
    std::string detail{};
    [[nodiscard]] std::string sentence() const;
    friend bool operator==(const Es2Refused&, const Es2Refused&) = default;
};
[[nodiscard]] std::string to_string(const Es2Refused&);

}  // namespace mcim::smdp
