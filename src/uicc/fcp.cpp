#include "mcim/uicc/fcp.h"

#include <algorithm>
#include <array>

#include "mcim/der/tlv.h"
#include "mcim/uicc/pins.h"

namespace mcim::uicc {
namespace {

using der::Tag;
using der::wrap;
using saip::NodeKind;

Bytes big_endian(std::uint32_t value, std::size_t octets_min) {
    Bytes out;
    for (unsigned shift = 32; shift != 0;) {
        shift -= 8;
        const auto octet = static_cast<std::uint8_t>(value >> shift & 0xFFU);
        if (!out.empty() || octet != 0 || shift < 8 * octets_min) out.push_back(octet);
    }
    return out;
}

/// 82: descriptor octet, data coding '21', then for records their length and number.
Bytes descriptor(const saip::Node& n) {
    Bytes value{n.descriptor, 0x21};
    if (saip::has_records(n.kind)) {
        append(value, big_endian(n.record_length, 2));
        value.push_back(static_cast<std::uint8_t>(n.record_count));
    }
    return wrap(Tag{0x82}, value);
}

/// A5. MF: UICC characteristics '71' (clock stop allowed, all voltage classes) and TERMINAL CAPABILITY supported;
/// directories repeat the first; EFs: special file information where it says something.
Bytes proprietary(const saip::Node& n) {
    static constexpr std::array<std::uint8_t, 3> characteristics{0x80, 0x01, 0x71};
    static constexpr std::array<std::uint8_t, 3> terminal_capability{0x87, 0x01, 0x01};
    if (n.kind == NodeKind::mf) return wrap(Tag{0xA5}, concat({characteristics, terminal_capability}));
    if (saip::is_directory(n.kind)) return wrap(Tag{0xA5}, characteristics);
    Bytes value;
    if (n.special_information != 0) value = {0xC0, 0x01, n.special_information};
    if (n.kind == NodeKind::ber_tlv) {
        append(value, wrap(Tag{0x84}, Bytes{n.file_details}));
        if (n.maximum_size) append(value, wrap(Tag{0x86}, big_endian(*n.maximum_size, 1)));
    }
    return value.empty() ? Bytes{} : wrap(Tag{0xA5}, value);
}

Bytes security(const saip::SecurityReference& s) {
    Bytes value = big_endian(s.arr, 2);
    value.push_back(s.record);
    return wrap(Tag{0x8B}, value);
}

/// C6: 90 one bit per PIN, enabled or not, the first PIN in the highest; then 83 for each (TS 102 221 9.5.2). The
/// application's global PIN (01 to 08) stands first whatever the profile's order: clients take the first bit for PIN 1.
Bytes pin_status(const Profile& profile, FileIndex directory) {
    Bytes references = profile.file(directory).node.pin_status_template;
    std::ranges::stable_partition(references, [](std::uint8_t r) { return r >= 0x01 && r <= 0x08; });
    Bytes states((references.size() + 7) / 8);
    Bytes list;
    for (std::size_t i = 0; i < references.size(); ++i) {
        const auto at = find_pin(profile, directory, references[i]);
        if (at && pin_at(profile, *at).enabled) states[i / 8] |= static_cast<std::uint8_t>(0x80U >> i % 8);
        append(list, wrap(Tag{0x83}, Bytes{references[i]}));
    }
    return wrap(Tag{0xC6}, concat({wrap(Tag{0x90}, states), list}));
}

Bytes short_id(const saip::Node& n) {
    if (!n.short_id) return wrap(Tag{0x88}, {});
    return wrap(Tag{0x88}, Bytes{static_cast<std::uint8_t>(*n.short_id << 3U)});
}

}  // namespace

Bytes fcp(const Profile& profile, FileIndex i) {
    const saip::Node& n = profile.file(i).node;
    Bytes value = descriptor(n);
    if (n.kind == NodeKind::adf)
        append(value, wrap(Tag{0x84}, n.aid));  // no '83': the temporary ID of an ADF is nobody's business
    else
        append(value, wrap(Tag{0x83}, big_endian(n.fid, 2)));
    append(value, proprietary(n));
    append(value, wrap(Tag{0x8A}, Bytes{n.life_cycle}));
    append(value, security(n.security));
    if (saip::is_directory(n.kind)) {
        append(value, pin_status(profile, i));
        return wrap(Tag{0x62}, value);
    }
    append(value, wrap(Tag{0x80}, big_endian(n.size, 2)));
    append(value, short_id(n));
    return wrap(Tag{0x62}, value);
}

}  // namespace mcim::uicc
