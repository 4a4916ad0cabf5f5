// The names that UNIX sockets have in the file system.
#pragma once
#include <string>

#include "mcim/base/result.h"

namespace mcim::posix {

enum class UnixSocketKind : std::uint8_t { stream, datagram };

/// Makes room for a socket that is to have this name: the file of a process that was killed goes. Errc::conflict where
/// a process holds the socket, or something else has the name; Errc::io where that cannot be told. What is not known to
/// be left over is not ours to take: a living server would lose its name, and its clients come here.
[[nodiscard]] Status clear_stale_unix_socket(const std::string& path, UnixSocketKind);

}  // namespace mcim::posix
