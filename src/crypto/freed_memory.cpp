#include "mcim/crypto/freed_memory.h"

#include <malloc.h>
#include <openssl/crypto.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace mcim::crypto {
namespace {

void* allocate(std::size_t octets, const char* /*file*/, int /*line*/) { return std::malloc(octets); }

void wipe_and_free(void* p, const char* /*file*/, int /*line*/) {
    if (p != nullptr) explicit_bzero(p, malloc_usable_size(p));
    std::free(p);
}

/// Always elsewhere: the C library's own may move what it holds and leave it behind.
void* reallocate(void* p, std::size_t octets, const char* file, int line) {
    void* out = octets == 0 ? nullptr : std::malloc(octets);
    if (out == nullptr && octets != 0) return nullptr;
    if (out != nullptr && p != nullptr) std::memcpy(out, p, std::min(octets, malloc_usable_size(p)));
    wipe_and_free(p, file, line);
    return out;
}

}  // namespace

bool wipe_freed_memory() { return CRYPTO_set_mem_functions(allocate, reallocate, wipe_and_free) == 1; }

}  // namespace mcim::crypto
