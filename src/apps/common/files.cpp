#include "mcim/apps/common/files.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <system_error>

namespace mcim::apps {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t pem_line_characters = 64;

Error system_error(const fs::path& path, std::string what) {
    const int code = errno;
    return fail(code == ENOENT ? Errc::not_found : Errc::io, path.string(),
                std::move(what) + ": " + std::generic_category().message(code));
}

}  // namespace

Result<Bytes> read_file(const fs::path& path, std::size_t octets_max) {
    errno = 0;
    std::ifstream in(path, std::ios::binary);
    if (!in) return system_error(path, "cannot open");
    Bytes out(octets_max + 1);
    in.read(reinterpret_cast<char*>(out.data()), static_cast<std::streamsize>(out.size()));
    std::error_code ignored;
    if (in.bad() || fs::is_directory(path, ignored)) return fail(Errc::io, path.string(), "cannot read it as a file");
    if (static_cast<std::size_t>(in.gcount()) > octets_max)
        return fail(Errc::too_large, path.string(), "more than " + std::to_string(octets_max) + " octets");
    out.resize(static_cast<std::size_t>(in.gcount()));
    return out;
}

Status check_folder_of(const fs::path& path) {
    std::error_code ignored;
    const auto folder = path.parent_path();
    if (folder.empty() || fs::is_directory(folder, ignored)) return ok();
    return fail(Errc::not_found, path.string(),
                "there is no folder " + folder.string() + " to write it into; make it first");
}

Status write_new_file(const fs::path& path, View content) {
    CHECKED(check_folder_of(path));
    std::error_code ignored;
    if (fs::exists(path, ignored)) return fail(Errc::conflict, path.string(), "the file exists and is not overwritten");
    errno = 0;
    std::ofstream out(path, std::ios::binary);
    out.write(reinterpret_cast<const char*>(content.data()), static_cast<std::streamsize>(content.size()));
    out.close();
    if (!out) return system_error(path, "cannot write");
    return ok();
}

/// In one allocation: a string that grows, or that is copied, leaves what it held behind.
std::string pem_of_base64(std::string_view label, std::string_view text) {
    std::string out;
    out.reserve(text.size() + text.size() / pem_line_characters + 2 * label.size() + 64);
    out.append("-----BEGIN ").append(label).append("-----\n");
    for (std::size_t at = 0; at < text.size(); at += pem_line_characters)
        out.append(text.substr(at, pem_line_characters)).append("\n");
    out.append("-----END ").append(label).append("-----\n");
    return out;
}

std::string pem(std::string_view label, View der) { return pem_of_base64(label, base64(der)); }

Result<Bytes> der_of_file(std::string_view label, View content) {
    const std::string begin = "-----BEGIN " + std::string(label) + "-----";
    const std::string end = "-----END " + std::string(label) + "-----";
    const std::string text = as_text(content);
    const auto at = text.find(begin);
    if (at == std::string::npos) return to_bytes(content);
    const auto from = at + begin.size();
    const auto to = text.find(end, from);
    if (to == std::string::npos) return fail(Errc::truncated, "PEM", "no line " + end);
    std::string body = text.substr(from, to - from);
    std::erase_if(body, [](char c) { return c == '\n' || c == '\r' || c == ' ' || c == '\t'; });
    return from_base64(body);
}

}  // namespace mcim::apps
