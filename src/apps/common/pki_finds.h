// Every certificate and every private key below a folder, for pki_import.h.
#pragma once
#include "mcim/apps/common/pki_import.h"

namespace mcim::apps {

struct FoundCertificate {
    PkiPlace at;
    x509::Certificate certificate;
    [[nodiscard]] bool is(x509::Role role) const { return certificate.role() == role; }
};
struct FoundKey {
    PkiPlace at;
    crypto::PrivateKey key;
};
struct Finds {
    std::vector<FoundCertificate> certificates;
    std::vector<FoundKey> keys;
    std::vector<Imported::Line> left_out;  ///< what is neither, and what is there twice

    /// nullptr: it is not here.
    [[nodiscard]] const FoundKey* key_of(const x509::Certificate&) const;
};

/// A file that cannot be read stops nothing, and has its line. Files are held in memory that zeroises: any may be a
/// key.
[[nodiscard]] Result<Finds> look_into(const std::filesystem::path& folder);

/// The file's name for people: it is a stranger's.
[[nodiscard]] std::string file_name_of(const PkiPlace&);

}  // namespace mcim::apps
