// Octets that must not leak: they zeroise, do not print, do not compare, and are copied only on purpose.
#pragma once
#include <algorithm>
#include <cstring>
#include <utility>

#include "mcim/base/bytes.h"

namespace mcim {

/// A secret of any length. Read it with expose(secret): a name to grep for. Compare with crypto::constant_time_equal.
class SecretBytes {
public:
    SecretBytes() = default;
    explicit SecretBytes(std::size_t size) : bytes_(size) {}
    /// Takes the octets over and leaves nothing behind in the source.
    explicit SecretBytes(Bytes&& taken) : bytes_(std::move(taken)) {}
    [[nodiscard]] static SecretBytes copy_of(View v) { return SecretBytes(to_bytes(v)); }
    SecretBytes(SecretBytes&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}
    SecretBytes& operator=(SecretBytes&& other) noexcept {
        if (this != &other) {
            wipe();
            bytes_ = std::exchange(other.bytes_, {});
        }
        return *this;
    }
    SecretBytes(const SecretBytes&) = delete;
    SecretBytes& operator=(const SecretBytes&) = delete;
    ~SecretBytes() { wipe(); }

    [[nodiscard]] SecretBytes copy() const { return copy_of(bytes_); }
    [[nodiscard]] std::size_t size() const { return bytes_.size(); }
    [[nodiscard]] bool empty() const { return bytes_.empty(); }

    friend View expose(const SecretBytes& s) { return s.bytes_; }
    friend std::span<std::uint8_t> expose_mutable(SecretBytes& s) { return s.bytes_; }

private:
    void wipe() {
        if (!bytes_.empty()) explicit_bzero(bytes_.data(), bytes_.size());
    }
    Bytes bytes_;
};

/// A secret of fixed length, e.g. Secret<16> for an AES-128 key.
template <std::size_t N>
class Secret {
public:
    Secret() = default;
    [[nodiscard]] static Result<Secret> copy_of(View v) {
        if (v.size() != N) return fail(Errc::bad_length, "", "a secret of " + std::to_string(N) + " octets wanted");
        Secret s;
        std::copy(v.begin(), v.end(), s.bytes_.begin());
        return s;
    }
    Secret(Secret&& other) noexcept : bytes_(other.bytes_) { other.wipe(); }
    Secret& operator=(Secret&& other) noexcept {
        if (this != &other) {
            bytes_ = other.bytes_;
            other.wipe();
        }
        return *this;
    }
    Secret(const Secret&) = delete;
    Secret& operator=(const Secret&) = delete;
    ~Secret() { wipe(); }

    [[nodiscard]] Secret copy() const {
        Secret s;
        s.bytes_ = bytes_;
        return s;
    }
    friend std::span<const std::uint8_t, N> expose(const Secret& s) { return s.bytes_; }
    friend std::span<std::uint8_t, N> expose_mutable(Secret& s) { return s.bytes_; }

private:
    void wipe() { explicit_bzero(bytes_.data(), N); }
    std::array<std::uint8_t, N> bytes_{};
};

}  // namespace mcim
