#include "mcim/nvm/disk_folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "mcim/posix/descriptor.h"

namespace mcim::nvm {
namespace {

constexpr const char* lock_name = ".lock";

Error system_error(const std::string& path, std::string_view what) {
    return fail(Errc::io, path, std::string(what) + ": " + std::strerror(errno));
}

}  // namespace

Result<std::unique_ptr<DiskFolder>> DiskFolder::open(const std::string& path) {
    if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return system_error(path, "cannot make the folder");
    posix::Descriptor folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!folder.valid()) return system_error(path, "cannot open the folder");
    posix::Descriptor lock(::openat(folder.get(), lock_name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!lock.valid()) return system_error(path, "cannot make the lock file");
    if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK) return system_error(path, "cannot lock the folder");
        return fail(Errc::conflict, path,
                    "another process is running this card; stop it first, or give this one a folder of its own");
    }
    return std::unique_ptr<DiskFolder>(new DiskFolder(path, folder.release(), lock.release()));
}

DiskFolder::~DiskFolder() {
    ::close(lock_);
    ::close(folder_);
}

Error DiskFolder::failed(std::string_view name, std::string_view what) const { return system_error(path(name), what); }

Result<std::optional<Bytes>> DiskFolder::read(std::string_view name) {
    const posix::Descriptor file(::openat(folder_, std::string(name).c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!file.valid()) {
        if (errno == ENOENT) return std::optional<Bytes>{};
        return failed(name, "cannot open");
    }
    Bytes out;
    std::array<std::uint8_t, 65536> chunk;
    for (;;) {
        const ssize_t n = ::read(file.get(), chunk.data(), chunk.size());
        if (n == 0) return std::optional(std::move(out));
        if (n < 0 && errno != EINTR) return failed(name, "cannot read");
        if (n > 0) mcim::append(out, View(chunk).first(static_cast<std::size_t>(n)));
    }
}

Result<std::vector<std::string>> DiskFolder::list() {
    const int copy = ::openat(folder_, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR* stream = copy < 0 ? nullptr : ::fdopendir(copy);
    if (stream == nullptr) return failed(".", "cannot list");
    std::vector<std::string> out;
    while (const dirent* entry = ::readdir(stream)) {
        const std::string name = entry->d_name;
        if (name != "." && name != ".." && name != lock_name) out.push_back(name);
    }
    ::closedir(stream);
    return out;
}

Status DiskFolder::append(std::string_view name, View octets) {
    const posix::Descriptor file(
        ::openat(folder_, std::string(name).c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!file.valid()) return failed(name, "cannot open");
    while (!octets.empty()) {
        const ssize_t n = ::write(file.get(), octets.data(), octets.size());
        if (n < 0 && errno != EINTR) return failed(name, "cannot write");
        if (n > 0) octets = octets.subspan(static_cast<std::size_t>(n));
    }
    return ok();
}

Status DiskFolder::truncate(std::string_view name, std::size_t size) {
    const posix::Descriptor file(::openat(folder_, std::string(name).c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!file.valid() || ::ftruncate(file.get(), static_cast<off_t>(size)) != 0) return failed(name, "cannot truncate");
    return ok();
}

Status DiskFolder::sync(std::string_view name) {
    const posix::Descriptor file(::openat(folder_, std::string(name).c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!file.valid() || ::fsync(file.get()) != 0) return failed(name, "cannot sync");
    return ok();
}

Status DiskFolder::rename(std::string_view from, std::string_view to) {
    if (::renameat(folder_, std::string(from).c_str(), folder_, std::string(to).c_str()) != 0)
        return failed(from, "cannot rename to " + std::string(to));
    return ok();
}

Status DiskFolder::remove(std::string_view name) {
    if (::unlinkat(folder_, std::string(name).c_str(), 0) != 0) return failed(name, "cannot remove");
    return ok();
}

Status DiskFolder::sync_names() {
    if (::fsync(folder_) != 0) return failed(".", "cannot sync");
    return ok();
}

Status write_whole(Folder& folder, std::string_view name, View content) {
    const std::string fresh = std::string(name) + ".new";
    TRY(const auto left_over, folder.read(fresh));
    if (left_over) CHECKED(folder.remove(fresh));
    CHECKED(folder.append(fresh, content));
    CHECKED(folder.sync(fresh));
    CHECKED(folder.rename(fresh, name));
    return folder.sync_names();
}

}  // namespace mcim::nvm
