// The operations of a protocol as OpenSSL's own calls do them where everything is prepared and nothing is checked or
// copied. Only for measuring (mcim bench download).
#pragma once
#include <memory>

#include "mcim/crypto/ec.h"

namespace mcim::crypto {

class BareOperations {
public:
    explicit BareOperations(Curve);
    BareOperations(const BareOperations&) = delete;
    BareOperations& operator=(const BareOperations&) = delete;
    ~BareOperations();

    void sign();      ///< ECDSA over a digest
    void verify();    ///< of such a signature, with a parsed key
    void agree();     ///< ECDH with a parsed point
    void generate();  ///< a key of the curve
    /// One end's share of an ephemeral agreement over X25519, as TLS has it by default: make a key, agree.
    void generate_x25519();
    void agree_x25519();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace mcim::crypto
