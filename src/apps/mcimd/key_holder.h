// Who holds the platform's keys, as the configuration says: this process, or mcim-signer.
#pragma once
#include <functional>

#include "mcim/apps/mcimd/config.h"
#include "mcim/apps/mcimd/signing_desk.h"
#include "mcim/custody/custody.h"

namespace mcim::apps::mcimd {

/// The port, and what is asked beside it. The functions hold as long as `signer` lives.
struct KeyHolder {
    std::unique_ptr<signer::Signer> signer;
    std::function<Result<signer::PublicKeys>()> public_keys;
    std::function<void(signer::PublicKeys)> expect;  ///< the certificates in use are for these
    std::function<Status()> answers;                 ///< whether it would now
    SigningDesk::Way way{};
};
/// The keys of the folder, read once; or a signer, which is not asked yet. `random` outlives it.
[[nodiscard]] Result<KeyHolder> open_key_holder(const Config&, Random& random);

[[nodiscard]] Result<SecretBytes> keys_passphrase(const Config&);

}  // namespace mcim::apps::mcimd
