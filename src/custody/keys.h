// The keys that a custody works with, wherever they are: in files (key_folder.h) or in a token (token_keys.h).
#pragma once
#include <map>
#include <memory>

#include "mcim/custody/transport_keys.h"
#include "mcim/custody/wrapping.h"
#include "mcim/signer/signer.h"

namespace mcim::custody {

/// Somebody who can sign: a private key in memory, or one that stays where nobody reads it. May be used by several
/// threads.
class SigningKey {
public:
    SigningKey() = default;
    SigningKey(const SigningKey&) = delete;
    SigningKey& operator=(const SigningKey&) = delete;
    virtual ~SigningKey() = default;
    [[nodiscard]] virtual const crypto::PublicKey& public_key() const = 0;
    /// Errc::io where whoever holds the key does not answer now.
    [[nodiscard]] virtual Result<signer::Signature> sign(View message) const = 0;
};
using SigningKeys = std::map<signer::KeyName, std::unique_ptr<const SigningKey>>;

struct Keys {
    SigningKeys signing;
    WrappingKeys wrapping;
    Secret<32> fingerprint;
    TransportKeys transport{};
};

/// 1 to 64 letters, digits, '-' and '_', or Errc::bad_value.
[[nodiscard]] Status check_key_name(const signer::KeyName&);

}  // namespace mcim::custody
