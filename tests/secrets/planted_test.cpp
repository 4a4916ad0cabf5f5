// Secrets are planted, a subscription is made, downloaded, enabled and used, by the real processes; then everything
// that they left behind is searched for them: files, the database with its log, what was printed, what was kept of the
// messages, and the memory of the server and of the agent (requirements T8, R6, OB2). What may hold a secret is named,
// file by file, and does.
#include <sys/ioctl.h>
#include <sys/wait.h>

#include <csignal>

#include "place.h"

namespace mcim::secrets {
namespace {

/// Keys that the platform and the PKI keep in files of their owner: their content, by where it may be.
struct Kept {
    std::string file;
    std::string secret;
};
std::vector<Kept> learn_kept_keys(Place& place) {
    std::vector<Kept> out;
    const auto learn_key = [&](const std::string& file, const std::string& name) {
        const Bytes content = read(place.temp / file);
        auto key = as_text(content).find("-----BEGIN") == std::string::npos
                       ? crypto::PrivateKey::from_der(content)
                       : crypto::PrivateKey::from_pem(as_text(content));
        ASSERT_TRUE(key) << file;
        place.secrets[name] = scalar(*key);
        out.push_back({file, name});
    };
    const auto learn_octets = [&](const std::string& file, const std::string& name) {
        place.secrets[name] = read(place.temp / file);
        ASSERT_EQ(place.secrets[name].size(), 32U) << file;
        out.push_back({file, name});
    };
    learn_key("pki/ci/key.pem", "CI's key");
    learn_key("pki/eum/key.pem", "EUM's key");
    learn_key("operator.pem", "operator's key");
    learn_key("platform/tls.key.pem", "TLS key");
    learn_key("platform/keys/signing/dpauth.der", "dpauth");
    learn_key("platform/keys/signing/dppb.der", "dppb");
    learn_key("platform/keys/signing/verifier.der", "verifier");
    learn_octets("platform/keys/wrapping/1.key", "wrapping key");
    learn_octets("platform/keys/fingerprint.key", "fingerprint key");
    const std::string own = place.keys_apart ? "platform/" : "platform/keys/";
    learn_octets(own + "challenge.key", "challenge key");
    learn_octets(own + "nonce.key", "nonce key");
    // the PKI's folder has the server's keys too, until the platform's folder is made from it
    out.push_back({"pki/dp/tls.key.pem", "TLS key"});
    out.push_back({"pki/dp/keys/signing/dpauth.der", "dpauth"});
    out.push_back({"pki/dp/keys/signing/dppb.der", "dppb"});
    out.push_back({"tre/passphrase", "passphrase"});
    return out;
}

/// Exactly the files that are named hold exactly the secret that they are for, and nobody else can read them.
void expect_only(const Place& place, const std::vector<Kept>& kept) {
    auto found = place.files_with_secrets();
    for (const auto& [file, secret] : kept) {
        EXPECT_TRUE(found.contains(file)) << file << " should hold " << secret << ": does the search work?";
        for (const auto& name : found[file]) EXPECT_TRUE(name.starts_with(secret)) << file << " holds " << name;
        struct stat s {};
        EXPECT_EQ(::stat((place.temp / file).c_str(), &s), 0);
        EXPECT_EQ(s.st_mode & 077U, 0U) << file;
        found.erase(file);
    }
    for (const auto& [file, names] : found)
        for (const auto& name : names) ADD_FAILURE() << file << " holds " << name;
}

TEST(PlantedSecrets, AreInNoFileThatIsNotTheirs) {
    Place place;
    ASSERT_NO_FATAL_FAILURE(place.make_platform());
    ASSERT_NO_FATAL_FAILURE(place.make_card());
    const std::string code = place.order_profile();
    const auto kept = learn_kept_keys(place);
    expect_only(place, kept);

    // the agent dies with a bound package in its spool, and goes on
    ASSERT_NO_FATAL_FAILURE(place.agent_that_dies_loading(code));
    expect_only(place, kept);
    place.agent(Place::download(code));
    place.agent({"profile", "enable", iccid_digits});
    place.agent({"notification", "process"});
    ASSERT_NO_FATAL_FAILURE(place.log_in());
    EXPECT_TRUE(fs::exists(place.temp / "platform" / "mcimd.sqlite-wal"));
    expect_only(place, kept);

    // after a power cut, and after an orderly end
    place.tre->kill();
    place.start_card();
    place.tre->stop();
    place.mcimd->kill();
    expect_only(place, kept);
    place.start_platform();
    place.mcimd->stop();
    expect_only(place, kept);
}

TEST(PlantedSecrets, AreNotInTheMemoryOfAServerThatIsIdle) {
    Place place;
    ASSERT_NO_FATAL_FAILURE(place.make_all_and_use_it());
    learn_kept_keys(place);

    const auto memory = memory_of(place.mcimd->pid());
    if (!memory) GTEST_SKIP() << "this user may not look into the memory of his own processes";
    // the server's own keys are there: custody holds them (src/custody/custody.h), and so the search is known to work
    const std::set<std::string> own{"dpauth",          "dppb",          "verifier", "TLS key", "wrapping key",
                                    "fingerprint key", "challenge key", "nonce key"};
    const auto found = place.held_by(*memory);
    EXPECT_TRUE(found.contains("wrapping key"));
    for (const auto& name : found)
        if (const std::string plain = name.substr(0, name.find(" (")); !own.contains(plain))
            ADD_FAILURE() << "the server's memory holds " << name;
}

/// All that the signer holds has gone through the port: K inwards, vectors and protected segments outwards.
TEST(PlantedSecrets, AreNotInTheMemoryOfAServerWhoseSignerIsApart) {
    Place place;
    place.keys_apart = true;
    ASSERT_NO_FATAL_FAILURE(place.make_all_and_use_it());
    const auto kept = learn_kept_keys(place);
    expect_only(place, kept);

    const auto server = memory_of(place.mcimd->pid());
    const auto signer = memory_of(place.signer->pid());
    if (!server) GTEST_SKIP() << "this user may not look into the memory of his own processes";
    const std::set<std::string> own{"TLS key", "challenge key", "nonce key"};
    const auto found = place.held_by(*server);
    EXPECT_TRUE(found.contains("challenge key")) << "so the search is known to work";
    for (const auto& name : found)
        if (!own.contains(name.substr(0, name.find(" (")))) ADD_FAILURE() << "the server's memory holds " << name;
    if (!signer) return;  // whose memory is root's to look into
    const std::set<std::string> of_signer{"dpauth", "dppb", "verifier", "wrapping key", "fingerprint key"};
    const auto there = place.held_by(*signer);
    EXPECT_TRUE(there.contains("wrapping key"));
    for (const auto& name : there)
        if (!of_signer.contains(name.substr(0, name.find(" (")))) ADD_FAILURE() << "the signer's memory holds " << name;
}

/// It is stopped with the whole package in its memory, while it hands it to the card.
TEST(PlantedSecrets, AreNotInTheMemoryOfAnAgentThatDownloads) {
    Place place;
    ASSERT_NO_FATAL_FAILURE(place.make_platform());
    ASSERT_NO_FATAL_FAILURE(place.make_card());
    const std::string code = place.order_profile();

    auto agent = *demo::Child::start(place.agent_command(Place::download(code)), place.at("logs/mcim-agent"));
    const fs::path spool = place.temp / "agent" / "bound-profile-package.der";
    while (agent.running() && !fs::exists(spool)) ::usleep(200);
    ASSERT_TRUE(agent.running());
    ::kill(agent.pid(), SIGSTOP);
    siginfo_t what{};
    ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(agent.pid()), &what, WSTOPPED | WEXITED | WNOWAIT), 0);
    ASSERT_EQ(what.si_code, CLD_STOPPED);
    const Bytes package = read(spool);
    const auto memory = memory_of(agent.pid());
    ::kill(agent.pid(), SIGCONT);
    if (!memory) GTEST_SKIP() << "this user may not look into the memory of his own processes";
    EXPECT_EQ(*agent.wait(60s), 0);

