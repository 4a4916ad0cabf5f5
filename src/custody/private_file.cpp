#include "mcim/custody/private_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>

#include "mcim/posix/descriptor.h"

namespace mcim::custody {
namespace {

constexpr mode_t others = S_IRWXG | S_IRWXO;

Error system_error(const std::filesystem::path& path, const char* what) {
    const int code = errno;
    const Errc kind = code == ENOENT ? Errc::not_found : code == EEXIST ? Errc::conflict : Errc::io;
    return fail(kind, path.string(), std::string(what) + ": " + std::generic_category().message(code));
}

std::string octal(mode_t mode) {
    std::array<char, 8> out{};
    const int n = std::snprintf(out.data(), out.size(), "%04o", static_cast<unsigned>(mode & 07777U));
    return {out.data(), static_cast<std::size_t>(n)};
}

Status require_private(const std::filesystem::path& path, const struct stat& status) {
    if (!S_ISREG(status.st_mode)) return fail(Errc::refused, path.string(), "a key lies in a regular file");
    if (status.st_uid != ::geteuid())
        return fail(Errc::refused, path.string(), "the file belongs to another user, who could read the key; chown it");
    if ((status.st_mode & others) != 0)
        return fail(Errc::refused, path.string(),
                    "others than its owner may open it (mode " + octal(status.st_mode) + "); chmod 600 it");
    return ok();
}

Status sync_folder_of(const std::filesystem::path& path) {
    const std::filesystem::path parent = path.has_parent_path() ? path.parent_path() : ".";
    const posix::Descriptor folder(::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!folder.valid() || ::fsync(folder.get()) != 0) return system_error(parent, "cannot sync the folder");
    return ok();
}

/// Where it is written before it gets its name, in the same folder.
std::filesystem::path fresh_name(const std::filesystem::path& path) {
    return path.parent_path() / ("." + path.filename().string() + ".new");
}

Error written_by_another(const std::filesystem::path& path) {
    return fail(Errc::conflict, path.string(), "another process is writing it");
}

/// Whether it is still this file that has the name, and not another process's that came since.
bool has_name(const posix::Descriptor& file, const std::filesystem::path& path) {
    struct stat held {};
    struct stat named {};
    return ::fstat(file.get(), &held) == 0 && ::lstat(path.c_str(), &named) == 0 && held.st_dev == named.st_dev &&
           held.st_ino == named.st_ino;
}

/// What a process left that was killed while it wrote: nobody holds its lock. Whoever does is still writing; only the
/// holder takes the name away, so that it stands for the same file as long as the lock is held.
Status clear_left_over(const std::filesystem::path& fresh) {
    const posix::Descriptor file(::open(fresh.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (!file.valid()) return errno == ENOENT ? ok() : Status(system_error(fresh, "cannot open"));
    if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0 || !has_name(file, fresh)) return written_by_another(fresh);
    struct stat held {};
    if (::fstat(file.get(), &held) != 0) return system_error(fresh, "cannot read its mode");
    if (!S_ISREG(held.st_mode)) return fail(Errc::conflict, fresh.string(), "no file of this program's; remove it");
    if (::unlink(fresh.c_str()) != 0) return system_error(fresh, "cannot be removed");
    return ok();
}

Status write_whole(const posix::Descriptor& file, const std::filesystem::path& path, View content) {
    while (!content.empty()) {
        const ssize_t n = ::write(file.get(), content.data(), content.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return system_error(path, "cannot write");
        content = content.subspan(static_cast<std::size_t>(n));
    }
    if (::fsync(file.get()) != 0) return system_error(path, "cannot sync");
    return ok();
}

}  // namespace

Result<SecretBytes> read_private_file(const std::filesystem::path& path, std::size_t octets_max) {
    // O_NONBLOCK: opening a pipe that somebody put there must not wait for a writer
    const posix::Descriptor file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (!file.valid()) {
        if (errno == ELOOP) return fail(Errc::refused, path.string(), "a key is not reached through a link");
        return system_error(path, "cannot open");
    }
    struct stat status {};
    if (::fstat(file.get(), &status) != 0) return system_error(path, "cannot read its mode");
    CHECKED(require_private(path, status));
    const auto size = static_cast<std::size_t>(status.st_size);
    if (size > octets_max)
        return fail(Errc::too_large, path.string(), "longer than " + std::to_string(octets_max) + " octets");

    SecretBytes content(size);
    std::span<std::uint8_t> rest = expose_mutable(content);
    while (!rest.empty()) {
        const ssize_t n = ::read(file.get(), rest.data(), rest.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return system_error(path, "cannot read");
        if (n == 0) return fail(Errc::truncated, path.string(), "the file shrank while it was read");
        rest = rest.subspan(static_cast<std::size_t>(n));
    }
    return content;
}

Status write_private_file(const std::filesystem::path& path, View content) {
    const std::filesystem::path fresh = fresh_name(path);
    CHECKED(clear_left_over(fresh));
    const posix::Descriptor file(
        ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR));
    if (!file.valid()) return system_error(path, "cannot create");
    // until it had the lock it looked like what a killed process left
    if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0 || !has_name(file, fresh)) return written_by_another(path);
    Status status = write_whole(file, path, content);
    if (status && ::renameat2(AT_FDCWD, fresh.c_str(), AT_FDCWD, path.c_str(), RENAME_NOREPLACE) != 0)
        status = system_error(path, "cannot create");
    if (!status) ::unlink(fresh.c_str());
    CHECKED(status);
    const Status synced = sync_folder_of(path);
    if (!synced) ::unlink(path.c_str());
    return synced;
}

bool is_left_over(const std::filesystem::path& path) {
    const std::string name = path.filename().string();
    return name.starts_with('.') && name.ends_with(".new");
}

Status ensure_private_folder(const std::filesystem::path& path) {
    if (::mkdir(path.c_str(), S_IRWXU) == 0) return sync_folder_of(path);
    if (errno != EEXIST) return system_error(path, "cannot create the folder");
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) return system_error(path, "cannot read its mode");
    if (!S_ISDIR(status.st_mode)) return fail(Errc::conflict, path.string(), "this is not a folder");
    if (status.st_uid != ::geteuid() || (status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
        return fail(
            Errc::refused, path.string(),
            "others than this user may exchange the keys in it (mode " + octal(status.st_mode) + "); chmod 700 it");
    return ok();
}

}  // namespace mcim::custody
