#include "mcim/crypto/aes.h"

#include <limits>

#include "openssl.h"

namespace mcim::crypto {
namespace {

using namespace detail;
using CipherContext = Owned<EVP_CIPHER_CTX, EVP_CIPHER_CTX_free>;

constexpr std::size_t nonce_octets = 12;
constexpr std::size_t tag_octets = 16;

/// Each mode is fetched once for the life of the process.
struct Mode {
    explicit Mode(const char* name128, const char* name256)
        : aes128(require_pointer(EVP_CIPHER_fetch(nullptr, name128, nullptr), name128)),
          aes256(require_pointer(EVP_CIPHER_fetch(nullptr, name256, nullptr), name256)) {}
    [[nodiscard]] const EVP_CIPHER* for_key(View key) const {
        require(key.size() == 16 || key.size() == 32, "an AES key of 16 or 32 octets");
        return key.size() == 16 ? aes128 : aes256;
    }
    EVP_CIPHER* aes128;
    EVP_CIPHER* aes256;
};
const Mode& ecb() {
    static const Mode mode("AES-128-ECB", "AES-256-ECB");
    return mode;
}
const Mode& cbc() {
    static const Mode mode("AES-128-CBC", "AES-256-CBC");
    return mode;
}
const Mode& gcm() {
    static const Mode mode("AES-128-GCM", "AES-256-GCM");
    return mode;
}

CipherContext new_cipher_context() {
    return CipherContext(require_pointer(EVP_CIPHER_CTX_new(), "EVP_CIPHER_CTX_new"));
}

int as_int(std::size_t n) {
    require(n <= static_cast<std::size_t>(std::numeric_limits<int>::max()), "a message below 2 GiB");
    return static_cast<int>(n);
}

/// Twice the block in GF(2^128), without a branch that depends on it (NIST SP 800-38B 6.1).
void double_block(std::span<std::uint8_t, 16> block) {
    constexpr std::uint8_t reduction = 0x87;
    const auto carry = static_cast<std::uint8_t>(-(block[0] >> 7U));
    for (std::size_t i = 0; i < 15; ++i) block[i] = static_cast<std::uint8_t>(block[i] << 1U | block[i + 1] >> 7U);
    block[15] = static_cast<std::uint8_t>(block[15] << 1U ^ (carry & reduction));
}

}  // namespace

struct AesBlock::Impl {
    CipherContext context = new_cipher_context();
};

AesBlock::AesBlock(View key) : impl_(std::make_unique<Impl>()) {
    require(EVP_EncryptInit_ex2(impl_->context.get(), ecb().for_key(key), key.data(), nullptr, nullptr) == 1 &&
                EVP_CIPHER_CTX_set_padding(impl_->context.get(), 0) == 1,
            "an AES key schedule");
}
AesBlock::~AesBlock() = default;
AesBlock::AesBlock(AesBlock&&) noexcept = default;
AesBlock& AesBlock::operator=(AesBlock&&) noexcept = default;

Block AesBlock::encrypt(const Block& in) const {
    Block out{};
    encrypt(in, out);
    return out;
}
void AesBlock::encrypt(const Block& in, std::span<std::uint8_t, 16> out) const {
    int done = 0;
    require(EVP_EncryptUpdate(impl_->context.get(), out.data(), &done, in.data(), 16) == 1 && done == 16,
            "one AES block");
}

struct AesCbc::Impl {
    CipherContext context = new_cipher_context();
};

AesCbc::AesCbc(Direction direction, View key) : impl_(std::make_unique<Impl>()) {
    require(EVP_CipherInit_ex2(impl_->context.get(), cbc().for_key(key), key.data(), nullptr,
                               static_cast<int>(direction), nullptr) == 1 &&
                EVP_CIPHER_CTX_set_padding(impl_->context.get(), 0) == 1,
            "an AES-CBC key schedule");
}
AesCbc::~AesCbc() = default;
AesCbc::AesCbc(AesCbc&&) noexcept = default;
AesCbc& AesCbc::operator=(AesCbc&&) noexcept = default;

void AesCbc::run(const Block& iv, View in, std::span<std::uint8_t> out) {
    require(in.size() % 16 == 0, "AES-CBC over whole blocks");
    require(in.size() == out.size(), "AES-CBC into as many octets");
    if (in.empty()) return;
    int done = 0;
    // without cipher, key and direction (-1) the context keeps them and starts again with the new IV
    require(EVP_CipherInit_ex2(impl_->context.get(), nullptr, nullptr, iv.data(), -1, nullptr) == 1 &&
                EVP_CipherUpdate(impl_->context.get(), out.data(), &done, in.data(), as_int(in.size())) == 1 &&
                done == as_int(in.size()),
            "AES-CBC");
}

Bytes aes_cbc_encrypt(View key, const Block& iv, View plain) {
    Bytes out(plain.size());
    AesCbc(AesCbc::Direction::encrypt, key).run(iv, plain, out);
    return out;
}

SecretBytes aes_cbc_decrypt(View key, const Block& iv, View cipher) {
    SecretBytes out(cipher.size());
    AesCbc(AesCbc::Direction::decrypt, key).run(iv, cipher, expose_mutable(out));
    return out;
}

// The library's own CMAC calls its cipher for each block of 16 octets; this one for each message.
struct AesCmac::Impl {
    explicit Impl(View key) : cbc(AesCbc::Direction::encrypt, key) {
        cbc.run(Block{}, Block{}, expose_mutable(for_whole));
        double_block(expose_mutable(for_whole));
        std::ranges::copy(expose(for_whole), expose_mutable(for_padded).begin());
        double_block(expose_mutable(for_padded));
    }
    AesCbc cbc;
    Secret<16> for_whole;   ///< K1: goes into the last block where the message fills it
    Secret<16> for_padded;  ///< K2: where it had to be padded
};

AesCmac::AesCmac(View key) : impl_(std::make_unique<Impl>(key)) {}
AesCmac::~AesCmac() = default;
AesCmac::AesCmac(AesCmac&&) noexcept = default;
AesCmac& AesCmac::operator=(AesCmac&&) noexcept = default;

Block AesCmac::mac(std::initializer_list<View> parts) {
    std::size_t octets = 0;
    for (const View part : parts) octets += part.size();
    const bool whole = octets != 0 && octets % 16 == 0;
    SecretBytes blocks(whole ? octets : (octets / 16 + 1) * 16);
    const std::span<std::uint8_t> all = expose_mutable(blocks);
    auto end = all.begin();
    // std::ranges::copy goes octet by octet here (gcc 12)
    for (const View part : parts) end = std::copy(part.begin(), part.end(), end);
    if (!whole) *end = 0x80;
    const View subkey = expose(whole ? impl_->for_whole : impl_->for_padded);
    for (std::size_t i = 0; i < 16; ++i) all[all.size() - 16 + i] ^= subkey[i];
    impl_->cbc.run(Block{}, all, all);
    Block out{};
    std::ranges::copy(all.last(16), out.begin());
    return out;
}

Block aes_cmac(View key, View message) { return AesCmac(key).mac({message}); }

Bytes gcm_seal(View key, View plain, View associated, Random& random) {
    Bytes out(nonce_octets + plain.size() + tag_octets);
    random.fill(std::span(out).first(nonce_octets));
    std::uint8_t* const body = out.data() + nonce_octets;
    const CipherContext context = new_cipher_context();
    int done = 0;
    require(EVP_EncryptInit_ex2(context.get(), gcm().for_key(key), key.data(), out.data(), nullptr) == 1,
            "an AES-GCM key");
    // an update of no octets with a null input would end the message
    if (!associated.empty())
        require(EVP_EncryptUpdate(context.get(), nullptr, &done, associated.data(), as_int(associated.size())) == 1,
                "GCM associated data");
    if (!plain.empty())
        require(EVP_EncryptUpdate(context.get(), body, &done, plain.data(), as_int(plain.size())) == 1, "AES-GCM");
    require(EVP_EncryptFinal_ex(context.get(), body + plain.size(), &done) == 1 &&
                EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, tag_octets, body + plain.size()) == 1,
            "the AES-GCM tag");
    return out;
}

