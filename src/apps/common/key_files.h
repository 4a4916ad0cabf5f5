// Files that only their owner may read: private keys and passphrases (custody/private_file.h says when they are
// refused).
#pragma once
#include <filesystem>

#include "mcim/base/secret.h"
#include "mcim/crypto/ec.h"

namespace mcim::apps {

/// PKCS#8 or SEC 1, PEM or DER. Says so where it is a public key or a certificate.
[[nodiscard]] Result<crypto::PrivateKey> read_private_key(const std::filesystem::path&);
/// The same from a descriptor that was inherited (/proc/self/fd/N), which has no name that others could open.
[[nodiscard]] Result<crypto::PrivateKey> read_inherited_private_key(const std::filesystem::path&);
/// A regular file that somebody else keeps, in whatever mode, which may hold a key. Errc::too_large beyond
/// `octets_max`.
[[nodiscard]] Result<SecretBytes> read_foreign_file(const std::filesystem::path&, std::size_t octets_max);
/// The content of the file without the line end that editors add. Errc::bad_value where nothing is left.
[[nodiscard]] Result<SecretBytes> read_passphrase(const std::filesystem::path&);
/// Errc::refused where the file lies in the folder that it opens: whoever copies the one has the other.
[[nodiscard]] Status check_apart(const std::filesystem::path& passphrase_file, const std::filesystem::path& folder);
/// "PRIVATE KEY": PKCS#8 in PEM.
[[nodiscard]] SecretBytes private_key_pem(const crypto::PrivateKey&);

/// Keys pass through this process: it leaves no core dump.
void leave_no_core_dump();

}  // namespace mcim::apps
