// The whole program over real sockets on loopback: ES9+ by TLS, the administration by its UNIX socket, hostapd's
// datagrams, with a card made of messages (tests/support/soft_card.h).
#include <gtest/gtest.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <thread>

#include "mcim/apps/mcimd/admin.h"
#include "mcim/apps/mcimd/es9_service.h"
#include "mcim/apps/mcimd/program.h"
#include "mcim/custody/custody.h"
#include "mcim/http/client.h"
#include "mcim/msg/json.h"
#include "mcim/saip/package.h"
#include "mcim/smdp/es9.h"
#include "mcim/transfer/release.h"
#include "support/soft_card.h"
#include "support/soft_tpm.h"
#include "support/temp_folder.h"

namespace mcim::apps::mcimd {
namespace {

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
database = "mcimd.sqlite"
keys = "keys"
tls_certificate = "tls.der"
tls_key = "tls.key"
admin_socket = "admin.sock"
log_level = "error"
[dp]
address = "smdpp.example.com"
ci = "ci.der"
auth_certificate = "auth.der"
pb_certificate = "pb.der"
[auc]
socket = "auc.sock"
[pva]
id = "verifier.example"
)";
    }
    [[nodiscard]] Config config() const {
        auto parsed = parse_config(toml(), temp / "mcimd.toml");
        EXPECT_TRUE(std::holds_alternative<Config>(parsed));
        return std::get<Config>(parsed);
    }
    void write(std::string_view name, View content) const {
        std::ofstream(temp / name, std::ios::binary)
            .write(reinterpret_cast<const char*>(content.data()), static_cast<std::streamsize>(content.size()));
    }
    [[nodiscard]] test::Identity dp(x509::Role role) {
        auto profile = pki.dp_profile(role);
        profile.validity = {system_now() - 24h, system_now() + 24h};
        auto key = crypto::PrivateKey::generate(crypto::Curve::p256);
        const auto draft = draft_server(profile, key.public_key(), pki.ci.certificate, pki.random);
        return test::Pki::certify(draft, key, pki.ci.key);
    }
    test::TempFolder temp;
    test::Pki pki;
    SystemRandom random;
    crypto::PrivateKey verifier_key = crypto::PrivateKey::generate(crypto::Curve::p256);
};

/// The program on a thread of its own.
class Running {
public:
    explicit Running(const Installation& at) {
        auto started = Program::start(at.config(), loop_);
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
    [[nodiscard]] std::uint16_t port() const { return program_->port(); }

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
        int log[2];
        EXPECT_EQ(pipe(log), 0);
        pid_ = fork();
        if (pid_ == 0) {
            dup2(log[1], STDERR_FILENO);
            ::close(log[0]);
            ::close(log[1]);
            execl(MCIMD_PROGRAM, "mcimd", "--config", (at.temp / "mcimd.toml").c_str(), nullptr);
            _exit(127);
        }
        ::close(log[1]);
        log_ = log[0];
        port_ = await_port();
    }
    ~Process() {
        end_by(SIGKILL);
        ::close(log_);
    }
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;
    [[nodiscard]] std::uint16_t port() const { return port_; }
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
    std::uint16_t await_port() const {
        static constexpr std::string_view mark = "listening on 127.0.0.1:";
        std::string text;
        for (char c = 0; read(log_, &c, 1) == 1;) {
            text += c;
            const auto at = text.find(mark);
            if (c == '\n' && at != std::string::npos)
                return static_cast<std::uint16_t>(std::stoi(text.substr(at + mark.size())));
        }
        ADD_FAILURE() << "mcimd did not start: " << text;
        return 0;
    }
    pid_t pid_ = 0;
    int log_ = -1;
    std::uint16_t port_ = 0;
};

