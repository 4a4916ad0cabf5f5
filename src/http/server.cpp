#include "mcim/http/server.h"

#include <sys/stat.h>

#include <boost/asio/steady_timer.hpp>

#include "mcim/http/server_connection.h"
#include "mcim/http/tls.h"
#include "mcim/posix/unix_socket.h"

namespace mcim::http {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using Tcp = asio::ip::tcp;
using Local = asio::local::stream_protocol;

template <class Protocol>
struct Listener final : Server::Impl {
    Listener(Loop& on, const Limits& within, Handler to) : Impl(on, within, std::move(to)), acceptor(loop) {}

    Status open(const typename Protocol::endpoint& at, const std::string& name) {
        error_code error;
        acceptor.open(at.protocol(), error);
        if (!error && std::same_as<Protocol, Tcp>) acceptor.set_option(asio::socket_base::reuse_address(true), error);
        // what is accepted inherits it (Linux)
        if (!error && std::same_as<Protocol, Tcp>) acceptor.set_option(Tcp::no_delay(true), error);
        if (!error) acceptor.bind(at, error);
        if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
        if (error) return fail(Errc::io, name, "cannot listen: " + error.message());
        return ok();
    }

    void accept() override {
        if (guests.full()) return await_newcomer();
        acceptor.async_accept(peer, [self = this->shared_from_this(), this](error_code error, Socket<Protocol> socket) {
            if (closing) return;
            if (error && error != asio::error::connection_aborted) return retry_later();
            if (!error) serve(std::move(socket));
            accept();
        });
    }
    /// Whoever comes finds no room: it stays in the kernel's queue until somebody has left.
    void await_newcomer() {
        acceptor.async_wait(asio::socket_base::wait_read, [self = this->shared_from_this(), this](error_code error) {
            if (closing) return;
            if (error) return retry_later();
            if (!guests.full()) return accept();
            newcomer.emplace(loop.get_executor());
            shed_one();
        });
    }
    /// No file descriptor or no memory is left: somebody gives something back.
    void retry_later() {
        if (guests.shed_one()) ++shed;
        auto timer = std::make_shared<asio::steady_timer>(loop, std::chrono::milliseconds(50));
        timer->async_wait([timer, self = this->shared_from_this()](error_code) {
            if (!self->closing) self->accept();
        });
    }

    void serve(Socket<Protocol> socket) {
        if constexpr (std::same_as<Protocol, Tcp>) {
            const auto place = place_of(peer.address());
            if (!guests.admits(place)) {
                ++turned_away;
                return;
            }
            if (tls)
                serve_connection(TlsStream(std::move(socket), tls), shared_from_this(), place);
            else
                serve_connection(PlainStream<Protocol>(std::move(socket)), shared_from_this(), place);
        } else {
            serve_connection(PlainStream<Protocol>(std::move(socket)), shared_from_this());
        }
    }

    void close_listener() override {
        error_code ignored;
        acceptor.close(ignored);
        if (!file.empty()) std::filesystem::remove(file, ignored_std);
    }
    [[nodiscard]] std::uint16_t port() const override {
        if constexpr (std::same_as<Protocol, Tcp>)
            return acceptor.local_endpoint().port();
        else
            return 0;
    }

    Result<std::function<void()>> prepare_tls(std::span<const TlsIdentity> identities) override {
        if (!tls) return fail(Errc::refused, "certificate", "this listener has no TLS");
        TRY(auto context, server_context(identities, clients.get()));
        return std::function<void()>([self = this->shared_from_this(), this, context] { tls = context; });
    }

    asio::basic_socket_acceptor<Protocol, Executor> acceptor;
    typename Protocol::endpoint peer;            ///< of the connection that is being accepted
    std::unique_ptr<const ClientRules> clients;  ///< of mutual TLS: its context refers to them
    std::shared_ptr<asio::ssl::context> tls;     ///< where there is none, TCP is plain
    std::filesystem::path file;
    std::error_code ignored_std;
};

Result<std::unique_ptr<Server>> start(std::shared_ptr<Listener<Tcp>> listener, const Address& address) {
    error_code error;
    const auto ip = asio::ip::make_address(address.ip, error);
    if (error) return fail(Errc::bad_value, "address", "\"" + address.ip + "\" is not an IP address");
    CHECKED(listener->open({ip, address.port}, address.ip + ":" + std::to_string(address.port)));
    listener->accept();
    return std::make_unique<Server>(std::move(listener));
}

}  // namespace

Server::Server(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
Server::~Server() { close(); }
std::uint16_t Server::port() const { return impl_->port(); }
std::size_t Server::connections() const { return impl_->guests.size(); }
std::uint64_t Server::turned_away() const { return impl_->turned_away; }
std::uint64_t Server::shed() const { return impl_->shed; }

Result<std::function<void()>> Server::prepare_tls(std::span<const TlsIdentity> identities) {
    return impl_->prepare_tls(identities);
}

void Server::close() {
    if (std::exchange(impl_->closing, true)) return;
    impl_->close_listener();
    impl_->newcomer.reset();
    impl_->guests.close_when_idle();
}

Result<std::unique_ptr<Server>> Server::listen_tls(Loop& loop, const Address& address, const TlsIdentity& identity,
                                                   const Limits& limits, Handler handler) {
    return listen_tls(loop, address, std::span(&identity, 1), limits, std::move(handler));
}

Result<std::unique_ptr<Server>> Server::listen_tls(Loop& loop, const Address& address,
                                                   std::span<const TlsIdentity> identities, const Limits& limits,
                                                   Handler handler) {
    auto listener = std::make_shared<Listener<Tcp>>(loop, limits, std::move(handler));
    TRY(listener->tls, server_context(identities));
    return start(std::move(listener), address);
}

Result<std::unique_ptr<Server>> Server::listen_mutual_tls(Loop& loop, const Address& address,
                                                          std::span<const TlsIdentity> identities, const Limits& limits,
                                                          ClientRules clients, Handler handler) {
    auto listener = std::make_shared<Listener<Tcp>>(loop, limits, std::move(handler));
    listener->handshake_refused = clients.refused;
    listener->clients = std::make_unique<const ClientRules>(std::move(clients));
    TRY(listener->tls, server_context(identities, listener->clients.get()));
    return start(std::move(listener), address);
}

Result<std::unique_ptr<Server>> Server::listen_plain(Loop& loop, const Address& address, const Limits& limits,
                                                     Handler handler) {
    return start(std::make_shared<Listener<Tcp>>(loop, limits, std::move(handler)), address);
}

Result<std::unique_ptr<Server>> Server::listen_unix(Loop& loop, const std::filesystem::path& file, const Limits& limits,
                                                    Handler handler) {
    if (file.string().size() > 100) return fail(Errc::bad_length, file, "a UNIX socket's name has at most 100 octets");
    CHECKED(posix::clear_stale_unix_socket(file.string(), posix::UnixSocketKind::stream));
    auto listener = std::make_shared<Listener<Local>>(loop, limits, std::move(handler));
    const mode_t before = umask(0177);
    const Status opened = listener->open(Local::endpoint(file.string()), file);
    umask(before);
    CHECKED(opened);
    listener->file = file;
    listener->accept();
    return std::make_unique<Server>(listener);
}

}  // namespace mcim::http
