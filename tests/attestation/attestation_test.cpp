// From the TPM to the gate, with two devices that have a software TPM each: what is said here passes through the texts
// that travel and the rows that are stored.
#include <gtest/gtest.h>

#include "mcim/pva/verifier.h"
#include "mcim/tpm/tpm.h"
#include "support/random.h"
#include "support/swtpm.h"

namespace mcim {
namespace {

using evidence::Part;
using pva::Standing;
using std::chrono::hours;

const evidence::PcrSelection boot_registers{0, 2, 4, 7};

struct Device {
    test::Swtpm swtpm;
    Eid eid;

    tpm::Tpm open() const {
        auto tpm = tpm::Tpm::open(swtpm.tcti());
        if (!tpm) ADD_FAILURE() << to_string(tpm.error());
        return *std::move(tpm);
    }
    /// What the firmware of a real device does before anybody can interfere.
    void boot(std::string_view loader) const {
        auto tpm = open();
        EXPECT_TRUE(tpm.extend(0, crypto::sha256(as_view("firmware"))));
        EXPECT_TRUE(tpm.extend(4, crypto::sha256(as_view(loader))));
    }
    std::string evidence(std::string_view challenge, View session) const {
        const auto asked = evidence::parse_challenge(challenge);
        EXPECT_TRUE(asked) << to_string(asked.error());
        const auto given = open().evidence(eid, session, asked->nonce, asked->selection);
        EXPECT_TRUE(given) << to_string(given.error());
        return evidence::to_json(*given);
    }
};

struct Attestation : testing::Test {
    test::SeededRandom random{1};
    pva::NonceKey nonce_key = *pva::NonceKey::copy_of(Bytes(32, 7));
    pva::Policy policy{"pva-1", "test"};
    Time now = *from_rfc3339("2026-11-21T20:00:00Z");
    crypto::PrivateKey operator_key = crypto::PrivateKey::generate(crypto::Curve::p256);
    crypto::PrivateKey verifier_key = crypto::PrivateKey::generate(crypto::Curve::p256);
    Bytes session = Bytes(16, 0xA1), other_session = Bytes(16, 0xA2);
    std::optional<Device> good, other;
    std::vector<evidence::ReferenceValues> references;
    std::map<Eid, std::string> rows;  // the store

