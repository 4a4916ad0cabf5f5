// Keys that two installations have in common: K and OPc travel under them, one AES block each (ADR 0053).
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "mcim/base/secret.h"

namespace mcim::custody {

/// Which way. One key may be for both.
enum class TransportUse : std::uint8_t { import = 1, export_ = 2, both = 3 };
[[nodiscard]] std::string_view to_string(TransportUse);
[[nodiscard]] std::optional<TransportUse> find_transport_use(std::string_view name);
[[nodiscard]] bool allows(TransportUse key, TransportUse wanted);

/// 1 to 255: 0 says in files that keys are in clear.
using TransportIndex = std::uint8_t;
[[nodiscard]] Result<TransportIndex> parse_transport_index(std::string_view);

struct TransportKey {
    std::string operator_id;  ///< whose lines it carries, and nobody else's
    TransportUse use{};
    SecretBytes key;  ///< AES, 16 or 32 octets
};
using TransportKeys = std::map<TransportIndex, TransportKey>;

/// Refuses another size, a key that everybody has, and one that is nobody's.
[[nodiscard]] Status check(const TransportKey&);
/// The form in which they are kept: format, use, length and octets of the key, then the operator.
[[nodiscard]] SecretBytes encode(const TransportKey&);
[[nodiscard]] Result<TransportKey> decode_transport_key(View);
/// For people who compare whether they have the same key: the first three octets of AES over sixteen octets of 01, as
/// GlobalPlatform has it. It tells nothing else of the key.
[[nodiscard]] std::string check_value(const TransportKey&);

/// One AES block. Errc::bad_length where the octets are none: nothing else is wrapped in this way.
[[nodiscard]] Result<Bytes> wrap_block(const TransportKey&, const SecretBytes& plain);
/// Nothing is authenticated: changed octets are another plain text.
[[nodiscard]] Result<SecretBytes> unwrap_block(const TransportKey&, View wrapped);

}  // namespace mcim::custody
