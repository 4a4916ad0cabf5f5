// The file-bearing profile elements and their templates (TCA interoperable format, Annex A): one row for every
// component after header and templateID. Row i is component i + 2 of the element.
#pragma once
#include <span>
#include <string_view>

#include "mcim/der/tlv.h"
#include "mcim/saip/image.h"

namespace mcim::saip {

enum class RowFlags : std::uint8_t {
    none = 0,
    required = 1,  ///< not OPTIONAL in PE_Definitions
    busy = 2,      ///< high update activity
    required_and_busy = 3,
};
[[nodiscard]] constexpr bool is_required(RowFlags f) { return (static_cast<unsigned>(f) & 1U) != 0; }
[[nodiscard]] constexpr bool is_busy(RowFlags f) { return (static_cast<unsigned>(f) & 2U) != 0; }

/// What a template says of a file. 0 in a number: the file control parameters of the package must say it.
struct FileRow {
    std::string_view name;  ///< of the component in PE_Definitions
    NodeKind kind = NodeKind::transparent;
    FileId fid = 0;
    std::uint16_t records = 0;
    std::uint16_t size = 0;        ///< of the file, or of one record
    std::uint8_t arr_record = 14;  ///< in EF_ARR 2F06 for the MF, ADFs and what lies in the MF, else in 6F06
    std::uint8_t short_id = 0;
    /// Initial content: hex whose last octet repeats; "(...)" repeats as a whole; "..tail" is filled with FF before
    /// the tail. Empty: FF. Applies to every record.
    std::string_view fill{};
    RowFlags flags = RowFlags::none;
};
/// A template, by its last arcs below 2.23.143.1.2. Older ones know fewer components.
struct TemplateVersion {
    std::string_view oid;
    std::size_t rows = 0;  ///< 0: all
};
struct FileElementType {
    der::Tag tag;                ///< in the CHOICE ProfileElement
    std::string_view name;       ///< "usim"
    std::string_view service{};  ///< of ServicesList, that the element needs; empty: none
    bool created_by_default = false;
    std::span<const FileRow> rows{};
    std::span<const TemplateVersion> templates{};
};
/// Where an older template differs from the row.
struct TemplateDifference {
    std::string_view oid;
    std::string_view name;
    std::uint16_t records = 0;
    std::uint16_t size = 0;
};

[[nodiscard]] std::span<const FileElementType> file_element_types();
[[nodiscard]] const FileElementType* find_file_element_type(der::Tag);
[[nodiscard]] const FileElementType* find_file_element_type(std::string_view name);
/// The element whose template this is; null where no element has it. Dotted.
[[nodiscard]] const FileElementType* find_template(std::string_view oid);
/// The newest template of an element, dotted.
[[nodiscard]] std::string newest_template(const FileElementType&);
/// The row as the named template has it.
[[nodiscard]] FileRow row_of(const FileElementType&, std::size_t row, std::string_view template_oid);
/// `octets` octets of initial content by FileRow::fill.
[[nodiscard]] Bytes initial_content(std::string_view fill, std::size_t octets);

// The tables, in templates_*.cpp.
[[nodiscard]] std::span<const FileElementType> mf_and_telecom_types();
[[nodiscard]] std::span<const FileElementType> usim_types();
[[nodiscard]] std::span<const FileElementType> other_application_types();

}  // namespace mcim::saip
