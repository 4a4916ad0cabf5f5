// Of what was found (pki_finds.h): what an SM-DP+ serves with, and why the rest is not taken. For pki_import.h.
#pragma once
#include "mcim/apps/common/pki_finds.h"

namespace mcim::apps {

/// A certificate with its key, where that is here.
struct CertificateAndKey {
    const FoundCertificate* found = nullptr;
    const FoundKey* key = nullptr;
    explicit operator bool() const { return found != nullptr; }
};
struct ChosenTls {
    CertificateAndKey pair;
    x509::Certificate certificate;  ///< as it is served: renewed, or that of the file
};
/// One CI, and what is below it.
struct PkiBranch {
    CertificateAndKey ci;
    CertificateAndKey eum;
    CertificateAndKey auth;
    CertificateAndKey pb;
    std::optional<ChosenTls> tls;
};

/// One branch for each key of a CI; of several certificates for one purpose that which holds longest. Fills the report,
/// but for what the plan alone says. The finds outlive the branches.
[[nodiscard]] Result<std::vector<PkiBranch>> choose_branches(const Finds&, const ImportPlan&, Time now, Random&,
                                                             Imported& report);

}  // namespace mcim::apps
