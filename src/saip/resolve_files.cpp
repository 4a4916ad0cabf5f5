// Files of a profile: by template (TCA 8.3.2, Annex A) and by command (8.3.5).
#include <algorithm>

#include "mcim/saip/resolver.h"

namespace mcim::saip {
namespace {

constexpr FileId arr_under_mf = 0x2F06;
constexpr FileId arr_elsewhere = 0x6F06;

const File no_items;

bool is_do_not_create(const File& file) {
    return std::ranges::any_of(file,
                               [](const FileItem& item) { return std::holds_alternative<der::Null>(item.value); });
}

/// Present and not forbidden, or made by a template that needs no parameters. The MF's files are always made
/// (PE_Definitions, doNotCreate).
bool is_made(const FileElementType& type, std::size_t row, const File* file) {
    if (file != nullptr) return type.name == "mf" || !is_do_not_create(*file);
    return type.created_by_default && (is_directory(type.rows[row].kind) || type.rows[row].size != 0);
}

Verdict within(Verdict verdict, std::string_view name) {
    if (verdict) verdict->reason = std::string(name) + ": " + verdict->reason;
    return verdict;
}

}  // namespace

Verdict Resolver::visit_files(const FileElementType& type, const FileElement& element) {
    const bool application = type.rows[0].kind == NodeKind::adf;
    const bool of_application = !application && !type.service.empty();
    if (of_application && (!application_ || application_service_ != type.service))
        return refusal(PeStatusCode::invalid_parameter, "no " + std::string(type.service) + " before it");
    if (application && !card_.has("multiple-" + std::string(type.service)))
        for (const Node& n : image_.nodes)
            if (n.name == type.rows[0].name)
                return refusal(PeStatusCode::feature_not_supported, "a second " + std::string(type.service));
    const FilePath home = of_application ? *application_ : FilePath{};
    std::optional<FilePath> base = home;     // directories of the element lie here, its first one excepted
    std::optional<FilePath> current = home;  // and files here; nothing where their directory is not made
    for (std::size_t row = 0; row < type.rows.size(); ++row) {
        const bool directory = is_directory(type.rows[row].kind);
        const File* file = find_file(type, element, type.rows[row].name);
        if (!is_made(type, row, file)) {
            if (directory) current.reset();
            continue;
        }
        const auto& parent = directory ? base : current;
        if (!parent) return bad(std::string(type.rows[row].name) + ": its directory is not made");
        FilePath path;
        if (auto refused = visit_row(row_of(type, row, element.template_id.text()), file, *parent, path))
            return within(refused, type.rows[row].name);
        if (!directory) continue;
        current = path;
        if (row != 0) continue;
        base = path;
        if (!of_application) directory_ = path;
        if (!application) continue;
        application_ = path;
        application_service_ = type.service;
    }
    return {};
}

/// One component: template, then control parameters, then content. `path` is where it went.
Verdict Resolver::visit_row(const FileRow& facts, const File* file, const FilePath& parent, FilePath& path) {
    FileDraft draft = FileDraft::from_template(facts);
    bool settled = false;
    const auto settle = [&]() -> Verdict {
        if (std::exchange(settled, true)) return {};
        return draft.settle(card_.image_octets_max);
    };
    for (const FileItem& item : file == nullptr ? no_items : *file) {
        Verdict refused;
        if (const auto* fcp = std::get_if<Fcp>(&item.value)) {
            if (settled) return bad("file control parameters after content");
            refused = draft.apply(*fcp);
        } else if (const auto* offset = std::get_if<std::uint16_t>(&item.value)) {
            refused = settle();
            if (!refused) refused = draft.skip(*offset);
        } else if (const auto* content = std::get_if<der::OctetString<>>(&item.value)) {
            refused = settle();
            if (!refused) refused = draft.write(*content);
        }
        if (refused) return refused;
    }
    if (auto refused = settle()) return refused;
    path = parent;
    if (draft.node.kind != NodeKind::mf) path.push_back(draft.node.fid);
    return place(std::move(draft), parent);
}

/// The draft becomes a node below `parent`.
Verdict Resolver::place(FileDraft&& draft, const FilePath& parent) {
    Node& node = draft.node;
    if (node.kind == NodeKind::ber_tlv && !node.link && !card_.has("ber-tlv")) {
        if (mandated()) return refusal(PeStatusCode::feature_not_supported, "no BER-TLV files");
        note(PeStatusCode::feature_not_supported);
        return {};
    }
    if (is_directory(node.kind) && node.link && !card_.has("dfLink"))
        return refusal(PeStatusCode::feature_not_supported, "no linked directories");
    node.path = parent;
    if (node.kind != NodeKind::mf) node.path.push_back(node.fid);
    if (node.kind == NodeKind::adf) {
        if (!parent.empty()) return bad("an ADF lies under the MF");
        for (const Node& other : image_.nodes)
            if (other.aid == node.aid) return bad("two applications with one AID");
    }
    if (find(node.path) != nullptr) return bad(text_of(node.path) + " exists twice");
    if (!draft.arr_given) node.security.arr = parent.empty() ? arr_under_mf : arr_elsewhere;
    if (node.short_id)
        for (const Node& other : image_.nodes)
            if (other.short_id == node.short_id && other.path.size() == node.path.size() &&
                std::equal(parent.begin(), parent.end(), other.path.begin()) && draft.short_id_derived)
                node.short_id.reset();
    node.profile_element = header_ == nullptr ? 0 : header_->identification;
    constexpr std::size_t node_octets = 64;
    octets_ += node_octets + (node.link ? 0 : node.size);
    if (image_.nodes.size() >= card_.nodes_max || octets_ > card_.image_octets_max)
        return refusal(PeStatusCode::not_enough_memory, "the card has no room for the files");
    index_.emplace(node.path, image_.nodes.size());
    image_.nodes.push_back(std::move(node));
    return {};
}

Verdict Resolver::visit(const GenericFileManagement& element) {
    if (image_.nodes.empty()) return refusal(PeStatusCode::invalid_parameter, "files before the MF");
    for (const auto& commands : element.commands) {
        directory_.clear();
        std::optional<FileDraft> open;
        for (const FileCommand& command : commands)
            if (auto refused = visit(command, open)) return refused;
        if (open)
            if (auto refused = place(std::move(*open), directory_)) return refused;
    }
    return {};
}

Verdict Resolver::visit(const FileCommand& command, std::optional<FileDraft>& open) {
    if (const auto* path = std::get_if<der::OctetString<0, 8>>(&command.value)) return select(*path, open);
    if (const auto* fcp = std::get_if<Fcp>(&command.value)) return create(*fcp, open);
    const auto* offset = std::get_if<std::uint16_t>(&command.value);
    const auto* content = std::get_if<der::OctetString<>>(&command.value);
    if (offset == nullptr && content == nullptr) return {};
    if (!open) return bad("content before a file is created");
    return offset != nullptr ? open->skip(*offset) : open->write(*content);
}

Verdict Resolver::select(View octets, std::optional<FileDraft>& open) {
    if (open) {
        if (auto refused = place(std::move(*open), directory_)) return refused;
        open.reset();
    }
    const auto path = path_from(octets);
    const Node* node = path ? find(*path) : nullptr;
    if (node == nullptr || !is_directory(node->kind)) return bad("filePath " + hex(octets) + " names no directory");
    directory_ = *path;
    return {};
}

/// A new directory becomes the current one, as after CREATE FILE (TS 102 222 6.3).
Verdict Resolver::create(const Fcp& fcp, std::optional<FileDraft>& open) {
    if (open)
        if (auto refused = place(std::move(*open), directory_)) return refused;
    open = FileDraft::from_nothing();
    if (!fcp.file_descriptor || !fcp.file_id) return bad("createFCP needs a file descriptor and a file ID");
    if (auto refused = open->apply(fcp)) return refused;
    if (auto refused = open->settle(card_.image_octets_max)) return refused;
    if (!is_directory(open->node.kind)) return {};
    const FilePath parent = directory_;
    directory_.push_back(open->node.fid);
    FileDraft made = std::move(*open);
    open.reset();
    return place(std::move(made), parent);
}

}  // namespace mcim::saip
