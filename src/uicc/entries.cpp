#include "mcim/uicc/entries.h"

#include "mcim/uicc/stored.h"

namespace mcim::uicc {
namespace {

std::string hex_of(unsigned value, std::size_t digits) {
    const std::array octets{static_cast<std::uint8_t>(value >> 8U), static_cast<std::uint8_t>(value & 0xFFU)};
    return hex(octets).substr(4 - digits);
}
std::string key(std::string_view prefix, std::string_view what, std::string_view which = {}) {
    return std::string(prefix) + std::string(what) + std::string(which);
}
OctetString<> octets_of(const FilePath& path) {
    OctetString<> out;
    for (const FileId fid : path) {
        out.bytes.push_back(static_cast<std::uint8_t>(fid >> 8U));
        out.bytes.push_back(static_cast<std::uint8_t>(fid & 0xFFU));
    }
    return out;
}
std::optional<OctetString<>> octets_of(const std::optional<FilePath>& path) {
    return path ? std::optional(octets_of(*path)) : std::nullopt;
}
std::vector<Text> texts(const std::vector<std::string>& in) {
    std::vector<Text> out;
    for (const auto& text : in) out.push_back({text});
    return out;
}
template <std::size_t N>
std::vector<std::int64_t> numbers(const std::array<std::uint64_t, N>& in) {
    std::vector<std::int64_t> out;
    for (const auto n : in) out.push_back(static_cast<std::int64_t>(n));
    return out;
}

void put_facts(Changes& out, std::string_view prefix, const saip::ProfileFacts& f) {
    out.put(key(prefix, "facts"), der::encode(StoredFacts{stored_version,
                                                          f.major_version,
                                                          f.minor_version,
                                                          {f.profile_type},
                                                          {f.iccid},
                                                          texts(f.mandatory_services),
                                                          texts(f.templates),
                                                          {f.connectivity_parameters}}));
}

void put_aka(Changes& out, std::string_view prefix, const Profile& profile, std::size_t i) {
    const saip::Aka& a = profile.authenticators()[i].parameters;
    StoredAka s;
    s.adf = octets_of(a.adf);
    s.algorithm = static_cast<std::uint8_t>(a.algorithm);
    s.algorithm_options = a.algorithm_options;
    s.rotation.bytes = to_bytes(a.rotation);
    s.xoring.bytes.clear();
    for (const auto& c : a.xoring) append(s.xoring.bytes, c);
    s.keccak_iterations = a.keccak_iterations;
    s.authentications_max = a.authentications_max;
    s.sqn_options = a.sqn_options;
    s.sqn_delta = static_cast<std::int64_t>(a.sqn_delta);
    s.sqn_age_limit = static_cast<std::int64_t>(a.sqn_age_limit);
    s.sqn_init = numbers(a.sqn_init);
    s.shares_sqn_with = octets_of(a.shares_sqn_with);
    const auto number = std::to_string(i);
    out.put(key(prefix, "aka/", number), der::encode(s));
    out.put(key(prefix, "aka/", number + "/k"), a.k.copy());
    out.put(key(prefix, "aka/", number + "/opc"), a.opc.copy());
}

}  // namespace

std::string path_text(const FilePath& path) {
    std::string out = "3F00";
    for (const FileId fid : path) out += "/" + hex_of(fid, 4);
    return out;
}
std::string content_key(std::string_view prefix, const FilePath& path) { return key(prefix, "file/", path_text(path)); }
std::string pin_key(std::string_view prefix, const FilePath& directory, saip::KeyReference reference) {
    return key(prefix, "pin/", path_text(directory) + "/" + hex_of(reference, 2));
}
std::string puk_key(std::string_view prefix, saip::KeyReference reference) {
    return key(prefix, "puk/", hex_of(reference, 2));
}

void put_node(Changes& out, std::string_view prefix, const Profile& profile, FileIndex i) {
    const saip::Node& n = profile.file(i).node;
    StoredNode s;
    s.order = static_cast<std::uint32_t>(i);
    s.path = octets_of(n.path);
    s.kind = static_cast<std::uint8_t>(n.kind);
    s.fid = n.fid;
    s.descriptor = n.descriptor;
    s.aid.bytes = n.aid;
    s.pin_status_template.bytes = n.pin_status_template;
    s.life_cycle = n.life_cycle;
    s.arr = n.security.arr;
    s.arr_record = n.security.record;
    s.short_id = n.short_id;
    s.special_information = n.special_information;
    s.size = n.size;
    s.record_length = n.record_length;
    s.record_count = n.record_count;
    s.maximum_size = n.maximum_size;
    s.file_details = n.file_details;
    s.link = octets_of(n.link);
    s.profile_element = n.profile_element;
    out.put(key(prefix, "node/", path_text(n.path)), der::encode(s));
}

void put_content(Changes& out, std::string_view prefix, const Profile& profile, FileIndex i) {
    const auto& node = profile.file(profile.content_of(i)).node;
    out.put(content_key(prefix, node.path), SecretBytes::copy_of(node.content));
}

void put_pins(Changes& out, std::string_view prefix, const Profile& profile) {
    StoredPins s;
    for (const auto& context : profile.pins()) {
        auto& c = s.contexts.emplace_back();
        c.directory = octets_of(context.directory);
        c.shared_with = octets_of(context.shared_with);
        for (const auto& p : context.pins)
            c.pins.push_back(
                {p.reference, p.puk, p.enabled, p.may_change, p.may_disable, p.attempts_max, p.attempts_left});
    }
    for (const auto& p : profile.puks()) s.puks.push_back({p.reference, p.attempts_max, p.attempts_left});
    out.put(key(prefix, "pins"), der::encode(s));
}

void put_pin_value(Changes& out, std::string_view prefix, const saip::PinContext& context, const saip::Pin& pin) {
    out.put(pin_key(prefix, context.directory, pin.reference), SecretBytes::copy_of(expose(pin.value)));
}

void put_sequence(Changes& out, std::string_view prefix, const Profile& profile, std::size_t i) {
    const SequenceNumbers& s = profile.authenticators()[i].sequence;
    out.put(key(prefix, "sqn/", std::to_string(i)),
            der::encode(StoredSequence{stored_version, numbers(s.seq), s.authentications}));
}

Changes Profile::entries(std::string_view prefix) const {
    Changes out;
    put_facts(out, prefix, facts_);
    for (FileIndex i = 0; i < files_.size(); ++i) {
        put_node(out, prefix, *this, i);
        if (!saip::is_directory(files_[i].node.kind) && !files_[i].target) put_content(out, prefix, *this, i);
    }
    put_pins(out, prefix, *this);
    for (const auto& context : pins_)
        for (const auto& pin : context.pins) put_pin_value(out, prefix, context, pin);
    for (const auto& puk : puks_) out.put(puk_key(prefix, puk.reference), SecretBytes::copy_of(expose(puk.value)));
    for (std::size_t i = 0; i < authenticators_.size(); ++i) {
        put_aka(out, prefix, *this, i);
        put_sequence(out, prefix, *this, i);
    }
    for (std::size_t i = 0; i < stored_.size(); ++i) {
        const auto number = key(prefix, "stored/", std::to_string(i));
        out.put(number, der::encode(StoredElementHead{stored_version, {stored_[i].name}, stored_[i].identification}));
        out.put(number + "/der", stored_[i].der.copy());
    }
    return out;
}

}  // namespace mcim::uicc
