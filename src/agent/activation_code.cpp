#include "mcim/agent/activation_code.h"

#include <algorithm>

namespace mcim::agent {
namespace {

bool letter_or_digit(char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }
bool every(std::string_view s, std::string_view besides) {
    return std::ranges::all_of(s,
                               [&](char c) { return letter_or_digit(c) || besides.find(c) != std::string_view::npos; });
}
bool has_prefix(std::string_view s) {
    static constexpr std::string_view prefix = "LPA:";
    return s.size() >= prefix.size() && std::ranges::equal(s.substr(0, prefix.size()), prefix, [](char a, char b) {
               return (a >= 'a' && a <= 'z' ? a - 'a' + 'A' : a) == b;
           });
}
std::vector<std::string_view> fields_of(std::string_view text) {
    std::vector<std::string_view> fields;
    for (;;) {
        const auto end = std::min(text.find('$'), text.size());
        fields.push_back(text.substr(0, end));
        if (end == text.size()) return fields;
        text.remove_prefix(end + 1);
    }
}

}  // namespace

Result<ActivationCode> parse_activation_code(std::string_view text) {
    const auto bad = [](std::string_view why) { return fail(Errc::bad_value, "activation code", std::string(why)); };
    if (text.size() > 512) return bad("longer than 512 characters");
    if (has_prefix(text)) text.remove_prefix(4);
    const auto fields = fields_of(text);
    if (fields.size() < 3 || fields.size() > 5)
        return bad("it is written LPA:1$address$matching-id, with an OID and a flag after it if need be");
    if (fields[0] != "1") return bad("only format 1 is known");
    ActivationCode code{std::string(fields[1]), std::string(fields[2]), {}, {}};
    if (code.smdp_address.empty() || code.smdp_address.size() > 255 || !every(code.smdp_address, ".-:"))
        return bad("the SM-DP+ address is a host name");
    // SGP.22 4.1 has A-Z, 0-9 and '-'; some operators have more, and what it is to mean is theirs
    const bool printable = std::ranges::all_of(code.matching_id, [](char c) { return c >= ' ' && c <= '~'; });
    if (!printable || code.matching_id.size() > 255) return bad("a matching ID has at most 255 printable characters");
    if (fields.size() > 3 && !fields[3].empty()) {
        auto oid = der::Oid::parse(fields[3]);
        if (!oid) return std::move(oid).error().within("activation code");
        code.smdp_oid = *std::move(oid);
    }
    if (fields.size() > 4) {
        if (fields[4] != "1") return bad("the confirmation code flag is 1 or absent");
        code.confirmation_code = ActivationCode::ConfirmationCode::required;
    }
    return code;
}

std::string to_string(const ActivationCode& code) {
    std::string out = "LPA:1$" + code.smdp_address + "$" + code.matching_id;
    const bool flagged = code.confirmation_code == ActivationCode::ConfirmationCode::required;
    if (code.smdp_oid || flagged) out += "$" + (code.smdp_oid ? code.smdp_oid->text() : std::string());
    if (flagged) out += "$1";
    return out;
}

}  // namespace mcim::agent
