// One platform and one device in a folder, run by the real processes, with secrets of which the test knows each one.
#pragma once
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "mcim/apps/common/files.h"
#include "mcim/apps/common/pki_folder.h"
#include "mcim/apps/mcim/demo/child.h"
#include "mcim/apps/mcim/demo/power_cut.h"
#include "mcim/apps/mcim/program.h"
#include "mcim/bpp/segments.h"
#include "mcim/card/channel.h"
#include "mcim/custody/key_folder.h"
#include "mcim/jose/json.h"
#include "mcim/saip/template.h"
#include "search.h"
#include "support/reference.h"
#include "support/temp_folder.h"

namespace mcim::secrets {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

inline constexpr const char* iccid_digits = "8988211000000000011";
inline constexpr const char* imsi_digits = "001010000000001";
inline constexpr const char* pin_digits = "2580";
inline constexpr const char* passphrase = "a passphrase of this test";

inline Bytes read(const fs::path& file) { return test::file_content(file); }
/// SEC 1 private scalar: what a thief would want of a key.
inline Bytes scalar(const crypto::PrivateKey& key) {
    const SecretBytes pkcs8 = key.to_pkcs8();
    const View octets = expose(pkcs8);
    const Bytes mark{0x04, 0x20};  // OCTET STRING of 32 octets in ECPrivateKey (RFC 5915)
    const auto found = std::ranges::search(octets, mark);
    return to_bytes(View(octets).subspan(static_cast<std::size_t>(found.end() - octets.begin()), 32));
}

/// Who runs the card's process where the tests are root's: as an installation has it, a user who may nothing else.
inline constexpr uid_t nobody = 65534;
inline bool is_root() { return geteuid() == 0; }

/// One platform and one device in a folder; all that runs writes there.
class Place {
public:
    Place() {
        fs::create_directories(temp / "logs");
        fs::create_directories(temp / "messages");
        fs::create_directories(card_home());
        if (is_root())
            fs::permissions(temp.path(), fs::perms::group_exec | fs::perms::others_exec, fs::perm_options::add);
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
    /// Where the card's process has all it needs: its state, its passphrase, its socket.
    [[nodiscard]] fs::path card_home() const { return temp / "tre"; }
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
                                     at("tre/card.sock"),
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
        return {"download", "-a", code, "--imei", "990000862471853"};
    }
    /// With the bound package in its spool, before the card has any of it.
    void agent_that_dies_loading(const std::string& code) {
        auto line = agent_command(download(code));
        *std::next(std::ranges::find(line, "--card")) = at("way-to-card.sock");
        const Status cut = demo::cut_power_at(bpp::tag_bound_profile_package, line,
                                              {at("tre/card.sock"), at("way-to-card.sock")}, at("logs/mcim-agent"));
        ASSERT_TRUE(cut) << to_string(cut.error());
        ASSERT_TRUE(fs::exists(temp / "agent" / "bound-profile-package.der"));
    }

