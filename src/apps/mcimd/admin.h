// The local administration: HTTP with JSON over a UNIX socket of mode 0600. Whoever may open the socket may do all of
// it. `GET /` lists the calls; docs/mcimd.md describes them. Octets are base64url without padding where no other form
// is named; times are whole seconds since 1970. Failures are RFC 9457 problems. No answer holds a key of a
// subscription.
#pragma once
#include "mcim/apps/mcimd/platform.h"
#include "mcim/http/server.h"

namespace mcim::apps::mcimd {

struct AdminCall {
    std::string_view method;
    std::string_view path;     ///< "/orders/ID/cancel": the part in capitals is the caller's
    std::string_view members;  ///< of the body, "operator iccid eid?"; of those with '?' the call needs none
    std::string_view what;
};
[[nodiscard]] std::vector<AdminCall> admin_calls();

void serve_admin(Platform&, const http::Request&, const http::Reply&);

}  // namespace mcim::apps::mcimd
