#include "lab.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "power_cut.h"

namespace mcim::demo {
namespace {

using namespace std::chrono_literals;
constexpr auto command_time = 60s;

/// Somebody answers there.
bool listens(const fs::path& path) {
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return false;
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    const bool connected = connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    close(fd);
    return connected;
}

std::string last_line(std::string_view text) {
    while (text.ends_with('\n')) text.remove_suffix(1);
    const auto start = text.rfind('\n');
    return std::string(start == std::string_view::npos ? text : text.substr(start + 1));
}

Answer answer_of(const Result<Output>& output) {
    if (!output) return {-1, to_string(output.error()), {}};
    Answer answer{output->status, output->status == 0 || output->err.empty() ? output->out : output->err, {}};
    if (auto object = jose::Object::parse(last_line(output->out), {8U << 20U, 32})) answer.json = *std::move(object);
    return answer;
}

}  // namespace

bool only_its_owner_opens(const fs::path& file) {
    struct stat st {};
    return stat(file.c_str(), &st) == 0 && (st.st_mode & 077) == 0;
}

std::string Answer::member(std::string_view name) const {
    if (!json) return {};
    const auto value = json->text(name);
    return value ? *value : std::string();
}

Answer Lab::mcim(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), program("mcim"));
    arguments.emplace_back("--json");
    return answer_of(run(std::move(arguments), command_time));
}

Answer Lab::mcim_text(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), program("mcim"));
    auto answer = answer_of(run(std::move(arguments), command_time));
    transcript_.note(answer.text);
    return answer;
}

std::vector<std::string> Lab::agent_line(const Device& device, const Platform& platform,
                                         std::vector<std::string> arguments) const {
    fs::create_directories(device.messages());
    const std::string host = platform.address.substr(0, platform.address.find(':'));
    const std::string port = platform.address.substr(platform.address.find(':') + 1);
    std::vector<std::string> argv{program("mcim-agent"),
                                  "--json",
                                  "--card",
                                  device.socket().string(),
                                  "--ci",
                                  (platform.pki / "ci" / "certificate.der").string(),
                                  "--state",
                                  (device.folder / "agent").string(),
                                  "--resolve",
                                  host + ":" + port + "=127.0.0.1:" + port,
                                  "--keep-messages",
                                  device.messages().string()};
    if (device.tpm) argv.insert(argv.end(), {"--tpm", device.tpm->tcti, "--verifier", platform.address});
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    if (arguments.front() == "download") argv.insert(argv.end(), {"--imei", "990000862471853"});
    return argv;
}

Answer Lab::agent(const Device& device, const Platform& platform, std::vector<std::string> arguments) {
    auto answer = answer_of(run(agent_line(device, platform, std::move(arguments)), command_time));
    if (answer.json)
        if (auto payload = answer.json->object("payload")) {
            if (const auto message = payload->text("message")) answer.text = *message;
            if (auto data = payload->object("data")) answer.json = *std::move(data);
        }
    return answer;
}

Status Lab::agent_cut_off_at(der::Tag request, const Device& device, const Platform& platform,
                             std::vector<std::string> arguments) {
    auto argv = agent_line(device, platform, std::move(arguments));
    const CardSockets sockets{device.socket(), device.folder / "way-to-card.sock"};
    *std::next(std::ranges::find(argv, "--card")) = sockets.way.string();
    return cut_power_at(request, std::move(argv), sockets, (device.folder / "mcim-agent.log").string());
}

Result<Platform> Lab::make_platform(const std::string& name, const fs::path& pki, std::uint16_t port) {
    Platform p{name, folder_ / name, pki, "smdp.mcim.test:" + std::to_string(port), {}};
    const auto made = mcim({"platform", "init", "--dir", p.folder.string(), "--pki", pki.string(), "--dp-address",
                            p.address, "--listen", "127.0.0.1:" + std::to_string(port), "--lab"});
    if (!made.good()) return fail(Errc::refused, "mcim platform init", made.text);
    CHECKED(start(p));
    return p;
}

Result<Platform> Lab::make_centre(const std::string& name) {
    Platform p{name, folder_ / name, {}, {}, {}};
    const auto made = mcim({"platform", "init", "--dir", p.folder.string(), "--roles", "auc"});
    if (!made.good()) return fail(Errc::refused, "mcim platform init", made.text);
    CHECKED(start(p));
    return p;
}

Status Lab::start(Platform& p) {
    TRY(p.process, Child::start({program("mcimd"), "--config", (p.folder / "mcimd.toml").string()},
                                (p.folder / "mcimd.log").string()));
    if (!poll_until([&] { return listens(p.admin()) || !p.process->running(); }, 10s) || !p.process->running())
        return fail(Errc::io, "mcimd", "it did not start; see " + (p.folder / "mcimd.log").string());
    return ok();
}

void Lab::stop(Platform& p) { p.process.reset(); }

Result<Device> Lab::make_device(const std::string& name, const fs::path& pki, const std::string& card_class) {
    Device d{name, folder_ / name, {}, {}, {}};
    fs::create_directories(d.folder);
    TRY(d.tpm, start_swtpm(d.folder / "tpm"));
    const auto made = mcim({"device", "make", "--pki", pki.string(), "--state", d.state().string(), "--tpm",
                            d.tpm->tcti, "--class", card_class, "--certificate-out", d.certificate().string()});
    if (!made.good()) return fail(Errc::refused, "mcim device make", made.text);
    d.eid = made.member("eid");
    CHECKED(start_card(d));
    return d;
}

Status Lab::start_card(Device& d, Reader reader) {
    d.tre.reset();
    std::vector<std::string> argv{program("mcim-tre"), "run",    "--state", d.state().string(), "--socket",
                                  d.socket().string(), "--seal", d.seal()};
    if (reader == Reader::vpcd) argv.insert(argv.end(), {"--vpcd", "127.0.0.1:" + std::to_string(vpcd_port)});
    TRY(d.tre, Child::start(std::move(argv), (d.folder / "mcim-tre.log").string()));
    if (!poll_until([&] { return listens(d.socket()) || !d.tre->running(); }, 10s) || !d.tre->running())
        return fail(Errc::io, "mcim-tre", "it did not start; see " + (d.folder / "mcim-tre.log").string());
    return ok();
}

}  // namespace mcim::demo
