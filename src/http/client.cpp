#include "mcim/http/client.h"

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <charconv>
#include <cstring>

#include "mcim/http/loop_impl.h"
#include "mcim/http/tls.h"
#include "mcim/http/wire.h"

namespace mcim::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using boost::system::error_code;
using Tcp = asio::ip::tcp;
using Local = asio::local::stream_protocol;
using TlsStream = asio::ssl::stream<Tcp::socket>;

std::string serialise(const Request& request, const std::string& host) {
    std::string out = request.method + " " + request.target + " HTTP/1.1\r\nHost: " + host + "\r\n";
    for (const Header& h : request.headers) out += h.name + ": " + h.value + "\r\n";
    out += "Content-Length: " + std::to_string(request.body.size()) + "\r\n\r\n";
    out.reserve(out.size() + request.body.size());  // a string that grows leaves what it held behind
    out += request.body;
    return out;
}

/// A request may carry a key.
void wipe(std::string& text) {
    explicit_bzero(text.data(), text.size());
    text.clear();
}

Response taken(beast::http::response<beast::http::string_body>&& message) {
    Response out{message.result_int(), {}, {}};
    for (const auto& field : message)
        out.headers.push_back({std::string(field.name_string()), std::string(field.value())});
    out.body = std::move(message.body());
    return out;
}

bool is_label(std::string_view label) {
    constexpr std::size_t octets_max = 63;
    return !label.empty() && label.size() <= octets_max && !label.starts_with('-') && !label.ends_with('-') &&
           std::ranges::all_of(label, [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
           });
}
/// RFC 1123 2.1, and the addresses of IPv4 with it.
bool is_host_name(std::string_view name) {
    constexpr std::size_t octets_max = 253;
    if (name.size() > octets_max) return false;
    for (;;) {
        const auto dot = name.find('.');
        if (!is_label(name.substr(0, dot))) return false;
        if (dot == std::string_view::npos) return true;
        name.remove_prefix(dot + 1);
    }
}

}  // namespace

Result<HostPort> parse_host_port(std::string_view text) {
    const auto colon = text.find(':');
    HostPort out{std::string(text.substr(0, colon)), 443};
    if (out.host.empty()) return fail(Errc::bad_value, "host", "there is none in \"" + std::string(text) + "\"");
    if (!is_host_name(out.host))
        return fail(Errc::bad_value, "host",
                    "\"" + out.host + "\" is no host name: letters, digits and '-' between dots (RFC 1123)");
    if (colon == std::string_view::npos) return out;
    const auto digits = text.substr(colon + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), out.port);
    if (error != std::errc() || end != digits.data() + digits.size() || out.port == 0)
        return fail(Errc::bad_value, "port", "\"" + std::string(digits) + "\" is not a port (1 to 65535)");
    return out;
}

struct Connection::Impl : std::enable_shared_from_this<Connection::Impl> {
    Impl(Loop& on, const ClientConfig& config, std::string host_name, std::string named)
        : context(on.impl().context),
          time_max(config.time_max),
          body_octets_max(config.body_octets_max),
          host(std::move(host_name)),
          name(std::move(named)),
          timer(context) {}
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;
    virtual ~Impl() { wipe(out); }

    virtual void write_and_read() = 0;
    virtual void cancel() = 0;
    /// After the time was up and cancel(): for what does not end by that.
    virtual void expired() {}
    [[nodiscard]] virtual int native_socket() = 0;

    /// Until the timer is cancelled; then everything pending is.
    void expect_within(std::chrono::milliseconds limit) {
        timed_out = false;
        timer.expires_after(limit);
        timer.async_wait([weak = weak_from_this()](error_code error) {
            const auto self = weak.lock();
            if (error || !self) return;
            self->timed_out = true;
            self->cancel();
            self->expired();
        });
    }
    [[nodiscard]] Error failure(std::string_view doing, const error_code& error) const {
        if (timed_out)
            return fail(Errc::io, name,
                        std::string(doing) + " took longer than " + std::to_string(time_max.count()) + " ms");
        return fail(Errc::io, name, std::string(doing) + ": " + error.message());
    }
    void finish(Result<Response> result) {
        timer.cancel();
        parser.reset();
        auto callback = std::exchange(answered, nullptr);
        if (callback) callback(std::move(result));
    }

    asio::io_context& context;
    std::chrono::milliseconds time_max;
    std::size_t body_octets_max;
    std::string host;
    std::string name;  ///< in errors: "smdp.example.com:443"
    asio::steady_timer timer;
    beast::flat_buffer buffer;
    std::optional<beast::http::response_parser<beast::http::string_body>> parser;
    std::string out;
    Connection::Answered answered;
    std::uint64_t sent = 0;
    std::uint64_t received = 0;
    bool timed_out = false;
};

