#include "mcim/evidence/tpm_structures.h"

namespace mcim::evidence {
namespace {

// Part 2: TPM_GENERATED 6.2, TPM_ALG_ID 6.3, TPM_ECC_CURVE 6.4, TPM_ST 6.9, TPMA_OBJECT 8.3
constexpr std::uint32_t generated_value = 0xFF544347;
constexpr std::uint16_t st_attest_quote = 0x8018;
constexpr std::uint16_t alg_sha256 = 0x000B, alg_null = 0x0010, alg_ecdsa = 0x0018, alg_ecc = 0x0023;
constexpr std::uint16_t ecc_nist_p256 = 0x0003;

struct Attribute {
    std::uint32_t bit;
    std::string_view name;
};
constexpr std::array demanded{Attribute{1U << 1U, "fixedTPM"}, Attribute{1U << 4U, "fixedParent"},
                              Attribute{1U << 5U, "sensitiveDataOrigin"}, Attribute{1U << 16U, "restricted"},
                              Attribute{1U << 18U, "sign"}};
constexpr Attribute forbidden{1U << 17U, "decrypt"};

/// Big-endian fields, one after the other.
class Reader {
public:
    explicit Reader(View in) : in_(in) {}

    Result<std::uint64_t> number(std::size_t octets, std::string_view field) {
        TRY(const View v, take(octets, field));
        std::uint64_t out = 0;
        for (const auto o : v) out = out << 8U | o;
        return out;
    }
    /// TPM2B: two octets of size and as many octets.
    Result<View> sized(std::size_t octets_max, std::string_view field) {
        TRY(const std::uint64_t size, number(2, field));
        if (size > octets_max)
            return here(Errc::too_large, field,
                        std::to_string(size) + " octets, at most " + std::to_string(octets_max) + " belong here");
        return take(size, field);
    }
    Result<View> take(std::size_t octets, std::string_view field) {
        if (octets > in_.size() - at_) return here(Errc::truncated, field, "the structure ends too early");
        const View out = in_.subspan(at_, octets);
        at_ += octets;
        return out;
    }
    Status expect(std::size_t octets, std::uint64_t wanted, std::string_view field) {
        const std::size_t start = at_;
        TRY(const std::uint64_t value, number(octets, field));
        if (value == wanted) return ok();
        return Error{Errc::bad_value, start, std::string(field),
                     "it is " + std::to_string(value) + ", only " + std::to_string(wanted) + " is taken"};
    }
    Status end(std::string_view what) const {
        if (at_ == in_.size()) return ok();
        return here(Errc::trailing_data, what, std::to_string(in_.size() - at_) + " octets follow the structure");
    }

private:
    Error here(Errc code, std::string_view field, std::string detail) const {
        return {code, at_, std::string(field), std::move(detail)};
    }

