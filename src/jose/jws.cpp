#include "mcim/jose/jws.h"

#include "mcim/crypto/hash.h"

namespace mcim::jose {
namespace {

constexpr std::size_t signature_octets = 64;

struct Parts {
    std::string_view header, payload, signature;
    std::string_view signing_input;  // header '.' payload, as received (RFC 7515 5.2 step 8)
};

Result<Parts> split(std::string_view token, const JsonLimits& limits) {
    if (token.size() > limits.octets_max)
        return fail(Errc::too_large, "",
                    "a token of " + std::to_string(token.size()) + " octets, at most " +
                        std::to_string(limits.octets_max) + " are taken");
    const std::size_t first = token.find('.');
    const std::size_t second = first == std::string_view::npos ? first : token.find('.', first + 1);
    if (second == std::string_view::npos || token.find('.', second + 1) != std::string_view::npos)
        return fail(Errc::bad_value, "", "a signed token has three parts with a dot between them");
    return Parts{token.substr(0, first), token.substr(first + 1, second - first - 1), token.substr(second + 1),
                 token.substr(0, second)};
}

Result<Object> decode_object(std::string_view coded, std::string_view what, const JsonLimits& limits) {
    auto octets = from_base64url(coded);
    if (!octets) return std::move(octets).error().within(what);
    auto object = Object::parse(as_text(*octets), limits);
    if (!object) return std::move(object).error().within(what);
    return object;
}

/// The header's `kid`, once everything else in it is what we take. Other members (RFC 7515 4.1: jku, jwk, x5u, x5c...)
/// could only say where to find a key; the key comes from the caller, so a token that brings its own is refused.
Result<std::string> check_header(const Object& header, std::string_view typ) {
    CHECKED(header.only({"alg", "typ", "kid"}));
    TRY(const std::string alg, header.text("alg"));
    if (alg != "ES256") return fail(Errc::refused, "alg", "only ES256 is taken, not \"" + alg.substr(0, 40) + '"');
    TRY(const auto carried, header.optional_member(&Object::text, "typ"));
    if (carried.value_or("") != typ)
        return fail(
            Errc::refused, "typ",
            "a token of type \"" + std::string(typ) + "\" wanted, not \"" + carried.value_or("").substr(0, 40) + '"');
    TRY(auto kid, header.optional_member(&Object::text, "kid"));
    return kid.value_or("");
}

}  // namespace

Signer signer_of(crypto::PrivateKey key) {
    return [key = std::move(key)](View message) -> Result<Bytes> { return key.sign(message); };
}

std::string thumbprint(const crypto::PublicKey& key) {
    const View point = key.point();
    ObjectWriter jwk;  // members in lexicographic order, no white space (RFC 7638 section 3.2)
    jwk.text("crv", key.curve() == crypto::Curve::p256 ? "P-256" : "BP-256").text("kty", "EC");
    jwk.octets("x", point.subspan(1, 32)).octets("y", point.subspan(33, 32));
    return base64url(crypto::sha256(as_view(jwk.finish())));
}

Result<std::string> sign(const Header& header, const ObjectWriter& claims, const Signer& signer) {
    ObjectWriter written;
    written.text("alg", "ES256");
    if (!header.typ.empty()) written.text("typ", header.typ);
    if (!header.kid.empty()) written.text("kid", header.kid);
    std::string token = base64url(as_view(written.finish())) + "." + base64url(as_view(claims.finish()));
    TRY(const Bytes signature, signer(as_view(token)));
    if (signature.size() != signature_octets)
        return fail(Errc::bad_length, "signature",
                    "the signer returned " + std::to_string(signature.size()) + " octets, ES256 has 64");
    return token + "." + base64url(signature);
}

Result<std::string> sign(const Header& header, const ObjectWriter& claims, const crypto::PrivateKey& key) {
    if (key.curve() != crypto::Curve::p256) return fail(Errc::bad_value, "key", "ES256 signs with a P-256 key");
    return sign(header, claims, signer_of(key));
}

Result<Verified> verify(std::string_view token, const Expected& expected, const FindKey& find_key) {
    TRY(const Parts parts, split(token, expected.limits));
    TRY(const Object header, decode_object(parts.header, "header", expected.limits));
    auto kid = check_header(header, expected.typ);
    if (!kid) return std::move(kid).error().within("header");
    auto signature = from_base64url(parts.signature);
    if (!signature) return std::move(signature).error().within("signature");
    if (signature->size() != signature_octets)
        return fail(Errc::bad_value, "signature", "ES256 has 64 octets, not " + std::to_string(signature->size()));

    TRY(const crypto::PublicKey key, find_key(*kid));
    if (key.curve() != crypto::Curve::p256) return fail(Errc::refused, "key", "ES256 is verified with a P-256 key");
    if (!key.verify(as_view(parts.signing_input), *signature))
        return fail(Errc::bad_crypto, "signature",
                    "it does not hold: the token was changed, or signed with another key");
    TRY(Object claims, decode_object(parts.payload, "claims", expected.limits));
    return Verified{*std::move(kid), std::move(claims)};
}

Result<Verified> verify(std::string_view token, const Expected& expected, const crypto::PublicKey& key) {
    return verify(token, expected, [&](std::string_view) -> Result<crypto::PublicKey> { return key; });
}

Result<Object> unverified_claims(std::string_view token, const JsonLimits& limits) {
    TRY(const Parts parts, split(token, limits));
    return decode_object(parts.payload, "claims", limits);
}

}  // namespace mcim::jose
