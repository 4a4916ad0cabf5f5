#include <gtest/gtest.h>
#include <sys/stat.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/datagram_protocol.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <filesystem>
#include <fstream>
#include <thread>

#include "mcim/http/client.h"
#include "mcim/http/datagram.h"
#include "mcim/http/server.h"
#include "support/pki.h"
#include "support/temp_folder.h"

namespace mcim::http {
namespace {

using namespace std::chrono_literals;

TEST(HttpMessage, FindsHeadersWithoutLetterCase) {
    const Request r{"POST", "/a?b=c", {{"content-TYPE", "x"}}, ""};
    EXPECT_EQ(r.find_header("Content-Type"), "x");
    EXPECT_FALSE(r.find_header("Accept"));
    EXPECT_EQ(r.path(), "/a");
    EXPECT_EQ(media_type("Application/JSON ; charset=utf-8"), "application/json");
}

TEST(HttpMessage, ProblemsQuoteWhatTheySay) {
    EXPECT_EQ(problem(404, "no \"order\"\n").body,
              R"({"status":404,"title":"Not Found","detail":"no \"order\"\u000a"})");
}

TEST(HostPort, ReadsNamesWithAndWithoutAPort) {
    EXPECT_EQ(*parse_host_port("a.example"), (HostPort{"a.example", 443}));
    EXPECT_EQ(*parse_host_port("a.example:8443"), (HostPort{"a.example", 8443}));
    EXPECT_EQ(*parse_host_port("192.0.2.1:8443"), (HostPort{"192.0.2.1", 8443}));
    EXPECT_TRUE(parse_host_port(std::string(63, 'a') + ".b"));
    EXPECT_FALSE(parse_host_port(std::string(64, 'a') + ".b"));
    for (const std::string_view bad : {"", ":1", "a:", "a:0", "a:65536", "a:1x", "a$b", "local host", "-..-:1", "a..b",
                                       ".a", "a.", "-a", "a-", "a/b"})
        EXPECT_FALSE(parse_host_port(bad)) << bad;
}

using test::TempFolder;

/// Runs a loop on a thread of its own until the end of the test.
class Running {
public:
    explicit Running(Loop& loop) : loop_(loop), thread_([&loop] { loop.run(); }) {}
    ~Running() {
        loop_.stop();
        thread_.join();
    }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;

private:
    Loop& loop_;
    std::thread thread_;
};

void echo(Request request, const Reply& reply) {
    reply({200, {{"Content-Type", "text/plain"}}, request.method + " " + request.target + " " + request.body});
}

TlsIdentity identity_of(const test::Identity& id) { return {{id.der()}, id.key.to_pkcs8()}; }

// ---------------------------------------------------------------- TLS

class Tls : public testing::Test {
protected:
    void serve(const test::Identity& id, Limits limits = {}) {
        auto listening = Server::listen_tls(loop, {}, identity_of(id), limits, echo);
        ASSERT_TRUE(listening) << to_string(listening.error());
        server = *std::move(listening);
        running.emplace(loop);
    }
    /// With a validity that holds now, not only in the PKI's own time.
    test::Identity tls_certificate(std::string_view host, Time not_after) {
        auto profile = pki.dp_profile(x509::Role::dp_tls);
        profile.host = std::string(host);
        profile.validity = {system_now() - 24h, not_after};
        auto key = crypto::PrivateKey::generate(crypto::Curve::p256);
        const auto draft = draft_server(profile, key.public_key(), pki.ci.certificate, pki.random);
        return test::Pki::certify(draft, key, pki.ci.key);
    }
    ClientConfig config() {
        ClientConfig c{{pki.ci.der()}, {}};
        for (const char* host : {"smdpp.example.com", "other.example.com"})
            c.resolve[{host, 443}] = {"127.0.0.1", server->port()};
        c.time_max = 5s;
        return c;
    }
    test::Pki pki;
    Loop loop;
    std::unique_ptr<Server> server;
    std::optional<Running> running;
};

TEST_F(Tls, ClientAndServerExchangeOnOneConnection) {
    serve(tls_certificate("smdpp.example.com", system_now() + 24h));
    Client client(config());
    for (int i = 0; i < 3; ++i) {
        const auto response = client.send({"smdpp.example.com"}, {"POST", "/x?y", {}, "body" + std::to_string(i)});
        ASSERT_TRUE(response) << to_string(response.error());
        EXPECT_EQ(response->status, 200U);
        EXPECT_EQ(response->body, "POST /x?y body" + std::to_string(i));
    }
    running.reset();  // what the server counts is its loop's
    EXPECT_LE(server->connections(), 1U);
}

/// More than the sockets between the two hold: both have to wait for room.
TEST_F(Tls, CarriesBodiesOfManyRecords) {
    Limits limits;
    limits.body_octets_max = 9'000'000;
    serve(tls_certificate("smdpp.example.com", system_now() + 24h), limits);
    auto of_client = config();
    of_client.body_octets_max = 9'000'000;
    Client client(of_client);
    std::string body(8'000'000, 'x');
    for (std::size_t i = 0; i < body.size(); ++i) body[i] = static_cast<char>('!' + i % 91);
    const auto response = client.send({"smdpp.example.com"}, {"POST", "/", {}, body});
    ASSERT_TRUE(response) << to_string(response.error());
    EXPECT_TRUE(response->body == "POST / " + body);
}

TEST_F(Tls, ClientRefusesACertificateForAnotherHost) {
    serve(tls_certificate("smdpp.example.com", system_now() + 24h));
    const auto response = Client(config()).send({"other.example.com"}, {});
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().code, Errc::refused);
}

