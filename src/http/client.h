// An HTTP/1.1 client over TLS or over a UNIX socket. Over TLS the server must show a CERT.DPtls of SGP.22 4.5.2 that
// one of the given CI roots itself issued and that names the host that was asked for; an SM-DS, its CERT.DStls. Only
// what is neither, an operator's system, may be asked for by its host's name alone. There is no switch for less. Where
// the host is really reached (a test on loopback, a device behind a proxy) can be said apart, and changes nothing of
// that.
#pragma once
#include <filesystem>
#include <functional>
#include <map>
#include <memory>

#include "mcim/base/bytes.h"
#include "mcim/http/loop.h"
#include "mcim/http/message.h"
#include "mcim/http/tls_identity.h"
#include "mcim/x509/certificate.h"

namespace mcim::http {

struct HostPort {
    std::string host;  ///< name or IP address
    std::uint16_t port = 443;
    friend auto operator<=>(const HostPort&, const HostPort&) = default;
};
/// "smdp.example.com" or "smdp.example.com:8443".
[[nodiscard]] Result<HostPort> parse_host_port(std::string_view);

/// What a server has to be.
enum class ServerIs : std::uint8_t {
    an_smdp,            ///< with a CERT.DPtls that names the host
    an_smds,            ///< with a CERT.DStls that names the host, whatever CAs but EUMs are between it and the roots
    named_by_its_host,  ///< as web clients have it: a chain to one of the roots, and the host's name
};

struct ClientConfig {
    /// CI certificates, DER; at least one. Of any server but an SM-DP+: CAs, whatever is above them.
    std::vector<Bytes> roots;
    /// Where a host is reached, for those that are not where DNS says: {"smdp.test", 443} -> {"127.0.0.1", 40123}.
    std::map<HostPort, HostPort> resolve;
    std::chrono::milliseconds time_max{30'000};  ///< for one exchange, connecting included
    std::size_t body_octets_max = 4U * 1024U * 1024U;
    ServerIs server = ServerIs::an_smdp;
    /// Asked about each certificate of an SM-DS's chain, on the loop; empty: none is.
    std::function<bool(const x509::Certificate&)> is_revoked{};
    std::shared_ptr<const TlsIdentity> identity{};  ///< shown to a server that asks for one
};

/// Asynchronous, for many at once on one Loop. The connection closes with its last copy.
class Connection {
public:
    using Opened = std::function<void(Result<Connection>)>;
    using Answered = std::function<void(Result<Response>)>;

    /// Errors: io where nobody answers, refused where the server's certificate is not acceptable.
    static void open(Loop&, const ClientConfig&, const HostPort& server, Opened);
    static void open_unix(Loop&, const std::filesystem::path&, const ClientConfig&, Opened);
    /// One request at a time.
    void send(Request, Answered);
    [[nodiscard]] std::uint64_t octets_sent() const;  ///< of HTTP, TLS aside
    [[nodiscard]] std::uint64_t octets_received() const;
    [[nodiscard]] std::uint64_t octets_on_wire() const;  ///< payload of TCP both ways, TLS included; 0 over UNIX

    struct Impl;
    explicit Connection(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

private:
    std::shared_ptr<Impl> impl_;
};

/// Blocking, for an agent or a command line: one exchange after the other, on one connection where the server keeps it.
class Client {
public:
    explicit Client(ClientConfig);
    ~Client();
    [[nodiscard]] Result<Response> send(const HostPort& server, Request);
    /// Over TLS connections only, this one.
    [[nodiscard]] Result<Response> send_unix(const std::filesystem::path& socket, Request);
    void disconnect();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace mcim::http
