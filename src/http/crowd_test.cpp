// A server that is full: who stays, who goes, who waits.
#include "mcim/http/client.h"
#include "mcim/http/raw_for_test.h"

namespace mcim::http {
namespace {

using namespace std::chrono_literals;
using for_test::RawClient;
using for_test::Wire;

void say_target(const Request& request, const Reply& reply) { reply({200, {}, request.target}); }

class Crowd : public for_test::OverWire {
protected:
    /// Who asks for "/slow" is answered by the test, through `slow`.
    void serve_one_at_a_time() {
        limits.connections_max = 1;
        serve([this](const Request& request, const Reply& reply) {
            if (request.target == "/slow") return slow.set_value(reply);
            say_target(request, reply);
        });
    }
    static std::string request(std::string_view target, std::string_view header = "Host: x") {
        return "GET " + std::string(target) + " HTTP/1.1\r\n" + std::string(header) + "\r\n\r\n";
    }
    static bool answers(RawClient& client, std::string_view target) {
        return client.read_until("\r\n\r\n" + std::string(target)).starts_with("HTTP/1.1 200");
    }
    static bool serves(RawClient& client, std::string_view target) {
        client.send(request(target));
        return answers(client, target);
    }
    std::promise<Reply> slow;
};

INSTANTIATE_TEST_SUITE_P(Over, Crowd, testing::Values(Wire::local, Wire::tcp, Wire::tls_1_2, Wire::tls_1_3),
                         for_test::wire_name);

TEST_P(Crowd, NewcomerTakesThePlaceOfWhoWaitedLongest) {
    limits.connections_max = 2;
    serve(say_target);
    RawClient first = client();
    EXPECT_TRUE(serves(first, "/1"));
    RawClient second = client();
    EXPECT_TRUE(serves(second, "/2"));
    RawClient third = client();
    EXPECT_TRUE(serves(third, "/3"));
    EXPECT_EQ(first.read_all(), "") << "closed without a word";
    EXPECT_TRUE(serves(second, "/2")) << "it asked later than the first";
    EXPECT_EQ(connections(), 2U);
    EXPECT_EQ(shed(), 1U);
}

TEST_P(Crowd, WhoIsBeingServedStaysAndTheNewcomerWaits) {
    serve_one_at_a_time();
    RawClient first = client();
    first.send(request("/slow"));
    Reply reply = slow.get_future().get();
    RawClient second = client();
    EXPECT_EQ(connections(), 1U);
    EXPECT_EQ(shed(), 0U);
    std::exchange(reply, nullptr)({200, {}, "/slow"});
    EXPECT_TRUE(answers(first, "/slow"));
    EXPECT_TRUE(serves(second, "/2"));
    EXPECT_EQ(first.read_all(), "") << "it waited when the second one came";
}

TEST_P(Crowd, NewcomerComesInWhenSomebodyLeaves) {
    serve_one_at_a_time();
    RawClient first = client();
    first.send(request("/slow", "Connection: close"));
    Reply reply = slow.get_future().get();
    RawClient second = client();
    std::exchange(reply, nullptr)({200, {}, "bye"});
    EXPECT_TRUE(first.read_all().ends_with("bye"));
    EXPECT_TRUE(serves(second, "/2"));
}

class CrowdOverTls : public Crowd {};
INSTANTIATE_TEST_SUITE_P(Over, CrowdOverTls, testing::Values(Wire::tls_1_2, Wire::tls_1_3), for_test::wire_name);

/// Some say nothing, some stop in the middle of their first record.
TEST_P(CrowdOverTls, SilenceBeforeTheHandshakeKeepsNobodyOut) {
    limits.connections_max = 3;
    serve(say_target);
    const std::string hello = client().client_hello();
    std::vector<RawClient> silent;
    for (std::size_t i = 0; i < 9; ++i) {
        silent.push_back(client(Wire::local));
        silent.back().send_bare(hello.substr(0, i % 2 * hello.size() / 2));
    }
    RawClient busy = client();
    EXPECT_TRUE(serves(busy, "/"));
    EXPECT_LE(connections(), 3U);
    EXPECT_GE(shed(), 7U);
}

TEST_P(CrowdOverTls, OfOneAddressIsLimited) {
    limits.connections_per_address_max = 2;
    serve(say_target);
    auto first = std::make_unique<RawClient>(client());
    RawClient second = client();
    RawClient third = client();
    EXPECT_EQ(third.read_all_bare(), "");
    EXPECT_EQ(connections(), 2U);
    EXPECT_EQ(on_the_loop([this] { return server->turned_away(); }), 1U);
    first.reset();
    while (connections() == 2U) std::this_thread::yield();
    RawClient fourth = client();
    EXPECT_TRUE(serves(fourth, "/"));
}

}  // namespace
}  // namespace mcim::http
