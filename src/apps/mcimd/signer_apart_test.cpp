// mcimd with its keys in a process of their own: it never reads them, and outlives the signer's death.
#include <atomic>

#include "mcim/apps/mcimd/plain_for_test.h"
#include "mcim/apps/signer/process_for_test.h"
#include "support/softhsm.h"

namespace mcim::apps::mcimd {
namespace {

constexpr int customers = 4;
constexpr int orders_each = 8;

class SignerApart : public Mcimd {
protected:
    void SetUp() override {
        at.keys_line = "";
        at.more_tables = "[operation]\nlisten = \"127.0.0.1:0\"\n[signer]\nsocket = \"signer.sock\"\n";
        start_signer();
    }
    void TearDown() override { running.reset(); }
    void start_signer() {
        signer.reset();
        auto arguments = where_keys_are();
        arguments.insert(arguments.end(), {"--socket", at.temp / "signer.sock"});
        signer.emplace(MCIM_SIGNER, std::move(arguments), at.temp / "signer.log");
        ASSERT_TRUE(signer->answers()) << signer->said();
    }
    virtual std::vector<std::string> where_keys_are() { return {"--keys", at.temp / "keys"}; }
    void kill_under_load();
    std::string ready() { return ask_plain(running->operation_port(), "/readyz"); }
    std::vector<std::string> mistakes() const {
        const auto parsed = parse_config(at.toml(), at.temp / "mcimd.toml");
        if (const auto* wrong = std::get_if<Mistakes>(&parsed)) return wrong->lines;
        return check_files(std::get<Config>(parsed), system_now()).lines;
    }
    std::optional<signer_program::test::Process> signer;
};

TEST_F(SignerApart, SignsSealsAndMakesVectors) {
    start();
    add_two_operators();
    const auto order = add_order("a", first, "open");
    install(order, first);
    EXPECT_EQ(state_of(order), "Installed");
    EXPECT_TRUE(ask_auc(at, "AKA-REQ-AUTH 999990000000001").starts_with("AKA-RESP-AUTH 999990000000001 "));
    EXPECT_FALSE(std::filesystem::exists(at.temp / "keys" / "challenge.key")) << "nothing of it is in that folder";
    EXPECT_TRUE(std::filesystem::exists(at.temp / "challenge.key"));
}

TEST_F(SignerApart, IsNotReadyWhileItDoesNotAnswer) {
    start();
    EXPECT_TRUE(ready().starts_with("HTTP/1.1 200 "));
    signer->end_by(SIGKILL);
    const std::string answer = ready();
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 503 ")) << answer;
    EXPECT_NE(answer.find("The signer does not answer"), std::string::npos) << answer;
    EXPECT_EQ(refusal("initiateAuthentication", card.initiate("smdpp.example.com")), "8.8/5.1");
    EXPECT_FALSE(running->renew()) << "its keys cannot be compared with the certificates";
    start_signer();
    EXPECT_TRUE(ready().starts_with("HTTP/1.1 200 "));
    initiate();
    EXPECT_TRUE(running->renew());
}

/// It is stopped and goes on: what came meanwhile goes to it together, and who needs no signature is answered.
TEST_F(SignerApart, HoldsUpNobodyElseWhileItTakesItsTime) {
    at.more_tables += "seconds = 30\n";
    start();
    const auto metric = [&](const std::string& name) {
        const std::string text = "\n" + ask_plain(running->operation_port(), "/metrics");
        return std::stod(text.substr(text.find("\n" + name + " ") + name.size() + 2));
    };
    ASSERT_EQ(::kill(signer->pid(), SIGSTOP), 0);
    constexpr std::size_t devices = 8;
    std::vector<http::Request> requests;
    for (std::size_t i = 0; i < devices; ++i)
        requests.push_back(es9_request("initiateAuthentication", card.initiate("smdpp.example.com")));
    auto answers = std::async(std::launch::async, [&] { return at_once(requests); });
    const auto until = std::chrono::steady_clock::now() + 20s;
    while (metric("mcimd_open_connections{listener=\"server\"}") < devices && std::chrono::steady_clock::now() < until)
        std::this_thread::sleep_for(20ms);
    std::this_thread::sleep_for(200ms);  // their requests are there
    while (ready().find("still under way") == std::string::npos && std::chrono::steady_clock::now() < until)
        std::this_thread::sleep_for(20ms);
    EXPECT_NE(ready().find("still under way"), std::string::npos) << ready();
    EXPECT_EQ(es9("nothing", card.initiate("smdpp.example.com")).status, 404U);
    EXPECT_EQ(answers.wait_for(0s), std::future_status::timeout);
    ASSERT_EQ(::kill(signer->pid(), SIGCONT), 0);
    EXPECT_EQ(granted(answers.get()), static_cast<int>(devices));
    EXPECT_EQ(metric("mcimd_signer_requests_total"), devices);
    EXPECT_LE(metric("mcimd_signer_messages_total"), 3) << "one that found the signer free, and those behind it";
}

/// Cards would refuse what it signs, and nobody here would know why.
TEST_F(SignerApart, IsNotAskedWhereItComesBackWithOtherKeys) {
    start();
    initiate();
    signer->end_by(SIGTERM);
    std::filesystem::rename(at.temp / "keys", at.temp / "right");
    auto others = custody::KeyFolder::create(at.temp / "keys", at.random);
    for (const auto* name : {"dpauth", "dppb", "verifier"})
        EXPECT_TRUE(others->add_signing_key({name}, crypto::PrivateKey::generate(crypto::Curve::p256), at.random));
    start_signer();
    EXPECT_EQ(refusal("initiateAuthentication", card.initiate("smdpp.example.com")), "8.8/5.1");
    EXPECT_NE(ready().find("other signing keys"), std::string::npos) << ready();
    EXPECT_FALSE(running->renew());
    EXPECT_EQ(refusal("initiateAuthentication", card.initiate("smdpp.example.com")), "8.8/5.1") << "nor after that";

    signer->end_by(SIGTERM);
    std::filesystem::remove_all(at.temp / "keys");
    std::filesystem::rename(at.temp / "right", at.temp / "keys");
    start_signer();
    EXPECT_TRUE(ready().starts_with("HTTP/1.1 200 ")) << ready();
    initiate();
}

TEST_F(SignerApart, NeedsTheKeysOfItsCertificates) {
    EXPECT_EQ(mistakes(), std::vector<std::string>{});
    signer->end_by(SIGTERM);
    auto lines = mistakes();
    ASSERT_EQ(lines.size(), 1U);
    EXPECT_NE(lines[0].find("signer.socket: "), std::string::npos) << lines[0];
    EXPECT_NE(lines[0].find("start it"), std::string::npos) << lines[0];
    EXPECT_THROW(start(), std::runtime_error);

    auto others = custody::KeyFolder::create(at.temp / "other", at.random);
    for (const auto* name : {"dpauth", "dppb", "verifier"})
        EXPECT_TRUE(others->add_signing_key({name}, crypto::PrivateKey::generate(crypto::Curve::p256), at.random));
    signer.emplace(MCIM_SIGNER,
                   std::vector<std::string>{"--keys", at.temp / "other", "--socket", at.temp / "signer.sock"},
                   at.temp / "signer.log");
    ASSERT_TRUE(signer->answers()) << signer->said();
    lines = mistakes();
    ASSERT_EQ(lines.size(), 1U);
    EXPECT_NE(lines[0].find("it is not the key of its certificate"), std::string::npos) << lines[0];
}

TEST_F(SignerApart, IsAskedOnlyWhereItIsTheUsersThatIsNamed) {
    at.more_tables += "user = \"" + std::to_string(::geteuid() + 1) + "\"\n";
    const auto lines = mistakes();
    ASSERT_EQ(lines.size(), 1U);
    EXPECT_NE(lines[0].find("it is not given anything"), std::string::npos) << lines[0];
    at.more_tables += "seconds = 61\n";
    EXPECT_NE(mistakes().at(0).find("signer.seconds: a whole number from 1 to 60"), std::string::npos);
}

TEST_F(SignerApart, HasNoKeysBesideIt) {
    at.keys_line = "keys = \"keys\"";
    ASSERT_EQ(mistakes().size(), 1U);
    EXPECT_NE(mistakes()[0].find("server.keys: is the signer's"), std::string::npos) << mistakes()[0];
    at.more_tables.clear();
    EXPECT_EQ(mistakes(), std::vector<std::string>{});
    at.keys_line = "";
    EXPECT_NE(mistakes().at(0).find("server.keys: is missing"), std::string::npos) << mistakes()[0];
}

/// Devices that come again with the same message, as agents do, until it is taken.
class Customers {
public:
    Customers(Installation& at, std::uint16_t port) : at_(at), port_(port) {}

