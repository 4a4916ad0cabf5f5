#include "mcim/apps/common/certificates.h"

#include "mcim/apps/common/file_kind.h"
#include "mcim/apps/common/files.h"

namespace mcim::apps {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t certificate_file_octets_max = 64 * 1024;
constexpr std::uint8_t first_octet_of_der = 0x30;

/// Where the PKI that "mcim pki init" makes has one.
std::string_view example(x509::Role role) {
    switch (role) {
        using enum x509::Role;
        case ci: return ", such as ci/certificate.der of a PKI that \"mcim pki init\" made";
        case eum: return ", such as eum/certificate.der of a PKI that \"mcim pki init\" made";
        case euicc: return ", such as \"mcim pki euicc\" makes";
        default: return "";
    }
}

}  // namespace

Result<x509::Certificate> read_certificate(const fs::path& path) {
    TRY(const Bytes content, read_file(path, certificate_file_octets_max));
    auto der = der_of_file("CERTIFICATE", content);
    if (!der) return std::move(der).error().within(path.string());
    auto certificate = x509::parse_certificate(*der);
    if (certificate) return certificate;
    // what a parser says helps only where there was something to parse
    const std::string why =
        !der->empty() && der->front() == first_octet_of_der ? " (" + to_string(certificate.error()) + ")" : "";
    return fail(Errc::bad_value, path.string(),
                "it cannot be read as a certificate of SGP.22, in DER or PEM" + why + "; it seems to be " +
                    kind_of_file(content));
}

Result<x509::Certificate> read_certificate(std::string_view option, const fs::path& path, x509::Role role) {
    const std::string wanted =
        "the certificate of the " + std::string(to_string(role)) + " is wanted" + std::string(example(role));
    auto certificate = read_certificate(path);
    if (!certificate) {
        Error error = std::move(certificate).error();
        error.path = std::string(option) + " " + error.path;
        error.detail += "; " + wanted;
        return error;
    }
    const auto found = certificate->role();
    if (found == role) return certificate;
    return fail(Errc::bad_value, std::string(option) + " " + path.string(),
                (found ? "this is the certificate of the " + std::string(to_string(*found))
                       : "this certificate names no role of SGP.22") +
                    ", but " + wanted);
}

}  // namespace mcim::apps
