#include "mcim/pva/verifier.h"

#include <gtest/gtest.h>

#include "support/random.h"
#include "support/soft_tpm.h"

namespace mcim::pva {
namespace {

using evidence::Part;
using std::chrono::hours;
using std::chrono::seconds;

crypto::Sha256 digest(std::string_view text) { return crypto::sha256(as_view(text)); }

struct Verifier : testing::Test {
    test::SeededRandom random{1};
    NonceKey nonce_key = *NonceKey::copy_of(Bytes(32, 7));
    Policy policy{"pva-1", "0.1.0"};
    Time now = *from_rfc3339("2026-11-21T20:00:00Z");
    Eid eid = *Eid::with_check_digits("890490320010010000000000000000");
    Eid other_eid = *Eid::with_check_digits("890490320010010000000000000001");
    Bytes session = Bytes(16, 0xA1), other_session = Bytes(16, 0xA2);
    test::SoftTpm tpm, other_tpm;
    std::vector<evidence::ReferenceValues> references{{"first",
                                                       7,
                                                       now,
                                                       now + hours{24},
                                                       {{"gateway-2",
                                                         {{0, {Part::platform, {{digest("firmware"), "firmware 1"}}}},
                                                          {4, {Part::platform, {{digest("loader"), "loader 1"}}}},
                                                          {11, {Part::module, {{digest("tre"), "TRE 1"}}}}}}}}};
    std::optional<DeviceRecord> device;

