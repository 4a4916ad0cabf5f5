#include "mcim/smdp/es2_refusal.h"

#include <cstdlib>

namespace mcim::smdp {
namespace {

constexpr std::array<Es2StatusCode, es2_refusal_count> es2_table{{
    // 1.6 function, 1.3.1 protocol format: the generic ones of 5.2.6
    {Es2Refusal::function_not_allowed, "1.6", "1.2", "This client has no right to call this function."},
    {Es2Refusal::member_missing, "1.3.1", "2.2", "A member of the request is missing."},
    {Es2Refusal::member_invalid, "1.3.1", "2.1", "A member of the request has another form than 6.5.2 gives it."},
    {Es2Refusal::eid_missing, "8.1.1", "2.2", "The order names no EID, and needs one."},
    {Es2Refusal::eid_invalid, "8.1.1", "2.1", "This is no EID."},
    {Es2Refusal::eid_different, "8.1.1", "3.10", "The order is for another eUICC."},
    {Es2Refusal::iccid_missing, "8.2.1", "2.2", "The ICCID, or what a cancelled order leaves behind, is missing."},
    {Es2Refusal::iccid_invalid, "8.2.1", "2.1", "This is no ICCID."},
    {Es2Refusal::iccid_not_allowed, "8.2.1", "1.2", "This profile is another operator's."},
    {Es2Refusal::iccid_unknown, "8.2.1", "3.9", "No profile, or no order of it, is known under this ICCID."},
    {Es2Refusal::iccid_in_use, "8.2.1", "3.3", "This profile is taken by an order already."},
    {Es2Refusal::profile_closed, "8.2.1", "3.3", "This profile is closed for good."},
    {Es2Refusal::profile_not_releasable, "8.2.1", "3.5",
     "This profile cannot be released: no order of it waits for it."},
    {Es2Refusal::profile_type_not_allowed, "8.2.5", "1.2", "This profile type is another operator's."},
    {Es2Refusal::profile_type_unknown, "8.2.5", "3.9", "No profile has this type."},
    {Es2Refusal::profile_type_exhausted, "8.2.5", "3.7", "No profile of this type is left."},
    {Es2Refusal::profile_type_different, "8.2.5", "3.8", "The profile with this ICCID is of another type."},
    {Es2Refusal::matching_id_invalid, "8.2.6", "2.1",
     "1 to 255 printable characters of ASCII are wanted as matching ID, without $."},
    {Es2Refusal::matching_id_in_use, "8.2.6", "3.3", "Another order has this matching ID."},
    {Es2Refusal::matching_id_different, "8.2.6", "3.10", "The order has another matching ID."},
    {Es2Refusal::confirmation_code_invalid, "8.2.7", "2.1",
     "4 to 255 letters, digits and signs of ASCII are wanted as confirmation code, without spaces."},
    {Es2Refusal::confirmation_code_different, "8.2.7", "3.10",
     "The order was confirmed with another confirmation code."},
    {Es2Refusal::smds_unreachable, "8.9", "5.1",
     "No SM-DS with this address is configured here: no event can be registered."},
    {Es2Refusal::smds_different, "8.9.1", "3.10", "The order was confirmed with another SM-DS address, or with none."},
    {Es2Refusal::server_unavailable, "8.8", "5.1", "The server cannot do this now: try again later."},
}};

}  // namespace

const std::array<Es2StatusCode, es2_refusal_count>& es2_status_codes() { return es2_table; }

const Es2StatusCode& status_code(Es2Refusal refusal) {
    const auto index = static_cast<std::size_t>(refusal);
    if (index >= es2_table.size() || es2_table[index].refusal != refusal) std::abort();
    return es2_table[index];
}

std::string code_of(Es2Refusal refusal) {
    const Es2StatusCode& code = status_code(refusal);
    return std::string(code.subject) + "/" + std::string(code.reason);
}

std::string Es2Refused::sentence() const {
    return detail.empty() ? std::string(status_code(refusal).sentence) : detail;
}

std::string to_string(const Es2Refused& r) { return code_of(r.refusal) + " " + r.sentence(); }

}  // namespace mcim::smdp
