// The card's signing keys as its storage has them, in this process.
#pragma once
#include <memory>

#include "mcim/crypto/ec.h"
#include "mcim/euicc/card_signer.h"
#include "mcim/uicc/changes.h"

namespace mcim::euicc {

class StoredKeys final : public CardSigner {
public:
    /// Refuses a key that is not that of the certificate beside it. Keys do not change after manufacture(): what is
    /// loaded once serves until the card goes.
    [[nodiscard]] static Result<std::unique_ptr<StoredKeys>> load(uicc::Storage&);

    [[nodiscard]] Result<Bytes> sign(std::size_t identity, View octets) override;

private:
    explicit StoredKeys(std::vector<crypto::PrivateKey> keys) : keys_(std::move(keys)) {}
    std::vector<crypto::PrivateKey> keys_;
};

}  // namespace mcim::euicc
