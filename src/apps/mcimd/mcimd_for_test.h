// The whole program over real sockets on loopback, for tests: ES9+ by TLS, the administration by its UNIX socket, with
// a card made of messages (tests/support/soft_card.h).
#pragma once
#include <fcntl.h>
#include <gtest/gtest.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <future>
#include <thread>

#include "mcim/apps/mcimd/admin.h"
#include "mcim/apps/mcimd/program.h"
#include "mcim/custody/custody.h"
#include "mcim/http/client.h"
#include "mcim/msg/json.h"
#include "mcim/saip/package.h"
#include "mcim/smdp/es9.h"
#include "mcim/transfer/release.h"
#include "support/soft_card.h"
#include "support/temp_folder.h"

namespace mcim::apps::mcimd {

using namespace std::chrono_literals;

/// Certificates that hold now: the program has a real clock.
class Installation {
public:
    Installation() {
        spdlog::set_level(spdlog::level::off);
        auto folder = custody::KeyFolder::create(temp / "keys", random);
        EXPECT_TRUE(folder);
        const auto auth = dp(x509::Role::dp_auth);
        const auto pb = dp(x509::Role::dp_pb);
        const auto tls = dp(x509::Role::dp_tls);
        EXPECT_TRUE(folder->add_signing_key({"dpauth"}, auth.key, random));
        EXPECT_TRUE(folder->add_signing_key({"dppb"}, pb.key, random));
        EXPECT_TRUE(folder->add_signing_key({"verifier"}, verifier_key, random));
        write("ci.der", pki.ci.der());
        write("auth.der", auth.der());
        write("pb.der", pb.der());
        write("tls.der", tls.der());
        EXPECT_TRUE(custody::write_private_file(temp / "tls.key", expose(tls.key.to_pkcs8())));
    }
    [[nodiscard]] std::string toml() const {
        return R"(
[server]
listen = "127.0.0.1:0"
roles = ["dp", "auc", "pva"]
)" + ("database = \"" + database + "\"\n") +
               keys_line +
               R"(
tls_certificate = "tls.der"
tls_key = "tls.key"
admin_socket = "admin.sock"
log_level = "error"
)" + more_of_server +
               R"([dp]
address = "smdpp.example.com"
ci = )" + ci_files +
               R"(
auth_certificate = "auth.der"
pb_certificate = "pb.der"
[auc]
socket = "auc.sock"
[pva]
id = "verifier.example"
)" + more_tables;
    }
    /// Of an authentication centre alone, without what the others need.
    [[nodiscard]] static std::string centre_toml() {
        return R"(
[server]
roles = ["auc"]
database = "mcimd.sqlite"
keys = "keys"
admin_socket = "admin.sock"
log_level = "error"
[auc]
socket = "auc.sock"
)";
    }
    [[nodiscard]] Config config() const { return config_of(toml()); }
    [[nodiscard]] Config config_of(const std::string& text) const {
        auto parsed = parse_config(text, temp / "mcimd.toml");
        EXPECT_TRUE(std::holds_alternative<Config>(parsed));
        return std::get<Config>(parsed);
    }
    void write(std::string_view name, View content) const {
        std::ofstream(temp / name, std::ios::binary)
            .write(reinterpret_cast<const char*>(content.data()), static_cast<std::streamsize>(content.size()));
    }
    [[nodiscard]] test::Identity dp(x509::Role role) { return dp(role, pki); }
    [[nodiscard]] static test::Identity dp(x509::Role role, test::Pki& under, std::string_view oid = "2.999.10",
                                           std::chrono::hours life = 24h) {
        auto profile = under.dp_profile(role, oid);
        profile.validity = {system_now() - 24h, system_now() + life};
        auto key = crypto::PrivateKey::generate(under.ci.key.curve());
        const auto draft = draft_server(profile, key.public_key(), under.ci.certificate, under.random);
        return test::Pki::certify(draft, key, under.ci.key);
    }
    std::string database = "mcimd.sqlite";
    std::string keys_line = R"(keys = "keys")";
    std::string more_of_server;            ///< lines of the section [server]
    std::string ci_files = R"("ci.der")";  ///< as TOML
    std::string more_tables;
    test::TempFolder temp;
    test::Pki pki;
    SystemRandom random;
    crypto::PrivateKey verifier_key = crypto::PrivateKey::generate(crypto::Curve::p256);
};

