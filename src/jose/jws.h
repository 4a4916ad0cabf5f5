// JSON web signatures (RFC 7515) in the one form this system uses: compact serialisation, ES256 (RFC 7518 3.4: P-256,
// SHA-256, r||s), a JSON object as payload (RFC 7519), and a `typ` for every kind of token, so that one kind is never
// taken for another (RFC 8725 3.11).
#pragma once
#include <functional>

#include "mcim/crypto/ec.h"
#include "mcim/jose/json.h"

namespace mcim::jose {

/// Signs the octets it is given with ECDSA P-256/SHA-256 and returns r||s, 64 octets. The key may live elsewhere.
using Signer = std::function<Result<Bytes>(View)>;
/// The key that belongs to a `kid`, or an Error that says why there is none. `kid` is empty where the token has none.
using FindKey = std::function<Result<crypto::PublicKey>(std::string_view kid)>;

/// A signer over a key inside this process.
[[nodiscard]] Signer signer_of(crypto::PrivateKey);
/// RFC 7638 thumbprint of the key as a JWK, base64url: the `kid` that we give to keys of ours.
[[nodiscard]] std::string thumbprint(const crypto::PublicKey&);

struct Header {
    std::string typ;
    std::string kid = {};  ///< left out of the token where empty
};

/// Signs `claims`. Errors are the signer's; a signature that is not 64 octets is refused as bad_length.
[[nodiscard]] Result<std::string> sign(const Header&, const ObjectWriter& claims, const Signer&);
/// With a P-256 key at hand; a key of another curve is refused as bad_value.
[[nodiscard]] Result<std::string> sign(const Header&, const ObjectWriter& claims, const crypto::PrivateKey&);

struct Expected {
    std::string_view typ;    ///< compared exactly; empty: the token must carry none
    JsonLimits limits = {};  ///< the token as a whole is held to limits.octets_max
};

struct Verified {
    std::string kid;  ///< empty where the token has none
    Object claims;
};

/// Checks form, header and signature, in this order, and only then reads the claims. What the claims say (issuer,
/// times, subject) is the caller's to check. Errors: bad_value and too_large for a malformed token, refused for an
/// algorithm, type or extension that we do not take, bad_crypto for a signature that does not hold.
[[nodiscard]] Result<Verified> verify(std::string_view token, const Expected&, const FindKey&);
[[nodiscard]] Result<Verified> verify(std::string_view token, const Expected&, const crypto::PublicKey&);

/// What a token says of itself, to show it or to find the key that it is verified with. Nothing is checked: nobody
/// believes it.
[[nodiscard]] Result<Object> unverified_claims(std::string_view token, const JsonLimits& = {});

}  // namespace mcim::jose