    View in_;
    std::size_t at_ = 0;
};

/// TPML_PCR_SELECTION (10.9.7): exactly one TPMS_PCR_SELECTION, of the SHA-256 bank, with at least one register.
Result<PcrSelection> read_selection(Reader& in) {
    CHECKED(in.expect(4, 1, "pcrSelect.count"));
    CHECKED(in.expect(2, alg_sha256, "pcrSelect.hash"));
    TRY(const std::uint64_t octets, in.number(1, "pcrSelect.sizeofSelect"));
    TRY(const View bits, in.take(octets, "pcrSelect.pcrSelect"));
    PcrSelection out;
    for (unsigned i = 0; i < bits.size() * 8; ++i)
        if ((bits[i / 8] >> (i % 8) & 1U) != 0) out.insert(i);
    if (out.empty()) return fail(Errc::bad_value, "pcrSelect", "the quote covers no register");
    if (*out.rbegin() >= pcr_count)
        return fail(Errc::bad_value, "pcrSelect", "there is no PCR " + std::to_string(*out.rbegin()));
    return out;
}

Result<ClockInfo> read_clock(Reader& in) {
    ClockInfo out;
    TRY(out.clock_ms, in.number(8, "clockInfo.clock"));
    TRY(const std::uint64_t resets, in.number(4, "clockInfo.resetCount"));
    TRY(const std::uint64_t restarts, in.number(4, "clockInfo.restartCount"));
    TRY(const std::uint64_t safe, in.number(1, "clockInfo.safe"));
    if (safe > 1) return fail(Errc::bad_value, "clockInfo.safe", "TPMI_YES_NO is 0 or 1");
    out.reset_count = static_cast<std::uint32_t>(resets);
    out.restart_count = static_cast<std::uint32_t>(restarts);
    out.safe = safe == 1;
    return out;
}

/// TPM2B_ECC_PARAMETER: an integer without sign, left-padded here to the 32 octets of P-256.
Result<std::array<std::uint8_t, 32>> read_integer(Reader& in, std::string_view field) {
    TRY(const View v, in.sized(32, field));
    std::array<std::uint8_t, 32> out{};
    std::copy(v.begin(), v.end(), out.end() - static_cast<std::ptrdiff_t>(v.size()));
    return out;
}

Status check_attributes(std::uint64_t attributes) {
    for (const auto& a : demanded)
        if ((attributes & a.bit) == 0)
            return fail(Errc::refused, "objectAttributes",
                        "an attestation key has the attribute " + std::string(a.name));
    if ((attributes & forbidden.bit) != 0)
        return fail(Errc::refused, "objectAttributes",
                    "an attestation key must not have the attribute " + std::string(forbidden.name));
    return ok();
}

}  // namespace

Result<Quote> parse_quote(View attest) {
    Reader in(attest);
    Quote out;
    CHECKED(
        in.expect(4, generated_value, "magic"));  // a restricted key signs nothing else that starts so (Part 1, 31.3)
    CHECKED(in.expect(2, st_attest_quote, "type"));
    TRY(const View signer, in.sized(66, "qualifiedSigner"));
    TRY(const View extra, in.sized(66, "extraData"));
    TRY(out.clock, read_clock(in));
    TRY(out.firmware_version, in.number(8, "firmwareVersion"));
    TRY(out.selection, read_selection(in));
    TRY(const View digest, in.sized(64, "pcrDigest"));
    CHECKED(in.end("TPMS_ATTEST"));
    out.qualified_signer = to_bytes(signer);
    out.extra_data = to_bytes(extra);
    auto sha256 = to_array<32>(digest);
    if (!sha256) return std::move(sha256).error().within("pcrDigest");
    out.pcr_digest = *sha256;
    return out;
}

Result<Bytes> parse_signature(View tpmt_signature) {
    Reader in(tpmt_signature);
    CHECKED(in.expect(2, alg_ecdsa, "sigAlg"));
    CHECKED(in.expect(2, alg_sha256, "hash"));
    TRY(const auto r, read_integer(in, "signatureR"));
    TRY(const auto s, read_integer(in, "signatureS"));
    CHECKED(in.end("TPMT_SIGNATURE"));
    return concat({r, s});
}

Result<AttestationKey> parse_attestation_key(View tpm2b_public) {
    Reader outer(tpm2b_public);
    TRY(const View area, outer.sized(512, "TPM2B_PUBLIC"));
    CHECKED(outer.end("TPM2B_PUBLIC"));
    Reader in(area);
    CHECKED(in.expect(2, alg_ecc, "type"));
    CHECKED(in.expect(2, alg_sha256, "nameAlg"));
    TRY(const std::uint64_t attributes, in.number(4, "objectAttributes"));
    CHECKED(check_attributes(attributes));
    TRY([[maybe_unused]] const View policy, in.sized(32, "authPolicy"));
    CHECKED(in.expect(2, alg_null, "parameters.symmetric"));
    CHECKED(in.expect(2, alg_ecdsa, "parameters.scheme"));
    CHECKED(in.expect(2, alg_sha256, "parameters.scheme.hashAlg"));
    CHECKED(in.expect(2, ecc_nist_p256, "parameters.curveID"));
    CHECKED(in.expect(2, alg_null, "parameters.kdf"));
    TRY(const auto x, read_integer(in, "unique.x"));
    TRY(const auto y, read_integer(in, "unique.y"));
    CHECKED(in.end("TPMT_PUBLIC"));
    auto key = crypto::PublicKey::from_point(crypto::Curve::p256, concat({Bytes{4}, x, y}));
    if (!key) return std::move(key).error().within("unique");
    return AttestationKey{*std::move(key), concat({Bytes{0x00, 0x0B}, crypto::sha256(area)})};
}

Result<Quote> verify_quote(const AttestationKey& ak, View attest, View tpmt_signature) {
    auto signature = parse_signature(tpmt_signature);
    if (!signature) return std::move(signature).error().within("signature");
    if (!ak.key.verify(attest, *signature))
        return fail(Errc::bad_crypto, "signature", "it does not hold: the quote was changed, or made by another TPM");
    auto quote = parse_quote(attest);
    if (!quote) return std::move(quote).error().within("quote");
    return quote;
}

}  // namespace mcim::evidence
