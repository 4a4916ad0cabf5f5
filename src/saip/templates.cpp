#include "mcim/saip/templates.h"

#include <algorithm>

namespace mcim::saip {
namespace {

constexpr std::string_view template_arc = "2.23.143.1.2.";

/// Annex A of earlier versions.
constexpr TemplateDifference differences[] = {
    {"4", "ef-ust", 0, 14},           {"13", "ef-5gs3gppnsc", 1, 57},    {"13", "ef-5gsn3gppnsc", 1, 57},
    {"13.2", "ef-5gs3gppnsc", 1, 57}, {"13.2", "ef-5gsn3gppnsc", 1, 57},
};

std::vector<FileElementType> all_types() {
    std::vector<FileElementType> all;
    for (const auto part : {mf_and_telecom_types(), usim_types(), other_application_types()})
        all.insert(all.end(), part.begin(), part.end());
    return all;
}

std::string_view below_template_arc(std::string_view oid) {
    return oid.starts_with(template_arc) ? oid.substr(template_arc.size()) : std::string_view{};
}

}  // namespace

std::span<const FileElementType> file_element_types() {
    static const std::vector<FileElementType> all = all_types();
    return all;
}

const FileElementType* find_file_element_type(der::Tag tag) {
    for (const auto& type : file_element_types())
        if (type.tag == tag) return &type;
    return nullptr;
}

const FileElementType* find_file_element_type(std::string_view name) {
    for (const auto& type : file_element_types())
        if (type.name == name) return &type;
    return nullptr;
}

const FileElementType* find_template(std::string_view oid) {
    const auto arcs = below_template_arc(oid);
    for (const auto& type : file_element_types())
        if (std::ranges::find(type.templates, arcs, &TemplateVersion::oid) != type.templates.end()) return &type;
    return nullptr;
}

std::string newest_template(const FileElementType& type) {
    return std::string(template_arc) + std::string(type.templates.back().oid);
}

FileRow row_of(const FileElementType& type, std::size_t row, std::string_view template_oid) {
    FileRow out = type.rows[row];
    for (const auto& d : differences) {
        if (d.oid != below_template_arc(template_oid) || d.name != out.name) continue;
        out.records = d.records;
        out.size = d.size;
    }
    return out;
}

Bytes initial_content(std::string_view fill, std::size_t octets) {
    Bytes out(octets, 0xFF);
    const bool whole = fill.starts_with('(');
    const bool at_end = fill.starts_with("..");
    if (whole) fill = fill.substr(1, fill.size() - 2);
    if (at_end) fill.remove_prefix(2);
    const auto pattern = from_hex(fill);
    if (!pattern || pattern->empty()) return out;
    const std::size_t tail_at = octets > pattern->size() ? octets - pattern->size() : 0;
    for (std::size_t i = 0; i < octets; ++i) {
        if (at_end)
            out[i] = i < tail_at ? 0xFF : (*pattern)[i - tail_at];
        else
            out[i] = (*pattern)[whole ? i % pattern->size() : std::min(i, pattern->size() - 1)];
    }
    return out;
}

}  // namespace mcim::saip
