#include "mcim/euicc/rules.h"

#include <algorithm>

namespace mcim::euicc {
namespace {

constexpr std::uint8_t any_digit = 0xE;

bool digits_match(std::uint8_t allowed, std::uint8_t owner) {
    const auto nibble = [](std::uint8_t a, std::uint8_t b) { return a == any_digit || a == b; };
    return nibble(allowed >> 4U, owner >> 4U) && nibble(allowed & 0xFU, owner & 0xFU);
}

/// Absent or empty in the RAT: any.
bool gid_matches(const std::optional<msg::OctetString>& allowed, const std::optional<msg::OctetString>& owner) {
    return !allowed || allowed->bytes.empty() || allowed == owner;
}

bool authorised(const DurableState& state, msg::PprBit rule, const msg::OperatorId& owner) {
    return std::ranges::any_of(state.birth.rules, [&](const msg::ProfilePolicyAuthorisationRule& r) {
        return r.ppr_ids.test(static_cast<std::size_t>(rule)) &&
               std::ranges::any_of(r.allowed_operators, [&](const auto& allowed) { return matches(allowed, owner); });
    });
}

bool has_operational(const DurableState& state) {
    return std::ranges::any_of(state.profiles, [](const auto& p) {
        return p.second.metadata.class_or_default() == msg::ProfileClass::operational;
    });
}

}  // namespace

bool matches(const msg::OperatorId& allowed, const msg::OperatorId& owner) {
    return std::ranges::equal(allowed.mcc_mnc.bytes, owner.mcc_mnc.bytes, digits_match) &&
           gid_matches(allowed.gid1, owner.gid1) && gid_matches(allowed.gid2, owner.gid2);
}

bool has_wildcards(const msg::OperatorId& owner) {
    return std::ranges::any_of(owner.mcc_mnc.bytes,
                               [](std::uint8_t b) { return b >> 4U == any_digit || (b & 0xFU) == any_digit; });
}

bool rules_allowed(const DurableState& state, const msg::StoreMetadataRequest& metadata) {
    if (!metadata.profile_policy_rules || metadata.profile_policy_rules->none()) return true;
    if (!metadata.profile_owner) return false;
    for (const auto rule : {msg::PprBit::ppr1, msg::PprBit::ppr2}) {
        if (!metadata.profile_policy_rules->test(static_cast<std::size_t>(rule))) continue;
        if (!authorised(state, rule, *metadata.profile_owner)) return false;
        if (rule == msg::PprBit::ppr1 && has_operational(state)) return false;
    }
    return true;
}

msg::PprIds forbidden_rules(const DurableState& state) {
    msg::PprIds out;
    for (const auto rule : {msg::PprBit::ppr1, msg::PprBit::ppr2}) {
        const auto bit = static_cast<std::size_t>(rule);
        const bool granted = std::ranges::any_of(
            state.birth.rules, [&](const auto& r) { return r.ppr_ids.test(bit) && !r.allowed_operators.empty(); });
        if (!granted) out.set(bit);
    }
    return out;
}

}  // namespace mcim::euicc
