#include "mcim/euicc/stored_keys.h"

#include "mcim/euicc/durable.h"

namespace mcim::euicc {
namespace {

Result<crypto::PrivateKey> load_signing_key(const uicc::Entries& entries, const std::string& name) {
    TRY(const auto chain, der::decode<StoredChain>(expose(entries.find(name)->second)));
    TRY(const auto certificate, x509::parse_certificate(chain.euicc_certificate));
    TRY(const crypto::PublicKey certified, certificate.public_key());
    TRY(crypto::PrivateKey key, load_key(entries, name));
    if (!(certified == key.public_key()))
        return fail(Errc::bad_crypto, name, "the private key is not that of the eUICC certificate");
    return key;
}

}  // namespace

Result<std::unique_ptr<StoredKeys>> StoredKeys::load(uicc::Storage& storage) {
    TRY(const uicc::Entries entries, storage.load());
    std::vector<crypto::PrivateKey> keys;
    for (std::size_t i = 0; entries.contains(identity_entry(i)); ++i) {
        TRY(crypto::PrivateKey key, load_signing_key(entries, identity_entry(i)));
        keys.push_back(std::move(key));
    }
    return std::unique_ptr<StoredKeys>(new StoredKeys(std::move(keys)));
}

Result<Bytes> StoredKeys::sign(std::size_t identity, View octets) {
    if (identity >= keys_.size())
        return fail(Errc::not_found, identity_entry(identity), "the card has no such signing key");
    return keys_[identity].sign(octets);
}

}  // namespace mcim::euicc
