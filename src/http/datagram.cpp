#include "mcim/http/datagram.h"

#include <sys/stat.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/local/datagram_protocol.hpp>

#include "mcim/http/loop_impl.h"
#include "mcim/posix/unix_socket.h"

namespace mcim::http {

namespace asio = boost::asio;
using Datagram = asio::local::datagram_protocol;
using boost::system::error_code;

struct DatagramServer::Impl : std::enable_shared_from_this<DatagramServer::Impl> {
    Impl(Loop& loop, std::filesystem::path at, Handler to)
        : socket(loop.impl().context), file(std::move(at)), handler(std::move(to)) {}

    void receive() {
        socket.async_receive_from(asio::buffer(in), peer, [self = shared_from_this()](error_code error, std::size_t n) {
            if (error == asio::error::operation_aborted || !self->socket.is_open()) return;
            if (!error) self->hand_over(std::string_view(self->in.data(), n));
            self->receive();
        });
    }
    void hand_over(std::string_view message) {
        handler(message, [to = peer, server = weak_from_this()](std::string_view answer) {
            if (const auto self = server.lock()) self->send(answer, to);
        });
    }
    /// Never waits for a peer that does not read: its answer is lost, as datagrams may be.
    void send(std::string_view answer, const Datagram::endpoint& to) {
        if (answer.empty() || to.path().empty()) return;
        error_code ignored;
        socket.send_to(asio::buffer(answer.data(), answer.size()), to, 0, ignored);
    }

    Datagram::socket socket;
    std::filesystem::path file;
    Handler handler;
    Datagram::endpoint peer;
    std::array<char, 2048> in{};
};

DatagramServer::DatagramServer(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

DatagramServer::~DatagramServer() {
    error_code ignored;
    impl_->socket.close(ignored);
    std::error_code ignored_too;
    std::filesystem::remove(impl_->file, ignored_too);
}

Result<std::unique_ptr<DatagramServer>> DatagramServer::listen(Loop& loop, const std::filesystem::path& file,
                                                               Handler handler) {
    if (file.string().size() > 100) return fail(Errc::bad_length, file, "a UNIX socket's name has at most 100 octets");
    CHECKED(posix::clear_stale_unix_socket(file.string(), posix::UnixSocketKind::datagram));
    auto impl = std::make_shared<Impl>(loop, file, std::move(handler));
    error_code error;
    impl->socket.open(Datagram(), error);
    const mode_t before = umask(0177);
    if (!error) impl->socket.bind(Datagram::endpoint(file.string()), error);
    umask(before);
    if (!error) impl->socket.non_blocking(true, error);
    if (error) return fail(Errc::io, file, "cannot listen: " + error.message());
    impl->receive();
    return std::make_unique<DatagramServer>(impl);
}

}  // namespace mcim::http
