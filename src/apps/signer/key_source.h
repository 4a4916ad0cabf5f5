// Where the command line says that the keys are.
#pragma once
#include "mcim/custody/token_keys.h"
#include "options.h"

namespace mcim::signer_program {

[[nodiscard]] Result<custody::KeyFolder> open_folder(const KeyFolderOptions&);
[[nodiscard]] Result<std::unique_ptr<pkcs11::Token>> open_token(const TokenOptions&, pkcs11::Access,
                                                                std::function<void(const std::string&)> note);
struct LoadedKeys {
    custody::Keys keys;
    std::shared_ptr<pkcs11::Token> token;  ///< where they are those of one
};
[[nodiscard]] Result<LoadedKeys> load_keys(const Options&, std::function<void(const std::string&)> note);

}  // namespace mcim::signer_program
