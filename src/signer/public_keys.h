// The public halves of the signing keys: for certificates, and for those who verify. They are no part of the port's
// requests: a signer tells them once, whoever asks.
#pragma once
#include <map>

#include "mcim/signer/signer.h"

namespace mcim::signer {

struct PublicKeys {
    std::map<KeyName, crypto::PublicKey> by_name;
    /// Errc::not_found where no signing key has that name.
    [[nodiscard]] Result<crypto::PublicKey> find(const KeyName&) const;
    friend bool operator==(const PublicKeys&, const PublicKeys&) = default;
};

}  // namespace mcim::signer
