#include "key_source.h"

#include <cstdio>

#include "mcim/apps/common/hardening.h"
#include "mcim/apps/common/key_files.h"

namespace mcim::signer_program {

Result<custody::KeyFolder> open_folder(const KeyFolderOptions& options) {
    if (options.passphrase_file.empty()) return custody::KeyFolder::open(options.folder);
    CHECKED(apps::check_apart(options.passphrase_file, options.folder));
    TRY(const SecretBytes passphrase, apps::read_passphrase(options.passphrase_file));
    return custody::KeyFolder::open(options.folder, passphrase);
}

Result<std::unique_ptr<pkcs11::Token>> open_token(const TokenOptions& options, pkcs11::Access access,
                                                  std::function<void(const std::string&)> note) {
    pkcs11::Place place;
    place.module = options.module;
    place.token = options.label;
    place.sessions = options.sessions;
    place.access = access;
    place.note = std::move(note);
    for (const auto& folder : options.folders) CHECKED(apps::check_apart(options.pin_file, folder));
    TRY(place.pin, apps::read_passphrase(options.pin_file));
    return pkcs11::Token::open(std::move(place));
}

Result<LoadedKeys> load_keys(const Options& options, std::function<void(const std::string&)> note) {
    if (!options.token) {
        TRY(const custody::KeyFolder folder, open_folder(options.keys));
        TRY(custody::Keys keys, folder.keys());
        return LoadedKeys{std::move(keys), nullptr};
    }
    TRY(auto opened, open_token(*options.token, pkcs11::Access::reading, std::move(note)));
    std::shared_ptr<pkcs11::Token> token = std::move(opened);
    TRY(custody::Keys keys, custody::keys_in(token));
    return LoadedKeys{std::move(keys), std::move(token)};
}

Status import_into_token(const KeyFolderOptions& keys, const TokenOptions& options) {
    for (const std::string& note : apps::protect_memory()) std::fprintf(stderr, "mcim-signer: %s\n", note.c_str());
    TRY(const custody::KeyFolder folder, open_folder(keys));
    TokenOptions alone = options;
    alone.sessions = 1;  // it asks one thing after the other, and some tokens give no more
    TRY(auto token, open_token(alone, pkcs11::Access::writing, {}));
    SystemRandom random;
    TRY(const auto done, custody::import_keys(folder, std::move(token), random));
    for (const std::string& what : done) std::printf("%s\n", what.c_str());
    std::printf(done.empty() ? "The token has all keys of %s already.\n"
                             : "The token has all keys of %s. The folder still has them too: take it away, or put it "
                               "where backups are kept.\n",
                keys.folder.c_str());
    return ok();
}

}  // namespace mcim::signer_program
