// Secrets are planted, a subscription is made, downloaded, enabled and used, by the real processes; then everything
// that they left behind is searched for them: files, the database with its log, what was printed, what was kept of the
// messages, and the server's memory (requirements T8, R6, OB2). What may hold a secret is named, file by file, and
// does.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "mcim/apps/common/files.h"
#include "mcim/apps/common/pki_folder.h"
#include "mcim/apps/mcim/demo/child.h"
#include "mcim/apps/mcim/program.h"
#include "mcim/card/channel.h"
#include "mcim/custody/key_folder.h"
#include "mcim/jose/json.h"
#include "mcim/saip/template.h"
#include "search.h"
#include "support/temp_folder.h"

namespace mcim::secrets {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr const char* iccid_digits = "8988211000000000011";
constexpr const char* imsi_digits = "001010000000001";
constexpr const char* pin_digits = "2580";
constexpr const char* passphrase = "a passphrase of this test";

Bytes read(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}
/// SEC 1 private scalar: what a thief would want of a key.
Bytes scalar(const crypto::PrivateKey& key) {
    const SecretBytes pkcs8 = key.to_pkcs8();
    const View octets = expose(pkcs8);
    const Bytes mark{0x04, 0x20};  // OCTET STRING of 32 octets in ECPrivateKey (RFC 5915)
    const auto found = std::ranges::search(octets, mark);
    return to_bytes(View(octets).subspan(static_cast<std::size_t>(found.end() - octets.begin()), 32));
}

/// One platform and one device in a folder; all that runs writes there.
class Place {
public:
    Place() {
        fs::create_directories(temp / "logs");
        fs::create_directories(temp / "messages");
        random.fill(k);
        random.fill(opc);
        random.fill(adm);
        for (auto& key : ota) random.fill(key);
        secrets = {{"K", to_bytes(k)},
                   {"OPc", to_bytes(opc)},
                   {"ADM", to_bytes(adm)},
                   {"PIN", *from_hex("32353830FFFFFFFF")},
                   {"PUK", to_bytes(as_view("83920471"))},
                   {"KIc", to_bytes(ota[0])},
                   {"KID", to_bytes(ota[1])},
                   {"KIK", to_bytes(ota[2])},
                   {"passphrase", to_bytes(as_view(passphrase))}};
    }

    [[nodiscard]] std::string at(std::string_view name) const { return (temp / name).string(); }
    static std::string program(std::string_view name) { return std::string(MCIM_PROGRAMS) + "/" + std::string(name); }

    /// To its end; what it prints is kept beside the logs.
    demo::Output run(std::vector<std::string> argv, int wanted = 0) {
        auto ran = demo::run(argv, 60s);
        EXPECT_TRUE(ran) << argv[1] << ": " << to_string(ran.error());
        if (!ran) return {};
        EXPECT_EQ(ran->status, wanted) << argv[0] << " " << argv[1] << ": " << ran->out << ran->err;
        std::ofstream(temp / "logs" / "printed", std::ios::app) << ran->out << ran->err << '\n';
        return *std::move(ran);
    }
    demo::Output mcim(std::vector<std::string> argv) {
        argv.insert(argv.begin(), program("mcim"));
        return run(std::move(argv));
    }
    demo::Output admin(std::vector<std::string> argv) {
        argv.insert(argv.end(), {"--admin", at("platform/admin.sock")});
        return mcim(std::move(argv));
    }
    [[nodiscard]] std::vector<std::string> agent_command(const std::vector<std::string>& argv) const {
        std::vector<std::string> all{program("mcim-agent"),
                                     "--card",
                                     at("card.sock"),
                                     "--ci",
                                     at("platform/ci.der"),
                                     "--state",
                                     at("agent"),
                                     "--resolve",
                                     "localhost:8443=127.0.0.1:" + port,
                                     "--keep-messages",
                                     at("messages")};
        all.insert(all.end(), argv.begin(), argv.end());
        return all;
    }
    demo::Output agent(const std::vector<std::string>& argv) { return run(agent_command(argv)); }
    [[nodiscard]] static std::vector<std::string> download(const std::string& code) {
        return {"download", "-a", code, "--imei", "990000862471854"};
    }
    /// Killed as soon as the bound package is in its spool.
    void agent_that_dies_loading(const std::string& code) {
        auto agent = *demo::Child::start(agent_command(download(code)), at("logs/mcim-agent"));
        while (agent.running() && !fs::exists(temp / "agent" / "bound-profile-package.der")) ::usleep(200);
        agent.kill();
        ASSERT_TRUE(fs::exists(temp / "agent" / "bound-profile-package.der"));
    }