namespace {

template <class Stream>
struct Exchange : Connection::Impl {
    template <class... Args>
    Exchange(Loop& on, const ClientConfig& config, std::string host_name, std::string named, Args&&... args)
        : Impl(on, config, std::move(host_name), std::move(named)), stream(std::forward<Args>(args)...) {}

    void write_and_read() override {
        asio::async_write(stream, asio::buffer(out), [self = self_ptr()](error_code error, std::size_t n) {
            self->sent += n;
            wipe(self->out);
            if (error) return self->finish(self->failure("sending the request", error));
            self->read();
        });
    }
    void read() {
        parser.emplace();
        parser->body_limit(body_octets_max);
        beast::http::async_read(stream, buffer, *parser, [self = self_ptr()](error_code error, std::size_t n) {
            self->received += n;
            if (error) return self->finish(self->failure("waiting for the answer", error));
            self->finish(taken(self->parser->release()));
        });
    }
    void cancel() override {
        error_code ignored;
        stream.lowest_layer().close(ignored);
    }
    int native_socket() override { return stream.lowest_layer().native_handle(); }
    std::shared_ptr<Exchange> self_ptr() { return std::static_pointer_cast<Exchange>(shared_from_this()); }

    Stream stream;
};

std::string text_of(const HostPort& at) { return at.host + ":" + std::to_string(at.port); }

/// With where it is really looked for, if that is elsewhere.
std::string name_of(const ClientConfig& config, const HostPort& server) {
    const auto elsewhere = config.resolve.find(server);
    return text_of(server) + (elsewhere == config.resolve.end() ? "" : " (" + text_of(elsewhere->second) + ")");
}

/// Resolve, connect, handshake; then the connection is the caller's.
struct TlsOpening final : Exchange<TlsStream> {
    TlsOpening(Loop& on, const ClientConfig& config, const HostPort& server, std::shared_ptr<asio::ssl::context> tls,
               ServerRules server_rules)
        : Exchange(on, config, server.host, name_of(config, server), on.impl().context, *tls),
          resolver(context),
          tls_context(std::move(tls)),
          rules(std::move(server_rules)) {}

    void cancel() override {
        resolver.cancel();
        Exchange::cancel();
    }
    /// A lookup in the C library cannot be cancelled.
    void expired() override {
        if (opened) give_up(failure("connecting", {}));
    }
    void start(const HostPort& reached_at, Connection::Opened then) {
        opened = std::move(then);
        expect_within(time_max);
        error_code error;
        const auto ip = asio::ip::make_address(reached_at.host, error);
        if (!error) return connect_to(Tcp::endpoint(ip, reached_at.port));
        resolver.async_resolve(reached_at.host, std::to_string(reached_at.port),
                               [self = pointer()](error_code e, const Tcp::resolver::results_type& found) {
                                   if (!self->opened) return;
                                   if (e) return self->give_up(self->failure("looking up the name", e));
                                   asio::async_connect(
                                       self->stream.lowest_layer(), found,
                                       [self](error_code e2, const Tcp::endpoint&) { self->on_connected(e2); });
                               });
    }

private:
    void connect_to(const Tcp::endpoint& where) {
        stream.lowest_layer().async_connect(where, [self = pointer()](error_code e) { self->on_connected(e); });
    }
    void on_connected(error_code error) {
        if (!opened) return;
        if (error) return give_up(failure("connecting", error));
        stream.lowest_layer().set_option(Tcp::no_delay(true), error);
        SSL_set_tlsext_host_name(stream.native_handle(), host.c_str());
        // the stream is this object's: the callback does not outlive it
        stream.set_verify_callback(
            [this](bool accepted, asio::ssl::verify_context& chain) { return rules.accept(accepted, chain, host); },
            error);
        stream.async_handshake(asio::ssl::stream_base::client, [self = pointer()](error_code e) {
            if (!self->opened) return;
            if (e) return self->give_up(self->handshake_failure(e));
            self->timer.cancel();
            std::exchange(self->opened, nullptr)(Connection(self));
        });
    }
    [[nodiscard]] Error handshake_failure(const error_code& error) {
        const long verdict = SSL_get_verify_result(stream.native_handle());
        if (timed_out || error.category() != asio::error::get_ssl_category()) return failure("TLS handshake", error);
        if (verdict != X509_V_OK)
            return fail(Errc::refused, name, "the server's certificate is not acceptable: " + rules.complaint());
        return fail(Errc::io, name, "TLS handshake: " + error.message());
    }
    void give_up(Error error) {
        timer.cancel();
        cancel();
        std::exchange(opened, nullptr)(std::move(error));
    }
    std::shared_ptr<TlsOpening> pointer() { return std::static_pointer_cast<TlsOpening>(shared_from_this()); }