    ASSERT_GT(package.size(), 2000U);
    const View carried = View(package).subspan(package.size() / 2, 64);
    EXPECT_TRUE(holds(*memory, carried)) << "what it carries, encrypted, is there: so the search is known to work";
    for (const auto& name : place.held_by(*memory)) ADD_FAILURE() << "the agent's memory holds " << name;
}

/// A program whose first words nobody takes: it waits with what it has in its memory.
class Unheard {
public:
    explicit Unheard(std::vector<std::string> argv) {
        EXPECT_EQ(::pipe2(ends_.data(), O_CLOEXEC), 0);
        EXPECT_GT(::fcntl(ends_[1], F_SETPIPE_SZ, 4096), 0);
        std::vector<char*> words;
        for (auto& word : argv) words.push_back(word.data());
        words.push_back(nullptr);
        pid_ = ::fork();
        if (pid_ != 0) return;
        ::dup2(ends_[1], STDOUT_FILENO);
        ::execv(words.front(), words.data());
        ::_exit(127);
    }
    ~Unheard() {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
        for (const int end : ends_) ::close(end);
    }
    Unheard(const Unheard&) = delete;
    Unheard& operator=(const Unheard&) = delete;
    [[nodiscard]] pid_t pid() const { return pid_; }
    [[nodiscard]] bool speaks() const {
        int octets = 0;
        return ::ioctl(ends_[0], FIONREAD, &octets) == 0 && octets > 0;
    }

private:
    std::array<int, 2> ends_{};
    pid_t pid_ = -1;
};

