// A full TLS handshake between two ends in memory, with the contexts of this module's servers and clients: what a
// server cannot get below for a client that it has never met. Only for measuring (mcim bench download).
#pragma once
#include "mcim/http/client.h"
#include "mcim/http/server.h"

namespace mcim::http {

class BareHandshake {
public:
    [[nodiscard]] static Result<BareHandshake> prepare(const TlsIdentity&, const std::vector<Bytes>& roots);
    BareHandshake(BareHandshake&&) noexcept;
    BareHandshake& operator=(BareHandshake&&) noexcept;
    ~BareHandshake();

    /// From one new connection to its end. By `clock`, which the caller chooses: the time of the server's steps alone.
    [[nodiscard]] Result<std::chrono::nanoseconds> server_time(std::chrono::nanoseconds (*clock)());
    /// "TLSv1.3, X25519": what the last one agreed on.
    [[nodiscard]] const std::string& agreed() const;

private:
    struct Impl;
    explicit BareHandshake(std::unique_ptr<Impl>);
    std::unique_ptr<Impl> impl_;
};

}  // namespace mcim::http
