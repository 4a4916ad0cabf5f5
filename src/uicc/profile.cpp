#include "mcim/uicc/profile.h"

#include <algorithm>

#include "mcim/aka/sqn.h"
#include "mcim/uicc/entries.h"

namespace mcim::uicc {
namespace {

using saip::NodeKind;

Error broken(const saip::Node& node, std::string why) {
    return fail(Errc::bad_value, path_text(node.path), std::move(why));
}

Status check_structure(const saip::Node& n) {
    if (n.link || saip::is_directory(n.kind)) return ok();
    if (saip::has_records(n.kind)) {
        if (n.record_length == 0 || n.record_length > 255 || n.record_count == 0 || n.record_count > 254)
            return broken(n, "a record file has 1 to 254 records of 1 to 255 octets");
        if (n.size != std::uint32_t{n.record_length} * n.record_count)
            return broken(n, "the size is not that of its records");
    }
    if (n.kind != NodeKind::ber_tlv && n.content.size() != n.size)
        return broken(n, "the content has " + std::to_string(n.content.size()) + " octets, the size says " +
                             std::to_string(n.size));
    return ok();
}

template <class List>
bool has_reference(const List& list, saip::KeyReference reference) {
    return std::ranges::find(list, reference, &List::value_type::reference) != list.end();
}

/// Lengths by algorithm: TS 35.206, TS 34.108 8.1.2.
Status check_keys(const saip::Aka& a) {
    const auto where = path_text(a.adf);
    if (a.algorithm == saip::Algorithm::tuak)
        return fail(Errc::refused, where, "TUAK is not built into this card; use a MILENAGE profile");
    if (a.k.size() != 16) return fail(Errc::bad_length, where, "K of " + std::to_string(a.k.size()) + " octets");
    if (a.algorithm == saip::Algorithm::milenage && a.opc.size() != 16)
        return fail(Errc::bad_length, where, "OPc of " + std::to_string(a.opc.size()) + " octets");
    if (std::ranges::any_of(a.sqn_init, [](auto seq) { return seq > aka::Sqn::seq_max; }))
        return fail(Errc::bad_value, where, "a sequence number above 07FFFFFFFFFF");
    return ok();
}

}  // namespace

Result<Profile> Profile::install(saip::Image image) {
    TRY(Profile out, assemble(std::move(image)));
    for (auto& a : out.authenticators_) a.sequence.seq = a.parameters.sqn_init;
    return out;
}

Result<Profile> Profile::assemble(saip::Image image) {
    Profile out;
    out.facts_ = std::move(image.facts);
    for (auto& node : image.nodes) {
        CHECKED(check_structure(node));
        out.files_.push_back({std::move(node), mf, {}, {}});
    }
    CHECKED(out.link_tree());
    out.pins_ = std::move(image.pins);
    out.puks_ = std::move(image.puks);
    CHECKED(out.check_pins());
    for (auto& aka : image.aka) {
        CHECKED(check_keys(aka));
        if (!out.find(aka.adf)) return fail(Errc::not_found, path_text(aka.adf), "authentication for no application");
        out.authenticators_.push_back({std::move(aka), {}});
    }
    for (const auto& a : out.authenticators_) {
        if (a.parameters.shares_sqn_with && !out.find_authenticator(*a.parameters.shares_sqn_with))
            return fail(Errc::not_found, path_text(a.parameters.adf), "shares the counters of no application");
    }
    out.stored_ = std::move(image.stored);
    return out;
}

Status Profile::link_tree() {
    if (files_.empty() || files_[mf].node.kind != NodeKind::mf || !files_[mf].node.path.empty())
        return fail(Errc::missing_field, "3F00", "a profile begins with its MF");
    for (FileIndex i = 1; i < files_.size(); ++i) {
        const auto& node = files_[i].node;
        if (node.kind == NodeKind::mf || node.path.empty()) return broken(node, "a second MF");
        FilePath above = node.path;
        above.pop_back();
        const auto parent = find(above);
        if (!parent || *parent >= i || !saip::is_directory(files_[*parent].node.kind))
            return broken(node, "lies in no directory that stands before it");
        if (*find(node.path) != i) return broken(node, "exists twice");
        files_[i].parent = *parent;
        files_[*parent].children.push_back(i);
    }
    for (auto& file : files_) {
        if (!file.node.link) continue;
        const auto target = find(*file.node.link);
        if (!target || files_[*target].node.link) return broken(file.node, "links to no file, or to another link");
        if (files_[*target].node.kind != file.node.kind) return broken(file.node, "links to a file of another kind");
        file.target = target;
    }
    return ok();
}

Status Profile::check_pins() const {
    for (const auto& context : pins_) {
        const auto where = path_text(context.directory);
        const auto directory = find(context.directory);
        if (!directory || !saip::is_directory(file(*directory).node.kind))
            return fail(Errc::not_found, where, "PINs of no directory");
        if (context.shared_with) {
            const auto other = std::ranges::find(pins_, *context.shared_with, &saip::PinContext::directory);
            if (other == pins_.end() || other->shared_with)
                return fail(Errc::not_found, where, "shares the PINs of a directory without its own");
        }
        for (const auto& pin : context.pins)
            if (pin.puk && !has_reference(puks_, *pin.puk)) return fail(Errc::not_found, where, "a PIN names no PUK");
    }
    return ok();
}

std::optional<FileIndex> Profile::find(const FilePath& path) const {
    for (FileIndex i = 0; i < files_.size(); ++i)
        if (files_[i].node.path == path) return i;
    return std::nullopt;
}

std::optional<FileIndex> Profile::find_child(FileIndex directory, FileId fid) const {
    for (const FileIndex i : children(directory))
        if (files_[i].node.fid == fid && files_[i].node.kind != NodeKind::adf) return i;
    return std::nullopt;
}

std::optional<FileIndex> Profile::find_short(FileIndex directory, std::uint8_t short_id) const {
    for (const FileIndex i : children(directory))
        if (!saip::is_directory(files_[i].node.kind) && files_[i].node.short_id == short_id) return i;
    return std::nullopt;
}

std::optional<View> Profile::read_under_mf(FileId fid) const {
    const auto i = find_child(mf, fid);
    if (!i || saip::is_directory(files_[*i].node.kind)) return std::nullopt;
    return View(content(*i));
}

std::optional<std::size_t> Profile::find_authenticator(const FilePath& adf) const {
    for (std::size_t i = 0; i < authenticators_.size(); ++i)
        if (authenticators_[i].parameters.adf == adf) return i;
    return std::nullopt;
}

std::optional<std::size_t> Profile::find_pins(const FilePath& directory) const {
    const auto at = std::ranges::find(pins_, directory, &saip::PinContext::directory);
    if (at == pins_.end()) return std::nullopt;
    if (at->shared_with) return find_pins(*at->shared_with);  // one step: check_pins
    return static_cast<std::size_t>(at - pins_.begin());
}

}  // namespace mcim::uicc
