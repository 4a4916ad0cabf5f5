// UNIX stream sockets, and whose process is at the other end.
#pragma once
#include <sys/types.h>

#include <string>

#include "mcim/base/result.h"
#include "mcim/posix/descriptor.h"

namespace mcim::posix {

/// Who may open a socket's file. The kernel asks for the right to write it.
enum class SocketFile : mode_t { of_owner = 0600, of_everybody = 0666 };

/// Takes the place of a socket that nobody serves any more (unix_socket.h). Neither end of it blocks.
[[nodiscard]] Result<Descriptor> listen_unix_stream(const std::string& path, SocketFile, int backlog);
/// Errc::io with the system's reason where nobody answers. It does not block.
[[nodiscard]] Result<Descriptor> connect_unix_stream(const std::string& path);
/// The user of the process that connected, or that listened: the kernel's word.
[[nodiscard]] Result<uid_t> peer_user(const Descriptor&);
[[nodiscard]] Result<uid_t> peer_user(int descriptor);  ///< that somebody else owns

}  // namespace mcim::posix
