#include "mcim/nvm/snapshot.h"

#include <algorithm>

#include "mcim/crypto/aes.h"
#include "mcim/crypto/hash.h"
#include "mcim/nvm/pack.h"

namespace mcim::nvm {
namespace {

constexpr std::string_view snapshot_magic = "MCIMSNAP";
constexpr std::uint8_t snapshot_version = 1;
constexpr std::size_t header_octets = 8 + 1 + 16 + 8;
constexpr std::string_view snapshot_purpose = "mcim card snapshot 1";

}  // namespace

Keys derive_keys(const StateKey& state_key, const Salt& salt, std::string_view purpose) {
    const SecretBytes both = crypto::hkdf_sha256(expose(state_key), salt, as_view(purpose), 64);
    return {SecretBytes::copy_of(expose(both).first(32)), SecretBytes::copy_of(expose(both).subspan(32))};
}

std::array<std::uint8_t, 8> octets_of(std::uint64_t number) {
    std::array<std::uint8_t, 8> out{};
    for (std::size_t i = 0; i < 8; ++i) out[i] = static_cast<std::uint8_t>(number >> (56 - 8 * i));
    return out;
}
std::uint64_t number_of(View octets) {
    std::uint64_t out = 0;
    for (const auto octet : octets) out = out << 8U | octet;
    return out;
}

Bytes seal_snapshot(const StateKey& state_key, const Salt& salt, Epoch epoch, const uicc::Entries& entries,
                    Random& random) {
    Bytes out = concat({as_view(snapshot_magic), View(&snapshot_version, 1), salt, octets_of(epoch)});
    const Keys keys = derive_keys(state_key, salt, snapshot_purpose);
    append(out, crypto::gcm_seal(expose(keys.seal), expose(pack(entries)), out, random));
    return out;
}

Result<Snapshot> open_snapshot(const StateKey& state_key, View file, const std::string& path) {
    if (file.size() < header_octets || !equal(file.first(8), as_view(snapshot_magic)))
        return fail(Errc::bad_value, path, "is no snapshot of a card; restore the folder from a copy");
    if (file[8] != snapshot_version)
        return fail(Errc::bad_value, path, "format version " + std::to_string(file[8]) + ", or a damaged file");
    Snapshot out;
    std::ranges::copy(file.subspan(9, 16), out.salt.begin());
    out.epoch = number_of(file.subspan(25, 8));
    const Keys keys = derive_keys(state_key, out.salt, snapshot_purpose);
    const auto plain = crypto::gcm_open(expose(keys.seal), file.subspan(header_octets), file.first(header_octets));
    if (!plain)
        return fail(Errc::bad_crypto, path, "was changed or damaged, or belongs to another card key; it is not used");
    auto changes = unpack(expose(*plain));
    if (!changes) return std::move(changes).error().within(path);
    uicc::apply(out.entries, *changes);
    return out;
}

}  // namespace mcim::nvm
