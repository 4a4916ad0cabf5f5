// Sealing: a secret that only this TPM gives back. The blob is "mcim" 01 || TPM2B_PUBLIC || TPM2B_PRIVATE; the private
// part is encrypted and authenticated under the storage root key, which never leaves the TPM.
#include "mcim/tpm/templates.h"

namespace mcim::tpm {
namespace {

constexpr std::array<std::uint8_t, 5> blob_start{'m', 'c', 'i', 'm', 1};

/// A session whose key only the holder of the storage root key can learn (salted), and that encrypts the first
/// parameter of the command or the response: an interposer on the bus sees ciphertext. One that replaces messages from
/// the start could offer a key of its own as storage root key; against that helps only a key known from manufacture
/// (docs/attestation.md).
Result<Loaded> encrypting_session(ESYS_CONTEXT* esys, const PrimaryKey& srk, TPMA_SESSION direction) {
    TPMT_SYM_DEF symmetric{};
    symmetric.algorithm = TPM2_ALG_AES;
    symmetric.keyBits.aes = 128;
    symmetric.mode.aes = TPM2_ALG_CFB;
    Loaded out(esys);
    CHECKED(check(Esys_StartAuthSession(esys, srk.object.handle(), ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE,
                                        ESYS_TR_NONE, nullptr, TPM2_SE_HMAC, &symmetric, TPM2_ALG_SHA256, out.out()),
                  "TPM2_StartAuthSession"));
    const TPMA_SESSION flags = direction | TPMA_SESSION_CONTINUESESSION;  // flushed by its owner, also after a failure
    CHECKED(check(Esys_TRSess_SetAttributes(esys, out.handle(), flags, 0xFF), "session attributes"));
    return out;
}

struct Sealed {
    TPM2B_PUBLIC public_area{};
    TPM2B_PRIVATE private_area{};
};

Result<Bytes> to_blob(const TPM2B_PUBLIC& public_area, const TPM2B_PRIVATE& private_area) {
    Bytes out(blob_start.size() + sizeof(TPM2B_PUBLIC) + sizeof(TPM2B_PRIVATE));
    std::copy(blob_start.begin(), blob_start.end(), out.begin());
    std::size_t at = blob_start.size();
    CHECKED(check(Tss2_MU_TPM2B_PUBLIC_Marshal(&public_area, out.data(), out.size(), &at), "TPM2B_PUBLIC"));
    CHECKED(check(Tss2_MU_TPM2B_PRIVATE_Marshal(&private_area, out.data(), out.size(), &at), "TPM2B_PRIVATE"));
    out.resize(at);
    return out;
}

Result<Sealed> from_blob(View blob) {
    const Error not_ours =
        fail(Errc::bad_value, "sealed blob", "this is not a blob that was sealed here, or it is damaged");
    if (blob.size() < blob_start.size() || !equal(blob.first(blob_start.size()), blob_start)) return not_ours;
    Sealed out;
    std::size_t at = blob_start.size();
    if (Tss2_MU_TPM2B_PUBLIC_Unmarshal(blob.data(), blob.size(), &at, &out.public_area) != TSS2_RC_SUCCESS)
        return not_ours;
    if (Tss2_MU_TPM2B_PRIVATE_Unmarshal(blob.data(), blob.size(), &at, &out.private_area) != TSS2_RC_SUCCESS)
        return not_ours;
    const auto again = to_blob(out.public_area, out.private_area);  // the library passes over some wrong lengths
    if (!again || !equal(*again, blob)) return not_ours;
    return out;
}

}  // namespace

Result<Bytes> Tpm::seal(const Secret<32>& secret) {
    ESYS_CONTEXT* const esys = impl_->esys;
    TRY(const PrimaryKey srk, impl_->create_primary(ESYS_TR_RH_OWNER, storage_root_key_template()));
    TRY(const Loaded session, encrypting_session(esys, srk, TPMA_SESSION_DECRYPT));
    TPM2B_SENSITIVE_CREATE sensitive{};
    sensitive.sensitive.data.size = 32;
    std::ranges::copy(expose(secret), sensitive.sensitive.data.buffer);
    const TPM2B_DATA outside{};
    const TPML_PCR_SELECTION pcrs{};
    TPM2B_PRIVATE* private_area = nullptr;
    TPM2B_PUBLIC* public_area = nullptr;
    const TSS2_RC rc =
        Esys_Create(esys, srk.object.handle(), session.handle(), ESYS_TR_NONE, ESYS_TR_NONE, &sensitive,
                    &sealed_object_template(), &outside, &pcrs, &private_area, &public_area, nullptr, nullptr, nullptr);
    explicit_bzero(&sensitive, sizeof(sensitive));
    const Owned<TPM2B_PRIVATE> owned_private(private_area);
    const Owned<TPM2B_PUBLIC> owned_public(public_area);
    CHECKED(check(rc, "TPM2_Create"));
    return to_blob(*public_area, *private_area);
}

Result<Secret<32>> Tpm::unseal(View blob) {
    ESYS_CONTEXT* const esys = impl_->esys;
    TRY(const Sealed sealed, from_blob(blob));
    TRY(const PrimaryKey srk, impl_->create_primary(ESYS_TR_RH_OWNER, storage_root_key_template()));
    Loaded object(esys);
    const TSS2_RC rc = Esys_Load(esys, srk.object.handle(), ESYS_TR_PASSWORD, ESYS_TR_NONE, ESYS_TR_NONE,
                                 &sealed.private_area, &sealed.public_area, object.out());
    if (is_integrity_failure(rc))
        return fail(Errc::bad_crypto, "sealed blob",
                    "another TPM sealed it, this TPM was cleared since, or the blob was changed; the secret cannot be "
                    "had here");
    CHECKED(check(rc, "TPM2_Load"));
    TRY(const Loaded session, encrypting_session(esys, srk, TPMA_SESSION_ENCRYPT));
    TPM2B_SENSITIVE_DATA* data = nullptr;
    CHECKED(
        check(Esys_Unseal(esys, object.handle(), session.handle(), ESYS_TR_NONE, ESYS_TR_NONE, &data), "TPM2_Unseal"));
    const Owned<TPM2B_SENSITIVE_DATA> owned(data);
    auto secret = Secret<32>::copy_of(View(data->buffer, data->size));
    explicit_bzero(data, sizeof(*data));
    if (!secret) return std::move(secret).error().within("sealed blob");
    return secret;
}

}  // namespace mcim::tpm
