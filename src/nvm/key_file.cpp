#include "mcim/nvm/key_file.h"

#include "mcim/crypto/aes.h"
#include "mcim/crypto/hash.h"
#include "mcim/der/leaf.h"

namespace mcim::nvm {
namespace {

using der::field;
using der::OctetString;
using der::Tag;

struct SealedBlob {
    std::uint8_t version = 1;
    OctetString<> blob;
    static constexpr auto asn1 = der::sequence("SealedBlob", field<&SealedBlob::version>("version", Tag{0x80}),
                                               field<&SealedBlob::blob>("blob", Tag{0x81}));
};
struct WrappedKey {
    std::uint8_t version = 1;
    OctetString<16, 16> salt;
    OctetString<> wrapped;  ///< AES-256-GCM of the key; associated data: the line of text and the salt
    static constexpr auto asn1 =
        der::sequence("WrappedKey", field<&WrappedKey::version>("version", Tag{0x80}),
                      field<&WrappedKey::salt>("salt", Tag{0x81}), field<&WrappedKey::wrapped>("wrapped", Tag{0x82}));
};

Status write_new(Folder& folder, std::string_view name, std::string_view line, View der) {
    TRY(const auto there, folder.read(name));
    if (there)
        return fail(Errc::conflict, folder.path(name),
                    "a key file is there already; without it its card is lost: move it");
    return write_whole(folder, name, concat({as_view(line), der}));
}

/// What follows the line.
Result<Bytes> read_after(Folder& folder, std::string_view name, std::string_view line) {
    TRY(const auto file, folder.read(name));
    if (!file) return fail(Errc::not_found, folder.path(name), "no key file");
    if (!as_text(*file).starts_with(line))
        return fail(Errc::bad_value, folder.path(name),
                    "does not begin with \"" + std::string(line.substr(0, line.size() - 1)) + '"');
    return to_bytes(View(*file).subspan(line.size()));
}

template <class T>
Result<T> decoded(Folder& folder, std::string_view name, std::string_view line) {
    TRY(const Bytes der, read_after(folder, name, line));
    auto out = der::decode<T>(der);
    if (!out) return std::move(out).error().within(folder.path(name));
    if (out->version != 1) return fail(Errc::bad_value, folder.path(name), "written by a newer program");
    return out;
}

StateKey fresh_key(Random& random) {
    StateKey key;
    random.fill(expose_mutable(key));
    return key;
}

SecretBytes wrapping_key(View passphrase, View salt) { return crypto::scrypt(passphrase, salt, 32); }

}  // namespace

Result<StateKey> SealedKeyFile::create(Folder& folder, std::string_view name, Random& random, const Seal& seal) {
    StateKey key = fresh_key(random);
    TRY(Bytes blob, seal(key));
    CHECKED(write_new(folder, name, line, der::encode(SealedBlob{1, {std::move(blob)}})));
    return key;
}

Result<StateKey> SealedKeyFile::open(Folder& folder, std::string_view name, const Unseal& unseal) {
    TRY(const SealedBlob file, decoded<SealedBlob>(folder, name, line));
    auto key = unseal(file.blob);
    if (!key) return std::move(key).error().within(folder.path(name));
    return StateKey::copy_of(expose(*key));
}

Result<StateKey> PassphraseKeyFile::create(Folder& folder, std::string_view name, Random& random, View passphrase) {
    if (passphrase.empty()) return fail(Errc::bad_value, folder.path(name), "an empty passphrase protects nothing");
    StateKey key = fresh_key(random);
    WrappedKey file;
    file.salt.bytes = random.bytes(16);
    file.wrapped.bytes = crypto::gcm_seal(expose(wrapping_key(passphrase, file.salt)), expose(key),
                                          concat({as_view(line), file.salt}), random);
    CHECKED(write_new(folder, name, line, der::encode(file)));
    return key;
}

Result<StateKey> PassphraseKeyFile::open(Folder& folder, std::string_view name, View passphrase) {
    TRY(const WrappedKey file, decoded<WrappedKey>(folder, name, line));
    const auto key =
        crypto::gcm_open(expose(wrapping_key(passphrase, file.salt)), file.wrapped, concat({as_view(line), file.salt}));
    if (!key) return fail(Errc::bad_crypto, folder.path(name), "wrong passphrase, or the file was changed");
    return StateKey::copy_of(expose(*key));
}

Result<Assurance> assurance_of(Folder& folder, std::string_view name) {
    if (read_after(folder, name, PassphraseKeyFile::line)) return Assurance::low;
    CHECKED(read_after(folder, name, SealedKeyFile::line));
    return Assurance::hardware;
}

}  // namespace mcim::nvm
