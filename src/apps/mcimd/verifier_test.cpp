// Enrolments that are taken back, while the platform's loop stands still: what is under way then is the test's choice.
#include "mcim/apps/mcimd/verifier.h"

#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <iostream>
#include <sstream>

#include "mcim/apps/mcimd/log.h"
#include "mcim/base/text.h"
#include "support/random.h"
#include "support/soft_tpm.h"

namespace mcim::apps::mcimd {
namespace {

using namespace std::chrono_literals;

/// Of a platform whose only work is to sign verdicts.
class OneKey final : public signer::Signer {
public:
    [[nodiscard]] std::vector<Result<signer::Response>> execute(std::span<const signer::Request> requests) override {
        std::vector<Result<signer::Response>> out;
        for (const auto& request : requests)
            out.emplace_back(
                signer::Signature{*to_array<64>(key_.sign(std::get<signer::SignMessage>(request).message))});
        return out;
    }

private:
    crypto::PrivateKey key_ = crypto::PrivateKey::generate(crypto::Curve::p256);
};

struct TakenBack : testing::Test {
    void SetUp() override {
        log_to(std::make_shared<spdlog::sinks::ostream_sink_mt>(text), "info");
        tpm.pcrs = other_tpm.pcrs = {{4, crypto::sha256(as_view("boot loader"))}};
        evidence::ReferenceValues values{"a", 1, platform.now() - 1h, platform.now() + 1h, {}};
        values.platforms["model-1"][4] = {evidence::Part::platform, {{tpm.pcrs[4], "GRUB 2.06"}}};
        platform.verifier =
            Verifier{{"verifier.example", "1"}, *pva::NonceKey::copy_of(Bytes(32, 7)), {"key"}, {values}};
        enrol(tpm);
    }
    void TearDown() override {
        spdlog::set_level(spdlog::level::off);
        log_to(std::make_shared<spdlog::sinks::ostream_sink_mt>(std::clog), "off");
    }
    void enrol(const test::SoftTpm& of) {
        const auto identity = crypto::sha256(of.ak_public());
        const auto done = enrol_device(platform, {eid, of.ak_public(), identity, "model-1"});
        ASSERT_TRUE(done) << to_string(done.error());
        EXPECT_TRUE(std::holds_alternative<pva::DeviceRecord>(*done));
    }
    [[nodiscard]] pva::DeviceRecord device() { return **find_device(platform, eid); }
    /// The log masks long runs of digits, also those that a key's name happens to have.
    [[nodiscard]] bool logged(std::string_view what) const {
        return text.str().find(with_numbers_masked(what)) != std::string::npos;
    }
    /// The answer, once the loop has run.
    std::shared_ptr<http::Response> ask(std::string_view function, std::string body) {
        auto answer = std::make_shared<http::Response>();
        serve_pva(platform,
                  {"POST",
                   std::string(pva_path) + std::string(function),
                   {{"Content-Type", "application/json"}},
                   std::move(body)},
                  [answer](http::Response r) { *answer = std::move(r); });
        return answer;
    }

    /// For a nonce of now.
    std::string fresh_evidence() {
        const auto nonce = ask("nonce", evidence::to_json(evidence::ChallengeRequest{eid, {}}));
        const auto challenge = evidence::parse_challenge(nonce->body);
        EXPECT_TRUE(challenge) << nonce->body;
        return evidence::to_json(tpm.evidence(eid, {}, challenge->nonce));
    }