    void make_platform() {
        mcim({"pki", "init", "--dir", at("pki"), "--dp-host", "localhost"});
        mcim({"platform", "init", "--dir", at("platform"), "--pki", at("pki"), "--dp-address", "localhost:8443",
              "--listen", "127.0.0.1:0"});
        start_platform();
        mcim({"operator", "key", "--out", at("operator.pem")});
        admin({"operator", "add", "--id", "north", "--name", "North", "--key", at("operator.pem.pub")});
    }
    void start_platform() {
        const std::string log = at("logs/mcimd." + std::to_string(starts++));
        mcimd.emplace(*demo::Child::start({program("mcimd"), "--config", at("platform/mcimd.toml")}, log));
        static constexpr std::string_view mark = "listening on 127.0.0.1:";
        std::string said;
        ASSERT_TRUE(demo::poll_until([&] { return (said = as_text(read(log))).find(mark) != said.npos; }, 20s)) << said;
        const auto digits = said.find(mark) + mark.size();
        port = said.substr(digits, said.find_first_not_of("0123456789", digits) - digits);
    }
    /// The key of the card goes from here into the card's process, as the factory's command has it.
    void make_card() {
        const auto card = *apps::make_card_identity(
            {temp / "pki"}, *Eid::with_check_digits("890490320000000000000000000001"), system_now(), random);
        secrets["card's key"] = scalar(card.key);
        ASSERT_TRUE(custody::write_private_file(temp / "passphrase", as_view(passphrase)));
        const auto key = *apps::InheritedFile::make("euicc-key", expose(card.key.to_pkcs8()));
        const auto certificate = *apps::InheritedFile::make("euicc", card.certificate);
        const auto eum = *apps::InheritedFile::make("eum", card.eum_certificate);
        const auto ci = *apps::InheritedFile::make("ci", card.ci_certificate);
        const auto made = apps::run_program({program("mcim-tre"), "init", "--state", at("card"), "--cert",
                                             certificate.path(), "--eum-cert", eum.path(), "--ci", ci.path(), "--key",
                                             key.path(), "--seal", "passphrase-file:" + at("passphrase")});
        ASSERT_TRUE(made) << to_string(made.error());
        ASSERT_EQ(made->status, 0) << made->words;
        std::ofstream(temp / "logs" / "printed", std::ios::app) << made->words;
        start_card();
    }
    void start_card() {
        tre.emplace(*demo::Child::start({program("mcim-tre"), "run", "--state", at("card"), "--socket", at("card.sock"),
                                         "--seal", "passphrase-file:" + at("passphrase")},
                                        at("logs/mcim-tre")));
        ASSERT_TRUE(demo::poll_until([&] { return fs::exists(temp / "card.sock"); }, 20s));
    }

    /// An operator's own profile package, with everything in it that is secret; the file is the operator's and goes.
    std::string order_profile() {
        saip::Variables v{.iccid = *Iccid::parse(iccid_digits),
                          .imsi = *Imsi::parse(imsi_digits),
                          .msisdn = {},
                          .smsc = {},
                          .gid1 = {},
                          .pin1 = *saip::pin_from_digits(pin_digits),
                          .pin2 = *saip::pin_from_digits(pin_digits),
                          .puk1 = *saip::pin_from_digits("83920471"),
                          .puk2 = *saip::pin_from_digits("83920471"),
                          .adm1 = *Secret<8>::copy_of(adm),
                          .ota_encryption = *Secret<16>::copy_of(ota[0]),
                          .ota_integrity = *Secret<16>::copy_of(ota[1]),
                          .ota_key_encryption = *Secret<16>::copy_of(ota[2])};
        const auto package = saip::personalise({}, v, *Secret<16>::copy_of(k), *Secret<16>::copy_of(opc));
        EXPECT_TRUE(package) << to_string(package.error());
        const Bytes der = saip::encode(*package);
        EXPECT_FALSE(Search(secrets).in(der).empty());
        EXPECT_TRUE(custody::write_private_file(temp / "package.der", der));
        admin({"subscription", "add", "--operator", "north", "--profile", at("package.der")});
        fs::remove(temp / "package.der");
        const auto made =
            admin({"order", "create", "--operator", "north", "--iccid", iccid_digits, "--policy", "open", "--json"});
        return *jose::Object::parse(made.out)->text("activation_code");
    }

