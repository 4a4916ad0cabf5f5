// Files that everybody may read: certificates. Keys go through custody/private_file.h.
#pragma once
#include <filesystem>

#include "mcim/base/secret.h"
#include "mcim/crypto/ec.h"

namespace mcim::apps {

/// Not larger than `octets_max`.
[[nodiscard]] Result<Bytes> read_file(const std::filesystem::path&, std::size_t octets_max);
/// Errc::conflict where there is one.
[[nodiscard]] Status write_new_file(const std::filesystem::path&, View content);

/// RFC 7468, lines of 64 characters.
[[nodiscard]] std::string pem(std::string_view label, View der);
/// "PRIVATE KEY": PKCS#8.
[[nodiscard]] SecretBytes private_key_pem(const crypto::PrivateKey&);
/// A certificate as files hold it: DER, or the first CERTIFICATE block of PEM.
[[nodiscard]] Result<Bytes> certificate_of_file(View content);

}  // namespace mcim::apps
