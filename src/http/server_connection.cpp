#include "mcim/http/server_connection.h"

#include <boost/asio/dispatch.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "mcim/base/wiping.h"

namespace mcim::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using boost::system::error_code;
using SteadyTimer =
    asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>, Executor>;

/// The head goes in front of the body, which stays where it is if it has the room.
std::string serialise(Response response, bool keep_alive) {
    std::string head;
    head.reserve(512);
    head += "HTTP/1.1 " + std::to_string(response.status) + " " + std::string(reason_phrase(response.status)) + "\r\n";
    for (const Header& h : response.headers) head.append(h.name).append(": ").append(h.value).append("\r\n");
    if (response.status != 204) head += "Content-Length: " + std::to_string(response.body.size()) + "\r\n";
    if (!keep_alive) head += "Connection: close\r\n";
    head += "\r\n";
    if (response.status == 204) return head;
    return std::move(response.body.insert(0, head));
}

Request taken(beast::http::request<beast::http::string_body>&& message, const std::optional<Place>& from,
              const Bytes& client_certificate, std::optional<std::uint32_t> user) {
    Request out{
        std::string(message.method_string()), std::string(message.target()), {}, {}, from, client_certificate, user};
    out.headers.reserve(static_cast<std::size_t>(std::distance(message.begin(), message.end())));
    for (const auto& field : message)
        out.headers.push_back({std::string(field.name_string()), std::string(field.value())});
    out.body = std::move(message.body());
    return out;
}

unsigned status_of(const error_code& error) {
    if (error == beast::http::error::body_limit) return 413;
    if (error == beast::http::error::header_limit || error == beast::http::error::buffer_overflow) return 431;
    return 400;
}

std::string_view sentence_of(unsigned status) {
    switch (status) {
        case 408: return "The request did not arrive in time.";
        case 413: return "The body is larger than this server takes.";
        case 431: return "The header is larger than this server takes.";
        default: return "This is not an HTTP/1.1 request, or not all of it.";
    }
}

bool is_of_tls(const error_code& error) { return error.category() == asio::error::get_ssl_category(); }

/// The client takes this port for one without TLS.
bool is_plain_http(const error_code& error) {
    return is_of_tls(error) && ERR_GET_REASON(static_cast<unsigned long>(error.value())) == SSL_R_HTTP_REQUEST;
}

/// One client. Whatever is awaited has a deadline; when it has passed, the pending operation is cancelled and says so.
template <class Stream>
class ServerConnection final : public Guest, public std::enable_shared_from_this<ServerConnection<Stream>> {
public:
    ServerConnection(Stream stream, std::shared_ptr<Server::Impl> server, const std::optional<Place>& place)
        : stream_(std::move(stream)),
          server_(std::move(server)),
          place_(place),
          timer_(server_->loop),
          buffer_(server_->limits.header_octets_max + 4096) {
        server_->guests.enter(*this, place);
    }
    ~ServerConnection() override { server_->left(*this); }

    void start() {
        expect(server_->limits.handshake_time);
        stream_.async_handshake([self = this->shared_from_this()](error_code error) {
            self->arrived();
            if (self->timed_out_) return;
            if (!error) return self->on_handshake();
            if (is_of_tls(error)) self->tell_of_refusal(error);
            if (is_plain_http(error)) return self->refuse_in_clear();
            if (is_of_tls(error)) self->linger_for_a_while();
        });
    }

    void close_when_idle() override {
        keep_alive_ = false;
        if (idle_) stream_.socket().cancel();
    }
    void end() override {
        error_code ignored;
        stream_.socket().shutdown(asio::socket_base::shutdown_both, ignored);
        stream_.socket().cancel(ignored);
    }

private:
    using Clock = std::chrono::steady_clock;

    void expect(std::chrono::milliseconds within) {
        timed_out_ = false;
        deadline_ = Clock::now() + within;
        if (!timer_runs_ || deadline_ < timer_.expiry()) look_again_at(deadline_);
    }
    /// What was expected is there. A timer that goes off in the same turn of the loop is too late.
    void arrived() { deadline_ = Clock::time_point::max(); }