    void SetUp() override {
        tpm.pcrs = {{0, digest("firmware")}, {4, digest("loader")}, {11, digest("tre")}};
        other_tpm.pcrs = tpm.pcrs;
        device = std::get<DeviceRecord>(enrol(enrolment(), {}, now));
    }
    Enrolment enrolment() const { return {eid, tpm.ak_public(), digest("EK"), "gateway-2"}; }
    Env env() { return {now, random, nonce_key, policy, references}; }
    Bytes nonce(View of_session) {
        return std::get<evidence::Challenge>(challenge({eid, to_bytes(of_session)}, device, env())).nonce;
    }
    evidence::Evidence evidence_for(View of_session) {
        ++tpm.clock.clock_ms;
        return tpm.evidence(eid, of_session, nonce(of_session));
    }
    /// Gives evidence; where it is taken, the record is stored, through its text as a store would.
    std::string_view give(const evidence::Evidence& given) {
        auto outcome = appraise(given, device, env());
        if (const auto* refused = std::get_if<Refused>(&outcome)) {
            EXPECT_EQ(refused->sentence.back(), '.') << refused->sentence;
            return to_string(refused->reason);
        }
        auto& appraised = std::get<Appraised>(outcome);
        const auto stored = parse_record(to_json(appraised.record));
        EXPECT_TRUE(stored) << to_string(stored.error());
        EXPECT_EQ(*stored, appraised.record);
        device = *stored;
        return appraised.verdicts.front().passes() ? "pass" : "fail";
    }
    std::string_view give(View of_session) { return give(evidence_for(of_session)); }
    Answer ask(View of_session, Demand demand = Demand::both) const {
        return verdict_for(device, of_session, "first", demand, now);
    }
    std::string_view standing(View of_session) const { return to_string(ask(of_session).standing); }
};

// ---------------------------------------------------------------- enrolment

struct Enrol : Verifier {
    std::string_view outcome(const Enrolment& e, const Holders& holders) const {
        const auto out = enrol(e, holders, now);
        const auto* refused = std::get_if<Refused>(&out);
        if (refused == nullptr) return "enrolled";
        EXPECT_TRUE(is_alarm(refused->reason) || refused->reason == Refusal::key_malformed ||
                    refused->reason == Refusal::other_model_for_eid);
        return to_string(refused->reason);
    }
};

TEST_F(Enrol, TheSameAgainChangesNothing) {
    ASSERT_EQ(give(session), "pass");
    const auto again = enrol(enrolment(), {device, device, device}, now + hours{1});
    EXPECT_EQ(std::get<DeviceRecord>(again), *device);
    EXPECT_EQ(*name_of(enrolment().ak_public), device->ak_name);
}

TEST_F(Enrol, AnotherTpmForAKnownEidIsAnAlarm) {
    Enrolment thief = enrolment();
    thief.ak_public = other_tpm.ak_public();
    EXPECT_EQ(outcome(thief, {device, {}, device}), "other_key_for_eid");
    thief = enrolment();
    thief.tpm_identity = digest("another EK");
    EXPECT_EQ(outcome(thief, {device, device, {}}), "other_key_for_eid");
}

TEST_F(Enrol, OneTpmForTwoEidsIsAnAlarm) {
    Enrolment second = enrolment();
    second.eid = other_eid;
    EXPECT_EQ(outcome(second, {{}, device, device}), "key_of_other_eid");
    second.ak_public = other_tpm.ak_public();
    EXPECT_EQ(outcome(second, {{}, {}, device}), "tpm_of_other_eid");
}

TEST_F(Enrol, RefusesOtherModelsAndKeysThatAreNone) {
    Enrolment e = enrolment();
    e.platform_model = "gateway-3";
    EXPECT_EQ(outcome(e, {device, device, device}), "other_model_for_eid");
    tpm.ak_attributes &= ~0x00010000U;  // not restricted: it would sign anything
    EXPECT_EQ(outcome(enrolment(), {}), "key_malformed");
}

TEST_F(Enrol, SaysHowToTakeBackWhatIsInTheWay) {
    const auto sentence = [&](const Enrolment& e, const Holders& holders) {
        return std::get<Refused>(enrol(e, holders, now)).sentence;
    };
    Enrolment e = enrolment();
    e.platform_model = "gateway-3";
    const std::string way_out = "mcim device remove " + eid.text();
    EXPECT_NE(sentence(e, {device, device, device}).find(way_out), std::string::npos);
    e.tpm_identity = digest("another EK");
    EXPECT_NE(sentence(e, {device, device, {}}).find(way_out), std::string::npos);
    e.eid = other_eid;
    EXPECT_NE(sentence(e, {{}, device, {}}).find(way_out), std::string::npos);
    EXPECT_NE(sentence(e, {{}, {}, device}).find(way_out), std::string::npos);
}

TEST_F(Enrol, NothingOfAnEnrolmentThatWasTakenBackCountsInTheNext) {
    const auto spent = evidence_for(session), unspent = evidence_for(other_session);
    ASSERT_EQ(give(spent), "pass");
    const auto removed = remove(*device, policy, now);
    device = std::get<DeviceRecord>(enrol(enrolment(), {{}, {}, {}, removed}, now));
    EXPECT_EQ(standing(session), "unknown");
    EXPECT_EQ(give(spent), "nonce_expired");
    EXPECT_EQ(give(unspent), "nonce_expired");
    now += seconds{1};
    EXPECT_EQ(give(session), "pass");
}

TEST_F(Enrol, AfterAnotherWasTakenBackItIsKnownWhetherTheTpmIsTheSame) {
    EXPECT_FALSE(has_other_tpm(*device)) << "it is the first";
    const auto removed = remove(*device, policy, now);
    const auto anew = [&](const Enrolment& e) {
        const auto record = std::get<DeviceRecord>(enrol(e, {{}, {}, {}, removed}, now));
        EXPECT_EQ(record.before, removed);
        EXPECT_EQ(*parse_record(to_json(record)), record);
        return has_other_tpm(record);
    };
    EXPECT_FALSE(anew(enrolment()));
    Enrolment other = enrolment();
    other.ak_public = other_tpm.ak_public();
    EXPECT_TRUE(anew(other));
    other = enrolment();
    other.tpm_identity = digest("another EK");
    EXPECT_TRUE(anew(other));
}

// ---------------------------------------------------------------- challenge

TEST_F(Verifier, ChallengesEnrolledDevicesOnlyAndAsksForTheReferencedRegisters) {
    const auto made = std::get<evidence::Challenge>(challenge({eid, session}, device, env()));
    EXPECT_EQ(made.selection, (evidence::PcrSelection{0, 4, 11}));
    EXPECT_EQ(made.expires_at, now + policy.nonce_lifetime);
    EXPECT_EQ(std::get<Refused>(challenge({other_eid, session}, std::nullopt, env())).reason, Refusal::not_enrolled);
    now += hours{24};
    EXPECT_EQ(std::get<Refused>(challenge({eid, session}, device, env())).reason, Refusal::no_reference_values);
}

// ---------------------------------------------------------------- verdicts

TEST_F(Verifier, GoodDevicePasses) {
    EXPECT_EQ(standing(session), "unknown");
    EXPECT_EQ(give(session), "pass");
    EXPECT_TRUE(ask(session).opens_gate());
    EXPECT_EQ(ask(session).expires_at, now + policy.verdict_lifetime);
    EXPECT_EQ(standing(other_session), "unknown");
    EXPECT_EQ(standing({}), "unknown");
    EXPECT_EQ(verdict_for(std::nullopt, session, "first", Demand::both, now).standing, Standing::unknown);
}

TEST_F(Verifier, ChangedRegisterFailsAndIsNamed) {
    tpm.pcrs[4] = digest("rootkit");
    EXPECT_EQ(give(session), "fail");
    const auto answer = ask(session);
    EXPECT_FALSE(answer.opens_gate());
    ASSERT_EQ(answer.sentences.size(), 1U);
    EXPECT_EQ(answer.sentences[0], "PCR 4 (boot loader) is " + hex(digest("rootkit")) + ", expected " +
                                       hex(digest("loader")) + " (loader 1)");
    EXPECT_EQ(to_string(ask(session, Demand::module).standing), "pass") << "the module is as it should be";
    EXPECT_EQ(to_string(ask(session, Demand::platform).standing), "fail");
}

TEST_F(Verifier, PartWithoutReferenceIsNoPassWhereItIsDemanded) {
    references[0].platforms["gateway-2"].erase(11);
    EXPECT_EQ(give(session), "pass");
    EXPECT_EQ(to_string(ask(session, Demand::platform).standing), "pass");
    EXPECT_EQ(to_string(ask(session, Demand::both).standing), "fail");
}

TEST_F(Verifier, VerdictGoesStale) {
    ASSERT_EQ(give(session), "pass");
    now += policy.verdict_lifetime - seconds{1};
    EXPECT_EQ(standing(session), "pass");
    now += seconds{1};
    EXPECT_EQ(standing(session), "stale");
    now -= policy.verdict_lifetime + seconds{1};
    EXPECT_EQ(standing(session), "stale") << "issued in the future";
}

TEST_F(Verifier, RestartMakesEarlierVerdictsStale) {
    ASSERT_EQ(give(session), "pass");
    tpm.clock = {5000, 2, 0, true};
    ASSERT_EQ(give(other_session), "pass");
    EXPECT_EQ(standing(session), "stale");
    EXPECT_EQ(standing(other_session), "pass");
}

TEST_F(Verifier, EachOperatorsReferenceValuesSpeakForItselfOnly) {
    auto second = references[0];
    second.operator_id = "second";
    second.platforms["gateway-2"][4].accepted = {{digest("loader 9"), "loader 9"}};
    references.push_back(second);
    EXPECT_EQ(give(session), "pass");
    EXPECT_EQ(to_string(verdict_for(device, session, "second", Demand::both, now).standing), "fail");
    EXPECT_EQ(to_string(verdict_for(device, session, "third", Demand::both, now).standing), "unknown");
}

TEST_F(Verifier, VersionsOverlapButAreNotMixed) {
    auto update = references[0];
    update.version = 8;
    update.platforms["gateway-2"][0].accepted = {{digest("firmware 2"), "firmware 2"}};
    update.platforms["gateway-2"][4].accepted = {{digest("loader 2"), "loader 2"}};
    references.push_back(update);
    EXPECT_EQ(give(session), "pass") << "not updated yet";
    EXPECT_EQ(device->sessions.back().verdicts.front().reference_version, 7);
    tpm.pcrs[0] = digest("firmware 2");
    EXPECT_EQ(give(session), "fail") << "half updated";
    EXPECT_EQ(device->sessions.back().verdicts.front().reference_version, 8);
    tpm.pcrs[4] = digest("loader 2");
    EXPECT_EQ(give(session), "pass");
}

// ---------------------------------------------------------------- refusals

TEST_F(Verifier, WithdrawnValuesCountNoMore) {
    references.push_back(references.front());
    auto& newer = references.back();
    newer.version = 8;
    newer.platforms["gateway-2"][4].accepted = {{digest("loader 2"), "loader 2"}};
    EXPECT_EQ(give(session), "pass");
    newer.withdraws_before = 8;
    EXPECT_EQ(give(session), "fail") << "the old boot loader is broken";
    tpm.pcrs[4] = digest("loader 2");
    EXPECT_EQ(give(session), "pass");
    newer.operator_id = "second";  // nobody withdraws another's
    tpm.pcrs[4] = digest("loader");
    EXPECT_EQ(give(session), "pass");
}

TEST_F(Verifier, ReplayedEvidenceIsRefusedAlsoAfterARestartOfTheVerifier) {
    const auto given = evidence_for(session);
    ASSERT_EQ(give(given), "pass");  // the record goes through its stored text
    EXPECT_EQ(give(given), "nonce_replayed");
    now += policy.nonce_lifetime;
    EXPECT_EQ(give(given), "nonce_expired");
    ASSERT_EQ(give(session), "pass");  // prunes the spent nonce
    ASSERT_EQ(device->spent.size(), 1U);
    now -= policy.nonce_lifetime;
    EXPECT_EQ(give(given), "nonce_expired") << "even where the verifier's clock is set back";
}

TEST_F(Verifier, RefusalLeavesTheVerdictAsItIs) {
    ASSERT_EQ(give(session), "pass");
    const auto before = *device;
    auto forged = evidence_for(session);
    forged.signature.back() ^= 1;
    EXPECT_EQ(give(forged), "wrong_signature");
    EXPECT_EQ(*device, before);
    EXPECT_EQ(standing(session), "pass");
}

TEST_F(Verifier, RefusedEvidenceDoesNotSpendItsNonce) {
    const auto given = evidence_for(session);
    auto forged = given;
    forged.quote.at(60) ^= 1;
    EXPECT_EQ(give(forged), "wrong_signature");
    EXPECT_EQ(give(given), "pass") << "who garbles a message on the way cannot burn the nonce";
}

TEST_F(Verifier, ExpiredUnknownAndEmptyNoncesAreRefused) {
    auto given = evidence_for(session);
    now += policy.nonce_lifetime;
    EXPECT_EQ(give(given), "nonce_expired");
    EXPECT_EQ(give(tpm.evidence(eid, session, Bytes(evidence::nonce_octets, 1))), "nonce_unknown");
    EXPECT_EQ(give(tpm.evidence(eid, session, {})), "nonce_unknown");
}

TEST_F(Verifier, EvidenceForAnotherSessionIsRefused) {
    auto given = evidence_for(session);
    given.session = other_session;
    EXPECT_EQ(give(given), "nonce_of_other_session");
    given = tpm.evidence(eid, session, nonce(other_session));
    given.session = other_session;
    EXPECT_EQ(give(given), "other_binding") << "nonce for this session, quote for the other";
    EXPECT_EQ(give(tpm.evidence(eid, {}, nonce(session))), "nonce_of_other_session");
}

TEST_F(Verifier, EvidenceOfAnotherDeviceIsRefused) {
    EXPECT_EQ(give(other_tpm.evidence(eid, session, nonce(session))), "wrong_signature") << "relayed to another TPM";
    EXPECT_TRUE(is_alarm(Refusal::wrong_signature));
    auto second =
        std::get<DeviceRecord>(enrol({other_eid, other_tpm.ak_public(), digest("other EK"), "gateway-2"}, {}, now));
    const Bytes for_first = nonce(session);
    const auto crossed = appraise(other_tpm.evidence(other_eid, session, for_first), second, env());
    EXPECT_EQ(to_string(std::get<Refused>(crossed).reason), "nonce_of_other_eid");
    EXPECT_EQ(std::get<Refused>(appraise(evidence_for(session), std::nullopt, env())).reason, Refusal::not_enrolled);
    EXPECT_EQ(std::get<Refused>(appraise(evidence_for(session), second, env())).reason, Refusal::not_enrolled)
        << "a record of another device";
}

TEST_F(Verifier, EveryFlippedBitOfQuoteAndSignatureIsRefused) {
    const auto given = evidence_for(session);
    for (std::size_t i = 0; i < given.quote.size(); ++i) {
        auto changed = given;
        changed.quote[i] ^= 0x40;
        EXPECT_EQ(give(changed), "wrong_signature") << i;
    }
    for (std::size_t i = 0; i < given.signature.size(); ++i) {
        auto changed = given;
        changed.signature[i] ^= 0x40;
        const auto outcome = give(changed);
        EXPECT_TRUE(outcome == "wrong_signature" || outcome == "quote_malformed") << i << ' ' << outcome;
    }
    for (const auto& [index, value] : given.pcrs) {
        auto changed = given;
        changed.pcrs[index][0] ^= 1;
        EXPECT_EQ(give(changed), "registers_differ");
        changed.pcrs.erase(index);
        EXPECT_EQ(give(changed), "registers_differ");
    }
    EXPECT_EQ(give(given), "pass");
}

TEST_F(Verifier, OneRegisterCannotPassForAnother) {
    // PCR 16 can be reset by the host and made to hold the boot loader's value; the quote's digest does not show
    // indices.
    tpm.pcrs = {{0, digest("firmware")}, {11, digest("loader")}, {16, digest("tre")}};
    auto given = evidence_for(session);
    given.pcrs = {{0, digest("firmware")}, {4, digest("loader")}, {11, digest("tre")}};
    EXPECT_EQ(give(given), "registers_differ");
}

TEST_F(Verifier, OtherStatementsOfTheTpmAreRefused) {
    tpm.type = 0x8017;  // TPM_ST_ATTEST_CERTIFY
    EXPECT_EQ(give(session), "quote_malformed");
}

TEST_F(Verifier, CountersAndClockMustNotGoBack) {
    tpm.clock = {100000, 5, 2, true};
    ASSERT_EQ(give({}), "pass");
    tpm.clock = {200000, 4, 2, true};
    EXPECT_EQ(give({}), "counters_went_back");
    tpm.clock = {200000, 5, 1, true};
    EXPECT_EQ(give({}), "counters_went_back");
    tpm.clock = {90000, 5, 2, true};
    EXPECT_EQ(give({}), "clock_went_back");
    tpm.clock = {90000, 5, 2, false};
    EXPECT_EQ(give({}), "clock_went_back") << "without a restart there is no excuse";
    tpm.clock = {90000, 6, 0, true};
    EXPECT_EQ(give({}), "clock_went_back");
    tpm.clock = {90000, 6, 0, false};
    EXPECT_EQ(give({}), "pass") << "power was cut";
}

TEST_F(Verifier, ResetWithinASessionIsRefused) {
    ASSERT_EQ(give(session), "pass");
    ++tpm.clock.reset_count;
    EXPECT_EQ(give(session), "reset_within_session");
    EXPECT_EQ(give(other_session), "pass");
}

TEST_F(Verifier, RefusalOfWhatTheDeviceItselfSignedIsRemembered) {
    const auto refuse = [&](const evidence::Evidence& given) {
        const auto outcome = appraise(given, device, env());
        return remember(*device, given, std::get<Refused>(outcome), env());
    };
    tpm.clock = {100000, 5, 2, true};
    ASSERT_EQ(give(session), "pass");
    tpm.clock = {100000, 6, 0, true};
    const auto given = evidence_for(session);
    const auto reset = refuse(given);
    ASSERT_TRUE(reset);
    EXPECT_EQ(reset->refused->reason, "reset_within_session");
    EXPECT_EQ(reset->refused->session, session);
    EXPECT_EQ(reset->sessions, device->sessions) << "no verdict is taken away";
    EXPECT_EQ(*parse_record(to_json(*reset)), *reset);
    device = reset;
    EXPECT_EQ(give(given), "nonce_replayed") << "a recording brings nothing back";
    const auto recorded = evidence_for(session);
    now += seconds{5};
    const auto again = refuse(recorded);
    ASSERT_TRUE(again);
    EXPECT_EQ(again->refused, reset->refused) << "the same again keeps the time of the first";
    device = again;
    tpm.clock = {100000, 4, 0, true};
    device = refuse(evidence_for(other_session));
    EXPECT_EQ(device->refused->reason, "counters_went_back");
    const auto sentences = ask(other_session).sentences;
    ASSERT_EQ(sentences.size(), 1U);
    EXPECT_TRUE(sentences[0].starts_with("Its evidence was refused: The TPM counts 4 resets")) << sentences[0];
    tpm.clock = {100000, 7, 0, true};
    ASSERT_EQ(give(other_session), "pass");
    EXPECT_FALSE(device->refused) << "it has given better evidence since";
    EXPECT_EQ(give(recorded), "nonce_replayed") << "nor does a recording of the second";
}

TEST_F(Verifier, NobodyElsesEvidenceLeavesARefusal) {
    tpm.clock = {100000, 5, 2, true};
    const auto recorded = evidence_for(session);
    ASSERT_EQ(give(recorded), "pass");
    const auto unknown = [&](const evidence::Evidence& given, std::string_view reason) {
        const auto outcome = appraise(given, device, env());
        const auto& refused = std::get<Refused>(outcome);
        EXPECT_EQ(to_string(refused.reason), reason);
        EXPECT_FALSE(remember(*device, given, refused, env())) << reason;
    };
    unknown(recorded, "nonce_replayed");
    auto with_fresh_nonce = recorded;
    with_fresh_nonce.nonce = nonce(session);
    unknown(with_fresh_nonce, "other_binding");
    auto forged = evidence_for(session);
    forged.signature.back() ^= 1;
    unknown(forged, "wrong_signature");
    auto with_other_registers = evidence_for(session);
    with_other_registers.pcrs[4] = digest("rootkit");
    unknown(with_other_registers, "registers_differ");
    other_tpm.clock = {1, 1, 1, true};
    unknown(other_tpm.evidence(eid, session, nonce(session)), "wrong_signature");
}

TEST_F(Verifier, FloodOfEvidenceIsBounded) {
    for (int i = 0; i < 64; ++i) ASSERT_EQ(give(session), "pass");
    EXPECT_EQ(give(session), "too_many");
    now += policy.nonce_lifetime;
    EXPECT_EQ(give(session), "pass");
    EXPECT_EQ(device->spent.size(), 1U);
    for (std::uint8_t i = 0; i < 40; ++i) ASSERT_EQ(give(Bytes{i}), "pass");
    EXPECT_EQ(device->sessions.size(), 16U);
    EXPECT_EQ(standing(Bytes{39}), "pass");
    EXPECT_EQ(standing(Bytes{0}), "unknown");
}

TEST_F(Verifier, WithoutValidReferenceValuesThereIsNoVerdict) {
    const auto given = evidence_for(session);
    references[0].expires_at = now;
    EXPECT_EQ(give(given), "no_reference_values");
}

}  // namespace
}  // namespace mcim::pva
