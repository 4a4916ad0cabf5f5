// ES9+ on the wire (SGP.22 5.6), in its two bindings: JSON with a path for each function (6.5.2), ASN.1 with one path
// for all (6.6). From a path and a body to a function, from a reply to a body. What carries them, and its own answers
// (404, 415 ...), is the shell's.
#pragma once
#include "mcim/smdp/session.h"

namespace mcim::smdp {

/// As they stand in `Function`.
enum class Es9Function : std::uint8_t {
    initiate_authentication,
    authenticate_client,
    get_bound_profile_package,
    cancel_session,
    handle_notification,
};
std::string_view to_string(Es9Function);  ///< "initiateAuthentication"
[[nodiscard]] Es9Function es9_function(const Function&);

struct Es9Binding {
    std::string_view media_type;  ///< of both bodies
    /// Errc::not_found for a path that names no function; anything else is wrong with the body.
    Result<Function> (*read)(std::string_view path, std::string_view body);
    /// The body; empty for NoContent, which is HTTP 204. nullopt: this is Refused, and the function's reply has nothing
    /// that says so.
    std::optional<std::string> (*write)(Es9Function, const Reply&);
};

inline constexpr std::string_view es9_json_path = "/gsma/rsp2/es9plus/";  ///< the function's name follows
inline constexpr std::string_view es9_asn1_path = "/gsma/rsp2/asn1";
extern const Es9Binding es9_json;
extern const Es9Binding es9_asn1;
/// The one that the path belongs to; nullptr: none.
[[nodiscard]] const Es9Binding* find_es9_binding(std::string_view path);

}  // namespace mcim::smdp
