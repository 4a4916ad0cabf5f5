#include <algorithm>

#include "mcim/euicc/profiles.h"

namespace mcim::euicc {
namespace {

using msg::ProfileInfo;

/// SGP.22 5.7.15: what is given where no tag list is.
constexpr std::array<std::uint32_t, 9> default_tags{0x5A, 0x4F, 0x9F70, 0x90, 0x91, 0x92, 0x93, 0x94, 0x95};

/// Concatenated tags, as '5C' carries them. Tags that no ProfileInfo has are passed over, as the clause says.
Result<std::vector<std::uint32_t>> parse_tag_list(View in) {
    std::vector<std::uint32_t> out;
    for (std::size_t i = 0; i < in.size();) {
        std::uint32_t tag = in[i];
        const bool long_form = (in[i++] & 0x1FU) == 0x1FU;
        for (bool more = long_form; more; ++i) {
            if (i == in.size()) return fail(Errc::truncated, "tagList", "a tag is cut off");
            if (tag > 0xFFFF) return fail(Errc::bad_value, "tagList", "a tag of more than three octets");
            tag = tag << 8U | in[i];
            more = (in[i] & 0x80U) != 0;
        }
        out.push_back(tag);
    }
    return out;
}

bool selected(const std::optional<msg::ProfileSearchCriteria>& criteria, const InstalledProfile& profile) {
    if (!criteria) return true;
    if (const auto* aid = std::get_if<msg::OctetTo16>(&criteria->value)) return equal(*aid, profile.isdp_aid());
    if (const auto* iccid = std::get_if<msg::IccidOctets>(&criteria->value)) return *iccid == profile.iccid();
    return std::get<msg::ProfileClass>(criteria->value) == profile.metadata.class_or_default();
}

ProfileInfo everything(const InstalledProfile& p) {
    ProfileInfo info;
    info.iccid = p.iccid();
    info.isdp_aid = msg::OctetTo16{p.isdp_aid()};
    info.profile_state = p.state;
    if (!p.nickname.text.empty()) info.profile_nickname = p.nickname;
    info.service_provider_name = p.metadata.service_provider_name;
    info.profile_name = p.metadata.profile_name;
    info.icon_type = p.metadata.icon_type;
    info.icon = p.metadata.icon;
    info.profile_class = p.metadata.class_or_default();
    info.notification_configuration_info = p.metadata.notification_configuration_info;
    info.profile_owner = p.metadata.profile_owner;
    info.dp_proprietary_data = p.dp_proprietary_data;
    info.profile_policy_rules = p.metadata.profile_policy_rules;
    info.service_specific_data_stored_in_euicc = p.metadata.service_specific_data_stored_in_euicc;
    return info;
}

ProfileInfo only(ProfileInfo info, std::span<const std::uint32_t> tags) {
    const auto keep = [&](std::uint32_t tag, auto& member) {
        if (std::ranges::find(tags, tag) == tags.end()) member.reset();
    };
    keep(0x5A, info.iccid);
    keep(0x4F, info.isdp_aid);
    keep(0x9F70, info.profile_state);
    keep(0x90, info.profile_nickname);
    keep(0x91, info.service_provider_name);
    keep(0x92, info.profile_name);
    keep(0x93, info.icon_type);
    keep(0x94, info.icon);
    keep(0x95, info.profile_class);
    keep(0xB6, info.notification_configuration_info);
    keep(0xB7, info.profile_owner);
    keep(0xB8, info.dp_proprietary_data);
    keep(0x99, info.profile_policy_rules);
    keep(0xBF22, info.service_specific_data_stored_in_euicc);
    return info;
}

}  // namespace

msg::ProfileInfoListResponse profiles_info(const msg::ProfileInfoListRequest& request, Call& call) {
    std::vector<std::uint32_t> tags(default_tags.begin(), default_tags.end());
    if (request.tag_list) {
        auto asked = parse_tag_list(*request.tag_list);
        if (!asked) return {msg::ProfileInfoListError::incorrect_input_values};
        tags = *std::move(asked);
    }
    std::vector<ProfileInfo> list;
    for (const auto& [slot, profile] : call.state.profiles)
        if (selected(request.search_criteria, profile)) list.push_back(only(everything(profile), tags));
    return {std::move(list)};
}

}  // namespace mcim::euicc
