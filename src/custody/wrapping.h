// Encryption at rest of what nobody may read or exchange: K of a subscription, profile packages.
#pragma once
#include <map>

#include "mcim/base/ports.h"
#include "mcim/base/secret.h"

namespace mcim::custody {

/// What wrapped octets are. Octets wrapped for one purpose do not open for another.
enum class Purpose : std::uint8_t { subscription = 1, profile_package = 2, confirmation_code = 3, binding = 4 };

/// The versions of the key-encryption key. AES-256-GCM; format, key version, purpose and holder (the IMSI, the ICCID,
/// the order, the card) are associated data, so that octets which are moved to another row of a database do not open
/// there.
class WrappingKeys {
public:
    using Version = std::uint16_t;
    /// At least one key; the highest version wraps, all unwrap.
    explicit WrappingKeys(std::map<Version, Secret<32>> keys);
    [[nodiscard]] Bytes wrap(Purpose, std::string_view holder, View plain, Random&) const;
    /// Errc::bad_crypto where the octets were changed, were wrapped for something else, or their key version is gone.
    [[nodiscard]] Result<SecretBytes> unwrap(Purpose, std::string_view holder, View wrapped) const;
    [[nodiscard]] Version newest() const { return keys_.rbegin()->first; }
    friend const std::map<Version, Secret<32>>& expose(const WrappingKeys& keys) { return keys.keys_; }

private:
    std::map<Version, Secret<32>> keys_;
};

}  // namespace mcim::custody