/// The program on a thread of its own.
class Running {
public:
    explicit Running(const Installation& at) : Running(at.config()) {}
    explicit Running(const Config& config, const Surroundings& around = {}) {
        auto started = Program::start(config, loop_, around);
        if (!started) throw std::runtime_error(to_string(started.error()));
        program_ = *std::move(started);
        thread_ = std::thread([this] { loop_.run(); });
    }
    ~Running() {
        loop_.post([this] { program_->stop(); });
        thread_.join();
    }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;
    [[nodiscard]] std::uint16_t port() const { return program_->port().value_or(0); }
    [[nodiscard]] std::uint16_t es2_port() const { return program_->es2_port().value_or(0); }
    [[nodiscard]] std::uint16_t operation_port() const { return program_->operation_port().value_or(0); }
    Status renew() {
        std::promise<Status> done;
        loop_.post([&] { done.set_value(program_->renew()); });
        return done.get_future().get();
    }

private:
    http::Loop loop_;
    std::unique_ptr<Program> program_;
    std::thread thread_;
};

/// The program as a process, to be killed.
class Process {
public:
    explicit Process(const Installation& at) {
        std::string toml = at.toml();
        toml.replace(toml.find("\"error\""), 7, "\"info\"");
        at.write("mcimd.toml", as_view(toml));
        // a file: nobody reads on when the port is known, and who writes into a full pipe waits
        const auto log = at.temp / "mcimd.log";
        const auto before = std::filesystem::exists(log) ? std::filesystem::file_size(log) : 0;
        pid_ = fork();
        if (pid_ == 0) {
            dup2(::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600), STDERR_FILENO);
            execl(MCIMD_PROGRAM, "mcimd", "--config", (at.temp / "mcimd.toml").c_str(), nullptr);
            _exit(127);
        }
        port_ = await_port(log, before);
    }
    ~Process() { end_by(SIGKILL); }
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;
    [[nodiscard]] std::uint16_t port() const { return port_; }
    void hang_up() const { kill(pid_, SIGHUP); }
    /// The exit code, or -1 where a signal ended it.
    int end_by(int signal) {
        if (pid_ == 0) return -1;
        kill(pid_, signal);
        int status = 0;
        waitpid(std::exchange(pid_, 0), &status, 0);
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }

private:
    /// From its log: "listening on 127.0.0.1:40123".
    [[nodiscard]] std::uint16_t await_port(const std::filesystem::path& log, std::uintmax_t before) const {
        static constexpr std::string_view mark = "listening on 127.0.0.1:";
        std::string text;
        const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(30);
        for (siginfo_t ended{}; std::chrono::steady_clock::now() < until && ended.si_pid == 0;) {
            waitid(P_PID, static_cast<id_t>(pid_), &ended, WEXITED | WNOHANG | WNOWAIT);
            std::ifstream in(log);
            in.seekg(static_cast<std::streamoff>(before));
            std::stringstream said;
            said << in.rdbuf();
            text = said.str();
            const auto at = text.find(mark);
            if (at != std::string::npos && text.find('\n', at) != std::string::npos)
                return static_cast<std::uint16_t>(std::stoi(text.substr(at + mark.size())));
            std::this_thread::sleep_for(std::chrono::milliseconds(2));
        }
        ADD_FAILURE() << "mcimd did not start: " << text;
        return 0;
    }
    pid_t pid_ = 0;
    std::uint16_t port_ = 0;
};

class Mcimd : public testing::Test {
protected:
    void SetUp() override { start(); }
    void start() { start_in({}); }
    /// When so much time has passed.
    void start_later(std::chrono::seconds later) {
        start_in({.clock = [later] { return system_now() + later; }});
    }
    void start_in(const Surroundings& around) {
        client.reset();
        running.reset();
        running.emplace(at.config(), around);
        connect_to(running->port());
    }
    /// The same in a process of its own; the one that ran before is killed.
    void start_process() {
        client.reset();
        running.reset();
        process.reset();
        process.emplace(at);
        connect_to(process->port());
    }
    void connect_to(std::uint16_t port) { connect_to(port, {at.pki.ci.der()}); }
    void connect_to(std::uint16_t port, std::vector<Bytes> roots) {
        http::ClientConfig config{std::move(roots), {}};
        config.resolve[{"smdpp.example.com", 443}] = {"127.0.0.1", port};
        config.time_max = 10s;
        client.emplace(config);
    }

