#include "files.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "mcim/custody/private_file.h"

namespace mcim::tre {
namespace {

constexpr std::size_t credential_octets_max = 16 * 1024;

std::string_view text_of(View octets) { return {reinterpret_cast<const char*>(octets.data()), octets.size()}; }

Result<Bytes> certificate_of_pem(const std::string& path, std::string_view text) {
    constexpr std::string_view begin = "-----BEGIN CERTIFICATE-----";
    constexpr std::string_view end = "-----END CERTIFICATE-----";
    const auto from = text.find(begin) + begin.size();
    const auto to = text.find(end, from);
    if (to == std::string_view::npos) return fail(Errc::truncated, path, "the PEM block has no end");
    std::string body(text.substr(from, to - from));
    std::erase_if(body, [](char c) { return c == '\n' || c == '\r' || c == ' ' || c == '\t'; });
    auto der = from_base64(body);
    if (!der) return std::move(der).error().within(path);
    return der;
}

Result<SecretBytes> read_whole(const std::string& path, std::size_t octets_max) {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return fail(Errc::io, path, std::string("cannot be read: ") + std::strerror(errno));
    SecretBytes buffer(octets_max + 1);
    std::size_t size = 0;
    ssize_t n = 0;
    do {
        n = ::read(fd, expose_mutable(buffer).data() + size, buffer.size() - size);
        if (n > 0) size += static_cast<std::size_t>(n);
    } while ((n > 0 && size < buffer.size()) || (n < 0 && errno == EINTR));
    const int error = n < 0 ? errno : 0;
    ::close(fd);
    if (error != 0) return fail(Errc::io, path, std::string("cannot be read: ") + std::strerror(error));
    if (size > octets_max) return fail(Errc::too_large, path, "more than " + std::to_string(octets_max) + " octets");
    return SecretBytes::copy_of(expose(buffer).first(size));
}

}  // namespace

Result<Bytes> read_certificate(const std::string& path) {
    TRY(const SecretBytes content, read_whole(path, credential_octets_max));
    const std::string_view text = text_of(expose(content));
    if (text.find("-----BEGIN CERTIFICATE-----") != std::string_view::npos) return certificate_of_pem(path, text);
    return to_bytes(expose(content));
}

Result<crypto::PrivateKey> read_private_key(const std::string& path) {
    // a descriptor that was inherited has no name that others could open
    const bool inherited = path.starts_with("/proc/self/fd/");
    TRY(const SecretBytes content,
        inherited ? read_whole(path, credential_octets_max) : custody::read_private_file(path));
    const std::string_view text = text_of(expose(content));
    auto key = text.find("-----BEGIN") != std::string_view::npos ? crypto::PrivateKey::from_pem(text)
                                                                 : crypto::PrivateKey::from_der(expose(content));
    if (!key) return std::move(key).error().within(path);
    return key;
}

}  // namespace mcim::tre
