// Private to this module: ownership of OpenSSL objects, and what happens where it fails without reason.
#pragma once
#include <openssl/err.h>
#include <openssl/evp.h>

#include <cstdio>
#include <cstdlib>
#include <memory>

namespace mcim::crypto::detail {

template <auto Free>
struct Deleter {
    template <class T>
    void operator()(T* p) const {
        Free(p);
    }
};
template <class T, auto Free>
using Owned = std::unique_ptr<T, Deleter<Free>>;

/// For calls that can fail only where memory is exhausted or the library is broken, never because of a peer's data.
inline void require(bool holds, const char* what) {
    if (holds) return;
    std::fprintf(stderr, "mcim: OpenSSL failed at %s\n", what);
    ERR_print_errors_fp(stderr);
    std::abort();
}
template <class T>
T* require_pointer(T* p, const char* what) {
    require(p != nullptr, what);
    return p;
}

/// OpenSSL's error queue belongs to the thread, and a TLS stack on the same thread reads it: a refusal here must not
/// look like an error of a connection there.
class ErrorQueueGuard {
public:
    ErrorQueueGuard() { ERR_set_mark(); }
    ~ErrorQueueGuard() { ERR_pop_to_mark(); }
    ErrorQueueGuard(const ErrorQueueGuard&) = delete;
    ErrorQueueGuard& operator=(const ErrorQueueGuard&) = delete;
};

}  // namespace mcim::crypto::detail
