#include "mcim/smdp/es9.h"

namespace mcim::smdp {

std::string_view to_string(Es9Function function) {
    switch (function) {
        case Es9Function::initiate_authentication: return "initiateAuthentication";
        case Es9Function::authenticate_client: return "authenticateClient";
        case Es9Function::get_bound_profile_package: return "getBoundProfilePackage";
        case Es9Function::cancel_session: return "cancelSession";
        case Es9Function::handle_notification: return "handleNotification";
    }
    return "?";
}

template <Es9Function function>
using Named = std::variant_alternative_t<static_cast<std::size_t>(function), Function>;
static_assert(std::same_as<Named<Es9Function::initiate_authentication>, InitiateAuthentication> &&
              std::same_as<Named<Es9Function::authenticate_client>, AuthenticateClient> &&
              std::same_as<Named<Es9Function::get_bound_profile_package>, GetBoundProfilePackage> &&
              std::same_as<Named<Es9Function::cancel_session>, CancelSession> &&
              std::same_as<Named<Es9Function::handle_notification>, HandleNotification>);
Es9Function es9_function(const Function& function) { return static_cast<Es9Function>(function.index()); }

const Es9Binding* find_es9_binding(std::string_view path) {
    if (path.starts_with(es9_json_path)) return &es9_json;
    return path == es9_asn1_path ? &es9_asn1 : nullptr;
}

}  // namespace mcim::smdp
