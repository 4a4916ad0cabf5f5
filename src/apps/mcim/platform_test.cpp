#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "mcim/apps/common/files.h"
#include "mcim/apps/common/pki_folder.h"
#include "mcim/apps/mcim/operator_keys.h"
#include "mcim/apps/mcim/run_for_test.h"
#include "mcim/apps/mcimd/config.h"
#include "mcim/custody/custody.h"
#include "mcim/jose/json.h"
#include "support/temp_folder.h"

namespace mcim::apps {
namespace {

namespace fs = std::filesystem;
using test::mcim;

class PlatformCommand : public testing::Test {
protected:
    void SetUp() override {
        const auto made = mcim({"pki", "init", "--dir", pki_, "--dp-host", "smdpp.example.com"});
        ASSERT_EQ(made.code, 0) << made.err;
    }
    test::Ran init(const std::vector<std::string>& more = {}) {
        std::vector<std::string> args{"--pki", pki_};
        args.insert(args.end(), more.begin(), more.end());
        return init_without_pki(args);
    }
    test::Ran init_without_pki(const std::vector<std::string>& more = {}) {
        std::vector<std::string> args{"platform", "init", "--dir", dir_};
        args.insert(args.end(), more.begin(), more.end());
        return mcim(args);
    }
    test::TempFolder folder_;
    std::string pki_ = (folder_ / "pki").string();
    std::string dir_ = (folder_ / "platform").string();
};

TEST_F(PlatformCommand, InitMakesAFolderOfItsOwnersAlone) {
    const auto made = init({"--dp-address", "smdpp.example.com:8443", "--listen", "127.0.0.1:8443"});
    ASSERT_EQ(made.code, 0) << made.err;
    for (const char* part : {"mcimd --config", "MCIM_ADMIN=", "smdpp.example.com:8443"})
        EXPECT_TRUE(made.says(part)) << made.out;
    for (const auto& entry : fs::recursive_directory_iterator(dir_)) {
        struct stat status {};
        ASSERT_EQ(::stat(entry.path().c_str(), &status), 0);
        const bool key =
            entry.path().string().find("/keys/") != std::string::npos || entry.path().filename() == "tls.key.pem";
        if (entry.is_directory()) {
            EXPECT_EQ(status.st_mode & 07777U, 0700U) << entry.path();
        } else if (key) {
            EXPECT_EQ(status.st_mode & 07777U, 0600U) << entry.path();
        }
    }
}

TEST_F(PlatformCommand, KeysBelongToItsCertificates) {
    ASSERT_EQ(init().code, 0);
    SystemRandom random;
    const auto folder = custody::KeyFolder::open(fs::path(dir_) / "keys");
    ASSERT_TRUE(folder) << to_string(folder.error());
    const auto keys = custody::Custody::load(*folder, {}, random);
    ASSERT_TRUE(keys) << to_string(keys.error());
    for (const auto& [name, file] : {std::pair("dpauth", "auth.der"), {"dppb", "pb.der"}}) {
        const auto certificate = x509::parse_certificate(*read_file(fs::path(dir_) / file, 4096));
        EXPECT_TRUE(*(*keys)->public_key({name}) == *certificate->public_key()) << name;
    }
    EXPECT_TRUE(*(*keys)->public_key({"verifier"}) == *read_public_key(fs::path(dir_) / "verifier.pub"));
    EXPECT_EQ(*read_file(fs::path(dir_) / "ci.der", 4096), *read_file(PkiPaths{pki_}.ci_certificate(), 4096));
}

TEST_F(PlatformCommand, CentreAloneHasNothingOfTheOtherRoles) {
    const auto made = init_without_pki({"--roles", "auc"});
    ASSERT_EQ(made.code, 0) << made.err;
    EXPECT_TRUE(made.says("role auc")) << made.out;
    EXPECT_TRUE(made.says("mcim subscription unbar")) << made.out;
    for (const char* part : {"Activation codes", "TLS"}) EXPECT_FALSE(made.says(part)) << made.out;
    for (const char* absent : {"ci.der", "auth.der", "pb.der", "verifier.pub", "tls.der", "tls.key.pem"})
        EXPECT_FALSE(fs::exists(fs::path(dir_) / absent)) << absent;
    const auto keys = custody::KeyFolder::open(fs::path(dir_) / "keys");
    ASSERT_TRUE(keys) << to_string(keys.error());
    EXPECT_TRUE(keys->signing_keys()->empty());
    const auto loaded = mcimd::load_config(fs::path(dir_) / "mcimd.toml");
    const auto* config = std::get_if<mcimd::Config>(&loaded);
    ASSERT_NE(config, nullptr);
    EXPECT_TRUE(config->auc);
    EXPECT_FALSE(config->dp);
    EXPECT_FALSE(config->pva);
    EXPECT_FALSE(config->tls) << "nothing listens on a port";
}

TEST_F(PlatformCommand, CentreAloneTakesNoPkiAndTheOthersNone) {
    EXPECT_TRUE(init({"--roles", "auc"}).complains("--pki: it is of the role dp or pva")) << "a key that nobody needs";
    EXPECT_TRUE(init_without_pki({"--roles", "auc", "--listen", "127.0.0.1:8443"}).complains("--listen"));
    for (const char* roles : {"dp", "pva", "auc,pva", "dp,auc,pva"})
        EXPECT_TRUE(init_without_pki({"--roles", roles}).complains("--pki")) << roles;
    EXPECT_FALSE(fs::exists(dir_));
}

TEST_F(PlatformCommand, RefusesWhatIsOfARoleThatItDoesNotServe) {
    EXPECT_TRUE(init({"--roles", "auc,pva", "--dp-address", "smdpp.example.com"}).complains("--dp-address"));
    EXPECT_TRUE(init({"--roles", "dp,auc", "--verifier-id", "v"}).complains("--verifier-id"));
    EXPECT_TRUE(init({"--roles", "hss"}).complains("--roles"));
    EXPECT_FALSE(fs::exists(dir_));
}

TEST_F(PlatformCommand, RefusesARoleThatIsNamedTwice) {
    EXPECT_TRUE(init({"--roles", "auc,dp,auc"}).complains("auc twice"));
    EXPECT_FALSE(fs::exists(dir_));
}

TEST_F(PlatformCommand, SealsItsKeysUnderAPassphrase) {
    const std::string file = (folder_ / "passphrase").string();
    ASSERT_TRUE(custody::write_private_file(file, as_view("correct horse\n")));
    const auto made = init({"--keys-passphrase-file", file});
    ASSERT_EQ(made.code, 0) << made.err;
    EXPECT_EQ(custody::KeyFolder::open(fs::path(dir_) / "keys").error().code, Errc::refused);
    const std::string config = as_text(*read_file(fs::path(dir_) / "mcimd.toml", 8192));
    EXPECT_NE(config.find("keys_passphrase_file = \"" + file + "\""), std::string::npos) << config;
    const auto opened =
        custody::KeyFolder::open(fs::path(dir_) / "keys", SecretBytes::copy_of(as_view("correct horse")));
    ASSERT_TRUE(opened) << to_string(opened.error());
    EXPECT_EQ(opened->signing_keys()->size(), 3U);
}

TEST_F(PlatformCommand, MakesNothingWhereThePassphraseIsMissingOrLiesInside) {
    EXPECT_TRUE(init({"--keys-passphrase-file", (folder_ / "absent").string()}).complains("absent"));
    EXPECT_TRUE(init({"--keys-passphrase-file", dir_ + "/keys/passphrase"}).complains("beside what it protects"));
    EXPECT_TRUE(init({"--keys-passphrase-file", "a\"b"}).complains("--keys-passphrase-file"));
    EXPECT_FALSE(fs::exists(dir_));
}

TEST_F(PlatformCommand, TakesHostAndPortFromCertificateAndListener) {
    const auto made = init({"--listen", "127.0.0.1:9443", "--json"});
    ASSERT_EQ(made.code, 0) << made.err;
    const auto json = jose::Object::parse(made.out);
    ASSERT_TRUE(json) << made.out;
    EXPECT_EQ(*json->text("dp_address"), "smdpp.example.com:9443");
    const std::string config = as_text(*read_file(fs::path(dir_) / "mcimd.toml", 8192));
    EXPECT_NE(config.find("address = \"smdpp.example.com:9443\""), std::string::npos) << config;
    EXPECT_NE(config.find("laboratory = false"), std::string::npos) << "only --lab opens the test algorithm";
}

TEST_F(PlatformCommand, ListensAtThePortOfActivationCodes) {
    const auto made = init({"--dp-address", "smdpp.example.com:18443", "--json"});
    ASSERT_EQ(made.code, 0) << made.err;
    EXPECT_EQ(*jose::Object::parse(made.out)->text("listen"), "127.0.0.1:18443");
}

TEST_F(PlatformCommand, RefusesANameThatItsCertificateDoesNotBear) {
    const auto made = init({"--dp-address", "elsewhere.example.com"});
    EXPECT_EQ(made.code, 1);
    EXPECT_TRUE(made.complains("--dp-host elsewhere.example.com")) << made.err;
    EXPECT_FALSE(fs::exists(dir_));
    for (const char* listen : {"8443", "localhost:8443", "127.0.0.1", "127.0.0.1:65536", "127.0.0.1:8443x"})
        EXPECT_TRUE(init({"--listen", listen}).complains("an IP address and a port")) << listen;
    EXPECT_TRUE(init({"--verifier-id", "a\"b"}).complains("--verifier-id"));
}

TEST_F(PlatformCommand, NeverTouchesAFolderThatHoldsSomething) {
    ASSERT_EQ(init().code, 0);
    const Bytes key = *read_file(fs::path(dir_) / "keys" / "fingerprint.key", 4096);
    const auto again = init();
    EXPECT_EQ(again.code, 1);
    EXPECT_TRUE(again.complains("never overwritten")) << again.err;
    EXPECT_EQ(*read_file(fs::path(dir_) / "keys" / "fingerprint.key", 4096), key);
}

TEST_F(PlatformCommand, LeavesNothingBehindWhereThePkiIsBroken) {
    fs::remove(PkiPaths{pki_}.dp_tls_key());
    EXPECT_EQ(init().code, 1);
    EXPECT_FALSE(fs::exists(dir_));
}

}  // namespace
}  // namespace mcim::apps
