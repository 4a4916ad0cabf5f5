// Profile metadata (ES8+.StoreMetadata, UpdateMetadata) and ProfileInfo.
#pragma once
#include "mcim/msg/info.h"

namespace mcim::msg {

enum class IconType : std::int32_t { jpg = 0, png = 1 };
enum class ProfileState : std::int32_t { disabled = 0, enabled = 1 };
enum class ProfileClass : std::int32_t { test = 0, provisioning = 1, operational = 2 };
std::string_view to_string(ProfileState);
std::string_view to_string(ProfileClass);

/// Bits of NotificationEvent. In NotificationMetadata exactly one is set.
enum class NotificationEventBit : std::uint8_t { install = 0, enable = 1, disable = 2, delete_ = 3 };
std::string_view to_string(NotificationEventBit);
using NotificationEvent = der::BitString;
[[nodiscard]] inline NotificationEvent event(NotificationEventBit bit) {
    return der::BitString::of({static_cast<std::size_t>(bit)});
}
/// The one bit that is set, or nullopt.
[[nodiscard]] std::optional<NotificationEventBit> single_event(const NotificationEvent&);

struct NotificationConfigurationInformation {
    NotificationEvent profile_management_operation;
    Utf8 notification_address;
    der::Extensions more;
    static constexpr auto asn1 = der::sequence(
        "NotificationConfigurationInformation",
        der::field<&NotificationConfigurationInformation::profile_management_operation>("profileManagementOperation",
                                                                                        Tag{0x80}),
        der::field<&NotificationConfigurationInformation::notification_address>("notificationAddress", Tag{0x81}));
    friend bool operator==(const NotificationConfigurationInformation&,
                           const NotificationConfigurationInformation&) = default;
};
struct DpProprietaryData {
    der::Oid dp_oid;
    der::Extensions more;
    static constexpr auto asn1 =
        der::sequence("DpProprietaryData", der::field<&DpProprietaryData::dp_oid>("dpOid", Tag{0x80}));
    friend bool operator==(const DpProprietaryData&, const DpProprietaryData&) = default;
};
struct VendorSpecificData {
    der::Oid vendor_oid;
    der::Any vendor_specific_data;
    der::Extensions more;
    static constexpr auto asn1 =
        der::sequence("VendorSpecificExtension", der::field<&VendorSpecificData::vendor_oid>("vendorOid", Tag{0x80}),
                      der::field<&VendorSpecificData::vendor_specific_data>("vendorSpecificData", Tag{0xA1}));
    friend bool operator==(const VendorSpecificData&, const VendorSpecificData&) = default;
};
using VendorSpecificExtension = std::vector<VendorSpecificData>;

struct StoreMetadataRequest {
    IccidOctets iccid;
    der::Utf8String<0, 32> service_provider_name;
    der::Utf8String<0, 64> profile_name;
    std::optional<IconType> icon_type;
    std::optional<der::OctetString<0, 1024>> icon;
    std::optional<ProfileClass> profile_class;  ///< DEFAULT operational
    std::optional<std::vector<NotificationConfigurationInformation>> notification_configuration_info;
    std::optional<OperatorId> profile_owner;
    std::optional<PprIds> profile_policy_rules;
    std::optional<VendorSpecificExtension> service_specific_data_stored_in_euicc;
    std::optional<VendorSpecificExtension> service_specific_data_not_stored_in_euicc;
    der::Extensions more;
    [[nodiscard]] ProfileClass class_or_default() const { return profile_class.value_or(ProfileClass::operational); }
    static constexpr auto asn1 = der::sequence(
        "StoreMetadataRequest", Tag{0xBF25}, der::field<&StoreMetadataRequest::iccid>("iccid", tag_iccid),
        der::field<&StoreMetadataRequest::service_provider_name>("serviceProviderName", Tag{0x91}),
        der::field<&StoreMetadataRequest::profile_name>("profileName", Tag{0x92}),
        der::field<&StoreMetadataRequest::icon_type>("iconType", Tag{0x93}),
        der::field<&StoreMetadataRequest::icon>("icon", Tag{0x94}),
        der::field<&StoreMetadataRequest::profile_class>("profileClass", Tag{0x95}),
        der::field<&StoreMetadataRequest::notification_configuration_info>("notificationConfigurationInfo", Tag{0xB6}),
        der::field<&StoreMetadataRequest::profile_owner>("profileOwner", Tag{0xB7}),
        der::field<&StoreMetadataRequest::profile_policy_rules>("profilePolicyRules", Tag{0x99}),
        der::field<&StoreMetadataRequest::service_specific_data_stored_in_euicc>("serviceSpecificDataStoredInEuicc",
                                                                                 Tag{0xBF22}),
        der::field<&StoreMetadataRequest::service_specific_data_not_stored_in_euicc>(
            "serviceSpecificDataNotStoredInEuicc", Tag{0xBF23}));
    friend bool operator==(const StoreMetadataRequest&, const StoreMetadataRequest&) = default;
};

struct ProfileInfo {
    std::optional<IccidOctets> iccid;
    std::optional<OctetTo16> isdp_aid;
    std::optional<ProfileState> profile_state;
    std::optional<der::Utf8String<0, 64>> profile_nickname;
    std::optional<der::Utf8String<0, 32>> service_provider_name;
    std::optional<der::Utf8String<0, 64>> profile_name;
    std::optional<IconType> icon_type;
    std::optional<der::OctetString<0, 1024>> icon;
    std::optional<ProfileClass> profile_class;
    std::optional<std::vector<NotificationConfigurationInformation>> notification_configuration_info;
    std::optional<OperatorId> profile_owner;
    std::optional<DpProprietaryData> dp_proprietary_data;
    std::optional<PprIds> profile_policy_rules;
    std::optional<VendorSpecificExtension> service_specific_data_stored_in_euicc;
    der::Extensions more;
    static constexpr auto asn1 = der::sequence(
        "ProfileInfo", Tag{0xE3}, der::field<&ProfileInfo::iccid>("iccid", tag_iccid),
        der::field<&ProfileInfo::isdp_aid>("isdpAid", tag_aid),
        der::field<&ProfileInfo::profile_state>("profileState", Tag{0x9F70}),
        der::field<&ProfileInfo::profile_nickname>("profileNickname", Tag{0x90}),
        der::field<&ProfileInfo::service_provider_name>("serviceProviderName", Tag{0x91}),
        der::field<&ProfileInfo::profile_name>("profileName", Tag{0x92}),
        der::field<&ProfileInfo::icon_type>("iconType", Tag{0x93}), der::field<&ProfileInfo::icon>("icon", Tag{0x94}),
        der::field<&ProfileInfo::profile_class>("profileClass", Tag{0x95}),
        der::field<&ProfileInfo::notification_configuration_info>("notificationConfigurationInfo", Tag{0xB6}),
        der::field<&ProfileInfo::profile_owner>("profileOwner", Tag{0xB7}),
        der::field<&ProfileInfo::dp_proprietary_data>("dpProprietaryData", Tag{0xB8}),
        der::field<&ProfileInfo::profile_policy_rules>("profilePolicyRules", Tag{0x99}),
        der::field<&ProfileInfo::service_specific_data_stored_in_euicc>("serviceSpecificDataStoredInEuicc",
                                                                        Tag{0xBF22}));
    friend bool operator==(const ProfileInfo&, const ProfileInfo&) = default;
};

}  // namespace mcim::msg