/// It has read the file and sent every key, and says so.
TEST(PlantedSecrets, AreInTheMemoryOfAnImportOfSubscribersAsOctetsAlone) {
    Place place;
    ASSERT_NO_FATAL_FAILURE(place.make_platform());
    std::string rows = "iccid,imsi,k,opc\n";
    for (int i = 0; i < 600; ++i) {  // more words than the pipe and the library's buffer take
        const std::string number = std::to_string(1000 + i);
        const bool last = i == 599;  // no later one is written over it
        const Bytes k = last ? to_bytes(place.k) : place.random.bytes(16);
        const Bytes opc = last ? to_bytes(place.opc) : place.random.bytes(16);
        const auto iccid = Iccid::with_check_digit("89882110000000" + number);
        rows.append(iccid->text()).append(",00101000000").append(number);
        rows.append(",").append(hex(k)).append(",").append(hex(opc)).append("\n");
    }
    ASSERT_TRUE(custody::write_private_file(place.temp / "subscribers.csv", as_view(rows)));
    const Unheard import({Place::program("mcim"), "subscription", "import", place.at("subscribers.csv"), "--operator",
                          "north", "--admin", place.at("platform/admin.sock")});
    ASSERT_TRUE(demo::poll_until([&] { return import.speaks(); }, 60s));
    const auto memory = memory_of(import.pid());
    if (!memory) GTEST_SKIP() << "this user may not look into the memory of his own processes";
    EXPECT_EQ(place.held_by(*memory), (std::set<std::string>{"K", "OPc"})) << "rows are there until the report is";
}

/// It has written the folder, and says so.
TEST(PlantedSecrets, AreNotInTheMemoryOfAnImportOfAPki) {
    Place place;
    ASSERT_NO_FATAL_FAILURE(place.make_pki());
    place.secrets.clear();
    for (const auto* file : {"ci/key.pem", "eum/key.pem", "dp/tls.key.pem", "dp/keys/signing/dpauth.der"}) {
        const Bytes content = read(place.temp / "pki" / file);
        place.secrets[file] = scalar(content[0] == '-' ? *crypto::PrivateKey::from_pem(as_text(content))
                                                       : *crypto::PrivateKey::from_der(content));
    }
    for (int i = 0; i < 200; ++i) std::ofstream(place.temp / "pki" / ("note-" + std::to_string(i))) << "of no use";
    const Unheard import({Place::program("mcim"), "pki", "import", place.at("pki"), "--dir", place.at("imported"),
                          "--renew-tls", "--with-issuer-keys"});
    ASSERT_TRUE(demo::poll_until([&] { return import.speaks(); }, 60s));
    const auto memory = memory_of(import.pid());
    if (!memory) GTEST_SKIP() << "this user may not look into the memory of his own processes";
    EXPECT_TRUE(holds(*memory, as_view("note-111"))) << "so the search is known to work";
    for (const auto& name : place.held_by(*memory)) ADD_FAILURE() << "the memory holds " << name;
}

TEST(SecretSearch, FindsWhatIsThereHoweverItIsWritten) {
    const Bytes secret = *from_hex("465B5CE8B199B49FAA5F0A2EE238A6BC");
    const Search search({{"K", secret}});
    const auto around = [&](View content) {
        return search.in(concat({as_view("before "), content, as_view(" after")}));
    };
    EXPECT_EQ(around(secret), std::vector<std::string>{"K"});
    EXPECT_EQ(around(Bytes(secret.rbegin(), secret.rend())), std::vector<std::string>{"K (backwards)"});
    EXPECT_EQ(around(as_view(hex(secret))), std::vector<std::string>{"K (hexadecimal)"});
    EXPECT_EQ(around(as_view("465b5ce8b199b49f aa5f0a2ee238a6bc")), std::vector<std::string>{"K (hexadecimal)"});
    for (std::size_t before = 0; before < 3; ++before)
        for (std::size_t after = 0; after < 3; ++after) {
            const std::string text = base64(concat({Bytes(before, 0xFF), secret, Bytes(after, 0xFF)}));
            EXPECT_EQ(around(as_view(text)), std::vector<std::string>{"K (base64)"}) << before << after;
            const std::string broken = text.substr(0, 10) + "\n" + text.substr(10);
            EXPECT_EQ(around(as_view(broken)), std::vector<std::string>{"K (base64)"}) << before << after;
        }
    EXPECT_TRUE(around(View(secret).first(15)).empty());
}

}  // namespace
}  // namespace mcim::secrets
