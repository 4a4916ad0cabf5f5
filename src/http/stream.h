// Private to the module: what a connection of the server reads from and writes to. Both kinds have the same operations;
// each calls its handler once, never from within the call that started it.
//
// async_read_some with 0 octets and no error: some have come, but not yet a whole record of TLS. With stream_truncated:
// the client has ended its sending half without close_notify.
#pragma once
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/write.hpp>
#include <memory>
#include <string_view>

#include "mcim/base/bytes.h"
#include "mcim/http/tls_wire.h"
#include "mcim/posix/unix_stream.h"

namespace mcim::http {

using Executor = boost::asio::io_context::executor_type;
template <class Protocol>
using Socket = boost::asio::basic_stream_socket<Protocol, Executor>;

[[nodiscard]] Bytes der_of(X509*);

/// A UNIX socket, where nobody listens in; or TCP, for what anybody may hear.
template <class Wire>
class PlainStream {
public:
    using Protocol = Wire;
    explicit PlainStream(Socket<Protocol> socket) : socket_(std::move(socket)) {}

    [[nodiscard]] Socket<Protocol>& socket() { return socket_; }
    [[nodiscard]] static Bytes client_certificate() { return {}; }
    [[nodiscard]] static std::string why_refused(const boost::system::error_code& error) { return error.message(); }
    /// Whose process is at the other end, of a UNIX socket.
    [[nodiscard]] std::optional<std::uint32_t> user() {
        if constexpr (std::is_same_v<Wire, boost::asio::local::stream_protocol>)
            if (const auto user = posix::peer_user(socket_.native_handle())) return *user;
        return std::nullopt;
    }
    template <class Handler>
    void async_handshake(Handler handler) {
        boost::asio::post(socket_.get_executor(), [handler = std::move(handler)]() mutable { handler({}); });
    }
    template <class Handler>
    void async_read_some(boost::asio::mutable_buffer to, Handler handler) {
        socket_.async_read_some(to, std::move(handler));
    }
    template <class Handler>
    void async_write(std::string_view all, Handler handler) {
        boost::asio::async_write(
            socket_, boost::asio::buffer(all),
            [handler = std::move(handler)](boost::system::error_code error, std::size_t) mutable { handler(error); });
    }
    template <class Handler>
    void async_shutdown(Handler handler) {
        async_handshake(std::move(handler));
    }

private:
    Socket<Protocol> socket_;
};

/// TLS, server's side. OpenSSL works on what has arrived, and only when that is not enough is the loop asked.
class TlsStream {
public:
    using Protocol = boost::asio::ip::tcp;
    TlsStream(Socket<Protocol> socket, std::shared_ptr<boost::asio::ssl::context> context)
        : socket_(std::move(socket)),
          wire_(std::make_unique<TlsWire>()),
          context_(std::move(context)),
          ssl_(SSL_new(context_->native_handle())) {
        boost::system::error_code ignored;
        socket_.non_blocking(true, ignored);
        wire_->socket = socket_.native_handle();
        BIO* bio = ssl_ ? new_bio(*wire_) : nullptr;
        if (bio != nullptr)
            SSL_set_bio(ssl_.get(), bio, bio);
        else
            ssl_.reset();
    }

    [[nodiscard]] Socket<Protocol>& socket() { return socket_; }
    /// After the handshake: that of a client which was asked for one.
    [[nodiscard]] Bytes client_certificate() const {
        X509* const shown = SSL_get0_peer_certificate(ssl_.get());
        return shown == nullptr ? Bytes() : der_of(shown);
    }
    /// After a handshake that failed with this.
    [[nodiscard]] std::string why_refused(const boost::system::error_code& error) const {
        const long verdict = ssl_ ? SSL_get_verify_result(ssl_.get()) : X509_V_OK;
        return verdict == X509_V_OK ? error.message() : X509_verify_cert_error_string(verdict);
    }
    [[nodiscard]] static std::optional<std::uint32_t> user() { return std::nullopt; }
    template <class Handler>
    void async_handshake(Handler handler) {
        attempt(
            From::start, Wants::all_it_needs, [](SSL* ssl) { return SSL_accept(ssl); },
            without_size(std::move(handler)));
    }
    template <class Handler>
    void async_read_some(boost::asio::mutable_buffer to, Handler handler) {
        const bool some_came_with_the_last = wire_->at != wire_->end;
        attempt(
            From::start, some_came_with_the_last ? Wants::nothing_more : Wants::what_comes_first,
            [to](SSL* ssl) { return SSL_read(ssl, to.data(), size_of(to.size())); }, std::move(handler));
    }
    /// Record by record: the kernel is told that more follows, and sends them together.
    template <class Handler>
    void async_write(std::string_view all, Handler handler) {
        attempt(
            From::start, Wants::all_it_needs,
            [wire = wire_.get(), all](SSL* ssl) mutable {
                for (;;) {
                    const std::string_view record = all.substr(0, record_octets_max);
                    wire->more_follows = record.size() < all.size();
                    const int n = SSL_write(ssl, record.data(), size_of(record.size()));
                    wire->more_follows = false;
                    if (n <= 0 || record.size() == all.size()) return n;
                    all.remove_prefix(record.size());
                }
            },
            without_size(std::move(handler)));
    }
    /// close_notify, without waiting for the client's. The caller ends the sending half at once: both leave together.
    template <class Handler>
    void async_shutdown(Handler handler) {
        attempt(
            From::start, Wants::all_it_needs,
            [wire = wire_.get()](SSL* ssl) {
                wire->more_follows = true;
                const int n = SSL_shutdown(ssl);
                wire->more_follows = false;
                return n < 0 ? -1 : 1;
            },
            without_size(std::move(handler)));
    }

private:
    struct Free {
        void operator()(SSL* ssl) const { SSL_free(ssl); }
    };

