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
    static constexpr int another_start_may_do = 1;
    static constexpr int rule_forbids = 78;
    /// What it says where it does not start.
    std::string refusal(std::vector<std::string> arguments, int code) {
        start_with(std::move(arguments));
        if (process->answers()) process->end_by(SIGKILL);
        EXPECT_EQ(process->wait(), code) << process->said();
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
    EXPECT_NE(refusal({"--keys", temp / "sealed", "--socket", temp / "other.sock"}, rule_forbids).find("passphrase"),
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
    const auto says = [&](std::vector<std::string> arguments, int code, std::string_view words) {
        const std::string said = refusal(std::move(arguments), code);
        EXPECT_NE(said.find(words), std::string::npos) << said;
    };
    says({"--keys", temp / "nowhere", "--socket", temp / "s"}, another_start_may_do, "nowhere");
    says({"--keys", keys, "--socket", temp / "absent/s"}, another_start_may_do, "mode 0700");
    says({"--keys", keys, "--socket", temp / "s", "--client", "nobody here"}, another_start_may_do, "no user");
    std::filesystem::create_directory(temp / "open");
    ASSERT_EQ(::chmod((temp / "open").c_str(), 0777), 0);
    says({"--keys", keys, "--socket", temp / "open/s"}, rule_forbids, "others may write");
    ASSERT_EQ(::chmod((temp / "keys/signing/dpauth.der").c_str(), 0640), 0);
    says({"--keys", keys, "--socket", temp / "s"}, rule_forbids, "dpauth");
    ASSERT_EQ(::chmod((temp / "keys/signing/dpauth.der").c_str(), 0600), 0);
    start();
    EXPECT_EQ(Process(MCIM_SIGNER, {"--keys", keys, "--socket", temp / "signer.sock"}, temp / "second").wait(),
              another_start_may_do)
        << "one at a socket";
}

/// What a file of an operator's has under it opens after the next start; what leaves under it is noted by this process.
TEST_F(SignerProcess, IsGivenTransportKeysAndNotesWhatLeavesUnderThem) {
    const std::string digits = "7B1D90E4A62C58F3093E84D7C1B5620A";
    const auto command = [&](std::vector<std::string> words) {
        words.insert(words.begin(), "transport-key");
        words.insert(words.end(), {"--keys", temp / "keys"});
        return Process(MCIM_SIGNER, std::move(words), temp / "said").wait();
    };
    ASSERT_TRUE(custody::write_private_file(temp / "transport", as_view(digits + "\n")));
    const auto add = [&](const std::string& index, const std::string& file) {
        return command({"add", "--index", index, "--operator", "north", "--use", "both", "--key-file", temp / file});
    };
    EXPECT_EQ(add("3", "transport"), 0);
    EXPECT_EQ(add("3", "transport"), 1) << "a key is never overwritten";
    EXPECT_GT(add("0", "transport"), 100) << "that says in clear";
    ASSERT_TRUE(custody::write_private_file(temp / "short", as_view(digits.substr(2))));
    EXPECT_EQ(add("4", "short"), 1);
    EXPECT_EQ(command({"list"}), 0);

    start();
    RemoteSigner remote(place());
    const Imsi imsi = *Imsi::parse("001010000000001");
    const auto line = remote.new_subscription_keys(imsi, signer::Algorithm::milenage, "north");
    ASSERT_TRUE(line);
    const auto sent = remote.ask(signer::ExportSubscription{"north", 3, imsi, line->keys});
    ASSERT_TRUE(sent) << to_string(sent.error());
    const auto again = remote.ask(signer::ImportSubscription{"north", 3, imsi, sent->k, sent->opc});
    ASSERT_TRUE(again) << to_string(again.error());
    EXPECT_EQ(again->fingerprint, line->fingerprint);
    EXPECT_NE(process->said().find("ExportSubscription IMSI 0010...0001 of north, transport key 3: done"),
              std::string::npos)
        << process->said();
    EXPECT_EQ(process->said().find(hex(sent->k)), std::string::npos);

    EXPECT_EQ(command({"remove", "--index", "3"}), 0);
    start();
    EXPECT_EQ(remote.ask(signer::ExportSubscription{"north", 3, imsi, line->keys}).error().code, Errc::not_found);
    std::ostringstream said;
    said << std::ifstream(temp / "said").rdbuf();
    EXPECT_EQ(said.str().find(digits.substr(2, 10)), std::string::npos) << said.str();
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
