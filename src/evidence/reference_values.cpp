#include "mcim/evidence/reference_values.h"

namespace mcim::evidence {
namespace {

/// Some hundred models with a dozen registers and several accepted digests each.
constexpr jose::JsonLimits values_limits{.octets_max = 2 * 1024 * 1024, .depth_max = 8};

Result<AcceptedDigest> read_accepted(const jose::Object& in) {
    CHECKED(in.only({"digest", "name"}));
    TRY(const Bytes octets, in.hex_octets("digest"));
    auto digest = to_array<32>(octets);
    if (!digest) return std::move(digest).error().within("digest");
    TRY(std::string name, in.text("name"));
    return AcceptedDigest{*digest, std::move(name)};
}

Result<Part> read_part(const jose::Object& in) {
    TRY(const std::string text, in.text("part"));
    for (const Part part : {Part::platform, Part::module})
        if (text == to_string(part)) return part;
    return fail(Errc::bad_value, "part", "\"platform\" or \"module\" wanted");
}

Result<PcrReference> read_register(const jose::Object& in) {
    CHECKED(in.only({"part", "accepted"}));
    PcrReference out;
    TRY(out.part, read_part(in));
    TRY(const auto accepted, in.objects("accepted"));
    if (accepted.empty())
        return fail(Errc::bad_value, "accepted",
                    "at least one digest wanted; leave the register out where any value will do");
    for (const auto& item : accepted) {
        TRY(AcceptedDigest digest, read_accepted(item));
        out.accepted.push_back(std::move(digest));
    }
    return out;
}

Result<PlatformReference> read_platform(const jose::Object& in) {
    PlatformReference out;
    for (const std::string& name : in.names()) {
        TRY(const unsigned index, parse_pcr_index(name));
        TRY(const jose::Object item, in.object(name));
        auto reference = read_register(item);
        if (!reference) return std::move(reference).error().within(name);
        out.emplace(index, *std::move(reference));
    }
    if (out.empty()) return fail(Errc::bad_value, "", "a model without registers would accept everything");
    return out;
}

}  // namespace

std::string_view to_string(Part part) { return part == Part::platform ? "platform" : "module"; }

const PlatformReference* ReferenceValues::find(const std::string& model) const {
    const auto it = platforms.find(model);
    return it == platforms.end() ? nullptr : &it->second;
}

Result<std::string> sign_reference_values(const ReferenceValues& values, std::string_view kid,
                                          const jose::Signer& signer) {
    jose::ObjectWriter platforms;
    for (const auto& [model, registers] : values.platforms) {
        jose::ObjectWriter platform;
        for (const auto& [index, reference] : registers) {
            std::vector<jose::ObjectWriter> accepted;
            for (const auto& a : reference.accepted)
                accepted.emplace_back().hex_octets("digest", a.digest).text("name", a.name);
            platform.object(std::to_string(index),
                            jose::ObjectWriter().text("part", to_string(reference.part)).objects("accepted", accepted));
        }
        platforms.object(model, platform);
    }
    jose::ObjectWriter claims;
    claims.text("iss", values.operator_id)
        .integer("version", values.version)
        .time("iat", values.issued_at)
        .time("exp", values.expires_at);
    if (values.withdraws_before != 0) claims.integer("withdraws_before", values.withdraws_before);
    claims.object("platforms", platforms);
    return jose::sign({.typ = std::string(reference_values_typ), .kid = std::string(kid)}, claims, signer);
}

Result<ReferenceValues> verify_reference_values(std::string_view jws, std::string_view operator_id,
                                                const crypto::PublicKey& operator_key, std::optional<Time> now) {
    TRY(const jose::Verified verified,
        jose::verify(jws, {.typ = reference_values_typ, .limits = values_limits}, operator_key));
    const jose::Object& claims = verified.claims;
    CHECKED(claims.only({"iss", "version", "iat", "exp", "withdraws_before", "platforms"}));
    ReferenceValues out;
    TRY(out.operator_id, claims.text("iss"));
    if (out.operator_id != operator_id)
        return fail(Errc::refused, "iss",
                    "reference values of " + std::string(operator_id) + " wanted, these are of " + out.operator_id);
    TRY(out.version, claims.integer("version"));
    TRY(const auto withdraws, claims.optional_member(&jose::Object::integer, "withdraws_before"));
    out.withdraws_before = withdraws.value_or(0);
    if (out.withdraws_before > out.version)
        return fail(Errc::bad_value, "withdraws_before",
                    "a document withdraws earlier ones, not itself: at most " + std::to_string(out.version));
    TRY(out.issued_at, claims.time("iat"));
    TRY(out.expires_at, claims.time("exp"));
    if (now && *now < out.issued_at)
        return fail(Errc::refused, "iat", "the reference values are valid from " + to_rfc3339(out.issued_at) + " on");
    if (now && *now >= out.expires_at)
        return fail(
            Errc::refused, "exp",
            "the reference values expired at " + to_rfc3339(out.expires_at) + "; the operator has to sign newer ones");
    TRY(const jose::Object platforms, claims.object("platforms"));
    for (const std::string& model : platforms.names()) {
        TRY(const jose::Object item, platforms.object(model));
        auto platform = read_platform(item);
        if (!platform) return std::move(platform).error().within("platforms." + model);
        out.platforms.emplace(model, *std::move(platform));
    }
    return out;
}

}  // namespace mcim::evidence
