// The TPM 2.0 of a device, through tpm2-tss (ESYS): attestation key, quotes, registers, and a secret sealed to this
// TPM.
//
// Keys are primary keys of fixed templates (templates.h): the TPM derives the same key from its seeds each time, so
// that nothing has to be stored, in the TPM or beside it. They are made for the call and flushed after it, on failure
// too: many TPMs have room for three objects, and neither swtpm nor /dev/tpm0 has a resource manager.
//
// One object holds one connection. A software TPM serves one connection at a time: open it, use it, let it go.
#pragma once
#include <memory>

#include "mcim/evidence/evidence.h"

namespace mcim::tpm {

/// The library writes lines of its own to stderr, and our errors say what it said. For main(), before there are
/// threads; who sets TSS2_LOG keeps it.
void silence_library();

struct SignedQuote {
    Bytes quote;      ///< TPMS_ATTEST
    Bytes signature;  ///< TPMT_SIGNATURE
};

/// Not for several threads at a time. Errors: io where the TPM cannot be reached, refused where it says no (with the
/// command's name as path), bad_value and bad_crypto for blobs that do not fit.
class Tpm {
public:
    /// `tcti` as tpm2-tools take it: "device:/dev/tpmrm0", "swtpm:path=/run/tpm.sock"; also mssim and tabrmd.
    [[nodiscard]] static Result<Tpm> open(const std::string& tcti);
    Tpm(Tpm&&) noexcept;
    Tpm& operator=(Tpm&&) noexcept;
    ~Tpm();

    /// TPM2B_PUBLIC of the attestation key: restricted ECDSA P-256, primary of the endorsement hierarchy, so that it
    /// survives TPM2_Clear by the owner.
    [[nodiscard]] Result<Bytes> attestation_key();
    /// SHA-256 over the SubjectPublicKeyInfo of the endorsement key (TCG EK Credential Profile, template L-2: ECC
    /// P-256): who this TPM is, for a manifest of the factory.
    [[nodiscard]] Result<crypto::Sha256> identity();

    [[nodiscard]] Result<SignedQuote> quote(const evidence::PcrSelection&, View qualifying_data);
    [[nodiscard]] Result<evidence::PcrValues> read_pcrs(const evidence::PcrSelection&);
    /// Changes the SHA-256 bank only, and until the next reset. For measurements, and for tests of them.
    [[nodiscard]] Status extend(unsigned pcr, const crypto::Sha256& digest);
    /// Registers and a quote over the same values: reads again where a register changed in between.
    [[nodiscard]] Result<evidence::Evidence> evidence(const Eid&, View session, View nonce,
                                                      const evidence::PcrSelection&);

    /// A blob that opens in this TPM only, as long as its owner hierarchy is not cleared. Secret and blob travel to the
    /// TPM and back under a salted session with parameter encryption: who listens on its bus learns nothing.
    [[nodiscard]] Result<Bytes> seal(const Secret<32>&);
    /// bad_crypto where another TPM sealed it or a bit was changed.
    [[nodiscard]] Result<Secret<32>> unseal(View blob);

private:
    struct Impl;
    explicit Tpm(std::unique_ptr<Impl>);
    std::unique_ptr<Impl> impl_;
};

}  // namespace mcim::tpm
