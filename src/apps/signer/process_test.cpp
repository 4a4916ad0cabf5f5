#include <sys/resource.h>
#include <sys/stat.h>

#include <algorithm>

#include "mcim/custody/key_folder.h"
#include "mcim/signer_link/remote_signer.h"
#include "process_for_test.h"
#include "support/random.h"
#include "support/temp_folder.h"

namespace mcim::signer_program::test {
namespace {

using signer_link::RemoteSigner;

class SignerProcess : public testing::Test {
protected:
    SignerProcess() {
        auto folder = custody::KeyFolder::create(temp / "keys", random);
        EXPECT_TRUE(folder && folder->add_signing_key({"dpauth"}, key, random));
    }
    void start(std::vector<std::string> more = {}) {
        more.insert(more.begin(), {"--keys", temp / "keys", "--socket", temp / "signer.sock"});
        start_with(std::move(more));
        EXPECT_TRUE(process->answers()) << process->said();
    }
    void start_with(std::vector<std::string> arguments) {
        process.reset();
        process.emplace(MCIM_SIGNER, std::move(arguments), temp / "log");
    }
    /// What it says where it does not start.
    std::string refusal(std::vector<std::string> arguments) {
        start_with(std::move(arguments));
        if (process->answers()) process->end_by(SIGKILL);
        const int code = process->wait();
        EXPECT_TRUE(code == 1 || code == 78) << code;  // 78: a rule forbids it
        return process->said();
    }
    [[nodiscard]] signer_link::Place place() const {
        return {temp / "signer.sock", ::geteuid(), std::chrono::seconds(10)};
    }
    /// What follows `name` in /proc/PID/status.
    [[nodiscard]] std::string status(const std::string& name) const {
        std::ifstream in("/proc/" + std::to_string(process->pid()) + "/status");
        for (std::string line; std::getline(in, line);)
            if (line.starts_with(name)) return line.substr(name.size());
        return "";
    }
    mcim::test::TempFolder temp;
    mcim::test::SeededRandom random{5};
    crypto::PrivateKey key = crypto::PrivateKey::generate(crypto::Curve::p256);
    std::optional<Process> process;
};

TEST_F(SignerProcess, AnswersUntilItIsAskedToEnd) {
    start();
    struct stat socket {};
    ASSERT_EQ(::stat((temp / "signer.sock").c_str(), &socket), 0);
    EXPECT_EQ(socket.st_mode & 0777U, 0600U);
    RemoteSigner remote(place());
    const auto signature = remote.sign({"dpauth"}, as_view("message"));
    ASSERT_TRUE(signature) << to_string(signature.error());
    EXPECT_TRUE(remote.public_keys()->find({"dpauth"})->verify(as_view("message"), *signature));
    EXPECT_TRUE(key.public_key() == *remote.public_keys()->find({"dpauth"}));
    EXPECT_EQ(process->end_by(SIGTERM), 0) << process->said();
    EXPECT_FALSE(std::filesystem::exists(temp / "signer.sock"));
    EXPECT_EQ(remote.sign({"dpauth"}, {}).error().code, Errc::io);
}

/// The first batch that finds nobody makes the connection anew, with the keys of the next process.
TEST_F(SignerProcess, KilledAndStartedAgainIsTheSame) {
    start();
    RemoteSigner remote(place());
    const auto line = remote.new_subscription_keys(*Imsi::parse("001010000000001"), signer::Algorithm::milenage);
    ASSERT_TRUE(line);
    EXPECT_EQ(process->end_by(SIGKILL), 128 + SIGKILL);
    EXPECT_TRUE(std::filesystem::exists(temp / "signer.sock")) << "left over";
    EXPECT_EQ(remote.check().error().code, Errc::io);
    start();
    EXPECT_TRUE(remote.vector(*Imsi::parse("001010000000001"), line->keys, 32, {}, {}));
}

TEST_F(SignerProcess, RunsInItsSandboxWithoutANetwork) {
    start();
    EXPECT_EQ(status("Seccomp:"), "\t2");
    EXPECT_EQ(status("NoNewPrivs:"), "\t1");
    EXPECT_EQ(status("Threads:"), "\t1");
    rlimit core{1, 1};
    ASSERT_EQ(::prlimit(process->pid(), RLIMIT_CORE, nullptr, &core), 0);
    EXPECT_EQ(core.rlim_max, 0U) << "it leaves no dump, whatever its parent would have allowed";
    struct stat memory {};
    ASSERT_EQ(::stat(("/proc/" + std::to_string(process->pid()) + "/mem").c_str(), &memory), 0);
    EXPECT_EQ(memory.st_uid, 0U) << "the files of a process that is not dumpable are root's";
    RemoteSigner remote(place());
    EXPECT_TRUE(remote.sign({"dpauth"}, {}));
}

TEST_F(SignerProcess, OpensSealedKeysWithTheirPassphrase) {
    auto sealed = custody::KeyFolder::create(temp / "sealed", SecretBytes::copy_of(as_view("correct horse")), random);
    ASSERT_TRUE(sealed && sealed->add_signing_key({"sealed"}, key, random));
    ASSERT_TRUE(custody::write_private_file(temp / "passphrase", as_view("correct horse\n")));
    start_with({"--keys", temp / "sealed", "--socket", temp / "signer.sock", "--passphrase-file", temp / "passphrase"});
    ASSERT_TRUE(process->answers()) << process->said();
    RemoteSigner remote(place());
    EXPECT_TRUE(remote.sign({"sealed"}, {}));
    EXPECT_NE(refusal({"--keys", temp / "sealed", "--socket", temp / "other.sock"}).find("passphrase"),
              std::string::npos);
}

TEST_F(SignerProcess, ServesTheTestAlgorithmInALaboratoryOnly) {
    const Imsi imsi = *Imsi::parse("001010000000001");
    const auto import = [&] {
        RemoteSigner remote(place());
        return remote.ask(signer::WrapSubscription{imsi, signer::Algorithm::test, SecretBytes(Bytes(16, 9)), {}});
    };
    start();
    EXPECT_EQ(import().error().code, Errc::refused);
    start({"--laboratory"});
    EXPECT_TRUE(import());
}

TEST_F(SignerProcess, SaysWhatIsWrong) {
    const std::string keys = temp / "keys";
    EXPECT_NE(refusal({"--keys", temp / "nowhere", "--socket", temp / "s"}).find("nowhere"), std::string::npos);
    EXPECT_NE(refusal({"--keys", keys, "--socket", temp / "absent/s"}).find("mode 0700"), std::string::npos);
    EXPECT_NE(refusal({"--keys", keys, "--socket", temp / "s", "--client", "nobody here"}).find("no user"),
              std::string::npos);
    std::filesystem::create_directory(temp / "open");
    ASSERT_EQ(::chmod((temp / "open").c_str(), 0777), 0);
    EXPECT_NE(refusal({"--keys", keys, "--socket", temp / "open/s"}).find("others may write"), std::string::npos);
    start();
    EXPECT_NE(Process(MCIM_SIGNER, {"--keys", keys, "--socket", temp / "signer.sock"}, temp / "second").wait(), 0)
        << "one at a socket";
}

TEST_F(SignerProcess, LogsWhatFailedAndNothingOfIt) {
    start({"--log-format", "json"});
    RemoteSigner remote(place());
    EXPECT_FALSE(remote.ask(signer::WrapSubscription{
        *Imsi::parse("001010000000001"), signer::Algorithm::milenage, SecretBytes::copy_of(as_view("KKKKKKKK")), {}}));
    EXPECT_EQ(process->end_by(SIGTERM), 0);
    const std::string said = process->said();
    EXPECT_NE(said.find(R"("level":"warning","message":"WrapSubscription IMSI 0010...0001: )"), std::string::npos)
        << said;
    EXPECT_EQ(said.find("KKKK"), std::string::npos);
    EXPECT_EQ(said.find(hex(as_view("KKKK"))), std::string::npos);
}

/// Another user's process is answered where it is named, and nobody else's: here it is this one that is not.
TEST_F(SignerProcess, AnswersTheUsersThatAreNamed) {
    start({"--client", std::to_string(::geteuid() + 1)});
    struct stat socket {};
    ASSERT_EQ(::stat((temp / "signer.sock").c_str(), &socket), 0);
    EXPECT_EQ(socket.st_mode & 0777U, 0666U) << "the kernel's word says who it is";
    RemoteSigner remote(place());
    EXPECT_EQ(remote.sign({"dpauth"}, {}).error().code, Errc::io);
    start({"--client", std::to_string(::geteuid() + 1), "--client", std::to_string(::geteuid())});
    EXPECT_TRUE(remote.sign({"dpauth"}, {}));
}

}  // namespace
}  // namespace mcim::signer_program::test
