// The port to whoever holds the card's signing keys (SK.EUICC.ECDSA): what the ECASD does for the ISD-R when it creates
// an eUICC signature (SGP.22 2.4.3). Nothing that goes in or comes out is a key. It is called and waited for: a card
// executes one command at a time and has nothing else to do.
//
// Agreement is no part of it. A card agrees on keys with its one-time keys only (otSK.EUICC.ECKA), which the ISD-R
// draws for a download and forgets with it (SGP.22 5.7.5; durable.h).
#pragma once
#include "mcim/base/bytes.h"

namespace mcim::euicc {

class CardSigner {
public:
    CardSigner() = default;
    CardSigner(const CardSigner&) = delete;
    CardSigner& operator=(const CardSigner&) = delete;
    virtual ~CardSigner() = default;
    /// ECDSA with SHA-256, r||s (SGP.22 2.6.7.2), by signing key number `identity` of the card. After an Error nothing
    /// holds of the command that wanted the signature.
    [[nodiscard]] virtual Result<Bytes> sign(std::size_t identity, View octets) = 0;
};

}  // namespace mcim::euicc
