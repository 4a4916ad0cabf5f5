#include "mcim/euicc/profiles.h"

#include "mcim/euicc/notifications.h"

namespace mcim::euicc {
namespace {

using msg::DeleteResult;
using msg::DisableResult;
using msg::EnableResult;
using msg::NotificationEventBit;
using msg::PprBit;
using msg::ProfileClass;
using msg::ProfileState;

template <class Identifier>
InstalledProfile* find(DurableState& state, const Identifier& identifier) {
    if (const auto* iccid = std::get_if<msg::IccidOctets>(&identifier)) return state.find_profile(*iccid);
    return state.find_profile_by_aid(std::get<msg::OctetTo16>(identifier));
}

bool is_test(const InstalledProfile& p) { return p.metadata.class_or_default() == ProfileClass::test; }

void set_state(Call& call, InstalledProfile& profile, ProfileState state) {
    profile.state = state;
    put_profile(call.changes, profile);
    notify(call, profile,
           state == ProfileState::enabled ? NotificationEventBit::enable : NotificationEventBit::disable);
}

void remember_before_test(Call& call, const InstalledProfile* before) {
    auto& settings = call.state.settings;
    const auto value = before == nullptr ? std::nullopt : std::optional(before->iccid());
    if (settings.enabled_before_test == value) return;
    settings.enabled_before_test = value;
    put_settings(call.changes, settings);
}

/// The operational profile that a test profile took the place of, where it is still there.
InstalledProfile* find_before_test(DurableState& state) {
    const auto& iccid = state.settings.enabled_before_test;
    return iccid ? state.find_profile(*iccid) : nullptr;
}

/// PPR1 holds also while a test profile stands in for the one that has it: it may not be deleted meanwhile.
bool waits_with_ppr1(DurableState& state, const InstalledProfile& profile) {
    return find_before_test(state) == &profile && profile.has_rule(PprBit::ppr1);
}

void remove(Call& call, InstalledProfile& profile) {
    notify(call, profile, NotificationEventBit::delete_);
    erase_profile(call.changes, profile);
    const std::string prefix = profile.uicc_prefix();
    std::erase_if(call.dormant, [&](const auto& e) { return e.first.starts_with(prefix); });
    if (call.state.settings.enabled_before_test == profile.iccid()) remember_before_test(call, nullptr);
    call.state.profiles.erase(profile.slot);
}

}  // namespace

msg::EnableProfileResponse enable_profile(const msg::EnableProfileRequest& request, Call& call) {
    InstalledProfile* target = find(call.state, request.profile_identifier.value);
    if (target == nullptr) return {EnableResult::iccid_or_aid_not_found, {}};
    if (target->enabled()) return {EnableResult::profile_not_in_disabled_state, {}};

    InstalledProfile* current = call.state.find_enabled();
    // From a test profile the way leads back, or to another test profile (SGP.22 5.7.16).
    const InstalledProfile* before = find_before_test(call.state);
    const bool from_test = current != nullptr && is_test(*current);
    if (from_test && !is_test(*target) && before != nullptr && before != target)
        return {EnableResult::wrong_profile_reenabling, {}};
    // Enabling a test profile overrides PPR1 (SGP.21 TPRO8); the way from it leads back to the profile that has it.
    if (current != nullptr && !is_test(*target) && current->has_rule(PprBit::ppr1))
        return {EnableResult::disallowed_by_policy, {}};

    if (!is_test(*target))
        remember_before_test(call, nullptr);
    else if (!from_test)
        remember_before_test(call, current);
    if (current != nullptr) set_state(call, *current, ProfileState::disabled);
    set_state(call, *target, ProfileState::enabled);
    return {EnableResult::ok, {}};
}

msg::DisableProfileResponse disable_profile(const msg::DisableProfileRequest& request, Call& call) {
    InstalledProfile* target = find(call.state, request.profile_identifier.value);
    if (target == nullptr) return {DisableResult::iccid_or_aid_not_found, {}};
    if (!target->enabled()) return {DisableResult::profile_not_in_enabled_state, {}};
    if (target->has_rule(PprBit::ppr1)) return {DisableResult::disallowed_by_policy, {}};

    InstalledProfile* before = is_test(*target) ? find_before_test(call.state) : nullptr;
    remember_before_test(call, nullptr);
    set_state(call, *target, ProfileState::disabled);
    if (before != nullptr) set_state(call, *before, ProfileState::enabled);
    return {DisableResult::ok, {}};
}

msg::DeleteProfileResponse delete_profile(const msg::DeleteProfileRequest& request, Call& call) {
    InstalledProfile* target = find(call.state, request.value);
    if (target == nullptr) return {DeleteResult::iccid_or_aid_not_found, {}};
    if (target->enabled()) return {DeleteResult::profile_not_in_disabled_state, {}};
    if (target->has_rule(PprBit::ppr2) || waits_with_ppr1(call.state, *target))
        return {DeleteResult::disallowed_by_policy, {}};
    remove(call, *target);
    return {DeleteResult::ok, {}};
}

msg::EuiccMemoryResetResponse memory_reset(const msg::EuiccMemoryResetRequest& request, Call& call) {
    const auto asked = [&](msg::ResetOptionBit bit) {
        return request.reset_options.test(static_cast<std::size_t>(bit));
    };
    const auto chosen = [&](const InstalledProfile& p) {
        if (p.has_rule(PprBit::ppr2) || (p.enabled() && p.has_rule(PprBit::ppr1)) || waits_with_ppr1(call.state, p))
            return false;
        const auto of_class = p.metadata.class_or_default();
        return (of_class == ProfileClass::operational && asked(msg::ResetOptionBit::delete_operational_profiles)) ||
               (of_class == ProfileClass::test && asked(msg::ResetOptionBit::delete_field_loaded_test_profiles));
    };
    bool changed = false;
    bool leaves_test = false;
    for (auto it = call.state.profiles.begin(); it != call.state.profiles.end();) {
        InstalledProfile& profile = (it++)->second;
        if (!chosen(profile)) continue;
        if (profile.enabled()) {
            leaves_test = is_test(profile);
            set_state(call, profile, ProfileState::disabled);
        }
        remove(call, profile);
        changed = true;
    }
    // The way from a test profile leads back here too, or it would be a way around PPR1 (SGP.21 TPRO10).
    if (InstalledProfile* before = leaves_test ? find_before_test(call.state) : nullptr) {
        remember_before_test(call, nullptr);
        set_state(call, *before, ProfileState::enabled);
    }
    if (asked(msg::ResetOptionBit::reset_default_smdp_address) &&
        !call.state.settings.default_dp_address.text.empty()) {
        call.state.settings.default_dp_address.text.clear();
        put_settings(call.changes, call.state.settings);
        changed = true;
    }
    return {changed ? msg::ResetResult::ok : msg::ResetResult::nothing_to_delete, {}};
}

msg::SetNicknameResponse set_nickname(const msg::SetNicknameRequest& request, Call& call) {
    InstalledProfile* profile = call.state.find_profile(request.iccid);
    if (profile == nullptr) return {msg::SetNicknameResult::iccid_not_found, {}};
    profile->nickname = request.profile_nickname;
    put_profile(call.changes, *profile);
    return {msg::SetNicknameResult::ok, {}};
}

}  // namespace mcim::euicc
