// READ RECORD, UPDATE RECORD, SEARCH RECORD and INCREASE (TS 102 221 11.1.5 to 11.1.8). Record 1 of a cyclic file is
// the newest; writing one takes the place of the oldest.
#include <algorithm>

#include "mcim/uicc/commands.h"
#include "mcim/uicc/entries.h"

namespace mcim::uicc {
namespace {

namespace sw = apdu::sw;
using saip::NodeKind;

enum class Mode : std::uint8_t { next = 2, previous = 3, absolute = 4 };
std::optional<Mode> parse_mode(const apdu::Command& c) {
    const unsigned mode = c.p2 & 0x07U;
    if (mode < 2 || mode > 4 || (mode != 4 && c.p1 != 0)) return std::nullopt;
    return static_cast<Mode>(mode);
}
std::uint8_t short_id_of(const apdu::Command& c) { return static_cast<std::uint8_t>(c.p2 >> 3U); }

/// The record that a command means; NEXT and PREVIOUS move the pointer to it, absolute addressing leaves it (8.3.2).
std::optional<std::size_t> locate(const saip::Node& file, Channel& channel, Mode mode, std::uint8_t p1) {
    const std::size_t count = file.record_count;
    if (mode == Mode::absolute) {
        const auto number = p1 == 0 ? channel.record : std::optional<std::size_t>(p1);
        return number && *number <= count ? number : std::nullopt;
    }
    const bool forward = mode == Mode::next;
    std::size_t to = forward ? 1 : count;
    if (channel.record) {
        const bool at_end = *channel.record == (forward ? count : 1);
        if (at_end && file.kind != NodeKind::cyclic) return std::nullopt;
        if (!at_end) to = forward ? *channel.record + 1 : *channel.record - 1;
    }
    channel.record = to;
    return to;
}

std::span<std::uint8_t> record(Bytes& content, const saip::Node& file, std::size_t number) {
    return std::span(content).subspan((number - 1) * file.record_length, file.record_length);
}

/// The oldest record becomes number 1, with this content.
void push_record(Bytes& content, const saip::Node& file, View value) {
    std::ranges::rotate(content, content.end() - file.record_length);
    std::ranges::copy(value, content.begin());
}

/// Big-endian addition of `value` into `counter`; false where it does not fit, and `counter` is then undefined.
bool add(Bytes& counter, View value) {
    unsigned carry = 0;
    for (std::size_t i = 0; i < counter.size(); ++i) {
        auto& digit = counter[counter.size() - 1 - i];
        const unsigned sum = digit + carry + (i < value.size() ? value[value.size() - 1 - i] : 0U);
        digit = static_cast<std::uint8_t>(sum & 0xFFU);
        carry = sum >> 8U;
    }
    const View beyond = value.size() > counter.size() ? value.first(value.size() - counter.size()) : View{};
    return carry == 0 && std::ranges::all_of(beyond, [](auto octet) { return octet == 0; });
}

/// What SEARCH RECORD looks for and where it begins in a record and in the file (11.1.7).
struct Query {
    View pattern;
    bool forward = true;
    bool from_neighbour = false;  ///< from the next or previous record instead of the one in P1
    std::size_t offset = 0;
    std::optional<std::uint8_t> after;  ///< begin behind the first occurrence of this octet
};
std::optional<Query> parse_query(const apdu::Command& c) {
    Query q{c.data, true, false, 0, {}};
    switch (c.p2 & 0x07U) {
        case 4: return q;
        case 5: q.forward = false; return q;
        case 6: break;
        default: return std::nullopt;
    }
    if (c.data.size() < 3 || (c.data[0] & 0xF4U) != 0x04) return std::nullopt;
    q.forward = (c.data[0] & 0x01U) == 0;
    q.from_neighbour = (c.data[0] & 0x02U) != 0;
    if ((c.data[0] & 0x08U) != 0)
        q.after = c.data[1];
    else
        q.offset = c.data[1];
    q.pattern = View(c.data).subspan(2);
    return q;
}
bool matches(View record, const Query& q) {
    std::size_t begin = q.offset;
    if (q.after) {
        const auto at = std::ranges::find(record, *q.after);
        if (at == record.end()) return false;
        begin = static_cast<std::size_t>(at - record.begin()) + 1;
    }
    if (begin > record.size()) return false;
    return !std::ranges::search(record.subspan(begin), q.pattern).empty();
}

}  // namespace

Reply Commands::read_record() {
    const auto mode = parse_mode(command);
    if (!mode) return sw::wrong_p1_p2;
    if (!command.data.empty()) return sw::wrong_length;
    const auto ef = current_ef(short_id_of(command));
    if (const auto* refusal = std::get_if<apdu::StatusWord>(&ef)) return *refusal;
    const FileIndex i = std::get<FileIndex>(ef);
    if (!saip::has_records(node(i).kind)) return sw::incompatible_with_file;
    if (const auto word = permit(i, Access::read); word != sw::ok) return word;
    const auto number_found = locate(node(i), channel, *mode, command.p1);
    if (!number_found) return sw::record_not_found;
    return apdu::Response{to_bytes(record(profile().content(i), node(i), *number_found))};
}

Reply Commands::update_record() {
    const auto mode = parse_mode(command);
    if (!mode) return sw::wrong_p1_p2;
    const auto ef = current_ef(short_id_of(command));
    if (const auto* refusal = std::get_if<apdu::StatusWord>(&ef)) return *refusal;
    const FileIndex i = std::get<FileIndex>(ef);
    if (!saip::has_records(node(i).kind)) return sw::incompatible_with_file;
    const bool cyclic = node(i).kind == NodeKind::cyclic;
    if (cyclic && *mode != Mode::previous) return sw::incompatible_with_file;
    if (const auto word = permit(i, Access::update); word != sw::ok) return word;
    if (command.data.size() != node(i).record_length) return sw::wrong_length;
    Bytes& content = profile().content(i);
    if (cyclic) {
        push_record(content, node(i), command.data);
        channel.record = 1;
    } else {
        const auto number_found = locate(node(i), channel, *mode, command.p1);
        if (!number_found) return sw::record_not_found;
        std::ranges::copy(command.data, record(content, node(i), *number_found).begin());
    }
    put_content(changes, card.prefix_, profile(), i);
    return sw::ok;
}

Reply Commands::search_record() {
    const auto query = parse_query(command);
    if (!query) return sw::wrong_p1_p2;
    if (query->pattern.empty()) return sw::wrong_length;
    const auto ef = current_ef(short_id_of(command));
    if (const auto* refusal = std::get_if<apdu::StatusWord>(&ef)) return *refusal;
    const FileIndex i = std::get<FileIndex>(ef);
    const saip::Node& file = node(i);
    if (!saip::has_records(file.kind)) return sw::incompatible_with_file;
    if (const auto word = permit(i, Access::read); word != sw::ok) return word;

    const auto step = [&](std::size_t n) { return query->forward ? n + 1 : n - 1; };
    std::size_t at = command.p1;
    if (query->from_neighbour)
        at = channel.record ? step(*channel.record) : query->forward ? 1 : file.record_count;
    else if (at == 0)
        at = channel.record.value_or(0);
    if (!query->from_neighbour && (at == 0 || at > file.record_count)) return sw::record_not_found;
    Bytes found;
    for (; at != 0 && at <= file.record_count; at = step(at))
        if (matches(record(profile().content(i), file, at), *query)) found.push_back(static_cast<std::uint8_t>(at));
    if (found.empty()) return sw::end_of_file;
    channel.record = found.front();
    return apdu::Response{std::move(found)};
}

Reply Commands::increase() {
    if (command.p2 != 0 || (command.p1 != 0 && (command.p1 & 0xE0U) != 0x80)) return sw::wrong_p1_p2;
    const auto ef = current_ef(command.p1 & 0x1FU);
    if (const auto* refusal = std::get_if<apdu::StatusWord>(&ef)) return *refusal;
    const FileIndex i = std::get<FileIndex>(ef);
    if (node(i).kind != NodeKind::cyclic) return sw::incompatible_with_file;
    if (const auto word = permit(i, Access::increase); word != sw::ok) return word;
    if (command.data.empty() || command.data.size() > 127) return sw::wrong_length;
    Bytes& content = profile().content(i);
    Bytes counter = to_bytes(record(content, node(i), 1));
    if (!add(counter, command.data)) return sw::increase_max_reached;
    push_record(content, node(i), counter);
    channel.record = 1;
    put_content(changes, card.prefix_, profile(), i);
    return apdu::Response{concat({counter, command.data})};
}

}  // namespace mcim::uicc
