// How the module of the tests is told what to fail, and what it counted. It forwards to SoftHSM's.
// Numbers of sessions are used again, the lowest that is free first.
#pragma once
#include <p11-kit/pkcs11.h>

#include <condition_variable>
#include <mutex>

namespace mcim::pkcs11::test {

/// The next `times` calls of a function say `value` and do nothing; it counts all.
struct Script {
    int calls = 0;
    int times = 0;
    CK_RV value = CKR_OK;
};
/// Read and written under its mutex.
struct Control {
    std::mutex mutex;
    std::condition_variable changed;
    Script initialise, open_session, login, find_objects, sign_init, sign;
    Script create_object, generate_key;  ///< these do what is asked and then say `value`
    CK_FLAGS more_flags = 0;             ///< of the token
    CK_ULONG sessions_max = 0;           ///< that the token says to give; 0: as it says itself
    bool gate_shut = false;              ///< who wants to sign waits
    int signing = 0;
    int signing_max = 0;
};
using ControlFunction = Control* (*)();
/// In the environment of a process that nobody can tell otherwise: each so manyth signature fails, with one return
/// value after the other of those that may pass.
constexpr const char* fail_every_variable = "MCIM_FAIL_EVERY_SIGNATURE";
/// The signature of this number, and each after it, does not come back.
constexpr const char* hang_variable = "MCIM_HANG_AT_SIGNATURE";
/// So many sessions the token says to give.
constexpr const char* sessions_variable = "MCIM_SESSIONS_MAX";
constexpr const char* control_symbol = "mcim_failing_module_control";

}  // namespace mcim::pkcs11::test