    http::Response send(const http::Request& request) {
        auto response = client->send({"smdpp.example.com"}, request);
        EXPECT_TRUE(response) << to_string(response.error());
        return response ? *std::move(response) : http::Response{};
    }
    http::Response post(std::string target, std::string body, std::vector<http::Header> headers) {
        return send({"POST", std::move(target), std::move(headers), std::move(body)});
    }
    static std::vector<http::Header> es9_headers() {
        return {{"Content-Type", "application/json"}, {"X-Admin-Protocol", "gsma/rsp/v2.2.0"}};
    }
    template <class T>
    static http::Request es9_request(std::string_view function, const T& request) {
        return {"POST", std::string(smdp::es9_json_path) + std::string(function), es9_headers(), msg::to_json(request)};
    }
    template <class T>
    http::Response es9(std::string_view function, const T& request) {
        return send(es9_request(function, request));
    }
    template <class R, class T>
    R call(std::string_view function, const T& request) {
        const auto response = es9(function, request);
        const auto status = msg::read_status(response.body);
        EXPECT_TRUE(status) << response.body;
        if (!status || *status) {
            ADD_FAILURE() << function << ": " << response.body;
            return {};
        }
        auto parsed = msg::from_json<R>(response.body);
        EXPECT_TRUE(parsed) << to_string(parsed.error());
        return parsed ? *std::move(parsed) : R{};
    }
    template <class T>
    std::string refusal(std::string_view function, const T& request, std::string* sentence = nullptr) {
        const auto status = msg::read_status(es9(function, request).body);
        if (!status || !*status) return "";
        if (sentence != nullptr) *sentence = (*status)->message;
        return (*status)->subject_code + "/" + (*status)->reason_code;
    }

    /// All of them are in the server before it commits any; their answers, in the same order.
    std::vector<http::Response> at_once(const std::vector<http::Request>& requests) {
        http::Loop loop;
        http::ClientConfig config{{at.pki.ci.der()}, {}};
        config.resolve[{"smdpp.example.com", 443}] = {"127.0.0.1", running->port()};
        std::vector<http::Response> answers(requests.size());
        for (std::size_t i = 0; i < requests.size(); ++i)
            http::Connection::open(loop, config, {"smdpp.example.com"}, [&, i](Result<http::Connection> opened) {
                ASSERT_TRUE(opened);
                opened->send(requests[i], [&, i, kept = *opened](const Result<http::Response>& r) {
                    ASSERT_TRUE(r);
                    answers[i] = *r;
                });
            });
        loop.run_for(20s);
        return answers;
    }
    /// How many of the answers in JSON refuse nothing.
    static int granted(const std::vector<http::Response>& answers) {
        int count = 0;
        for (const auto& answer : answers) {
            const auto status = msg::read_status(answer.body);
            EXPECT_TRUE(status) << answer.body;
            if (status && !*status) ++count;
        }
        return count;
    }

    jose::Object admin(std::string_view method, std::string_view target, std::string body = {}, unsigned wanted = 200) {
        http::Client local({});
        const auto response =
            local.send_unix(at.temp / "admin.sock", {std::string(method), std::string(target), {}, std::move(body)});
        EXPECT_TRUE(response);
        EXPECT_EQ(response->status, wanted) << response->body;
        return *jose::Object::parse(response->body, {1U << 20U, 16});
    }
    std::string standing(const Iccid& iccid) {
        return *admin("GET", "/subscriptions/" + iccid.text()).text("standing");
    }
    void add_operator(const std::string& id, const crypto::PrivateKey& key) {
        admin("POST", "/operators",
              jose::ObjectWriter().text("id", id).text("name", id).octets("key", key.public_key().spki()).finish());
    }
    /// With a package of a header only: what is inside is the card's and module saip's concern. `unknown` is a
    /// component of a later version in it.
    void add_line(const std::string& operator_id, const Iccid& iccid, const std::string& imsi, View unknown = {}) {
        saip::ProfileHeader header;
        header.more.tlvs = to_bytes(unknown);
        header.iccid.bytes = *from_hex(iccid.text() + (iccid.text().size() % 2 == 1 ? "F" : ""));
        saip::ProfilePackage package;
        package.elements.emplace_back().body = std::move(header);
        admin("POST", "/subscriptions",
              jose::ObjectWriter()
                  .text("operator", operator_id)
                  .text("iccid", iccid.text())
                  .text("imsi", imsi)
                  .hex_octets("k", at.random.bytes(16))
                  .hex_octets("opc", at.random.bytes(16))
                  .octets("package", saip::encode(package))
                  .finish());
    }
    /// "a" and "b", with a line each.
    void add_two_operators() {
        add_operator("a", key_a);
        add_operator("b", key_b);
        add_line("a", first, "999990000000001");
        add_line("b", second, "999980000000002");
    }
    jose::Object add_order(const std::string& operator_id, const Iccid& iccid, std::string_view policy = "open",
                           std::string_view release = {}) {
        jose::ObjectWriter w;
        w.text("operator", operator_id).text("iccid", iccid.text()).text("policy", policy);
        if (!release.empty()) w.text("release", release);
        return admin("POST", "/orders", w.finish());
    }
    /// Of operator "a" for its first line, open, with one member more.
    jose::Object order_with(std::string_view member, std::string_view value, unsigned status = 200) {
        return admin("POST", "/orders",
                     jose::ObjectWriter()
                         .text("operator", "a")
                         .text("iccid", first.text())
                         .text("policy", "open")
                         .text(member, value)
                         .finish(),
                     status);
    }
    std::string state_of(const jose::Object& order) {
        return *admin("GET", "/orders/" + *order.text("id")).text("state");
    }
    /// Of its timeline.
    std::string last_line(const jose::Object& order) {
        return *admin("GET", "/orders/" + *order.text("id")).objects("timeline")->back().text("what");
    }
    std::string auc_status(const std::string& imsi) { return *admin("GET", "/auc/" + imsi).text("status"); }

