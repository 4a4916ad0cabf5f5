// Numbers that people typed: what their check digits tell. Cards for tests have numbers whose check digits do not hold
// (SGP.26), so a number that is known to exist is no typing error; who asks has looked first.
#pragma once
#include <optional>

#include "mcim/base/ids.h"

namespace mcim::apps {

/// A sentence without its full stop; nullopt where the check digits hold, or there are none (an ICCID of 18 digits).
[[nodiscard]] std::optional<std::string> typing_error(const Eid&);
[[nodiscard]] std::optional<std::string> typing_error(const Iccid&);

/// Where nobody can be asked whether the number exists. `option` is where it was typed.
[[nodiscard]] Result<Eid> parse_typed_eid(std::string_view option, std::string_view digits);
[[nodiscard]] Result<Iccid> parse_typed_iccid(std::string_view option, std::string_view digits);

}  // namespace mcim::apps
