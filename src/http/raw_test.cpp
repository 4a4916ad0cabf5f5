// Bad and slow clients, octet by octet: each meets a clear answer or a clean end, over a UNIX socket and over TLS.
#include "mcim/http/client.h"
#include "mcim/http/raw_for_test.h"

namespace mcim::http {
namespace {

using namespace std::chrono_literals;
using for_test::Ending;
using for_test::RawClient;
using for_test::Wire;

void say_back(Request request, const Reply& reply) {
    reply({200, {{"Content-Type", "text/plain"}}, request.method + " " + request.target + " " + request.body});
}
std::string status(const std::string& answer) { return answer.substr(0, answer.find('\r')); }

class Raw : public for_test::OverWire {
protected:
    Raw() {
        limits.body_octets_max = 100;
        limits.header_octets_max = 1000;
    }
    /// All that the server answers before it ends the connection in good order: the same whether the octets come at
    /// once or one by one.
    std::string talk(const std::string& octets) {
        const std::string at_once = talk_in_packets_of(SIZE_MAX, octets);
        EXPECT_EQ(talk_in_packets_of(1, octets), at_once);
        return at_once;
    }
    std::string talk_in_packets_of(std::size_t octets_max, const std::string& octets) {
        RawClient c = client();
        c.cut_into(octets_max);
        c.send(octets);
        std::string answer = c.read_all();
        EXPECT_EQ(c.ending(), Ending::in_order) << answer;
        return answer;
    }
    /// The server goes on.
    void expect_service() {
        RawClient c = client();
        EXPECT_TRUE(c.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
        EXPECT_EQ(status(c.read_until("GET / ")), "HTTP/1.1 200 OK");
    }
};

INSTANTIATE_TEST_SUITE_P(Over, Raw, testing::Values(Wire::local, Wire::tcp, Wire::tls_1_2, Wire::tls_1_3),
                         for_test::wire_name);

TEST_P(Raw, SendsWhatTheHandlerAnswers) {
    serve(say_back);
    EXPECT_EQ(talk("GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"),
              "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 7\r\nConnection: close\r\n\r\nGET /a ");
}
TEST_P(Raw, NoContentHasNoBody) {
    serve([](const Request&, const Reply& reply) { reply({204, {}, "ignored"}); });
    EXPECT_EQ(talk("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"),
              "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
}
TEST_P(Raw, KeepsTheConnectionForTheNextRequest) {
    serve(say_back);
    const std::string answer =
        talk("GET /1 HTTP/1.1\r\nHost: x\r\n\r\nGET /2 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    EXPECT_NE(answer.find("GET /1 "), std::string::npos);
    EXPECT_NE(answer.find("GET /2 "), std::string::npos);
}

// ---------------------------------------------------------------- bad clients

TEST_P(Raw, BodyThatIsTooLargeIs413) {
    serve(say_back);
    EXPECT_EQ(status(talk("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 101\r\n\r\n")),
              "HTTP/1.1 413 Content Too Large");
    EXPECT_EQ(
        status(talk("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n" + std::string(255, 'x'))),
        "HTTP/1.1 413 Content Too Large");
}
TEST_P(Raw, HeaderThatIsTooLargeIs431) {
    serve(say_back);
    EXPECT_EQ(status(talk("GET / HTTP/1.1\r\nX: " + std::string(3000, 'x') + "\r\n\r\n")),
              "HTTP/1.1 431 Request Header Fields Too Large");
}
TEST_P(Raw, WhatIsNoHttpIs400) {
    serve(say_back);
    EXPECT_EQ(status(talk("\x16\x03\x01\x02\r\n\r\n")), "HTTP/1.1 400 Bad Request");
    EXPECT_EQ(status(talk("GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n")), "HTTP/1.1 400 Bad Request");
}
TEST_P(Raw, RequestThatItsClientEndsInTheMiddleIs400) {
    serve(say_back);
    RawClient c = client();
    EXPECT_TRUE(c.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nabc"));
    c.finish();
    EXPECT_EQ(status(c.read_all()), "HTTP/1.1 400 Bad Request");
    expect_service();
}
/// Closing over octets that nobody has read would reset the connection under whoever still sends.
TEST_P(Raw, WhoSendsOnAfterTheAnswerStillReadsIt) {
    serve(say_back);
    RawClient c = client();
    EXPECT_TRUE(c.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4000000\r\n\r\n"));
    for (int i = 0; i < 400; ++i) ASSERT_TRUE(c.send(std::string(10'000, 'x'))) << i;
    EXPECT_EQ(status(c.read_all()), "HTTP/1.1 413 Content Too Large");
    EXPECT_EQ(c.ending(), Ending::in_order);
}

// ---------------------------------------------------------------- slow clients

TEST_P(Raw, SlowRequestIs408) {
    limits.request_time = 50ms;
    serve(say_back);
    EXPECT_EQ(status(talk("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nabc")),
              "HTTP/1.1 408 Request Timeout");
    EXPECT_EQ(status(talk("POST / HT")), "HTTP/1.1 408 Request Timeout");
}
TEST_P(Raw, SilentClientIsLeftWithoutAWord) {
    limits.idle_time = 50ms;
    serve(say_back);
    EXPECT_EQ(talk(""), "");
}

/// One connection has a timer for all that is awaited, one after the other; the hour is for what must not be waited
/// for.
class RawKept : public Raw {
protected:
    RawKept() {
        for (auto* time : {&limits.handshake_time, &limits.request_time, &limits.idle_time, &limits.write_time})
            *time = 1h;
    }
    RawClient after_an_answer() {
        RawClient c = client();
        EXPECT_TRUE(c.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
        EXPECT_EQ(status(c.read_until("GET / ")), "HTTP/1.1 200 OK");
        return c;
    }
};
INSTANTIATE_TEST_SUITE_P(Over, RawKept, testing::Values(Wire::local, Wire::tcp, Wire::tls_1_2, Wire::tls_1_3),
                         for_test::wire_name);

TEST_P(RawKept, SlowSecondRequestIs408) {
    limits.request_time = 50ms;
    serve(say_back);
    RawClient c = after_an_answer();
    EXPECT_TRUE(c.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nabc"));
    EXPECT_EQ(status(c.read_all()), "HTTP/1.1 408 Request Timeout");
    EXPECT_EQ(c.ending(), Ending::in_order);
}
TEST_P(RawKept, SilenceAfterAnAnswerEndsTheConnection) {
    limits.idle_time = 500ms;
    serve(say_back);
    RawClient c = after_an_answer();
    EXPECT_EQ(c.read_all(), "");
    EXPECT_EQ(c.ending(), Ending::in_order);
}
/// At /large, more than the sockets between the two hold.
void say_much(const Request& request, const Reply& reply) {
    if (request.target != "/large") return say_back(request, reply);
    std::string much;
    much.resize(16'000'000, 'x');
    reply({200, {}, std::move(much)});
}
/// When the time of its answer would be over, the connection waits for something else.
TEST_P(RawKept, TimeOfAnAnswerIsNotThatOfWhatFollows) {
    limits.write_time = 50ms;
    serve(say_much);
    RawClient kept = after_an_answer();
    RawClient later = after_an_answer();
    EXPECT_TRUE(later.send("GET /large HTTP/1.1\r\nHost: x\r\n\r\n"));
    while (connections() > 1) std::this_thread::yield();  // `later` does not read its answer, and is left
    EXPECT_TRUE(kept.send("GET /2 HTTP/1.1\r\nHost: x\r\n\r\n"));
    EXPECT_EQ(status(kept.read_until("GET /2 ")), "HTTP/1.1 200 OK");
}
TEST_P(Raw, WhoDoesNotReadItsAnswerIsLeft) {
    limits.write_time = 50ms;
    serve(say_much);
    RawClient c = client();
    EXPECT_TRUE(c.send("GET /large HTTP/1.1\r\nHost: x\r\n\r\n"));
    while (connections() != 0) std::this_thread::yield();
    expect_service();
}
TEST_P(Raw, CloseEndsIdleConnectionsInGoodOrder) {
    serve(say_back);
    RawClient c = client();
    EXPECT_TRUE(c.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
    EXPECT_EQ(status(c.read_until("GET / ")), "HTTP/1.1 200 OK");
    loop.post([this] { server->close(); });
    EXPECT_EQ(c.read_all(), "");
    EXPECT_EQ(c.ending(), Ending::in_order);
}

// ---------------------------------------------------------------- handlers

TEST_P(Raw, AnswersLaterAndFromAnotherThread) {
    std::vector<std::jthread> threads;
    serve([&](Request request, Reply reply) {
        threads.emplace_back([request = std::move(request), reply = std::move(reply)] { reply({200, {}, "late"}); });
    });
    EXPECT_NE(talk("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").find("late"), std::string::npos);
}
TEST_P(Raw, HandlerThatNeverAnswersLosesTheConnectionNotTheServer) {
    std::vector<std::jthread> threads;
    serve([&](const Request& request, Reply reply) {
        if (request.target == "/forgotten") return;
        if (request.target == "/") return say_back(request, reply);
        threads.emplace_back([reply = std::move(reply)] {});
    });
    for (const std::string target : {"/forgotten", "/forgotten_on_another_thread"}) {
        RawClient c = client();
        EXPECT_TRUE(c.send("GET " + target + " HTTP/1.1\r\nHost: x\r\n\r\n"));
        EXPECT_EQ(c.read_all(), "");
    }
    expect_service();
}

// ---------------------------------------------------------------- below HTTP

class RawTls : public Raw {};
INSTANTIATE_TEST_SUITE_P(Over, RawTls, testing::Values(Wire::tls_1_2, Wire::tls_1_3), for_test::wire_name);

/// In the first record, between two of its octets, and where the client has only to answer.
TEST_P(RawTls, HandshakeThatStallsEndsTheConnection) {
    limits.handshake_time = 50ms;
    serve(say_back);
    const std::string hello = client().client_hello();
    for (const std::size_t octets : {std::size_t{0}, std::size_t{1}, hello.size() / 2, hello.size()}) {
        RawClient c = client(Wire::local);
        EXPECT_TRUE(c.send_bare(hello.substr(0, octets)));
        EXPECT_EQ(c.read_all_bare().empty(), octets != hello.size()) << octets;
        EXPECT_EQ(c.ending(), Ending::in_order) << octets;
    }
    while (connections() != 0) std::this_thread::yield();
}
TEST_P(RawTls, RecordThatStallsIsASlowRequest) {
    limits.request_time = 50ms;
    limits.idle_time = 500ms;  // who has said nothing is let go later, and is told nothing
    serve(say_back);
    for (const std::size_t missing : {std::size_t{1}, std::size_t{40}}) {
        RawClient c = client();
        const std::string record = c.sealed("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        EXPECT_TRUE(c.send_bare(record.substr(0, record.size() - missing)));
        ASSERT_EQ(status(c.read_all()), "HTTP/1.1 408 Request Timeout") << missing;
        EXPECT_EQ(c.ending(), Ending::in_order) << missing;
    }
}
TEST_P(RawTls, PlainHttpIsToldOfTls) {
    serve(say_back);
    for (const std::size_t body : {0, 4'000'000}) {
        RawClient c = client(Wire::local);
        EXPECT_TRUE(c.send_bare("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(body) + "\r\n\r\n"));
        for (std::size_t sent = 0; sent < body; sent += 10'000) ASSERT_TRUE(c.send_bare(std::string(10'000, 'x')));
        const std::string answer = c.read_all_bare();
        EXPECT_EQ(status(answer), "HTTP/1.1 400 Bad Request");
        EXPECT_NE(answer.find("TLS"), std::string::npos) << answer;
        EXPECT_EQ(c.ending(), Ending::in_order);
    }
    expect_service();
}
TEST_P(RawTls, ClientWithoutAVersionOfOursIsToldBeforeItIsLeft) {
    serve(say_back);
    RawClient c = client(Wire::tls_1_1);
    c.send("");
    EXPECT_EQ(c.ending(), Ending::alert);
    EXPECT_NE(c.alert().find("protocol version"), std::string::npos) << c.alert();
    expect_service();
}
TEST_P(RawTls, ChangedRecordIsAnsweredWithAnAlert) {
    serve(say_back);
    RawClient c = client();
    std::string record = c.sealed("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    record.back() = static_cast<char>(record.back() ^ 1);
    EXPECT_TRUE(c.send_bare(record));
    for (int i = 0; i < 400; ++i) ASSERT_TRUE(c.send_bare(std::string(10'000, 'x'))) << i;
    EXPECT_EQ(c.read_all(), "");
    EXPECT_EQ(c.ending(), Ending::alert);
    EXPECT_NE(c.alert().find("bad record mac"), std::string::npos) << c.alert();
    expect_service();
}
TEST_P(RawTls, WhatIsNoTlsEndsTheConnectionNotTheServer) {
    serve(say_back);
    for (const std::string& octets : {std::string("SSH-2.0-x\r\n"), std::string(5, '\0'), std::string(40'000, '\xFF'),
                                      std::string("\x16\x03\x01\xFF\xFF") + std::string(70'000, 'x')}) {
        RawClient c = client(Wire::local);
        EXPECT_TRUE(c.send_bare(octets));
        static_cast<void>(c.read_all_bare());
        EXPECT_EQ(c.ending(), Ending::in_order) << octets.substr(0, 5);
    }
    expect_service();
}
/// It may have ended its sending half only, and what it is told has to end like any answer.
TEST_P(RawTls, WhoEndsARequestWithoutAGoodbyeIsAnsweredWithOne) {
    serve(say_back);
    RawClient c = client();
    EXPECT_TRUE(c.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nabc"));
    c.finish_bare();
    EXPECT_EQ(status(c.read_all()), "HTTP/1.1 400 Bad Request");
    EXPECT_EQ(c.ending(), Ending::in_order);
}
TEST_P(RawTls, GoodbyeOfTheClientIsAnswered) {
    serve(say_back);
    RawClient c = client();
    c.send("");
    c.finish();
    EXPECT_EQ(c.read_all(), "");
    EXPECT_EQ(c.ending(), Ending::in_order);
}

}  // namespace
}  // namespace mcim::http
