#include "mcim/evidence/tpm_structures.h"

#include <gtest/gtest.h>

#include "support/soft_tpm.h"

namespace mcim::evidence {
namespace {

test::SoftTpm tpm_with_registers() {
    test::SoftTpm tpm;
    tpm.pcrs[0] = crypto::sha256(as_view("firmware"));
    tpm.pcrs[4] = crypto::sha256(as_view("loader"));
    tpm.pcrs[23] = {};
    return tpm;
}

TEST(Pcr, DigestAndExtensionAreThoseOfTheTpm) {
    // SHA-256 over 32 zero octets and over 64
    EXPECT_EQ(hex(pcr_digest({{0, {}}})), "66687AADF862BD776C8FC18B8E9F8E20089714856EE233B3902A591D0D5F2925");
    EXPECT_EQ(hex(extended({}, {})), "F5A5FD42D16A20302798EF6ED309979B43003D2320D9F0E8EA9831A92759FB4B");
    EXPECT_EQ(pcr_digest({{7, {}}, {9, {}}}), extended({}, {}));
    EXPECT_EQ(pcr_name(4), "PCR 4 (boot loader)");
}

TEST(Pcr, IndexHasOneSpelling) {
    EXPECT_EQ(*parse_pcr_index("0"), 0U);
    EXPECT_EQ(*parse_pcr_index("23"), 23U);
    for (const std::string_view bad : {"", "24", "04", "+4", "-1", " 4", "4 ", "4.0", "99999999999"})
        EXPECT_FALSE(parse_pcr_index(bad)) << bad;
}

TEST(Quote, IsReadFieldByField) {
    const auto tpm = tpm_with_registers();
    const Bytes attest = tpm.attest(Bytes(32, 0xAB));
    const auto quote = parse_quote(attest);
    ASSERT_TRUE(quote) << to_string(quote.error());
    EXPECT_EQ(quote->extra_data, Bytes(32, 0xAB));
    EXPECT_EQ(quote->clock, tpm.clock);
    EXPECT_EQ(quote->selection, (PcrSelection{0, 4, 23}));
    EXPECT_EQ(quote->pcr_digest, pcr_digest(tpm.pcrs));
    EXPECT_EQ(quote->firmware_version, 0x2019102300163636U);
}

TEST(Quote, RefusesEveryCutAndTrailingOctets) {
    const Bytes attest = tpm_with_registers().attest(Bytes(32, 0xAB));
    for (std::size_t n = 0; n < attest.size(); ++n)
        EXPECT_EQ(parse_quote(View(attest).first(n)).error().code, Errc::truncated) << n;
    EXPECT_EQ(parse_quote(concat({attest, Bytes{0}})).error().code, Errc::trailing_data);
}

TEST(Quote, RefusesOtherStructuresBanksAndRegisters) {
    auto tpm = tpm_with_registers();
    tpm.magic = 0xFF544348;
    EXPECT_EQ(parse_quote(tpm.attest({})).error().path, "magic");
    tpm = tpm_with_registers();
    tpm.type = 0x8017;  // TPM_ST_ATTEST_CERTIFY
    EXPECT_EQ(parse_quote(tpm.attest({})).error().path, "type");
    tpm = tpm_with_registers();
    Bytes sha1 = tpm.attest({});
    const std::size_t bank = 4 + 2 + 36 + 2 + 17 + 8 + 4;
    sha1.at(bank + 1) = 0x04;
    EXPECT_EQ(parse_quote(sha1).error().path, "pcrSelect.hash");
    Bytes two_banks = tpm.attest({});
    two_banks.at(bank - 1) = 2;
    EXPECT_EQ(parse_quote(two_banks).error().path, "pcrSelect.count");
    tpm.pcrs.clear();
    EXPECT_EQ(parse_quote(tpm.attest({})).error().path, "pcrSelect");
}

TEST(Quote, SignatureCoversEveryBit) {
    const auto tpm = tpm_with_registers();
    const auto ak = parse_attestation_key(tpm.ak_public());
    ASSERT_TRUE(ak) << to_string(ak.error());
    EXPECT_EQ(ak->key, tpm.ak.public_key());
    EXPECT_EQ(ak->name.size(), 34U);
    const Bytes attest = tpm.attest(Bytes(32, 1));
    const Bytes signature = tpm.sign(attest);
    EXPECT_TRUE(verify_quote(*ak, attest, signature));
    for (std::size_t i = 0; i < attest.size(); ++i) {
        Bytes changed = attest;
        changed[i] ^= 1;
        EXPECT_EQ(verify_quote(*ak, changed, signature).error().code, Errc::bad_crypto);
    }
    for (std::size_t i = 0; i < signature.size(); ++i) {
        Bytes changed = signature;
        changed[i] ^= 1;
        EXPECT_FALSE(verify_quote(*ak, attest, changed)) << i;
    }
    EXPECT_EQ(verify_quote(*parse_attestation_key(test::SoftTpm{}.ak_public()), attest, signature).error().code,
              Errc::bad_crypto);
}

TEST(TpmSignature, PadsShortIntegers) {
    test::TpmWriter w;
    w.number(2, 0x0018).number(2, 0x000B).sized(Bytes{1}).sized(Bytes(31, 2));
    const auto plain = parse_signature(w.bytes());
    ASSERT_TRUE(plain);
    EXPECT_EQ(hex(*plain), std::string(62, '0') + "0100" + hex(Bytes(31, 2)));
    EXPECT_EQ(
        parse_signature(test::TpmWriter().number(2, 0x0018).number(2, 0x000B).sized(Bytes(33)).sized(Bytes(32)).bytes())
            .error()
            .code,
        Errc::too_large);
    EXPECT_EQ(parse_signature(test::TpmWriter().number(2, 0x0014).bytes()).error().path, "sigAlg");
}

TEST(AttestationKey, NeedsTheAttributesThatMakeAQuoteTheTpmsOwnWord) {
    for (const std::uint32_t bit : {1U, 4U, 5U, 16U, 18U}) {
        test::SoftTpm tpm;
        tpm.ak_attributes &= ~(1U << bit);
        const auto ak = parse_attestation_key(tpm.ak_public());
        ASSERT_FALSE(ak) << bit;
        EXPECT_EQ(ak.error().code, Errc::refused);
    }
    test::SoftTpm decrypting;
    decrypting.ak_attributes |= 1U << 17U;
    EXPECT_NE(parse_attestation_key(decrypting.ak_public()).error().detail.find("must not have the attribute decrypt"),
              std::string::npos);
}

TEST(AttestationKey, RefusesCutsOtherAlgorithmsAndPointsOffTheCurve) {
    const Bytes right = test::SoftTpm{}.ak_public();
    for (std::size_t n = 0; n < right.size(); ++n) EXPECT_FALSE(parse_attestation_key(View(right).first(n)));
    EXPECT_FALSE(parse_attestation_key(concat({right, Bytes{0}})));
    for (const std::size_t algorithm :
         {3U, 5U, 13U, 15U, 17U, 19U, 21U}) {  // type, nameAlg, symmetric, scheme, its hash, curve, kdf
        Bytes changed = right;
        changed.at(algorithm) ^= 1;
        EXPECT_EQ(parse_attestation_key(changed).error().code, Errc::bad_value) << algorithm;
    }
    Bytes off = right;
    off.back() ^= 1;
    EXPECT_EQ(parse_attestation_key(off).error().path.substr(0, 6), "unique");
}

}  // namespace
}  // namespace mcim::evidence
