// SELECT and STATUS: what a channel looks at (TS 102 221 8.4, 8.5, 11.1.1, 11.1.2).
#include <algorithm>

#include "mcim/der/tlv.h"
#include "mcim/uicc/commands.h"
#include "mcim/uicc/fcp.h"

namespace mcim::uicc {
namespace {

namespace sw = apdu::sw;
using saip::NodeKind;

constexpr FileId mf_fid = 0x3F00;
constexpr FileId current_adf_fid = 0x7FFF;

enum class Control : std::uint8_t { first = 0, last = 1, next = 2, previous = 3 };

/// P2 of SELECT (table 11.2).
struct P2 {
    bool fcp = false;
    bool terminate = false;
    Control occurrence = Control::first;
};
std::optional<P2> parse_p2(std::uint8_t p2) {
    P2 out;
    if ((p2 & 0x90U) != 0) return std::nullopt;
    switch (p2 & 0x60U) {
        case 0x00: break;
        case 0x40: out.terminate = true; break;
        default: return std::nullopt;
    }
    switch (p2 & 0x0CU) {
        case 0x00:  // ISO 7816-4 "return FCI": clients of smart cards in general ask so; FCP is our answer to it
        case 0x04: out.fcp = true; break;
        case 0x0C: break;
        default: return std::nullopt;
    }
    out.occurrence = static_cast<Control>(p2 & 0x03U);
    return out;
}

struct Place {
    FileIndex directory = mf;
    std::optional<FileIndex> ef;
};

FileId fid_at(View data, std::size_t i) { return static_cast<FileId>(data[i] << 8U | data[i + 1]); }

class Search {
public:
    Search(const Profile& profile, const Channel& channel) : profile_(profile), channel_(channel) {}

