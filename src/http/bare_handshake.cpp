#include "mcim/http/bare_handshake.h"

#include "mcim/http/tls.h"

namespace mcim::http {
namespace {

struct FreeSsl {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
};
using Ssl = std::unique_ptr<SSL, FreeSsl>;

constexpr std::size_t buffer_octets = 16 * 1024;
constexpr int steps_max = 16;  ///< a handshake takes three

}  // namespace

struct BareHandshake::Impl {
    std::shared_ptr<boost::asio::ssl::context> server_side;
    std::shared_ptr<boost::asio::ssl::context> client_side;
    std::string agreed;

    static bool advance(SSL* end) {
        ERR_clear_error();  // or SSL_get_error may see what another connection left
        const int done = SSL_do_handshake(end);
        return done == 1 || SSL_get_error(end, done) == SSL_ERROR_WANT_READ;
    }
    void note(SSL* server) {
        const char* group = SSL_group_to_name(server, static_cast<int>(SSL_get_negotiated_group(server)));
        agreed = std::string(SSL_get_version(server)) + ", " + (group != nullptr ? group : "no group");
    }
};

BareHandshake::BareHandshake(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
BareHandshake::BareHandshake(BareHandshake&&) noexcept = default;
BareHandshake& BareHandshake::operator=(BareHandshake&&) noexcept = default;
BareHandshake::~BareHandshake() = default;
const std::string& BareHandshake::agreed() const { return impl_->agreed; }

Result<BareHandshake> BareHandshake::prepare(const TlsIdentity& identity, const std::vector<Bytes>& roots) {
    auto impl = std::make_unique<Impl>();
    TRY(impl->server_side, server_context(identity));
    TRY(impl->client_side, client_context(roots));
    return BareHandshake(std::move(impl));
}

Result<std::chrono::nanoseconds> BareHandshake::server_time(std::chrono::nanoseconds (*clock)()) {
    std::chrono::nanoseconds spent{};
    const auto timed = [&](const auto& step) {
        const auto from = clock();
        auto result = step();
        spent += clock() - from;
        return result;
    };
    const Ssl client(SSL_new(impl_->client_side->native_handle()));
    Ssl server = timed([&] { return Ssl(SSL_new(impl_->server_side->native_handle())); });
    BIO* towards_server = nullptr;
    BIO* towards_client = nullptr;
    if (!client || !server || BIO_new_bio_pair(&towards_server, buffer_octets, &towards_client, buffer_octets) != 1)
        return fail(Errc::io, "tls", "no memory for two ends");
    SSL_set_bio(client.get(), towards_server, towards_server);
    SSL_set_bio(server.get(), towards_client, towards_client);
    SSL_set_connect_state(client.get());
    SSL_set_accept_state(server.get());

    for (int step = 0; step < steps_max; ++step) {
        if (!Impl::advance(client.get())) return fail(Errc::refused, "tls", "the client end breaks the handshake off");
        if (SSL_is_init_finished(client.get()) != 0 && SSL_is_init_finished(server.get()) != 0) break;
        if (!timed([&] { return Impl::advance(server.get()); }))
            return fail(Errc::refused, "tls", "the server end breaks the handshake off");
    }
    if (SSL_is_init_finished(server.get()) == 0 || SSL_session_reused(server.get()) != 0)
        return fail(Errc::io, "tls", "this was no full handshake");
    impl_->note(server.get());
    timed([&] {
        server.reset();
        return 0;
    });
    return spent;
}

}  // namespace mcim::http
