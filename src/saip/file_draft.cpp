#include "mcim/saip/file_draft.h"

namespace mcim::saip {
namespace {

constexpr std::uint32_t record_octets_max = 255;  // TS 102 221 8.2.2.2
constexpr std::uint32_t records_max = 254;
constexpr FileId mf_id = 0x3F00;

std::uint8_t descriptor_of(NodeKind kind) {
    switch (kind) {
        case NodeKind::transparent: return 0x41;
        case NodeKind::linear_fixed: return 0x42;
        case NodeKind::cyclic: return 0x46;
        case NodeKind::ber_tlv: return 0x79;
        case NodeKind::mf:
        case NodeKind::df:
        case NodeKind::adf: break;
    }
    return 0x78;
}

/// TS 102 221 table 11.5
std::optional<NodeKind> kind_of(std::uint8_t descriptor) {
    const auto type = static_cast<std::uint8_t>(descriptor & 0xBFU);  // shareable or not
    if (type == 0x38) return NodeKind::df;
    if (type == 0x39) return NodeKind::ber_tlv;
    if (type == 0x01) return NodeKind::transparent;
    if (type == 0x02) return NodeKind::linear_fixed;
    if (type == 0x06) return NodeKind::cyclic;
    return std::nullopt;
}

std::uint32_t size_of(View octets) {
    std::uint32_t n = 0;
    for (const auto b : octets) n = n << 8U | b;
    return n;
}

/// Sizes take the fewest octets possible, at most four.
std::optional<std::uint32_t> size_from(View octets) {
    if (octets.empty() || octets.size() > 4 || (octets.size() > 1 && octets[0] == 0)) return std::nullopt;
    return size_of(octets);
}

}  // namespace

std::optional<FilePath> path_from(View octets) {
    if (octets.size() % 2 != 0) return std::nullopt;
    FilePath path;
    for (std::size_t i = 0; i < octets.size(); i += 2) {
        const auto id = static_cast<FileId>(size_of(octets.subspan(i, 2)));
        if (i != 0 || id != mf_id) path.push_back(id);
    }
    return path;
}

std::string text_of(const FilePath& path) {
    std::string out = "3F00";
    for (const FileId id : path)
        out += "/" + hex(Bytes{static_cast<std::uint8_t>(id >> 8U), static_cast<std::uint8_t>(id & 0xFFU)});
    return out;
}

FileDraft FileDraft::from_template(const FileRow& row) {
    FileDraft draft;
    draft.has_template_ = true;
    draft.node.kind = row.kind;
    draft.node.descriptor = descriptor_of(row.kind);
    draft.node.fid = row.fid;
    draft.node.name = row.name;
    draft.node.security.record = row.arr_record;
    if (row.short_id != 0) draft.node.short_id = row.short_id;
    if (is_busy(row.flags)) draft.node.special_information = 0x80;
    if (has_records(row.kind)) {
        draft.node.record_length = row.size;
        draft.node.record_count = row.records;
    }
    draft.template_size_ = row.size;
    draft.template_fill_ = row.fill;
    return draft;
}

Verdict FileDraft::apply(const Fcp& fcp) {
    if (fcp.file_descriptor)
        if (auto refused = apply_descriptor(*fcp.file_descriptor)) return refused;
    if (auto refused = apply_identity(fcp)) return refused;
    if (fcp.lcsi) node.life_cycle = fcp.lcsi->bytes[0];
    if (fcp.security_attributes_referenced) {
        const View ref = *fcp.security_attributes_referenced;
        if (ref.size() == 2) return bad("securityAttributesReferenced has one octet or three");
        node.security.record = ref.back();
        if (ref.size() == 3) {
            node.security.arr = static_cast<FileId>(size_of(ref.first(2)));
            arr_given = true;
        }
    }
    if (fcp.ef_file_size) {
        size_given_ = size_from(*fcp.ef_file_size);
        if (!size_given_) return bad("efFileSize takes one to four octets without a leading 00");
    }
    if (fcp.pin_status_template) {
        if (!is_directory(node.kind)) return bad("pinStatusTemplateDO is for directories");
        node.pin_status_template = fcp.pin_status_template->bytes;
    }
    if (fcp.proprietary_ef_info)
        if (auto refused = apply_proprietary(*fcp.proprietary_ef_info)) return refused;
    if (fcp.link_path && !fcp.link_path->bytes.empty()) {  // empty: an independent file, which is what we make anyway
        node.link = path_from(*fcp.link_path);
        if (!node.link || node.link->empty()) return bad("linkPath names no file");
    }
    return {};
}

Verdict FileDraft::apply_descriptor(View descriptor) {
    const auto kind = kind_of(descriptor[0]);
    if (!kind) return bad("file descriptor " + hex(descriptor) + " names no kind of file");
    if (has_template_ && is_directory(node.kind) != is_directory(*kind))
        return bad("a directory cannot become a file, nor a file a directory");
    if (!is_directory(*kind) || !has_template_) node.kind = *kind;
    node.descriptor = descriptor[0];
    if (has_records(*kind) && descriptor.size() > 2) {
        const std::uint32_t length = size_of(descriptor.subspan(2));
        if (length == 0 || length > record_octets_max) return bad("records have 1 to 255 octets");
        node.record_length = static_cast<std::uint16_t>(length);
    }
    return {};
}

Verdict FileDraft::apply_identity(const Fcp& fcp) {
    if (fcp.file_id) node.fid = static_cast<FileId>(size_of(*fcp.file_id));
    if (fcp.df_name) {
        if (!has_template_ && node.kind == NodeKind::df) node.kind = NodeKind::adf;
        if (node.kind != NodeKind::adf) return bad("dfName is for ADFs");
        node.aid = fcp.df_name->bytes;
    }
    if (!fcp.short_ef_id) {
        if (has_template_ || is_directory(node.kind)) return {};
        // TS 102 221 8.6: for want of a short ID the last five bits of the file ID are it
        const auto derived = static_cast<std::uint8_t>(node.fid & 0x1FU);
        if (derived == 0 || derived == 31) return {};
        node.short_id = derived;
        short_id_derived = true;
        return {};
    }
    if (is_directory(node.kind)) return bad("shortEFID is for files");
    node.short_id.reset();
    if (fcp.short_ef_id->bytes.empty()) return {};
    const std::uint8_t coded = fcp.short_ef_id->bytes[0];
    if ((coded & 7U) != 0 || coded == 0 || coded == 0xF8) return bad("shortEFID is 1 to 30 in bits 8 to 4");
    node.short_id = static_cast<std::uint8_t>(coded >> 3U);
    return {};
}

Verdict FileDraft::apply_proprietary(const ProprietaryInfo& info) {
    if (info.fill_pattern && info.repeat_pattern) return bad("fillPattern and repeatPattern exclude each other");
    if (info.special_file_information) node.special_information = info.special_file_information->bytes[0];
    if (info.fill_pattern) pattern_ = info.fill_pattern->bytes;
    if (info.repeat_pattern) pattern_ = info.repeat_pattern->bytes;
    pattern_repeats_ = info.repeat_pattern.has_value();
    if (info.maximum_file_size) {
        node.maximum_size = size_from(*info.maximum_file_size);
        if (!node.maximum_size) return bad("maximumFileSize takes one to four octets without a leading 00");
    }
    if (info.file_details) node.file_details = info.file_details->bytes[0];
    return {};
}

Verdict FileDraft::settle(std::size_t octets_max) {
    if (is_directory(node.kind)) {
        if (size_given_) return bad("efFileSize is for files");
        if (node.kind == NodeKind::adf && node.aid.empty()) return bad("an ADF needs its dfName");
        if (node.kind != NodeKind::mf && (node.fid == 0 || node.fid == mf_id))
            return bad("the directory needs a file ID of its own");
        return {};
    }
    if (node.fid == 0) return bad("the file needs a file ID");
    if (node.link) return size_given_ ? Verdict(bad("a link has the size of its target")) : Verdict();
    if (has_records(node.kind)) {
        if (auto refused = settle_records()) return refused;
    } else {
        node.size = size_given_.value_or(template_size_);
    }
    if (node.size == 0) return bad("the file needs a size");
    if (node.size > octets_max)
        return Refusal{PeStatusCode::not_enough_memory, std::to_string(node.size) + " octets for one file", {}};
    if (node.kind == NodeKind::ber_tlv) return {};
    const std::size_t unit = has_records(node.kind) ? node.record_length : node.size;
    const Bytes one = filled(unit);
    node.content.reserve(node.size);
    while (node.content.size() < node.size) append(node.content, one);
    return {};
}

Verdict FileDraft::settle_records() {
    if (node.record_length == 0) return bad("the file needs a record length");
    if (size_given_) {
        if (*size_given_ % node.record_length != 0) return bad("the size is no multiple of the record length");
        const std::uint32_t count = *size_given_ / node.record_length;
        if (count == 0 || count > records_max) return bad("1 to 254 records");
        node.record_count = static_cast<std::uint16_t>(count);
    }
    if (node.record_count == 0) return bad("the file needs a number of records");
    node.size = std::uint32_t{node.record_length} * node.record_count;
    return {};
}

Bytes FileDraft::filled(std::size_t octets) const {
    if (pattern_.empty()) return initial_content(template_fill_, octets);
    Bytes out(octets);
    for (std::size_t i = 0; i < octets; ++i)
        out[i] = pattern_[pattern_repeats_ ? i % pattern_.size() : std::min(i, pattern_.size() - 1)];
    return out;
}

Verdict FileDraft::skip(std::size_t octets) {
    if (is_directory(node.kind) || node.link) return bad("only a file of its own has content");
    if (octets > node.size - position_) return bad("fillFileOffset leads beyond the file's size");
    position_ += octets;
    return {};
}

Verdict FileDraft::write(View content) {
    if (is_directory(node.kind) || node.link) return bad("only a file of its own has content");
    if (content.size() > node.size - position_)
        return bad("content of " + std::to_string(position_ + content.size()) + " octets in a file of " +
                   std::to_string(node.size));
    if (node.content.size() < position_ + content.size()) node.content.resize(position_ + content.size());
    std::copy(content.begin(), content.end(), node.content.begin() + static_cast<std::ptrdiff_t>(position_));
    position_ += content.size();
    return {};
}

}  // namespace mcim::saip
