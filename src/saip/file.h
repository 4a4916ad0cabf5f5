// A file inside a profile element: its control parameters and its content (TCA interoperable format 8.3).
#pragma once
#include "mcim/der/leaf.h"

namespace mcim::saip {

using der::Tag;

struct PeHeader {
    std::optional<der::Null> mandated;  ///< a card that cannot do this element must refuse the profile
    std::uint16_t identification = 0;   ///< UInt15
    der::Extensions more;
    static constexpr auto asn1 = der::sequence("PEHeader", der::field<&PeHeader::mandated>("mandated", Tag{0x80}),
                                               der::field<&PeHeader::identification>("identification", Tag{0x81}));
};

/// TS 102 222 6.3.2.2.4
struct ProprietaryInfo {
    std::optional<der::OctetString<1, 1>> special_file_information;
    std::optional<der::OctetString<1, 200>> fill_pattern;    ///< last octet repeated to the end of file or record
    std::optional<der::OctetString<1, 200>> repeat_pattern;  ///< the whole repeated
    std::optional<der::OctetString<>> maximum_file_size;
    std::optional<der::OctetString<1, 1>> file_details;
    der::Extensions more;
    static constexpr auto asn1 = der::sequence(
        "ProprietaryInfo", der::field<&ProprietaryInfo::special_file_information>("specialFileInformation", Tag{0xC0}),
        der::field<&ProprietaryInfo::fill_pattern>("fillPattern", Tag{0xC1}),
        der::field<&ProprietaryInfo::repeat_pattern>("repeatPattern", Tag{0xC2}),
        der::field<&ProprietaryInfo::maximum_file_size>("maximumFileSize", Tag{0x86}),
        der::field<&ProprietaryInfo::file_details>("fileDetails", Tag{0x84}));
};

/// File control parameters. What is absent comes from the template.
struct Fcp {
    std::optional<der::OctetString<2, 4>> file_descriptor;
    std::optional<der::OctetString<2, 2>> file_id;  ///< an ADF's is temporary
    std::optional<der::OctetString<5, 16>> df_name;
    std::optional<der::OctetString<1, 1>> lcsi;
    std::optional<der::OctetString<1, 3>> security_attributes_referenced;
    std::optional<der::OctetString<>> ef_file_size;
    std::optional<der::OctetString<>> pin_status_template;
    std::optional<der::OctetString<0, 1>> short_ef_id;
    std::optional<ProprietaryInfo> proprietary_ef_info;
    std::optional<der::OctetString<0, 8>> link_path;
    der::Extensions more;
    static constexpr auto asn1 =
        der::sequence("Fcp", der::field<&Fcp::file_descriptor>("fileDescriptor", Tag{0x82}),
                      der::field<&Fcp::file_id>("fileID", Tag{0x83}), der::field<&Fcp::df_name>("dfName", Tag{0x84}),
                      der::field<&Fcp::lcsi>("lcsi", Tag{0x8A}),
                      der::field<&Fcp::security_attributes_referenced>("securityAttributesReferenced", Tag{0x8B}),
                      der::field<&Fcp::ef_file_size>("efFileSize", Tag{0x80}),
                      der::field<&Fcp::pin_status_template>("pinStatusTemplateDO", Tag{0xC6}),
                      der::field<&Fcp::short_ef_id>("shortEFID", Tag{0x88}),
                      der::field<&Fcp::proprietary_ef_info>("proprietaryEFInfo", Tag{0xA5}),
                      der::field<&Fcp::link_path>("linkPath", Tag{0xC7}));
};

/// One step of a File. Offsets count from the end of the step before.
struct FileItem {
    std::variant<der::Null, Fcp, std::uint16_t, der::OctetString<>, der::Any> value;
    static constexpr auto asn1 = der::choice("File", der::alternative<&FileItem::value, 0>("doNotCreate", Tag{0x80}),
                                             der::alternative<&FileItem::value, 1>("fileDescriptor", Tag{0xA1}),
                                             der::alternative<&FileItem::value, 2>("fillFileOffset", Tag{0x82}),
                                             der::alternative<&FileItem::value, 3>("fillFileContent", Tag{0x83}),
                                             der::alternative<&FileItem::value, 4>("...", der::untagged));
};
using File = std::vector<FileItem>;

}  // namespace mcim::saip
