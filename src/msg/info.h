// What a card and a device say of themselves: EUICCInfo1/2, DeviceInfo, addresses, EID, rules authorisation table.
#pragma once
#include "mcim/msg/types.h"

namespace mcim::msg {

struct GetEuiccInfo1Request {
    der::Extensions more;
    static constexpr auto asn1 = der::sequence("GetEuiccInfo1Request", Tag{0xBF20});
    friend bool operator==(const GetEuiccInfo1Request&, const GetEuiccInfo1Request&) = default;
};
struct EUICCInfo1 {
    VersionType svn;
    std::vector<SubjectKeyIdentifier> euicc_ci_pk_id_list_for_verification;
    std::vector<SubjectKeyIdentifier> euicc_ci_pk_id_list_for_signing;
    der::Extensions more;
    static constexpr auto asn1 = der::sequence(
        "EUICCInfo1", Tag{0xBF20}, der::field<&EUICCInfo1::svn>("svn", Tag{0x82}),
        der::field<&EUICCInfo1::euicc_ci_pk_id_list_for_verification>("euiccCiPKIdListForVerification", Tag{0xA9}),
        der::field<&EUICCInfo1::euicc_ci_pk_id_list_for_signing>("euiccCiPKIdListForSigning", Tag{0xAA}));
    friend bool operator==(const EUICCInfo1&, const EUICCInfo1&) = default;
};

/// Bits of UICCCapability (PEDefinitions) that this project names.
enum class UiccCapabilityBit : std::uint8_t {
    contactless = 0,
    usim = 1,
    isim = 2,
    csim = 3,
    aka_milenage = 4,
    aka_cave = 5,
    aka_tuak128 = 6,
    aka_tuak256 = 7,
    usim_test_algorithm = 8,
    javacard = 14,
    multiple_usim = 16,
    ber_tlv_file = 19,
    df_link = 20,
    get_identity = 22,
    profile_a_x25519 = 23,
    profile_b_p256 = 24,
};
/// Bits of RspCapability.
enum class RspCapabilityBit : std::uint8_t {
    additional_profile = 0,
    crl_support = 1,
    rpm_support = 2,
    test_profile_support = 3
};
enum class EuiccCategory : std::int32_t { other = 0, basic_euicc = 1, medium_euicc = 2, contactless_euicc = 3 };
/// Bits of PprIds.
enum class PprBit : std::uint8_t { ppr_update_control = 0, ppr1 = 1, ppr2 = 2 };
using PprIds = der::BitString;

struct CertificationDataObject {
    Utf8 platform_label;
    Utf8 discovery_base_url;
    der::Extensions more;
    static constexpr auto asn1 = der::sequence(
        "CertificationDataObject", der::field<&CertificationDataObject::platform_label>("platformLabel", Tag{0x80}),
        der::field<&CertificationDataObject::discovery_base_url>("discoveryBaseURL", Tag{0x81}));
    friend bool operator==(const CertificationDataObject&, const CertificationDataObject&) = default;
};

struct GetEuiccInfo2Request {
    der::Extensions more;
    static constexpr auto asn1 = der::sequence("GetEuiccInfo2Request", Tag{0xBF22});
    friend bool operator==(const GetEuiccInfo2Request&, const GetEuiccInfo2Request&) = default;
};
struct EUICCInfo2 {
    VersionType profile_version;
    VersionType svn;
    VersionType euicc_firmware_ver;
    OctetString ext_card_resource;  ///< TS 102 226 8.2.1.7.2: tags 81 applications, 82 free non-volatile, 83 free
                                    ///< volatile memory
    der::BitString uicc_capability;
    std::optional<VersionType> ts102241_version;
    std::optional<VersionType> globalplatform_version;
    der::BitString rsp_capability;
    std::vector<SubjectKeyIdentifier> euicc_ci_pk_id_list_for_verification;
    std::vector<SubjectKeyIdentifier> euicc_ci_pk_id_list_for_signing;
    std::optional<EuiccCategory> euicc_category;
    std::optional<PprIds> forbidden_profile_policy_rules;
    VersionType pp_version;
    der::Utf8String<0, 64> sas_acreditation_number;  // spelled so in SGP.22
    std::optional<CertificationDataObject> certification_data_object;
    std::optional<der::BitString> tre_properties;
    std::optional<Utf8> tre_product_reference;
    std::optional<std::vector<VersionType>> additional_euicc_profile_package_versions;
    der::Extensions more;
    static constexpr auto asn1 = der::sequence(
        "EUICCInfo2", Tag{0xBF22}, der::field<&EUICCInfo2::profile_version>("profileVersion", Tag{0x81}),
        der::field<&EUICCInfo2::svn>("svn", Tag{0x82}),
        der::field<&EUICCInfo2::euicc_firmware_ver>("euiccFirmwareVer", Tag{0x83}),
        der::field<&EUICCInfo2::ext_card_resource>("extCardResource", Tag{0x84}),
        der::field<&EUICCInfo2::uicc_capability>("uiccCapability", Tag{0x85}),
        der::field<&EUICCInfo2::ts102241_version>("ts102241Version", Tag{0x86}),
        der::field<&EUICCInfo2::globalplatform_version>("globalplatformVersion", Tag{0x87}),
        der::field<&EUICCInfo2::rsp_capability>("rspCapability", Tag{0x88}),
        der::field<&EUICCInfo2::euicc_ci_pk_id_list_for_verification>("euiccCiPKIdListForVerification", Tag{0xA9}),
        der::field<&EUICCInfo2::euicc_ci_pk_id_list_for_signing>("euiccCiPKIdListForSigning", Tag{0xAA}),
        der::field<&EUICCInfo2::euicc_category>("euiccCategory", Tag{0x8B}),
        der::field<&EUICCInfo2::forbidden_profile_policy_rules>("forbiddenProfilePolicyRules", Tag{0x99}),
        der::field<&EUICCInfo2::pp_version>("ppVersion"),
        der::field<&EUICCInfo2::sas_acreditation_number>("sasAcreditationNumber"),
        der::field<&EUICCInfo2::certification_data_object>("certificationDataObject", Tag{0xAC}),
        der::field<&EUICCInfo2::tre_properties>("treProperties", Tag{0x8D}),
        der::field<&EUICCInfo2::tre_product_reference>("treProductReference", Tag{0x8E}),
        der::field<&EUICCInfo2::additional_euicc_profile_package_versions>("additionalEuiccProfilePackageVersions",
                                                                           Tag{0xAF}));
    friend bool operator==(const EUICCInfo2&, const EUICCInfo2&) = default;
};

struct DeviceAdditionalFeatureSupport {
    std::optional<VersionType> nai_support;
    der::Extensions more;
    static constexpr auto asn1 =
        der::sequence("DeviceAdditionalFeatureSupport",
                      der::field<&DeviceAdditionalFeatureSupport::nai_support>("naiSupport", Tag{0x80}));
    friend bool operator==(const DeviceAdditionalFeatureSupport&, const DeviceAdditionalFeatureSupport&) = default;
};
struct DeviceCapabilities {
    std::optional<VersionType> gsm, utran, cdma2000_onex, cdma2000_hrpd, cdma2000_ehrpd, eutran_epc, contactless,
        rsp_crl, nr_epc, nr_5gc, eutran_5gc, lpa_svn;
    std::optional<der::BitString> cat_supported_classes;
    std::optional<std::int32_t> euicc_form_factor_type;
    std::optional<DeviceAdditionalFeatureSupport> device_additional_feature_support;
    der::Extensions more;
    static constexpr auto asn1 =
        der::sequence("DeviceCapabilities", der::field<&DeviceCapabilities::gsm>("gsmSupportedRelease", Tag{0x80}),
                      der::field<&DeviceCapabilities::utran>("utranSupportedRelease", Tag{0x81}),
                      der::field<&DeviceCapabilities::cdma2000_onex>("cdma2000onexSupportedRelease", Tag{0x82}),
                      der::field<&DeviceCapabilities::cdma2000_hrpd>("cdma2000hrpdSupportedRelease", Tag{0x83}),
                      der::field<&DeviceCapabilities::cdma2000_ehrpd>("cdma2000ehrpdSupportedRelease", Tag{0x84}),
                      der::field<&DeviceCapabilities::eutran_epc>("eutranEpcSupportedRelease", Tag{0x85}),
                      der::field<&DeviceCapabilities::contactless>("contactlessSupportedRelease", Tag{0x86}),
                      der::field<&DeviceCapabilities::rsp_crl>("rspCrlSupportedVersion", Tag{0x87}),
                      der::field<&DeviceCapabilities::nr_epc>("nrEpcSupportedRelease", Tag{0x88}),
                      der::field<&DeviceCapabilities::nr_5gc>("nr5gcSupportedRelease", Tag{0x89}),
                      der::field<&DeviceCapabilities::eutran_5gc>("eutran5gcSupportedRelease", Tag{0x8A}),
                      der::field<&DeviceCapabilities::lpa_svn>("lpaSvn", Tag{0x8B}),
                      der::field<&DeviceCapabilities::cat_supported_classes>("catSupportedClasses", Tag{0x8C}),
                      der::field<&DeviceCapabilities::euicc_form_factor_type>("euiccFormFactorType", Tag{0x8D}),
                      der::field<&DeviceCapabilities::device_additional_feature_support>(
                          "deviceAdditionalFeatureSupport", Tag{0xAE}));
    friend bool operator==(const DeviceCapabilities&, const DeviceCapabilities&) = default;
};
struct DeviceInfo {
    Octet4 tac;
    DeviceCapabilities device_capabilities;
    std::optional<Octet8> imei;
    der::Extensions more;
    static constexpr auto asn1 =
        der::sequence("DeviceInfo", der::field<&DeviceInfo::tac>("tac", Tag{0x80}),
                      der::field<&DeviceInfo::device_capabilities>("deviceCapabilities", Tag{0xA1}),
                      der::field<&DeviceInfo::imei>("imei", Tag{0x82}));
    friend bool operator==(const DeviceInfo&, const DeviceInfo&) = default;
};

/// ES10c.GetEID: the tag list is '5A'.
struct GetEuiccDataRequest {
    Octet1 tag_list{{0x5A}};
    der::Extensions more;
    static constexpr auto asn1 = der::sequence("GetEuiccDataRequest", Tag{0xBF3E},
                                               der::field<&GetEuiccDataRequest::tag_list>("tagList", Tag{0x5C}));
    friend bool operator==(const GetEuiccDataRequest&, const GetEuiccDataRequest&) = default;
};
struct GetEuiccDataResponse {
    Octet16 eid_value;
    der::Extensions more;
    static constexpr auto asn1 = der::sequence("GetEuiccDataResponse", Tag{0xBF3E},
                                               der::field<&GetEuiccDataResponse::eid_value>("eidValue", Tag{0x5A}));
    friend bool operator==(const GetEuiccDataResponse&, const GetEuiccDataResponse&) = default;
};

struct EuiccConfiguredAddressesRequest {
    der::Extensions more;
    static constexpr auto asn1 = der::sequence("EuiccConfiguredAddressesRequest", Tag{0xBF3C});
    friend bool operator==(const EuiccConfiguredAddressesRequest&, const EuiccConfiguredAddressesRequest&) = default;
};
struct EuiccConfiguredAddressesResponse {
    std::optional<Utf8> default_dp_address;
    Utf8 root_ds_address;
    der::Extensions more;
    static constexpr auto asn1 =
        der::sequence("EuiccConfiguredAddressesResponse", Tag{0xBF3C},
                      der::field<&EuiccConfiguredAddressesResponse::default_dp_address>("defaultDpAddress", Tag{0x80}),
                      der::field<&EuiccConfiguredAddressesResponse::root_ds_address>("rootDsAddress", Tag{0x81}));
    friend bool operator==(const EuiccConfiguredAddressesResponse&, const EuiccConfiguredAddressesResponse&) = default;
};
struct SetDefaultDpAddressRequest {
    Utf8 default_dp_address;
    der::Extensions more;
    static constexpr auto asn1 =
        der::sequence("SetDefaultDpAddressRequest", Tag{0xBF3F},
                      der::field<&SetDefaultDpAddressRequest::default_dp_address>("defaultDpAddress", Tag{0x80}));
    friend bool operator==(const SetDefaultDpAddressRequest&, const SetDefaultDpAddressRequest&) = default;
};
enum class SetDefaultDpAddressResult : std::int32_t { ok = 0, undefined_error = 127 };
struct SetDefaultDpAddressResponse {
    SetDefaultDpAddressResult result{};
    der::Extensions more;
    static constexpr auto asn1 =
        der::sequence("SetDefaultDpAddressResponse", Tag{0xBF3F},
                      der::field<&SetDefaultDpAddressResponse::result>("setDefaultDpAddressResult", Tag{0x80}));
    friend bool operator==(const SetDefaultDpAddressResponse&, const SetDefaultDpAddressResponse&) = default;
};

struct OperatorId {
    der::OctetString<3, 3> mcc_mnc;  ///< TS 24.008 coding
    std::optional<OctetString> gid1;
    std::optional<OctetString> gid2;
    der::Extensions more;
    static constexpr auto asn1 = der::sequence("OperatorId", der::field<&OperatorId::mcc_mnc>("mccMnc", Tag{0x80}),
                                               der::field<&OperatorId::gid1>("gid1", Tag{0x81}),
                                               der::field<&OperatorId::gid2>("gid2", Tag{0x82}));
    friend bool operator==(const OperatorId&, const OperatorId&) = default;
};
/// TS 24.008 10.5.1.3: MCC of three digits, MNC of two or three.
[[nodiscard]] Result<der::OctetString<3, 3>> plmn_octets(std::string_view mcc, std::string_view mnc);

struct GetRatRequest {
    der::Extensions more;
    static constexpr auto asn1 = der::sequence("GetRatRequest", Tag{0xBF43});
    friend bool operator==(const GetRatRequest&, const GetRatRequest&) = default;
};
struct ProfilePolicyAuthorisationRule {
    PprIds ppr_ids;
    std::vector<OperatorId> allowed_operators;
    der::BitString ppr_flags;  ///< bit 0: consentRequired
    der::Extensions more;
    static constexpr auto asn1 = der::sequence(
        "ProfilePolicyAuthorisationRule", der::field<&ProfilePolicyAuthorisationRule::ppr_ids>("pprIds", Tag{0x80}),
        der::field<&ProfilePolicyAuthorisationRule::allowed_operators>("allowedOperators", Tag{0xA1}),
        der::field<&ProfilePolicyAuthorisationRule::ppr_flags>("pprFlags", Tag{0x82}));
    friend bool operator==(const ProfilePolicyAuthorisationRule&, const ProfilePolicyAuthorisationRule&) = default;
};
struct GetRatResponse {
    std::vector<ProfilePolicyAuthorisationRule> rat;
    der::Extensions more;
    static constexpr auto asn1 =
        der::sequence("GetRatResponse", Tag{0xBF43}, der::field<&GetRatResponse::rat>("rat", Tag{0xA0}));
    friend bool operator==(const GetRatResponse&, const GetRatResponse&) = default;
};

/// Part of the answer to SELECT ISD-R (SGP.22 5.7.1).
struct ISDRProprietaryApplicationTemplate {
    VersionType svn;
    std::optional<der::BitString> lpae_support;
    der::Extensions more;
    static constexpr auto asn1 =
        der::sequence("ISDRProprietaryApplicationTemplate", Tag{0xE0},
                      der::field<&ISDRProprietaryApplicationTemplate::svn>("svn", Tag{0x82}),
                      der::field<&ISDRProprietaryApplicationTemplate::lpae_support>("lpaeSupport"));
    friend bool operator==(const ISDRProprietaryApplicationTemplate&,
                           const ISDRProprietaryApplicationTemplate&) = default;
};

}  // namespace mcim::msg
