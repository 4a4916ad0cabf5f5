#include "mcim/saip/package.h"

#include <algorithm>

namespace mcim::saip {
namespace {

using der::Reader;
using der::type_of;

constexpr std::size_t first_file_component = 2;  // after header and templateID

Tag component_tag(std::size_t row) {
    const auto n = static_cast<std::uint32_t>(row + first_file_component);
    return Tag{n < 31 ? 0xA0U | n : 0xBF00U | n};
}

/// Data objects of a constructed TLV and below. Iterative, so that depth costs no stack; a malformed input counts up to
/// where it breaks, the decoder says why later.
std::size_t count_values(View der, std::size_t stop_at) {
    std::size_t count = 0;
    std::vector<Reader> open{Reader(der)};
    while (!open.empty() && count <= stop_at && open.size() < 64) {
        if (open.back().empty()) {
            open.pop_back();
            continue;
        }
        const auto tlv = open.back().read();
        if (!tlv) break;
        ++count;
        if (tlv->tag.constructed()) open.push_back(tlv->content);
    }
    return count;
}

/// "PE 4 (identification 8)"; the kind follows in the path.
std::string element_label(std::size_t number, const Reader::Tlv& tlv) {
    const std::string label = "PE " + std::to_string(number);
    if (tlv.tag == Tag{0xA0}) return label;  // ProfileHeader has no PEHeader
    Reader content = tlv.content;
    const auto first = content.read(Tag{0xA0});
    if (!first) return label;
    const auto header = der::decode<PeHeader>(Tag{0xA0}, first->whole);
    return header ? label + " (identification " + std::to_string(header->identification) + ")" : label;
}

}  // namespace

void write_file_element(const FileElementType&, der::Writer& w, const FileElement& e) {
    w.bytes(e.more.tlvs);
    for (auto entry = e.files.rbegin(); entry != e.files.rend(); ++entry)
        der::write_tlv(component_tag(entry->row), type_of<File>, w, &entry->file);
    der::write_tlv(Tag{0x81}, type_of<der::Oid>, w, &e.template_id);
    der::write_tlv(Tag{0xA0}, type_of<PeHeader>, w, &e.header);
}

std::optional<Error> read_file_element(const FileElementType& type, Reader in, FileElement& e) {
    if (auto failed = der::read_tlv(Tag{0xA0}, type_of<PeHeader>, in, &e.header))
        return std::move(*failed).within("header");
    if (auto failed = der::read_tlv(Tag{0x81}, type_of<der::Oid>, in, &e.template_id))
        return std::move(*failed).within("templateID");
    for (std::size_t row = 0; row < type.rows.size(); ++row) {
        const FileRow& facts = type.rows[row];
        if (in.peek() != component_tag(row)) {
            if (is_required(facts.flags))
                return in.error(in.empty() ? Errc::missing_field : Errc::bad_tag).within(facts.name);
            continue;
        }
        auto& entry = e.files.emplace_back();
        entry.row = row;
        if (auto failed = der::read_tlv(component_tag(row), type_of<File>, in, &entry.file))
            return std::move(*failed).within(facts.name);
    }
    const View rest = in.rest();
    while (!in.empty()) {
        const auto tlv = in.read();
        if (!tlv) return tlv.error();
        for (std::size_t row = 0; row < type.rows.size(); ++row)
            if (tlv->tag == component_tag(row))
                return in.error(Errc::bad_tag, "stands twice or out of its order").within(type.rows[row].name);
        if (tlv->tag == Tag{0xA0} || tlv->tag == Tag{0x81}) return in.error(Errc::bad_tag, "stands twice");
    }
    e.more.tlvs = to_bytes(rest);
    return {};
}

void print_file_element(const FileElementType& type, der::Printer& p, const FileElement& e) {
    p.line(type.name, "");
    p.push();
    type_of<PeHeader>.print(type_of<PeHeader>, p, "header", &e.header);
    p.line("templateID", e.template_id.text());
    for (const FileEntry& entry : e.files)
        type_of<File>.print(type_of<File>, p, type.rows[entry.row].name, &entry.file);
    if (!e.more.tlvs.empty()) p.line("...", hex(e.more.tlvs));
    p.pop();
}

void arbitrary_file_element(const FileElementType& type, der::Source& s, FileElement& e) {
    type_of<PeHeader>.arbitrary(type_of<PeHeader>, s, &e.header);
    e.template_id = der::Codec<der::Oid>::arbitrary(s);
    e.files.clear();
    for (std::size_t row = 0; row < type.rows.size(); ++row) {
        if (!is_required(type.rows[row].flags) && s.below(8) != 1) continue;
        auto& entry = e.files.emplace_back();
        entry.row = row;
        type_of<File>.arbitrary(type_of<File>, s, &entry.file);
    }
}

Result<ProfilePackage> parse(View der, const Limits& limits) {
    if (der.size() > limits.package_bytes_max)
        return fail(Errc::too_large, "profile package",
                    std::to_string(der.size()) + " octets, at most " + std::to_string(limits.package_bytes_max));
    if (der.empty()) return fail(Errc::truncated, "profile package", "no octets");
    if (count_values(der, limits.values_max) > limits.values_max)
        return fail(Errc::too_large, "profile package",
                    "more than " + std::to_string(limits.values_max) + " data objects");
    ProfilePackage package;
    Reader in(der);
    while (!in.empty()) {
        const std::size_t number = package.elements.size() + 1;
        if (number > limits.elements_max)
            return fail(Errc::too_large, "profile package",
                        "more than " + std::to_string(limits.elements_max) + " elements");
        Reader ahead = in;
        auto tlv = ahead.read();
        if (!tlv) return std::move(tlv).error().within("PE " + std::to_string(number));
        const auto label = element_label(number, *tlv);
        if ((tlv->whole[0] & 0xC0U) != 0x80)
            return in.error(Errc::bad_tag, "elements have context-specific tags").within(label);
        auto& element = package.elements.emplace_back();
        if (auto failed = der::read_tlv(der::untagged, type_of<ProfileElement>, in, &element))
            return std::move(*failed).within(label);
    }
    return package;
}

Bytes encode(const ProfilePackage& package) {
    der::Writer w;
    for (auto e = package.elements.rbegin(); e != package.elements.rend(); ++e)
        der::write_tlv(der::untagged, type_of<ProfileElement>, w, &*e);
    return std::move(w).finish();
}

std::string print(const ProfilePackage& package) {
    der::Printer p;
    for (const auto& e : package.elements) {
        if (files_of(e) != nullptr) {
            const der::Field& f = ProfileElement::asn1.alternatives[e.body.index()];
            f.type->print(*f.type, p, f.name, f.find(&e));
        } else {
            type_of<ProfileElement>.print(type_of<ProfileElement>, p, name_of(e), &e);
        }
    }
    return std::move(p).finish();
}

std::string_view name_of(const ProfileElement& e) { return ProfileElement::asn1.alternatives[e.body.index()].name; }

const PeHeader* header_of(const ProfileElement& e) {
    return std::visit(
        [](const auto& body) -> const PeHeader* {
            if constexpr (requires { body.header; })
                return &body.header;
            else
                return nullptr;
        },
        e.body);
}

const FileElement* files_of(const ProfileElement& e) {
    return std::visit(
        [](const auto& body) -> const FileElement* {
            if constexpr (std::is_base_of_v<FileElement, std::remove_cvref_t<decltype(body)>>)
                return &body;
            else
                return nullptr;
        },
        e.body);
}

FileElement* files_of(ProfileElement& e) {
    return const_cast<FileElement*>(files_of(std::as_const(e)));  // NOLINT: the element is not const
}

const FileElementType* file_type_of(const ProfileElement& e) {
    return files_of(e) == nullptr ? nullptr
                                  : find_file_element_type(ProfileElement::asn1.alternatives[e.body.index()].tag);
}

const ProfileHeader* profile_header_of(const ProfilePackage& package) {
    return package.elements.empty() ? nullptr : std::get_if<ProfileHeader>(&package.elements.front().body);
}

const File* find_file(const FileElementType& type, const FileElement& e, std::string_view name) {
    const auto at =
        std::ranges::find_if(e.files, [&](const FileEntry& entry) { return type.rows[entry.row].name == name; });
    return at == e.files.end() ? nullptr : &at->file;
}

}  // namespace mcim::saip
