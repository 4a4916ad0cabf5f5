// What a function of the module said (PKCS#11 v2.40 base, 5.1).
#pragma once
#include <p11-kit/pkcs11.h>

#include <optional>
#include <string>
#include <string_view>

#include "mcim/base/result.h"

namespace mcim::pkcs11 {

/// "CKR_DEVICE_REMOVED", or its number where it is a vendor's own.
[[nodiscard]] std::string name_of(CK_RV);
/// Whether the same may succeed in a new session: the old one, its login or the handles found in it are gone, or the
/// device was. Never of a PIN.
[[nodiscard]] bool may_pass(CK_RV);
/// The token looked at the PIN and does not take it. To say it again would lock it.
[[nodiscard]] bool refuses_pin(CK_RV);

/// The last word of an operation. `why` where it is an answer for good that is no return value.
struct Said {
    std::string_view function = {};
    CK_RV value = CKR_OK;
    std::optional<Error> why = std::nullopt;
    [[nodiscard]] bool good() const { return value == CKR_OK && !why; }
};

}  // namespace mcim::pkcs11
