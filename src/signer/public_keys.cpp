#include "mcim/signer/public_keys.h"

namespace mcim::signer {

Result<crypto::PublicKey> PublicKeys::find(const KeyName& name) const {
    const auto at = by_name.find(name);
    if (at == by_name.end()) return fail(Errc::not_found, "key", "no signing key is named " + name.text);
    return at->second;
}

}  // namespace mcim::signer
