// Certificates and keys as files hold them.
#pragma once
#include "mcim/crypto/ec.h"

namespace mcim::tre {

/// DER, or the first CERTIFICATE block of PEM; gives DER.
[[nodiscard]] Result<Bytes> read_certificate(const std::string& path);
/// PKCS#8 or SEC 1, PEM or DER, from a file that only its owner may open, or from an inherited descriptor
/// (/proc/self/fd/N).
[[nodiscard]] Result<crypto::PrivateKey> read_private_key(const std::string& path);

}  // namespace mcim::tre
