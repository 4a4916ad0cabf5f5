// What a signer says to each who connects, before anything is asked.
#pragma once
#include "mcim/signer/public_keys.h"

namespace mcim::signer_wire {

/// Of these messages. Both ends are of one release: another number ends the connection.
inline constexpr int protocol = 1;
inline constexpr std::size_t greeting_octets_max = 64 * 1024;

struct Greeting {
    std::string program;  ///< and its version, for logs: "mcim-signer 1.0"
    signer::PublicKeys keys;
};

[[nodiscard]] Bytes encode_greeting(const Greeting&);
/// Errc::refused where it is of another protocol.
[[nodiscard]] Result<Greeting> decode_greeting(View);

}  // namespace mcim::signer_wire
