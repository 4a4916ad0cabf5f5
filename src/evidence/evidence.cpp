#include "mcim/evidence/evidence.h"

#include "mcim/jose/json.h"

namespace mcim::evidence {
namespace {

constexpr std::int64_t format = 1;
constexpr jose::JsonLimits limits{.octets_max = 16 * 1024, .depth_max = 3};

Result<PcrValues> read_pcrs(const jose::Object& in) {
    PcrValues out;
    for (const std::string& name : in.names()) {
        auto index = parse_pcr_index(name);
        if (!index) return std::move(index).error().within("pcrs");
        TRY(const Bytes value, in.hex_octets(name));
        auto digest = to_array<32>(value);
        if (!digest) return std::move(digest).error().within("pcrs." + name);
        out.emplace(*index, *digest);
    }
    return out;
}

Status check_format(const jose::Object& in) {
    TRY(const std::int64_t carried, in.integer("format"));
    if (carried == format) return ok();
    return fail(Errc::bad_value, "format", "format " + std::to_string(carried) + " is not known here, only 1");
}

Result<Eid> read_eid(const jose::Object& in) {
    TRY(const std::string digits, in.text("eid"));
    auto eid = Eid::parse_unchecked(digits);
    if (!eid) return std::move(eid).error().within("eid");
    return eid;
}

Result<Bytes> read_session(const jose::Object& in) {
    TRY(auto session, in.optional_member(&jose::Object::hex_octets, "session"));
    if (session && session->size() > session_octets_max)
        return fail(Errc::bad_length, "session", "a transaction ID has 1 to 16 octets");
    return std::move(session).value_or(Bytes{});
}

Result<Bytes> read_nonce(const jose::Object& in) {
    TRY(Bytes nonce, in.octets("nonce"));
    if (nonce.size() != nonce_octets)
        return fail(Errc::bad_length, "nonce", "a nonce has 48 octets, not " + std::to_string(nonce.size()));
    return nonce;
}

}  // namespace

std::string to_json(const ChallengeRequest& r) {
    jose::ObjectWriter out;
    out.integer("format", format).text("eid", r.eid.text());
    if (!r.session.empty()) out.hex_octets("session", r.session);
    return out.finish();
}

Result<ChallengeRequest> parse_challenge_request(std::string_view json) {
    TRY(const jose::Object in, jose::Object::parse(json, limits));
    CHECKED(check_format(in));
    CHECKED(in.only({"format", "eid", "session"}));
    TRY(Eid eid, read_eid(in));
    TRY(Bytes session, read_session(in));
    return ChallengeRequest{std::move(eid), std::move(session)};
}

std::string to_json(const Challenge& c) {
    const std::vector<std::int64_t> pcrs(c.selection.begin(), c.selection.end());
    return jose::ObjectWriter()
        .integer("format", format)
        .octets("nonce", c.nonce)
        .time("expires", c.expires_at)
        .integers("pcrs", pcrs)
        .finish();
}

Result<Challenge> parse_challenge(std::string_view json) {
    TRY(const jose::Object in, jose::Object::parse(json, limits));
    CHECKED(check_format(in));
    Challenge out;
    TRY(out.nonce, read_nonce(in));
    TRY(out.expires_at, in.time("expires"));
    TRY(const auto pcrs, in.integers("pcrs"));
    for (const std::int64_t index : pcrs) {
        if (index < 0 || index >= pcr_count)
            return fail(Errc::bad_value, "pcrs", "there is no PCR " + std::to_string(index));
        out.selection.insert(static_cast<unsigned>(index));
    }
    if (out.selection.empty()) return fail(Errc::bad_value, "pcrs", "a challenge asks for one register at least");
    return out;
}

crypto::Sha256 qualifying_data(View nonce, View session) { return crypto::sha256(concat({nonce, session})); }

std::string to_json(const Evidence& e) {
    jose::ObjectWriter pcrs;
    for (const auto& [index, value] : e.pcrs) pcrs.hex_octets(std::to_string(index), value);
    jose::ObjectWriter out;
    out.integer("format", format).text("eid", e.eid.text());
    if (!e.session.empty()) out.hex_octets("session", e.session);
    out.octets("nonce", e.nonce).octets("quote", e.quote).octets("signature", e.signature).object("pcrs", pcrs);
    return out.finish();
}

Result<Evidence> parse_evidence(std::string_view json) {
    TRY(const jose::Object in, jose::Object::parse(json, limits));
    CHECKED(check_format(in));
    CHECKED(in.only({"format", "eid", "session", "nonce", "quote", "signature", "pcrs"}));
    TRY(Eid eid, read_eid(in));
    TRY(Bytes session, read_session(in));
    TRY(Bytes nonce, read_nonce(in));
    TRY(Bytes quote, in.octets("quote"));
    TRY(Bytes signature, in.octets("signature"));
    TRY(const jose::Object registers, in.object("pcrs"));
    TRY(PcrValues pcrs, read_pcrs(registers));
    return Evidence{std::move(eid),   std::move(session),   std::move(nonce),
                    std::move(quote), std::move(signature), std::move(pcrs)};
}

}  // namespace mcim::evidence
