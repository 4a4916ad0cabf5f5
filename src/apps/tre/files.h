// Certificates and keys as files hold them.
#pragma once
#include "mcim/crypto/ec.h"

namespace mcim::tre {

[[nodiscard]] Result<SecretBytes> read_secret_file(const std::string& path, std::size_t octets_max);
/// DER, or the first CERTIFICATE block of PEM; gives DER.
[[nodiscard]] Result<Bytes> read_certificate(const std::string& path);
/// PKCS#8 or SEC 1, PEM or DER.
[[nodiscard]] Result<crypto::PrivateKey> read_private_key(const std::string& path);

}  // namespace mcim::tre
