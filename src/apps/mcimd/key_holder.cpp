#include "mcim/apps/mcimd/key_holder.h"

#include <unistd.h>

#include "mcim/apps/common/key_files.h"
#include "mcim/posix/user.h"
#include "mcim/signer_link/remote_signer.h"

namespace mcim::apps::mcimd {
namespace {

/// With the passphrase, where the configuration names its file.
Result<custody::KeyFolder> key_folder(const Config& config) {
    if (config.keys_passphrase_file.empty()) return custody::KeyFolder::open(config.keys);
    TRY(const SecretBytes passphrase, keys_passphrase(config));
    return custody::KeyFolder::open(config.keys, passphrase);
}

custody::Policy custody_policy(const Config& config) {
    return config.laboratory ? custody::Policy::laboratory() : custody::Policy{};
}

Result<KeyHolder> keys_of_this_process(const Config& config, Random& random) {
    TRY(const auto folder, key_folder(config));
    TRY(auto custody, custody::Custody::load(folder, custody_policy(config), random));
    const custody::Custody& held = *custody;
    return KeyHolder{std::move(custody), [&held] { return Result(held.public_keys()); },
                     [](const signer::PublicKeys&) {}, [] { return ok(); }, SigningDesk::Way::at_once};
}

}  // namespace

Result<SecretBytes> keys_passphrase(const Config& config) {
    CHECKED(check_apart(config.keys_passphrase_file, config.keys));
    return read_passphrase(config.keys_passphrase_file);
}

Result<KeyHolder> open_key_holder(const Config& config, Random& random) {
    if (!config.signer) return keys_of_this_process(config, random);
    uid_t user = ::geteuid();
    if (!config.signer->user.empty()) {
        TRY(user, posix::find_user(config.signer->user));
    }
    auto remote = std::make_unique<signer_link::RemoteSigner>(
        signer_link::Place{config.signer->socket, user, config.signer->time_max});
    auto& signer = *remote;
    return KeyHolder{std::move(remote), [&signer] { return signer.public_keys(); },
                     [&signer](signer::PublicKeys keys) { signer.expect(std::move(keys)); },
                     [&signer] { return signer.check(); }, SigningDesk::Way::together};
}

}  // namespace mcim::apps::mcimd