    /// The timer is left running while its connection comes and goes by: most of what is awaited is there long before.
    void look_again_at(Clock::time_point at) {
        timer_runs_ = true;
        timer_.expires_at(at);
        timer_.async_wait([weak = this->weak_from_this()](error_code error) {
            const auto self = weak.lock();
            if (error || !self) return;
            self->timer_runs_ = false;
            if (self->deadline_ == Clock::time_point::max()) return;
            if (Clock::now() < self->deadline_) return self->look_again_at(self->deadline_);
            self->timed_out_ = true;
            error_code ignored;
            self->stream_.socket().cancel(ignored);
            // and again: between two steps of what is pending there is nothing to cancel
            self->look_again_at(Clock::now() + cancel_again_after);
        });
    }

    void tell_of_refusal(const error_code& error) {
        if (place_ && server_->handshake_refused) server_->handshake_refused({*place_, stream_.why_refused(error)});
    }

    void on_handshake() {
        client_certificate_ = stream_.client_certificate();
        user_ = stream_.user();
        await_request();
    }

    void await_request() {
        server_->waits(*this);
        parser_.emplace();
        parser_->eager(true);
        parser_->body_limit(server_->limits.body_octets_max);
        parser_->header_limit(static_cast<std::uint32_t>(server_->limits.header_octets_max));
        idle_ = buffer_.size() == 0;
        expect(idle_ ? server_->limits.idle_time : server_->limits.request_time);
        if (idle_)
            read();
        else
            parse();
    }

    void read() {
        const std::size_t room = buffer_.max_size() - buffer_.size();
        stream_.async_read_some(buffer_.prepare(std::min(room, read_octets)),
                                [self = this->shared_from_this()](error_code error, std::size_t n) {
                                    if (error || self->timed_out_) return self->on_lost(error);
                                    self->buffer_.commit(n);
                                    // the first octets are there: from now on the client has request_time
                                    if (std::exchange(self->idle_, false))
                                        self->expect(self->server_->limits.request_time);
                                    self->parse();
                                });
    }

    void parse() {
        error_code error;
        while (buffer_.size() != 0 && !parser_->is_done() && !error)
            buffer_.consume(parser_->put(buffer_.data(), error));
        if (parser_->is_done()) return on_request();
        if (error && error != beast::http::error::need_more) return refuse(status_of(error));
        if (buffer_.size() == buffer_.max_size()) return refuse(431);
        read();
    }

    void on_request() {
        arrived();
        server_->guests.works(*this);
        keep_alive_ = parser_->get().keep_alive() && !server_->closing;
        server_->handler(taken(parser_->release(), place_, client_certificate_, user_),
                         [held = held_on_the_loop()](Response response) {
                             asio::dispatch(held->server_->loop, [held, response = std::move(response)]() mutable {
                                 held->write(std::move(response));
                             });
                         });
    }

    /// For whoever answers, who may be another thread: wherever the last of these goes, the connection ends on the
    /// loop.
    std::shared_ptr<ServerConnection> held_on_the_loop() {
        auto self = this->shared_from_this();
        ServerConnection* const connection = self.get();
        return {connection, [self = std::move(self)](ServerConnection* held) mutable {
                    auto& loop = held->server_->loop;
                    asio::dispatch(loop, [self = std::move(self)] {});
                }};
    }

    /// The client has gone, says nothing more, or is no longer understood; one that has begun a request is told so.
    void on_lost(const error_code& error) {
        arrived();
        if (timed_out_ && !idle_) return refuse(408);
        const bool ended_without_goodbye = error == asio::ssl::error::stream_truncated;
        if ((error == asio::error::eof || ended_without_goodbye) && !idle_) return refuse(400);
        if (is_of_tls(error)) return linger_for_a_while();
        if (ended_without_goodbye) return;  // most have gone: there is nobody to read one of ours
        part();
    }

