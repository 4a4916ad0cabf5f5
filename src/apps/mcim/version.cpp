#include "mcim/apps/mcim/version.h"

#include <array>

#include "mcim/base/version.h"
#include "mcim/jose/json.h"

namespace mcim::apps {

namespace {

struct Specification {
    std::string_view name;
    std::string_view version;
    std::string_view what;
};
constexpr std::array specifications{
    Specification{"SGP.22", "v2.5", "remote provisioning: ES8+, ES9+, ES10a/b/c, certificates"},
    Specification{"TCA profile package", "3.3.1", "interoperable format; 2.x packages are read"},
    Specification{"TS 102 221", "Release 17", "the card: files, commands, PINs, channels"},
    Specification{"TS 31.102", "Release 17", "the USIM"},
    Specification{"TS 33.102", "Release 17", "AKA, sequence numbers, resynchronisation"},
    Specification{"TS 35.206", "Release 17", "MILENAGE"},
    Specification{"TS 34.108", "8.1.2", "test algorithm, laboratory only"},
    Specification{"RFC 9334", "", "attestation: roles and words"},
    Specification{"draft-ietf-rats-ear", "04", "verdicts"},
    Specification{"TPM 2.0", "1.59", "quotes, sealing"},
    Specification{"RFC 7515, 7518", "", "signed tokens, ES256"},
};

}  // namespace

std::string version_text() {
    std::string out = named_version("mcim") + " (SGP.22 v2.5)\n\n";
    for (const auto& s : specifications) {
        std::string name = std::string(s.name) + (s.version.empty() ? "" : " ") + std::string(s.version);
        name.resize(std::max<std::size_t>(name.size(), 28), ' ');
        out += "  " + name + std::string(s.what) + "\n";
    }
    return out;
}

std::string version_json() {
    std::vector<jose::ObjectWriter> list;
    for (const auto& s : specifications) {
        jose::ObjectWriter one;
        one.text("name", s.name);
        if (!s.version.empty()) one.text("version", s.version);
        list.push_back(one.text("what", s.what));
    }
    return jose::ObjectWriter().text("mcim", software_version).objects("specifications", list).finish();
}

}  // namespace mcim::apps
