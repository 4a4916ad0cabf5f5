#include "mcim/evidence/verdict.h"

namespace mcim::evidence {
namespace {

constexpr std::string_view profile = "tag:ietf.org,2026:rats/ear#04";

jose::ObjectWriter to_claims(const Appraisal& a) {
    jose::ObjectWriter out;
    out.text("ear_status", to_string(a.status));
    if (!a.differences.empty()) out.texts("mcim_differences", a.differences);
    return out;
}

Result<Tier> read_status(const jose::Object& in) {
    TRY(const std::string text, in.text("ear_status"));
    auto tier = parse_tier(text);
    if (!tier) return std::move(tier).error().within("ear_status");
    return tier;
}

Result<Appraisal> read_appraisal(const jose::Object& submods, std::string_view name) {
    TRY(const jose::Object in, submods.object(name));
    Appraisal out;
    TRY(out.status, read_status(in));
    TRY(auto differences, in.optional_member(&jose::Object::texts, "mcim_differences"));
    out.differences = std::move(differences).value_or(std::vector<std::string>{});
    return out;
}

}  // namespace

jose::ObjectWriter to_claims(const Verdict& v) {
    jose::ObjectWriter out;
    out.text("eat_profile", profile)
        .text("iss", v.verifier_id)
        .text("sub", v.eid.text())
        .time("iat", v.issued_at)
        .time("exp", v.expires_at);
    out.object("ear_verifier_id", jose::ObjectWriter().text("developer", "mcim").text("build", v.build));
    out.text("ear_status", to_string(v.parts.overall()));
    out.object("submods", jose::ObjectWriter()
                              .object("platform", to_claims(v.parts.platform))
                              .object("module", to_claims(v.parts.module)));
    if (!v.session.empty()) out.hex_octets("mcim_session", v.session);
    out.text("mcim_platform_model", v.platform_model);
    out.text("mcim_reference_operator", v.reference_operator).integer("mcim_reference_version", v.reference_version);
    return out;
}

Result<Verdict> read_verdict(const jose::Object& claims) {
    TRY(const std::string carried, claims.text("eat_profile"));
    if (carried != profile)
        return fail(Errc::bad_value, "eat_profile", "the profile " + std::string(profile) + " wanted");
    TRY(std::string verifier, claims.text("iss"));
    TRY(const std::string digits, claims.text("sub"));
    auto eid = Eid::parse_unchecked(digits);
    if (!eid) return std::move(eid).error().within("sub");
    TRY(const Time issued_at, claims.time("iat"));
    TRY(const Time expires_at, claims.time("exp"));
    TRY(const jose::Object software, claims.object("ear_verifier_id"));
    TRY(std::string build, software.text("build"));
    TRY(auto session, claims.optional_member(&jose::Object::hex_octets, "mcim_session"));
    TRY(std::string model, claims.text("mcim_platform_model"));
    TRY(std::string reference_operator, claims.text("mcim_reference_operator"));
    TRY(const std::int64_t version, claims.integer("mcim_reference_version"));
    TRY(const jose::Object submods, claims.object("submods"));
    PartAppraisals parts;
    TRY(parts.platform, read_appraisal(submods, "platform"));
    TRY(parts.module, read_appraisal(submods, "module"));
    TRY(const Tier overall, read_status(claims));
    if (overall != parts.overall()) return fail(Errc::bad_value, "ear_status", "it is not the worst of its parts");
    return Verdict{std::move(verifier),
                   std::move(build),
                   *std::move(eid),
                   std::move(session).value_or(Bytes{}),
                   issued_at,
                   expires_at,
                   std::move(model),
                   std::move(reference_operator),
                   version,
                   std::move(parts)};
}

Result<std::string> sign_verdict(const Verdict& v, std::string_view kid, const jose::Signer& signer) {
    return jose::sign({.typ = std::string(verdict_typ), .kid = std::string(kid)}, to_claims(v), signer);
}

Result<Verdict> verify_verdict(std::string_view jws, const crypto::PublicKey& verifier_key, Time now) {
    TRY(const jose::Verified verified, jose::verify(jws, {.typ = verdict_typ}, verifier_key));
    TRY(Verdict verdict, read_verdict(verified.claims));
    if (now < verdict.issued_at)
        return fail(
            Errc::refused, "iat",
            "the verdict was issued in the future, at " + to_rfc3339(verdict.issued_at) + "; compare the clocks");
    if (now >= verdict.expires_at)
        return fail(
            Errc::refused, "exp",
            "the verdict expired at " + to_rfc3339(verdict.expires_at) + "; the device has to be verified again");
    return verdict;
}

}  // namespace mcim::evidence