Result<SecretBytes> gcm_open(View key, View sealed, View associated) {
    const ErrorQueueGuard guard;
    if (sealed.size() < nonce_octets + tag_octets)
        return fail(Errc::truncated, "",
                    "sealed data has at least 28 octets, these are " + std::to_string(sealed.size()));
    const View cipher = sealed.subspan(nonce_octets, sealed.size() - nonce_octets - tag_octets);
    Block tag{};
    std::ranges::copy(sealed.last(tag_octets), tag.begin());
    SecretBytes out(cipher.size());
    const CipherContext context = new_cipher_context();
    int done = 0;
    require(EVP_DecryptInit_ex2(context.get(), gcm().for_key(key), key.data(), sealed.data(), nullptr) == 1 &&
                EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, tag_octets, tag.data()) == 1,
            "an AES-GCM key");
    if (!associated.empty())
        require(EVP_DecryptUpdate(context.get(), nullptr, &done, associated.data(), as_int(associated.size())) == 1,
                "GCM associated data");
    if (!cipher.empty())
        require(EVP_DecryptUpdate(context.get(), expose_mutable(out).data(), &done, cipher.data(),
                                  as_int(cipher.size())) == 1,
                "AES-GCM");
    Block rest{};
    if (EVP_DecryptFinal_ex(context.get(), rest.data(), &done) != 1)
        return fail(Errc::bad_crypto, "", "sealed data was changed, belongs elsewhere, or the key is another one");
    return out;
}

}  // namespace mcim::crypto
