// SGP.22 6.5.2: the JSON binding of ES2+.
#include <algorithm>
#include <array>

#include "mcim/jose/json.h"
#include "mcim/msg/json.h"
#include "mcim/smdp/es2.h"

namespace mcim::smdp {
namespace {

constexpr std::array<std::string_view, es2_function_count> function_names{"downloadOrder", "confirmOrder",
                                                                          "cancelOrder", "releaseProfile"};

/// What an Error that a member brought about is to its caller; where no row says more, the generic codes do.
struct OfMember {
    std::string_view member;
    Errc code;
    Es2Refusal refusal;
};
constexpr std::array of_members{
    OfMember{"iccid", Errc::missing_field, Es2Refusal::iccid_missing},
    OfMember{"iccid", Errc::bad_value, Es2Refusal::iccid_invalid},
    OfMember{"finalProfileStatusIndicator", Errc::missing_field, Es2Refusal::iccid_missing},
    OfMember{"eid", Errc::bad_value, Es2Refusal::eid_invalid},
    OfMember{"matchingId", Errc::bad_value, Es2Refusal::matching_id_invalid},
    OfMember{"confirmationCode", Errc::bad_value, Es2Refusal::confirmation_code_invalid},
};
Es2Refused refusal_of(const Error& e) {
    for (const auto& row : of_members)
        if (row.member == e.path && row.code == e.code) return {row.refusal, e.path + ": " + e.detail + "."};
    return {e.code == Errc::missing_field ? Es2Refusal::member_missing : Es2Refusal::member_invalid,
            e.path + ": " + e.detail + "."};
}

Error bad(std::string_view member, std::string wanted) {
    return fail(Errc::bad_value, std::string(member), std::move(wanted));
}

/// 19 digits may come with an F behind them, as in EF_ICCID.
bool is_padded(std::string_view digits) {
    return digits.size() == 20 && (digits.back() == 'F' || digits.back() == 'f');
}

Result<Iccid> iccid_in(const jose::Object& in) {
    TRY(std::string digits, in.text("iccid"));
    if (is_padded(digits)) digits.pop_back();
    auto iccid = Iccid::parse_unchecked(digits);
    if (!iccid) return bad("iccid", "18 to 20 digits are wanted");
    return iccid;
}

Result<std::optional<Eid>> eid_in(const jose::Object& in) {
    TRY(const auto digits, in.optional_member(&jose::Object::text, "eid"));
    if (!digits) return std::optional<Eid>{};
    auto eid = Eid::parse_unchecked(*digits);
    if (!eid) return bad("eid", "32 digits are wanted");
    return std::optional(*std::move(eid));
}

Result<std::optional<std::string>> matching_id_in(const jose::Object& in) {
    if (in.is_empty_text("matchingId")) return std::optional(std::string());
    TRY(auto id, in.optional_member(&jose::Object::text, "matchingId"));
    if (id && !may_be_matching_id(*id))
        return bad("matchingId", "1 to 255 printable characters of ASCII are wanted, without $");
    return id;
}

Result<std::optional<SecretBytes>> code_in(const jose::Object& in) {
    if (in.is_empty_text("confirmationCode")) return std::optional<SecretBytes>{};
    TRY(auto code, in.optional_member(&jose::Object::secret_text, "confirmationCode"));
    if (code && !may_be_confirmation_code(expose(*code)))
        return bad("confirmationCode", "4 to 255 letters, digits and signs of ASCII are wanted, without spaces");
    return code;
}

/// The members of a request that has them as texts, empty where they are absent.
Result<std::string> text_or_none(const jose::Object& in, std::string_view name) {
    if (in.is_empty_text(name)) return std::string();
    TRY(auto text, in.optional_member(&jose::Object::text, name));
    return std::move(text).value_or("");
}

Result<Es2Request> read_download(const jose::Object& in) {
    DownloadOrder out;
    TRY(out.eid, eid_in(in));
    TRY(std::string type, text_or_none(in, "profileType"));
    if (!type.empty()) out.profile_type = std::move(type);
    if (in.has("iccid") || !out.profile_type) {
        TRY(out.iccid, iccid_in(in));
        TRY(const auto digits, in.text("iccid"));
        out.padded = is_padded(digits);
    }
    return Es2Request(std::move(out));
}
Result<Es2Request> read_confirm(const jose::Object& in) {
    TRY(Iccid iccid, iccid_in(in));
    ConfirmOrder out{std::move(iccid)};
    TRY(out.eid, eid_in(in));
    TRY(out.matching_id, matching_id_in(in));
    TRY(out.confirmation_code, code_in(in));
    TRY(out.smds_address, text_or_none(in, "smdsAddress"));
    TRY(out.release, in.flag("releaseFlag"));
    return Es2Request(std::move(out));
}
Result<Es2Request> read_cancel(const jose::Object& in) {
    TRY(Iccid iccid, iccid_in(in));
    CancelOrder out{std::move(iccid)};
    TRY(out.eid, eid_in(in));
    TRY(out.matching_id, matching_id_in(in));
    TRY(const auto leaves, in.text("finalProfileStatusIndicator"));
    if (leaves != "Available" && leaves != "Unavailable")
        return bad("finalProfileStatusIndicator", "Available or Unavailable is wanted");
    out.leaves = leaves == "Available" ? CancelOrder::Leaves::available : CancelOrder::Leaves::unavailable;
    return Es2Request(std::move(out));
}
Result<Es2Request> read_release(const jose::Object& in) {
    TRY(Iccid iccid, iccid_in(in));
    return Es2Request(ReleaseProfile{std::move(iccid)});
}
constexpr std::array readers{read_download, read_confirm, read_cancel, read_release};

Result<Es2Request> read_request(Es2Function function, const jose::Object& in) {
    TRY(const auto header, in.object("header"));
    for (const auto* name : {"functionRequesterIdentifier", "functionCallIdentifier"}) CHECKED(header.text(name));
    return readers.at(static_cast<std::size_t>(function))(in);
}

/// Of an activation code (4.1). Devices that check what is typed or scanned refuse others.
bool fits_activation_code(std::string_view matching_id) {
    return std::ranges::all_of(matching_id,
                               [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-'; });
}

constexpr std::string_view warning =
    R"({"header":{"functionExecutionStatus":{"status":"Executed-WithWarning","statusCodeData":)"
    R"({"subjectCode":"8.2.6","reasonCode":"2.1","message":"The order is as it was asked for. But activation codes )"
    R"(have capital letters, digits and hyphens only: some devices will not take this matching ID."}}})";
