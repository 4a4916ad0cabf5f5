// The whole state at one epoch, in one file: "snapshot". A snapshot brings a fresh salt, from which its own key and
// those of the journal that continues it come; so no key seals more than one snapshot and one journal.
//
//   "MCIMSNAP"   version 1   salt(16)   epoch(8)   AES-256-GCM(packed entries), the header as associated data
#pragma once
#include "mcim/base/ports.h"
#include "mcim/uicc/changes.h"

namespace mcim::nvm {

inline constexpr std::string_view snapshot_name = "snapshot";
using StateKey = Secret<32>;
using Salt = std::array<std::uint8_t, 16>;
using Epoch = std::uint64_t;

struct Snapshot {
    Salt salt{};
    Epoch epoch = 0;
    uicc::Entries entries;
};

[[nodiscard]] Bytes seal_snapshot(const StateKey& state_key, const Salt&, Epoch, const uicc::Entries&, Random&);
/// `path` is named in errors.
[[nodiscard]] Result<Snapshot> open_snapshot(const StateKey& state_key, View file, const std::string& path);

/// Two keys of 32 octets for one purpose.
struct Keys {
    SecretBytes seal;
    SecretBytes check;
};
[[nodiscard]] Keys derive_keys(const StateKey& state_key, const Salt&, std::string_view purpose);
[[nodiscard]] std::array<std::uint8_t, 8> octets_of(std::uint64_t);
[[nodiscard]] std::uint64_t number_of(View);

}  // namespace mcim::nvm
