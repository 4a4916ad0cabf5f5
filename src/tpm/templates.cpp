#include "mcim/tpm/templates.h"

namespace mcim::tpm {
namespace {

TPM2B_PUBLIC ecc_p256(TPMA_OBJECT attributes) {
    TPM2B_PUBLIC out{};
    TPMT_PUBLIC& area = out.publicArea;
    area.type = TPM2_ALG_ECC;
    area.nameAlg = TPM2_ALG_SHA256;
    area.objectAttributes = attributes;
    area.parameters.eccDetail.curveID = TPM2_ECC_NIST_P256;
    area.parameters.eccDetail.kdf.scheme = TPM2_ALG_NULL;
    return out;
}

/// Restricted decryption keys protect other objects with AES-128-CFB.
TPM2B_PUBLIC storage_key(TPMA_OBJECT attributes) {
    TPM2B_PUBLIC out = ecc_p256(attributes);
    TPMS_ECC_PARMS& ecc = out.publicArea.parameters.eccDetail;
    ecc.symmetric.algorithm = TPM2_ALG_AES;
    ecc.symmetric.keyBits.aes = 128;
    ecc.symmetric.mode.aes = TPM2_ALG_CFB;
    ecc.scheme.scheme = TPM2_ALG_NULL;
    return out;
}

template <class Buffer, std::size_t N>
void set(Buffer& buffer, const std::array<std::uint8_t, N>& octets) {
    static_assert(N <= sizeof(buffer.buffer));
    buffer.size = N;
    std::copy(octets.begin(), octets.end(), buffer.buffer);
}

constexpr TPMA_OBJECT kept_inside = TPMA_OBJECT_FIXEDTPM | TPMA_OBJECT_FIXEDPARENT | TPMA_OBJECT_SENSITIVEDATAORIGIN;

/// PolicyA: PolicySecret(TPM_RH_ENDORSEMENT), SHA-256 (EK Credential Profile, B.3).
constexpr std::array<std::uint8_t, 32> policy_a{0x83, 0x71, 0x97, 0x67, 0x44, 0x84, 0xB3, 0xF8, 0x1A, 0x90, 0xCC,
                                                0x8D, 0x46, 0xA5, 0xD7, 0x24, 0xFD, 0x52, 0xD7, 0x6E, 0x06, 0x52,
                                                0x0B, 0x64, 0xF2, 0xA1, 0xDA, 0x1B, 0x33, 0x14, 0x69, 0xAA};

TPM2B_PUBLIC make_endorsement_key() {
    TPM2B_PUBLIC out =
        storage_key(kept_inside | TPMA_OBJECT_ADMINWITHPOLICY | TPMA_OBJECT_RESTRICTED | TPMA_OBJECT_DECRYPT);
    set(out.publicArea.authPolicy, policy_a);
    constexpr std::array<std::uint8_t, 32> zeros{};
    set(out.publicArea.unique.ecc.x, zeros);
    set(out.publicArea.unique.ecc.y, zeros);
    return out;
}

TPM2B_PUBLIC make_attestation_key() {
    TPM2B_PUBLIC out = ecc_p256(kept_inside | TPMA_OBJECT_USERWITHAUTH | TPMA_OBJECT_NODA | TPMA_OBJECT_RESTRICTED |
                                TPMA_OBJECT_SIGN_ENCRYPT);
    TPMS_ECC_PARMS& ecc = out.publicArea.parameters.eccDetail;
    ecc.symmetric.algorithm = TPM2_ALG_NULL;
    ecc.scheme.scheme = TPM2_ALG_ECDSA;
    ecc.scheme.details.ecdsa.hashAlg = TPM2_ALG_SHA256;
    set(out.publicArea.unique.ecc.x, crypto::sha256(as_view("mcim attestation key 1")));
    return out;
}

TPM2B_PUBLIC make_sealed_object() {
    TPM2B_PUBLIC out{};
    TPMT_PUBLIC& area = out.publicArea;
    area.type = TPM2_ALG_KEYEDHASH;
    area.nameAlg = TPM2_ALG_SHA256;
    area.objectAttributes =
        TPMA_OBJECT_FIXEDTPM | TPMA_OBJECT_FIXEDPARENT | TPMA_OBJECT_USERWITHAUTH | TPMA_OBJECT_NODA;
    area.parameters.keyedHashDetail.scheme.scheme = TPM2_ALG_NULL;
    return out;
}

}  // namespace

const TPM2B_PUBLIC& endorsement_key_template() {
    static const TPM2B_PUBLIC made = make_endorsement_key();
    return made;
}
const TPM2B_PUBLIC& storage_root_key_template() {
    static const TPM2B_PUBLIC made = storage_key(kept_inside | TPMA_OBJECT_USERWITHAUTH | TPMA_OBJECT_NODA |
                                                 TPMA_OBJECT_RESTRICTED | TPMA_OBJECT_DECRYPT);
    return made;
}
const TPM2B_PUBLIC& attestation_key_template() {
    static const TPM2B_PUBLIC made = make_attestation_key();
    return made;
}
const TPM2B_PUBLIC& sealed_object_template() {
    static const TPM2B_PUBLIC made = make_sealed_object();
    return made;
}

}  // namespace mcim::tpm
