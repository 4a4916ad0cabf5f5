#include "mcim/tpm/tpm.h"

#include "mcim/tpm/templates.h"

namespace mcim::tpm {
namespace {

using evidence::PcrSelection;
using evidence::PcrValues;

constexpr unsigned attempts_max = 3;

Result<TPML_PCR_SELECTION> wire_selection(const PcrSelection& selection) {
    TPML_PCR_SELECTION out{};
    out.count = 1;
    out.pcrSelections[0].hash = TPM2_ALG_SHA256;
    out.pcrSelections[0].sizeofSelect = 3;
    for (const unsigned index : selection) {
        if (index >= evidence::pcr_count)
            return fail(Errc::bad_value, "pcr", "there is no PCR " + std::to_string(index));
        BYTE& octet = out.pcrSelections[0].pcrSelect[index / 8];
        octet = static_cast<BYTE>(octet | 1U << (index % 8));
    }
    return out;
}

Bytes padded(const TPM2B_ECC_PARAMETER& p) {
    Bytes out(32 - std::min<std::size_t>(p.size, 32));
    append(out, View(p.buffer, p.size));
    return out;
}

/// Takes the registers that one TPM2_PCR_Read returned (at most eight) out of `wanted`.
Status collect(const TPML_PCR_SELECTION& returned, const TPML_DIGEST& digests, PcrSelection& wanted,
               PcrValues& values) {
    const auto unexpected = [] {
        return fail(Errc::bad_value, "TPM2_PCR_Read",
                    "the TPM returned no SHA-256 values; it may have no SHA-256 bank");
    };
    if (returned.count != 1 || digests.count == 0) return unexpected();
    UINT32 next = 0;
    for (unsigned index = 0; index < evidence::pcr_count; ++index) {
        if ((returned.pcrSelections[0].pcrSelect[index / 8] >> (index % 8) & 1U) == 0) continue;
        if (next >= digests.count || digests.digests[next].size != 32 || wanted.erase(index) == 0) return unexpected();
        std::copy_n(digests.digests[next++].buffer, 32, values[index].begin());
    }
    return next == 0 ? Status(unexpected()) : ok();
}

}  // namespace

Result<Bytes> Tpm::attestation_key() {
    TRY(const PrimaryKey ak, impl_->create_primary(ESYS_TR_RH_ENDORSEMENT, attestation_key_template()));
    Bytes out(sizeof(TPM2B_PUBLIC));
    std::size_t size = 0;
    CHECKED(check(Tss2_MU_TPM2B_PUBLIC_Marshal(ak.public_area.get(), out.data(), out.size(), &size), "TPM2B_PUBLIC"));
    out.resize(size);
    return out;
}

Result<crypto::Sha256> Tpm::identity() {
    TRY(const PrimaryKey ek, impl_->create_primary(ESYS_TR_RH_ENDORSEMENT, endorsement_key_template()));
    const TPMS_ECC_POINT& point = ek.public_area->publicArea.unique.ecc;
    TRY(const auto key,
        crypto::PublicKey::from_point(crypto::Curve::p256, concat({Bytes{4}, padded(point.x), padded(point.y)})));
    return crypto::sha256(key.spki());
}

Result<SignedQuote> Tpm::quote(const PcrSelection& selection, View qualifying_data) {
    TRY(const auto pcrs, wire_selection(selection));
    TRY(const auto extra, to_buffer<TPM2B_DATA>(qualifying_data, "qualifying data"));
    TRY(const PrimaryKey ak, impl_->create_primary(ESYS_TR_RH_ENDORSEMENT, attestation_key_template()));
    TPMT_SIG_SCHEME scheme{};
    scheme.scheme = TPM2_ALG_NULL;  // the key's own
    TPM2B_ATTEST* attest = nullptr;
    TPMT_SIGNATURE* made = nullptr;
    CHECKED(check(Esys_Quote(impl_->esys, ak.object.handle(), ESYS_TR_PASSWORD, ESYS_TR_NONE, ESYS_TR_NONE, &extra,
                             &scheme, &pcrs, &attest, &made),
                  "TPM2_Quote"));
    const Owned<TPM2B_ATTEST> owned_attest(attest);
    const Owned<TPMT_SIGNATURE> owned_signature(made);
    SignedQuote out{Bytes(attest->attestationData, attest->attestationData + attest->size),
                    Bytes(sizeof(TPMT_SIGNATURE))};
    std::size_t size = 0;
    CHECKED(check(Tss2_MU_TPMT_SIGNATURE_Marshal(made, out.signature.data(), out.signature.size(), &size),
                  "TPMT_SIGNATURE"));
    out.signature.resize(size);
    return out;
}

Result<PcrValues> Tpm::read_pcrs(const PcrSelection& selection) {
    PcrSelection wanted = selection;
    PcrValues out;
    while (!wanted.empty()) {
        TRY(const auto pcrs, wire_selection(wanted));
        TPML_PCR_SELECTION* returned = nullptr;
        TPML_DIGEST* digests = nullptr;
        CHECKED(check(
            Esys_PCR_Read(impl_->esys, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, &pcrs, nullptr, &returned, &digests),
            "TPM2_PCR_Read"));
        const Owned<TPML_PCR_SELECTION> owned_selection(returned);
        const Owned<TPML_DIGEST> owned_digests(digests);
        CHECKED(collect(*returned, *digests, wanted, out));
    }
    return out;
}

Status Tpm::extend(unsigned pcr, const crypto::Sha256& digest) {
    if (pcr >= evidence::pcr_count) return fail(Errc::bad_value, "pcr", "there is no PCR " + std::to_string(pcr));
    TPML_DIGEST_VALUES values{};
    values.count = 1;
    values.digests[0].hashAlg = TPM2_ALG_SHA256;
    std::copy(digest.begin(), digest.end(), values.digests[0].digest.sha256);
    return check(
        Esys_PCR_Extend(impl_->esys, ESYS_TR_PCR0 + pcr, ESYS_TR_PASSWORD, ESYS_TR_NONE, ESYS_TR_NONE, &values),
        "TPM2_PCR_Extend");
}

Result<evidence::Evidence> Tpm::evidence(const Eid& eid, View session, View nonce, const PcrSelection& selection) {
    const auto qualifying = evidence::qualifying_data(nonce, session);
    for (unsigned attempt = 0; attempt < attempts_max; ++attempt) {
        TRY(PcrValues values, read_pcrs(selection));
        TRY(SignedQuote made, quote(selection, qualifying));
        TRY(const evidence::Quote read, evidence::parse_quote(made.quote));
        if (read.pcr_digest == evidence::pcr_digest(values))
            return evidence::Evidence{eid,
                                      to_bytes(session),
                                      to_bytes(nonce),
                                      std::move(made.quote),
                                      std::move(made.signature),
                                      std::move(values)};
    }
    return fail(Errc::conflict, "pcr",
                "the registers changed between reading and quoting, three times; ask again when the system is quiet");
}

}  // namespace mcim::tpm