    std::ostringstream text;
    test::SeededRandom random{1};
    OneKey signer;
    std::unique_ptr<store::Store> store = store::open_memory_store();
    http::Loop loop;
    Platform platform{loop, *store, signer, random, {loop, *store}, {loop, signer, SigningDesk::Way::at_once}, {}};
    Eid eid = *Eid::with_check_digits("890490320010010000000000000000");
    test::SoftTpm tpm, other_tpm;
};

TEST_F(TakenBack, AnotherTpmThatIsEnrolledThenIsAnAlarm) {
    ASSERT_TRUE(disenrol_device(platform, eid));
    EXPECT_TRUE(logged("its attestation key was " + hex(*pva::name_of(tpm.ak_public())))) << text.str();
    enrol(tpm);
    EXPECT_TRUE(logged("enrolled anew with the same TPM")) << text.str();
    EXPECT_FALSE(logged("ALARM")) << text.str();
    ASSERT_TRUE(disenrol_device(platform, eid));
    enrol(other_tpm);
    EXPECT_TRUE(logged("ALARM")) << text.str();
    EXPECT_TRUE(logged("enrolled anew with ANOTHER TPM (attestation key " + hex(device().ak_name) + ", before " +
                       hex(*pva::name_of(tpm.ak_public())) + ")"))
        << text.str();
    ASSERT_TRUE(device().before);
    EXPECT_EQ(device().before->ak_name, *pva::name_of(tpm.ak_public())) << "it is stored";
}

/// Taken before the removal, on its way to the disk until after the next enrolment.
TEST_F(TakenBack, EvidenceUnderWayCountsForNobody) {
    const auto answer = ask("evidence", fresh_evidence());
    ASSERT_TRUE(disenrol_device(platform, eid));
    enrol(other_tpm);
    loop.run();
    EXPECT_EQ(answer->status, 403U) << answer->body;
    EXPECT_EQ(device().ak_name, *pva::name_of(other_tpm.ak_public()));
    EXPECT_TRUE(device().sessions.empty());
}

/// As above, where the evidence is refused and the refusal is on its way.
TEST_F(TakenBack, RefusalUnderWayIsNotRemembered) {
    const auto given = fresh_evidence();
    platform.verifier->references.clear();
    const auto answer = ask("evidence", given);
    ASSERT_TRUE(disenrol_device(platform, eid));
    enrol(other_tpm);
    loop.run();
    EXPECT_EQ(answer->status, 403U) << answer->body;
    EXPECT_NE(answer->body.find("older than"), std::string::npos) << "as the new enrolment sees it: " << answer->body;
    EXPECT_FALSE(device().refused);
}

/// What reaches the verifier's door is answered, and costs nobody anything: no nonce is spent by it.
TEST_F(TakenBack, WhatIsNoFunctionOfTheVerifierIsAnsweredCleanly) {
    const std::string good = fresh_evidence();
    const std::string json = "application/json";
    struct Knock {
        std::string method, function, type, body;
        unsigned status;
        std::string says;
    };
    const std::vector<Knock> knocks{{"GET", "nonce", json, "", 405, "by POST"},
                                    {"PUT", "evidence", json, good, 405, "by POST"},
                                    {"DELETE", "nothing", "", "", 405, "by POST"},
                                    {"POST", "nonce", "", good, 415, "application/json"},
                                    {"POST", "evidence", "text/plain", good, 415, "application/json"},
                                    {"POST", "evidence", "application/jsonp", good, 415, "application/json"},
                                    {"POST", "", json, good, 404, "nonce and evidence"},
                                    {"POST", "verdict", json, good, 404, "nonce and evidence"},
                                    {"POST", "evidence/", json, good, 404, "nonce and evidence"},
                                    {"POST", "nonce", json, "", 400, "JSON"},
                                    {"POST", "nonce", json, R"({"eid":)", 400, "JSON"},
                                    {"POST", "nonce", json, R"({})", 400, "format"},
                                    {"POST", "nonce", json, R"({"format":1})", 400, "eid"},
                                    {"POST", "nonce", json, R"({"format":1,"eid":"8904"})", 400, "eid"},
                                    {"POST", "nonce", json, R"({"format":1,"eid":7})", 400, "eid"},
                                    {"POST", "nonce", json, good, 400, "nonce"},
                                    {"POST", "evidence", json, "", 400, "JSON"},
                                    {"POST", "evidence", json, good.substr(0, good.size() / 2), 400, "JSON"},
                                    {"POST", "evidence", json, "[" + good + "]", 400, "JSON"},
                                    {"POST", "evidence", json, R"({})", 400, "format"}};
    for (const auto& k : knocks) {
        http::Response answer;
        serve_pva(platform, {k.method, std::string(pva_path) + k.function, {{"Content-Type", k.type}}, k.body},
                  [&](http::Response r) { answer = std::move(r); });
        const std::string what = k.method + " " + k.function + " " + k.type + " " + k.body;
        EXPECT_EQ(answer.status, k.status) << what << ": " << answer.body;
        EXPECT_NE(answer.body.find(k.says), std::string::npos) << what << ": " << answer.body;
    }
    EXPECT_TRUE(device().sessions.empty());
    const auto judged = ask("evidence", good);
    loop.run();
    EXPECT_EQ(judged->status, 200U) << judged->body;
}

/// Evidence is text around octets: each member that is of another kind is named.
TEST_F(TakenBack, EvidenceWithAMemberOfAnotherKindIsRefusedAndTheMemberNamed) {
    const std::string good = fresh_evidence();
    int members = 0;
    for (std::size_t at = good.find("\":\""); at != std::string::npos; at = good.find("\":\"", at + 1)) {
        const auto name = good.rfind('"', at - 1) + 1;
        const auto value = at + 3;
        const std::string member = good.substr(name, at - name);
        if (member == "session") continue;  // nothing, or octets: any may be one
        const std::string spoilt = good.substr(0, value) + "*" + good.substr(good.find('"', value));
        const auto answer = ask("evidence", spoilt);
        EXPECT_EQ(answer->status, 400U) << member << ": " << answer->body;
        EXPECT_NE(answer->body.find(member), std::string::npos) << member << ": " << answer->body;
        ++members;
    }
    EXPECT_GT(members, 2) << good;
}

struct Loaded : TakenBack {
    void SetUp() override {
        TakenBack::SetUp();
        ASSERT_TRUE(store->commit_one({store::AddOperator{{"a", "A", key.public_key().spki(), platform.now()}}}));
        evidence::ReferenceValues values = platform.verifier->references.front();
        platform.verifier->references.clear();
        values.platforms["model-1"][4].accepted.front().name = "signed";
        const auto jws = evidence::sign_reference_values(values, "", jose::signer_of(key));
        ASSERT_TRUE(jws && take_reference_values(platform, "a", *jws));
    }
    void start_again(std::chrono::hours late) {
        platform.clock = [late] { return system_now() + late; };
        platform.verifier->references = *load_reference_values(platform);
        platform.clock = system_now;
    }
    crypto::PrivateKey key = crypto::PrivateKey::generate(crypto::Curve::p256);
};

/// A host without a battery begins in 1970, and goes on when it has heard the time.
TEST_F(Loaded, ReferenceValuesAreUsedByTheClockOfTheMoment) {
    for (const auto late : {0h, -24h * 20'000, 24h}) {
        start_again(late);
        const auto answer = ask("evidence", fresh_evidence());
        loop.run();
        EXPECT_EQ(answer->status, 200U) << late.count() << answer->body;
    }
    platform.clock = [] { return system_now() + 2h; };
    const auto answer = ask("nonce", evidence::to_json(evidence::ChallengeRequest{eid, {}}));
    EXPECT_EQ(answer->status, 403U);
    EXPECT_NE(answer->body.find("No operator's valid reference values"), std::string::npos) << answer->body;
}

/// The database is all that nodes have in common.
TEST_F(Loaded, ReferenceValuesThatAnotherNodeTookOrWithdrewCountHere) {
    const auto row = store->list_rows("pva.reference")->front();
    const auto status = [this] {
        const auto answer = ask("nonce", evidence::to_json(evidence::ChallengeRequest{eid, {}}));
        loop.run();
        return answer->status;
    };
    platform.shares_database = true;
    EXPECT_EQ(status(), 200U);
    ASSERT_TRUE(store->commit_one({store::DropRow{row.kind, row.key}}));
    EXPECT_EQ(status(), 403U);
    ASSERT_TRUE(store->commit_one({store::PutRow{{row.kind, row.key, row.body}}}));
    EXPECT_EQ(status(), 200U);
}

TEST_F(Loaded, ReferenceValuesOfAnOperatorWithAnotherKeyAreNot) {
    auto row = store->list_rows("pva.reference")->front();
    row.body.back() ^= 1U;
    ASSERT_TRUE(store->commit_one({store::PutRow{row}}));
    start_again(0h);
    EXPECT_TRUE(platform.verifier->references.empty());
    EXPECT_TRUE(logged("are not used: ")) << text.str();
}

struct Outrun : TakenBack {
    /// The device's row gets another version, also while what was found is on its way to the disk.
    void put(const pva::DeviceRecord& record) {
        auto row = store->find_row("pva.device", eid.text());
        ASSERT_TRUE(row && *row);
        (*row)->body = to_bytes(as_view(pva::to_json(record)));
        ASSERT_TRUE(store->commit_one({store::PutRow{**row}}));
    }
    [[nodiscard]] std::size_t lines_with(std::string_view what) const {
        std::size_t count = 0;
        std::istringstream lines(text.str());
        for (std::string line; std::getline(lines, line);)
            if (line.find(what) != std::string::npos) ++count;
        return count;
    }
};

TEST_F(Outrun, AlarmOfEvidenceThatIsLookedAtAgainIsRaisedOnce) {
    auto record = device();
    record.last_clock = tpm.clock;
    put(record);
    tpm.clock.reset_count = 0;
    const auto answer = ask("evidence", fresh_evidence());
    put(record);
    loop.run();
    EXPECT_EQ(answer->status, 403U) << answer->body;
    EXPECT_EQ(lines_with("ALARM"), 1U) << text.str();
    ASSERT_TRUE(device().refused);
}

TEST_F(Outrun, VerdictOfEvidenceThatIsLookedAtAgainIsToldOnce) {
    const auto answer = ask("evidence", fresh_evidence());
    put(device());
    loop.run();
    EXPECT_EQ(answer->status, 200U) << answer->body;
    EXPECT_EQ(lines_with(" is affirming"), 1U) << text.str();
}

}  // namespace
}  // namespace mcim::apps::mcimd
