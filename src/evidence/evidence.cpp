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

}  // namespace

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
    TRY(const std::int64_t carried, in.integer("format"));
    if (carried != format)
        return fail(Errc::bad_value, "format", "format " + std::to_string(carried) + " is not known here, only 1");
    CHECKED(in.only({"format", "eid", "session", "nonce", "quote", "signature", "pcrs"}));
    TRY(const std::string digits, in.text("eid"));
    auto eid = Eid::parse_unchecked(digits);
    if (!eid) return std::move(eid).error().within("eid");
    TRY(auto session, in.optional_member(&jose::Object::hex_octets, "session"));
    if (session && session->size() > session_octets_max)
        return fail(Errc::bad_length, "session", "a transaction ID has 1 to 16 octets");
    TRY(Bytes nonce, in.octets("nonce"));
    if (nonce.size() != nonce_octets)
        return fail(Errc::bad_length, "nonce", "a nonce has 48 octets, not " + std::to_string(nonce.size()));
    TRY(Bytes quote, in.octets("quote"));
    TRY(Bytes signature, in.octets("signature"));
    TRY(const jose::Object registers, in.object("pcrs"));
    TRY(PcrValues pcrs, read_pcrs(registers));
    return Evidence{*std::move(eid),      std::move(session).value_or(Bytes{}),
                    std::move(nonce),     std::move(quote),
                    std::move(signature), std::move(pcrs)};
}

}  // namespace mcim::evidence
