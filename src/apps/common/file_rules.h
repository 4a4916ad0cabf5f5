// Which files a process with keys can still reach once it serves: Landlock, where the kernel has it (Linux 5.13,
// switched on in Debian 12).
#pragma once
#include <filesystem>
#include <vector>

#include "mcim/base/result.h"

namespace mcim::apps {

enum class FileRules : std::uint8_t { in_force, not_in_this_kernel };
/// From now on: in the folders that are named files are made, read, written, renamed and removed; in the folder of the
/// socket files can be removed; everything else on any file system is out of reach, other than what is open. For good,
/// and for this thread and those that it starts.
[[nodiscard]] Result<FileRules> confine_files(const std::vector<std::filesystem::path>& folders,
                                              const std::filesystem::path& socket);

}  // namespace mcim::apps
