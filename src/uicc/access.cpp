#include "mcim/uicc/access.h"

#include "mcim/der/tlv.h"

namespace mcim::uicc {
namespace {

using der::Reader;
using der::Tag;

constexpr unsigned nesting_max = 8;

/// AM_DO: 80 an access mode octet; 84 instruction codes. Rules for other command headers (81 to 8F) are not granted.
bool covers(const Reader::Tlv& mode, Access access) {
    const View value = mode.content.rest();
    const auto wanted = static_cast<unsigned>(access);
    if (mode.tag == Tag{0x80})
        return value.size() == 1 && (value[0] & 0x80U) == 0 && wanted < 0x100 && (value[0] & wanted) != 0;
    if (mode.tag != Tag{0x84}) return false;
    return std::ranges::find(value, static_cast<std::uint8_t>(wanted & 0xFFU)) != value.end() && wanted > 0xFF;
}

bool is_access_mode(Tag tag) { return tag.wire >= 0x80 && tag.wire <= 0x8F; }

/// A4 { 83 key reference, 95 08: user authentication, knowledge based }
bool key_holds(Reader crt, const KeyCheck& check) {
    std::optional<saip::KeyReference> reference;
    while (!crt.empty()) {
        const auto part = crt.read();
        if (!part) return false;
        const View value = part->content.rest();
        if (part->tag == Tag{0x83} && value.size() == 1)
            reference = value[0];
        else if (part->tag != Tag{0x95} || value.size() != 1 || (value[0] & 0x08U) == 0)
            return false;
    }
    return reference && check(*reference);
}

bool holds(const Reader::Tlv& condition, const KeyCheck& check, unsigned depth);

bool any_holds(Reader list, const KeyCheck& check, unsigned depth) {
    while (!list.empty()) {
        const auto next = list.read();
        if (!next) return false;
        if (holds(*next, check, depth)) return true;
    }
    return false;
}
bool all_hold(Reader list, const KeyCheck& check, unsigned depth) {
    if (list.empty()) return false;
    while (!list.empty()) {
        const auto next = list.read();
        if (!next || !holds(*next, check, depth)) return false;
    }
    return true;
}

/// SC_DO: 90 always, 97 never, A4 a key, A0 or, AF and. Anything else (A7 not, 9E compact, B4/B6/B8) is never
/// satisfied.
bool holds(const Reader::Tlv& condition, const KeyCheck& check, unsigned depth) {
    if (depth > nesting_max) return false;
    switch (condition.tag.wire) {
        case 0x90: return condition.content.empty();
        case 0xA4: return key_holds(condition.content, check);
        case 0xA0: return any_holds(condition.content, check, depth + 1);
        case 0xAF: return all_hold(condition.content, check, depth + 1);
        default: return false;
    }
}

}  // namespace

// A record is a list of rules, each one or more AM_DOs followed by one or more SC_DOs; one satisfied SC_DO is enough.
bool allows(View record, Access access, const KeyCheck& check) {
    Reader in(record);
    bool in_conditions = false;
    bool covered = false;
    while (!in.empty() && in.rest().front() != 0xFF && in.rest().front() != 0x00) {
        const auto next = in.read();
        if (!next) return false;
        if (is_access_mode(next->tag)) {
            covered = (covered && !in_conditions) || covers(*next, access);
            in_conditions = false;
            continue;
        }
        in_conditions = true;
        if (covered && holds(*next, check, 0)) return true;
    }
    return false;
}

std::optional<View> rule_of(const Profile& profile, FileIndex file) {
    const auto& reference = profile.file(file).node.security;
    for (FileIndex directory = profile.file(file).parent;; directory = profile.file(directory).parent) {
        const auto arr = profile.find_child(directory, reference.arr);
        if (arr && saip::has_records(profile.file(*arr).node.kind)) {
            const auto& node = profile.file(profile.content_of(*arr)).node;
            if (reference.record == 0 || reference.record > node.record_count) return std::nullopt;
            return View(node.content)
                .subspan((reference.record - 1U) * std::size_t{node.record_length}, node.record_length);
        }
        if (directory == mf) return std::nullopt;
    }
}

}  // namespace mcim::uicc
