#include "spool_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

namespace mcim::agent {
namespace {

Error os_error(const std::filesystem::path& path) { return fail(Errc::io, path.string(), std::strerror(errno)); }

Status write_whole(const std::filesystem::path& path, View octets) {
    const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0) return os_error(path);
    bool good = true;
    while (good && !octets.empty()) {
        const ssize_t n = write(fd, octets.data(), octets.size());
        good = n > 0;
        if (good) octets = octets.subspan(static_cast<std::size_t>(n));
    }
    good = good && fsync(fd) == 0;
    const Error error = os_error(path);
    close(fd);
    if (!good) return error;
    return ok();
}

Status sync_folder(const std::filesystem::path& folder) {
    const int fd = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return os_error(folder);
    const bool good = fsync(fd) == 0;
    close(fd);
    if (!good) return os_error(folder);
    return ok();
}

}  // namespace

Status SpoolFile::ready() const {
    const auto folder = path_.parent_path();
    std::error_code ec;
    std::filesystem::create_directories(folder, ec);
    if (!ec && access(folder.c_str(), W_OK | X_OK) != 0) ec.assign(errno, std::generic_category());
    if (ec) return fail(Errc::io, folder.string(), ec.message());
    return ok();
}

Status SpoolFile::save(const Spool& spool) const {
    CHECKED(ready());
    const std::filesystem::path fresh = path_.string() + ".new";
    CHECKED(write_whole(fresh, der::encode(spool)));
    if (rename(fresh.c_str(), path_.c_str()) != 0) return os_error(path_);
    return sync_folder(path_.parent_path());
}

Status SpoolFile::drop() const {
    if (unlink(path_.c_str()) != 0) return errno == ENOENT ? ok() : Status(os_error(path_));
    return sync_folder(path_.parent_path());  // or a power cut brings back a package that is installed already
}

Result<std::optional<Spool>> SpoolFile::find() const {
    std::ifstream in(path_, std::ios::binary);
    if (!in) return std::optional<Spool>{};
    const Bytes octets{std::istreambuf_iterator<char>(in), {}};
    auto spool = der::decode<Spool>(octets);
    if (!spool) return std::move(spool).error().within(path_.string());
    if (auto code = parse_activation_code(spool->activation_code.text); !code)
        return std::move(code).error().within(path_.string());
    return std::optional<Spool>{*std::move(spool)};
}

Result<std::string> SpoolFile::set_aside() const {
    const std::string aside = path_.string() + ".damaged";
    if (rename(path_.c_str(), aside.c_str()) != 0) return os_error(path_);
    CHECKED(sync_folder(path_.parent_path()));
    return aside;
}

}  // namespace mcim::agent
