// Memory for what a secret passes through on its way into a SecretBytes: buffers of a socket, a parsed document. It is
// zeroed before it goes back to the heap.
#pragma once
#include <cstring>
#include <memory>

namespace mcim {

template <class T>
struct WipingAllocator {
    using value_type = T;
    WipingAllocator() = default;
    template <class U>
    WipingAllocator(const WipingAllocator<U>&) {}
    [[nodiscard]] T* allocate(std::size_t n) { return std::allocator<T>().allocate(n); }
    void deallocate(T* p, std::size_t n) {
        explicit_bzero(static_cast<void*>(p), n * sizeof(T));
        std::allocator<T>().deallocate(p, n);
    }
    friend bool operator==(const WipingAllocator&, const WipingAllocator&) { return true; }
};

}  // namespace mcim
