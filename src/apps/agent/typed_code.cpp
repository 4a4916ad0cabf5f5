#include "typed_code.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "mcim/custody/private_file.h"

namespace mcim::agent {
namespace {

constexpr std::size_t line_octets_max = 1024;

Result<SecretBytes> read_standard_input() {
    SecretBytes buffer(line_octets_max);
    const auto octets = expose_mutable(buffer);
    std::size_t size = 0;
    while (size < octets.size() && std::ranges::find(octets.first(size), '\n') == octets.first(size).end()) {
        const ssize_t n = ::read(STDIN_FILENO, octets.data() + size, octets.size() - size);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return fail(Errc::io, "standard input", std::string("cannot be read: ") + std::strerror(errno));
        if (n == 0) break;
        size += static_cast<std::size_t>(n);
    }
    if (size == octets.size() && std::ranges::find(octets, '\n') == octets.end())
        return fail(Errc::too_large, "standard input",
                    "a code of more than " + std::to_string(size) + " octets is none");
    return SecretBytes::copy_of(octets.first(size));
}

}  // namespace

Result<ConfirmationCode> read_confirmation_code(const std::string& file) {
    TRY(const SecretBytes content, file == "-" ? read_standard_input() : custody::read_private_file(file));
    const View octets = expose(content);
    const auto end = std::ranges::find_if(octets, [](std::uint8_t c) { return c == '\r' || c == '\n'; });
    if (end == octets.begin())
        return fail(Errc::bad_value, "--confirmation-code-file " + file, "its first line is empty, and no code");
    return ConfirmationCode(octets.begin(), end);
}

}  // namespace mcim::agent
