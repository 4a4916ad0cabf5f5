#include "mcim/base/result.h"

namespace mcim {

std::string_view to_string(Errc code) {
    switch (code) {
        using enum Errc;
        case truncated: return "truncated";
        case bad_length: return "bad length";
        case bad_tag: return "bad tag";
        case missing_field: return "missing field";
        case trailing_data: return "trailing data";
        case bad_value: return "bad value";
        case too_large: return "too large";
        case unexpected_event: return "unexpected event";
        case not_found: return "not found";
        case conflict: return "conflict";
        case refused: return "refused";
        case bad_crypto: return "cryptographic check failed";
        case io: return "input/output error";
    }
    std::abort();
}

Error Error::within(std::string_view field) && {
    path = path.empty() ? std::string(field) : std::string(field) + "." + path;
    return std::move(*this);
}

std::string to_string(const Error& e) {
    std::string out(to_string(e.code));
    if (!e.path.empty()) out += " at " + e.path;
    if (e.offset != 0) out += " (octet " + std::to_string(e.offset) + ")";
    if (!e.detail.empty()) out += ": " + e.detail;
    return out;
}

Error fail(Errc code, std::string path, std::string detail) { return {code, 0, std::move(path), std::move(detail)}; }

}  // namespace mcim
