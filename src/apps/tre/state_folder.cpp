#include "state_folder.h"

#include <filesystem>

#include "mcim/apps/common/key_files.h"
#include "mcim/tpm/tpm.h"

namespace mcim::tre {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view key_name = "state-key";

Status check_apart(const std::string& folder, const Seal& seal) {
    const auto* passphrase = std::get_if<PassphraseSeal>(&seal);
    if (passphrase == nullptr) return ok();
    return apps::check_apart(passphrase->file, folder);
}

nvm::Assurance assurance_of(const Seal& seal) {
    return std::holds_alternative<TpmSeal>(seal) ? nvm::Assurance::hardware : nvm::Assurance::low;
}

Result<nvm::StateKey> create_key(nvm::Folder& folder, const Seal& seal, Random& random) {
    if (const auto* passphrase = std::get_if<PassphraseSeal>(&seal)) {
        TRY(const SecretBytes text, apps::read_passphrase(passphrase->file));
        return nvm::PassphraseKeyFile::create(folder, key_name, random, expose(text));
    }
    TRY(tpm::Tpm tpm, tpm::Tpm::open(std::get<TpmSeal>(seal).tcti));
    return nvm::SealedKeyFile::create(folder, key_name, random,
                                      [&](const nvm::StateKey& key) { return tpm.seal(key); });
}

Result<nvm::StateKey> open_key(nvm::Folder& folder, const Seal& seal) {
    TRY(const nvm::Assurance kept, nvm::assurance_of(folder, key_name));
    if (kept != assurance_of(seal))
        return fail(Errc::conflict, "--seal",
                    kept == nvm::Assurance::hardware ? "this card's key is sealed to a TPM: name it with tpm:TCTI"
                                                     : "this card's key is under a passphrase: name its file with "
                                                       "passphrase-file:FILE");
    if (const auto* passphrase = std::get_if<PassphraseSeal>(&seal)) {
        TRY(const SecretBytes text, apps::read_passphrase(passphrase->file));
        return nvm::PassphraseKeyFile::open(folder, key_name, expose(text));
    }
    TRY(tpm::Tpm tpm, tpm::Tpm::open(std::get<TpmSeal>(seal).tcti));
    return nvm::SealedKeyFile::open(folder, key_name, [&](View blob) -> Result<SecretBytes> {
        TRY(const Secret<32> key, tpm.unseal(blob));
        return SecretBytes::copy_of(expose(key));
    });
}

}  // namespace

std::string_view to_string(nvm::Assurance assurance) {
    return assurance == nvm::Assurance::hardware
               ? "sealed to the TPM"
               : "under a passphrase: lower assurance, a copy can be attacked at leisure";
}

Result<StateFolder> StateFolder::create(const std::string& path, const Seal& seal, Random& random) {
    CHECKED(check_apart(path, seal));
    TRY(auto folder, nvm::DiskFolder::open(path));
    TRY(const bool there, nvm::Store::exists(*folder));
    if (there) return fail(Errc::conflict, path, "a card lives here already");
    TRY(const nvm::StateKey key, create_key(*folder, seal, random));
    TRY(auto store, nvm::Store::create({.folder = *folder, .random = random}, key));
    return StateFolder(std::move(folder), std::move(store), assurance_of(seal));
}

Result<StateFolder> StateFolder::open(const std::string& path, const Seal& seal, Random& random) {
    std::error_code ignored;
    if (!fs::is_directory(path, ignored)) return fail(Errc::not_found, path, "no card lives here; make one with init");
    CHECKED(check_apart(path, seal));
    TRY(auto folder, nvm::DiskFolder::open(path));
    TRY(const bool there, nvm::Store::exists(*folder));
    if (!there) return fail(Errc::not_found, path, "no card lives here; make one with init");
    TRY(const nvm::StateKey key, open_key(*folder, seal));
    TRY(auto store, nvm::Store::open({.folder = *folder, .random = random}, key));
    return StateFolder(std::move(folder), std::move(store), assurance_of(seal));
}

}  // namespace mcim::tre
