// What a careful operator wants to know before a package goes out. Findings are no errors: test profiles have them.
#pragma once
#include "mcim/saip/package.h"

namespace mcim::saip {

enum class Finding : std::uint8_t {
    test_key,        ///< K that stands in a published specification
    zero_key,        ///< keys not inserted yet
    test_algorithm,  ///< TS 34.108: not for a live network
    application,     ///< code that runs on the card
    remote_management,
    missing_file,   ///< TS 31.102 makes it mandatory
    missing_keys,   ///< an application that nobody can authenticate with
    iccid_differs,  ///< between header and EF_ICCID
};
struct LintFinding {
    Finding what{};
    std::string where;   ///< "PE 11 (akaParameter)"
    std::string detail;  ///< a plain sentence
};
[[nodiscard]] std::vector<LintFinding> lint(const ProfilePackage&);

}  // namespace mcim::saip
