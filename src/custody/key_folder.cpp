#include "mcim/custody/key_folder.h"

#include <algorithm>
#include <charconv>

#include "mcim/crypto/aes.h"
#include "mcim/crypto/hash.h"

namespace mcim::custody {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view sealed_suffix = ".sealed";
constexpr std::string_view key_suffix = ".key";
constexpr std::string_view der_suffix = ".der";
constexpr std::string_view pem_suffix = ".pem";
constexpr std::string_view signing_folder = "signing";
constexpr std::string_view wrapping_folder = "wrapping";
constexpr std::string_view transport_folder = "transport";
constexpr std::string_view fingerprint_name = "fingerprint";
constexpr std::string_view salt_file = "passphrase.salt";
constexpr std::size_t salt_octets = 16;
constexpr std::size_t key_octets = 32;

std::string in_folder(std::string_view folder, std::string_view name) {
    return std::string(folder) + "/" + std::string(name);
}

class KeyInMemory final : public SigningKey {
public:
    explicit KeyInMemory(crypto::PrivateKey key) : key_(std::move(key)) {}
    [[nodiscard]] const crypto::PublicKey& public_key() const override { return key_.public_key(); }
    [[nodiscard]] Result<signer::Signature> sign(View message) const override {
        TRY(const auto octets, to_array<64>(key_.sign(message)));
        return signer::Signature{octets};
    }

private:
    crypto::PrivateKey key_;
};

/// Names of the files in a folder, in their order.
Result<std::vector<std::string>> list(const fs::path& folder) {
    std::vector<std::string> names;
    std::error_code failed;
    for (fs::directory_iterator at(folder, failed), end; !failed && at != end; at.increment(failed))
        if (!is_left_over(at->path())) names.push_back(at->path().filename().string());
    if (failed) return fail(Errc::io, folder.string(), "cannot list: " + failed.message());
    std::ranges::sort(names);
    return names;
}

Result<Secret<key_octets>> passphrase_key(const SecretBytes& passphrase, View salt) {
    if (passphrase.empty()) return fail(Errc::refused, "passphrase", "an empty passphrase protects nothing");
    return Secret<key_octets>::copy_of(expose(crypto::scrypt(expose(passphrase), salt, key_octets)));
}

Result<crypto::PrivateKey> parse_signing_key(View file) {
    constexpr std::string_view pem_start = "-----BEGIN";
    // read in place: a copy as std::string would not be wiped
    const std::string_view text(reinterpret_cast<const char*>(file.data()), file.size());
    return text.starts_with(pem_start) ? crypto::PrivateKey::from_pem(text) : crypto::PrivateKey::from_der(file);
}

}  // namespace

Result<KeyFolder> KeyFolder::begin(const fs::path& root) {
    CHECKED(ensure_private_folder(root));
    TRY(const auto present, list(root));
    if (!present.empty())
        return fail(Errc::conflict, root.string(), "the folder is not empty; keys are made in a new one");
    CHECKED(ensure_private_folder(root / signing_folder));
    CHECKED(ensure_private_folder(root / wrapping_folder));
    return KeyFolder(root, std::nullopt);
}

Result<KeyFolder> KeyFolder::create(const fs::path& root, Random& random) {
    TRY(KeyFolder folder, begin(root));
    CHECKED(folder.write_first_keys(random));
    return folder;
}

Result<KeyFolder> KeyFolder::create(const fs::path& root, const SecretBytes& passphrase, Random& random) {
    const Bytes salt = random.bytes(salt_octets);
    TRY(auto key, passphrase_key(passphrase, salt));
    TRY(KeyFolder folder, begin(root));
    CHECKED(write_private_file(root / salt_file, salt));
    folder.passphrase_key_ = std::move(key);
    CHECKED(folder.write_first_keys(random));
    return folder;
}

Result<KeyFolder> KeyFolder::open(const fs::path& root) {
    CHECKED(ensure_private_folder(root));
    std::error_code ignored;
    if (fs::exists(root / salt_file, ignored))
        return fail(Errc::refused, root.string(), "the keys are protected by a passphrase and none was given");
    return KeyFolder(root, std::nullopt);
}