constexpr std::string_view success = R"({"header":{"functionExecutionStatus":{"status":"Executed-Success"}})";
std::string header_with(std::string_view header, const jose::ObjectWriter& members) {
    std::string out(header);
    out += ',';
    return out + members.finish().substr(1);
}

}  // namespace

std::string_view to_string(Es2Function f) { return function_names.at(static_cast<std::size_t>(f)); }

std::optional<Es2Function> find_es2_function(std::string_view name) {
    for (std::size_t i = 0; i < function_names.size(); ++i)
        if (function_names.at(i) == name) return static_cast<Es2Function>(i);
    return std::nullopt;
}

Result<std::variant<Es2Request, Es2Refused>> read_es2(Es2Function function, std::string_view body) {
    TRY(const auto in, jose::Object::parse(body));
    auto request = read_request(function, in);
    if (!request) return std::variant<Es2Request, Es2Refused>(refusal_of(request.error()));
    return std::variant<Es2Request, Es2Refused>(*std::move(request));
}

std::string ordered_json(const Iccid& iccid, bool padded) {
    return header_with(success, jose::ObjectWriter().text("iccid", iccid.text() + (padded ? "F" : "")));
}

std::string confirmed_json(const Order& order, std::string_view smdp_address) {
    jose::ObjectWriter members;
    if (const auto eid = named_eid(order)) members.text("eid", eid->text());
    const std::string told = tells_matching_id(order) ? order.matching_id : "";
    members.text("matchingId", told).text("smdpAddress", smdp_address);
    return header_with(fits_activation_code(told) ? success : warning, members);
}

std::string done_json() { return std::string(success) + "}"; }

std::string refused_json(const Es2Refused& refused, std::string_view about) {
    const Es2StatusCode& code = status_code(refused.refusal);
    return msg::failure_json(
        {std::string(code.subject), std::string(code.reason), std::string(about), refused.sentence()});
}

}  // namespace mcim::smdp