    void SetUp() override {
        if (!test::Swtpm::installed()) GTEST_SKIP() << "swtpm is not installed (Debian package swtpm)";
        start(good, "890490320010010000000000000000");
        start(other, "890490320010010000000000000001");
        references.push_back(references_of(*good));
    }
    void start(std::optional<Device>& device, std::string_view digits) {
        auto swtpm = test::Swtpm::start();
        ASSERT_TRUE(swtpm) << to_string(swtpm.error());
        device.emplace(Device{*std::move(swtpm), *Eid::with_check_digits(digits)});
        device->boot("loader");
        ASSERT_EQ(enrol(device->eid, *device), "enrolled");
    }
    /// Signed by the operator from a device that it trusts, and verified again.
    evidence::ReferenceValues references_of(const Device& golden) {
        evidence::ReferenceValues out{"first", 1, now, now + hours{24}, {}};
        const auto values = golden.open().read_pcrs(boot_registers);
        for (const auto& [index, value] : *values)
            out.platforms["gateway-2"][index] = {Part::platform, {{value, "release 1"}}};
        const auto jws = sign_reference_values(out, "", jose::signer_of(operator_key));
        return *evidence::verify_reference_values(*jws, "first", operator_key.public_key(), now);
    }
    std::optional<pva::DeviceRecord> row(const Eid& eid) const {
        const auto it = rows.find(eid);
        if (it == rows.end()) return std::nullopt;
        return *pva::parse_record(it->second);
    }
    std::string enrol(const Eid& eid, const Device& with) {
        auto tpm = with.open();
        const pva::Enrolment e{eid, *tpm.attestation_key(), *tpm.identity(), "gateway-2"};
        pva::Holders holders{row(eid), {}, {}};
        for (const auto& [known, text] : rows) {
            const auto record = row(known);
            if (record->ak_name == *pva::name_of(e.ak_public)) holders.of_ak = record;
            if (record->tpm_identity == e.tpm_identity) holders.of_tpm = record;
        }
        const auto out = pva::enrol(e, holders, now);
        if (const auto* refused = std::get_if<pva::Refused>(&out)) return std::string(to_string(refused->reason));
        rows[eid] = to_json(std::get<pva::DeviceRecord>(out));
        return "enrolled";
    }
    pva::Env env() { return {now, random, nonce_key, policy, references}; }
    std::string challenge(const Device& device, View for_session) {
        const auto request =
            evidence::parse_challenge_request(to_json(evidence::ChallengeRequest{device.eid, to_bytes(for_session)}));
        return to_json(std::get<evidence::Challenge>(pva::challenge(*request, row(device.eid), env())));
    }
    std::string take(std::string_view evidence_json) {
        const auto given = evidence::parse_evidence(evidence_json);
        if (!given) return to_string(given.error());
        auto out = pva::appraise(*given, row(given->eid), env());
        if (const auto* refused = std::get_if<pva::Refused>(&out)) return std::string(to_string(refused->reason));
        auto& appraised = std::get<pva::Appraised>(out);
        rows[given->eid] = to_json(appraised.record);
        const auto token = evidence::sign_verdict(appraised.verdicts.at(0), "pva-key", jose::signer_of(verifier_key));
        const auto verdict = evidence::verify_verdict(*token, verifier_key.public_key(), now);
        EXPECT_TRUE(verdict) << to_string(verdict.error());
        return std::string(to_string(verdict->parts.overall()));
    }
    pva::Answer ask(const Device& device, View for_session) const {
        return verdict_for(row(device.eid), for_session, "first", pva::Demand::platform, now);
    }
};

TEST_F(Attestation, GoodDeviceOpensTheGateForItsSessionOnly) {
    EXPECT_EQ(ask(*good, session).standing, Standing::unknown);
    EXPECT_EQ(take(good->evidence(challenge(*good, session), session)), "affirming");
    EXPECT_TRUE(ask(*good, session).opens_gate());
    EXPECT_FALSE(ask(*good, other_session).opens_gate());
    EXPECT_FALSE(ask(*other, session).opens_gate());
    now += policy.verdict_lifetime;
    EXPECT_EQ(ask(*good, session).standing, Standing::stale);
}

TEST_F(Attestation, ChangedBootLoaderIsNamed) {
    ASSERT_TRUE(good->open().extend(4, crypto::sha256(as_view("rootkit"))));
    EXPECT_EQ(take(good->evidence(challenge(*good, session), session)), "contraindicated");
    const auto answer = ask(*good, session);
    EXPECT_EQ(answer.standing, Standing::fail);
    ASSERT_EQ(answer.sentences.size(), 1U);
    EXPECT_EQ(answer.sentences[0].substr(0, 23), "PCR 4 (boot loader) is ");
    EXPECT_NE(answer.sentences[0].find("expected " + hex(references[0].find("gateway-2")->at(4).accepted[0].digest)),
              std::string::npos);
}

TEST_F(Attestation, RebootHealsAndMakesEarlierVerdictsStale) {
    ASSERT_EQ(take(good->evidence(challenge(*good, session), session)), "affirming");
    ASSERT_TRUE(good->swtpm.power_cycle());
    good->boot("loader");
    EXPECT_EQ(take(good->evidence(challenge(*good, session), session)), "reset_within_session");
    EXPECT_EQ(take(good->evidence(challenge(*good, other_session), other_session)), "affirming");
    EXPECT_EQ(ask(*good, session).standing, Standing::stale);
}

TEST_F(Attestation, ReplayedRelayedAndCrossedEvidenceIsRefused) {
    const std::string asked = challenge(*good, session);
    const std::string given = good->evidence(asked, session);
    ASSERT_EQ(take(given), "affirming");
    EXPECT_EQ(take(given), "nonce_replayed");

    // A dirty device lets a clean one answer in its place.
    ASSERT_TRUE(good->open().extend(4, crypto::sha256(as_view("rootkit"))));
    Device relay{std::move(other->swtpm), good->eid};
    EXPECT_EQ(take(relay.evidence(challenge(*good, session), session)), "wrong_signature");
    relay.eid = other->eid;
    EXPECT_EQ(take(relay.evidence(challenge(*good, session), session)), "nonce_of_other_eid");

    EXPECT_EQ(take(good->evidence(challenge(*good, session), other_session)), "nonce_of_other_session");
    EXPECT_EQ(take(good->evidence(challenge(*good, session), {})), "nonce_of_other_session");
}

TEST_F(Attestation, SecondTpmCannotTakeAnEidNorOneTpmServeTwo) {
    EXPECT_EQ(enrol(good->eid, *other), "other_key_for_eid");
    EXPECT_EQ(enrol(*Eid::with_check_digits("890490320010010000000000000009"), *other), "key_of_other_eid");
    EXPECT_EQ(enrol(good->eid, *good), "enrolled") << "the same again";
}

TEST_F(Attestation, SealedStateKeyStaysWithItsTpm) {
    const auto blob = good->open().seal(*Secret<32>::copy_of(Bytes(32, 0x4B)));
    ASSERT_TRUE(blob);
    EXPECT_TRUE(good->open().unseal(*blob));
    EXPECT_EQ(other->open().unseal(*blob).error().code, Errc::bad_crypto);
}

}  // namespace
}  // namespace mcim
