// The folder of one card:
//
//   state-key   the state key, sealed (nvm/key_file.h)
//   ...         the store (nvm/store.h)
//
// Which TPM or passphrase file opens it is said on the command line only: nothing in the folder is believed before it
// was authenticated, and what names a TPM could name a program to start.
#pragma once
#include "mcim/nvm/disk_folder.h"
#include "mcim/nvm/key_file.h"
#include "mcim/nvm/store.h"
#include "options.h"

namespace mcim::tre {

class StateFolder {
public:
    /// A new card's. Refuses a folder that holds one, and a passphrase file that would lie inside it: whoever copies
    /// the folder must not get the key with it.
    [[nodiscard]] static Result<StateFolder> create(const std::string& path, const Seal&, Random&);
    [[nodiscard]] static Result<StateFolder> open(const std::string& path, const Seal&, Random&);

    [[nodiscard]] uicc::Storage& storage() { return *store_; }
    [[nodiscard]] nvm::Assurance assurance() const { return assurance_; }

private:
    StateFolder(std::unique_ptr<nvm::DiskFolder> folder, std::unique_ptr<nvm::Store> store, nvm::Assurance assurance)
        : folder_(std::move(folder)), store_(std::move(store)), assurance_(assurance) {}
    std::unique_ptr<nvm::DiskFolder> folder_;  ///< the store works on it
    std::unique_ptr<nvm::Store> store_;
    nvm::Assurance assurance_;
};

[[nodiscard]] std::string_view to_string(nvm::Assurance);

}  // namespace mcim::tre
