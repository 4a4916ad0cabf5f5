#include "mcim/evidence/appraisal.h"

#include <algorithm>

namespace mcim::evidence {
namespace {

constexpr std::array tiers{Tier::none, Tier::affirming, Tier::warning, Tier::contraindicated};

std::string expected_list(const PcrReference& reference) {
    std::string out = reference.accepted.size() == 1 ? "expected " : "expected one of ";
    for (std::size_t i = 0; i < reference.accepted.size(); ++i)
        out += (i == 0 ? "" : ", ") + hex(reference.accepted[i].digest) + " (" + reference.accepted[i].name + ")";
    return out;
}

std::optional<std::string> difference(unsigned index, const PcrReference& reference, const PcrValues& values) {
    const auto it = values.find(index);
    if (it == values.end()) return pcr_name(index) + " was not quoted";
    const auto matches = [&](const AcceptedDigest& a) { return a.digest == it->second; };
    if (std::ranges::any_of(reference.accepted, matches)) return std::nullopt;
    return pcr_name(index) + " is " + hex(it->second) + ", " + expected_list(reference);
}

}  // namespace

std::string_view to_string(Tier tier) {
    switch (tier) {
        case Tier::none: return "none";
        case Tier::affirming: return "affirming";
        case Tier::warning: return "warning";
        case Tier::contraindicated: return "contraindicated";
    }
    std::abort();
}

Result<Tier> parse_tier(std::string_view text) {
    for (const Tier tier : tiers)
        if (to_string(tier) == text) return tier;
    return fail(Errc::bad_value, "", "none, affirming, warning or contraindicated wanted");
}

Tier PartAppraisals::overall() const { return std::max(platform.status, module.status); }

PartAppraisals compare(const PcrValues& values, const PlatformReference& reference) {
    PartAppraisals out;
    for (const auto& [index, wanted] : reference) {
        Appraisal& part = wanted.part == Part::platform ? out.platform : out.module;
        part.status = std::max(part.status, Tier::affirming);
        if (auto differs = difference(index, wanted, values)) {
            part.status = Tier::contraindicated;
            part.differences.push_back(*std::move(differs));
        }
    }
    return out;
}

}  // namespace mcim::evidence
