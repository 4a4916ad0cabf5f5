#include "mcim/apps/mcim/bench_server.h"

#include <charconv>
#include <ctime>
#include <fstream>

#include "mcim/apps/common/files.h"
#include "mcim/custody/private_file.h"
#include "mcim/saip/template.h"

namespace mcim::apps {
namespace {

using jose::ObjectWriter;

constexpr std::string_view host = "smdp.bench.example";
constexpr std::string_view operator_id = "bench";
constexpr std::chrono::seconds start_time_max{20};
constexpr std::size_t file_octets_max = 64U * 1024U;

constexpr std::string_view keys_here = R"(keys = "pki/dp/keys"
)";
constexpr std::string_view keys_apart = R"(
[signer]
socket = "signer.sock"
)";
constexpr std::string_view server_table = R"(# written by mcim bench
[server]
listen = "127.0.0.1:0"
roles = ["dp"]
tls_certificate = "pki/dp/tls.der"
tls_key = "pki/dp/tls.key.pem"
admin_socket = "admin.sock"
)";
constexpr std::string_view dp_table = R"(
[dp]
address = "smdp.bench.example"
ci = "pki/ci/certificate.der"
auth_certificate = "pki/dp/auth.der"
pb_certificate = "pki/dp/pb.der"
)";

std::string configuration_of(const ServerSetup& setup) {
    const std::string connections = std::to_string(setup.connections_max);
    std::string out(server_table);
    out += "database = '''" + setup.database + "'''\nconnections_max = " + connections +
           "\nconnections_per_address_max = " + connections + "\n";
    if (setup.signer.empty()) out += keys_here;
    out += dp_table;
    if (!setup.signer.empty()) out += keys_apart;
    return out;
}

/// What follows `name` on its line, of those behind so many octets.
std::optional<std::string> find_in_file(const std::filesystem::path& file, std::string_view name,
                                        std::uintmax_t from = 0) {
    std::ifstream in(file);
    in.seekg(static_cast<std::streamoff>(from));
    for (std::string line; std::getline(in, line);)
        if (const auto at = line.find(name); at != std::string::npos) return line.substr(at + name.size());
    return std::nullopt;
}
std::uintmax_t size_of(const std::filesystem::path& file) {
    std::error_code absent;
    const auto octets = std::filesystem::file_size(file, absent);
    return absent ? 0 : octets;
}

/// `number` in as many digits.
std::string digits(std::uint64_t number, std::size_t width) {
    std::string out = std::to_string(number);
    return std::string(width - out.size(), '0') + out;
}

/// A machine's profile with keys that nobody else has, grown by phonebook entries.
Result<Bytes> profile(const Iccid& iccid, const Imsi& imsi, std::size_t octets_min, Random& random) {
    TRY(auto pin, saip::pin_from_digits("1234"));
    TRY(auto puk, saip::pin_from_digits("12345678"));
    saip::Variables v{.iccid = iccid,
                      .imsi = imsi,
                      .msisdn = {},
                      .smsc = {},
                      .gid1 = {},
                      .pin1 = pin.copy(),
                      .pin2 = pin.copy(),
                      .puk1 = puk.copy(),
                      .puk2 = puk.copy(),
                      .adm1 = puk.copy(),
                      .ota_encryption = {},
                      .ota_integrity = {},
                      .ota_key_encryption = {}};
    for (auto* key : {&v.ota_encryption, &v.ota_integrity, &v.ota_key_encryption}) random.fill(expose_mutable(*key));
    Secret<16> k;
    Secret<16> opc;
    random.fill(expose_mutable(k));
    random.fill(expose_mutable(opc));
    TRY(const auto grown, saip::padded({}, v, octets_min));
    TRY(const auto package, saip::personalise(grown, v, k, opc));
    return saip::encode(package);
}

/// A program on the server's CPU, which writes to a log in `folder`.
Result<demo::Child> start_on(const CpuShares& cpus, const std::filesystem::path& folder, std::string_view log,
                             std::vector<std::string> argv) {
    const OnServersCpu here(cpus);
    return demo::Child::start(std::move(argv), folder / log);
}

Result<demo::Child> start_signer(const std::filesystem::path& folder, const std::filesystem::path& program,
                                 const CpuShares& cpus) {
    const auto log = folder / "mcim-signer.log";
    const auto said_before = size_of(log);
    TRY(auto child, start_on(cpus, folder, "mcim-signer.log",
                             {program.string(), "--keys", folder / "pki/dp/keys", "--socket", folder / "signer.sock"}));
    const bool answers = demo::poll_until(
        [&] { return find_in_file(log, "answering at", said_before).has_value() || !child.running(); }, start_time_max);
    if (answers && child.running()) return child;
    TRY(const Bytes said, read_file(log, file_octets_max));
    return fail(Errc::io, "mcim-signer", "it does not answer; it said: " + as_text(said));
}

Result<demo::Child> start_mcimd(const std::filesystem::path& folder, const ServerSetup& setup, const CpuShares& cpus) {
    return start_on(cpus, folder, "mcimd.log", {setup.mcimd.string(), "--config", folder / "mcimd.toml"});
}

Result<std::chrono::nanoseconds> cpu_time_of(pid_t process) {
    clockid_t clock{};
    timespec spent{};
    if (clock_getcpuclockid(process, &clock) != 0 || clock_gettime(clock, &spent) != 0)
        return fail(Errc::io, "bench", "the CPU time of a process cannot be read: has it ended?");
    return std::chrono::seconds(spent.tv_sec) + std::chrono::nanoseconds(spent.tv_nsec);
}

