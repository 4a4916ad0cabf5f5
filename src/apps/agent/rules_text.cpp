#include "rules_text.h"

#include <boost/json/object.hpp>

#include "offer_text.h"

namespace mcim::agent {
namespace {

namespace json = boost::json;
using Rule = msg::ProfilePolicyAuthorisationRule;

constexpr std::size_t consent_required = 0;  ///< of pprFlags

/// Bits that have a name by it, others by their number.
std::vector<std::string> names_in(const der::BitString& bits, std::span<const std::string_view> names) {
    std::vector<std::string> out;
    for (std::size_t bit = 0; bit < bits.content().size() * 8; ++bit)
        if (bits.test(bit)) out.push_back(bit < names.size() ? std::string(names[bit]) : "bit " + std::to_string(bit));
    return out;
}
json::array as_array(const std::vector<std::string>& names) { return json::array(names.begin(), names.end()); }

constexpr std::array<std::string_view, 3> policy_names{"pprUpdateControl", "ppr1", "ppr2"};
constexpr std::array<std::string_view, 3> policy_words{"update control", "PPR1 (no disabling)", "PPR2 (no deleting)"};
constexpr std::array<std::string_view, 1> flag_names{"consentRequired"};

/// Absent or empty: any.
std::string group(std::string_view name, const std::optional<msg::OctetString>& gid) {
    return gid && !gid->bytes.empty() ? ", " + std::string(name) + " " + hex(gid->bytes) : std::string();
}

std::string operator_in_words(const msg::OperatorId& allowed) {
    const std::string network = network_of(allowed);
    const std::string groups = group("GID1", allowed.gid1) + group("GID2", allowed.gid2);
    const bool any = network.find_first_not_of("*-") == std::string::npos;
    return (any ? "any operator" : "network " + network) + groups;
}

std::string joined(const std::vector<std::string>& parts, std::string_view between) {
    std::string out;
    for (const auto& part : parts) out += (out.empty() ? "" : std::string(between)) + part;
    return out;
}

std::string in_words(const Rule& rule) {
    std::vector<std::string> operators;
    for (const auto& allowed : rule.allowed_operators) operators.push_back(operator_in_words(allowed));
    return joined(names_in(rule.ppr_ids, policy_words), ", ") + ": " +
           (operators.empty() ? "no operator" : joined(operators, "; ")) +
           (rule.ppr_flags.test(consent_required) ? ", with its owner's consent" : "");
}

json::object as_json(const msg::OperatorId& allowed) {
    const auto octets = [](const auto& gid) { return gid ? hex(gid->bytes) : std::string(); };
    return {{"plmn", hex(allowed.mcc_mnc.bytes)}, {"gid1", octets(allowed.gid1)}, {"gid2", octets(allowed.gid2)}};
}

}  // namespace

std::string rules_in_words(const msg::GetRatResponse& table) {
    if (table.rat.empty()) return "  none: a profile with policy rules is refused\n";
    std::string out;
    for (const auto& rule : table.rat) out += "  " + in_words(rule) + "\n";
    return out;
}

json::array rules_as_json(const msg::GetRatResponse& table) {
    json::array out;
    for (const auto& rule : table.rat) {
        json::array operators;
        for (const auto& allowed : rule.allowed_operators) operators.push_back(as_json(allowed));
        out.push_back(json::object{{"pprIds", as_array(names_in(rule.ppr_ids, policy_names))},
                                   {"allowedOperators", std::move(operators)},
                                   {"pprFlags", as_array(names_in(rule.ppr_flags, flag_names))}});
    }
    return out;
}

}  // namespace mcim::agent
