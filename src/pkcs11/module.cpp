#include "module.h"

#include <dlfcn.h>

namespace mcim::pkcs11 {

Result<Module> Module::load(const std::filesystem::path& path) {
    if (!path.is_absolute())
        return fail(Errc::bad_value, path.string(), "a PKCS#11 module is named by its absolute path");
    void* library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (library == nullptr) {
        const char* reason = ::dlerror();
        return fail(Errc::not_found, path.string(),
                    "the PKCS#11 module cannot be loaded: " + std::string(reason != nullptr ? reason : "no reason"));
    }
    const auto list = reinterpret_cast<CK_C_GetFunctionList>(::dlsym(library, "C_GetFunctionList"));
    CK_FUNCTION_LIST* functions = nullptr;
    if (list == nullptr || list(&functions) != CKR_OK || functions == nullptr)
        return fail(Errc::bad_value, path.string(), "this library is no PKCS#11 module: it has no list of functions");
    return Module(functions);
}

Said Module::initialise(bool& here) const {
    CK_C_INITIALIZE_ARGS arguments{};
    arguments.flags = CKF_OS_LOCKING_OK | CKF_LIBRARY_CANT_CREATE_OS_THREADS;
    const CK_RV value = functions_->C_Initialize(&arguments);
    here = value == CKR_OK;
    if (value == CKR_CRYPTOKI_ALREADY_INITIALIZED) return {};
    return {"C_Initialize", value};
}

}  // namespace mcim::pkcs11
