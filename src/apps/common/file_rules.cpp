#include "mcim/apps/common/file_rules.h"

#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "mcim/posix/descriptor.h"

namespace mcim::apps {
namespace {

namespace fs = std::filesystem;
using Rights = std::uint64_t;

constexpr Rights truncate_right = 1ULL << 14U;  // LANDLOCK_ACCESS_FS_TRUNCATE, newer than Debian 12's headers
constexpr Rights first_rights =
    LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_READ_FILE |
    LANDLOCK_ACCESS_FS_READ_DIR | LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE |
    LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |
    LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK |
    LANDLOCK_ACCESS_FS_MAKE_SYM;
constexpr Rights of_state = LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR |
                            LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG | truncate_right;
constexpr Rights of_socket_folder = LANDLOCK_ACCESS_FS_REMOVE_FILE;

Error os_error(const std::string& what) { return fail(Errc::io, what, std::strerror(errno)); }

// The C library has no functions for these.
long abi_version() { return syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION); }
posix::Descriptor create_ruleset(const landlock_ruleset_attr& attributes) {
    return posix::Descriptor(
        static_cast<int>(syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes.handled_access_fs, 0)));
}

Status allow(const posix::Descriptor& ruleset, const fs::path& folder, Rights rights) {
    const posix::Descriptor below(::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!below.valid()) return os_error(folder.string());
    landlock_path_beneath_attr rule{};
    rule.allowed_access = rights;
    rule.parent_fd = below.get();
    if (syscall(SYS_landlock_add_rule, ruleset.get(), LANDLOCK_RULE_PATH_BENEATH, &rule, 0) != 0)
        return os_error("Landlock: " + folder.string());
    return ok();
}

}  // namespace

Result<FileRules> confine_files(const std::vector<fs::path>& folders, const fs::path& socket) {
    const long abi = abi_version();
    if (abi < 0) return FileRules::not_in_this_kernel;
    const Rights known = abi >= 3 ? first_rights | truncate_right : first_rights;
    landlock_ruleset_attr attributes{};
    attributes.handled_access_fs = known;
    const posix::Descriptor ruleset = create_ruleset(attributes);
    if (!ruleset.valid()) return os_error("Landlock");
    for (const fs::path& folder : folders) CHECKED(allow(ruleset, folder, of_state & known));
    CHECKED(allow(ruleset, fs::absolute(socket).parent_path(), of_socket_folder));
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || syscall(SYS_landlock_restrict_self, ruleset.get(), 0) != 0)
        return os_error("Landlock");
    return FileRules::in_force;
}

}  // namespace mcim::apps
