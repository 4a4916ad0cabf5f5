// Files that hold keys: readable by their owner only, or refused.
#pragma once
#include <filesystem>

#include "mcim/base/secret.h"

namespace mcim::custody {

/// The whole content of a regular file that belongs to this process's user and that nobody else may open. Errc::refused
/// otherwise, saying what to change. Links are not followed: whoever can place one could choose the key.
[[nodiscard]] Result<SecretBytes> read_private_file(const std::filesystem::path&, std::size_t octets_max = 64 * 1024);

/// A new file with mode 0600, on the disk before this returns: whole, or not there, whenever the process is killed.
/// What that leaves is ".NAME.new" beside it, which the next one clears. Errc::conflict where there is a file of this
/// name: a key is never overwritten.
[[nodiscard]] Status write_private_file(const std::filesystem::path&, View content);
/// ".NAME.new": no key, and nothing to be complained of.
[[nodiscard]] bool is_left_over(const std::filesystem::path&);

/// Makes the folder with mode 0700 where it is not there. Refuses one into which others may write.
[[nodiscard]] Status ensure_private_folder(const std::filesystem::path&);

}  // namespace mcim::custody
