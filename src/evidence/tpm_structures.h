// The TPM 2.0 structures (Trusted Platform Module Library, Part 2) that a verifier reads: what a quote says, its
// signature, and the key that made it. Parsed strictly: one algorithm each, nothing after the end.
#pragma once
#include "mcim/crypto/ec.h"
#include "mcim/evidence/pcr.h"

namespace mcim::evidence {

/// TPMS_CLOCK_INFO (Part 2, 10.11.1). `reset_count` rises with every TPM Reset, that is with every boot, and falls to 0
/// only in TPM2_Clear; `restart_count` rises with every resume and falls with a reset; `clock_ms` counts powered
/// milliseconds.
struct ClockInfo {
    std::uint64_t clock_ms = 0;
    std::uint32_t reset_count = 0;
    std::uint32_t restart_count = 0;
    bool safe = false;  ///< false: the TPM lost power unexpectedly, so an earlier quote may have shown a higher clock
    friend bool operator==(const ClockInfo&, const ClockInfo&) = default;
};

/// TPMS_ATTEST (Part 2, 10.12.8) of type TPM_ST_ATTEST_QUOTE, over PCRs of the SHA-256 bank only.
struct Quote {
    Bytes qualified_signer;  ///< TPM2B_NAME of the key
    Bytes extra_data;        ///< what the caller of TPM2_Quote asked to have signed along
    ClockInfo clock;
    std::uint64_t firmware_version = 0;
    PcrSelection selection;
    crypto::Sha256 pcr_digest{};
};
[[nodiscard]] Result<Quote> parse_quote(View attest);

/// TPMT_SIGNATURE (Part 2, 11.3.4) of ECDSA with SHA-256 on P-256, as r||s of 64 octets.
[[nodiscard]] Result<Bytes> parse_signature(View tpmt_signature);

/// An attestation key: an ECC P-256 key that its TPM made, that cannot leave it, and that signs nothing but what the
/// TPM itself produced (restricted). The last is what makes a quote a statement of the TPM and not of the host.
struct AttestationKey {
    crypto::PublicKey key;
    Bytes name;  ///< nameAlg || SHA-256(TPMT_PUBLIC), 34 octets: identifies key and attributes
};
/// From TPM2B_PUBLIC (Part 2, 12.2.5). Refuses keys without fixedTPM, fixedParent, sensitiveDataOrigin, restricted,
/// sign, or with decrypt; and other algorithms than ECDSA P-256 with SHA-256.
[[nodiscard]] Result<AttestationKey> parse_attestation_key(View tpm2b_public);

/// The signature first, over the octets as they came; then what they say.
[[nodiscard]] Result<Quote> verify_quote(const AttestationKey&, View attest, View tpmt_signature);

}  // namespace mcim::evidence
