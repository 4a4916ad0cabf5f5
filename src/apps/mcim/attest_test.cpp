#include "mcim/apps/mcim/attest.h"

#include <gtest/gtest.h>

#include <sstream>

#include "mcim/apps/mcim/operator_keys.h"
#include "mcim/apps/mcim/run_for_test.h"
#include "mcim/evidence/reference_values.h"
#include "mcim/tpm/tpm.h"
#include "support/swtpm.h"
#include "support/temp_folder.h"

namespace mcim::apps {
namespace {

using test::mcim;

class AttestCommand : public testing::Test {
protected:
    void SetUp() override {
        if (!test::Swtpm::installed()) GTEST_SKIP() << "swtpm is not installed";
        auto tpm = test::Swtpm::start();
        ASSERT_TRUE(tpm) << to_string(tpm.error());
        tpm_.emplace(*std::move(tpm));
        ASSERT_EQ(mcim({"operator", "key", "--out", at("north.pem")}).code, 0);
    }
    [[nodiscard]] std::string at(const std::string& name) const { return (folder_ / name).string(); }
    test::Ran reference(const std::vector<std::string>& more) {
        std::vector<std::string> args{"attest",  "reference",  "--tpm", tpm_->tcti(), "--model",
                                      "meter-2", "--operator", "north", "--key",      at("north.pem")};
        args.insert(args.end(), more.begin(), more.end());
        return mcim(args);
    }
    test::TempFolder folder_;
    std::optional<test::Swtpm> tpm_;
};

TEST_F(AttestCommand, ReferenceIsTheTpmsStateSignedByTheOperator) {
    evidence::PcrValues held;
    {
        auto tpm = tpm::Tpm::open(tpm_->tcti());
        ASSERT_TRUE(tpm) << to_string(tpm.error());
        ASSERT_TRUE(tpm->extend(4, crypto::sha256(as_view("boot loader"))));
        held = *tpm->read_pcrs({0, 4, 11});
    }
    const auto made =
        reference({"--pcrs", "0,4", "--module-pcrs", "11", "--software", "release 4.2", "--out", at("values.jws")});
    ASSERT_EQ(made.code, 0) << made.err;
    EXPECT_TRUE(made.says("boot loader")) << made.out;
    EXPECT_TRUE(made.says("Nothing was measured into PCR 0, 11: it is zero")) << made.out;
    const auto values = evidence::verify_reference_values(*read_token(at("values.jws")), "north",
                                                          *read_public_key(at("north.pem.pub")), system_now());
    ASSERT_TRUE(values) << to_string(values.error());
    const auto* platform = values->find("meter-2");
    ASSERT_NE(platform, nullptr);
    ASSERT_EQ(platform->size(), 3U);
    for (const auto& [index, reference] : *platform) {
        ASSERT_EQ(reference.accepted.size(), 1U);
        EXPECT_EQ(reference.accepted[0].digest, held.at(index)) << index;
        EXPECT_EQ(reference.accepted[0].name, "release 4.2");
        EXPECT_EQ(reference.part, index == 11 ? evidence::Part::module : evidence::Part::platform);
    }
}

TEST_F(AttestCommand, ReferenceRefusesWhatItCannotMean) {
    EXPECT_TRUE(reference({"--pcrs", "24"}).complains("--pcrs"));
    EXPECT_TRUE(reference({"--pcrs", "0-7", "--module-pcrs", "7"}).complains("--module-pcrs"));
    EXPECT_TRUE(reference({"--valid-for", "x"}).complains("--valid-for"));
    EXPECT_EQ(reference({"--admin", at("none.sock")}).code, 1);
    EXPECT_EQ(mcim({"device", "enrol", "--admin", at("none.sock"), "--eid", "89049032000000000000000000000163", "--tpm",
                    "swtpm:path=" + at("no-tpm"), "--model", "meter-2"})
                  .code,
              1);
}

TEST(AttestVerdicts, ShowOfEachOperatorTheNewestAndWhatWasRefusedSince) {
    const Time now = *from_rfc3339("2026-06-01T12:00:00Z");
    const auto part = [](std::string_view status, const std::vector<std::string>& differences) {
        return jose::ObjectWriter().text("status", status).texts("differences", differences);
    };
    const auto verdict = [&](std::string_view of, std::string_view result, std::string_view standing, Time at) {
        jose::ObjectWriter w;
        w.text("operator", of).text("result", result).text("standing", standing);
        w.texts("why", standing == "stale" ? std::vector<std::string>{"The device restarted since."}
                                           : std::vector<std::string>{});
        w.time("issued_at", at).time("expires_at", at + std::chrono::minutes(10)).text("session", "AB01");
        w.text("platform_model", "meter-2").integer("reference_version", 7).text("token", "x");
        w.object("platform", result == "pass" ? part("affirming", {}) : part("contraindicated", {"PCR 4 differs"}));
        return w.object("module", part("none", {}));
    };
    const auto shown = [](const jose::ObjectWriter& answer, std::string_view session = "") {
        std::ostringstream out;
        EXPECT_TRUE(print_verdicts(*jose::Object::parse(answer.finish()), session, out));
        return out.str();
    };
    jose::ObjectWriter answer;
    answer.objects("verdicts", {verdict("north", "fail", "fail", now), verdict("south", "pass", "stale", now),
                                verdict("north", "pass", "pass", now - std::chrono::minutes(1))});
    EXPECT_EQ(shown(answer),
              "FAIL, by the values 7 of north for \"meter-2\", 2026-06-01T12:00:00Z to 2026-06-01T12:10:00Z\n"
              "  for the download in transaction AB01\n"
              "  platform: contraindicated\n"
              "    PCR 4 differs\n"
              "  module: none\n"
              "PASS, but it opens nothing, by the values 7 of south for \"meter-2\", 2026-06-01T12:00:00Z to "
              "2026-06-01T12:10:00Z\n"
              "  for the download in transaction AB01\n"
              "  The device restarted since.\n"
              "  platform: affirming\n"
              "  module: none\n"
              "\nOlder ones that are kept: 1. --json shows all, --session ID those of one download.\n");
    jose::ObjectWriter refused;
    refused.objects("verdicts", {})
        .object("refused_evidence", jose::ObjectWriter()
                                        .time("at", now)
                                        .text("reason", "clock_went_back")
                                        .text("sentence", "The clock was set back."));
    EXPECT_TRUE(
        shown(refused).starts_with("The device's latest evidence was refused at 2026-06-01T12:00:00Z:\n"
                                   "  The clock was set back. [clock_went_back]\n"));
    jose::ObjectWriter none;
    none.objects("verdicts", {});
    EXPECT_TRUE(shown(none).starts_with("There is no verdict: no evidence of the device was taken.\n"));
    EXPECT_TRUE(shown(none, "AB01").starts_with("There is no verdict about this download: "));
}

TEST(AttestVerdict, SessionIsHexadecimal) {
    const auto ran = test::mcim(
        {"attest", "verdict", "--admin", "none.sock", "--eid", "89049032000000000000000000000163", "--session", "ABC"});
    EXPECT_TRUE(ran.complains("--session: \"ABC\" is no transaction ID")) << ran.err;
}

TEST(DeviceEnrol, EidWithWrongCheckDigitsIsATypingErrorButOnATestCard) {
    std::vector<std::string> words{
        "device", "enrol", "--admin", "none.sock", "--eid", "89049032000000000000000000000164",
        "--tpm",  "none:", "--model", "meter-2"};
    const auto refused = test::mcim(words);
    EXPECT_TRUE(refused.complains("the last two digits of an EID check the others")) << refused.err;
    EXPECT_TRUE(refused.complains("--test-card")) << refused.err;
    words.emplace_back("--test-card");
    EXPECT_FALSE(test::mcim(words).complains("check the others"));
}

}  // namespace
}  // namespace mcim::apps
