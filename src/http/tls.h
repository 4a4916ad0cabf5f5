// Private to the module: TLS contexts. TLS 1.2 and 1.3 only; no session tickets, so that a server keeps and hands out
// no key that outlives a connection.
#pragma once
#include <boost/asio/ssl/context.hpp>

#include <boost/asio/ssl/verify_context.hpp>
#include <span>

#include "mcim/http/client.h"
#include "mcim/http/server.h"
#include "mcim/x509/verify.h"

namespace mcim::http {

/// With `clients`, who live as long as the context: only for those.
[[nodiscard]] Result<std::shared_ptr<boost::asio::ssl::context>> server_context(const TlsIdentity&,
                                                                                const ClientRules* clients = nullptr);
/// One identity for each curve: a client is shown that of the curve which its list of groups names first, and the first
/// where it names none (RFC 8422 5.3). On brainpoolP256r1 it is TLS 1.2: 1.3 has no signatures on it here.
[[nodiscard]] Result<std::shared_ptr<boost::asio::ssl::context>> server_context(std::span<const TlsIdentity>,
                                                                                const ClientRules* clients = nullptr);
/// For OpenSSL, in the place of its own verification (client_certificate.cpp).
int on_client_certificate(X509_STORE_CTX*, void* client_rules);
[[nodiscard]] Bytes der_of(X509*);
/// Verifies the peer's chain and dates; there is no way to have one that does not. Who the peer is, ServerRules says.
/// It names the curves of its roots, and no other, as those on which a server's certificate may be.
/// With `identity` it shows that to a server which asks for one.
[[nodiscard]] Result<std::shared_ptr<boost::asio::ssl::context>> client_context(const std::vector<Bytes>& roots,
                                                                                const TlsIdentity* identity = nullptr);

/// Of an SM-DP+: what SGP.22 4.5.2 demands of a server beyond what a web client looks at: the role id-rspRole-dp-tls,
/// issued by the CI itself (every EUM is a CA under the same root, and could name any host), and the host as an exact
/// dNSName.
class ServerRules {
public:
    [[nodiscard]] static Result<ServerRules> under(const std::vector<Bytes>& roots);
    /// The role id-rspRole-ds-tls and the host as an exact dNSName, beside what OpenSSL verifies; no certificate of the
    /// chain is revoked, and none of it is an EUM's, who is a CA under the same root whatever host he names.
    [[nodiscard]] static ServerRules of_an_smds(std::function<bool(const x509::Certificate&)> is_revoked);
    /// Not SGP.22's: what web clients look at, which is the host's name beside what OpenSSL verifies.
    [[nodiscard]] static ServerRules of_the_web();
    /// For OpenSSL's verification, which calls it for every certificate of the chain, the server's own last. What
    /// OpenSSL refuses stays refused.
    [[nodiscard]] bool accept(bool accepted_by_openssl, boost::asio::ssl::verify_context&, const std::string& host);
    /// Why the last certificate was not accepted, for the error's sentence.
    [[nodiscard]] const std::string& complaint() const { return complaint_; }

private:
    explicit ServerRules(ServerIs server) : server_(server) {}
    [[nodiscard]] bool is_wanted(X509* certificate, const std::string& host);
    [[nodiscard]] bool is_smdp(View certificate, const std::string& host);
    [[nodiscard]] bool is_smds(View certificate, const std::string& host);
    [[nodiscard]] bool is_web_server(X509* certificate, const std::string& host);
    [[nodiscard]] bool is_in_force(View certificate);
    [[nodiscard]] bool may_issue(X509* certificate);
    ServerIs server_;
    x509::TrustAnchors anchors_{};  ///< of an SM-DP+
    std::function<bool(const x509::Certificate&)> is_revoked_{};
    std::string complaint_;
};

/// What a client goes by. Making it costs as much as several signatures: a loop keeps it for the next connection.
struct ClientTrust {
    std::shared_ptr<boost::asio::ssl::context> tls;
    ServerRules rules;
    [[nodiscard]] static Result<ClientTrust> of(const ClientConfig&);
};

}  // namespace mcim::http
