#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "mcim/apps/common/files.h"
#include "mcim/apps/mcim/admin.h"
#include "mcim/apps/mcim/operator_keys.h"
#include "mcim/apps/mcim/run_for_test.h"
#include "support/temp_folder.h"

namespace mcim::apps {
namespace {

using test::mcim;

class OperatorCommand : public testing::Test {
protected:
    [[nodiscard]] std::string at(const std::string& name) const { return (folder_.path() / name).string(); }
    test::TempFolder folder_;
};

TEST_F(OperatorCommand, KeyIsTheOwnersAloneAndItsPublicHalfIsBeside) {
    const auto made = mcim({"operator", "key", "--out", at("north.pem")});
    ASSERT_EQ(made.code, 0) << made.err;
    EXPECT_TRUE(made.says("mcim operator add")) << made.out;
    struct stat status {};
    ASSERT_EQ(::stat(at("north.pem").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777U, 0600U);
    const auto key = read_signing_key(at("north.pem"));
    ASSERT_TRUE(key) << to_string(key.error());
    EXPECT_TRUE(*read_public_key(at("north.pem.pub")) == key->public_key());
    EXPECT_TRUE(made.says(jose::thumbprint(key->public_key())));
}

TEST_F(OperatorCommand, KeyIsNeverOverwritten) {
    ASSERT_EQ(mcim({"operator", "key", "--out", at("a")}).code, 0);
    const Bytes before = *read_file(at("a.pub"), 4096);
    EXPECT_EQ(mcim({"operator", "key", "--out", at("a")}).code, 1);
    std::filesystem::remove(at("a"));
    EXPECT_EQ(mcim({"operator", "key", "--out", at("a")}).code, 1) << "the public half would no longer belong to it";
    EXPECT_EQ(*read_file(at("a.pub"), 4096), before);
    EXPECT_FALSE(std::filesystem::exists(at("a")));
}

TEST_F(OperatorCommand, AddNamesWhatIsWrongBeforeItCallsAnybody) {
    ASSERT_EQ(mcim({"operator", "key", "--out", at("a")}).code, 0);
    const auto with = [&](const std::string& id, const std::string& key) {
        return mcim({"operator", "add", "--admin", at("none.sock"), "--id", id, "--name", "North", "--key", key});
    };
    EXPECT_TRUE(with("north", at("a")).complains("private key")) << "a private key never leaves";
    EXPECT_TRUE(with("north/../x", at("a.pub")).complains("--id"));
    EXPECT_TRUE(with("no rth", at("a.pub")).complains("letters, digits, '-', '_' and '.'"));
    EXPECT_TRUE(with("north", at("absent.pub")).complains("absent.pub"));
    std::ofstream(at("text")) << "hello";
    EXPECT_TRUE(with("north", at("text")).complains("an operator's public key is wanted"));
    EXPECT_TRUE(with("north", at("text")).complains("this seems to be text"));
    const auto nowhere = mcim({"operator", "key", "--out", at("none/a")});
    EXPECT_TRUE(nowhere.complains("there is no folder " + at("none"))) << nowhere.err;
    const auto silent = with("north", at("a.pub"));
    EXPECT_EQ(silent.code, 1);
    EXPECT_TRUE(silent.complains("none.sock")) << silent.err;
    EXPECT_TRUE(silent.complains("mcimd --config")) << "says what to do next: " << silent.err;
}

TEST_F(OperatorCommand, AKeyThatIsNotThereOrTheOtherHalfSaysWhichIsWanted) {
    ASSERT_EQ(mcim({"operator", "key", "--out", at("a")}).code, 0);
    const auto complaint = [](const auto& read) { return read ? std::string() : read.error().detail; };
    for (const mode_t mode : {0600U, 0644U}) {
        ASSERT_EQ(::chmod(at("a.pub").c_str(), mode), 0);
        const auto said = complaint(read_signing_key(at("a.pub")));
        EXPECT_NE(said.find("public key"), std::string::npos) << said;
        EXPECT_NE(said.find(at("a") + "?"), std::string::npos) << said;
    }
    for (const auto& said : {complaint(read_signing_key(at("absent"))), complaint(read_public_key(at("absent.pub")))})
        EXPECT_NE(said.find("mcim operator key --out"), std::string::npos) << said;
}

TEST_F(OperatorCommand, ABrainpoolKeyIsNoOperatorsKey) {
    const auto key = crypto::PrivateKey::generate(crypto::Curve::brainpool_p256r1);
    ASSERT_TRUE(write_new_file(at("b.pub"), as_view(pem("PUBLIC KEY", key.public_key().spki()))));
    const auto read = read_public_key(at("b.pub"));
    ASSERT_FALSE(read);
    EXPECT_NE(to_string(read.error()).find("P-256"), std::string::npos);
}

TEST_F(OperatorCommand, AKeyThatOthersMayReadIsRefused) {
    ASSERT_EQ(mcim({"operator", "key", "--out", at("a")}).code, 0);
    ASSERT_EQ(::chmod(at("a").c_str(), 0640), 0);
    const auto key = read_signing_key(at("a"));
    ASSERT_FALSE(key);
    EXPECT_EQ(key.error().code, Errc::refused);
}

TEST(AdminProblem, IsReadBackAsTheErrorThatItWas) {
    for (const auto& e :
         {fail(Errc::not_found, "operator", "\"x\" is not known here"), fail(Errc::conflict, "", "there is one: this"),
          fail(Errc::bad_value, "eid"), fail(Errc::refused, "a.b", "no"),
          Error{Errc::bad_value, 57, "", "not JSON: syntax error"}, Error{Errc::bad_tag, 3, "a", "not 32 here"}})
        EXPECT_EQ(to_string(error_of(to_string(e))), to_string(e));
    EXPECT_EQ(to_string(error_of("Nothing is served under this path.")), "refused: Nothing is served under this path.");
}

TEST(AdminPath, TakesIdentifiersOnly) {
    EXPECT_EQ(*path_part("ID", "8988211000000000011"), "8988211000000000011");
    for (const char* wrong : {"", "a/b", "a?b", "a b", "a%2Fb", "a\nb"}) EXPECT_FALSE(path_part("ID", wrong)) << wrong;
}

}  // namespace
}  // namespace mcim::apps
