#include "mcim/custody/keys.h"

#include <algorithm>

namespace mcim::custody {

Status check_key_name(const signer::KeyName& name) {
    const auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    };
    if (!name.text.empty() && name.text.size() <= 64 && std::ranges::all_of(name.text, allowed)) return ok();
    return fail(Errc::bad_value, "signing key",
                "a name has 1 to 64 letters, digits, '-' and '_', not \"" + name.text.substr(0, 64) + '"');
}

}  // namespace mcim::custody