Result<KeyFolder> KeyFolder::open(const fs::path& root, const SecretBytes& passphrase) {
    CHECKED(ensure_private_folder(root));
    const auto salt = read_private_file(root / salt_file);
    if (!salt && salt.error().code == Errc::not_found)
        return fail(Errc::refused, root.string(), "a passphrase was given, but the keys are not protected by one");
    if (!salt) return salt.error();
    TRY(auto key, passphrase_key(passphrase, expose(*salt)));
    return KeyFolder(root, std::move(key));
}

Status KeyFolder::write_first_keys(Random& random) {
    CHECKED(add_wrapping_key(random));
    Secret<key_octets> fingerprint;
    random.fill(expose_mutable(fingerprint));
    return write(std::string(fingerprint_name), key_suffix, expose(fingerprint), random);
}

Status KeyFolder::add_signing_key(const signer::KeyName& name, const crypto::PrivateKey& key, Random& random) {
    CHECKED(check_key_name(name));
    TRY(const PrivateKeys present, signing_keys());
    if (present.contains(name)) return fail(Errc::conflict, "signing key", name.text + " exists already");
    return write(in_folder(signing_folder, name.text), der_suffix, expose(key.to_pkcs8()), random);
}

Status KeyFolder::add_wrapping_key(Random& random) {
    TRY(const auto present, wrapping_files());
    const unsigned version = present.empty() ? 1U : present.rbegin()->first + 1U;
    if (version > 0xFFFF) return fail(Errc::refused, "wrapping key", "its versions are used up");
    Secret<key_octets> key;
    random.fill(expose_mutable(key));
    return write(in_folder(wrapping_folder, std::to_string(version)), key_suffix, expose(key), random);
}

Status KeyFolder::add_transport_key(TransportIndex index, const TransportKey& key, Random& random) {
    CHECKED(check(key));
    if (index == 0) return fail(Errc::bad_value, "transport key", "index 0 says that keys are in clear: 1 to 255");
    TRY(const auto present, transport_files());
    if (present.contains(index))
        return fail(Errc::conflict, "transport key", std::to_string(index) + " exists already");
    CHECKED(ensure_private_folder(root_ / transport_folder));
    return write(in_folder(transport_folder, std::to_string(index)), key_suffix, expose(encode(key)), random);
}

Status KeyFolder::remove_transport_key(TransportIndex index) {
    TRY(const auto present, transport_files());
    const auto at = present.find(index);
    if (at == present.end())
        return fail(Errc::not_found, "transport key", "there is none of index " + std::to_string(index));
    const fs::path path = root_ / transport_folder / at->second;
    std::error_code failed;
    if (!fs::remove(path, failed)) return fail(Errc::io, path.string(), "cannot be removed: " + failed.message());
    return ok();
}

Result<Keys> KeyFolder::keys() const {
    TRY(PrivateKeys private_keys, signing_keys());
    SigningKeys signing;
    for (auto& [name, key] : private_keys) signing.emplace(name, std::make_unique<KeyInMemory>(std::move(key)));
    TRY(WrappingKeys wrapping, wrapping_keys());
    TRY(Secret<32> fingerprint, fingerprint_key());
    TRY(TransportKeys transport, transport_keys());
    return Keys{std::move(signing), std::move(wrapping), std::move(fingerprint), std::move(transport)};
}

Result<KeyFolder::PrivateKeys> KeyFolder::signing_keys() const {
    TRY(const auto names, list(root_ / signing_folder));
    PrivateKeys keys;
    for (const std::string& file : names) {
        const std::string suffix = fs::path(file).extension().string();
        if (suffix != der_suffix && suffix != pem_suffix && suffix != sealed_suffix)
            return fail(Errc::bad_value, file, "a signing key is a .pem, .der or .sealed file");
        const signer::KeyName name{fs::path(file).stem().string()};
        CHECKED(check_key_name(name));
        TRY(const SecretBytes content, read(in_folder(signing_folder, file)));
        auto key = parse_signing_key(expose(content));
        if (!key) return std::move(key).error().within((root_ / signing_folder / file).string());
        if (!keys.emplace(name, *std::move(key)).second)
            return fail(Errc::conflict, file, "there are two signing keys of this name; remove one");
    }
    return keys;
}

