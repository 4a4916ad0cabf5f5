#pragma once
#include <filesystem>

#include "mcim/apps/mcim/bench_floor.h"

namespace mcim::apps {

struct DownloadPlan {
    std::size_t downloads = 2000;
    std::size_t at_once = 32;
    std::size_t package_octets_min = 12 * 1024;
    std::filesystem::path mcimd{};  ///< empty: the one beside this program
    enum class Keys : std::uint8_t {
        in_the_server,
        apart
    } keys = Keys::in_the_server;     ///< of the one that is measured
    std::string database{};           ///< PostgreSQL for the one that is measured, new and empty; "": SQLite
    std::filesystem::path against{};  ///< another one, to be compared with it; empty: none
    FloorEffort floor{};
};
[[nodiscard]] Result<Figures> bench_download(const DownloadPlan&);

}  // namespace mcim::apps