    Tcp::resolver resolver;
    std::shared_ptr<asio::ssl::context> tls_context;
    ServerRules rules;
    Connection::Opened opened;
};

/// Kept on the loop, but for one that shows an identity: its context has a key in it.
Result<ClientTrust> trust_of(Loop& loop, const ClientConfig& config) {
    if (config.identity || config.server != ServerIs::an_smdp) return ClientTrust::of(config);
    auto& trusts = loop.impl().trusts;
    auto trust = trusts.find(config.roots);
    if (trust == trusts.end()) {
        TRY(auto made, ClientTrust::of(config));
        trust = trusts.emplace(config.roots, std::move(made)).first;
    }
    return trust->second;
}

}  // namespace

void Connection::open(Loop& loop, const ClientConfig& config, const HostPort& server, Opened opened) {
    const auto trust = trust_of(loop, config);
    if (!trust) return opened(trust.error());
    const auto elsewhere = config.resolve.find(server);
    std::make_shared<TlsOpening>(loop, config, server, trust->tls, trust->rules)
        ->start(elsewhere == config.resolve.end() ? server : elsewhere->second, std::move(opened));
}

void Connection::open_unix(Loop& loop, const std::filesystem::path& file, const ClientConfig& config, Opened opened) {
    auto exchange =
        std::make_shared<Exchange<Local::socket>>(loop, config, "localhost", file.string(), loop.impl().context);
    error_code error;
    exchange->stream.connect(Local::endpoint(file.string()), error);
    if (error) return opened(fail(Errc::io, file, "cannot connect: " + error.message()));
    opened(Connection(exchange));
}

void Connection::send(Request request, Answered answered) {
    impl_->out = serialise(request, impl_->host);
    wipe(request.body);
    impl_->answered = std::move(answered);
    impl_->expect_within(impl_->time_max);
    impl_->write_and_read();
}
std::uint64_t Connection::octets_sent() const { return impl_->sent; }
std::uint64_t Connection::octets_received() const { return impl_->received; }
std::uint64_t Connection::octets_on_wire() const { return tcp_payload_octets(impl_->native_socket()); }

struct Client::Impl {
    explicit Impl(ClientConfig with) : config(std::move(with)) {}
    ClientConfig config;
    Loop loop{};
    std::optional<Connection> kept{};
    HostPort kept_for{};
    std::chrono::steady_clock::time_point used_at{};

    /// One exchange. What is called back late finds it here still, and changes nothing else.
    struct Pending {
        Request request;
        std::optional<Result<Response>> answer{};
        std::optional<Connection> connection{};
    };

    std::shared_ptr<Pending> current{};

    /// Runs the loop until `open` and then the exchange have called back.
    template <class Open>
    Result<Response> exchange(Request request, Open open) {
        const auto pending = std::make_shared<Pending>(Pending{std::move(request)});
        current = pending;
        const auto answered = [this, pending](Result<Response> r) {
            pending->answer.emplace(std::move(r));
            if (current == pending) loop.stop();  // a lookup that was given up would keep it running
        };
        open([pending, answered](Result<Connection> connection) {
            if (!connection) return answered(std::move(connection).error());
            pending->connection = *connection;
            pending->connection->send(std::move(pending->request), answered);
        });
        // every step has its own deadline of time_max: connecting, and the exchange
        if (!pending->answer) loop.run_for(2 * config.time_max + std::chrono::seconds(1));
        wipe(pending->request.body);  // where it was never sent
        kept = std::exchange(pending->connection, std::nullopt);
        if (!pending->answer || !*pending->answer) kept.reset();
        if (!pending->answer) return fail(Errc::io, kept_for.host, "no answer in time");
        used_at = std::chrono::steady_clock::now();
        if (kept && (*pending->answer)->find_header("Connection").value_or("") == "close") kept.reset();
        return *std::move(pending->answer);
    }
};

namespace {
/// A connection that rested longer may be closed by the server at the moment of use.
constexpr std::chrono::seconds rest_max{5};
}  // namespace

Client::Client(ClientConfig config) : impl_(std::make_unique<Impl>(std::move(config))) {}
Client::~Client() = default;
void Client::disconnect() { impl_->kept.reset(); }

Result<Response> Client::send(const HostPort& server, Request request) {
    const bool fresh = std::chrono::steady_clock::now() - impl_->used_at < rest_max;
    if (!impl_->kept || impl_->kept_for != server || !fresh) impl_->kept.reset();
    impl_->kept_for = server;
    return impl_->exchange(std::move(request), [&](const Connection::Opened& then) {
        if (impl_->kept) return then(Result<Connection>(*impl_->kept));
        Connection::open(impl_->loop, impl_->config, server, then);
    });
}

Result<Response> Client::send_unix(const std::filesystem::path& socket, Request request) {
    impl_->kept_for = {socket.string(), 0};
    auto result = impl_->exchange(std::move(request), [&](const Connection::Opened& then) {
        Connection::open_unix(impl_->loop, socket, impl_->config, then);
    });
    impl_->kept.reset();
    return result;
}

}  // namespace mcim::http
