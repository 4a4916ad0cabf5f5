#include "mcim/apps/common/file_kind.h"

#include <algorithm>

#include "mcim/x509/certificate.h"

namespace mcim::apps {
namespace {

constexpr std::string_view pem_mark = "-----BEGIN ";
constexpr std::uint8_t profile_header_tag = 0xA0;  // ProfileElement.header [0], the first of a package
constexpr std::uint8_t sequence_tag = 0x30;

std::string kind_of_pem(std::string_view text) {
    text.remove_prefix(text.find(pem_mark) + pem_mark.size());
    const std::string_view label = text.substr(0, text.find("-----"));
    if (label.ends_with("PRIVATE KEY")) return "a private key (PEM)";
    if (label == "PUBLIC KEY") return "a public key (PEM)";
    if (label == "CERTIFICATE") return "a certificate (PEM)";
    return "PEM of another kind";
}

bool is_text(View content) {
    return std::ranges::all_of(
        content, [](std::uint8_t c) { return c >= 0x20 || c == '\n' || c == '\r' || c == '\t' || c == '\f'; });
}

}  // namespace

std::string kind_of_file(View content) {
    if (content.empty()) return "an empty file";
    const std::string_view text(reinterpret_cast<const char*>(content.data()), content.size());
    if (text.find(pem_mark) != std::string_view::npos) return kind_of_pem(text);
    if (x509::parse_certificate(content)) return "a certificate (DER)";
    if (content.front() == profile_header_tag) return "a profile package";
    if (content.front() == sequence_tag)
        return "DER of another kind, such as a key, or a certificate that is none of SGP.22";
    if (text.starts_with("eyJ")) return "a signed token (JWS)";
    if (text.starts_with('{')) return "JSON";
    return is_text(content) ? "text" : "binary data of no kind that is known here";
}

}  // namespace mcim::apps
