// Private to the module: one client of a server, from its handshake to its last octet, within the limits.
#pragma once
#include "mcim/http/server_impl.h"

namespace mcim::http {

/// Returns at once; the connection lives on the loop until it ends.
void serve_connection(PlainStream<boost::asio::local::stream_protocol>, std::shared_ptr<Server::Impl>);
void serve_connection(PlainStream<boost::asio::ip::tcp>, std::shared_ptr<Server::Impl>, const Place&);
void serve_connection(TlsStream, std::shared_ptr<Server::Impl>, const Place&);

}  // namespace mcim::http
