// What a device and the verifier say to each other: a request for a challenge, the challenge, and the evidence: a TPM
// quote over the device's PCRs, tied to the verifier's nonce and to one RSP session.
//
// Evidence as JSON, members in this order; octets in base64url without padding, registers and session in hexadecimal:
//   {"format":1, "eid":"8904...", "session":"A1B2...", "nonce":"...", "quote":"...", "signature":"...",
//    "pcrs":{"0":"<64 digits>", "4":"<64 digits>"}}
// "session" is absent where the evidence belongs to no session. "quote" is TPMS_ATTEST, "signature" TPMT_SIGNATURE,
// both as the TPM returned them. The message itself is not signed: what is not covered by the quote is only a claim,
// and the verifier believes the nonce, the session and the registers because the quote repeats them in digests, and the
// EID because the attestation key is enrolled for it.
#pragma once
#include "mcim/base/ids.h"
#include "mcim/evidence/tpm_structures.h"

namespace mcim::evidence {

/// Every nonce has this length, which makes the concatenation below unambiguous.
inline constexpr std::size_t nonce_octets = 48;
/// TransactionId ::= OCTET STRING (SIZE(1..16)) (SGP.22 2.5.1)
inline constexpr std::size_t session_octets_max = 16;

/// What a device asks the verifier before it can give evidence.
///   {"format":1, "eid":"8904...", "session":"A1B2..."}
struct ChallengeRequest {
    Eid eid;
    Bytes session;  ///< the transaction ID of the RSP session; empty: none
};
[[nodiscard]] std::string to_json(const ChallengeRequest&);
[[nodiscard]] Result<ChallengeRequest> parse_challenge_request(std::string_view json);

/// The verifier's answer: a nonce for one use, and the registers that it wants quoted.
///   {"format":1, "nonce":"...", "expires":1795292842, "pcrs":[0,4,7]}
struct Challenge {
    Bytes nonce;
    Time expires_at;
    PcrSelection selection;
};
[[nodiscard]] std::string to_json(const Challenge&);
[[nodiscard]] Result<Challenge> parse_challenge(std::string_view json);

struct Evidence {
    Eid eid;
    Bytes session;  ///< the transaction ID of the RSP session; empty: none
    Bytes nonce;
    Bytes quote;
    Bytes signature;
    PcrValues pcrs;
};
[[nodiscard]] std::string to_json(const Evidence&);
/// Refuses other formats and members, wrong lengths, registers that do not exist, more than 16 KiB.
[[nodiscard]] Result<Evidence> parse_evidence(std::string_view json);

/// extraData of the quote = SHA-256(nonce || transactionId): 48 octets of nonce, then the 1 to 16 octets of the
/// session's transaction ID as they stand in its OCTET STRING, or nothing where there is no session. A quote made for
/// one session, or for none, is therefore useless in another.
[[nodiscard]] crypto::Sha256 qualifying_data(View nonce, View session);

}  // namespace mcim::evidence
