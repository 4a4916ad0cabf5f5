#include "mcim/http/message.h"

#include <algorithm>
#include <array>

#include "mcim/base/ascii.h"

namespace mcim::http {
namespace {

std::optional<std::string_view> find_in(const std::vector<Header>& headers, std::string_view name) {
    const auto found =
        std::ranges::find_if(headers, [&](const Header& h) { return ascii::equal_but_for_case(h.name, name); });
    if (found == headers.end()) return std::nullopt;
    return found->value;
}

std::string quoted(std::string_view text) {
    static constexpr std::string_view digits = "0123456789abcdef";
    std::string out = "\"";
    for (const char c : text) {
        const auto octet = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (octet < 0x20) {
            out += "\\u00";
            out += digits[octet >> 4U];
            out += digits[octet & 15U];
        } else {
            out += c;
        }
    }
    return out + '"';
}

}  // namespace

std::optional<std::string_view> Request::find_header(std::string_view name) const { return find_in(headers, name); }
std::optional<std::string_view> Response::find_header(std::string_view name) const { return find_in(headers, name); }

std::string_view Request::path() const { return std::string_view(target).substr(0, target.find('?')); }

std::string_view reason_phrase(unsigned status) {
    switch (status) {
        case 200: return "OK";
        case 201: return "Created";
        case 202: return "Accepted";
        case 204: return "No Content";
        case 400: return "Bad Request";
        case 401: return "Unauthorized";
        case 403: return "Forbidden";
        case 404: return "Not Found";
        case 405: return "Method Not Allowed";
        case 408: return "Request Timeout";
        case 409: return "Conflict";
        case 413: return "Content Too Large";
        case 415: return "Unsupported Media Type";
        case 422: return "Unprocessable Content";
        case 429: return "Too Many Requests";
        case 431: return "Request Header Fields Too Large";
        case 500: return "Internal Server Error";
        case 503: return "Service Unavailable";
        default: return "Unnamed";
    }
}

std::string media_type(std::string_view content_type) {
    std::string out;
    for (const char c : content_type.substr(0, content_type.find(';')))
        if (c != ' ' && c != '\t') out += ascii::lower(c);
    return out;
}

Response json_response(unsigned status, std::string body) {
    return {status, {{"Content-Type", "application/json"}}, std::move(body)};
}

Response problem(unsigned status, std::string_view detail) {
    return {status,
            {{"Content-Type", "application/problem+json"}},
            "{\"status\":" + std::to_string(status) + ",\"title\":" + quoted(reason_phrase(status)) +
                ",\"detail\":" + quoted(detail) + "}"};
}

}  // namespace mcim::http
