// Which files the card's process can still reach once it serves: Landlock, where the kernel has it (Linux 5.13,
// switched on in Debian 12).
#pragma once
#include <filesystem>

#include "mcim/base/result.h"

namespace mcim::tre {

enum class FileRules : std::uint8_t { in_force, not_in_this_kernel };
/// From now on: in the state folder files are made, read, written, renamed and removed; in the folder of the socket
/// files can be removed; everything else on any file system is out of reach, other than what is open. For good.
[[nodiscard]] Result<FileRules> confine_files(const std::filesystem::path& state_folder,
                                              const std::filesystem::path& socket);

}  // namespace mcim::tre
