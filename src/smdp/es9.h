// ES9+ in its JSON binding (SGP.22 6.5.2): from a path and a body to a function, from a reply to a body. What carries
// them, and its own answers (404, 415 ...), is the shell's.
#pragma once
#include "mcim/smdp/session.h"

namespace mcim::smdp {

inline constexpr std::string_view es9_path = "/gsma/rsp2/es9plus/";

/// Errc::not_found for a path that names no function; anything else is wrong with the body.
[[nodiscard]] Result<Function> read_function(std::string_view path, std::string_view body);
/// The body; empty for NoContent, which is HTTP 204.
[[nodiscard]] std::string write_reply(const Reply&);

}  // namespace mcim::smdp
