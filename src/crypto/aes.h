// AES in the modes that the field uses. Keys are 16 or 32 octets; another size is a broken invariant and aborts.
#pragma once
#include <memory>

#include "mcim/base/ports.h"
#include "mcim/base/secret.h"

namespace mcim::crypto {

using Block = std::array<std::uint8_t, 16>;

/// One block, for MILENAGE and for the SCP03t ICV. Expands the key once; not for several threads at a time.
class AesBlock {
public:
    explicit AesBlock(View key);
    ~AesBlock();
    AesBlock(AesBlock&&) noexcept;
    AesBlock& operator=(AesBlock&&) noexcept;
    [[nodiscard]] Block encrypt(const Block&) const;
    void encrypt(const Block& in, std::span<std::uint8_t, 16> out) const;  ///< where the outcome is a secret

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// No padding is added or removed; a length that is no multiple of 16 is a broken invariant.
[[nodiscard]] Bytes aes_cbc_encrypt(View key, const Block& iv, View plain);
[[nodiscard]] SecretBytes aes_cbc_decrypt(View key, const Block& iv, View cipher);
[[nodiscard]] Block aes_cmac(View key, View message);  ///< NIST SP 800-38B

/// The same for many messages under one key (the segments of a bound profile package): the key is expanded once. Not
/// for several threads at a time.
class AesCbc {
public:
    enum class Direction : int { decrypt = 0, encrypt = 1 };
    AesCbc(Direction, View key);
    ~AesCbc();
    AesCbc(AesCbc&&) noexcept;
    AesCbc& operator=(AesCbc&&) noexcept;
    /// One message, or a part of it where `iv` is the last ciphertext block of the part before. Whole blocks; `out` is
    /// as long as `in` and either does not overlap it or is the same memory.
    void run(const Block& iv, View in, std::span<std::uint8_t> out);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};
class AesCmac {
public:
    explicit AesCmac(View key);
    ~AesCmac();
    AesCmac(AesCmac&&) noexcept;
    AesCmac& operator=(AesCmac&&) noexcept;
    /// Of the parts one after the other.
    [[nodiscard]] Block mac(std::initializer_list<View> parts);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// AES-GCM (the project uses 32-octet keys): nonce(12) || ciphertext || tag(16), the nonce drawn from `random`.
[[nodiscard]] Bytes gcm_seal(View key, View plain, View associated, Random& random);
/// Errc::bad_crypto where anything was changed, Errc::truncated where nothing can have been sealed.
[[nodiscard]] Result<SecretBytes> gcm_open(View key, View sealed, View associated);

}  // namespace mcim::crypto