/// "VmHWM:" or "VmRSS:".
Result<std::uint64_t> memory_of(const demo::Child& child, std::string_view which) {
    const auto file = "/proc/" + std::to_string(child.pid()) + "/status";
    const auto kilobytes = find_in_file(file, which);
    if (!kilobytes) return fail(Errc::io, file, "there is no " + std::string(which) + " in it");
    return std::stoull(*kilobytes) * 1024;
}

}  // namespace

Result<BenchServer> BenchServer::start(const std::filesystem::path& folder, const ServerSetup& setup,
                                       const CpuShares& cpus, Random& random) {
    PkiPlan plan;
    plan.dp_host = host;
    TRY(const auto pki, make_pki({folder / "pki"}, plan, system_now(), random));
    CHECKED(write_new_file(folder / "mcimd.toml", as_view(configuration_of(setup))));
    std::optional<demo::Child> signer;
    if (!setup.signer.empty()) {
        TRY(signer, start_signer(folder, setup.signer, cpus));
    }
    TRY(auto child, start_mcimd(folder, setup, cpus));
    BenchServer out(folder, setup, cpus, std::move(signer), std::move(child));
    out.client_.roots = {pki.ci.der};
    CHECKED(out.await_port(0));
    CHECKED(out.add_operator());
    return out;
}

Status BenchServer::start_again() {
    if (signer_ && !signer_->running()) {
        TRY(signer_, start_signer(folder_, setup_.signer, cpus_));
    }
    if (child_.running()) return ok();
    const auto said_before = size_of(folder_ / "mcimd.log");
    TRY(child_, start_mcimd(folder_, setup_, cpus_));
    return await_port(said_before);
}

Status BenchServer::await_port(std::uintmax_t said_before) {
    const auto log = folder_ / "mcimd.log";
    std::optional<std::string> port;
    const bool listens = demo::poll_until(
        [&] {
            port = find_in_file(log, "listening on 127.0.0.1:", said_before);
            return port.has_value() || !child_.running();
        },
        start_time_max);
    if (!listens || !port) {
        TRY(const Bytes said, read_file(log, file_octets_max));
        return fail(Errc::io, "mcimd", "it does not listen; it said: " + as_text(said));
    }
    client_.resolve[{std::string(host), 443}] = {"127.0.0.1", static_cast<std::uint16_t>(std::stoi(*port))};
    return ok();
}

Result<jose::Object> BenchServer::ask(const std::string& path, const ObjectWriter& body) {
    http::Request request{.target = path, .headers = {{"Content-Type", "application/json"}}, .body = body.finish()};
    TRY(const auto response, admin_->send_unix(folder_ / "admin.sock", std::move(request)));
    if (response.status >= 300) return fail(Errc::refused, "mcimd" + path, response.body);
    return jose::Object::parse(response.body);
}

Result<jose::Object> BenchServer::look(const std::string& path) {
    TRY(const auto response, admin_->send_unix(folder_ / "admin.sock", {"GET", path, {}, {}}));
    if (response.status >= 300) return fail(Errc::refused, "mcimd" + path, response.body);
    return jose::Object::parse(response.body);
}

Status BenchServer::add_operator() {
    const auto key = crypto::PrivateKey::generate(crypto::Curve::p256);
    ObjectWriter body;
    body.text("id", operator_id).text("name", "Bench").octets("key", key.public_key().spki());
    TRY(const auto added, ask("/operators", body));
    return ok();
}

Result<BenchServer::Ordered> BenchServer::order(std::uint64_t number, std::size_t package_octets_min, Random& random) {
    TRY(const Iccid iccid, Iccid::with_check_digit("89000101" + digits(number, 10)));
    TRY(const Imsi imsi, Imsi::parse("00101" + digits(number, 10)));
    TRY(const Bytes package, profile(iccid, imsi, package_octets_min, random));
    ObjectWriter line;
    line.text("operator", operator_id).text("iccid", iccid.text()).octets("package", package);
    TRY(const auto subscription, ask("/subscriptions", line));
    ObjectWriter wanted;
    wanted.text("operator", operator_id).text("iccid", iccid.text()).text("policy", "open");
    TRY(const auto ordered, ask("/orders", wanted));
    TRY(auto id, ordered.text("id"));
    TRY(const auto text, ordered.text("activation_code"));
    TRY(auto code, agent::parse_activation_code(text));
    return Ordered{std::move(id), std::move(code)};
}

Result<std::chrono::nanoseconds> BenchServer::cpu_time() const {
    TRY(const auto of_server, cpu_time_of(child_.pid()));
    TRY(const auto of_signer, signer_cpu_time());
    return of_server + of_signer;
}

Result<std::chrono::nanoseconds> BenchServer::signer_cpu_time() const {
    return signer_ ? cpu_time_of(signer_->pid()) : std::chrono::nanoseconds::zero();
}

Result<std::uint64_t> BenchServer::peak_rss_octets() const {
    TRY(std::uint64_t octets, memory_of(child_, "VmHWM:"));
    if (!signer_) return octets;
    TRY(const std::uint64_t of_signer, memory_of(*signer_, "VmHWM:"));
    return octets + of_signer;
}

Result<std::uint64_t> BenchServer::rss_octets() const { return memory_of(child_, "VmRSS:"); }

ProcessTimes postgres_cpu_times() {
    ProcessTimes out;
    std::error_code ended;  // a process, between two looks at it
    for (const auto& entry : std::filesystem::directory_iterator("/proc", ended)) {
        std::string program;
        std::ifstream comm(entry.path() / "comm");
        if (!std::getline(comm, program) || program != "postgres") continue;
        pid_t pid = 0;
        const std::string number = entry.path().filename();
        if (std::from_chars(number.data(), number.data() + number.size(), pid).ec != std::errc()) continue;
        if (const auto spent = cpu_time_of(pid)) out[pid] = *spent;
    }
    return out;
}

}  // namespace mcim::apps
