#include "mcim/x509/exercise.h"

#include <cstdlib>

#include "mcim/x509/crl_structure.h"
#include "mcim/x509/verify.h"

namespace mcim::x509 {

void exercise_certificate(View input) {
    const auto structure = der::decode<SignedCertificate>(input);
    if (structure && !equal(der::encode(*structure), input)) std::abort();
    const auto certificate = parse_certificate(input);
    if (!certificate) return;
    if (print(*certificate).empty()) std::abort();
    const Time now = certificate->validity.not_before;
    TrustAnchors anchors;
    static_cast<void>(anchors.add(*certificate));
    static_cast<void>(verify_server(Role::dp_auth, input, anchors, now));
    static_cast<void>(verify_euicc(input, input, anchors, now));
}

void exercise_revocation_list(View input) {
    const auto structure = der::decode<CertificateList>(input);
    if (structure && !equal(der::encode(*structure), input)) std::abort();
    const auto list = parse_revocation_list(input);
    if (!list) return;
    for (const auto& serial : list->serials)
        if (!list->names(serial)) std::abort();
}

}  // namespace mcim::x509