    /// Of the client's octets, before the handler is called.
    enum class Wants : std::uint8_t { all_it_needs, what_comes_first, nothing_more };
    /// Where an attempt is made: in the call that starts it, or in one of the loop's, from which the handler is called.
    enum class From : std::uint8_t { start, loop };

    static constexpr std::size_t record_octets_max = SSL3_RT_MAX_PLAIN_LENGTH;

    static int size_of(std::size_t n) { return static_cast<int>(std::min<std::size_t>(n, INT32_MAX)); }
    template <class Handler>
    static auto without_size(Handler handler) {
        return [handler = std::move(handler)](boost::system::error_code error, std::size_t) mutable { handler(error); };
    }

    template <class Operation, class Handler>
    void attempt(From from, Wants wants, Operation operation, Handler handler) {
        if (!ssl_) return finish(from, std::move(handler), boost::asio::error::no_memory, 0);
        if (ERR_peek_error() != 0) ERR_clear_error();  // which walks the whole queue even where it is empty
        const int n = operation(ssl_.get());
        if (n > 0) return finish(from, std::move(handler), {}, static_cast<std::size_t>(n));
        switch (SSL_get_error(ssl_.get(), n)) {
            case SSL_ERROR_WANT_READ:
                if (wants == Wants::nothing_more) return finish(from, std::move(handler), {}, 0);
                return read_wire(wants, std::move(operation), std::move(handler));
            case SSL_ERROR_WANT_WRITE: return await_room(wants, std::move(operation), std::move(handler));
            case SSL_ERROR_SSL:
                return finish(from, std::move(handler),
                              {static_cast<int>(ERR_get_error()), boost::asio::error::get_ssl_category()}, 0);
            default: return finish(from, std::move(handler), boost::asio::error::eof, 0);
        }
    }
    template <class Operation, class Handler>
    void read_wire(Wants wants, Operation operation, Handler handler) {
        socket_.async_read_some(boost::asio::buffer(wire_->in),
                                [this, wants, operation = std::move(operation), handler = std::move(handler)](
                                    boost::system::error_code error, std::size_t n) mutable {
                                    if (error == boost::asio::error::eof)
                                        error = boost::asio::ssl::error::stream_truncated;
                                    if (error) return handler(error, 0);
                                    wire_->at = 0;
                                    wire_->end = n;
                                    if (wants == Wants::what_comes_first) wants = Wants::nothing_more;
                                    attempt(From::loop, wants, std::move(operation), std::move(handler));
                                });
    }
    template <class Operation, class Handler>
    void await_room(Wants wants, Operation operation, Handler handler) {
        socket_.async_wait(boost::asio::socket_base::wait_write,
                           [this, wants, operation = std::move(operation),
                            handler = std::move(handler)](boost::system::error_code error) mutable {
                               if (error) return handler(error, 0);
                               attempt(From::loop, wants, std::move(operation), std::move(handler));
                           });
    }
    template <class Handler>
    void finish(From from, Handler handler, boost::system::error_code error, std::size_t n) {
        if (from == From::loop) return handler(error, n);
        boost::asio::post(socket_.get_executor(),
                          [handler = std::move(handler), error, n]() mutable { handler(error, n); });
    }

    Socket<Protocol> socket_;
    std::unique_ptr<TlsWire> wire_;
    std::shared_ptr<boost::asio::ssl::context> context_;  ///< the server may have another by now
    std::unique_ptr<SSL, Free> ssl_;
};

}  // namespace mcim::http
