#include "mcim/http/raw_for_test.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/write.hpp>

namespace mcim::http::for_test {
namespace {

using boost::system::error_code;

int version_of(Wire wire) {
    switch (wire) {
        case Wire::tls_1_1: return TLS1_1_VERSION;
        case Wire::tls_1_2: return TLS1_2_VERSION;
        default: return TLS1_3_VERSION;
    }
}

int size_of(std::size_t n) { return static_cast<int>(n); }

}  // namespace

std::string to_string(Wire wire) {
    switch (wire) {
        case Wire::local: return "Local";
        case Wire::tcp: return "Tcp";
        case Wire::tls_1_1: return "Tls11";
        case Wire::tls_1_2: return "Tls12";
        case Wire::tls_1_3: return "Tls13";
    }
    return "?";
}

/// OpenSSL between two buffers, so that the test says which octets go when. It looks at no certificate.
struct RawClient::Tls {
    explicit Tls(Wire wire) : context(SSL_CTX_new(TLS_client_method())) {
        SSL_CTX_set_security_level(context, 0);  // or it would not even offer TLS 1.1
        SSL_CTX_set_min_proto_version(context, version_of(wire));
        SSL_CTX_set_max_proto_version(context, version_of(wire));
        ssl = SSL_new(context);
        SSL_set_bio(ssl, received, to_send);
        SSL_set_connect_state(ssl);
    }
    Tls(const Tls&) = delete;
    Tls& operator=(const Tls&) = delete;
    ~Tls() {
        SSL_free(ssl);
        SSL_CTX_free(context);
    }
    [[nodiscard]] std::string take_to_send() const {
        std::string out(BIO_ctrl_pending(to_send), '\0');
        if (!out.empty()) BIO_read(to_send, out.data(), size_of(out.size()));
        return out;
    }
    SSL_CTX* context;
    SSL* ssl = nullptr;
    BIO* received = BIO_new(BIO_s_mem());  // SSL_set_bio gives both to ssl
    BIO* to_send = BIO_new(BIO_s_mem());
};

RawClient::RawClient(const Endpoint& server, Wire wire)
    : context_(std::make_unique<boost::asio::io_context>()),
      socket_(*context_),
      tls_(wire == Wire::local || wire == Wire::tcp ? nullptr : std::make_unique<Tls>(wire)) {
    socket_.connect(server);
    error_code none_on_a_unix_socket;
    socket_.set_option(boost::asio::ip::tcp::no_delay(true), none_on_a_unix_socket);
}
RawClient::RawClient(RawClient&&) noexcept = default;
RawClient::~RawClient() = default;

bool RawClient::send_bare(std::string_view octets) {
    error_code error;
    while (!octets.empty() && !error) {
        const auto packet = octets.substr(0, packet_octets_max_);
        octets.remove_prefix(boost::asio::write(socket_, boost::asio::buffer(packet), error));
    }
    return !error;
}

std::string RawClient::read_some_bare() {
    std::string out(16'384, '\0');
    error_code error;
    out.resize(socket_.read_some(boost::asio::buffer(out), error));
    if (error == boost::asio::error::eof)
        ending_ = tls_ ? Ending::cut : Ending::in_order;
    else if (error)
        ending_ = Ending::reset;
    return out;
}

/// What `operation` returns once it needs nothing more from the server; 0 and less: the connection is at its end.
template <class Operation>
int RawClient::drive(Operation operation) {
    for (;;) {
        ERR_clear_error();
        const int n = operation(tls_->ssl);
        const int why = SSL_get_error(tls_->ssl, n);
        if (why == SSL_ERROR_ZERO_RETURN) ending_ = Ending::in_order;
        if (why == SSL_ERROR_SSL) {
            ending_ = Ending::alert;
            alert_ = ERR_reason_error_string(ERR_peek_error());
        }
        send_bare(tls_->take_to_send());
        if (n > 0 || why != SSL_ERROR_WANT_READ) return n;
        const std::string octets = read_some_bare();
        if (octets.empty()) return -1;
        BIO_write(tls_->received, octets.data(), size_of(octets.size()));
    }
}

bool RawClient::shake_hands() {
    return drive([](SSL* ssl) { return SSL_do_handshake(ssl); }) == 1;
}

std::string RawClient::client_hello() {
    SSL_do_handshake(tls_->ssl);
    return tls_->take_to_send();
}

std::string RawClient::sealed(std::string_view octets) {
    if (!shake_hands() || octets.empty()) return {};
    SSL_write(tls_->ssl, octets.data(), size_of(octets.size()));
    return tls_->take_to_send();
}

bool RawClient::send(std::string_view octets) { return tls_ ? send_bare(sealed(octets)) : send_bare(octets); }

void RawClient::finish() {
    if (tls_) {
        SSL_shutdown(tls_->ssl);
        send_bare(tls_->take_to_send());
    }
    finish_bare();
}

void RawClient::finish_bare() {
    error_code ignored;
    socket_.shutdown(boost::asio::socket_base::shutdown_send, ignored);
}

std::string RawClient::read_some() {
    if (!tls_) return read_some_bare();
    std::string out(16'384, '\0');
    const int n = drive([&](SSL* ssl) { return SSL_read(ssl, out.data(), size_of(out.size())); });
    out.resize(static_cast<std::size_t>(std::max(n, 0)));
    return out;
}

std::string RawClient::read_until(std::string_view last) {
    std::string out;
    while (ending_ == Ending::none && !out.ends_with(last)) out += read_some();
    return out;
}

std::string RawClient::read_all() {
    std::string out;
    while (ending_ == Ending::none) out += read_some();
    return out;
}

std::string RawClient::read_all_bare() {
    std::string out;
    while (ending_ == Ending::none) out += read_some_bare();
    return out;
}

Identity tls_identity(mcim::test::Pki& pki) {
    using namespace std::chrono_literals;
    auto profile = pki.dp_profile(x509::Role::dp_tls);
    profile.validity = {system_now() - 24h, system_now() + 24h};
    auto key = crypto::PrivateKey::generate(crypto::Curve::p256);
    const auto draft = draft_server(profile, key.public_key(), pki.ci.certificate, pki.random);
    return mcim::test::Pki::certify(draft, key, pki.ci.key);
}

OverWire::~OverWire() {
    loop.stop();
    if (thread_.joinable()) thread_.join();
}

void OverWire::serve(Handler handler) {
    const auto listen = [&] {
        if (GetParam() == Wire::local) return Server::listen_unix(loop, folder / "s", limits, std::move(handler));
        if (GetParam() == Wire::tcp) return Server::listen_plain(loop, {}, limits, std::move(handler));
        mcim::test::Pki pki;
        const auto id = tls_identity(pki);
        return Server::listen_tls(loop, {}, {{id.der()}, id.key.to_pkcs8()}, limits, std::move(handler));
    };
    auto listening = listen();
    ASSERT_TRUE(listening) << mcim::to_string(listening.error());
    server = *std::move(listening);
    thread_ = std::thread([this] { loop.run(); });
}

RawClient OverWire::client(Wire wire) const {
    if (GetParam() == Wire::local)
        return {boost::asio::local::stream_protocol::endpoint((folder / "s").string()), wire};
    return {boost::asio::ip::tcp::endpoint(boost::asio::ip::make_address("127.0.0.1"), server->port()), wire};
}

}  // namespace mcim::http::for_test