    void download(test::SoftCard& card, const std::string& matching_id, const Iccid& iccid) {
        http::ClientConfig config{{at_.pki.ci.der()}, {}};
        config.resolve[{"smdpp.example.com", 443}] = {"127.0.0.1", port_};
        config.time_max = 20s;
        http::Client client(config);
        const auto begun = until_taken<msg::InitiateAuthenticationOkEs9>(client, "initiateAuthentication",
                                                                         card.initiate("smdpp.example.com"));
        if (!begun) return;
        const auto offer = until_taken<msg::AuthenticateClientOk>(client, "authenticateClient",
                                                                  card.authenticate(*begun, matching_id));
        if (!offer) return;
        const auto& offered = *offer;
        if (!until_taken<msg::GetBoundProfilePackageOk>(client, "getBoundProfilePackage", card.prepare(offered)))
            return;
        ++card.seq_number;
        const auto told =
            post(client, "handleNotification",
                 msg::to_json(card.installed(offered.transaction_id, iccid, *der::Oid::parse("2.999.10"))));
        EXPECT_TRUE(told && told->status == 204);
    }
    std::atomic<int> taken = 0;
    std::atomic<int> put_off = 0;

private:
    static Result<http::Response> post(http::Client& client, const std::string& function, std::string body) {
        return client.send({"smdpp.example.com"},
                           {"POST",
                            std::string(smdp::es9_json_path) + function,
                            {{"Content-Type", "application/json"}, {"X-Admin-Protocol", "gsma/rsp/v2.2.0"}},
                            std::move(body)});
    }
    template <class R, class T>
    std::optional<R> until_taken(http::Client& client, const std::string& function, const T& request) {
        const auto until = std::chrono::steady_clock::now() + 40s;
        while (!given_up_ && std::chrono::steady_clock::now() < until) {
            const auto answer = post(client, function, msg::to_json(request));
            if (!answer) break;
            const auto status = msg::read_status(answer->body);
            if (status && !*status) {
                ++taken;
                return *msg::from_json<R>(answer->body);
            }
            EXPECT_TRUE(status && (*status)->subject_code + "/" + (*status)->reason_code == "8.8/5.1") << answer->body;
            ++put_off;
            std::this_thread::sleep_for(2ms);
        }
        if (!given_up_.exchange(true)) ADD_FAILURE() << function << " was never taken";
        return std::nullopt;
    }
    std::atomic<bool> given_up_ = false;
    Installation& at_;
    std::uint16_t port_;
};

/// mcimd and the signer as processes. Orders of four customers are downloaded at once; after every twentieth answer the
/// signer is killed and started again.
void SignerApart::kill_under_load() {
    start_process();
    add_operator("a", key_a);
    std::vector<Iccid> lines;
    std::vector<jose::Object> orders;
    for (int i = 0; i < customers * orders_each; ++i) {
        lines.push_back(*Iccid::with_check_digit("8944123456789020" + std::to_string(10 + i)));
        add_line("a", lines.back(), "9999900000001" + std::to_string(10 + i));
        orders.push_back(add_order("a", lines.back()));
    }
    Customers all(at, process->port());
    std::vector<std::thread> threads;
    std::atomic<int> busy = customers;
    for (int c = 0; c < customers; ++c)
        threads.emplace_back([&, c] {
            test::SoftCard own{at.pki.euicc, at.pki.eum, *at.pki.ci.certificate.subject_key_id};
            own.seq_number = 1000 * (c + 1);
            for (int i = 0; i < orders_each; ++i) {
                const auto n = static_cast<std::size_t>(c) * orders_each + static_cast<std::size_t>(i);
                all.download(own, *orders[n].text("matching_id"), lines[n]);
            }
            --busy;
        });
    int kills = 0;
    for (int next = 20; busy != 0; next += 20) {
        while (busy != 0 && all.taken < next) std::this_thread::sleep_for(1ms);
        if (busy == 0) break;
        EXPECT_EQ(signer->end_by(SIGKILL), 128 + SIGKILL);
        const int before = all.put_off;
        while (all.put_off == before && busy != 0) std::this_thread::sleep_for(1ms);
        start_signer();
        ++kills;
    }
    for (auto& thread : threads) thread.join();
    EXPECT_GE(kills, 3);
    EXPECT_GE(all.put_off, kills);
    for (std::size_t i = 0; i < orders.size(); ++i) {
        EXPECT_EQ(state_of(orders[i]), "Installed") << i;
        EXPECT_EQ(standing(lines[i]), "installed") << i;
        EXPECT_EQ(*admin("GET", "/orders/" + *orders[i].text("id")).integer("attempts"), 1) << "one package of each";
    }
    EXPECT_EQ(process->end_by(SIGTERM), 0);
}

TEST_F(SignerApart, KilledUnderLoadLosesNoOrder) { kill_under_load(); }

/// The same keys, in a token, of which each fifth signature ends a session.
class SignerWithTokenApart : public SignerApart {
protected:
    void SetUp() override {
        if (!test::SoftHsm::installed()) GTEST_SKIP() << "softhsm2 is not installed (./dev setup stores)";
        soft_.emplace(at.temp / "hsm");
        ASSERT_TRUE(soft_->make_token("mcim", "4711"));
        ASSERT_TRUE(custody::write_private_file(at.temp / "pin", as_view("4711")));
        auto import = token();
        import.insert(import.begin(), {"import", "--keys", at.temp / "keys"});
        ASSERT_EQ(signer_program::test::Process(MCIM_SIGNER, import, at.temp / "import.log").wait(), 0);
        std::filesystem::remove_all(at.temp / "keys");
        ::setenv("MCIM_FAIL_EVERY_SIGNATURE", "5", 1);
        SignerApart::SetUp();
    }
    void TearDown() override {
        ::unsetenv("MCIM_FAIL_EVERY_SIGNATURE");
        SignerApart::TearDown();
    }
    std::vector<std::string> token() {
        return {"--pkcs11-module", MCIM_FAILING_MODULE, "--token", "mcim", "--pin-file", at.temp / "pin"};
    }
    std::vector<std::string> where_keys_are() override {
        auto arguments = token();
        arguments.insert(arguments.end(), {"--pkcs11-path", at.temp / "hsm"});
        return arguments;
    }
    std::optional<test::SoftHsm> soft_;
};

TEST_F(SignerWithTokenApart, KilledUnderLoadLosesNoOrder) {
    kill_under_load();
    EXPECT_NE(signer->said().find("the session is made anew"), std::string::npos);
}

}  // namespace
}  // namespace mcim::apps::mcimd
