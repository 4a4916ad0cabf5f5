#include "mcim/x509/name.h"

#include <algorithm>

namespace mcim::x509 {
namespace {

constexpr der::Tag utf8_string{0x0C};
constexpr der::Tag printable_string{0x13};
constexpr der::Tag ia5_string{0x16};

bool is_printable(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view(" '()+,-./:=?").find(c) != std::string_view::npos;
}

Result<std::string> parse_text(View tlv) {
    der::Reader in(tlv);
    TRY(const auto value, in.read());
    const std::string text = as_text(value.content.rest());
    const auto bad = [](std::string why) { return fail(Errc::bad_value, "", std::move(why)); };
    if (text.empty() || text.size() > attribute_octets_max)
        return bad("an attribute of a name has 1 to " + std::to_string(attribute_octets_max) + " octets");
    // Control characters (NUL among them) have fooled comparers and terminals before.
    if (std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }))
        return bad("control character in a name");
    if (value.tag == utf8_string) {
        if (!der::utf8_length(text)) return bad("not UTF-8");
    } else if (value.tag == printable_string) {
        if (!std::ranges::all_of(text, is_printable)) return bad("not a PrintableString");
    } else if (value.tag == ia5_string) {
        if (std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) > 0x7F; }))
            return bad("not an IA5String");
    } else {
        return bad("string type " + der::to_string(value.tag) + " is not taken in names");
    }
    return text;
}

/// X.690 11.6: the members of a SET OF stand in ascending order of their encodings.
bool in_order(const std::vector<AttributeTypeAndValue>& set) {
    return std::ranges::is_sorted(set, [](const auto& a, const auto& b) { return der::encode(a) < der::encode(b); });
}

std::string_view short_name(std::string_view type) {
    if (type == oid::common_name) return "CN";
    if (type == oid::organization) return "O";
    if (type == oid::organizational_unit) return "OU";
    if (type == oid::country) return "C";
    if (type == oid::serial_number) return "serialNumber";
    return type;
}

}  // namespace

std::optional<std::string_view> Name::find_sole(std::string_view type) const {
    const auto is_it = [&](const Attribute& a) { return a.type == type; };
    const auto at = std::ranges::find_if(attributes, is_it);
    if (at == attributes.end() || std::ranges::count_if(attributes, is_it) != 1) return std::nullopt;
    return at->text;
}

bool Name::has(std::string_view type) const {
    return std::ranges::any_of(attributes, [&](const Attribute& a) { return a.type == type; });
}

Result<Name> parse_name(const RdnSequence& rdns) {
    Name out;
    for (const auto& rdn : rdns) {
        if (rdn.value.empty()) return fail(Errc::bad_value, "", "empty relative distinguished name");
        if (out.attributes.size() + rdn.value.size() > name_attributes_max)
            return fail(Errc::too_large, "", "more than " + std::to_string(name_attributes_max) + " attributes");
        if (!in_order(rdn.value)) return fail(Errc::bad_value, "", "SET OF is not in DER order");
        for (const auto& [type, value] : rdn.value) {
            TRY(std::string text, parse_text(value));
            out.attributes.push_back({type.text(), std::move(text)});
        }
    }
    return out;
}

RdnSequence to_rdn_sequence(const Name& name) {
    RdnSequence out;
    for (const auto& [type, text] : name.attributes) {
        const bool printable = type == oid::country || type == oid::serial_number;
        const Bytes value = der::wrap(printable ? printable_string : utf8_string, as_view(text));
        out.push_back({{AttributeTypeAndValue{*der::Oid::parse(type), {value}}}});
    }
    return out;
}

std::string to_string(const Name& name) {
    std::string out;
    for (const auto& [type, text] : name.attributes)
        out.append(out.empty() ? "" : ", ").append(short_name(type)).append("=").append(text);
    return out;
}

}  // namespace mcim::x509