    void make_pki() { mcim({"pki", "init", "--dir", at("pki"), "--dp-host", "localhost"}); }
    void make_platform() {
        make_pki();
        mcim({"platform", "init", "--dir", at("platform"), "--pki", at("pki"), "--dp-address", "localhost:8443",
              "--listen", "127.0.0.1:0"});
        if (keys_apart) {
            ASSERT_NO_FATAL_FAILURE(set_keys_apart());
        }
        start_platform();
        mcim({"operator", "key", "--out", at("operator.pem")});
        admin({"operator", "add", "--id", "north", "--name", "North", "--key", at("operator.pem.pub")});
        // nothing here has one, and the whole package is looked through
        admin({"operator", "policy", "--operator", "north", "--refuse", "toolkit-application"});
    }
    /// In the process of mcim-signer: the configuration of the other one does not name their folder any more.
    void set_keys_apart() {
        std::string toml = as_text(read(temp / "platform" / "mcimd.toml"));
        static constexpr std::string_view keys = "keys = \"keys\"\n";
        const auto found = toml.find(keys);
        ASSERT_NE(found, toml.npos) << toml;
        toml.erase(found, keys.size());
        std::ofstream(temp / "platform" / "mcimd.toml") << toml << "\n[signer]\nsocket = \"signer.sock\"\n";
        const std::string log = at("logs/mcim-signer");
        signer.emplace(*demo::Child::start({program("mcim-signer"), "--keys", at("platform/keys"), "--socket",
                                            at("platform/signer.sock"), "--laboratory"},
                                           log));
        ASSERT_TRUE(demo::poll_until([&] { return as_text(read(log)).find("answering at") != std::string::npos; }, 20s))
            << as_text(read(log));
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
        ASSERT_TRUE(custody::write_private_file(card_home() / "passphrase", as_view(passphrase)));
        const auto key = *apps::InheritedFile::make("euicc-key", expose(card.key.to_pkcs8()));
        const auto certificate = *apps::InheritedFile::make("euicc", card.certificate);
        const auto eum = *apps::InheritedFile::make("eum", card.eum_certificate);
        const auto ci = *apps::InheritedFile::make("ci", card.ci_certificate);
        const auto made = apps::run_program({program("mcim-tre"), "init", "--state", at("tre/card"), "--cert",
                                             certificate.path(), "--eum-cert", eum.path(), "--ci", ci.path(), "--key",
                                             key.path(), "--seal", "passphrase-file:" + at("tre/passphrase")});
        ASSERT_TRUE(made) << to_string(made.error());
        ASSERT_EQ(made->status, 0) << made->words;
        std::ofstream(temp / "logs" / "printed", std::ios::app) << made->words;
        give_to_card_user(card_home());
        for (const auto& entry : fs::recursive_directory_iterator(card_home())) give_to_card_user(entry.path());
        start_card();
    }
    void start_card() {
        tre.emplace(start_as_card_user({"mcim-tre", "run", "--state", at("tre/card"), "--socket", at("tre/card.sock"),
                                        "--seal", "passphrase-file:" + at("tre/passphrase")},
                                       open_program(program("mcim-tre"))));
        ASSERT_TRUE(demo::poll_until([&] { return fs::exists(card_home() / "card.sock"); }, 20s));
    }
    /// In the card's folder, with every right to leave a dump there. The program is given as a descriptor, so that this
    /// user need not reach the folder in which it was built; argv[0] is its name.
    demo::Child start_as_card_user(std::vector<std::string> argv, int of_program) {
        std::vector<std::string> all{
            "sh", "-c",
            "cd \"$0\"; ulimit -c unlimited; export ASAN_OPTIONS=$ASAN_OPTIONS:disable_coredump=0; "
            "exec \"$@\"",
            card_home().string()};
        if (is_root()) {
            const std::string id = std::to_string(nobody);
            all.insert(all.end(),
                       {"setpriv", "--reuid", id, "--regid", id, "--clear-groups", "--pdeathsig", "KILL", "--"});
        }
        const std::string log = at("logs/" + argv[0]);
        argv[0] = "/proc/self/fd/" + std::to_string(of_program);
        all.insert(all.end(), argv.begin(), argv.end());
        return *demo::Child::start(std::move(all), log);
    }
    /// Open for every program that is started from here on.
    static int open_program(const std::string& path) {
        const int fd = ::open(path.c_str(), O_PATH);  // NOLINT(android-cloexec-open): it is there to be inherited
        EXPECT_GE(fd, 0) << path;
        return fd;
    }
    static void give_to_card_user(const fs::path& path) {
        if (!is_root()) return;
        EXPECT_EQ(::lchown(path.c_str(), nobody, nobody), 0) << path;
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
        auto card = *card::ApduChannel::connect(at("tre/card.sock"));
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

    /// From nothing to a device that has logged in with a subscription that it downloaded.
    void make_all_and_use_it() {
        ASSERT_NO_FATAL_FAILURE(make_platform());
        ASSERT_NO_FATAL_FAILURE(make_card());
        agent(download(order_profile()));
        agent({"profile", "enable", iccid_digits});
        agent({"notification", "process"});
        ASSERT_NO_FATAL_FAILURE(log_in());
    }

    /// The names of the secrets that a memory holds.
    [[nodiscard]] std::set<std::string> held_by(const std::vector<Bytes>& memory) const {
        const Search search(secrets);
        std::set<std::string> out;
        for (const auto& region : memory)
            for (const auto& name : search.in(region)) out.insert(name);
        return out;
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
    bool keys_apart = false;
    std::optional<demo::Child> signer;  ///< where they are
    std::optional<demo::Child> mcimd;
    std::optional<demo::Child> tre;
    std::string port;
    int starts = 0;
};

}  // namespace mcim::secrets
