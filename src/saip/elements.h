// The profile elements that are no file systems, declared once from PE_Definitions 3.3.1 (TCA interoperable format,
// clause 8). AUTOMATIC TAGS: where no component is tagged by hand, component n has context tag n. Components with
// DEFAULT are optional here, so that a default that somebody wrote out stays.
#pragma once
#include "mcim/saip/file.h"
#include "mcim/saip/secret_octets.h"

namespace mcim::saip {

using ApplicationIdentifier = der::OctetString<5, 16>;

/// ServicesList: named NULLs, numbered from 0 in the order of service_names(). Unknown ones are kept.
struct ServicesList {
    std::vector<std::uint8_t> present;  ///< ascending
    der::Extensions more;
    [[nodiscard]] bool has(std::string_view name) const;
};
[[nodiscard]] std::span<const std::string_view> service_names();
/// The number of a service. The name must be one of service_names().
[[nodiscard]] std::uint8_t service(std::string_view name);

struct MandatoryAid {
    ApplicationIdentifier aid;
    der::OctetString<2, 2> version;
    der::Extensions more;
    static constexpr auto asn1 = der::sequence("eUICC-Mandatory-AIDs", der::field<&MandatoryAid::aid>("aid", Tag{0x80}),
                                               der::field<&MandatoryAid::version>("version", Tag{0x81}));
};
struct IotOptions {
    der::OctetString<7, 11> pix;
    der::Extensions more;
    static constexpr auto asn1 = der::sequence("IotOptions", der::field<&IotOptions::pix>("pix", Tag{0x80}));
};

}  // namespace mcim::saip
template <>
struct mcim::der::Codec<mcim::saip::ServicesList> {
    using T = mcim::saip::ServicesList;
    static constexpr Tag tag{0x30};
    static void write(Writer&, const T&);
    static Result<T> read(Reader);
    static std::string print(const T&);
    static T arbitrary(Source&);
};
namespace mcim::saip {

struct ProfileHeader {
    std::uint8_t major_version = 3;
    std::uint8_t minor_version = 3;
    std::optional<der::Utf8String<1, 100>> profile_type;
    der::OctetString<10, 10> iccid;  ///< digits in their order, not swapped as in EF_ICCID
    std::optional<der::OctetString<>> pol;
    ServicesList mandatory_services;
    std::vector<der::Oid> mandatory_gfste_list;
    std::optional<der::OctetString<>> connectivity_parameters;
    std::optional<std::vector<MandatoryAid>> mandatory_aids;
    std::optional<IotOptions> iot_options;
    der::Extensions more;
    static constexpr auto asn1 = der::sequence(
        "ProfileHeader", der::field<&ProfileHeader::major_version>("major-version", Tag{0x80}),
        der::field<&ProfileHeader::minor_version>("minor-version", Tag{0x81}),
        der::field<&ProfileHeader::profile_type>("profileType", Tag{0x82}),
        der::field<&ProfileHeader::iccid>("iccid", Tag{0x83}), der::field<&ProfileHeader::pol>("pol", Tag{0x84}),
        der::field<&ProfileHeader::mandatory_services>("eUICC-Mandatory-services", Tag{0xA5}),
        der::field<&ProfileHeader::mandatory_gfste_list>("eUICC-Mandatory-GFSTEList", Tag{0xA6}),
        der::field<&ProfileHeader::connectivity_parameters>("connectivityParameters", Tag{0x87}),
        der::field<&ProfileHeader::mandatory_aids>("eUICC-Mandatory-AIDs", Tag{0xA8}),
        der::field<&ProfileHeader::iot_options>("iotOptions", Tag{0xA9}));
};

// ---------------------------------------------------------------- files by command

/// Tagged by hand, so fillFileOffset keeps its universal tag.
struct FileCommand {
    std::variant<der::OctetString<0, 8>, Fcp, std::uint16_t, der::OctetString<>, der::Any> value;
    static constexpr auto asn1 =
        der::choice("FileManagement", der::alternative<&FileCommand::value, 0>("filePath", Tag{0x80}),
                    der::alternative<&FileCommand::value, 1>("createFCP", Tag{0x62}),
                    der::alternative<&FileCommand::value, 2>("fillFileOffset", Tag{0x02}),
                    der::alternative<&FileCommand::value, 3>("fillFileContent", Tag{0x81}),
                    der::alternative<&FileCommand::value, 4>("...", der::untagged));
};
struct GenericFileManagement {
    PeHeader header;
    std::vector<std::vector<FileCommand>> commands;
    der::Extensions more;
    static constexpr auto asn1 =
        der::sequence("PE-GenericFileManagement", der::field<&GenericFileManagement::header>("gfm-header", Tag{0xA0}),
                      der::field<&GenericFileManagement::commands>("fileManagementCMD", Tag{0xA1}));
};

// ---------------------------------------------------------------- PIN and PUK

struct PinConfiguration {
    std::uint8_t key_reference = 1;
    SecretOctets<8, 8> value;
    std::optional<std::uint8_t> unblocking_reference;
    std::optional<std::uint8_t> attributes;  ///< DEFAULT 7
    std::optional<std::uint8_t> attempts;    ///< DEFAULT 0x33: maximum, left
    der::Extensions more;
    [[nodiscard]] std::uint8_t attributes_or_default() const { return attributes.value_or(7); }
    [[nodiscard]] std::uint8_t attempts_or_default() const { return attempts.value_or(0x33); }
    static constexpr auto asn1 =
        der::sequence("PINConfiguration", der::field<&PinConfiguration::key_reference>("keyReference", Tag{0x80}),
                      der::field<&PinConfiguration::value>("pinValue", Tag{0x81}),
                      der::field<&PinConfiguration::unblocking_reference>("unblockingPINReference", Tag{0x82}),
                      der::field<&PinConfiguration::attributes>("pinAttributes", Tag{0x83}),
                      der::field<&PinConfiguration::attempts>("maxNumOfAttemps-retryNumLeft", Tag{0x84}));
};
struct PinCodesChoice {
    std::variant<std::vector<PinConfiguration>, der::OctetString<0, 8>> value;
    static constexpr auto asn1 =
        der::choice("pinCodes", der::alternative<&PinCodesChoice::value, 0>("pinconfig", Tag{0xA0}),
                    der::alternative<&PinCodesChoice::value, 1>("filePath", Tag{0x81}));
};
struct PinCodes {
    PeHeader header;
    PinCodesChoice codes;  ///< a CHOICE is tagged explicitly
    der::Extensions more;
    static constexpr auto asn1 = der::sequence("PE-PINCodes", der::field<&PinCodes::header>("pin-Header", Tag{0xA0}),
                                               der::field<&PinCodes::codes>("pinCodes", Tag{0xA1}));
};

struct PukConfiguration {
    std::uint8_t key_reference = 1;
    SecretOctets<8, 8> value;
    std::optional<std::uint8_t> attempts;  ///< DEFAULT 0xAA
    der::Extensions more;
    [[nodiscard]] std::uint8_t attempts_or_default() const { return attempts.value_or(0xAA); }
    static constexpr auto asn1 =
        der::sequence("PUKConfiguration", der::field<&PukConfiguration::key_reference>("keyReference", Tag{0x80}),
                      der::field<&PukConfiguration::value>("pukValue", Tag{0x81}),
                      der::field<&PukConfiguration::attempts>("maxNumOfAttemps-retryNumLeft", Tag{0x82}));
};
struct PukCodes {
    PeHeader header;
    std::vector<PukConfiguration> codes;
    der::Extensions more;
    static constexpr auto asn1 = der::sequence("PE-PUKCodes", der::field<&PukCodes::header>("puk-Header", Tag{0xA0}),
                                               der::field<&PukCodes::codes>("pukCodes", Tag{0xA1}));
};

// ---------------------------------------------------------------- authentication

enum class AlgorithmId : std::int32_t { milenage = 1, tuak = 2, usim_test_algorithm = 3 };

struct MappingParameter {
    der::OctetString<1, 1> options;
    ApplicationIdentifier source;
    der::Extensions more;
    static constexpr auto asn1 =
        der::sequence("MappingParameter", der::field<&MappingParameter::options>("mappingOptions", Tag{0x80}),
                      der::field<&MappingParameter::source>("mappingSource", Tag{0x81}));
};
struct AlgoParameter {
    AlgorithmId algorithm = AlgorithmId::milenage;
    der::OctetString<1, 1> options;
    SecretOctets<> key;
    SecretOctets<> opc;
    std::optional<der::OctetString<5, 5>> rotation_constants;
    std::optional<der::OctetString<80, 80>> xoring_constants;
    std::optional<der::OctetString<3, 3>> auth_counter_max;
    std::optional<std::uint8_t> number_of_keccak;  ///< DEFAULT 1
    der::Extensions more;
    static constexpr auto asn1 = der::sequence(
        "AlgoParameter", der::field<&AlgoParameter::algorithm>("algorithmID", Tag{0x80}),
        der::field<&AlgoParameter::options>("algorithmOptions", Tag{0x81}),
        der::field<&AlgoParameter::key>("key", Tag{0x82}), der::field<&AlgoParameter::opc>("opc", Tag{0x83}),
        der::field<&AlgoParameter::rotation_constants>("rotationConstants", Tag{0x84}),
        der::field<&AlgoParameter::xoring_constants>("xoringConstants", Tag{0x85}),
        der::field<&AlgoParameter::auth_counter_max>("authCounterMax", Tag{0x86}),
        der::field<&AlgoParameter::number_of_keccak>("numberOfKeccak", Tag{0x87}));
};
struct AlgoConfiguration {
    std::variant<MappingParameter, AlgoParameter> value;
    static constexpr auto asn1 =
        der::choice("algoConfiguration", der::alternative<&AlgoConfiguration::value, 0>("mappingParameter", Tag{0xA0}),
                    der::alternative<&AlgoConfiguration::value, 1>("algoParameter", Tag{0xA1}));
};
struct AkaParameter {
    PeHeader header;
    AlgoConfiguration configuration;
    std::optional<der::OctetString<1, 1>> sqn_options;    ///< DEFAULT 02
    std::optional<der::OctetString<6, 6>> sqn_delta;      ///< DEFAULT 000010000000
    std::optional<der::OctetString<6, 6>> sqn_age_limit;  ///< DEFAULT 000010000000
    std::optional<std::vector<der::OctetString<6, 6>>> sqn_init;
    der::Extensions more;
    static constexpr auto asn1 =
        der::sequence("PE-AKAParameter", der::field<&AkaParameter::header>("aka-header", Tag{0xA0}),
                      der::field<&AkaParameter::configuration>("algoConfiguration", Tag{0xA1}),
                      der::field<&AkaParameter::sqn_options>("sqnOptions", Tag{0x82}),
                      der::field<&AkaParameter::sqn_delta>("sqnDelta", Tag{0x83}),
                      der::field<&AkaParameter::sqn_age_limit>("sqnAgeLimit", Tag{0x84}),
                      der::field<&AkaParameter::sqn_init>("sqnInit", Tag{0xA5}));
};

struct CdmaParameter {
    PeHeader header;
    SecretOctets<8, 8> authentication_key;
    std::optional<SecretOctets<16, 16>> ssd;
    std::optional<SecretOctets<2, 32>> hrpd_access_authentication_data;
    std::optional<SecretOctets<3, 483>> simple_ip_authentication_data;
    std::optional<SecretOctets<5, 957>> mobile_ip_authentication_data;
    der::Extensions more;
    static constexpr auto asn1 = der::sequence(
        "PE-CDMAParameter", der::field<&CdmaParameter::header>("cdma-header", Tag{0xA0}),
        der::field<&CdmaParameter::authentication_key>("authenticationKey", Tag{0x81}),
        der::field<&CdmaParameter::ssd>("ssd", Tag{0x82}),
        der::field<&CdmaParameter::hrpd_access_authentication_data>("hrpdAccessAuthenticationData", Tag{0x83}),
        der::field<&CdmaParameter::simple_ip_authentication_data>("simpleIPAuthenticationData", Tag{0x84}),
        der::field<&CdmaParameter::mobile_ip_authentication_data>("mobileIPAuthenticationData", Tag{0x85}));
};

// ---------------------------------------------------------------- the rest

struct NonStandard {
    PeHeader header;
    der::Oid issuer;
    der::OctetString<> content;
    der::Extensions more;
    static constexpr auto asn1 =
        der::sequence("PE-NonStandard", der::field<&NonStandard::header>("nonStandard-header", Tag{0xA0}),
                      der::field<&NonStandard::issuer>("issuerID", Tag{0x81}),
                      der::field<&NonStandard::content>("content", Tag{0x82}));
};
struct End {
    PeHeader header;
    der::Extensions more;
    static constexpr auto asn1 = der::sequence("PE-End", der::field<&End::header>("end-header", Tag{0xA0}));
};

}  // namespace mcim::saip