class Mcimd : public testing::Test {
protected:
    void SetUp() override { start(); }
    void start() {
        client.reset();
        running.reset();
        running.emplace(at);
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
    void connect_to(std::uint16_t port) {
        http::ClientConfig config{{at.pki.ci.der()}, {}};
        config.resolve[{"smdpp.example.com", 443}] = {"127.0.0.1", port};
        config.time_max = 10s;
        client.emplace(config);
    }

    http::Response post(std::string target, std::string body, std::vector<http::Header> headers) {
        auto response =
            client->send({"smdpp.example.com"}, {"POST", std::move(target), std::move(headers), std::move(body)});
        EXPECT_TRUE(response) << to_string(response.error());
        return response ? *std::move(response) : http::Response{};
    }
    static std::vector<http::Header> es9_headers() {
        return {{"Content-Type", "application/json"}, {"X-Admin-Protocol", "gsma/rsp/v2.2.0"}};
    }
    template <class T>
    http::Response es9(std::string_view function, const T& request) {
        return post(std::string(smdp::es9_path) + std::string(function), msg::to_json(request), es9_headers());
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

    jose::Object admin(std::string_view method, std::string_view target, std::string body = {}, unsigned wanted = 200) {
        http::Client local({});
        const auto response =
            local.send_unix(at.temp / "admin.sock", {std::string(method), std::string(target), {}, std::move(body)});
        EXPECT_TRUE(response);
        EXPECT_EQ(response->status, wanted) << response->body;
        return *jose::Object::parse(response->body, {1U << 20U, 16});
    }
    void add_operator(const std::string& id, const crypto::PrivateKey& key) {
        admin("POST", "/operators",
              jose::ObjectWriter().text("id", id).text("name", id).octets("key", key.public_key().spki()).finish());
    }
    /// With a package of a header only: what is inside is the card's and module saip's concern.
    void add_line(const std::string& operator_id, const Iccid& iccid, const std::string& imsi) {
        saip::ProfileHeader header;
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
    jose::Object add_order(const std::string& operator_id, const Iccid& iccid, std::string_view policy = "open",
                           std::string_view release = {}) {
        jose::ObjectWriter w;
        w.text("operator", operator_id).text("iccid", iccid.text()).text("policy", policy);
        if (!release.empty()) w.text("release", release);
        return admin("POST", "/orders", w.finish());
    }
    std::string state_of(const jose::Object& order) {
        return *admin("GET", "/orders/" + *order.text("id")).text("state");
    }
    std::string auc_status(const std::string& imsi) { return *admin("GET", "/auc/" + imsi).text("status"); }

    msg::InitiateAuthenticationOkEs9 initiate() {
        return call<msg::InitiateAuthenticationOkEs9>("initiateAuthentication", card.initiate("smdpp.example.com"));
    }
    msg::AuthenticateClientOk offer(const jose::Object& order) {
        return call<msg::AuthenticateClientOk>("authenticateClient",
                                               card.authenticate(initiate(), *order.text("matching_id")));
    }
    void notify(const msg::HandleNotification& n) {
        ++card.seq_number;
        const auto response = es9("handleNotification", n);
        EXPECT_EQ(response.status, 204U);
        EXPECT_EQ(response.body, "");
    }
    msg::TransactionId install(const jose::Object& order, const Iccid& iccid) {
        const auto offered = offer(order);
        const auto bound = call<msg::GetBoundProfilePackageOk>("getBoundProfilePackage", card.prepare(offered));
        EXPECT_EQ(bound.bound_profile_package.initialise_secure_channel_request.transaction_id, offered.transaction_id);
        notify(card.installed(offered.transaction_id, iccid, oid));
        return offered.transaction_id;
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

TEST_F(Mcimd, InitiateAuthenticationOverTls) {
    const auto ok = initiate();
    EXPECT_EQ(ok.server_signed1.server_address.text, "smdpp.example.com");
    const auto auth = *x509::parse_certificate(ok.server_certificate.tlv);
    EXPECT_TRUE(auth.public_key()->verify(der::encode(ok.server_signed1), ok.server_signature1.bytes));
}

TEST_F(Mcimd, DownloadsInstallsEnablesAndOpensTheAuthenticationCentre) {
    add_operator("a", key_a);
    add_line("a", first, "999990000000001");
    const auto order = add_order("a", first);
    EXPECT_EQ(*order.text("activation_code"), "LPA:1$smdpp.example.com$" + *order.text("matching_id") + "$2.999.10");
    EXPECT_EQ(auc_status("999990000000001"), "barred");
    install(order, first);
    EXPECT_EQ(state_of(order), "Installed");
    EXPECT_EQ(auc_status("999990000000001"), "active");
    notify(card.notify(first, msg::NotificationEventBit::enable));
    EXPECT_EQ(*admin("GET", "/subscriptions/" + first.text()).text("standing"), "enabled");
    notify(card.notify(first, msg::NotificationEventBit::disable));
    notify(card.notify(first, msg::NotificationEventBit::delete_));
    EXPECT_EQ(*admin("GET", "/subscriptions/" + first.text()).text("standing"), "closed");
    EXPECT_EQ(auc_status("999990000000001"), "closed");
    EXPECT_GE(admin("GET", "/orders/" + *order.text("id")).objects("timeline")->size(), 6U);
}

TEST_F(Mcimd, SessionOutlivesTheProgram) {
    add_operator("a", key_a);
    add_line("a", first, "999990000000001");
    const auto order = add_order("a", first);
    const auto ok = initiate();
    start();  // nothing was stored; the challenge key was
    const auto request = card.authenticate(ok, *order.text("matching_id"));
    const auto offered = call<msg::AuthenticateClientOk>("authenticateClient", request);
    start();
    EXPECT_EQ(call<msg::AuthenticateClientOk>("authenticateClient", request), offered);
    call<msg::GetBoundProfilePackageOk>("getBoundProfilePackage", card.prepare(offered));
    start();
    notify(card.installed(offered.transaction_id, first, oid));
    EXPECT_EQ(state_of(order), "Installed");
}

TEST_F(Mcimd, DownloadOutlivesAKillAfterEveryReply) {
    add_operator("a", key_a);
    add_line("a", first, "999990000000001");
    const auto order = add_order("a", first);
    start_process();
    const auto ok = initiate();
    start_process();
    const auto offered =
        call<msg::AuthenticateClientOk>("authenticateClient", card.authenticate(ok, *order.text("matching_id")));
    start_process();
    call<msg::GetBoundProfilePackageOk>("getBoundProfilePackage", card.prepare(offered));
    start_process();
    EXPECT_EQ(state_of(order), "Downloaded");
    notify(card.installed(offered.transaction_id, first, oid));
    start_process();
    EXPECT_EQ(state_of(order), "Installed");
    EXPECT_EQ(auc_status("999990000000001"), "active");
}

TEST_F(Mcimd, EndsInGoodOrderAtSigterm) {
    start_process();
    initiate();
    EXPECT_EQ(process->end_by(SIGTERM), 0);
    EXPECT_FALSE(std::filesystem::exists(at.temp / "admin.sock"));
    EXPECT_FALSE(std::filesystem::exists(at.temp / "auc.sock"));
}

TEST_F(Mcimd, RefusesWithCodesAndSentences) {
    std::string sentence;
    EXPECT_EQ(refusal("initiateAuthentication", card.initiate("other.example.com"), &sentence), "8.8.1/3.8");
    EXPECT_NE(sentence.find("smdpp.example.com"), std::string::npos);
    EXPECT_EQ(refusal("authenticateClient", card.authenticate(initiate(), "UNKNOWN")), "8.2.6/3.8");
}

TEST_F(Mcimd, CancelledOrderIsRefusedAndItsIccidIsFree) {
    add_operator("a", key_a);
    add_line("a", first, "999990000000001");
    const auto order = add_order("a", first);
    admin("POST", "/orders", jose::ObjectWriter().text("operator", "a").text("iccid", first.text()).finish(), 409);
    admin("POST", "/orders/" + *order.text("id") + "/cancel");
    EXPECT_EQ(refusal("authenticateClient", card.authenticate(initiate(), *order.text("matching_id"))), "8.2.6/3.8");
    admin("POST", "/orders/" + *order.text("id") + "/cancel", "", 409);
    add_order("a", first);
}

// ---------------------------------------------------------------- no consent, no move

TEST_F(Mcimd, MovesOnlyWithTheCurrentOperatorsRelease) {
    add_operator("a", key_a);
    add_operator("b", key_b);
    add_line("a", first, "999990000000001");
    add_line("b", second, "999980000000002");
    install(add_order("a", first), first);
    notify(card.notify(first, msg::NotificationEventBit::enable));

    const auto release = [&](const Eid& eid, const crypto::PrivateKey& key) {
        return *transfer::sign_release(
            {"a", eid, first, "b", transfer::fresh_jti(at.random), system_now() - 1s, system_now() + 1h}, "",
            jose::signer_of(key));
    };
    std::string sentence;
    const auto order = add_order("b", second);
    const auto refused = [&] {
        return refusal("authenticateClient", card.authenticate(initiate(), *order.text("matching_id")), &sentence);
    };
    const auto with_release = [&](const std::string& token) {
        admin("POST", "/orders/" + *order.text("id") + "/release",
              jose::ObjectWriter().text("release", token).finish());
    };
    EXPECT_EQ(refused(), "8.2.5/4.3");
    EXPECT_FALSE(sentence.empty());
    with_release(release(*x509::make_eid("89049032", 9), key_a));
    EXPECT_EQ(refused(), "8.2.5/4.3");
    with_release(release(at.pki.eid, key_b));
    EXPECT_EQ(refused(), "8.2.5/4.3");

    const std::string good = release(at.pki.eid, key_a);
    with_release(good);
    install(order, second);
    EXPECT_EQ(auc_status("999990000000001"), "active") << "the old one serves until the new one does";
    notify(card.notify(second, msg::NotificationEventBit::enable));
    EXPECT_EQ(auc_status("999980000000002"), "active");
    EXPECT_EQ(auc_status("999990000000001"), "closed");
    EXPECT_EQ(*admin("GET", "/subscriptions/" + first.text()).text("standing"), "closed");
}

TEST_F(Mcimd, ReleaseServesOneOrderOnly) {
    add_operator("a", key_a);
    add_operator("b", key_b);
    const Iccid third = *Iccid::with_check_digit("894412345678901233");
    add_line("a", first, "999990000000001");
    add_line("b", second, "999980000000002");
    add_line("b", third, "999980000000003");
    install(add_order("a", first), first);
    const std::string token = *transfer::sign_release(
        {"a", at.pki.eid, first, {}, transfer::fresh_jti(at.random), system_now() - 1s, system_now() + 1h}, "",
        jose::signer_of(key_a));
    offer(add_order("b", second, "open", token));
    const auto replay = add_order("b", third, "open", token);
    std::string sentence;
    EXPECT_EQ(refusal("authenticateClient", card.authenticate(initiate(), *replay.text("matching_id")), &sentence),
              "8.2.5/4.3");
}

TEST_F(Mcimd, ProfileOnItsWayToADeviceCountsAsItsCustomer) {
    add_operator("a", key_a);
    add_operator("b", key_b);
    add_line("a", first, "999990000000001");
    add_line("b", second, "999980000000002");
    const auto of_a = add_order("a", first), of_b = add_order("b", second);
    const auto to_a = offer(of_a), to_b = offer(of_b);
    call<msg::GetBoundProfilePackageOk>("getBoundProfilePackage", card.prepare(to_a));
    EXPECT_EQ(refusal("getBoundProfilePackage", card.prepare(to_b)), "8.2.5/4.3");
    EXPECT_EQ(state_of(of_b), "Released");
    notify(card.failed(to_a.transaction_id, first, oid));
    call<msg::GetBoundProfilePackageOk>("getBoundProfilePackage", card.prepare(to_b));
}

TEST_F(Mcimd, SessionsOfOneCardAtOnceBindOneOperatorsProfile) {
    add_operator("a", key_a);
    add_operator("b", key_b);
    add_line("a", first, "999990000000001");
    add_line("b", second, "999980000000002");
    const auto of_a = add_order("a", first), of_b = add_order("b", second);
    const auto to_a = offer(of_a), to_b = offer(of_b);
    // both requests are in the server before it commits either
    http::Loop loop;
    http::ClientConfig config{{at.pki.ci.der()}, {}};
    config.resolve[{"smdpp.example.com", 443}] = {"127.0.0.1", running->port()};
    int bound = 0;
    for (const auto& body : {msg::to_json(card.prepare(to_a)), msg::to_json(card.prepare(to_b))})
        http::Connection::open(loop, config, {"smdpp.example.com"}, [&, body](Result<http::Connection> opened) {
            ASSERT_TRUE(opened);
            opened->send({"POST", "/gsma/rsp2/es9plus/getBoundProfilePackage", es9_headers(), body},
                         [&, kept = *opened](const Result<http::Response>& r) {
                             ASSERT_TRUE(r);
                             if (!*msg::read_status(r->body)) ++bound;
                         });
        });
    loop.run_for(20s);
    EXPECT_EQ(bound, 1);
    EXPECT_NE(state_of(of_a) == "Downloaded", state_of(of_b) == "Downloaded");
}

// ---------------------------------------------------------------- no trust, no subscription

class Attested : public Mcimd {
protected:
    void SetUp() override {
        Mcimd::SetUp();
        add_operator("a", key_a);
        add_line("a", first, "999990000000001");
        tpm.pcrs[4] = crypto::sha256(as_view("boot loader"));
        evidence::ReferenceValues values{"a", 1, system_now() - 1s, system_now() + 1h, {}};
        values.platforms["model-1"][4] = {evidence::Part::platform, {{tpm.pcrs[4], "GRUB 2.06"}}};
        admin("POST", "/reference-values",
              jose::ObjectWriter()
                  .text("operator", "a")
                  .text("jws", *evidence::sign_reference_values(values, "", jose::signer_of(key_a)))
                  .finish());
        enrol(at.pki.eid, "00");
    }
    void enrol(const Eid& eid, std::string_view tpm_octet, unsigned wanted = 200) {
        std::string identity;
        for (int i = 0; i < 32; ++i) identity += tpm_octet;
        admin("POST", "/devices",
              jose::ObjectWriter()
                  .text("eid", eid.text())
                  .octets("ak_public", tpm.ak_public())
                  .text("tpm_identity", identity)
                  .text("platform_model", "model-1")
                  .finish(),
              wanted);
    }
    http::Response pva(std::string_view function, std::string body) {
        return post("/mcim/pva/v1/" + std::string(function), std::move(body), {{"Content-Type", "application/json"}});
    }
    http::Response attest(View session) {
        const auto nonce = pva("nonce", evidence::to_json(evidence::ChallengeRequest{at.pki.eid, to_bytes(session)}));
        EXPECT_EQ(nonce.status, 200U) << nonce.body;
        const auto challenge = evidence::parse_challenge(nonce.body);
        EXPECT_TRUE(challenge);
        tpm.clock.clock_ms += 10;
        return pva("evidence", evidence::to_json(tpm.evidence(at.pki.eid, session, challenge->nonce)));
    }
    test::SoftTpm tpm;
};

TEST_F(Attested, DeviceThatPassesDownloads) {
    const auto order = add_order("a", first, "attested");
    const auto ok = initiate();
    std::string sentence;
    const auto request = card.authenticate(ok, *order.text("matching_id"));
    EXPECT_EQ(refusal("authenticateClient", request, &sentence), "8.2.5/4.3") << "there is no verdict yet";
    const auto given = attest(ok.transaction_id.bytes);
    ASSERT_EQ(given.status, 200U) << given.body;
    const auto tokens = *jose::Object::parse(given.body)->texts("verdicts");
    ASSERT_EQ(tokens.size(), 1U);
    const auto verdict = evidence::verify_verdict(tokens[0], at.verifier_key.public_key(), system_now());
    ASSERT_TRUE(verdict) << to_string(verdict.error());
    EXPECT_TRUE(verdict->passes());
    const auto offered = call<msg::AuthenticateClientOk>("authenticateClient", request);
    call<msg::GetBoundProfilePackageOk>("getBoundProfilePackage", card.prepare(offered));
}

TEST_F(Attested, DeviceWithAnotherRegisterIsRefusedAndToldTheDifference) {
    const auto order = add_order("a", first, "attested");
    const auto ok = initiate();
    tpm.pcrs[4] = crypto::sha256(as_view("rootkit"));
    EXPECT_EQ(attest(ok.transaction_id.bytes).status, 200U);
    std::string sentence;
    EXPECT_EQ(refusal("authenticateClient", card.authenticate(ok, *order.text("matching_id")), &sentence), "8.2.5/4.3");
    EXPECT_NE(sentence.find("PCR 4"), std::string::npos) << sentence;
    EXPECT_EQ(state_of(order), "Released");
}

TEST_F(Attested, VerdictOfOneSessionOpensNoOther) {
    const auto order = add_order("a", first, "attested");
    EXPECT_EQ(attest(initiate().transaction_id.bytes).status, 200U);
    EXPECT_EQ(refusal("authenticateClient", card.authenticate(initiate(), *order.text("matching_id"))), "8.2.5/4.3");
}

TEST_F(Attested, IdentitiesDoNotChangeHands) {
    enrol(at.pki.eid, "00");                           // the same again
    enrol(*x509::make_eid("89049032", 2), "01", 409);  // its attestation key under another EID
    enrol(at.pki.eid, "02", 409);                      // another TPM under its EID
}

TEST_F(Attested, ReferenceValuesOutliveTheProgram) {
    start();
    const auto order = add_order("a", first, "attested");
    const auto ok = initiate();
    EXPECT_EQ(attest(ok.transaction_id.bytes).status, 200U);
    call<msg::AuthenticateClientOk>("authenticateClient", card.authenticate(ok, *order.text("matching_id")));
}

// ---------------------------------------------------------------- authentication centre

std::string ask_auc(const Installation& at, std::string_view question) {
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

TEST_F(Mcimd, AuthenticationCentreServesWhatIsInstalled) {
    add_operator("a", key_a);
    add_line("a", first, "999990000000001");
    EXPECT_EQ(ask_auc(at, "AKA-REQ-AUTH 999990000000001"), "AKA-RESP-AUTH 999990000000001 FAILURE");
    install(add_order("a", first), first);
    const std::string one = ask_auc(at, "AKA-REQ-AUTH 999990000000001");
    EXPECT_TRUE(one.starts_with("AKA-RESP-AUTH 999990000000001 ")) << one;
    EXPECT_EQ(one.find("FAILURE"), std::string::npos);
    start();  // the number that was used is on the disk
    EXPECT_NE(ask_auc(at, "AKA-REQ-AUTH 999990000000001"), one);
    admin("POST", "/subscriptions/" + first.text() + "/bar");
    EXPECT_EQ(ask_auc(at, "AKA-REQ-AUTH 999990000000001"), "AKA-RESP-AUTH 999990000000001 FAILURE");
}

// ---------------------------------------------------------------- bad input

TEST_F(Mcimd, AnswersWhatIsNoEs9Cleanly) {
    const std::string path = "/gsma/rsp2/es9plus/initiateAuthentication";
    EXPECT_EQ(post(path, "{}", {{"Content-Type", "text/plain"}, {"X-Admin-Protocol", "gsma/rsp/v2.1.0"}}).status, 415U);
    EXPECT_EQ(post(path, "{}", {{"Content-Type", "application/json"}}).status, 400U);
    EXPECT_EQ(post(path, "{", es9_headers()).status, 400U);
    EXPECT_EQ(post("/gsma/rsp2/es9plus/nothing", "{}", es9_headers()).status, 404U);
    EXPECT_EQ(post("/elsewhere", "{}", es9_headers()).status, 404U);
    EXPECT_EQ(client->send({"smdpp.example.com"}, {"GET", path, {}, ""})->status, 405U);
    const auto missing = post(path, R"({"euiccChallenge":"AAECAwQFBgcICQoLDA0ODw=="})", es9_headers());
    EXPECT_EQ(missing.status, 400U);
    EXPECT_NE(missing.body.find("smdpAddress"), std::string::npos) << missing.body;
    EXPECT_EQ(post(path, std::string(300'000, ' '), es9_headers()).status, 413U);
    initiate();  // and it goes on
}

TEST_F(Mcimd, AdministrationNamesWhatIsWrong) {
    admin("POST", "/operators", "{", 422);
    admin("POST", "/operators", R"({"id":"a"})", 422);
    admin("POST", "/orders", R"({"operator":"a","iccid":"8944123456789012312"})", 404);
    admin("GET", "/nothing", "", 404);
    admin("GET", "/orders/unknown", "", 404);
    admin("DELETE", "/orders", "", 422);
    const auto why = admin("POST", "/orders", R"({"operator":"a","iccid":"12"})", 422);
    EXPECT_NE(why.text("detail")->find("ICCID"), std::string::npos);
}

TEST(Protocol, IsNegotiatedWithinVersionTwo) {
    EXPECT_EQ(negotiate_protocol("gsma/rsp/v2.1.0"), "gsma/rsp/v2.1.0");
    EXPECT_EQ(negotiate_protocol("gsma/rsp/v2.5.0"), "gsma/rsp/v2.5.0");
    EXPECT_EQ(negotiate_protocol("gsma/rsp/v2.9.1"), "gsma/rsp/v2.5.0");
    EXPECT_FALSE(negotiate_protocol("gsma/rsp/v3.0.0"));
    EXPECT_FALSE(negotiate_protocol(""));
}

TEST(Start, FailsWithTheNameOfWhatIsWrong) {
    const Installation at;
    http::Loop loop;
    auto config = at.config();
    config.dp->auth_key = "verifier";
    auto program = Program::start(config, loop);
    ASSERT_FALSE(program);
    EXPECT_NE(to_string(program.error()).find("keys/signing/verifier"), std::string::npos);
    config = at.config();
    config.tls_key = at.temp / "ci.der";  // readable by everybody
    EXPECT_EQ(Program::start(config, loop).error().code, Errc::refused);
    config = at.config();
    config.dp->auth_certificate = at.temp / "absent";
    EXPECT_NE(to_string(Program::start(config, loop).error()).find("absent"), std::string::npos);
}

}  // namespace
}  // namespace mcim::apps::mcimd
