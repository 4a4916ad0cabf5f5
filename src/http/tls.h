// Private to the module: TLS contexts. TLS 1.2 and 1.3 only; no session tickets, so that a server keeps and hands out
// no key that outlives a connection.
#pragma once
#include <boost/asio/ssl/context.hpp>

#include "mcim/http/client.h"
#include "mcim/http/server.h"

namespace mcim::http {

[[nodiscard]] Result<std::shared_ptr<boost::asio::ssl::context>> server_context(const TlsIdentity&);
/// Verifies the peer; there is no way to have one that does not.
[[nodiscard]] Result<std::shared_ptr<boost::asio::ssl::context>> client_context(const std::vector<Bytes>& roots);
/// What OpenSSL holds against a certificate chain, for the error's sentence.
[[nodiscard]] std::string verification_problem(long verify_result);

}  // namespace mcim::http
