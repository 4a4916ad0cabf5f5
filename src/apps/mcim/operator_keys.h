// An operator's key: ES256, in files. The private half signs releases and reference values and never goes to the
// platform; the platform gets the public half.
#pragma once
#include <filesystem>

#include "mcim/jose/jws.h"

namespace mcim::apps {

/// PKCS#8 or SEC 1, PEM or DER, of mode 0600; P-256.
[[nodiscard]] Result<crypto::PrivateKey> read_signing_key(const std::filesystem::path&);
/// SubjectPublicKeyInfo, PEM or DER; P-256. A file with a private key is refused: it is not for giving away.
[[nodiscard]] Result<crypto::PublicKey> read_public_key(const std::filesystem::path&);

/// The private key in `file`, the public one in `file`.pub; neither is overwritten.
[[nodiscard]] Result<crypto::PublicKey> write_key_pair(const std::filesystem::path& file, Random&);

/// A signed token (JWS) in a file of its own, white space around it aside.
[[nodiscard]] Result<std::string> read_token(const std::filesystem::path&);

}  // namespace mcim::apps
