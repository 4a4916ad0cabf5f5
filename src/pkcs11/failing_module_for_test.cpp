#include "failing_module_for_test.h"

#include <dlfcn.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>

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

std::map<CK_SESSION_HANDLE, CK_SESSION_HANDLE> sessions;  ///< the real ones, by our numbers

CK_SESSION_HANDLE real_of(CK_SESSION_HANDLE session) {
    const std::scoped_lock lock(control.mutex);
    const auto at = sessions.find(session);
    return at == sessions.end() ? CK_INVALID_HANDLE : at->second;
}
template <auto Function, class... Arguments>
CK_RV in_session(CK_SESSION_HANDLE session, Arguments... arguments) {
    return (real->*Function)(real_of(session), arguments...);
}
void forget_sessions() {
    const std::scoped_lock lock(control.mutex);
    sessions.clear();
}
CK_RV close_session(CK_SESSION_HANDLE session) {
    const CK_RV value = real->C_CloseSession(real_of(session));
    const std::scoped_lock lock(control.mutex);
    sessions.erase(session);
    return value;
}
CK_RV close_all_sessions(CK_SLOT_ID slot) {
    forget_sessions();
    return real->C_CloseAllSessions(slot);
}
CK_RV finalise(void* reserved) {
    forget_sessions();
    return real->C_Finalize(reserved);
}
CK_RV said_after(Script& script, CK_RV done) {
    CK_RV value = CKR_OK;
    return fails(script, value) ? value : done;
}
CK_RV create_object(CK_SESSION_HANDLE session, CK_ATTRIBUTE* object, unsigned long count, CK_OBJECT_HANDLE* made) {
    return said_after(control.create_object, real->C_CreateObject(real_of(session), object, count, made));
}
CK_RV generate_key(CK_SESSION_HANDLE session, CK_MECHANISM* mechanism, CK_ATTRIBUTE* object, unsigned long count,
                   CK_OBJECT_HANDLE* made) {
    return said_after(control.generate_key, real->C_GenerateKey(real_of(session), mechanism, object, count, made));
}

CK_RV initialise(void* arguments) { return scripted(control.initialise, real->C_Initialize, arguments); }
CK_RV open_session(CK_SLOT_ID slot, CK_FLAGS flags, void* application, CK_NOTIFY notify, CK_SESSION_HANDLE* handle) {
    const CK_RV value = scripted(control.open_session, real->C_OpenSession, slot, flags, application, notify, handle);
    if (value != CKR_OK) return value;
    const std::scoped_lock lock(control.mutex);
    CK_SESSION_HANDLE number = 1;
    while (sessions.contains(number)) ++number;
    sessions[number] = *handle;
    *handle = number;
    return CKR_OK;
}
CK_RV login(CK_SESSION_HANDLE session, CK_USER_TYPE user, unsigned char* pin, unsigned long octets) {
    return scripted(control.login, real->C_Login, real_of(session), user, pin, octets);
}
CK_RV find_objects(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE* found, unsigned long max, unsigned long* count) {
    return scripted(control.find_objects, real->C_FindObjects, real_of(session), found, max, count);
}
CK_RV sign_init(CK_SESSION_HANDLE session, CK_MECHANISM* mechanism, CK_OBJECT_HANDLE key) {
    return scripted(control.sign_init, real->C_SignInit, real_of(session), mechanism, key);
}
CK_RV token_info(CK_SLOT_ID slot, CK_TOKEN_INFO* info) {
    const CK_RV value = real->C_GetTokenInfo(slot, info);
    const std::scoped_lock lock(control.mutex);
    if (value == CKR_OK) info->flags |= control.more_flags;
    if (value == CKR_OK && control.sessions_max != 0) info->ulMaxSessionCount = control.sessions_max;
    const char* const most = std::getenv(mcim::pkcs11::test::sessions_variable);
    if (value == CKR_OK && most != nullptr) info->ulMaxSessionCount = std::strtoul(most, nullptr, 10);
    return value;
}
/// As tokens do that choose the nonce themselves: theirs stands where the proposed one stood.
CK_RV encrypt_init(CK_SESSION_HANDLE session, CK_MECHANISM* mechanism, CK_OBJECT_HANDLE key) {
    auto& parameters = *static_cast<CK_GCM_PARAMS*>(mechanism->pParameter);
    parameters.iv_ptr[0] = static_cast<unsigned char>(parameters.iv_ptr[0] ^ 0xFFU);
    return real->C_EncryptInit(real_of(session), mechanism, key);
}
/// Counted by each thread for itself, so that what is tried again does not meet the next failure.
CK_RV as_the_environment_says() {
    static const char* const every = std::getenv(mcim::pkcs11::test::fail_every_variable);
    if (every == nullptr) return CKR_OK;
    constexpr std::array values{CKR_SESSION_HANDLE_INVALID, CKR_DEVICE_REMOVED, CKR_USER_NOT_LOGGED_IN,
                                CKR_KEY_HANDLE_INVALID, CKR_DEVICE_ERROR};
    thread_local int calls = 0;
    thread_local std::size_t failed = 0;
    return ++calls % std::strtol(every, nullptr, 10) == 0 ? values[failed++ % values.size()] : CKR_OK;
}
CK_RV sign(CK_SESSION_HANDLE session, unsigned char* in, unsigned long octets, unsigned char* out,
           unsigned long* out_octets) {
    {
        std::unique_lock lock(control.mutex);
        control.signing_max = std::max(control.signing_max, ++control.signing);
        static const char* const hangs_at = std::getenv(mcim::pkcs11::test::hang_variable);
        static int signatures = 0;
        if (hangs_at != nullptr && ++signatures >= std::strtol(hangs_at, nullptr, 10)) control.gate_shut = true;
        control.changed.notify_all();
        control.changed.wait(lock, [] { return !control.gate_shut; });
    }
    CK_RV value = as_the_environment_says();
    if (value == CKR_OK) value = scripted(control.sign, real->C_Sign, real_of(session), in, octets, out, out_octets);
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
    ours.C_CloseSession = close_session;
    ours.C_CloseAllSessions = close_all_sessions;
    ours.C_Finalize = finalise;
    ours.C_GetSessionInfo = in_session<&CK_FUNCTION_LIST::C_GetSessionInfo>;
    ours.C_Logout = in_session<&CK_FUNCTION_LIST::C_Logout>;
    ours.C_FindObjectsInit = in_session<&CK_FUNCTION_LIST::C_FindObjectsInit>;
    ours.C_FindObjectsFinal = in_session<&CK_FUNCTION_LIST::C_FindObjectsFinal>;
    ours.C_GetAttributeValue = in_session<&CK_FUNCTION_LIST::C_GetAttributeValue>;
    ours.C_DecryptInit = in_session<&CK_FUNCTION_LIST::C_DecryptInit>;
    ours.C_Decrypt = in_session<&CK_FUNCTION_LIST::C_Decrypt>;
    ours.C_Encrypt = in_session<&CK_FUNCTION_LIST::C_Encrypt>;
    ours.C_CreateObject = create_object;
    ours.C_GenerateKey = generate_key;
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
