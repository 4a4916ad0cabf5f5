#include "message_folder.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>

namespace mcim::agent {
namespace {

namespace fs = std::filesystem;

/// Of "012-es10-bf2e-request.der" 12; of anything else 0.
unsigned number_of(const std::string& name) {
    unsigned number = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
    return error == std::errc() && end != name.data() + name.size() && *end == '-' ? number : 0;
}

std::string three_digits(unsigned number) {
    const std::string digits = std::to_string(number);
    return std::string(3 - std::min<std::size_t>(3, digits.size()), '0') + digits;
}

Error file_error(const fs::path& path) { return fail(Errc::io, path.string(), std::strerror(errno)); }

}  // namespace

MessageFolder::MessageFolder(fs::path folder) : folder_(std::move(folder)) {
    std::error_code ignored;
    if (folder_.empty()) return;
    for (const auto& entry : fs::directory_iterator(folder_, ignored))
        last_ = std::max(last_, number_of(entry.path().filename().string()));
}

Status MessageFolder::keep(std::string_view name, std::string_view ending, std::string_view content) {
    if (folder_.empty()) return ok();
    const fs::path file = folder_ / (three_digits(++last_) + "-" + std::string(name) + "." + std::string(ending));
    const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) return file_error(file);
    bool good = true;
    while (good && !content.empty()) {
        const ssize_t n = ::write(fd, content.data(), content.size());
        good = n > 0;
        if (good) content.remove_prefix(static_cast<std::size_t>(n));
    }
    const Error error = file_error(file);
    ::close(fd);
    if (!good) return error;
    return ok();
}

}  // namespace mcim::agent
