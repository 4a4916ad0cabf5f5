#include "mcim/apps/mcimd/open_files.h"

#include <sys/resource.h>

#include <algorithm>

namespace mcim::apps::mcimd {

std::size_t connections_within(std::size_t wanted, std::size_t files) {
    return std::min(wanted, std::max(files, files_reserved + 1) - files_reserved);
}

std::size_t make_room(std::size_t connections_wanted) {
    rlimit files{};
    if (getrlimit(RLIMIT_NOFILE, &files) != 0) return connections_within(connections_wanted, 1024);
    const rlim_t needed = connections_wanted + files_reserved;
    if (files.rlim_cur < needed) {
        const rlimit more{std::min(needed, files.rlim_max), files.rlim_max};
        if (setrlimit(RLIMIT_NOFILE, &more) == 0) files = more;
    }
    return connections_within(connections_wanted, files.rlim_cur);
}

}  // namespace mcim::apps::mcimd