    /// "AKA-REQ-AUTH", as hostapd asks.
    std::string ask_auc(const std::string& question) {
        const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        const auto name = [](const std::string& path) {
            sockaddr_un a{};
            a.sun_family = AF_UNIX;
            path.copy(static_cast<char*>(a.sun_path), sizeof a.sun_path - 1);
            return a;
        };
        const auto me = name(at("hostapd")), auc = name(at("platform/auc.sock"));
        EXPECT_EQ(bind(fd, reinterpret_cast<const sockaddr*>(&me), sizeof me), 0);
        const timeval limit{10, 0};
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        EXPECT_GT(sendto(fd, question.data(), question.size(), 0, reinterpret_cast<const sockaddr*>(&auc), sizeof auc),
                  0);
        std::string out(2048, '\0');
        const auto n = recv(fd, out.data(), out.size(), 0);
        out.resize(n < 0 ? 0 : static_cast<std::size_t>(n));
        close(fd);
        fs::remove(temp / "hostapd");
        return out;
    }
    /// A login: a vector of the authentication centre, answered by the card.
    void log_in() {
        // AKA-RESP-AUTH IMSI RAND AUTN IK CK RES
        std::istringstream in(ask_auc(std::string("AKA-REQ-AUTH ") + imsi_digits));
        std::string what, imsi, rand, autn, ik, ck, res;
        in >> what >> imsi >> rand >> autn >> ik >> ck >> res;
        ASSERT_FALSE(res.empty()) << in.str();
        secrets["IK"] = *from_hex(ik);
        secrets["CK"] = *from_hex(ck);
        auto card = *card::ApduChannel::connect(at("card.sock"));
        const auto says = [&](const std::string& command) { return hex(*card.transmit(*from_hex(command))); };
        EXPECT_TRUE(says("00A4040C07A0000000871002").starts_with("90")) << "ADF.USIM";
        const std::string waits = says(
            "0088008122"
            "10" +
            rand + "10" + autn);
        ASSERT_EQ(waits.substr(0, 2), "61") << waits;
        const std::string answer = says("00C00000" + waits.substr(2));
        EXPECT_EQ(answer.substr(0, 4), "DB08") << answer;
        std::ranges::transform(res, res.begin(), [](char c) { return static_cast<char>(std::toupper(c)); });
        EXPECT_EQ(answer.substr(4, 16), res);
    }

    /// Each file that holds a secret, and which. Sockets are not read.
    [[nodiscard]] std::map<std::string, std::vector<std::string>> files_with_secrets() const {
        const Search search(secrets);
        std::map<std::string, std::vector<std::string>> out;
        for (const auto& entry : fs::recursive_directory_iterator(temp.path())) {
            if (!entry.is_regular_file()) continue;
            const auto found = search.in(read(entry.path()));
            if (!found.empty()) out[fs::relative(entry.path(), temp.path()).string()] = found;
        }
        return out;
    }

    test::TempFolder temp;
    SystemRandom random;
    std::array<std::uint8_t, 16> k{};
    std::array<std::uint8_t, 16> opc{};
    std::array<std::uint8_t, 8> adm{};
    std::array<std::array<std::uint8_t, 16>, 3> ota{};
    Secrets secrets;
    std::optional<demo::Child> mcimd;
    std::optional<demo::Child> tre;
    std::string port;
    int starts = 0;
};

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
    learn_octets("platform/keys/challenge.key", "challenge key");
    learn_octets("platform/keys/nonce.key", "nonce key");
    // the PKI's folder has the server's keys too, until the platform's folder is made from it
    out.push_back({"pki/dp/tls.key.pem", "TLS key"});
    out.push_back({"pki/dp/keys/signing/dpauth.der", "dpauth"});
    out.push_back({"pki/dp/keys/signing/dppb.der", "dppb"});
    out.push_back({"passphrase", "passphrase"});
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
    place.agent(place.download(code));
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
    ASSERT_NO_FATAL_FAILURE(place.make_platform());
    ASSERT_NO_FATAL_FAILURE(place.make_card());
    const std::string code = place.order_profile();
    place.agent(place.download(code));
    place.agent({"profile", "enable", iccid_digits});
    place.agent({"notification", "process"});
    ASSERT_NO_FATAL_FAILURE(place.log_in());
    learn_kept_keys(place);

    const auto memory = memory_of(place.mcimd->pid());
    if (!memory) GTEST_SKIP() << "this user may not look into the memory of his own processes";
    // the server's own keys are there: custody holds them (src/custody/custody.h), and so the search is known to work
    const std::set<std::string> own{"dpauth",          "dppb",          "verifier", "TLS key", "wrapping key",
                                    "fingerprint key", "challenge key", "nonce key"};
    std::set<std::string> found;
    const Search search(place.secrets);
    for (const auto& region : *memory)
        for (const auto& name : search.in(region)) found.insert(name);
    EXPECT_TRUE(found.contains("wrapping key"));
    for (const auto& name : found)
        if (const std::string plain = name.substr(0, name.find(" (")); !own.contains(plain))
            ADD_FAILURE() << "the server's memory holds " << name;
}

/// Its owner is kept out. Root is not, and could show nothing.
TEST(PlantedSecrets, TheMemoryOfTheCardsProcessIsClosedToItsOwner) {
    if (geteuid() == 0) GTEST_SKIP() << "run as root, which may look into everything";
    Place place;
    ASSERT_NO_FATAL_FAILURE(place.make_platform());
    ASSERT_NO_FATAL_FAILURE(place.make_card());
    const pid_t pid = place.tre->pid();
    struct stat s {};
    ASSERT_EQ(::stat(("/proc/" + std::to_string(pid) + "/mem").c_str(), &s), 0);
    EXPECT_EQ(s.st_uid, 0U) << "the files of a process that is not dumpable are root's";
    EXPECT_TRUE(memory_of(place.mcimd->pid())) << "one that is not closed";
    EXPECT_FALSE(memory_of(pid));
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
