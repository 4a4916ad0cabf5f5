// Which files a process with keys can still reach once it serves: Landlock, where the kernel has it (Linux 5.13,
// switched on in Debian 12).
#pragma once
#include <filesystem>
#include <optional>

#include "mcim/base/result.h"

namespace mcim::apps {

enum class FileRules : std::uint8_t { in_force, not_in_this_kernel };
/// From now on: in the state folder, where there is one, files are made, read, written, renamed and removed; in the
/// folder of the socket files can be removed; everything else on any file system is out of reach, other than what is
/// open. For good.
[[nodiscard]] Result<FileRules> confine_files(const std::optional<std::filesystem::path>& state_folder,
                                              const std::filesystem::path& socket);

}  // namespace mcim::apps
