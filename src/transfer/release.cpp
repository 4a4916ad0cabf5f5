#include "mcim/transfer/release.h"

#include "mcim/base/text.h"

namespace mcim::transfer {
namespace {

constexpr jose::JsonLimits token_limits{.octets_max = 4096};
constexpr std::size_t jti_min = 8, jti_max = 64;
constexpr const char* jti_wanted = "8 to 64 printable characters of ASCII wanted";

/// It is shown on terminals.
bool is_printable(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; });
}
bool has_control_characters(std::string_view text) {
    return std::ranges::any_of(text, [](unsigned char c) { return c < ' ' || c == 0x7F; });
}
bool usable_jti(std::string_view jti) { return jti.size() >= jti_min && jti.size() <= jti_max && is_printable(jti); }

Result<Release> read(const jose::Object& claims) {
    // A claim that we do not know may be a condition that the operator set: better refused than passed over.
    CHECKED(claims.only({"iss", "eid", "iccid", "aud", "jti", "iat", "exp"}));
    TRY(std::string operator_id, claims.text("iss"));
    TRY(const std::string eid_digits, claims.text("eid"));
    auto eid = Eid::parse_unchecked(eid_digits);
    if (!eid) return std::move(eid).error().within("eid");
    TRY(const std::string iccid_digits, claims.text("iccid"));
    auto iccid = Iccid::parse_unchecked(iccid_digits);
    if (!iccid) return std::move(iccid).error().within("iccid");
    TRY(auto audience, claims.optional_member(&jose::Object::text, "aud"));
    if (audience && has_control_characters(*audience))
        return fail(Errc::bad_value, "aud", "text without control characters wanted");
    TRY(std::string jti, claims.text("jti"));
    if (!usable_jti(jti)) return fail(Errc::bad_value, "jti", jti_wanted);
    TRY(const Time issued_at, claims.time("iat"));
    TRY(const Time expires_at, claims.time("exp"));
    return Release{std::move(operator_id), *std::move(eid), *std::move(iccid), std::move(audience),
                   std::move(jti),         issued_at,       expires_at};
}

ReleaseRefused no_release(const Error& why) {
    return {ReleaseFault::malformed, "What was given is not a release: " + to_string(why) + "."};
}

/// `signer` is who should have signed it, in words.
std::variant<Release, ReleaseRefused> verify_release(std::string_view jws, const crypto::PublicKey& key,
                                                     const std::string& signer) {
    const auto verified = jose::verify(jws, {.typ = release_typ, .limits = token_limits}, key);
    if (!verified && verified.error().code == Errc::bad_crypto)
        return ReleaseRefused{ReleaseFault::wrong_signer,
                              "The release is not signed by " + signer + ", or was changed after it was signed."};
    if (!verified) return no_release(verified.error());
    auto release = read(verified->claims);
    if (!release)
        return ReleaseRefused{ReleaseFault::malformed,
                              "The release cannot be understood: " + to_string(release.error()) + "."};
    return *std::move(release);
}

/// The first term that does not fit, the identity of what is released before its times: who sends a release for another
/// device should not be told to get a fresher one.
std::optional<ReleaseRefused> mismatch(const Release& release, const ReleaseCheck& wanted) {
    using enum ReleaseFault;
    if (release.operator_id != wanted.operator_id)
        return ReleaseRefused{other_operator, "The release was issued in the name of " + release.operator_id +
                                                  ", but the current operator is " + wanted.operator_id + "."};
    if (release.eid != wanted.eid)
        return ReleaseRefused{other_eid, "The release is for the device with EID " + release.eid.text() + ", not for " +
                                             wanted.eid.text() + "."};
    if (release.iccid != wanted.iccid)
        return ReleaseRefused{other_iccid, "The release is for the subscription with ICCID " + release.iccid.text() +
                                               "; the current one is " + wanted.iccid.text() + "."};
    if (release.gaining_operator && *release.gaining_operator != wanted.gaining_operator)
        return ReleaseRefused{wrong_audience, "The release lets the subscription move to " + *release.gaining_operator +
                                                  " only, not to " + wanted.gaining_operator + "."};
    if (wanted.now < release.issued_at)
        return ReleaseRefused{not_yet_valid, "The release is valid from " + to_rfc3339(release.issued_at) +
                                                 " on; it is " + to_rfc3339(wanted.now) + " now."};
    if (wanted.now >= release.expires_at)
        return ReleaseRefused{expired, "The release expired at " + to_rfc3339(release.expires_at) + ". Ask " +
                                           release.operator_id + " for a new one."};
    return std::nullopt;
}

}  // namespace

