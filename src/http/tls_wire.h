// Private to the module: a TLS connection's socket as OpenSSL sees it (a BIO). It reads what the loop has brought, one
// read of the socket for as much as its buffer takes of what has arrived, and sends at once.
#pragma once
#include <openssl/bio.h>

#include <array>
#include <cstddef>

namespace mcim::http {

struct TlsWire {
    int socket = -1;
    bool more_follows = false;  ///< what is sent now may wait in the kernel for what is sent next
    std::array<char, 4096> in;  ///< octets from `at` to `end` are not read yet
    std::size_t at = 0;
    std::size_t end = 0;
};
/// For SSL_set_bio, which owns it; the wire outlives it. nullptr: no memory.
[[nodiscard]] BIO* new_bio(TlsWire&);

}  // namespace mcim::http
