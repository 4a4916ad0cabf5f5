// A server that is full: who stays, who goes, who waits.
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <future>
#include <thread>

#include "mcim/http/client.h"
#include "mcim/http/server.h"
#include "support/pki.h"
#include "support/temp_folder.h"

namespace mcim::http {
namespace {

using namespace std::chrono_literals;
using Local = boost::asio::local::stream_protocol;
using Tcp = boost::asio::ip::tcp;

class Crowd : public testing::Test {
protected:
    ~Crowd() override {
        loop.stop();
        if (thread.joinable()) thread.join();
    }
    void serve(Result<std::unique_ptr<Server>> listening) {
        ASSERT_TRUE(listening) << to_string(listening.error());
        server = *std::move(listening);
        thread = std::thread([this] { loop.run(); });
    }
    void serve_local(Handler handler) { serve(Server::listen_unix(loop, folder / "s", limits, std::move(handler))); }
    /// Who asks for "/slow" is answered by the test, through `slow`.
    void serve_one_at_a_time() {
        limits.connections_max = 1;
        serve_local([this](const Request& request, const Reply& reply) {
            if (request.target == "/slow") return slow.set_value(reply);
            echo(request, reply);
        });
    }
    void serve_tls() {
        auto profile = pki.dp_profile(x509::Role::dp_tls);
        profile.validity = {system_now() - 24h, system_now() + 24h};
        const auto key = crypto::PrivateKey::generate(crypto::Curve::p256);
        const auto draft = draft_server(profile, key.public_key(), pki.ci.certificate, pki.random);
        const auto id = test::Pki::certify(draft, key, pki.ci.key);
        serve(Server::listen_tls(loop, {}, {{id.der()}, id.key.to_pkcs8()}, limits, echo));
    }
    static void echo(const Request& request, const Reply& reply) { reply({200, {}, request.target}); }
    /// The number of connections after all that happened so far.
    std::size_t connections() {
        std::promise<std::size_t> count;
        loop.post([&] { count.set_value(server->connections()); });
        return count.get_future().get();
    }
    std::uint64_t shed() {
        std::promise<std::uint64_t> count;
        loop.post([&] { count.set_value(server->shed()); });
        return count.get_future().get();
    }
    Local::socket client() {
        Local::socket out(context);
        out.connect({(folder / "s").string()});
        return out;
    }
    Tcp::socket tcp_client() {
        Tcp::socket out(context);
        out.connect({boost::asio::ip::make_address("127.0.0.1"), server->port()});
        return out;
    }
    Result<Response> ask_over_tls() {
        ClientConfig c{{pki.ci.der()}, {}};
        c.resolve[{"smdpp.example.com", 443}] = {"127.0.0.1", server->port()};
        c.time_max = 5s;
        return Client(c).send({"smdpp.example.com"}, {"GET", "/", {}, {}});
    }
    template <class Socket>
    static void ask(Socket& socket, std::string_view target) {
        boost::asio::write(socket, boost::asio::buffer("GET " + std::string(target) + " HTTP/1.1\r\nHost: x\r\n\r\n"));
    }
    /// What comes until the answer to `target` is there, or the server closes.
    template <class Socket>
    static std::string read(Socket& socket, std::string_view target) {
        std::string out;
        boost::system::error_code error;
        while (!error && !out.ends_with("\r\n\r\n" + std::string(target))) {
            char c = 0;
            if (boost::asio::read(socket, boost::asio::buffer(&c, 1), error) == 1) out += c;
        }
        return out;
    }
    test::TempFolder folder;
    test::Pki pki;
    Limits limits;
    Loop loop;
    std::promise<Reply> slow;
    std::unique_ptr<Server> server;
    std::thread thread;
    boost::asio::io_context context;
};

TEST_F(Crowd, NewcomerTakesThePlaceOfWhoWaitedLongest) {
    limits.connections_max = 2;
    serve_local(echo);
    auto first = client();
    ask(first, "/1");
    EXPECT_TRUE(read(first, "/1").starts_with("HTTP/1.1 200"));
    auto second = client();
    ask(second, "/2");
    EXPECT_TRUE(read(second, "/2").starts_with("HTTP/1.1 200"));
    auto third = client();
    ask(third, "/3");
    EXPECT_TRUE(read(third, "/3").starts_with("HTTP/1.1 200"));
    EXPECT_EQ(read(first, "/"), "") << "closed without a word";
    ask(second, "/2");
    EXPECT_TRUE(read(second, "/2").starts_with("HTTP/1.1 200")) << "it asked later than the first";
    EXPECT_EQ(connections(), 2U);
    EXPECT_EQ(shed(), 1U);
}

TEST_F(Crowd, WhoIsBeingServedStaysAndTheNewcomerWaits) {
    serve_one_at_a_time();
    auto first = client();
    ask(first, "/slow");
    Reply reply = slow.get_future().get();
    auto second = client();
    ask(second, "/2");
    EXPECT_EQ(connections(), 1U);
    EXPECT_EQ(shed(), 0U);
    std::exchange(reply, nullptr)({200, {}, "/slow"});
    EXPECT_TRUE(read(first, "/slow").starts_with("HTTP/1.1 200"));
    EXPECT_TRUE(read(second, "/2").starts_with("HTTP/1.1 200"));
    EXPECT_EQ(read(first, "/"), "") << "it waited when the second one came";
}

TEST_F(Crowd, NewcomerComesInWhenSomebodyLeaves) {
    serve_one_at_a_time();
    auto first = client();
    boost::asio::write(first, boost::asio::buffer(std::string("GET /slow HTTP/1.1\r\nConnection: close\r\n\r\n")));
    Reply reply = slow.get_future().get();
    auto second = client();
    ask(second, "/2");
    std::exchange(reply, nullptr)({200, {}, "bye"});
    EXPECT_TRUE(read(first, "/").ends_with("bye"));
    EXPECT_TRUE(read(second, "/2").starts_with("HTTP/1.1 200"));
}

TEST_F(Crowd, SilenceBeforeTheHandshakeKeepsNobodyOut) {
    limits.connections_max = 3;
    serve_tls();
    std::vector<Tcp::socket> silent;
    for (int i = 0; i < 9; ++i) silent.push_back(tcp_client());
    const auto response = ask_over_tls();
    ASSERT_TRUE(response) << to_string(response.error());
    EXPECT_LE(connections(), 3U);
    EXPECT_GE(shed(), 7U);
}

TEST_F(Crowd, OfOneAddressIsLimited) {
    limits.connections_per_address_max = 2;
    serve_tls();
    auto first = tcp_client();
    auto second = tcp_client();
    auto third = tcp_client();
    EXPECT_EQ(read(third, "/"), "");
    EXPECT_EQ(connections(), 2U);
    EXPECT_EQ(server->turned_away(), 1U);
    first.close();
    while (connections() == 2U) std::this_thread::yield();
    EXPECT_TRUE(ask_over_tls());
}

}  // namespace
}  // namespace mcim::http
