// READ BINARY, UPDATE BINARY (TS 102 221 11.1.3, 11.1.4), ACTIVATE FILE, DEACTIVATE FILE (11.1.14, 11.1.15).
#include <algorithm>

#include "mcim/uicc/commands.h"
#include "mcim/uicc/entries.h"

namespace mcim::uicc {
namespace {

namespace sw = apdu::sw;

/// P1 P2: an offset of 15 bits in the current EF, or with b8 of P1 a short ID and an offset of 8 bits.
struct Target {
    std::uint8_t short_id = 0;
    std::size_t offset = 0;
};
std::optional<Target> parse_target(const apdu::Command& c) {
    if ((c.p1 & 0x80U) == 0) return Target{0, static_cast<std::size_t>(c.p1 << 8U | c.p2)};
    const std::uint8_t short_id = c.p1 & 0x1FU;
    if ((c.p1 & 0x60U) != 0 || short_id == 0) return std::nullopt;
    return Target{short_id, c.p2};
}

}  // namespace

Reply Commands::read_binary() {
    const auto target = parse_target(command);
    if (!target) return sw::wrong_p1_p2;
    if (!command.data.empty()) return sw::wrong_length;
    const auto ef = current_ef(target->short_id);
    if (const auto* refusal = std::get_if<apdu::StatusWord>(&ef)) return *refusal;
    const FileIndex i = std::get<FileIndex>(ef);
    if (node(i).kind != saip::NodeKind::transparent) return sw::incompatible_with_file;
    if (const auto word = permit(i, Access::read); word != sw::ok) return word;
    const View content = profile().content(i);
    if (target->offset >= content.size()) return sw::wrong_offset;
    const std::size_t wanted = command.le.value_or(apdu::short_le_max);
    return apdu::Response{to_bytes(content.subspan(target->offset, std::min(wanted, content.size() - target->offset)))};
}

Reply Commands::update_binary() {
    const auto target = parse_target(command);
    if (!target) return sw::wrong_p1_p2;
    if (command.data.empty()) return sw::wrong_length;
    const auto ef = current_ef(target->short_id);
    if (const auto* refusal = std::get_if<apdu::StatusWord>(&ef)) return *refusal;
    const FileIndex i = std::get<FileIndex>(ef);
    if (node(i).kind != saip::NodeKind::transparent) return sw::incompatible_with_file;
    if (const auto word = permit(i, Access::update); word != sw::ok) return word;
    Bytes& content = profile().content(i);
    if (target->offset >= content.size()) return sw::wrong_offset;
    if (command.data.size() > content.size() - target->offset) return sw::wrong_length;
    std::ranges::copy(command.data, content.begin() + static_cast<std::ptrdiff_t>(target->offset));
    put_content(changes, card.prefix_, profile(), i);
    return sw::ok;
}

Reply Commands::activate_file() { return switch_life_cycle(Access::activate, 0x05); }
Reply Commands::deactivate_file() { return switch_life_cycle(Access::deactivate, 0x04); }

/// The current EF, or the one that P1 and the data field name, which becomes current: an ID in the current directory,
/// or a path from the MF or from the current directory.
std::variant<FileIndex, apdu::StatusWord> Commands::file_to_switch() {
    if (command.p2 != 0 || (command.p1 != 0 && command.p1 != 0x08 && command.p1 != 0x09)) return sw::wrong_p1_p2;
    const View data = command.data;
    if (data.empty()) return current_ef(0);
    if (data.size() % 2 != 0 || (command.p1 == 0 && data.size() != 2)) return sw::wrong_length;
    FileIndex directory = command.p1 == 0x08 ? mf : channel.directory;
    for (std::size_t at = 0; at < data.size(); at += 2) {
        const auto fid = static_cast<FileId>(data[at] << 8U | data[at + 1]);
        const bool last = at + 2 == data.size();
        const auto child = profile().find_child(directory, fid);
        if (!child || saip::is_directory(node(*child).kind) == last) return sw::file_not_found;
        if (last) {
            enter_ef(directory, *child);
            return *child;
        }
        directory = *child;
    }
    return sw::file_not_found;
}

Reply Commands::switch_life_cycle(Access access, std::uint8_t state) {
    const auto file = file_to_switch();
    if (const auto* refusal = std::get_if<apdu::StatusWord>(&file)) return *refusal;
    const FileIndex i = std::get<FileIndex>(file);
    if (const auto word = permit(i, access); word != sw::ok) return word;
    profile().set_life_cycle(i, state);
    put_node(changes, card.prefix_, profile(), i);
    return sw::ok;
}

}  // namespace mcim::uicc
