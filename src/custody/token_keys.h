// The keys of one installation in a token.
//
//   key pair NAME            EC on one of our curves: the signing key of that name. It signs inside, and is not read
//   secret key mcim-kek      AES-256, made inside, not read: the key of the keys that follow
//   data "wrapping/N"        version N of the key-encryption key, 32 octets, AES-256-GCM under mcim-kek
//   data "fingerprint"       as in key_folder.h, in the same form. Their label is associated data, mcim their
//   application
//   data "transport/N"       transport key of index N, in the same way
//
// The keys under mcim-kek are opened when they are read and lie in this process from then on (ADR 0052).
#pragma once
#include "mcim/custody/key_folder.h"
#include "mcim/pkcs11/token.h"

namespace mcim::custody {

/// Everything in it, to work with; each signing key has signed something that its public key verified. Public keys
/// whose label is no name of ours are passed over.
[[nodiscard]] Result<Keys> keys_in(std::shared_ptr<pkcs11::Token>);

/// Copies what the folder has and the token has not. Once more it copies nothing, and what was interrupted it
/// completes. Errc::conflict where the token has another key of that name or version. What was copied, for people.
[[nodiscard]] Result<std::vector<std::string>> import_keys(const KeyFolder&, const std::shared_ptr<pkcs11::Token>&,
                                                           Random&);

}  // namespace mcim::custody
