#include <gtest/gtest.h>

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

}  // namespace
}  // namespace mcim::apps
