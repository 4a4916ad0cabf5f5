// Private to this module: whether an ECDSA signature holds, the equation of FIPS 186-5 6.4.2 over OpenSSL's points and
// numbers. It is written out because ECDSA_do_verify cannot use what is prepared for a key, and because of the inverse
// modulo the order, which GMP makes sixteen times as fast (docs/adr/0010-ec-key.md).
#pragma once
#include <openssl/ec.h>

#include "mcim/crypto/hash.h"
#include "openssl.h"

namespace mcim::crypto::detail {

/// Of a key that verifies many signatures. OpenSSL keeps multiples of the generator of P-256 and makes them for any
/// other generator that a group is given, so that k*G costs a seventh of k*Q: this group has the key as its generator.
/// Nothing in it is secret. Using one is safe from several threads.
class Multiples {
public:
    /// `key` is a point of `curve` other than infinity. Both need not outlive this.
    Multiples(const EC_GROUP* curve, const EC_POINT* key);
    [[nodiscard]] const EC_GROUP* group() const { return of_key_.get(); }

private:
    Owned<EC_GROUP, EC_GROUP_free> of_key_;
};

/// `r_and_s` are 64 octets, any: numbers outside 1 .. n-1 are refused. `key` is a point of `curve` other than infinity,
/// `multiples` are its own, or null. Its time depends on the signature, which is no secret.
[[nodiscard]] bool signature_holds(const EC_GROUP* curve, const EC_POINT* key, const Multiples* multiples,
                                   const Sha256& digest, View r_and_s);

}  // namespace mcim::crypto::detail
