#include <gtest/gtest.h>

#include <fstream>

#include "mcim/apps/common/files.h"
#include "mcim/apps/mcim/program.h"
#include "mcim/apps/mcim/run_for_test.h"
#include "mcim/base/ids.h"
#include "mcim/jose/json.h"
#include "support/temp_folder.h"

namespace mcim::apps {
namespace {

using test::mcim;

class DeviceCommand : public testing::Test {
protected:
    void SetUp() override { ASSERT_EQ(mcim({"pki", "init", "--dir", at("pki")}).code, 0); }
    [[nodiscard]] std::string at(const std::string& name) const { return (folder_ / name).string(); }
    test::Ran make(const std::vector<std::string>& more) {
        std::vector<std::string> args{"device", "make", "--pki", at("pki"), "--state", at("card")};
        args.insert(args.end(), more.begin(), more.end());
        return mcim(args);
    }
    test::TempFolder folder_;
};

TEST_F(DeviceCommand, MakeWantsToKnowWhatProtectsTheState) {
    const auto made = make({"--tre", "/bin/true"});
    EXPECT_EQ(made.code, 1);
    EXPECT_TRUE(made.complains("--passphrase-file")) << made.err;
}

TEST_F(DeviceCommand, MakeSaysWhatTheCardsProcessSaid) {
    const auto silent = make({"--passphrase-file", at("p"), "--tre", at("absent")});
    EXPECT_TRUE(silent.complains("--tre")) << silent.err;
    const auto refused = make({"--passphrase-file", at("p"), "--tre", "/bin/false"});
    EXPECT_EQ(refused.code, 1);
    EXPECT_TRUE(refused.complains("made no card")) << refused.err;
}

TEST_F(DeviceCommand, EidsAreFreshAndUnderThePrefix) {
    const auto first = make({"--passphrase-file", at("p"), "--tre", "/bin/true"});
    const auto second = make({"--passphrase-file", at("p"), "--tre", "/bin/true"});
    ASSERT_EQ(first.code, 0) << first.err;
    EXPECT_TRUE(first.says("EID 89049032"));
    EXPECT_NE(first.out, second.out);
    EXPECT_TRUE(make({"--passphrase-file", at("p"), "--tre", "/bin/true", "--eid-prefix", "8904903212345"})
                    .says("EID 8904903212345"));
    const auto mistyped = make({"--passphrase-file", at("p"), "--eid", "89049032000000000000000000000164"});
    EXPECT_TRUE(mistyped.complains("at --eid: the last two digits of an EID check the others")) << mistyped.err;
    const auto foreign = make({"--passphrase-file", at("p"), "--tre", "/bin/true", "--eid-prefix", "8904"});
    EXPECT_EQ(foreign.code, 1) << "the EUM may not sign EIDs of another";
}

TEST_F(DeviceCommand, CertificateIsHandedOutOnlyOfACardThatWasMade) {
    ASSERT_EQ(make({"--passphrase-file", at("p"), "--tre", "/bin/false", "--certificate-out", at("card.der")}).code, 1);
    EXPECT_FALSE(std::filesystem::exists(at("card.der")));
    const auto made = make({"--passphrase-file", at("p"), "--tre", "/bin/true", "--certificate-out", at("card.der")});
    ASSERT_EQ(made.code, 0) << made.err;
    const auto shown = mcim(
        {"pki", "show", at("card.der"), "--ci", at("pki/ci/certificate.der"), "--eum", at("pki/eum/certificate.der")});
    EXPECT_TRUE(shown.says("It verifies under")) << shown.out << shown.err;
    const auto again = make({"--passphrase-file", at("p"), "--tre", "/bin/true", "--certificate-out", at("card.der")});
    EXPECT_EQ(again.code, 1) << "a file that is there stays";
}

TEST_F(DeviceCommand, MakeLeavesACardAndItsKeyNowhereElse) {
    std::ofstream(at("passphrase")) << "correct horse";
    std::filesystem::permissions(at("passphrase"),
                                 std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    const auto made = make({"--passphrase-file", at("passphrase"), "--tre", MCIM_TRE, "--json"});
    ASSERT_EQ(made.code, 0) << made.err;
    const auto json = jose::Object::parse(made.out);
    ASSERT_TRUE(json) << made.out;
    EXPECT_TRUE(Eid::parse(*json->text("eid")));
    EXPECT_FALSE(std::filesystem::is_empty(at("card")));
    for (const auto& entry : std::filesystem::recursive_directory_iterator(at("card"))) {
        const auto content = read_file(entry.path(), std::size_t{16} * 1024 * 1024);
        ASSERT_TRUE(content);
        EXPECT_EQ(as_text(*content).find("PRIVATE KEY"), std::string::npos) << entry.path();
    }
    const auto again = make({"--passphrase-file", at("passphrase"), "--tre", MCIM_TRE});
    EXPECT_EQ(again.code, 1);
    EXPECT_TRUE(again.complains("a card lives here already")) << again.err;
}

TEST(RunProgram, ReturnsStatusAndWords) {
    const auto ended = run_program({"/bin/sh", "-c", "echo out; echo err >&2; exit 3"});
    ASSERT_TRUE(ended) << to_string(ended.error());
    EXPECT_EQ(ended->status, 3);
    EXPECT_EQ(ended->words, "out\nerr\n");
    EXPECT_FALSE(run_program({"/absent/program"}));
    EXPECT_EQ(run_program({"/bin/sh", "-c", "kill -9 $$"})->status, 128 + 9);
}

TEST(RunProgram, HandsAnInheritedFileOnAndNothingStays) {
    const auto file = InheritedFile::make("test", as_view("not on any disk"));
    ASSERT_TRUE(file);
    EXPECT_EQ(run_program({"/bin/cat", file->path()})->words, "not on any disk");
}

}  // namespace
}  // namespace mcim::apps
