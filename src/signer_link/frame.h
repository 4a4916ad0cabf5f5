// A message on the socket: four octets that say how many follow, the most significant first.
#pragma once
#include <array>
#include <chrono>

#include "mcim/base/secret.h"
#include "mcim/posix/descriptor.h"

namespace mcim::signer_link {

using Clock = std::chrono::steady_clock;

inline constexpr std::size_t prefix_octets = 4;
[[nodiscard]] std::array<std::uint8_t, prefix_octets> prefix_of(std::size_t octets);
/// Of four octets.
[[nodiscard]] std::size_t octets_after(View prefix);

/// As much as the socket takes now, which may be nothing. Errc::io where the other end is gone.
[[nodiscard]] Result<std::size_t> send_some(const posix::Descriptor&, View);
/// As much as is there now, which may be nothing. Errc::io at the end of the stream too.
[[nodiscard]] Result<std::size_t> receive_some(const posix::Descriptor&, std::span<std::uint8_t>);

/// A whole message, within the time. Errc::io where that passes, or the other end is gone.
[[nodiscard]] Status send_message(const posix::Descriptor&, View message, Clock::time_point until);
/// Errc::too_large beyond `octets_max`.
[[nodiscard]] Result<SecretBytes> receive_message(const posix::Descriptor&, std::size_t octets_max,
                                                  Clock::time_point until);

}  // namespace mcim::signer_link
