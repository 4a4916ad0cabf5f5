// Security domains, applications and remote file management: the GlobalPlatform side of a profile (TCA interoperable
// format 8.6 to 8.8). These are tagged by hand, so untagged components keep their universal tags.
#pragma once
#include "mcim/saip/elements.h"

namespace mcim::saip {

struct AdditionalContactlessParameters {
    der::OctetString<> protocol_parameter_data;
    der::Extensions more;
    static constexpr auto asn1 = der::sequence(
        "TS102226AdditionalContactlessParameters",
        der::field<&AdditionalContactlessParameters::protocol_parameter_data>("protocolParameterData", Tag{0x80}));
};
struct ApplicationSystemParameters {
    std::optional<der::OctetString<2, 4>> volatile_memory_quota;
    std::optional<der::OctetString<2, 4>> non_volatile_memory_quota;
    std::optional<der::OctetString<>> global_service_parameters;
    std::optional<der::OctetString<>> implicit_selection_parameter;
    std::optional<der::OctetString<2, 4>> volatile_reserved_memory;
    std::optional<der::OctetString<2, 4>> non_volatile_reserved_memory;
    std::optional<der::OctetString<>> sim_file_access_toolkit_parameter;
    std::optional<AdditionalContactlessParameters> additional_contactless_parameters;
    std::optional<der::OctetString<>> contactless_protocol_parameters;
    std::optional<der::OctetString<>> user_interaction_contactless_parameters;
    std::optional<der::OctetString<2, 4>> cumulative_granted_volatile_memory;
    std::optional<der::OctetString<2, 4>> cumulative_granted_non_volatile_memory;
    der::Extensions more;
    using S = ApplicationSystemParameters;
    static constexpr auto asn1 = der::sequence(
        "ApplicationSystemParameters", der::field<&S::volatile_memory_quota>("volatileMemoryQuotaC7", Tag{0xC7}),
        der::field<&S::non_volatile_memory_quota>("nonVolatileMemoryQuotaC8", Tag{0xC8}),
        der::field<&S::global_service_parameters>("globalServiceParameters", Tag{0xCB}),
        der::field<&S::implicit_selection_parameter>("implicitSelectionParameter", Tag{0xCF}),
        der::field<&S::volatile_reserved_memory>("volatileReservedMemory", Tag{0xD7}),
        der::field<&S::non_volatile_reserved_memory>("nonVolatileReservedMemory", Tag{0xD8}),
        der::field<&S::sim_file_access_toolkit_parameter>("ts102226SIMFileAccessToolkitParameter", Tag{0xCA}),
        der::field<&S::additional_contactless_parameters>("ts102226AdditionalContactlessParameters", Tag{0xA0}),
        der::field<&S::contactless_protocol_parameters>("contactlessProtocolParameters", Tag{0xD9}),
        der::field<&S::user_interaction_contactless_parameters>("userInteractionContactlessParameters", Tag{0xDA}),
        der::field<&S::cumulative_granted_volatile_memory>("cumulativeGrantedVolatileMemory", Tag{0x82}),
        der::field<&S::cumulative_granted_non_volatile_memory>("cumulativeGrantedNonVolatileMemory", Tag{0x83}));
};
struct UiccApplicationParameters {
    std::optional<der::OctetString<>> toolkit;
    std::optional<der::OctetString<>> access;
    std::optional<der::OctetString<>> administrative_access;
    der::Extensions more;
    using S = UiccApplicationParameters;
    static constexpr auto asn1 = der::sequence(
        "UICCApplicationParameters",
        der::field<&S::toolkit>("uiccToolkitApplicationSpecificParametersField", Tag{0x80}),
        der::field<&S::access>("uiccAccessApplicationSpecificParametersField", Tag{0x81}),
        der::field<&S::administrative_access>("uiccAdministrativeAccessApplicationSpecificParametersField", Tag{0x82}));
};
struct ControlReferenceTemplate {
    der::OctetString<> application_provider_identifier;
    der::Extensions more;
    static constexpr auto asn1 = der::sequence("ControlReferenceTemplate",
                                               der::field<&ControlReferenceTemplate::application_provider_identifier>(
                                                   "applicationProviderIdentifier", Tag{0x5F20}));
};
struct ApplicationInstance {
    ApplicationIdentifier load_package;
    ApplicationIdentifier module;
    ApplicationIdentifier instance;
    std::optional<ApplicationIdentifier> extradite_security_domain;
    der::OctetString<> privileges;
    std::optional<der::OctetString<1, 1>> life_cycle_state;  ///< DEFAULT 07
    der::OctetString<> parameters;
    std::optional<ApplicationSystemParameters> system_parameters;
    std::optional<UiccApplicationParameters> application_parameters;
    std::optional<std::vector<SecretOctets<>>> process_data;
    std::optional<ControlReferenceTemplate> control_reference_template;
    der::Extensions more;
    using S = ApplicationInstance;
    static constexpr auto asn1 =
        der::sequence("ApplicationInstance", der::field<&S::load_package>("applicationLoadPackageAID", Tag{0x4F}),
                      der::field<&S::module>("classAID", Tag{0x4F}), der::field<&S::instance>("instanceAID", Tag{0x4F}),
                      der::field<&S::extradite_security_domain>("extraditeSecurityDomainAID", Tag{0x4F}),
                      der::field<&S::privileges>("applicationPrivileges", Tag{0x82}),
                      der::field<&S::life_cycle_state>("lifeCycleState", Tag{0x83}),
                      der::field<&S::parameters>("applicationSpecificParametersC9", Tag{0xC9}),
                      der::field<&S::system_parameters>("systemSpecificParameters", Tag{0xEF}),
                      der::field<&S::application_parameters>("applicationParameters", Tag{0xEA}),
                      der::field<&S::process_data>("processData"),
                      der::field<&S::control_reference_template>("controlReferenceTemplate", Tag{0xB0}));
};

struct KeyComponentElement {
    der::OctetString<> type;
    SecretOctets<> data;
    std::optional<std::uint8_t> mac_length;  ///< DEFAULT 8
    der::Extensions more;
    static constexpr auto asn1 =
        der::sequence("keyComponents", der::field<&KeyComponentElement::type>("keyType", Tag{0x80}),
                      der::field<&KeyComponentElement::data>("keyData", Tag{0x86}),
                      der::field<&KeyComponentElement::mac_length>("macLength", Tag{0x87}));
};
struct KeyObject {
    der::OctetString<1, 2> usage_qualifier;
    std::optional<der::OctetString<1, 1>> access;  ///< DEFAULT 00
    der::OctetString<1, 1> identifier;
    der::OctetString<1, 1> version;
    std::optional<der::OctetString<>> counter;
    std::vector<KeyComponentElement> components;
    der::Extensions more;
    static constexpr auto asn1 =
        der::sequence("KeyObject", der::field<&KeyObject::usage_qualifier>("keyUsageQualifier", Tag{0x95}),
                      der::field<&KeyObject::access>("keyAccess", Tag{0x96}),
                      der::field<&KeyObject::identifier>("keyIdentifier", Tag{0x82}),
                      der::field<&KeyObject::version>("keyVersionNumber", Tag{0x83}),
                      der::field<&KeyObject::counter>("keyCounterValue", Tag{0x85}),
                      der::field<&KeyObject::components>("keyComponents"));
};
struct OpenPersoData {
    std::optional<der::OctetString<1, 1>> restrict_parameter;
    std::optional<der::OctetString<>> contactless_protocol_parameters;
    der::Extensions more;
    static constexpr auto asn1 =
        der::sequence("openPersoData", der::field<&OpenPersoData::restrict_parameter>("restrictParameter", Tag{0xD9}),
                      der::field<&OpenPersoData::contactless_protocol_parameters>("contactlessProtocolParameters"));
};
struct CatTpParameters {
    std::uint16_t max_sdu_size = 0;
    std::uint16_t max_pdu_size = 0;
    der::Extensions more;
    static constexpr auto asn1 =
        der::sequence("catTpParameters", der::field<&CatTpParameters::max_sdu_size>("catTpMaxSduSize", Tag{0x80}),
                      der::field<&CatTpParameters::max_pdu_size>("catTpMaxPduSize", Tag{0x81}));
};
struct SecurityDomainElement {
    PeHeader header;
    ApplicationInstance instance;
    std::optional<std::vector<KeyObject>> keys;
    std::optional<std::vector<der::OctetString<>>> perso_data;
    std::optional<OpenPersoData> open_perso_data;
    std::optional<CatTpParameters> cat_tp_parameters;
    der::Extensions more;
    using S = SecurityDomainElement;
    static constexpr auto asn1 =
        der::sequence("PE-SecurityDomain", der::field<&S::header>("sd-Header", Tag{0xA0}),
                      der::field<&S::instance>("instance", Tag{0xA1}), der::field<&S::keys>("keyList", Tag{0xA2}),
                      der::field<&S::perso_data>("sdPersoData", Tag{0xA3}),
                      der::field<&S::open_perso_data>("openPersoData", Tag{0xA4}),
                      der::field<&S::cat_tp_parameters>("catTpParameters", Tag{0xA5}));
};

struct LoadPackage {
    ApplicationIdentifier aid;
    std::optional<ApplicationIdentifier> security_domain;
    std::optional<der::OctetString<>> non_volatile_code_limit;
    std::optional<der::OctetString<>> volatile_data_limit;
    std::optional<der::OctetString<>> non_volatile_data_limit;
    std::optional<der::OctetString<>> hash;
    der::OctetString<> load_block;
    der::Extensions more;
    static constexpr auto asn1 =
        der::sequence("ApplicationLoadPackage", der::field<&LoadPackage::aid>("loadPackageAID", Tag{0x4F}),
                      der::field<&LoadPackage::security_domain>("securityDomainAID", Tag{0x4F}),
                      der::field<&LoadPackage::non_volatile_code_limit>("nonVolatileCodeLimitC6", Tag{0xC6}),
                      der::field<&LoadPackage::volatile_data_limit>("volatileDataLimitC7", Tag{0xC7}),
                      der::field<&LoadPackage::non_volatile_data_limit>("nonVolatileDataLimitC8", Tag{0xC8}),
                      der::field<&LoadPackage::hash>("hashValue", Tag{0xC1}),
                      der::field<&LoadPackage::load_block>("loadBlockObject", Tag{0xC4}));
};
struct Application {
    PeHeader header;
    std::optional<LoadPackage> load_block;
    std::optional<std::vector<ApplicationInstance>> instances;
    der::Extensions more;
    static constexpr auto asn1 =
        der::sequence("PE-Application", der::field<&Application::header>("app-Header", Tag{0xA0}),
                      der::field<&Application::load_block>("loadBlock", Tag{0xA1}),
                      der::field<&Application::instances>("instanceList", Tag{0xA2}));
};

struct AdfRfmAccess {
    ApplicationIdentifier adf;
    der::OctetString<> access_domain;
    der::OctetString<> admin_access_domain;
    der::Extensions more;
    static constexpr auto asn1 =
        der::sequence("ADFRFMAccess", der::field<&AdfRfmAccess::adf>("adfAID", Tag{0x80}),
                      der::field<&AdfRfmAccess::access_domain>("adfAccessDomain", Tag{0x81}),
                      der::field<&AdfRfmAccess::admin_access_domain>("adfAdminAccessDomain", Tag{0x82}));
};
struct Rfm {
    PeHeader header;
    ApplicationIdentifier instance;
    std::optional<ApplicationIdentifier> security_domain;
    std::optional<std::vector<der::OctetString<3, 3>>> tar_list;
    der::OctetString<1, 1> minimum_security_level;
    der::OctetString<> uicc_access_domain;
    der::OctetString<> uicc_admin_access_domain;
    std::optional<AdfRfmAccess> adf_access;
    der::Extensions more;
    static constexpr auto asn1 =
        der::sequence("PE-RFM", der::field<&Rfm::header>("rfm-header", Tag{0xA0}),
                      der::field<&Rfm::instance>("instanceAID", Tag{0x4F}),
                      der::field<&Rfm::security_domain>("securityDomainAID", Tag{0x4F}),
                      der::field<&Rfm::tar_list>("tarList", Tag{0xA0}),
                      der::field<&Rfm::minimum_security_level>("minimumSecurityLevel", Tag{0x81}),
                      der::field<&Rfm::uicc_access_domain>("uiccAccessDomain"),
                      der::field<&Rfm::uicc_admin_access_domain>("uiccAdminAccessDomain"),
                      der::field<&Rfm::adf_access>("adfRFMAccess"));
};

}  // namespace mcim::saip
