// An HTTP/1.1 server over TLS, over a UNIX socket, or over plain TCP for what anybody may hear. It keeps to its limits
// whatever a client does: a body or header that is too large is answered 413 or 431, a request that does not come in
// time 408, one that is no HTTP 400; the connection ends and the server goes on.
#pragma once
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>

#include "mcim/http/client_certificate.h"
#include "mcim/http/loop.h"
#include "mcim/http/message.h"
#include "mcim/http/tls_identity.h"

namespace mcim::http {

struct Limits {
    std::size_t body_octets_max = 256U * 1024U;
    std::size_t header_octets_max = 8U * 1024U;
    /// When they are reached, a newcomer takes the place of who has waited for its client longest. Where all of them
    /// are being answered, it waits in the kernel's queue.
    std::size_t connections_max = 12'000;
    std::size_t connections_per_address_max = 1'000;  ///< of one IPv4 address or IPv6 /64; more are closed at once
    std::chrono::milliseconds handshake_time{10'000};
    std::chrono::milliseconds request_time{20'000};  ///< from its first octet to its last
    std::chrono::milliseconds idle_time{60'000};     ///< between two requests
    std::chrono::milliseconds write_time{30'000};

    friend bool operator==(const Limits&, const Limits&) = default;
};

struct Address {
    std::string ip = "127.0.0.1";
    std::uint16_t port = 0;  ///< 0: any free one, see Server::port()
};

/// Called once, from any thread. Dropping it uncalled closes the connection.
using Reply = std::function<void(Response)>;
using Handler = std::function<void(Request, Reply)>;

class Server {
public:
    [[nodiscard]] static Result<std::unique_ptr<Server>> listen_tls(Loop&, const Address&, const TlsIdentity&,
                                                                    const Limits&, Handler);
    /// With a certificate for each curve; a client's list of groups says which it is shown.
    [[nodiscard]] static Result<std::unique_ptr<Server>> listen_tls(Loop&, const Address&, std::span<const TlsIdentity>,
                                                                    const Limits&, Handler);
    /// For clients that it knows, and no others: who shows no certificate, or one that `clients` does not know, or
    /// cannot prove to have its key, is gone with the handshake. Requests say who has sent them.
    [[nodiscard]] static Result<std::unique_ptr<Server>> listen_mutual_tls(Loop&, const Address&,
                                                                           std::span<const TlsIdentity>, const Limits&,
                                                                           ClientRules clients, Handler);
    [[nodiscard]] static Result<std::unique_ptr<Server>> listen_plain(Loop&, const Address&, const Limits&, Handler);
    /// Replaces a socket file that nobody listens on. Mode 0600: who may connect is for the file system to say.
    [[nodiscard]] static Result<std::unique_ptr<Server>> listen_unix(Loop&, const std::filesystem::path&, const Limits&,
                                                                     Handler);
    ~Server();
    [[nodiscard]] std::uint16_t port() const;
    [[nodiscard]] std::size_t connections() const;
    /// Since it listens: connections beyond connections_per_address_max, and those that kept the server waiting and
    /// made room.
    [[nodiscard]] std::uint64_t turned_away() const;
    [[nodiscard]] std::uint64_t shed() const;
    /// Of one that listens with TLS: makes ready what it is to show, under the rules for clients that it has. Called,
    /// it is shown to connections from then on, and that cannot fail.
    [[nodiscard]] Result<std::function<void()>> prepare_tls(std::span<const TlsIdentity>);
    /// Takes no new connection, ends idle ones, and lets the others have their answer.
    void close();

    struct Impl;
    explicit Server(std::shared_ptr<Impl>);

private:
    std::shared_ptr<Impl> impl_;
};

}  // namespace mcim::http