    /// 8.4.1: the current directory and its children, its parent and its parent's other directories, the MF, and the
    /// application of this channel. In this order; IDs are unique within it.
    [[nodiscard]] std::optional<Place> by_fid(FileId fid) const {
        if (fid == mf_fid) return Place{mf, {}};
        if (fid == current_adf_fid) return application();
        if (const auto child = profile_.find_child(channel_.directory, fid)) return place(channel_.directory, *child);
        if (is_called(channel_.directory, fid)) return Place{channel_.directory, {}};
        const FileIndex parent = profile_.file(channel_.directory).parent;
        if (is_called(parent, fid)) return Place{parent, {}};
        if (const auto sibling = profile_.find_child(parent, fid); sibling && is_directory(*sibling))
            return Place{*sibling, {}};
        return std::nullopt;
    }
    /// A path of file IDs; every step but the last is a directory. 7FFF at the start of a path from the MF is the
    /// application of this channel.
    [[nodiscard]] std::optional<Place> by_path(FileIndex from, View path) const {
        Place at{from, {}};
        for (std::size_t i = 0; i < path.size(); i += 2) {
            if (at.ef) return std::nullopt;
            const FileId fid = fid_at(path, i);
            if (i == 0 && fid == current_adf_fid && from == mf) {
                if (!channel_.application) return std::nullopt;
                at.directory = *channel_.application;
                continue;
            }
            const auto child = profile_.find_child(at.directory, fid);
            if (!child) return std::nullopt;
            at = place(at.directory, *child);
        }
        return at;
    }
    /// 8.5.1: an AID, whole or cut on the right; which of several, `occurrence` says.
    [[nodiscard]] std::optional<FileIndex> by_name(View name, Control occurrence) const {
        std::vector<FileIndex> found;
        for (FileIndex i = 0; i < profile_.files().size(); ++i) {
            const auto& n = profile_.file(i).node;
            if (n.kind == NodeKind::adf && name.size() <= n.aid.size() && equal(name, View(n.aid).first(name.size())))
                found.push_back(i);
        }
        if (found.empty()) return std::nullopt;
        const auto current = channel_.application ? std::ranges::find(found, *channel_.application) : found.end();
        switch (occurrence) {
            case Control::first: return found.front();
            case Control::last: return found.back();
            case Control::next:
                if (current == found.end()) return found.front();
                return current + 1 == found.end() ? std::nullopt : std::optional(*(current + 1));
            case Control::previous:
                if (current == found.end()) return found.back();
                return current == found.begin() ? std::nullopt : std::optional(*(current - 1));
        }
        return std::nullopt;
    }
    [[nodiscard]] std::optional<Place> child_directory(FileId fid) const {
        const auto child = profile_.find_child(channel_.directory, fid);
        return child && is_directory(*child) ? std::optional(Place{*child, {}}) : std::nullopt;
    }
    [[nodiscard]] std::optional<Place> parent() const {
        if (channel_.directory == mf) return std::nullopt;
        return Place{profile_.file(channel_.directory).parent, {}};
    }

private:
    [[nodiscard]] std::optional<Place> application() const {
        return channel_.application ? std::optional(Place{*channel_.application, {}}) : std::nullopt;
    }
    [[nodiscard]] bool is_directory(FileIndex i) const { return saip::is_directory(profile_.file(i).node.kind); }
    [[nodiscard]] bool is_called(FileIndex i, FileId fid) const {
        const auto& n = profile_.file(i).node;
        return n.kind != NodeKind::adf && n.fid == fid;
    }
    [[nodiscard]] Place place(FileIndex directory, FileIndex child) const {
        return is_directory(child) ? Place{child, {}} : Place{directory, child};
    }
    const Profile& profile_;
    const Channel& channel_;
};

apdu::StatusWord life_cycle_word(std::uint8_t state) {
    if (state >= 0x0C) return sw::file_terminated;
    return (state & 0x05U) == 0x04 ? sw::file_deactivated : sw::ok;
}

}  // namespace

Reply Commands::select() {
    const auto p2 = parse_p2(command.p2);
    if (!p2) return sw::wrong_p1_p2;
    const Search search(profile(), channel);
    const View data = command.data;
    std::optional<Place> found;
    if (command.p1 == 0x04) {
        if (data.empty() || data.size() > 16) return sw::wrong_length;
        if (const auto adf = search.by_name(data, p2->occurrence)) found = Place{*adf, {}};
        if (found && p2->terminate) {
            channel = Channel{};
            return sw::ok;
        }
    } else {
        if (p2->terminate || p2->occurrence != Control::first) return sw::wrong_p1_p2;
        if (data.size() % 2 != 0) return sw::wrong_length;
        switch (command.p1) {
            case 0x00:
                if (data.size() > 2) return sw::wrong_length;
                found = data.empty() ? Place{} : search.by_fid(fid_at(data, 0));
                break;
            case 0x01:
                if (data.size() != 2) return sw::wrong_length;
                found = search.child_directory(fid_at(data, 0));
                break;
            case 0x03:
                if (!data.empty()) return sw::wrong_length;
                found = search.parent();
                break;
            case 0x08:
            case 0x09:
                if (data.empty()) return sw::wrong_length;
                found = search.by_path(command.p1 == 0x08 ? mf : channel.directory, data);
                break;
            default: return sw::wrong_p1_p2;
        }
    }
    if (!found) return sw::file_not_found;
    if (found->ef)
        enter_ef(found->directory, *found->ef);
    else
        enter(found->directory);
    const FileIndex selected = found->ef.value_or(found->directory);
    return apdu::Response{p2->fcp ? fcp(profile(), selected) : Bytes{}, life_cycle_word(node(selected).life_cycle)};
}

// 11.1.2. P1 tells that an application begins or ends its session; nothing here waits for either.
Reply Commands::status() {
    if (command.p1 > 2) return sw::wrong_p1_p2;
    if (!command.data.empty()) return sw::wrong_length;
    switch (command.p2) {
        case 0x00: return apdu::Response{fcp(profile(), channel.directory)};
        case 0x01:
            if (!channel.application) return sw::referenced_data_not_found;
            return apdu::Response{der::wrap(der::Tag{0x84}, node(*channel.application).aid)};
        case 0x0C: return sw::ok;
        default: return sw::wrong_p1_p2;
    }
}

}  // namespace mcim::uicc
