// mcim demo: the main job, run with real parts on loopback, each claim checked.
#pragma once
#include <filesystem>
#include <string>

namespace mcim::demo {

struct Options {
    std::filesystem::path keep;     ///< leave every message, database and log there; empty: a temporary folder
    std::filesystem::path profile;  ///< somebody's own package, in the place of the project's template; empty: none
};
/// What --keep leaves, and where.
[[nodiscard]] std::string what_is_kept(const std::filesystem::path& folder);
/// 0 where everything held.
[[nodiscard]] int run_demo(const Options&);

}  // namespace mcim::demo
