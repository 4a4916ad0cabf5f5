#include "mcim/apps/common/key_files.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

#include "mcim/apps/common/files.h"
#include "mcim/custody/private_file.h"
#include "mcim/x509/certificate.h"

namespace mcim::apps {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t key_octets_max = 16U * 1024U;
constexpr std::size_t passphrase_octets_max = 4096;

/// "north.pem.pub" -> "north.pem", as "mcim operator key" names them.
std::string private_beside(const fs::path& path) {
    return path.extension() == ".pub" ? " (" + fs::path(path).replace_extension().string() + "?)" : std::string();
}

Error cannot_read(const fs::path& path, int code) {
    return fail(Errc::io, path.string(), "cannot be read: " + std::generic_category().message(code));
}

Result<SecretBytes> read_descriptor(const fs::path& path, std::size_t octets_max) {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return cannot_read(path, errno);
    SecretBytes buffer(octets_max + 1);
    std::size_t size = 0;
    ssize_t n = 0;
    do {
        n = ::read(fd, expose_mutable(buffer).data() + size, buffer.size() - size);
        if (n > 0) size += static_cast<std::size_t>(n);
    } while ((n > 0 && size < buffer.size()) || (n < 0 && errno == EINTR));
    const int code = n < 0 ? errno : 0;
    ::close(fd);
    if (code != 0) return cannot_read(path, code);
    if (size > octets_max) return fail(Errc::too_large, path.string(), "too long for a key");
    return SecretBytes::copy_of(expose(buffer).first(size));
}

/// Of a file with nothing secret in it; empty: there may be.
std::string_view public_kind(const fs::path& path) {
    std::error_code ignored;
    if (!fs::is_regular_file(path, ignored)) return "";  // reading a pipe would wait for a writer
    const auto content = read_descriptor(path, key_octets_max);
    if (!content) return "";
    const View octets = expose(*content);
    const std::string_view text(reinterpret_cast<const char*>(octets.data()), octets.size());
    if (text.find("PRIVATE KEY-----") != std::string_view::npos) return "";
    if (text.starts_with("-----BEGIN PUBLIC KEY-----")) return "a public key";
    if (text.starts_with("-----BEGIN CERTIFICATE-----")) return "a certificate";
    // DER: a sequence that begins with a sequence; a private key begins with its version
    const std::size_t first = text.starts_with("0\x82") ? 4 : text.starts_with("0\x81") ? 3 : 2;
    if (text.size() <= first || text[0] != '0' || text[first] != '0') return "";
    if (x509::parse_certificate(octets)) return "a certificate";
    return crypto::PublicKey::from_spki(octets) ? "a public key" : "";
}

Result<crypto::PrivateKey> parse(const fs::path& path, View content) {
    // read in place: a copy as std::string would not be wiped
    const std::string_view text(reinterpret_cast<const char*>(content.data()), content.size());
    auto key = text.find("-----BEGIN") == std::string_view::npos ? crypto::PrivateKey::from_der(content)
                                                                 : crypto::PrivateKey::from_pem(text);
    if (!key) return std::move(key).error().within(path.string());
    return key;
}

}  // namespace

Result<crypto::PrivateKey> read_private_key(const fs::path& path) {
    const auto content = custody::read_private_file(path);
    auto key = content ? parse(path, expose(*content)) : content.error();
    if (key) return key;
    const auto kind = public_kind(path);
    if (kind.empty()) return key;
    return fail(Errc::refused, path.string(),
                "this is " + std::string(kind) + ", and a private key is wanted: name that" + private_beside(path));
}

Result<crypto::PrivateKey> read_inherited_private_key(const fs::path& path) {
    TRY(const SecretBytes content, read_descriptor(path, key_octets_max));
    return parse(path, expose(content));
}

Result<SecretBytes> read_foreign_file(const fs::path& path, std::size_t octets_max) {
    std::error_code unknown;
    if (!fs::is_regular_file(path, unknown))  // reading a pipe would wait for a writer
        return unknown ? cannot_read(path, unknown.value()) : fail(Errc::refused, path.string(), "no regular file");
    return read_descriptor(path, octets_max);
}

Result<SecretBytes> read_passphrase(const fs::path& path) {
    TRY(const SecretBytes content, custody::read_private_file(path));
    if (content.size() > passphrase_octets_max)
        return fail(Errc::too_large, path.string(), "more than " + std::to_string(passphrase_octets_max) + " octets");
    View text = expose(content);
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text = text.first(text.size() - 1);
    if (text.empty()) return fail(Errc::bad_value, path.string(), "the passphrase is empty");
    return SecretBytes::copy_of(text);
}

Status check_apart(const fs::path& passphrase_file, const fs::path& folder) {
    std::error_code ignored;
    const auto relative =
        fs::relative(fs::weakly_canonical(passphrase_file, ignored), fs::weakly_canonical(folder, ignored), ignored)
            .string();
    if (!relative.empty() && !relative.starts_with(".."))
        return fail(Errc::refused, passphrase_file.string(), "the passphrase may not lie beside what it protects");
    return ok();
}

SecretBytes private_key_pem(const crypto::PrivateKey& key) {
    const SecretBytes der = key.to_pkcs8();
    std::string body = base64(expose(der));
    std::string text = pem_of_base64("PRIVATE KEY", body);
    SecretBytes out = SecretBytes::copy_of(as_view(text));
    explicit_bzero(body.data(), body.size());
    explicit_bzero(text.data(), text.size());
    return out;
}

void leave_no_core_dump() {
    const rlimit none{0, 0};
    ::setrlimit(RLIMIT_CORE, &none);
}

}  // namespace mcim::apps