TEST_F(Tls, ClientRefusesACertificateThatExpired) {
    serve(tls_certificate("smdpp.example.com", system_now() - 1h));
    const auto response = Client(config()).send({"smdpp.example.com"}, {});
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().code, Errc::refused);
    EXPECT_NE(response.error().detail.find("expired"), std::string::npos) << response.error().detail;
}

TEST_F(Tls, ClientRefusesAServerOfAnotherCi) {
    serve(tls_certificate("smdpp.example.com", system_now() + 24h));
    test::Pki other(crypto::Curve::p256, 77);
    auto with_other = config();
    with_other.roots = {other.ci.der()};
    const auto response = Client(with_other).send({"smdpp.example.com"}, {});
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().code, Errc::refused);
    with_other.roots.clear();
    EXPECT_EQ(Client(with_other).send({"smdpp.example.com"}, {}).error().code, Errc::refused);
}

/// A loop keeps what its clients trust: for those of other roots it is something else.
TEST_F(Tls, ClientsOnOneLoopTrustTheirOwnRoots) {
    serve(tls_certificate("smdpp.example.com", system_now() + 24h));
    const auto good = config();
    auto other = config();
    other.roots = {test::Pki(crypto::Curve::p256, 77).ci.der()};
    Loop clients;
    const auto opens = [&](const ClientConfig& with) {
        std::optional<Status> said;
        Connection::open(clients, with, {"smdpp.example.com"}, [&](const Result<Connection>& connection) {
            said = connection ? ok() : Status(connection.error());
        });
        clients.run_for(5s);
        return said && *said;
    };
    EXPECT_TRUE(opens(good));
    EXPECT_FALSE(opens(other));
    EXPECT_TRUE(opens(good));
}

TEST_F(Tls, ServerRefusesAKeyThatIsNotItsCertificates) {
    auto id = identity_of(pki.dp_tls);
    id.key_pkcs8 = pki.dp_auth.key.to_pkcs8();
    EXPECT_FALSE(Server::listen_tls(loop, {}, id, {}, echo));
}

TEST_F(Tls, ManyConnectionsAtOnce) {
    serve(tls_certificate("smdpp.example.com", system_now() + 24h));
    Loop clients;
    int answered = 0;
    const auto c = config();
    for (int i = 0; i < 40; ++i)
        Connection::open(clients, c, {"smdpp.example.com"}, [&](Result<Connection> connection) {
            ASSERT_TRUE(connection) << to_string(connection.error());
            connection->send({"POST", "/", {}, "x"}, [&answered, kept = *connection](const Result<Response>& r) {
                if (r && r->body == "POST / x") ++answered;
            });
        });
    clients.run_for(20s);
    EXPECT_EQ(answered, 40);
}

TEST_F(Tls, NobodyAnswersIsAnError) {
    serve(tls_certificate("smdpp.example.com", system_now() + 24h));
    auto c = config();
    c.resolve[{"smdpp.example.com", 443}] = {"127.0.0.1", 1};
    const auto nobody = Client(c).send({"smdpp.example.com"}, {});
    EXPECT_EQ(nobody.error().code, Errc::io);
    EXPECT_EQ(nobody.error().path, "smdpp.example.com:443 (127.0.0.1:1)") << "a wrong port is seen";
}

// ---------------------------------------------------------------- a UNIX socket

class UnixSocket : public testing::Test {
protected:
    [[nodiscard]] Result<std::unique_ptr<Server>> listen(Loop& on) {
        return Server::listen_unix(on, folder / "s", {}, echo);
    }
    TempFolder folder;
    Loop loop;
};

