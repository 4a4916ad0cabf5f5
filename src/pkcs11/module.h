// A PKCS#11 module: a shared library that others wrote, loaded into this process.
#pragma once
#include <filesystem>

#include "return_value.h"

namespace mcim::pkcs11 {

/// Loaded for good: what a module registered with the C library for the end of the process must still be there then.
class Module {
public:
    /// An absolute path: no search. It is not initialised yet.
    [[nodiscard]] static Result<Module> load(const std::filesystem::path&);
    [[nodiscard]] CK_FUNCTION_LIST& functions() const { return *functions_; }
    /// For several threads, and without any of its own. Good too where somebody in this process did so before, and then
    /// it is not `here`.
    [[nodiscard]] Said initialise(bool& here) const;

private:
    explicit Module(CK_FUNCTION_LIST* functions) : functions_(functions) {}
    CK_FUNCTION_LIST* functions_;
};

}  // namespace mcim::pkcs11
