// How many clients there is room for: each needs a file descriptor, and so do the database, the log and the operator.
#pragma once
#include <cstddef>

namespace mcim::apps::mcimd {

inline constexpr std::size_t files_reserved = 128;  ///< for everything that is not a client of ES9+
inline constexpr std::size_t admin_connections_max = 32;

/// Of `wanted`, with `files` descriptors in all; at least one.
[[nodiscard]] std::size_t connections_within(std::size_t wanted, std::size_t files);
/// Asks the system for as many descriptors as that takes, and says how many connections it leaves. Debian's default of
/// 1024 may be raised by the process itself up to the hard limit.
[[nodiscard]] std::size_t make_room(std::size_t connections_wanted);

}  // namespace mcim::apps::mcimd
