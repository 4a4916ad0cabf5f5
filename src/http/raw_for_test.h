// Clients that say what octets they are told, over each wire that a server listens on: bad and slow ones are made of
// them.
#pragma once
#include <gtest/gtest.h>

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <future>
#include <thread>

#include "mcim/http/server.h"
#include "support/pki.h"
#include "support/temp_folder.h"

namespace mcim::http::for_test {

using mcim::test::Identity;

enum class Wire : std::uint8_t { local, tcp, tls_1_1, tls_1_2, tls_1_3 };
[[nodiscard]] std::string to_string(Wire);
/// How a test over it is called.
[[nodiscard]] inline std::string wire_name(const testing::TestParamInfo<Wire>& info) { return to_string(info.param); }

/// As the client sees it.
enum class Ending : std::uint8_t {
    none,
    in_order,  ///< end of the stream; with TLS, after close_notify
    cut,       ///< with TLS, end of the stream without close_notify
    reset,     ///< by TCP: octets may be lost
    alert,     ///< by a fatal alert of TLS
};

/// One connection, blocking. Over TLS its handshake is made when it first sends or reads.
class RawClient {
public:
    using Endpoint = boost::asio::generic::stream_protocol::endpoint;
    /// Wire::local is for what has no TLS, be it a UNIX socket or a TCP port.
    RawClient(const Endpoint&, Wire);
    RawClient(RawClient&&) noexcept;
    ~RawClient();

    /// From now on each packet carries at most so many octets.
    void cut_into(std::size_t packet_octets_max) { packet_octets_max_ = packet_octets_max; }
    /// Whether the server's side took them all: false once it is closed.
    bool send(std::string_view octets);
    /// The TLS records that carry them.
    [[nodiscard]] std::string sealed(std::string_view octets);
    /// The first octets of a handshake.
    [[nodiscard]] std::string client_hello();
    /// As they are, below TLS.
    bool send_bare(std::string_view octets);
    /// The client's last word; it goes on reading.
    void finish();
    /// The same, but over TLS without close_notify.
    void finish_bare();

    [[nodiscard]] std::string read_until(std::string_view last);
    [[nodiscard]] std::string read_all();
    /// As they come, below TLS.
    [[nodiscard]] std::string read_all_bare();
    [[nodiscard]] Ending ending() const { return ending_; }
    [[nodiscard]] const std::string& alert() const { return alert_; }

private:
    struct Tls;
    template <class Operation>
    int drive(Operation);
    bool shake_hands();
    [[nodiscard]] std::string read_some();
    [[nodiscard]] std::string read_some_bare();

    std::unique_ptr<boost::asio::io_context> context_;
    boost::asio::generic::stream_protocol::socket socket_;
    std::unique_ptr<Tls> tls_;
    std::size_t packet_octets_max_ = SIZE_MAX;
    Ending ending_ = Ending::none;
    std::string alert_;
};

/// For smdpp.example.com, valid now.
[[nodiscard]] Identity tls_identity(mcim::test::Pki&);

/// A server on a thread of its own, and clients of it over the wire that is the test's parameter.
class OverWire : public testing::TestWithParam<Wire> {
protected:
    ~OverWire() override;
    void serve(Handler);
    [[nodiscard]] RawClient client() const { return client(GetParam()); }
    [[nodiscard]] RawClient client(Wire) const;
    template <class Question>
    auto on_the_loop(Question question) {
        std::promise<decltype(question())> answer;
        loop.post([&] { answer.set_value(question()); });
        return answer.get_future().get();
    }
    /// What the server says after all that happened so far.
    [[nodiscard]] std::size_t connections() {
        return on_the_loop([this] { return server->connections(); });
    }
    [[nodiscard]] std::uint64_t shed() {
        return on_the_loop([this] { return server->shed(); });
    }
    mcim::test::TempFolder folder;
    Limits limits;
    Loop loop;
    std::unique_ptr<Server> server;

private:
    std::thread thread_;
};

}  // namespace mcim::http::for_test
