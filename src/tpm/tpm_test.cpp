// Against swtpm, which every test starts for itself.
#include "mcim/tpm/tpm.h"

#include <gtest/gtest.h>

#include "support/reference.h"
#include "support/swtpm.h"
#include "support/temp_folder.h"

namespace mcim::tpm {
namespace {

using evidence::PcrSelection;

struct TpmDevice : testing::Test {
    std::optional<test::Swtpm> swtpm;

    void SetUp() override {
        if (!test::Swtpm::installed()) GTEST_SKIP() << "swtpm is not installed (Debian package swtpm)";
        auto started = test::Swtpm::start();
        ASSERT_TRUE(started) << to_string(started.error());
        swtpm.emplace(*std::move(started));
    }
    Tpm open() const { return open(*swtpm); }
    static Tpm open(const test::Swtpm& device) {
        auto tpm = Tpm::open(device.tcti());
        if (!tpm) ADD_FAILURE() << to_string(tpm.error());
        return *std::move(tpm);
    }
    static Secret<32> a_secret() { return *Secret<32>::copy_of(crypto::sha256(as_view("state key"))); }
};

/// The TSS library starts a program for "cmd:", and loads any library that is named.
TEST(TpmConnection, IsByKnownTransportsOnly) {
    const test::TempFolder folder;
    const auto started = folder.path() / "started";
    for (const std::string& tcti :
         {"cmd:touch " + started.string(), std::string("/tmp/x.so:"), std::string("libtss2-tcti-cmd.so.0:true"),
          std::string("cmd"), std::string("pcap:device:/dev/tpmrm0"), std::string()}) {
        const auto opened = Tpm::open(tcti);
        ASSERT_FALSE(opened) << tcti;
        EXPECT_EQ(opened.error().code, Errc::bad_value) << to_string(opened.error());
    }
    EXPECT_FALSE(std::filesystem::exists(started));
}

TEST_F(TpmDevice, AttestationKeyIsTheSameEachTimeAndDiffersBetweenTpms) {
    const Bytes key = *open().attestation_key();
    const auto parsed = evidence::parse_attestation_key(key);
    ASSERT_TRUE(parsed) << to_string(parsed.error());
    const auto identity = *open().identity();
    EXPECT_EQ(*open().attestation_key(), key);
    ASSERT_TRUE(swtpm->power_cycle());
    EXPECT_EQ(*open().attestation_key(), key);
    EXPECT_EQ(*open().identity(), identity);

    const auto other = test::Swtpm::start();
    ASSERT_TRUE(other);
    EXPECT_NE(*open(*other).attestation_key(), key);
    EXPECT_NE(*open(*other).identity(), identity);
}

TEST_F(TpmDevice, QuoteIsWhatTheVerifierReads) {
    auto tpm = open();
    const PcrSelection selection{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 14, 23};
    ASSERT_TRUE(tpm.extend(4, crypto::sha256(as_view("loader"))));
    const auto values = tpm.read_pcrs(selection);
    ASSERT_TRUE(values) << to_string(values.error());
    EXPECT_EQ(evidence::selection_of(*values), selection);
    EXPECT_EQ(values->at(4), evidence::extended({}, crypto::sha256(as_view("loader"))));
    EXPECT_EQ(values->at(0), crypto::Sha256{});

    const auto made = tpm.quote(selection, Bytes(32, 0x5A));
    ASSERT_TRUE(made) << to_string(made.error());
    const auto quote =
        evidence::verify_quote(*evidence::parse_attestation_key(*tpm.attestation_key()), made->quote, made->signature);
    ASSERT_TRUE(quote) << to_string(quote.error());
    EXPECT_EQ(quote->extra_data, Bytes(32, 0x5A));
    EXPECT_EQ(quote->selection, selection);
    EXPECT_EQ(quote->pcr_digest, evidence::pcr_digest(*values));
}

TEST_F(TpmDevice, ClockGoesOnAndResetsAreCounted) {
    const auto quoted = [&] { return *evidence::parse_quote(open().quote({0}, {})->quote); };
    const auto before = quoted().clock;
    const auto later = quoted().clock;
    EXPECT_EQ(later.reset_count, before.reset_count);
    EXPECT_GE(later.clock_ms, before.clock_ms);
    ASSERT_TRUE(swtpm->power_cycle());
    const auto after = quoted().clock;
    EXPECT_EQ(after.reset_count, before.reset_count + 1);
    EXPECT_EQ(after.restart_count, 0U);
}

TEST_F(TpmDevice, SealedSecretOpensHereOnly) {
    const auto blob = open().seal(a_secret());
    ASSERT_TRUE(blob) << to_string(blob.error());
    EXPECT_TRUE(std::ranges::search(*blob, expose(a_secret())).empty());
    ASSERT_TRUE(swtpm->power_cycle());
    const auto opened = open().unseal(*blob);
    ASSERT_TRUE(opened) << to_string(opened.error());
    EXPECT_TRUE(crypto::constant_time_equal(expose(*opened), expose(a_secret())));

    const auto other = test::Swtpm::start();
    ASSERT_TRUE(other);
    const auto elsewhere = open(*other).unseal(*blob);
    ASSERT_FALSE(elsewhere);
    EXPECT_EQ(elsewhere.error().code, Errc::bad_crypto);
}

TEST_F(TpmDevice, EveryFlippedOctetOfASealedBlobIsNoticed) {
    auto tpm = open();
    const Bytes blob = *tpm.seal(a_secret());
    for (std::size_t i = 0; i < blob.size(); ++i) {
        Bytes changed = blob;
        changed[i] ^= 0x01;
        EXPECT_FALSE(tpm.unseal(changed)) << i;
    }
    for (const std::size_t n : {std::size_t{0}, std::size_t{4}, std::size_t{9}, blob.size() - 1})
        EXPECT_EQ(tpm.unseal(View(blob).first(n)).error().code, Errc::bad_value);
    EXPECT_TRUE(tpm.unseal(blob)) << "refusals leave nothing loaded";
}

TEST_F(TpmDevice, SecretsAreNotSeenOnTheBus) {
    const auto capture = swtpm->socket().parent_path() / "bus.pcap";
    setenv("TCTI_PCAP_FILE", capture.c_str(), 1);  // tpm2-tss's own recorder between us and the TPM
    {
        auto tpm = Tpm::open("pcap:" + swtpm->tcti());
        ASSERT_TRUE(tpm) << to_string(tpm.error());
        ASSERT_TRUE(tpm->extend(23, crypto::sha256(as_view("seen"))));
        ASSERT_TRUE(tpm->unseal(*tpm->seal(a_secret())));
    }
    const Bytes bus = test::file_content(capture);
    EXPECT_FALSE(std::ranges::search(bus, crypto::sha256(as_view("seen"))).empty())
        << "what travels in clear is recorded";
    EXPECT_TRUE(std::ranges::search(bus, expose(a_secret())).empty());
}

TEST_F(TpmDevice, LeavesNoObjectOrSessionBehind) {
    auto tpm = open();
    const Bytes blob = *tpm.seal(a_secret());
    Bytes changed = blob;
    changed.back() ^= 1;
    for (int i = 0; i < 20; ++i) {  // a TPM has room for three objects and three sessions
        ASSERT_TRUE(tpm.quote({0}, {}));
        ASSERT_TRUE(tpm.unseal(blob));
        ASSERT_FALSE(tpm.unseal(changed));
        ASSERT_TRUE(tpm.seal(a_secret()));
        ASSERT_TRUE(tpm.identity());
    }
}

TEST_F(TpmDevice, ErrorsAreSentences) {
    auto tpm = open();
    EXPECT_EQ(tpm.extend(24, {}).error().path, "pcr");
    EXPECT_EQ(tpm.quote({24}, {}).error().path, "pcr");
    EXPECT_EQ(tpm.quote({0}, Bytes(100)).error().code, Errc::too_large);
    const auto absent = Tpm::open("swtpm:path=" + swtpm->socket().string() + "-absent");
    ASSERT_FALSE(absent);
    EXPECT_EQ(absent.error().code, Errc::io);
    EXPECT_NE(absent.error().detail.find("no TPM answers there"), std::string::npos) << to_string(absent.error());
}

}  // namespace
}  // namespace mcim::tpm
