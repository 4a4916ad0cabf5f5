// Where the state key comes from. It is never in a file in clear: either sealed by hardware and unsealed through a
// callback (the TPM is another module's business), or under a passphrase, which is marked as lower assurance: whoever
// copies both files may guess at leisure.
//
// A key file is a line of text that says so, then DER.
#pragma once
#include <functional>

#include "mcim/base/ports.h"
#include "mcim/base/secret.h"
#include "mcim/nvm/folder.h"
#include "mcim/nvm/snapshot.h"

namespace mcim::nvm {

/// The state key sealed to this device.
struct SealedKeyFile {
    using Seal = std::function<Result<Bytes>(const StateKey&)>;
    using Unseal = std::function<Result<SecretBytes>(View blob)>;
    static constexpr std::string_view line = "mcim-state-key 1 sealed assurance=hardware\n";

    /// A fresh key. Refuses to overwrite a file.
    [[nodiscard]] static Result<StateKey> create(Folder&, std::string_view name, Random&, const Seal&);
    [[nodiscard]] static Result<StateKey> open(Folder&, std::string_view name, const Unseal&);
};

/// The state key under scrypt of a passphrase.
struct PassphraseKeyFile {
    static constexpr std::string_view line = "mcim-state-key 1 passphrase assurance=low\n";

    /// Refuses an empty passphrase, and to overwrite a file.
    [[nodiscard]] static Result<StateKey> create(Folder&, std::string_view name, Random&, View passphrase);
    /// Errc::bad_crypto for the wrong passphrase and for a changed file alike.
    [[nodiscard]] static Result<StateKey> open(Folder&, std::string_view name, View passphrase);
};

enum class Assurance : std::uint8_t { low, hardware };
/// Which of the two a file is, by its first line.
[[nodiscard]] Result<Assurance> assurance_of(Folder&, std::string_view name);

}  // namespace mcim::nvm
