// Elliptic-curve keys of SGP.22 (2.6.7): NIST P-256 and brainpoolP256r1. Signatures are r||s, 64 octets (TR-03111
// "plain format"); agreement is ECKA-DH without cofactor, its result the x coordinate.
#pragma once
#include <cstdint>
#include <memory>
#include <string_view>

#include "mcim/base/ports.h"
#include "mcim/base/secret.h"

namespace mcim::crypto {

enum class Curve : std::uint8_t { p256, brainpool_p256r1 };
std::string_view to_string(Curve);

/// A point that was checked to lie on its curve. Copies share the parsed key; using one is safe from several threads.
class PublicKey {
public:
    /// Uncompressed point, 65 octets starting 04.
    [[nodiscard]] static Result<PublicKey> from_point(Curve, View point);
    /// DER SubjectPublicKeyInfo with a named curve of the two.
    [[nodiscard]] static Result<PublicKey> from_spki(View der);
    [[nodiscard]] Curve curve() const;
    [[nodiscard]] const Bytes& point() const;  ///< uncompressed, 65 octets
    [[nodiscard]] Bytes spki() const;          ///< DER SubjectPublicKeyInfo
    /// ECDSA with SHA-256 over `message`. Errc::bad_crypto where it does not hold, whatever the reason.
    [[nodiscard]] Status verify(View message, View signature) const;
    /// The same for X.509 and TPM, which carry SEQUENCE{r,s}.
    [[nodiscard]] Status verify_der(View message, View signature) const;
    /// The same key with the multiples of its point on P-256 laid ready: verify takes half the time. Making them costs
    /// as much as 350 verifications (20 ms) and 150 KB: for keys that are met that often. On brainpoolP256r1 nothing is
    /// gained, and the key is returned as it is.
    [[nodiscard]] PublicKey prepared() const;

    /// Opaque, as the constructor that takes it: keys are made by the functions above.
    struct Impl;
    explicit PublicKey(std::shared_ptr<const Impl>);
    friend bool operator==(const PublicKey& a, const PublicKey& b) {
        return a.curve() == b.curve() && a.point() == b.point();
    }

private:
    friend class PrivateKey;
    std::shared_ptr<const Impl> impl_;
};

/// Never printed or serialised except by to_pkcs8. Copies share the key; using one is safe from several threads.
class PrivateKey {
public:
    /// From OpenSSL's generator.
    [[nodiscard]] static PrivateKey generate(Curve);
    /// From the caller's: a core that gets its randomness through Env makes its one-time keys with this one.
    [[nodiscard]] static PrivateKey generate(Curve, Random&);
    /// PKCS#8 or SEC 1, DER. Refuses other curves, a public half that belongs to another key, and trailing octets.
    [[nodiscard]] static Result<PrivateKey> from_der(View);
    [[nodiscard]] static Result<PrivateKey> from_pem(std::string_view);
    /// The scalar, 32 octets, big-endian: for published vectors and recorded sessions.
    [[nodiscard]] static Result<PrivateKey> from_scalar(Curve, View scalar);
    [[nodiscard]] SecretBytes to_pkcs8() const;
    [[nodiscard]] const PublicKey& public_key() const;
    [[nodiscard]] Curve curve() const { return public_key().curve(); }
    /// ECDSA with SHA-256, r||s, 64 octets.
    [[nodiscard]] Bytes sign(View message) const;
    [[nodiscard]] Bytes sign_der(View message) const;
    /// x coordinate of d*Q, 32 octets. Refuses a peer on the other curve.
    [[nodiscard]] Result<Secret<32>> agree(const PublicKey& peer) const;

    /// Opaque, as the constructor that takes it: keys are made by the functions above.
    struct Impl;
    explicit PrivateKey(std::shared_ptr<const Impl>);

private:
    std::shared_ptr<const Impl> impl_;
};

/// DER SEQUENCE{r,s} to r||s and back. Strict: shortest form, no sign, nothing after it.
[[nodiscard]] Result<Bytes> plain_from_der_signature(View der);
[[nodiscard]] Result<Bytes> der_from_plain_signature(View plain);

}  // namespace mcim::crypto
