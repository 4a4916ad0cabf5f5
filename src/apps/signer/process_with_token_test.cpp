#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>

#include "mcim/custody/key_folder.h"
#include "mcim/pkcs11/token.h"
#include "mcim/signer_link/remote_signer.h"
#include "process_for_test.h"
#include "support/random.h"
#include "support/softhsm.h"
#include "support/temp_folder.h"

namespace mcim::signer_program::test {
namespace {

using mcim::test::SoftHsm;
using signer_link::RemoteSigner;

class SignerWithToken : public testing::Test {
protected:
    void SetUp() override {
        if (!SoftHsm::installed()) GTEST_SKIP() << "softhsm2 is not installed (./dev setup stores)";
        soft.emplace(temp / "hsm");
        ASSERT_TRUE(soft->make_token("mcim", "planted-4711"));
        ASSERT_TRUE(custody::write_private_file(temp / "pin", as_view("planted-4711\n")));
        auto folder = custody::KeyFolder::create(temp / "keys", random);
        ASSERT_TRUE(folder && folder->add_signing_key({"nist"}, nist, random));
        ASSERT_TRUE(folder->add_signing_key({"brainpool"}, brainpool, random));
        std::filesystem::create_directory(temp / "socket");
    }
    void TearDown() override {
        ::unsetenv("MCIM_FAIL_EVERY_SIGNATURE");
        ::unsetenv("MCIM_HANG_AT_SIGNATURE");
        ::unsetenv("MCIM_SESSIONS_MAX");
    }
    [[nodiscard]] std::vector<std::string> token(const std::string& pin_file = "pin") const {
        return {"--pkcs11-module", MCIM_FAILING_MODULE, "--token", "mcim", "--pin-file", temp / pin_file};
    }
    [[nodiscard]] static std::vector<std::string> with(std::vector<std::string> first,
                                                       const std::vector<std::string>& more) {
        first.insert(first.end(), more.begin(), more.end());
        return first;
    }
    int run(std::vector<std::string> arguments) {
        process.reset();
        process.emplace(MCIM_SIGNER, std::move(arguments), temp / "log");
        return process->wait();
    }
    void import() {
        ASSERT_EQ(run(with({"import", "--keys", temp / "keys"}, token())), 0) << process->said();
        std::filesystem::remove_all(temp / "keys");
    }
    void start(const std::vector<std::string>& more) {
        process.reset();
        process.emplace(MCIM_SIGNER, with(with(token(), {"--socket", temp / "socket/s"}), more), temp / "log");
        ASSERT_TRUE(process->answers()) << process->said();
    }
    [[nodiscard]] signer_link::Place place() const {
        return {temp / "socket/s", ::geteuid(), std::chrono::seconds(20)};
    }
    [[nodiscard]] std::string status(const std::string& name) const {
        std::ifstream in("/proc/" + std::to_string(process->pid()) + "/status");
        for (std::string line; std::getline(in, line);)
            if (line.starts_with(name)) return line.substr(name.size());
        return "";
    }
    mcim::test::TempFolder temp{mcim::test::TempFolder::On::memory};
    mcim::test::SeededRandom random{5};
    crypto::PrivateKey nist = crypto::PrivateKey::generate(crypto::Curve::p256);
    crypto::PrivateKey brainpool = crypto::PrivateKey::generate(crypto::Curve::brainpool_p256r1);
    std::optional<SoftHsm> soft;
    std::optional<Process> process;
};

/// Each third signature fails: in the sandbox sessions are opened and logged into anew, and nobody who asks sees it.
TEST_F(SignerWithToken, SignsInItsSandboxAndOutlivesWhatTheTokenDoes) {
    import();
    ::setenv("MCIM_FAIL_EVERY_SIGNATURE", "3", 1);
    start({"--sessions", "3", "--pkcs11-path", temp / "hsm"});
    EXPECT_EQ(status("Seccomp:"), "\t2");
    EXPECT_EQ(status("Threads:"), "\t4") << "as many as sessions, and one that watches";
    RemoteSigner remote(place());
    std::vector<signer::Request> requests;
    for (std::uint8_t i = 0; i < 64; ++i)
        requests.emplace_back(signer::SignMessage{{i % 2 == 0 ? "nist" : "brainpool"}, Bytes{i}});
    for (int round = 0; round < 3; ++round) {
        const auto answers = remote.execute(requests);
        ASSERT_EQ(answers.size(), requests.size());
        for (std::uint8_t i = 0; i < 64; ++i) {
            ASSERT_TRUE(answers[i]) << to_string(answers[i].error()) << process->said();
            const auto& key = i % 2 == 0 ? nist : brainpool;
            EXPECT_TRUE(key.public_key().verify(Bytes{i}, std::get<signer::Signature>(*answers[i])));
        }
    }
    const Imsi imsi = *Imsi::parse("001010000000001");
    const auto line = remote.new_subscription_keys(imsi, signer::Algorithm::milenage);
    ASSERT_TRUE(line);
    EXPECT_TRUE(remote.vector(imsi, line->keys, 32, {}, {}));
    EXPECT_EQ(process->end_by(SIGTERM), 0) << process->said();
    EXPECT_NE(process->said().find("CKR_DEVICE_REMOVED; the session is made anew"), std::string::npos);
    EXPECT_EQ(process->said().find("planted"), std::string::npos);
}

/// SoftHSM looks into its files for each operation: in a folder that was not named it finds nothing.
TEST_F(SignerWithToken, ReachesOnlyTheFoldersThatAreNamed) {
    import();
    start({});
    if (process->said().find("no Landlock") != std::string::npos) GTEST_SKIP() << "this kernel has no Landlock";
    RemoteSigner remote(place());
    const auto unreached = remote.sign({"nist"}, {});
    EXPECT_TRUE(!unreached && unreached.error().code == Errc::io);
    EXPECT_EQ(process->end_by(SIGTERM), 0) << "it says so and lives";
    start({"--pkcs11-path", temp / "hsm"});
    EXPECT_TRUE(remote.sign({"nist"}, {}));
}

/// SoftHSM tells syslog(), which wants a socket. Its module is started anew inside the sandbox.
TEST_F(SignerWithToken, OutlivesATokenThatWasAwayAndFindsItAgain) {
    import();
    for (const bool connects : {false, true}) {
        std::vector<std::string> options{"--pkcs11-path", temp / "hsm"};
        if (connects) options.emplace_back("--pkcs11-connects");
        start(options);
        RemoteSigner remote(place());
        EXPECT_TRUE(remote.sign({"nist"}, {}));
        std::filesystem::rename(temp / "hsm/tokens", temp / "hsm/away");
        for (int i = 0; i < 3; ++i) {
            const auto without = remote.sign({"nist"}, {});
            EXPECT_TRUE(!without && without.error().code == Errc::io);
            std::this_thread::sleep_for(std::chrono::milliseconds(500));
        }
        std::filesystem::rename(temp / "hsm/away", temp / "hsm/tokens");
        bool back = false;
        for (int i = 0; i < 100 && !back; ++i) {
            back = remote.sign({"nist"}, {}).has_value();
            if (!back) std::this_thread::sleep_for(std::chrono::milliseconds(100));
        }
        EXPECT_TRUE(back) << process->said();
        EXPECT_TRUE(remote.sign({"brainpool"}, {}));
        EXPECT_EQ(process->end_by(SIGTERM), 0) << "the same process, all the time";
    }
}

TEST_F(SignerWithToken, EndsWhereTheTokenDoesNotComeBack) {
    import();
    ::setenv("MCIM_HANG_AT_SIGNATURE", "3", 1);  // two are made at the start
    start({"--pkcs11-path", temp / "hsm", "--pkcs11-timeout", "1"});
    {
        RemoteSigner remote({temp / "socket/s", ::geteuid(), std::chrono::seconds(10)});
        const auto nothing = remote.sign({"nist"}, {});
        EXPECT_TRUE(!nothing && nothing.error().code == Errc::io);
    }
    ASSERT_TRUE(process->ends_within(std::chrono::seconds(5)));
    EXPECT_EQ(process->wait(), 1);
    EXPECT_NE(process->said().find("has not come back"), std::string::npos) << process->said();
    ::unsetenv("MCIM_HANG_AT_SIGNATURE");
    start({"--pkcs11-path", temp / "hsm"});
    RemoteSigner remote(place());
    EXPECT_TRUE(remote.sign({"nist"}, {}));
}

TEST_F(SignerWithToken, OpensTheSameAfterADeathAndAnother) {
    import();
    start({"--pkcs11-path", temp / "hsm"});
    RemoteSigner remote(place());
    const Imsi imsi = *Imsi::parse("001010000000001");
    const auto line = remote.new_subscription_keys(imsi, signer::Algorithm::milenage);
    ASSERT_TRUE(line);
    process->end_by(SIGKILL);
    start({"--pkcs11-path", temp / "hsm", "--pkcs11-connects"});
    EXPECT_TRUE(remote.vector(imsi, line->keys, 32, {}, {}));
    EXPECT_TRUE(remote.sign({"brainpool"}, {}));
}

TEST_F(SignerWithToken, SaysWhatIsWrong) {
    int code = 0;
    const auto refusal = [&](const std::vector<std::string>& arguments) {
        const std::size_t before = process ? process->said().size() : 0;
        code = run(with(arguments, {"--socket", temp / "socket/s"}));
        EXPECT_NE(code, 0);
        return process->said().substr(before);
    };
    std::string said = refusal(token());
    EXPECT_NE(said.find("mcim-signer import"), std::string::npos) << said;
    EXPECT_EQ(code, 1);
    ASSERT_TRUE(custody::write_private_file(temp / "wrong", as_view("planted-0000")));
    said = refusal(token("wrong"));
    EXPECT_NE(said.find("does not take the PIN (CKR_PIN_INCORRECT)"), std::string::npos) << said;
    EXPECT_EQ(code, 78) << "which the unit does not meet with another start";
    ASSERT_EQ(::chmod((temp / "wrong").c_str(), 0644), 0);
    said = refusal(token("wrong"));
    EXPECT_NE(said.find("chmod 600"), std::string::npos) << said;
    EXPECT_EQ(code, 78);
    said = refusal(with(token("hsm/pin"), {"--pkcs11-path", temp / "hsm"}));
    EXPECT_NE(said.find("hsm"), std::string::npos) << said;
    EXPECT_EQ(code, 78);
    said = refusal(with(token(), {"--keys", temp / "keys"}));
    EXPECT_NE(said.find("--keys excludes --pkcs11-module"), std::string::npos) << said;
    EXPECT_GT(code, 100);
    said = refusal({});
    EXPECT_NE(said.find("--keys, or --pkcs11-module"), std::string::npos) << said;
    EXPECT_GT(code, 100);
    EXPECT_EQ(process->said().find("planted"), std::string::npos);
}

TEST_F(SignerWithToken, SigningKeyThatOthersMayHaveReadIsForbiddenForGood) {
    import();
    ASSERT_TRUE(soft->add_readable_key("planted-4711", "dpauth"));
    {
        const auto writing = pkcs11::Token::open({.module = SoftHsm::module(),
                                                  .token = "mcim",
                                                  .pin = SecretBytes::copy_of(as_view("planted-4711")),
                                                  .access = pkcs11::Access::writing});
        ASSERT_TRUE(writing) << to_string(writing.error());
        ASSERT_TRUE((*writing)->add_public_key("dpauth", nist.public_key()));
    }
    EXPECT_EQ(run(with(token(), {"--socket", temp / "socket/s"})), 78) << process->said();
    EXPECT_NE(process->said().find("signing key dpauth"), std::string::npos) << process->said();
}

TEST_F(SignerWithToken, IsFilledThroughOneSession) {
    ::setenv("MCIM_SESSIONS_MAX", "1", 1);
    import();
    EXPECT_EQ(run(with(token(), {"--socket", temp / "socket/s"})), 78) << "four, where nothing else is said";
    EXPECT_NE(process->said().find("at most 1 sessions, not 4"), std::string::npos) << process->said();
    start({"--sessions", "1", "--pkcs11-path", temp / "hsm"});
    RemoteSigner remote(place());
    EXPECT_TRUE(remote.sign({"nist"}, {}));
}

}  // namespace
}  // namespace mcim::signer_program::test
