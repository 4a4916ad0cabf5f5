// The folder of one installation's keys.
//
//   signing/NAME.der, .pem     PKCS#8 (or SEC 1) private key
//   wrapping/N.key             version N of the key-encryption key, 32 octets
//   fingerprint.key            32 octets: HMAC key of KeyFingerprint, and of what is derived for a card
//   transport/N.key            transport key of index N, in the form of transport_keys.h
//   passphrase.salt            only where a passphrase protects the folder: then the files above end in .sealed and
//   hold
//                              AES-256-GCM under scrypt(passphrase, salt), their name as associated data
//
// Every file is mode 0600 or it is refused (private_file.h). Files are added, never changed; transport keys go again.
#pragma once
#include "mcim/custody/keys.h"
#include "mcim/custody/private_file.h"

namespace mcim::custody {

class KeyFolder {
public:
    /// A new folder with version 1 of the wrapping key and a fingerprint key. With a passphrase, everything that is
    /// ever written into it is sealed. Errc::conflict where the folder holds keys already.
    [[nodiscard]] static Result<KeyFolder> create(const std::filesystem::path&, Random&);
    [[nodiscard]] static Result<KeyFolder> create(const std::filesystem::path&, const SecretBytes& passphrase, Random&);
    /// Errc::refused for a folder that needs a passphrase, and the other way round.
    [[nodiscard]] static Result<KeyFolder> open(const std::filesystem::path&);
    [[nodiscard]] static Result<KeyFolder> open(const std::filesystem::path&, const SecretBytes& passphrase);

    /// Errc::conflict where the name is taken.
    [[nodiscard]] Status add_signing_key(const signer::KeyName&, const crypto::PrivateKey&, Random&);
    /// The next version; from now on it wraps. Rows wrapped before stay readable; RewrapSubscription brings them along.
    [[nodiscard]] Status add_wrapping_key(Random&);

    /// Errc::conflict where the index is taken.
    [[nodiscard]] Status add_transport_key(TransportIndex, const TransportKey&, Random&);
    /// Errc::not_found where there is none.
    [[nodiscard]] Status remove_transport_key(TransportIndex);

    /// Everything in it, to work with.
    [[nodiscard]] Result<Keys> keys() const;
    using PrivateKeys = std::map<signer::KeyName, crypto::PrivateKey>;
    [[nodiscard]] Result<PrivateKeys> signing_keys() const;
    [[nodiscard]] Result<WrappingKeys> wrapping_keys() const;
    [[nodiscard]] Result<Secret<32>> fingerprint_key() const;
    [[nodiscard]] Result<TransportKeys> transport_keys() const;

private:
    KeyFolder(std::filesystem::path root, std::optional<Secret<32>> passphrase_key)
        : root_(std::move(root)), passphrase_key_(std::move(passphrase_key)) {}
    [[nodiscard]] static Result<KeyFolder> begin(const std::filesystem::path&);
    [[nodiscard]] Status write_first_keys(Random&);
    [[nodiscard]] Status write(const std::string& name, std::string_view plain_suffix, View content, Random&) const;
    [[nodiscard]] Result<SecretBytes> read(const std::string& name_with_suffix) const;
    [[nodiscard]] Result<std::map<WrappingKeys::Version, std::string>> wrapping_files() const;
    [[nodiscard]] Result<std::map<TransportIndex, std::string>> transport_files() const;

    std::filesystem::path root_;
    std::optional<Secret<32>> passphrase_key_;
};

}  // namespace mcim::custody
