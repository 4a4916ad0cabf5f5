#include "mcim/custody/private_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>

namespace mcim::custody {
namespace {

constexpr mode_t others = S_IRWXG | S_IRWXO;

/// Closes what it was given.
class Descriptor {
public:
    explicit Descriptor(int fd) : fd_(fd) {}
    ~Descriptor() {
        if (fd_ >= 0) ::close(fd_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    [[nodiscard]] int number() const { return fd_; }
    explicit operator bool() const { return fd_ >= 0; }

private:
    int fd_;
};

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
                    "others than its owner may open the key (mode " + octal(status.st_mode) + "); chmod 600 it");
    return ok();
}

Status sync_folder_of(const std::filesystem::path& path) {
    const std::filesystem::path parent = path.has_parent_path() ? path.parent_path() : ".";
    const Descriptor folder(::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!folder || ::fsync(folder.number()) != 0) return system_error(parent, "cannot sync the folder");
    return ok();
}

}  // namespace

Result<SecretBytes> read_private_file(const std::filesystem::path& path, std::size_t octets_max) {
    // O_NONBLOCK: opening a pipe that somebody put there must not wait for a writer
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (!file) {
        if (errno == ELOOP) return fail(Errc::refused, path.string(), "a key is not reached through a link");
        return system_error(path, "cannot open");
    }
    struct stat status {};
    if (::fstat(file.number(), &status) != 0) return system_error(path, "cannot read its mode");
    CHECKED(require_private(path, status));
    const auto size = static_cast<std::size_t>(status.st_size);
    if (size > octets_max)
        return fail(Errc::too_large, path.string(), "longer than " + std::to_string(octets_max) + " octets");

    SecretBytes content(size);
    std::span<std::uint8_t> rest = expose_mutable(content);
    while (!rest.empty()) {
        const ssize_t n = ::read(file.number(), rest.data(), rest.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return system_error(path, "cannot read");
        if (n == 0) return fail(Errc::truncated, path.string(), "the file shrank while it was read");
        rest = rest.subspan(static_cast<std::size_t>(n));
    }
    return content;
}

Status write_private_file(const std::filesystem::path& path, View content) {
    const Descriptor file(
        ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR));
    if (!file) return system_error(path, "cannot create");
    while (!content.empty()) {
        const ssize_t n = ::write(file.number(), content.data(), content.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) {
            const Error error = system_error(path, "cannot write");
            ::unlink(path.c_str());
            return error;
        }
        content = content.subspan(static_cast<std::size_t>(n));
    }
    if (::fsync(file.number()) != 0) return system_error(path, "cannot sync");
    return sync_folder_of(path);
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
