#include "mcim/saip/image.h"

#include <algorithm>

#include "mcim/saip/response.h"

namespace mcim::saip {

std::string_view to_string(PeStatusCode code) {
    switch (code) {
        using enum PeStatusCode;
        case ok: return "ok";
        case pe_not_supported: return "pe-not-supported";
        case memory_failure: return "memory-failure";
        case bad_values: return "bad-values";
        case not_enough_memory: return "not-enough-memory";
        case invalid_request_format: return "invalid-request-format";
        case invalid_parameter: return "invalid-parameter";
        case runtime_not_supported: return "runtime-not-supported";
        case lib_not_supported: return "lib-not-supported";
        case template_not_supported: return "template-not-supported";
        case feature_not_supported: return "feature-not-supported";
        case pin_code_missing: return "pin-code-missing";
        case unsupported_profile_version: return "unsupported-profile-version";
    }
    return "status";
}

const Node* Image::find(const FilePath& path) const {
    const auto at = std::ranges::find(nodes, path, &Node::path);
    return at == nodes.end() ? nullptr : &*at;
}

std::size_t Image::footprint() const {
    constexpr std::size_t node_octets = 64;
    std::size_t sum = 0;
    for (const Node& n : nodes) sum += node_octets + (n.link ? 0 : n.size);
    for (const StoredElement& e : stored) sum += e.der.size();
    for (const SecurityDomain& d : domains) sum += node_octets * (1 + d.keys.size());
    return sum;
}

}  // namespace mcim::saip