TEST_F(UnixSocket, FileIsItsOwnersAlone) {
    const auto server = listen(loop);
    ASSERT_TRUE(server) << to_string(server.error());
    struct stat s {};
    ASSERT_EQ(stat((folder / "s").c_str(), &s), 0);
    EXPECT_EQ(s.st_mode & 0777U, 0600U);
}
TEST_F(UnixSocket, IsNotTakenFromAProcessThatListensOnIt) {
    const auto server = listen(loop);
    ASSERT_TRUE(server);
    const Running running(loop);
    Loop second;
    EXPECT_EQ(listen(second).error().code, Errc::conflict);
}
TEST_F(UnixSocket, IsTakenFromAKilledProcessAndFromNoOther) {
    boost::asio::io_context context;
    { const boost::asio::local::stream_protocol::acceptor killed(context, {(folder / "s").string()}); }
    ASSERT_TRUE(std::filesystem::is_socket(folder / "s"));
    EXPECT_TRUE(listen(loop));
    const boost::asio::local::datagram_protocol::socket living(context, {(folder / "s").string()});
    EXPECT_EQ(listen(loop).error().code, Errc::conflict);
    EXPECT_TRUE(std::filesystem::is_socket(folder / "s"));
}
TEST_F(UnixSocket, BlockingClientTalksOverIt) {
    const auto server = listen(loop);
    ASSERT_TRUE(server);
    const Running running(loop);
    Client client({});
    const auto response = client.send_unix(folder / "s", {"GET", "/status", {}, ""});
    ASSERT_TRUE(response) << to_string(response.error());
    EXPECT_EQ(response->body, "GET /status ");
    EXPECT_FALSE(client.send_unix(folder / "nobody", {}));
}
TEST_F(UnixSocket, TellsWhoseProcessAsks) {
    std::optional<std::uint32_t> user;
    const auto server = Server::listen_unix(loop, folder / "s", {}, [&](const Request& request, const Reply& reply) {
        user = request.user;
        reply({204, {}, ""});
    });
    ASSERT_TRUE(server);
    {
        const Running running(loop);
        ASSERT_TRUE(Client({}).send_unix(folder / "s", {}));
    }
    EXPECT_EQ(user, ::geteuid());
}
TEST_F(UnixSocket, CloseLeavesNeitherFileNorWork) {
    const auto server = listen(loop);
    ASSERT_TRUE(server);
    boost::asio::io_context context;
    boost::asio::local::stream_protocol::socket socket(context);
    socket.connect({(folder / "s").string()});
    loop.post([&] { loop.after(10ms, [&] { (*server)->close(); }); });
    EXPECT_TRUE(loop.run_for(5s));
    EXPECT_FALSE(std::filesystem::exists(folder / "s"));
}

TEST(Datagram, AnswersWhoAsked) {
    TempFolder folder;
    Loop loop;
    const auto server = DatagramServer::listen(loop, folder / "auc", [](std::string_view in, const auto& reply) {
        if (in != "silence") reply("re: " + std::string(in));
    });
    ASSERT_TRUE(server) << to_string(server.error());
    const Running running(loop);
    boost::asio::io_context context;
    boost::asio::local::datagram_protocol::socket socket(context, {(folder / "me").string()});
    for (const std::string text : {"silence", "one", "two"})
        socket.send_to(boost::asio::buffer(text), {(folder / "auc").string()});
    std::array<char, 64> in{};
    EXPECT_EQ(std::string(in.data(), socket.receive(boost::asio::buffer(in))), "re: one");
    EXPECT_EQ(std::string(in.data(), socket.receive(boost::asio::buffer(in))), "re: two");
}

TEST(Datagram, AnswersLaterWhereItTakesTime) {
    TempFolder folder;
    Loop loop;
    const auto server = DatagramServer::listen(loop, folder / "auc", [&](std::string_view in, const auto& reply) {
        loop.after(in == "slow" ? 50ms : 1ms, [reply, text = std::string(in)] { reply(text); });
    });
    ASSERT_TRUE(server);
    const Running running(loop);
    boost::asio::io_context context;
    boost::asio::local::datagram_protocol::socket socket(context, {(folder / "me").string()});
    boost::asio::local::datagram_protocol::socket other(context, {(folder / "other").string()});
    socket.send_to(boost::asio::buffer(std::string("slow")), {(folder / "auc").string()});
    other.send_to(boost::asio::buffer(std::string("fast")), {(folder / "auc").string()});
    std::array<char, 64> in{};
    EXPECT_EQ(std::string(in.data(), other.receive(boost::asio::buffer(in))), "fast");
    EXPECT_EQ(std::string(in.data(), socket.receive(boost::asio::buffer(in))), "slow");
}

TEST(Datagram, TakesTheSocketOfNoLivingServer) {
    TempFolder folder;
    Loop loop;
    const auto listen = [&] {
        return DatagramServer::listen(loop, folder / "auc", [](std::string_view, const auto&) {});
    };
    auto first = listen();
    ASSERT_TRUE(first);
    const auto second = listen();
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, Errc::conflict);
    EXPECT_TRUE(std::filesystem::is_socket(folder / "auc"));
    first->reset();
    {
        boost::asio::io_context context;
        const boost::asio::local::datagram_protocol::socket killed(context, {(folder / "auc").string()});
    }
    EXPECT_TRUE(std::filesystem::is_socket(folder / "auc"));
    EXPECT_TRUE(listen());
    std::ofstream(folder / "auc") << "not a socket";
    EXPECT_EQ(listen().error().code, Errc::conflict);
}

}  // namespace
}  // namespace mcim::http