Result<WrappingKeys> KeyFolder::wrapping_keys() const {
    TRY(const auto files, wrapping_files());
    if (files.empty())
        return fail(Errc::not_found, (root_ / wrapping_folder).string(),
                    "no key-encryption key; without it nothing opens");
    std::map<WrappingKeys::Version, Secret<key_octets>> keys;
    for (const auto& [version, file] : files) {
        TRY(const SecretBytes content, read(in_folder(wrapping_folder, file)));
        auto key = Secret<key_octets>::copy_of(expose(content));
        if (!key) return std::move(key).error().within(file);
        keys.emplace(version, *std::move(key));
    }
    return WrappingKeys(std::move(keys));
}

Result<Secret<32>> KeyFolder::fingerprint_key() const {
    const std::string_view suffix = passphrase_key_ ? sealed_suffix : key_suffix;
    TRY(const SecretBytes content, read(std::string(fingerprint_name) + std::string(suffix)));
    return Secret<32>::copy_of(expose(content));
}

Result<std::map<WrappingKeys::Version, std::string>> KeyFolder::wrapping_files() const {
    TRY(const auto names, list(root_ / wrapping_folder));
    std::map<WrappingKeys::Version, std::string> files;
    for (const std::string& file : names) {
        const std::string stem = fs::path(file).stem().string();
        WrappingKeys::Version version = 0;
        const auto [end, failed] = std::from_chars(stem.data(), stem.data() + stem.size(), version);
        if (failed != std::errc{} || end != stem.data() + stem.size() || version == 0)
            return fail(Errc::bad_value, file, "a wrapping key is named by its version: 1.key");
        if (!files.emplace(version, file).second)
            return fail(Errc::conflict, file, "there are two wrapping keys of this version");
    }
    return files;
}

Result<TransportKeys> KeyFolder::transport_keys() const {
    TRY(const auto files, transport_files());
    TransportKeys keys;
    for (const auto& [index, file] : files) {
        TRY(const SecretBytes content, read(in_folder(transport_folder, file)));
        auto key = decode_transport_key(expose(content));
        if (!key) return std::move(key).error().within((root_ / transport_folder / file).string());
        keys.emplace(index, *std::move(key));
    }
    return keys;
}

Result<std::map<TransportIndex, std::string>> KeyFolder::transport_files() const {
    std::map<TransportIndex, std::string> files;
    std::error_code ignored;
    if (!fs::exists(root_ / transport_folder, ignored)) return files;  // the first key makes it
    TRY(const auto names, list(root_ / transport_folder));
    for (const std::string& file : names) {
        auto index = parse_transport_index(fs::path(file).stem().string());
        if (!index) return std::move(index).error().within(file);
        if (!files.emplace(*index, file).second)
            return fail(Errc::conflict, file, "there are two transport keys of this index");
    }
    return files;
}

Status KeyFolder::write(const std::string& name, std::string_view plain_suffix, View content, Random& random) const {
    if (!passphrase_key_) return write_private_file(root_ / (name + std::string(plain_suffix)), content);
    const std::string file = name + std::string(sealed_suffix);
    return write_private_file(root_ / file, crypto::gcm_seal(expose(*passphrase_key_), content, as_view(file), random));
}

Result<SecretBytes> KeyFolder::read(const std::string& name_with_suffix) const {
    const fs::path path = root_ / name_with_suffix;
    TRY(SecretBytes content, read_private_file(path));
    const bool sealed = path.extension() == sealed_suffix;
    if (sealed != passphrase_key_.has_value())
        return fail(Errc::refused, path.string(),
                    sealed ? "the key is sealed by a passphrase and none was given"
                           : "the key lies open in a folder that a passphrase protects");
    if (!sealed) return content;
    auto opened = crypto::gcm_open(expose(*passphrase_key_), expose(content), as_view(name_with_suffix));
    if (!opened) return fail(Errc::bad_crypto, path.string(), "the passphrase is another one, or the file was changed");
    return opened;
}

}  // namespace mcim::custody
