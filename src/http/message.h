// An HTTP request and its answer, as far as this system looks at them.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mcim/base/bytes.h"

namespace mcim::http {

struct Header {
    std::string name;
    std::string value;
};

/// Where a client comes from, as far as one customer of a network can choose: an IPv4 address, or the /64 of an IPv6
/// one.
using Place = std::array<std::uint8_t, 16>;

struct Request {
    std::string method = "POST";
    std::string target = "/";  ///< path and query, as on the request line
    std::vector<Header> headers{};
    std::string body{};
    std::optional<Place> from{};          ///< that a server took over a network
    Bytes client_certificate{};           ///< DER, of a client of mutual TLS: it has proved to have its key; else empty
    std::optional<std::uint32_t> user{};  ///< whose process asks at a UNIX socket: the kernel's word
    /// The first header of this name, letter case aside.
    [[nodiscard]] std::optional<std::string_view> find_header(std::string_view name) const;
    [[nodiscard]] std::string_view path() const;  ///< target without its query
};

struct Response {
    unsigned status = 200;
    std::vector<Header> headers{};
    std::string body{};
    [[nodiscard]] std::optional<std::string_view> find_header(std::string_view name) const;
};

[[nodiscard]] std::string_view reason_phrase(unsigned status);
/// Content-Type without its parameters, in lower case: "application/json; charset=utf-8" is "application/json".
[[nodiscard]] std::string media_type(std::string_view content_type);

[[nodiscard]] Response json_response(unsigned status, std::string body);
/// RFC 9457 problem document: {"status":404,"title":"Not Found","detail":"..."}
[[nodiscard]] Response problem(unsigned status, std::string_view detail);

}  // namespace mcim::http
