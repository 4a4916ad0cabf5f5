#include "failing_module_for_test.h"

#include <dlfcn.h>

#include <algorithm>
#include <array>
#include <cstdlib>

namespace {

using mcim::pkcs11::test::Control;
using mcim::pkcs11::test::Script;

Control control;
CK_FUNCTION_LIST* real = nullptr;
CK_FUNCTION_LIST ours;

/// Whether this call is one that fails.
bool fails(Script& script, CK_RV& value) {
    const std::scoped_lock lock(control.mutex);
    ++script.calls;
    if (script.times == 0) return false;
    --script.times;
    value = script.value;
    return true;
}

template <class Function, class... Arguments>
CK_RV scripted(Script& script, Function function, Arguments... arguments) {
    CK_RV value = CKR_OK;
    return fails(script, value) ? value : function(arguments...);
}

CK_RV initialise(void* arguments) { return scripted(control.initialise, real->C_Initialize, arguments); }
CK_RV open_session(CK_SLOT_ID slot, CK_FLAGS flags, void* application, CK_NOTIFY notify, CK_SESSION_HANDLE* handle) {
    return scripted(control.open_session, real->C_OpenSession, slot, flags, application, notify, handle);
}
CK_RV login(CK_SESSION_HANDLE session, CK_USER_TYPE user, unsigned char* pin, unsigned long octets) {
    return scripted(control.login, real->C_Login, session, user, pin, octets);
}
CK_RV find_objects(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE* found, unsigned long max, unsigned long* count) {
    return scripted(control.find_objects, real->C_FindObjects, session, found, max, count);
}
CK_RV sign_init(CK_SESSION_HANDLE session, CK_MECHANISM* mechanism, CK_OBJECT_HANDLE key) {
    return scripted(control.sign_init, real->C_SignInit, session, mechanism, key);
}
CK_RV token_info(CK_SLOT_ID slot, CK_TOKEN_INFO* info) {
    const CK_RV value = real->C_GetTokenInfo(slot, info);
    const std::scoped_lock lock(control.mutex);
    if (value == CKR_OK) info->flags |= control.more_flags;
    return value;
}
/// As tokens do that choose the nonce themselves: theirs stands where the proposed one stood.
CK_RV encrypt_init(CK_SESSION_HANDLE session, CK_MECHANISM* mechanism, CK_OBJECT_HANDLE key) {
    auto& parameters = *static_cast<CK_GCM_PARAMS*>(mechanism->pParameter);
    parameters.iv_ptr[0] = static_cast<unsigned char>(parameters.iv_ptr[0] ^ 0xFFU);
    return real->C_EncryptInit(session, mechanism, key);
}
/// Counted by each thread for itself, so that what is tried again does not meet the next failure.
CK_RV as_the_environment_says() {
    static const char* const every = std::getenv(mcim::pkcs11::test::fail_every_variable);
    if (every == nullptr) return CKR_OK;
    constexpr std::array values{CKR_SESSION_HANDLE_INVALID, CKR_DEVICE_REMOVED, CKR_USER_NOT_LOGGED_IN,
                                CKR_KEY_HANDLE_INVALID, CKR_DEVICE_ERROR};
    thread_local int calls = 0;
    thread_local std::size_t failed = 0;
    return ++calls % std::atoi(every) == 0 ? values[failed++ % values.size()] : CKR_OK;
}
CK_RV sign(CK_SESSION_HANDLE session, unsigned char* in, unsigned long octets, unsigned char* out,
           unsigned long* out_octets) {
    {
        std::unique_lock lock(control.mutex);
        control.signing_max = std::max(control.signing_max, ++control.signing);
        static const char* const hangs_at = std::getenv(mcim::pkcs11::test::hang_variable);
        static int signatures = 0;
        if (hangs_at != nullptr && ++signatures >= std::atoi(hangs_at)) control.gate_shut = true;
        control.changed.notify_all();
        control.changed.wait(lock, [] { return !control.gate_shut; });
    }
    CK_RV value = as_the_environment_says();
    if (value == CKR_OK) value = scripted(control.sign, real->C_Sign, session, in, octets, out, out_octets);
    const std::scoped_lock lock(control.mutex);
    --control.signing;
    return value;
}

}  // namespace

extern "C" {
__attribute__((visibility("default"))) Control* mcim_failing_module_control() { return &control; }

__attribute__((visibility("default"))) CK_RV C_GetFunctionList(CK_FUNCTION_LIST** list) {
    void* library = dlopen("/usr/lib/softhsm/libsofthsm2.so", RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (library == nullptr) return CKR_GENERAL_ERROR;
    const auto get = reinterpret_cast<CK_C_GetFunctionList>(dlsym(library, "C_GetFunctionList"));
    if (get == nullptr || get(&real) != CKR_OK) return CKR_GENERAL_ERROR;
    ours = *real;
    ours.C_Initialize = initialise;
    ours.C_OpenSession = open_session;
    ours.C_Login = login;
    ours.C_GetTokenInfo = token_info;
    ours.C_FindObjects = find_objects;
    ours.C_SignInit = sign_init;
    ours.C_Sign = sign;
    ours.C_EncryptInit = encrypt_init;
    *list = &ours;
    return CKR_OK;
}
}
