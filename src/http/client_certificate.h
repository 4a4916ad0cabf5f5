// Clients that a server knows by their certificates (mutual TLS). A certificate that is known is trusted as it stands,
// whoever issued it: the list of those that are known is the only one, and takes somebody out of it at once.
#pragma once
#include <functional>

#include "mcim/base/ports.h"
#include "mcim/http/message.h"

namespace mcim::http {

/// A handshake that TLS ended, on whichever side.
struct RefusedHandshake {
    Place from{};
    std::string why;  ///< the library's words: none of them is the client's
};

/// Asked within the handshake, on the loop; the client's proof that it has the key follows.
struct ClientRules {
    std::function<bool(View certificate)> knows;  ///< DER
    std::function<Time()> now = system_now;
    std::function<void(const RefusedHandshake&)> refused = [](const RefusedHandshake&) {};
};

/// Whether a certificate is one that a handshake would take: within its dates, not against being used by a TLS client
/// (key usage, extended key usage), on a key and a digest that OpenSSL counts as strong enough.
[[nodiscard]] Status check_client_certificate(View der, Time now);

}  // namespace mcim::http
