// The verdict: an attestation result in the form of draft-ietf-rats-ear-04 (EAR), signed by the verifier. A JWS, ES256,
// typ "mcim-ear+jwt":
//   {"eat_profile":"tag:ietf.org,2026:rats/ear#04", "iss":"<verifier>", "sub":"<EID>", "iat":..., "exp":...,
//    "ear_verifier_id":{"developer":"mcim", "build":"..."}, "ear_status":"contraindicated",
//    "submods":{"platform":{"ear_status":"contraindicated", "mcim_differences":["PCR 4 (boot loader) is ..."]},
//               "module":{"ear_status":"none"}},
//    "mcim_session":"A1B2...", "mcim_platform_model":"...", "mcim_reference_operator":"<operator>",
//    "mcim_reference_version":7}
// The members with mcim_ are ours; a reader of EAR may pass over them.
#pragma once
#include "mcim/base/ids.h"
#include "mcim/evidence/appraisal.h"

namespace mcim::evidence {

inline constexpr std::string_view verdict_typ = "mcim-ear+jwt";

struct Verdict {
    std::string verifier_id;
    std::string build;  ///< of the verifier's software
    Eid eid;
    Bytes session;  ///< empty: it belongs to none
    Time issued_at;
    Time expires_at;
    std::string platform_model;
    std::string reference_operator;  ///< whose reference values: a verdict speaks for this operator only
    std::int64_t reference_version = 0;
    PartAppraisals parts;

    [[nodiscard]] bool passes() const { return parts.overall() == Tier::affirming; }
    friend bool operator==(const Verdict&, const Verdict&) = default;
};

/// The claims alone, for a store; times in whole seconds.
[[nodiscard]] jose::ObjectWriter to_claims(const Verdict&);
[[nodiscard]] Result<Verdict> read_verdict(const jose::Object& claims);

[[nodiscard]] Result<std::string> sign_verdict(const Verdict&, std::string_view kid, const jose::Signer&);
/// For relying parties. Refuses what is expired or issued in the future; whether it passes is in the verdict.
[[nodiscard]] Result<Verdict> verify_verdict(std::string_view jws, const crypto::PublicKey& verifier_key, Time now);

}  // namespace mcim::evidence