std::string_view to_string(ReleaseFault fault) {
    switch (fault) {
        using enum ReleaseFault;
        case malformed: return "malformed";
        case wrong_signer: return "wrong_signer";
        case other_operator: return "other_operator";
        case other_eid: return "other_eid";
        case other_iccid: return "other_iccid";
        case wrong_audience: return "wrong_audience";
        case not_yet_valid: return "not_yet_valid";
        case expired: return "expired";
        case replayed: return "replayed";
    }
    std::abort();
}

std::string fresh_jti(Random& random) { return hex(random.bytes(16)); }

Result<std::string> sign_release(const Release& r, std::string_view kid, const jose::Signer& signer) {
    if (r.operator_id.empty()) return fail(Errc::bad_value, "iss", "a release names the operator that gives it");
    if (!usable_jti(r.jti)) return fail(Errc::bad_value, "jti", jti_wanted);
    if (r.gaining_operator && (r.gaining_operator->empty() || has_control_characters(*r.gaining_operator)))
        return fail(Errc::bad_value, "aud", "leave it out, or name an operator");
    if (r.expires_at <= r.issued_at) return fail(Errc::bad_value, "exp", "a release expires after it is issued");
    jose::ObjectWriter claims;
    claims.text("iss", r.operator_id).text("eid", r.eid.text()).text("iccid", r.iccid.text());
    if (r.gaining_operator) claims.text("aud", *r.gaining_operator);
    claims.text("jti", r.jti).time("iat", r.issued_at).time("exp", r.expires_at);
    return jose::sign({.typ = std::string(release_typ), .kid = std::string(kid)}, claims, signer);
}

ReleaseAnswer check_release(std::string_view jws, const ReleaseCheck& wanted,
                            const std::function<bool(std::string_view)>& is_used) {
    auto opened = verify_release(jws, wanted.operator_key, wanted.operator_id + ", the current operator");
    if (auto* refused = std::get_if<ReleaseRefused>(&opened)) return std::move(*refused);
    const auto& release = std::get<Release>(opened);
    if (auto refused = mismatch(release, wanted)) return *std::move(refused);
    if (is_used(release.jti))
        return ReleaseRefused{ReleaseFault::replayed, "The release " + release.jti +
                                                          " was used for another order already. Ask " +
                                                          release.operator_id + " for a new one."};
    return ReleaseAccepted{release.jti};
}

std::optional<ReleaseRefused> check_origin(
    std::string_view jws, const std::function<std::optional<crypto::PublicKey>(std::string_view)>& operator_key) {
    const auto claims = jose::unverified_claims(jws, token_limits);
    if (!claims) return no_release(claims.error());
    const auto operator_id = claims->text("iss");
    if (!operator_id) return no_release(operator_id.error());
    const auto key = operator_key(*operator_id);
    if (!key)
        return ReleaseRefused{ReleaseFault::wrong_signer, "The release stands in the name of \"" +
                                                              printable(*operator_id) +
                                                              "\", and no operator of that name is known here."};
    auto opened = verify_release(jws, *key, *operator_id + ", in whose name it stands");
    if (auto* refused = std::get_if<ReleaseRefused>(&opened)) return std::move(*refused);
    return std::nullopt;
}

}  // namespace mcim::transfer
