// Certificates in files, DER or PEM (then the first of the file), as people name them on a command line.
#pragma once
#include <filesystem>

#include "mcim/x509/certificate.h"

namespace mcim::apps {

/// An error names the file, and what it seems to be where it is no certificate.
[[nodiscard]] Result<x509::Certificate> read_certificate(const std::filesystem::path&);
/// One for this role of SGP.22; `option` is where it was named.
[[nodiscard]] Result<x509::Certificate> read_certificate(std::string_view option, const std::filesystem::path&,
                                                         x509::Role);

}  // namespace mcim::apps
