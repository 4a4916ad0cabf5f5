#include "mcim/smdp/refusal.h"

#include <cstdlib>

namespace mcim::smdp {
namespace {

constexpr std::array<StatusCode, refusal_count> table{{
    {Refusal::address_unknown, "8.8.1", "3.8", "The SM-DP+ address in the request is not the address of this server."},
    {Refusal::card_version_unsupported, "8.8.3", "3.1",
     "The specification version of the eUICC is not supported here: 2.x is."},
    {Refusal::ci_not_supported, "8.8.2", "3.1", "None of the CI keys that the eUICC proposes is known to this server."},
    {Refusal::no_certificate_for_ci, "8.8.4", "3.7",
     "This server has no certificate under a CI that the eUICC can verify."},
    {Refusal::transaction_unknown, "8.10.1", "3.9",
     "The transaction is unknown or has expired: start a new session with initiateAuthentication."},
    {Refusal::ci_unknown, "8.11.1", "3.9", "The EUM certificate chains to a CI that this server does not know."},
    {Refusal::eum_certificate_invalid, "8.1.2", "6.1", "The EUM certificate is invalid."},
    {Refusal::eum_certificate_expired, "8.1.2", "6.3", "The EUM certificate has expired or is not valid yet."},
    {Refusal::euicc_certificate_invalid, "8.1.3", "6.1", "The eUICC certificate is invalid."},
    {Refusal::euicc_certificate_expired, "8.1.3", "6.3", "The eUICC certificate has expired or is not valid yet."},
    {Refusal::euicc_signature_invalid, "8.1", "6.1",
     "The eUICC's signature, or the server challenge in it, does not hold."},
    {Refusal::matching_id_refused, "8.2.6", "3.8", "No download is pending under this matching ID."},
    {Refusal::eid_refused, "8.1.1", "3.8", "The download is pending for another eUICC."},
    {Refusal::profile_not_released, "8.2", "1.2", "The operator has not released the profile for download yet."},
    {Refusal::order_expired, "8.8.5", "4.10", "The download order has expired: ask the operator for a new one."},
    {Refusal::attempts_exceeded, "8.8.5", "6.4",
     "The download was attempted too often: the operator has to release it again."},
    {Refusal::memory_insufficient, "8.1", "4.8", "The eUICC has not enough free memory for the profile."},
    {Refusal::not_eligible, "8.2.5", "4.3", "This profile may not be downloaded to this eUICC now."},
    {Refusal::smdp_oid_wrong, "8.8", "3.10", "The OID that the eUICC signed is not the OID of this server."},
    // 8.8 SM-DP+, 5.1 inaccessible: the nearest that the tables of 5.2.6 have
    {Refusal::server_unavailable, "8.8", "5.1", "The server cannot do this now: try again later."},
    {Refusal::package_unavailable, "8.2", "3.7", "The profile of this order can no longer be bound to this eUICC."},
    {Refusal::confirmation_code_missing, "8.2.7", "2.2",
     "The order wants a confirmation code: type the one that the operator gave apart from the activation code."},
    {Refusal::confirmation_code_refused, "8.2.7", "3.8", "The confirmation code is wrong."},
    {Refusal::confirmation_code_retries_exceeded, "8.2.7", "6.4",
     "The confirmation code was wrong too often: the operator has to release the order again."},
}};

}  // namespace

const std::array<StatusCode, refusal_count>& status_codes() { return table; }

const StatusCode& status_code(Refusal refusal) {
    const auto index = static_cast<std::size_t>(refusal);
    if (index >= table.size() || table[index].refusal != refusal) std::abort();
    return table[index];
}

std::string code_of(Refusal refusal) {
    const StatusCode& code = status_code(refusal);
    return std::string(code.subject) + "/" + std::string(code.reason);
}

std::string Refused::sentence() const { return detail.empty() ? std::string(status_code(refusal).sentence) : detail; }

std::string to_string(const Refused& r) { return code_of(r.refusal) + " " + r.sentence(); }

}  // namespace mcim::smdp
