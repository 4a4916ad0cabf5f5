// Private to this module: ECDSA verification (FIPS 186-5 6.4.2) under a key that verifies many signatures.
//
// OpenSSL keeps multiples of the generator of P-256 and makes them for any other generator that a group is given, so
// that k*G costs a seventh of k*Q. A group whose generator is the key makes u2*Q as cheap as u1*G. ECDSA_do_verify
// cannot use two such groups at once, and so the equation is written out here over its points.
#pragma once
#include <openssl/ec.h>
#include <openssl/ecdsa.h>

#include "mcim/crypto/hash.h"
#include "openssl.h"

namespace mcim::crypto::detail {

/// Nothing in it is secret. Using one is safe from several threads.
class Multiples {
public:
    /// `key` is a point of `curve` other than infinity. Both need not outlive this.
    Multiples(const EC_GROUP* curve, const EC_POINT* key);
    /// Any r and s: those outside 1 .. n-1 are refused.
    [[nodiscard]] bool verify(const Sha256& digest, const ECDSA_SIG*) const;

private:
    using Group = Owned<EC_GROUP, EC_GROUP_free>;
    Group of_generator_;
    Group of_key_;
};

}  // namespace mcim::crypto::detail
