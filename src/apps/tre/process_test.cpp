// mcim-tre as a process: made, started, killed at any moment, started again.
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <sstream>
#include <thread>

#include "mcim/apps/common/hardening.h"
#include "mcim/apps/tre/process_for_test.h"
#include "mcim/msg/info.h"
#include "support/swtpm.h"

namespace mcim::tre {
namespace {

TEST_F(TreProcess, IsMadeOnceAndAnswers) {
    make(passphrase_seal());
    Process again(init_line(passphrase_seal()));
    EXPECT_NE(again.wait(), 0);
    EXPECT_NE(again.said.find("a card lives here already"), std::string::npos) << again.said;

    Process process(run_line());
    ASSERT_TRUE(process.says("answers at")) << process.said;
    auto channel = connect();
    EXPECT_EQ(hex(*channel.answer_to_reset()).substr(0, 2), "3B");
    EXPECT_EQ(hex(es10(channel, *from_hex("BF3E035C015A"))), "BF3E125A10" + hex(pki.eid.octets()));
    EXPECT_EQ(process.kill(SIGTERM), 0);
    EXPECT_FALSE(fs::exists(path("card")));
}

TEST_F(TreProcess, OnlyItsOwnerCanReachItAndItsState) {
    make(passphrase_seal());
    Process process(run_line());
    ASSERT_TRUE(process.says("answers at")) << process.said;
    struct stat s {};
    ASSERT_EQ(stat(path("card").c_str(), &s), 0);
    EXPECT_EQ(s.st_mode & 0777U, 0600U);
    for (const auto& entry : fs::recursive_directory_iterator(path("state"))) {
        ASSERT_EQ(stat(entry.path().c_str(), &s), 0);
        EXPECT_EQ(s.st_mode & 077U, 0U) << entry.path();
    }
}

TEST_F(TreProcess, RunsInItsSandbox) {
    make(passphrase_seal());
    Process process(run_line());
    ASSERT_TRUE(process.says("answers at")) << process.said;
    const auto proc = [&](const std::string& name) {
        std::ifstream in("/proc/" + std::to_string(process.pid) + "/" + name);
        std::stringstream out;
        out << in.rdbuf();
        return out.str();
    };
    EXPECT_NE(proc("status").find("Seccomp:\t2"), std::string::npos);
    EXPECT_NE(proc("status").find("NoNewPrivs:\t1"), std::string::npos);
    EXPECT_NE(proc("limits").find("Max core file size        0                    0"), std::string::npos);
}

TEST_F(TreProcess, NoKeyStandsInItsFolder) {
    make(passphrase_seal());
    const Bytes scalar_holder = to_bytes(expose(pki.euicc.key.to_pkcs8()));
    const View scalar = View(scalar_holder).subspan(36, 32);  // PKCS#8 of a P-256 key: the private octets
    for (const auto& entry : fs::recursive_directory_iterator(path("state"))) {
        std::ifstream in(entry.path(), std::ios::binary);
        const Bytes content{std::istreambuf_iterator<char>(in), {}};
        EXPECT_TRUE(std::ranges::search(content, scalar).empty()) << entry.path();
    }
}

TEST_F(TreProcess, SurvivesBeingKilledAtAnyMoment) {
    make(passphrase_seal());
    test::SeededRandom random(11);
    int last_acknowledged = 0;
    for (int round = 0; round < 12; ++round) {
        Process process(run_line());
        ASSERT_TRUE(process.says("answers at")) << process.said;
        auto channel = connect();
        // What was acknowledged is there, or what was under way when the process died.
        const auto addresses = der::decode<msg::EuiccConfiguredAddressesResponse>(es10(channel, *from_hex("BF3C00")));
        ASSERT_TRUE(addresses);
        const int found = addresses->default_dp_address ? std::stoi(addresses->default_dp_address->text) : 0;
        EXPECT_TRUE(found == last_acknowledged || found == last_acknowledged + 1)
            << found << " after " << last_acknowledged;
        last_acknowledged = found;
        const auto writes = 1 + random.below(20);
        for (std::uint64_t i = 0; i < writes; ++i) {
            const msg::SetDefaultDpAddressRequest set{{std::to_string(last_acknowledged + 1)}, {}};
            if (i + 1 == writes) {  // dies while this one is under way
                const Bytes request = der::encode(set);
                static_cast<void>(channel.transmit(*from_hex("00A4040C10A0000005591010FFFFFFFF8900000100")));
                const auto raw = card::connect_unix(path("card"));
                ASSERT_TRUE(card::write_all(
                    *raw, card::frame(concat(
                              {Bytes{0x80, 0xE2, 0x91, 0x00, static_cast<std::uint8_t>(request.size())}, request}))));
                break;
            }
            ASSERT_FALSE(es10(channel, der::encode(set)).empty());
            ++last_acknowledged;
        }
        process.kill(SIGKILL);
    }
    EXPECT_GT(last_acknowledged, 0);
}

TEST_F(TreProcess, RefusesAPassphraseBesideWhatItProtects) {
    fs::create_directory(path("state"));
    write("state/passphrase", to_bytes(as_view("x")));
    Process process(init_line("passphrase-file:" + path("state/passphrase")));
    EXPECT_NE(process.wait(), 0);
    EXPECT_NE(process.said.find("may not lie beside"), std::string::npos) << process.said;
}

TEST_F(TreProcess, RefusesThePassphraseBesideWhatItProtectsLaterToo) {
    make(passphrase_seal());
    write("state/passphrase", to_bytes(as_view("correct horse\n")));
    Process process(run_line("state", "passphrase-file:" + path("state/passphrase")));
    EXPECT_NE(process.wait(), 0);
    EXPECT_NE(process.said.find("may not lie beside"), std::string::npos) << process.said;
}

TEST_F(TreProcess, RefusesKeysThatOthersMayRead) {
    const auto readable_by_all =
        fs::perms::owner_read | fs::perms::owner_write | fs::perms::group_read | fs::perms::others_read;
    fs::permissions(path("key.der"), readable_by_all);
    Process with_key(init_line(passphrase_seal()));
    EXPECT_NE(with_key.wait(), 0);
    EXPECT_NE(with_key.said.find("chmod 600"), std::string::npos) << with_key.said;
    write("key.der", to_bytes(expose(pki.euicc.key.to_pkcs8())));
    fs::permissions(path("passphrase"), readable_by_all);
    Process with_passphrase(init_line(passphrase_seal()));
    EXPECT_NE(with_passphrase.wait(), 0);
    EXPECT_NE(with_passphrase.said.find("chmod 600"), std::string::npos) << with_passphrase.said;
}

TEST_F(TreProcess, DoesNotStartWithAnotherPassphrase) {
    make(passphrase_seal());
    write("passphrase", to_bytes(as_view("battery staple")));
    Process process(run_line());
    EXPECT_NE(process.wait(), 0);
    EXPECT_NE(process.said.find("cryptographic check failed"), std::string::npos) << process.said;
}

/// T3: the TSS library starts a program for "cmd:..." and loads a library for a name that it does not know. No octet of
/// the folder, which whoever can write there chooses, may come to say what is started.
TEST_F(TreProcess, NothingInItsFolderSaysWhatIsStarted) {
    make(passphrase_seal());
    write("state/seal", to_bytes(as_view("tpm:cmd:touch " + path("started"))));
    Process process(run_line());
    EXPECT_TRUE(process.says("answers at")) << process.said;
    auto line = run_line();
    line.resize(line.size() - 2);
    Process by_the_folder(line);
    EXPECT_NE(by_the_folder.wait(), 0);
    EXPECT_NE(by_the_folder.said.find("--seal"), std::string::npos) << by_the_folder.said;
    EXPECT_FALSE(fs::exists(path("started")));
}

TEST_F(TreProcess, NamesTheSealOfAnotherKind) {
    make(passphrase_seal());
    Process process(run_line("state", "tpm:swtpm:path=" + path("none")));
    EXPECT_NE(process.wait(), 0);
    EXPECT_NE(process.said.find("passphrase-file:FILE"), std::string::npos) << process.said;
}

TEST_F(TreProcess, NamesWhatIsWrongWithItsOptions) {
    Process seal(init_line("tpm"));
    EXPECT_NE(seal.wait(), 0);
    EXPECT_NE(seal.said.find("--seal"), std::string::npos) << seal.said;
    auto line = init_line(passphrase_seal());
    line.insert(line.end(), {"--eid", "89049032000000000000000000000099"});
    Process eid(line);
    EXPECT_NE(eid.wait(), 0);
    EXPECT_NE(eid.said.find("--eid"), std::string::npos) << eid.said;
    Process nowhere(run_line("nothing", passphrase_seal()));
    EXPECT_NE(nowhere.wait(), 0);
    EXPECT_NE(nowhere.said.find("make one with init"), std::string::npos) << nowhere.said;
    make(passphrase_seal());
    auto without_port = run_line();
    without_port.insert(without_port.end(), {"--vpcd", "localhost"});
    Process reader(without_port);
    EXPECT_NE(reader.wait(), 0);
    EXPECT_NE(reader.said.find("--vpcd: \"localhost\""), std::string::npos) << reader.said;
}

TEST_F(TreProcess, NamesACertificateOfTheWrongKind) {
    write("text", to_bytes(as_view("hello")));
    const auto refused = [&](const std::string& option, const std::string& file, const std::string& why) {
        auto line = init_line(passphrase_seal());
        *std::next(std::ranges::find(line, option)) = path(file);
        Process process(line);
        EXPECT_NE(process.wait(), 0);
        for (const auto& part : {option + " " + path(file), why})
            EXPECT_NE(process.said.find(part), std::string::npos) << process.said;
    };
    refused("--ci", "eum.der", "this is the certificate of the EUM, but the certificate of the CI root is wanted");
    refused("--ci", "absent", "the certificate of the CI root is wanted");
    refused("--eum-cert", "ci.der", "the certificate of the EUM is wanted");
    refused("--cert", "text", "it seems to be text; the certificate of the eUICC is wanted");
    EXPECT_FALSE(fs::exists(path("state")));
}

TEST_F(TreProcess, AloneSaysWhyNoTpmAnswers) {
    Process process(init_line("tpm:swtpm:path=" + path("none")));
    EXPECT_NE(process.wait(), 0);
    EXPECT_NE(process.said.find("swtpm:path=" + path("none") + ": no TPM answers there"), std::string::npos)
        << process.said;
    EXPECT_EQ(process.said.find("tcti:src"), std::string::npos) << "the library's own lines: " << process.said;
}

/// T1: a copy of the state folder does not start beside another TPM.
TEST_F(TreProcess, ACopiedFolderDoesNotStartWithAnotherTpm) {
    if (!test::Swtpm::installed()) GTEST_SKIP() << "swtpm is not installed";
    const auto home = test::Swtpm::start();
    const auto elsewhere = test::Swtpm::start();
    ASSERT_TRUE(home && elsewhere);
    make("tpm:" + home->tcti());
    fs::copy(path("state"), path("copy"), fs::copy_options::recursive);
    {
        Process process(run_line("state", "tpm:" + home->tcti()));
        ASSERT_TRUE(process.says("answers at")) << process.said;
        EXPECT_EQ(process.kill(SIGTERM), 0);
    }
    Process thief(run_line("copy", "tpm:" + elsewhere->tcti()));
    ASSERT_FALSE(thief.says("answers at")) << thief.said;
    EXPECT_NE(thief.wait(), 0);
}

/// Whether pages of this process are locked. AddressSanitizer makes the calls that lock do nothing.
[[maybe_unused]] bool memory_is_locked() {
    std::ifstream in("/proc/self/status");
    for (std::string line; std::getline(in, line);)
        if (line.starts_with("VmLck:")) return line.find_first_of("123456789") != std::string::npos;
    return false;
}

TEST(Hardening, MemoryIsNotDumpedNotTracedNotSwapped) {
    const pid_t child = fork();
    if (child == 0) {
        const auto notes = apps::protect_memory();
        rlimit core{1, 1};
        if (getrlimit(RLIMIT_CORE, &core) != 0 || core.rlim_max != 0) _exit(2);
        if (prctl(PR_GET_DUMPABLE) != 0) _exit(3);
#if !defined(__SANITIZE_ADDRESS__)
        if (notes.empty() && !memory_is_locked()) _exit(4);
#endif
        _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    ASSERT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 0) << "2: core dumps, 3: can be traced, 4: not locked, and nobody is told";
}

/// Whoever takes the process over finds no way out of it.
TEST(Sandbox, KillsAProcessThatAsksForMore) {
    const auto dies = [](auto attempt, apps::Network network) {
        const pid_t child = fork();
        if (child == 0) {
            if (!apps::enter_sandbox(network)) _exit(2);
            attempt();
            _exit(0);
        }
        int status = 0;
        waitpid(child, &status, 0);
        return WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS;
    };
    const auto open_socket = [](int family) { return [family] { ::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0); }; };
    EXPECT_TRUE(dies(open_socket(AF_INET), apps::Network::none));
    EXPECT_FALSE(dies(open_socket(AF_INET), apps::Network::outgoing_streams));
    EXPECT_TRUE(dies(open_socket(AF_UNIX), apps::Network::outgoing_streams));
    EXPECT_FALSE(dies(open_socket(AF_UNIX), apps::Network::outgoing_and_local_streams));
    EXPECT_FALSE(dies(open_socket(AF_INET6), apps::Network::outgoing_and_local_streams));
    EXPECT_TRUE(dies([] { ::socket(AF_INET, SOCK_RAW, 0); }, apps::Network::outgoing_and_local_streams));
    // none that is there: what it started would die of the same rules
    EXPECT_TRUE(dies([] { ::execl("/nowhere", "nowhere", nullptr); }, apps::Network::none));
    EXPECT_TRUE(dies([] { static_cast<void>(::fork()); }, apps::Network::none));
    EXPECT_FALSE(dies([] { ::close(::open("/dev/null", O_RDONLY)); }, apps::Network::none));
}

/// mcim-signer has some when it enters: each has all keys before it.
TEST(Sandbox, HoldsForTheThreadsThatWereThere) {
    const pid_t child = fork();
    if (child == 0) {
        std::atomic<bool> begun = false;
        std::atomic<bool> inside = false;
        std::thread other([&] {
            begun = true;
            while (!inside) sched_yield();
            ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
            _exit(0);
        });
        while (!begun) sched_yield();
        if (!apps::enter_sandbox(apps::Network::none)) _exit(2);
        inside = true;
        other.join();
    }
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS) << status;
}

}  // namespace
}  // namespace mcim::tre
