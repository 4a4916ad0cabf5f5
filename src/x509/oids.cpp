#include "mcim/x509/oids.h"

namespace mcim::x509 {

std::string_view to_string(Role role) {
    switch (role) {
        using enum Role;
        case ci: return "CI root";
        case euicc: return "eUICC";
        case eum: return "EUM";
        case dp_tls: return "SM-DP+ TLS";
        case dp_auth: return "SM-DP+ authentication";
        case dp_pb: return "SM-DP+ profile binding";
        case ds_tls: return "SM-DS TLS";
        case ds_auth: return "SM-DS authentication";
    }
    return "unknown role";
}

std::string oid_of(Role role) { return std::string(oid::rsp_roles) + std::to_string(static_cast<int>(role)); }

}  // namespace mcim::x509
