// What the download server answers instead of doing what it was asked, and the one table that gives each its codes
// (SGP.22 5.2.6; tables of 5.6.1 to 5.6.5).
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace mcim::smdp {

enum class Refusal : std::uint8_t {
    address_unknown,
    card_version_unsupported,
    ci_not_supported,
    no_certificate_for_ci,
    transaction_unknown,
    ci_unknown,
    eum_certificate_invalid,
    eum_certificate_expired,
    euicc_certificate_invalid,
    euicc_certificate_expired,
    euicc_signature_invalid,
    matching_id_refused,
    eid_refused,
    profile_not_released,
    order_expired,
    attempts_exceeded,
    memory_insufficient,
    not_eligible,
    smdp_oid_wrong,
    server_unavailable,  ///< a failure that is not the client's; nothing was changed
    package_unavailable,
    confirmation_code_missing,
    confirmation_code_refused,
    confirmation_code_retries_exceeded,
};
inline constexpr std::size_t refusal_count = 24;

struct StatusCode {
    Refusal refusal;
    std::string_view subject;
    std::string_view reason;
    std::string_view sentence;
};
[[nodiscard]] const StatusCode& status_code(Refusal);
[[nodiscard]] std::string code_of(Refusal);  ///< "8.2.6/3.8"
/// In the order of the enumeration.
[[nodiscard]] const std::array<StatusCode, refusal_count>& status_codes();

/// A refusal as it leaves: `detail` takes the place of the table's sentence where there is more to say.
struct Refused {
    Refusal refusal;
    std::string detail{};
    [[nodiscard]] std::string sentence() const;
    friend bool operator==(const Refused&, const Refused&) = default;
};
[[nodiscard]] std::string to_string(const Refused&);  ///< "8.2.6/3.8 The matching ID ...": for logs and timelines

}  // namespace mcim::smdp
