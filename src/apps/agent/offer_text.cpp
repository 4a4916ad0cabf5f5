#include "offer_text.h"

#include <boost/json/array.hpp>

#include "mcim/agent/offer.h"
#include "mcim/base/ids.h"

namespace mcim::agent {
namespace {

std::string iccid_of(const msg::StoreMetadataRequest& offered) {
    const auto iccid = Iccid::from_octets(offered.iccid.bytes);
    return iccid ? iccid->text() : hex(offered.iccid.bytes);
}

/// How many octets at the start of the text are one sign that is not shown; 0: what is there may be shown.
std::size_t hidden_sign(std::string_view text) {
    const auto octet = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
    const auto third = octet(2);
    if (octet(0) < 0x20 || octet(0) == 0x7F) return 1;
    if (octet(0) == 0xC2 && octet(1) >= 0x80 && octet(1) < 0xA0) return 2;
    if (octet(0) != 0xE2) return 0;
    // U+200B to U+200F, U+2028 to U+202E, U+2060 to U+206F
    const bool hidden = (octet(1) == 0x80 && ((third >= 0x8B && third <= 0x8F) || (third >= 0xA8 && third <= 0xAE))) ||
                        (octet(1) == 0x81 && third >= 0xA0 && third <= 0xAF);
    return hidden ? 3 : 0;
}

}  // namespace

std::string for_terminal(std::string_view utf8) {
    std::string out;
    while (!utf8.empty()) {
        const std::size_t hidden = hidden_sign(utf8);
        out += hidden != 0 ? '?' : utf8.front();
        utf8.remove_prefix(std::max<std::size_t>(hidden, 1));
    }
    return out;
}

std::string offer_in_words(const msg::StoreMetadataRequest& offered) {
    const std::string rules = policy_rules_in_words(offered);
    return for_terminal(offered.service_provider_name.text) + ", " + for_terminal(offered.profile_name.text) +
           ", class " + std::string(to_string(offered.class_or_default())) + ", ICCID " + iccid_of(offered) +
           (rules.empty() ? ", no policy rules" : ", policy rules: " + rules);
}

boost::json::object offer_as_json(const msg::StoreMetadataRequest& offered) {
    boost::json::array rules;
    for (const auto& rule : policy_rules(offered)) rules.emplace_back(rule);
    return {{"iccid", iccid_of(offered)},
            {"serviceProviderName", offered.service_provider_name.text},
            {"profileName", offered.profile_name.text},
            {"profileClass", to_string(offered.class_or_default())},
            {"profilePolicyRules", std::move(rules)}};
}

}  // namespace mcim::agent
