// The public areas that primary keys are made from. The same template gives the same key in the same TPM: changing a
// single bit here gives every device another key.
#pragma once
#include "mcim/tpm/esys.h"

namespace mcim::tpm {

/// TCG EK Credential Profile for TPM 2.0, B.3.4: template L-2, ECC NIST P-256 (storage key with policy A).
[[nodiscard]] const TPM2B_PUBLIC& endorsement_key_template();
/// TCG TPM v2.0 Provisioning Guidance, 7.5.1: storage root key, ECC P-256.
[[nodiscard]] const TPM2B_PUBLIC& storage_root_key_template();
/// Restricted signing key, ECDSA P-256 with SHA-256; unique.x tells it from other keys of the same kind.
[[nodiscard]] const TPM2B_PUBLIC& attestation_key_template();
/// Sealed data object (Part 1, 27.2): moves neither to another TPM nor below another parent; no authorisation of its
/// own.
[[nodiscard]] const TPM2B_PUBLIC& sealed_object_template();

}  // namespace mcim::tpm
