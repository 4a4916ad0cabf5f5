#include "mcim/euicc/info.h"

#include "mcim/base/version.h"
#include "mcim/euicc/rules.h"

namespace mcim::euicc {
namespace {

constexpr std::size_t address_octets_max = 255;  // a host name has no more (RFC 1035 2.3.4)
constexpr std::uint32_t free_volatile_octets = 256 * 1024;

/// TS 102 226 8.2.1.7.2: installed applications, free non-volatile and free volatile memory.
Bytes extended_card_resources(const DurableState& state) {
    const auto number = [](std::uint32_t n) {
        return Bytes{static_cast<std::uint8_t>(n >> 24U), static_cast<std::uint8_t>(n >> 16U),
                     static_cast<std::uint8_t>(n >> 8U), static_cast<std::uint8_t>(n)};
    };
    const auto applications = static_cast<std::uint8_t>(std::min<std::size_t>(state.profiles.size(), 0xFF));
    return concat({der::wrap(der::Tag{0x81}, Bytes{applications}),
                   der::wrap(der::Tag{0x82}, number(static_cast<std::uint32_t>(state.free_memory()))),
                   der::wrap(der::Tag{0x83}, number(free_volatile_octets))});
}

/// Only what a package may demand and gets (saip::CardCapabilities), in the bits of UICCCapability.
der::BitString uicc_capability(CardClass card_class) {
    using enum msg::UiccCapabilityBit;
    struct Named {
        std::string_view service;
        msg::UiccCapabilityBit bit;
    };
    static constexpr std::array named{
        Named{"usim", usim},
        Named{"isim", isim},
        Named{"csim", csim},
        Named{"milenage", aka_milenage},
        Named{"tuak128", aka_tuak128},
        Named{"tuak256", aka_tuak256},
        Named{"usim-test-algorithm", usim_test_algorithm},
        Named{"multiple-usim", multiple_usim},
        Named{"ber-tlv", ber_tlv_file},
        Named{"dfLink", df_link},
        Named{"get-identity", get_identity},
        Named{"profile-a-x25519", profile_a_x25519},
        Named{"profile-b-p256", profile_b_p256},
    };
    const saip::CardCapabilities card = capabilities_of(card_class);
    der::BitString out;
    for (const auto& [service, bit] : named)
        if (card.has(service)) out.set(static_cast<std::size_t>(bit));
    return out;
}

der::BitString rsp_capability(CardClass card_class) {
    der::BitString out = der::BitString::of({static_cast<std::size_t>(msg::RspCapabilityBit::additional_profile)});
    if (card_class == CardClass::lab) out.set(static_cast<std::size_t>(msg::RspCapabilityBit::test_profile_support));
    return out;
}

std::vector<msg::SubjectKeyIdentifier> verification_keys(const DurableState& state) {
    std::vector<msg::SubjectKeyIdentifier> out;
    for (const auto& anchor : state.anchors.all()) out.push_back({anchor.key_id()});
    return out;
}
std::vector<msg::SubjectKeyIdentifier> signing_keys(const DurableState& state) {
    std::vector<msg::SubjectKeyIdentifier> out;
    for (const auto& identity : state.identities) out.push_back({identity.ci_key_id});
    return out;
}

}  // namespace

saip::CardCapabilities capabilities_of(CardClass card_class) {
    return card_class == CardClass::lab ? saip::lab_card() : saip::production_card();
}

msg::VersionType svn() { return msg::version(2, 5, 0); }

msg::EUICCInfo1 euicc_info1(const DurableState& state) {
    return {svn(), verification_keys(state), signing_keys(state), {}};
}

msg::EUICCInfo2 euicc_info2(const DurableState& state) {
    msg::EUICCInfo2 info;
    info.profile_version = msg::version(3, 3, 1);
    info.svn = svn();
    info.euicc_firmware_ver = msg::version(version_number(0), version_number(1), version_number(2));
    info.ext_card_resource.bytes = extended_card_resources(state);
    info.uicc_capability = uicc_capability(state.card_class());
    info.rsp_capability = rsp_capability(state.card_class());
    info.euicc_ci_pk_id_list_for_verification = verification_keys(state);
    info.euicc_ci_pk_id_list_for_signing = signing_keys(state);
    info.euicc_category = msg::EuiccCategory::other;
    if (auto forbidden = forbidden_rules(state); !forbidden.none())
        info.forbidden_profile_policy_rules = std::move(forbidden);
    info.pp_version = msg::version(0, 0, 0);  // evaluated against no protection profile, accredited by nobody
    if (state.birth.info_fields == InfoFields::all) info.tre_product_reference = msg::Utf8{named_version("mcim-tre")};
    return info;
}

msg::EuiccConfiguredAddressesResponse configured_addresses(const msg::EuiccConfiguredAddressesRequest&, Call& call) {
    msg::EuiccConfiguredAddressesResponse out;
    if (const auto& dp = call.state.settings.default_dp_address; !dp.text.empty()) out.default_dp_address = dp;
    out.root_ds_address = call.state.birth.root_ds_address;
    return out;
}

/// An empty address takes the default away (SGP.22 5.7.4).
msg::SetDefaultDpAddressResponse set_default_dp_address(const msg::SetDefaultDpAddressRequest& request, Call& call) {
    if (request.default_dp_address.text.size() > address_octets_max)
        return {msg::SetDefaultDpAddressResult::undefined_error, {}};
    call.state.settings.default_dp_address = request.default_dp_address;
    put_settings(call.changes, call.state.settings);
    return {msg::SetDefaultDpAddressResult::ok, {}};
}

msg::GetRatResponse rules_authorisation_table(const msg::GetRatRequest&, Call& call) {
    return {call.state.birth.rules, {}};
}

}  // namespace mcim::euicc
