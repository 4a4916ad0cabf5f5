#include "peers.h"

#include <sys/stat.h>

#include <fstream>
#include <iterator>
#include <sstream>

namespace mcim::demo {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

void write_text(const fs::path& path, const std::string& text) { std::ofstream(path) << text; }
std::string read_text(const fs::path& path) {
    std::ifstream in(path);
    return {std::istreambuf_iterator<char>(in), {}};
}
/// A folder and its files for one peer.
fs::path prepared(const fs::path& folder) {
    fs::create_directories(folder);
    return fs::absolute(folder);
}

/// TS 23.003 14.2: a network code of two digits gets a zero in front.
std::string realm(const Subscriber& who) {
    const std::string mnc = who.imsi.text().substr(3, who.mnc_digits);
    return "wlan.mnc" + (mnc.size() == 2 ? "0" + mnc : mnc) + ".mcc" + who.imsi.text().substr(0, 3) +
           ".3gppnetwork.org";
}

}  // namespace

Result<Child> start_pcscd(const fs::path& folder) {
    fs::create_directories("/run/pcscd");
    return Child::start({"pcscd", "-f", "-a", "-i"}, (prepared(folder) / "pcscd.log").string());
}

bool card_in_reader(std::chrono::milliseconds deadline) {
    return poll_until(
        [] {
            const auto listed = run({"opensc-tool", "--list-readers"}, 5s);
            return listed && listed->out.find("0    Yes") != std::string::npos;
        },
        deadline);
}

std::string answer_to(const std::vector<std::string>& commands) {
    std::vector<std::string> argv{"opensc-tool", "--card-driver", "default", "--reader", "0"};
    for (const auto& command : commands) argv.insert(argv.end(), {"--send-apdu", command});
    const auto ran = run(std::move(argv), 10s);
    if (!ran) return {};
    // after "Received (SW1=0x90, SW2=0x00):" lines of up to 16 octets, each followed by what they read as text
    std::istringstream lines(ran->out);
    std::string octets;
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("Sending") || line.starts_with("Received")) {
            octets.clear();
            continue;
        }
        for (std::size_t at = 0; at + 2 < line.size() && at < 16 * 3 && line[at] != ' ' && line[at + 2] == ' '; at += 3)
            octets += line.substr(at, 2);
    }
    return octets;
}

Result<Radius> start_hostapd(const fs::path& folder, const fs::path& auc_socket, std::uint16_t port) {
    const fs::path here = prepared(folder);
    write_text(here / "clients", "127.0.0.1/32 radius-secret\n");
    write_text(here / "users", "\"0\"*\tAKA\n\"6\"*\tAKA'\n");
    write_text(here / "hostapd.conf",
               "driver=none\ninterface=lo\neap_server=1\nradius_server_clients=" + (here / "clients").string() +
                   "\nradius_server_auth_port=" + std::to_string(port) + "\neap_user_file=" +
                   (here / "users").string() + "\neap_sim_db=unix:" + fs::absolute(auc_socket).string() + "\n");
    const fs::path log = here / "hostapd.log";
    TRY(Child hostapd, Child::start({"hostapd", (here / "hostapd.conf").string()}, log.string()));
    if (!poll_until([&] { return read_text(log).find("AP-ENABLED") != std::string::npos || !hostapd.running(); }, 5s) ||
        !hostapd.running())
        return fail(Errc::io, "hostapd", "it did not start: " + read_text(log));
    return Radius{port, here, std::move(hostapd)};
}

Result<Login> log_in(const Radius& radius, Method method, const Subscriber& who, const fs::path& log) {
    const bool prime = method == Method::aka_prime;
    const fs::path config = log.string() + ".conf";
    write_text(config, std::string("network={\n  key_mgmt=WPA-EAP\n  eap=") + (prime ? "AKA'" : "AKA") +
                           "\n  identity=\"" + (prime ? "6" : "0") + who.imsi.text() + "@" + realm(who) +
                           "\"\n  pcsc=\"\"\n" + (who.pin.empty() ? "" : "  pin=\"" + who.pin + "\"\n") + "}\n");
    std::vector<std::string> argv{"eapol_test",
                                  "-W",
                                  "-c",
                                  config.string(),
                                  "-a127.0.0.1",
                                  "-p" + std::to_string(radius.port),
                                  "-sradius-secret",
                                  "-r0",
                                  "-t20",
                                  "-R" + std::string(vpcd_reader)};
    if (!who.pin.empty()) argv.push_back("-P" + who.pin);
    TRY(const Output output, run(std::move(argv), 30s));
    write_text(log, output.out + output.err);
    const bool said_so = output.out.find("\nSUCCESS") != std::string::npos;
    const auto says = [&](const char* words) { return output.out.find(words) != std::string::npos; };
    return Login{.success = output.status == 0 && said_so,
                 .rejected = says("(Access-Reject)") && says("CTRL-EVENT-EAP-FAILURE"),
                 .mac_failed = says("MAC != XMAC"),
                 .resynchronised = says("Synchronization-Failure") || says("Synchronization failure"),
                 .log = log};
}

Result<SoftTpm> start_swtpm(const fs::path& folder) {
    const fs::path here = prepared(folder);
    const std::string socket = (here / "tpm.sock").string();
    TRY(Child swtpm, Child::start({"swtpm", "socket", "--tpm2", "--tpmstate", "dir=" + here.string(), "--server",
                                   "type=unixio,path=" + socket, "--ctrl", "type=unixio,path=" + socket + ".ctrl",
                                   "--flags", "not-need-init,startup-clear"},
                                  (here / "swtpm.log").string()));
    if (!poll_until([&] { return fs::exists(socket) || !swtpm.running(); }, 5s) || !swtpm.running())
        return fail(Errc::io, "swtpm", "it did not start: " + read_text(here / "swtpm.log"));
    return SoftTpm{"swtpm:path=" + socket, std::move(swtpm)};
}

}  // namespace mcim::demo