    void refuse(unsigned status) {
        arrived();
        keep_alive_ = false;
        write(problem(status, sentence_of(status)));
    }

    /// Over TLS nobody can be told that does not speak it.
    void refuse_in_clear() {
        out_ = serialise(problem(400, "This port is for HTTP over TLS only (https)."), false);
        expect(server_->limits.write_time);
        asio::async_write(stream_.socket(), asio::buffer(out_),
                          [self = this->shared_from_this()](error_code error, std::size_t) {
                              self->arrived();
                              if (!error) self->linger_for_a_while();
                          });
    }

    void write(Response response) {
        out_ = serialise(std::move(response), keep_alive_);
        expect(server_->limits.write_time);
        stream_.async_write(out_, [self = this->shared_from_this()](error_code error) {
            self->arrived();
            if (error) return;
            if (self->keep_alive_ && !self->server_->closing) return self->await_request();
            self->shut_down();
        });
    }

    void shut_down() {
        server_->waits(*this);
        expect(linger_time);
        stream_.async_shutdown([self = this->shared_from_this()](error_code) { self->linger(); });
    }

    /// With nothing unread there is nothing to wait for.
    void part() {
        expect(linger_time);
        stream_.async_shutdown([self = this->shared_from_this()](error_code) {
            self->arrived();
            // before the socket is closed: over octets that came meanwhile that would be a reset
            error_code ignored;
            self->stream_.socket().shutdown(asio::socket_base::shutdown_send, ignored);
        });
    }

    /// Something was said, be it an alert of TLS.
    void linger_for_a_while() {
        expect(linger_time);
        linger();
    }

    /// Reads on what the client still sends: closing over unread octets would reset the connection and take with it
    /// what was said last.
    void linger() {
        error_code ignored;
        stream_.socket().shutdown(asio::socket_base::shutdown_send, ignored);
        stream_.socket().async_read_some(asio::buffer(rest_),
                                         [self = this->shared_from_this()](error_code error, std::size_t n) {
                                             self->lingered_ += n;
                                             if (!error && self->lingered_ < linger_octets_max) return self->linger();
                                             self->arrived();
                                         });
    }
    static constexpr std::size_t read_octets = 8192;
    static constexpr std::chrono::seconds linger_time{2};
    static constexpr std::chrono::milliseconds cancel_again_after{100};
    static constexpr std::size_t linger_octets_max = 16U * 1024U * 1024U;

    Stream stream_;
    std::shared_ptr<Server::Impl> server_;
    std::optional<Place> place_;
    Bytes client_certificate_;
    std::optional<std::uint32_t> user_{};
    SteadyTimer timer_;
    beast::basic_flat_buffer<WipingAllocator<char>> buffer_;  // a request may carry keys
    std::optional<beast::http::request_parser<beast::http::string_body>> parser_;
    std::string out_;
    std::array<char, 1024> rest_;  // written to, never looked at
    std::size_t lingered_ = 0;
    Clock::time_point deadline_ = Clock::time_point::max();  ///< of what is awaited; max: nothing is
    bool timer_runs_ = false;
    bool timed_out_ = false;
    bool keep_alive_ = true;
    bool idle_ = false;
};

}  // namespace

void serve_connection(PlainStream<asio::local::stream_protocol> stream, std::shared_ptr<Server::Impl> server) {
    std::make_shared<ServerConnection<decltype(stream)>>(std::move(stream), std::move(server), std::nullopt)->start();
}
void serve_connection(PlainStream<asio::ip::tcp> stream, std::shared_ptr<Server::Impl> server, const Place& place) {
    std::make_shared<ServerConnection<decltype(stream)>>(std::move(stream), std::move(server), place)->start();
}
void serve_connection(TlsStream stream, std::shared_ptr<Server::Impl> server, const Place& place) {
    std::make_shared<ServerConnection<TlsStream>>(std::move(stream), std::move(server), place)->start();
}

}  // namespace mcim::http
