// mcim-signer transport-key: the transport keys of a folder, as its owner puts them in and takes them away.
#include <cstdio>

#include "key_source.h"
#include "mcim/apps/common/hardening.h"
#include "mcim/apps/common/key_files.h"

namespace mcim::signer_program {
namespace {

/// Hexadecimal digits, as transport keys are handed over.
Result<SecretBytes> read_transport_key(const std::filesystem::path& file) {
    TRY(const SecretBytes digits, apps::read_passphrase(file));
    const View octets = expose(digits);
    auto key = from_hex({reinterpret_cast<const char*>(octets.data()), octets.size()});
    if (!key || (key->size() != 16 && key->size() != 32))  // what was given may be a key: it is not shown
        return fail(Errc::bad_value, file.string(), "32 or 64 hexadecimal digits are wanted");
    return SecretBytes(*std::move(key));
}

void print_restart() {
    std::printf(
        "Who serves these keys (mcim-signer, or mcimd where it holds them) knows it after it was started again.\n");
}

}  // namespace

Status add_transport_key(const KeyFolderOptions& keys, const NewTransportKey& wanted) {
    for (const std::string& note : apps::protect_memory()) std::fprintf(stderr, "mcim-signer: %s\n", note.c_str());
    TRY(custody::KeyFolder folder, open_folder(keys));
    TRY(SecretBytes octets, read_transport_key(wanted.key_file));
    const custody::TransportKey key{wanted.operator_id, wanted.use, std::move(octets)};
    SystemRandom random;
    CHECKED(folder.add_transport_key(wanted.index, key, random));
    std::printf("Transport key %d of %s, for %s, is in %s. Its check value is %s.\n", wanted.index,
                key.operator_id.c_str(), std::string(to_string(key.use)).c_str(), keys.folder.c_str(),
                check_value(key).c_str());
    print_restart();
    return ok();
}

Status list_transport_keys(const KeyFolderOptions& keys) {
    for (const std::string& note : apps::protect_memory()) std::fprintf(stderr, "mcim-signer: %s\n", note.c_str());
    TRY(const custody::KeyFolder folder, open_folder(keys));
    TRY(const custody::TransportKeys all, folder.transport_keys());
    std::printf("INDEX  USE     AES  CHECK VALUE  OPERATOR\n");
    for (const auto& [index, key] : all)
        std::printf("%5d  %-6s  %3zu  %-11s  %s\n", index, std::string(to_string(key.use)).c_str(), key.key.size() * 8,
                    check_value(key).c_str(), key.operator_id.c_str());
    return ok();
}

Status remove_transport_key(const KeyFolderOptions& keys, custody::TransportIndex index) {
    TRY(custody::KeyFolder folder, open_folder(keys));
    CHECKED(folder.remove_transport_key(index));
    std::printf("Transport key %d is in %s no more.\n", index, keys.folder.c_str());
    print_restart();
    return ok();
}

}  // namespace mcim::signer_program