    msg::InitiateAuthenticationOkEs9 initiate() { return initiate(card); }
    msg::InitiateAuthenticationOkEs9 initiate(test::SoftCard& with) {
        return call<msg::InitiateAuthenticationOkEs9>("initiateAuthentication", with.initiate("smdpp.example.com"));
    }
    msg::AuthenticateClientOk offer(const jose::Object& order) { return offer(order, card); }
    msg::AuthenticateClientOk offer(const jose::Object& order, test::SoftCard& to) {
        return call<msg::AuthenticateClientOk>("authenticateClient",
                                               to.authenticate(initiate(to), *order.text("matching_id")));
    }
    /// The package is on its way.
    msg::TransactionId bind(const jose::Object& order) { return bind(order, card); }
    msg::TransactionId bind(const jose::Object& order, test::SoftCard& to) {
        const auto offered = offer(order, to);
        const auto bound = call<msg::GetBoundProfilePackageOk>("getBoundProfilePackage", to.prepare(offered));
        EXPECT_EQ(bound.bound_profile_package.initialise_secure_channel_request.transaction_id, offered.transaction_id);
        return offered.transaction_id;
    }
    void notify(const msg::HandleNotification& n) {
        ++card.seq_number;
        const auto response = es9("handleNotification", n);
        EXPECT_EQ(response.status, 204U);
        EXPECT_EQ(response.body, "");
    }
    msg::TransactionId install(const jose::Object& order, const Iccid& iccid) {
        const auto id = bind(order);
        notify(card.installed(id, iccid, oid));
        return id;
    }

    Installation at;
    std::optional<Running> running;
    std::optional<Process> process;
    std::optional<http::Client> client;
    test::SoftCard card{at.pki.euicc, at.pki.eum, *at.pki.ci.certificate.subject_key_id};
    der::Oid oid = *der::Oid::parse("2.999.10");
    Iccid first = *Iccid::with_check_digit("894412345678901231");
    Iccid second = *Iccid::with_check_digit("894412345678901232");
    crypto::PrivateKey key_a = crypto::PrivateKey::generate(crypto::Curve::p256);
    crypto::PrivateKey key_b = crypto::PrivateKey::generate(crypto::Curve::p256);
};

/// As hostapd asks the authentication centre.
inline std::string ask_auc(const Installation& at, std::string_view question) {
    const int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
    const auto name = [](const std::filesystem::path& p) {
        sockaddr_un a{};
        a.sun_family = AF_UNIX;
        p.string().copy(static_cast<char*>(a.sun_path), sizeof a.sun_path - 1);
        return a;
    };
    const sockaddr_un me = name(at.temp / "hostapd"), auc = name(at.temp / "auc.sock");
    EXPECT_EQ(bind(fd, reinterpret_cast<const sockaddr*>(&me), sizeof me), 0);
    const timeval limit{5, 0};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    EXPECT_GT(sendto(fd, question.data(), question.size(), 0, reinterpret_cast<const sockaddr*>(&auc), sizeof auc), 0);
    std::string out(2048, '\0');
    const auto n = recv(fd, out.data(), out.size(), 0);
    out.resize(n < 0 ? 0 : static_cast<std::size_t>(n));
    close(fd);
    std::filesystem::remove(at.temp / "hostapd");
    return out;
}

}  // namespace mcim::apps::mcimd
