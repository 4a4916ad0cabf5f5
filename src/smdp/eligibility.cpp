#include "mcim/smdp/eligibility.h"

#include <algorithm>

namespace mcim::smdp {

std::optional<std::uint64_t> free_memory(View ext_card_resource) {
    der::Reader in(ext_card_resource);
    while (!in.empty()) {
        auto tlv = in.read();
        if (!tlv) return std::nullopt;
        if (tlv->tag != der::Tag{0x82}) continue;
        const View digits = tlv->content.rest();
        if (digits.empty() || digits.size() > 8) return std::nullopt;
        std::uint64_t octets = 0;
        for (const auto d : digits) octets = octets << 8U | d;
        return octets;
    }
    return std::nullopt;
}

std::uint8_t newest_package_version(const msg::EUICCInfo2& info) {
    std::uint8_t newest = info.profile_version.bytes.front();
    if (info.additional_euicc_profile_package_versions)
        for (const auto& version : *info.additional_euicc_profile_package_versions)
            newest = std::max(newest, version.bytes.front());
    return newest;
}

std::optional<Refused> check_eligibility(const Order& order, const msg::StoreMetadataRequest& metadata,
                                         const msg::EUICCInfo2& info) {
    if (const auto free = free_memory(info.ext_card_resource); free && *free < order.package_octets)
        return Refused{Refusal::memory_insufficient, "The eUICC has " + std::to_string(*free) +
                                                         " octets of free memory, the profile takes " +
                                                         std::to_string(order.package_octets) + "."};
    if (const auto newest = newest_package_version(info); newest < order.package_version)
        return Refused{Refusal::not_eligible, "The eUICC takes profile packages of versions up to " +
                                                  std::to_string(newest) + ".x, this one is of version " +
                                                  std::to_string(order.package_version) + "."};
    if (order.needs_javacard && !info.uicc_capability.test(static_cast<std::size_t>(msg::UiccCapabilityBit::javacard)))
        return Refused{Refusal::not_eligible,
                       "The profile has applications, and the eUICC declares no Java Card runtime (javacard in "
                       "uiccCapability)."};
    if (metadata.profile_policy_rules && info.forbidden_profile_policy_rules) {
        for (const auto rule : {msg::PprBit::ppr1, msg::PprBit::ppr2}) {
            const auto bit = static_cast<std::size_t>(rule);
            if (metadata.profile_policy_rules->test(bit) && info.forbidden_profile_policy_rules->test(bit))
                return Refused{Refusal::not_eligible, "The eUICC forbids a policy rule that the profile has (PPR" +
                                                          std::to_string(bit) + ")."};
        }
    }
    return std::nullopt;
}

CanTake what_fits(const msg::EUICCInfo2& info) {
    return [info](const Order& order) {
        const auto metadata = der::decode<msg::StoreMetadataRequest>(order.metadata);
        return metadata && !check_eligibility(order, *metadata, info);
    };
}

}  // namespace mcim::smdp
