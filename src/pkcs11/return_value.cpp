#include "return_value.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace mcim::pkcs11 {
namespace {

struct Named {
    CK_RV value;
    std::string_view name;
};
#define NAMED(value) \
    Named { value, #value }
constexpr std::array passing{NAMED(CKR_SESSION_HANDLE_INVALID), NAMED(CKR_SESSION_CLOSED),
                             NAMED(CKR_USER_NOT_LOGGED_IN),     NAMED(CKR_KEY_HANDLE_INVALID),
                             NAMED(CKR_OBJECT_HANDLE_INVALID),  NAMED(CKR_DEVICE_ERROR),
                             NAMED(CKR_DEVICE_REMOVED),         NAMED(CKR_DEVICE_MEMORY),
                             NAMED(CKR_TOKEN_NOT_PRESENT),      NAMED(CKR_TOKEN_NOT_RECOGNIZED),
                             NAMED(CKR_SLOT_ID_INVALID),        NAMED(CKR_GENERAL_ERROR),
                             NAMED(CKR_FUNCTION_FAILED),        NAMED(CKR_CRYPTOKI_NOT_INITIALIZED),
                             NAMED(CKR_OPERATION_ACTIVE),       NAMED(CKR_OPERATION_NOT_INITIALIZED),
                             NAMED(CKR_SESSION_COUNT)};
constexpr std::array of_pins{NAMED(CKR_PIN_INCORRECT), NAMED(CKR_PIN_INVALID), NAMED(CKR_PIN_LEN_RANGE),
                             NAMED(CKR_PIN_EXPIRED),   NAMED(CKR_PIN_LOCKED),  NAMED(CKR_USER_PIN_NOT_INITIALIZED)};
constexpr std::array others{NAMED(CKR_HOST_MEMORY),
                            NAMED(CKR_ARGUMENTS_BAD),
                            NAMED(CKR_ATTRIBUTE_SENSITIVE),
                            NAMED(CKR_ATTRIBUTE_TYPE_INVALID),
                            NAMED(CKR_ATTRIBUTE_VALUE_INVALID),
                            NAMED(CKR_ATTRIBUTE_READ_ONLY),
                            NAMED(CKR_NEED_TO_CREATE_THREADS),
                            NAMED(CKR_CANT_LOCK),
                            NAMED(CKR_ENCRYPTED_DATA_INVALID),
                            NAMED(CKR_ENCRYPTED_DATA_LEN_RANGE),
                            NAMED(CKR_FUNCTION_NOT_SUPPORTED),
                            NAMED(CKR_KEY_FUNCTION_NOT_PERMITTED),
                            NAMED(CKR_KEY_TYPE_INCONSISTENT),
                            NAMED(CKR_MECHANISM_INVALID),
                            NAMED(CKR_MECHANISM_PARAM_INVALID),
                            NAMED(CKR_CURVE_NOT_SUPPORTED),
                            NAMED(CKR_DOMAIN_PARAMS_INVALID),
                            NAMED(CKR_SESSION_READ_ONLY),
                            NAMED(CKR_TEMPLATE_INCOMPLETE),
                            NAMED(CKR_TEMPLATE_INCONSISTENT),
                            NAMED(CKR_TOKEN_WRITE_PROTECTED),
                            NAMED(CKR_USER_ANOTHER_ALREADY_LOGGED_IN),
                            NAMED(CKR_BUFFER_TOO_SMALL)};
#undef NAMED

template <std::size_t N>
const Named* find(const std::array<Named, N>& in, CK_RV value) {
    const auto at = std::ranges::find(in, value, &Named::value);
    return at == in.end() ? nullptr : &*at;
}

}  // namespace

std::string name_of(CK_RV value) {
    for (const Named* at : {find(passing, value), find(of_pins, value), find(others, value)})
        if (at != nullptr) return std::string(at->name);
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "return value 0x%lX", value);
    return text.data();
}

bool may_pass(CK_RV value) { return find(passing, value) != nullptr; }
bool refuses_pin(CK_RV value) { return find(of_pins, value) != nullptr; }

}  // namespace mcim::pkcs11
