#include "offer_text.h"

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>

#include "mcim/agent/offer.h"
#include "mcim/base/ids.h"

namespace mcim::agent {
namespace {

std::string iccid_of(const msg::StoreMetadataRequest& offered) {
    const auto iccid = Iccid::from_octets(offered.iccid.bytes);
    return iccid ? iccid->text() : hex(offered.iccid.bytes);
}

/// A character, and how many octets it is long. Octets that are no UTF-8 count one each.
std::pair<char32_t, std::size_t> first_character(std::string_view utf8) {
    const auto octet = [&](std::size_t i) { return i < utf8.size() ? static_cast<unsigned char>(utf8[i]) : 0U; };
    const std::size_t size = octet(0) < 0xC0 ? 1 : octet(0) < 0xE0 ? 2 : octet(0) < 0xF0 ? 3 : 4;
    if (size == 1 || size > utf8.size()) return {octet(0), 1};
    char32_t value = octet(0) & (0x7FU >> size);
    for (std::size_t i = 1; i < size; ++i) value = (value << 6U) | (octet(i) & 0x3FU);
    return {value, size};
}

/// Not shown at all, or shown by what it does to its neighbours.
bool is_hidden(char32_t c) {
    static constexpr std::array<std::pair<char32_t, char32_t>, 11> ranges{{{0x00, 0x1F},          // C0
                                                                           {0x7F, 0x9F},          // delete, C1
                                                                           {0xAD, 0xAD},          // soft hyphen
                                                                           {0x61C, 0x61C},        // Arabic letter mark
                                                                           {0x180E, 0x180E},      // vowel separator
                                                                           {0x200B, 0x200F},      // no width, marks
                                                                           {0x2028, 0x202E},      // lines, embeddings
                                                                           {0x2060, 0x206F},      // joiners, isolates
                                                                           {0xFEFF, 0xFEFF},      // byte order mark
                                                                           {0xFFF9, 0xFFFB},      // annotations
                                                                           {0xE0000, 0xE0FFF}}};  // tags
    return std::ranges::any_of(ranges, [&](const auto& r) { return r.first <= c && c <= r.second; });
}

}  // namespace

std::string network_of(const msg::OperatorId& owner) {
    std::string nibbles = hex(owner.mcc_mnc.bytes);
    std::ranges::replace(nibbles, 'E', '*');
    const auto digit = [&](std::size_t i) { return nibbles[i ^ 1U]; };
    std::string out{digit(0), digit(1), digit(2), '-', digit(4), digit(5)};
    if (digit(3) != 'F') out += digit(3);
    return out;
}

std::string for_terminal(std::string_view utf8) {
    std::string out;
    while (!utf8.empty()) {
        const auto [character, size] = first_character(utf8);
        if (is_hidden(character))
            out += '?';
        else
            out += utf8.substr(0, size);
        utf8.remove_prefix(size);
    }
    return out;
}

std::string offer_in_words(const msg::StoreMetadataRequest& offered) {
    const std::string rules = policy_rules_in_words(offered);
    return for_terminal(offered.service_provider_name.text) + ", " + for_terminal(offered.profile_name.text) +
           (offered.profile_owner ? ", of network " + network_of(*offered.profile_owner) : "") + ", class " +
           std::string(to_string(offered.class_or_default())) + ", ICCID " + iccid_of(offered) +
           (rules.empty() ? ", no policy rules" : ", policy rules: " + rules);
}

boost::json::object offer_as_json(const msg::StoreMetadataRequest& offered) {
    boost::json::array rules;
    for (const auto& rule : policy_rules(offered)) rules.emplace_back(rule);
    boost::json::object out{{"iccid", iccid_of(offered)},
                            {"serviceProviderName", offered.service_provider_name.text},
                            {"profileName", offered.profile_name.text},
                            {"profileClass", to_string(offered.class_or_default())},
                            {"profilePolicyRules", std::move(rules)}};
    if (offered.profile_owner) out["profileOwner"] = network_of(*offered.profile_owner);
    return out;
}

}  // namespace mcim::agent
