#include "mcim/agent/offer.h"

#include "mcim/bpp/scp03t.h"

namespace mcim::agent {
namespace {

struct KnownRule {
    msg::PprBit bit;
    std::string_view words;
};
constexpr std::array<KnownRule, 2> known_rules{
    {{msg::PprBit::ppr1, "PPR1 (once enabled it may not be disabled, and so no other profile be used)"},
     {msg::PprBit::ppr2, "PPR2 (it may not be deleted)"}}};
constexpr std::size_t first_unknown_bit = static_cast<std::size_t>(msg::PprBit::ppr2) + 1;

/// What a person decides by.
auto essence(const msg::StoreMetadataRequest& m) {
    return std::tuple(m.iccid, m.service_provider_name, m.profile_name, m.class_or_default(), m.profile_owner,
                      m.profile_policy_rules.value_or(msg::PprIds()));
}

}  // namespace

std::optional<msg::CancelSessionReason> decide(const msg::StoreMetadataRequest& offered, const OwnersWord& owner) {
    switch (owner.offer) {
        case OwnersWord::Offer::reject: return msg::CancelSessionReason::end_user_rejection;
        case OwnersWord::Offer::postpone: return msg::CancelSessionReason::postponed;
        case OwnersWord::Offer::accept: break;
    }
    if (owner.policy_rules == OwnersWord::PolicyRules::refuse && !policy_rules(offered).empty())
        return msg::CancelSessionReason::ppr_not_allowed;
    return std::nullopt;
}

std::vector<std::string> policy_rules(const msg::StoreMetadataRequest& metadata) {
    std::vector<std::string> out;
    if (!metadata.profile_policy_rules) return out;
    const msg::PprIds& rules = *metadata.profile_policy_rules;
    for (const auto& [bit, words] : known_rules)
        if (rules.test(static_cast<std::size_t>(bit))) out.emplace_back(words);
    for (std::size_t bit = first_unknown_bit; bit < rules.content().size() * 8; ++bit)
        if (rules.test(bit)) out.push_back("a rule that this agent does not know (bit " + std::to_string(bit) + ")");
    return out;
}

std::string policy_rules_in_words(const msg::StoreMetadataRequest& metadata) {
    std::string out;
    for (const auto& rule : policy_rules(metadata)) out += (out.empty() ? "" : ", ") + rule;
    return out;
}

Result<msg::StoreMetadataRequest> metadata_in(const msg::BoundProfilePackage& package) {
    Bytes octets;
    for (const auto& segment : package.sequence_of_88) {
        const View protected_data = segment.value.bytes;  // and its MAC
        if (protected_data.size() < bpp::mac_octets) return fail(Errc::truncated, "sequenceOf88", "no room for a MAC");
        append(octets, protected_data.first(protected_data.size() - bpp::mac_octets));
    }
    return der::decode<msg::StoreMetadataRequest>(octets);
}

bool is_as_offered(const msg::StoreMetadataRequest& bound, const msg::StoreMetadataRequest& offered) {
    return essence(bound) == essence(offered);
}

}  // namespace mcim::agent
