#include "mcim/crypto/hash.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/kdf.h>

#include <algorithm>

#include "openssl.h"

namespace mcim::crypto {
namespace {

using namespace detail;
using MacContext = Owned<EVP_MAC_CTX, EVP_MAC_CTX_free>;
using KdfContext = Owned<EVP_KDF_CTX, EVP_KDF_CTX_free>;

using DigestContext = Owned<EVP_MD_CTX, EVP_MD_CTX_free>;

DigestContext new_digest_context() { return DigestContext(require_pointer(EVP_MD_CTX_new(), "EVP_MD_CTX_new")); }

/// One context a thread: making one costs more than hashing a short message. The last digest stays in it until the next
/// one: what is itself a key has a context of its own.
EVP_MD_CTX* thread_digest_context() {
    thread_local const DigestContext context = new_digest_context();
    return context.get();
}

const EVP_MD* fetched_digest(const char* name) { return require_pointer(EVP_MD_fetch(nullptr, name, nullptr), name); }

const EVP_MD* sha256_algorithm() {
    static const EVP_MD* const algorithm = fetched_digest("SHA256");
    return algorithm;
}

template <std::size_t N>
std::array<std::uint8_t, N> digest(const EVP_MD* algorithm, View message,
                                   EVP_MD_CTX* context = thread_digest_context()) {
    std::array<std::uint8_t, N> out{};
    require(EVP_DigestInit_ex2(context, algorithm, nullptr) == 1 &&
                EVP_DigestUpdate(context, message.data(), message.size()) == 1 &&
                EVP_DigestFinal_ex(context, out.data(), nullptr) == 1,
            "a digest");
    return out;
}

/// A context with its digest chosen, to be duplicated: choosing it looks the digest up by name.
const EVP_MAC_CTX* hmac_sha256_template() {
    static const EVP_MAC_CTX* const made = [] {
        EVP_MAC* mac = require_pointer(EVP_MAC_fetch(nullptr, "HMAC", nullptr), "HMAC");
        EVP_MAC_CTX* context = require_pointer(EVP_MAC_CTX_new(mac), "EVP_MAC_CTX_new");
        char name[] = "SHA256";
        const OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0),
                                     OSSL_PARAM_construct_end()};
        require(EVP_MAC_CTX_set_params(context, params) == 1, "HMAC with SHA-256");
        return context;
    }();
    return made;
}

OSSL_PARAM octets(const char* key, View v) {
    // OpenSSL takes the parameter as not const and does not write to it
    static constexpr std::uint8_t nothing = 0;
    return OSSL_PARAM_construct_octet_string(key, const_cast<std::uint8_t*>(v.empty() ? &nothing : v.data()), v.size());
}

SecretBytes derive(EVP_KDF* kdf, const OSSL_PARAM* params, std::size_t out_octets) {
    SecretBytes out(out_octets);
    if (out_octets == 0) return out;
    const KdfContext context(require_pointer(EVP_KDF_CTX_new(kdf), "EVP_KDF_CTX_new"));
    require(EVP_KDF_derive(context.get(), expose_mutable(out).data(), out_octets, params) == 1, "a key derivation");
    return out;
}

}  // namespace

Sha256 sha256(View message) { return digest<32>(sha256_algorithm(), message); }

std::array<std::uint8_t, 20> sha1(View message) {
    static const EVP_MD* const algorithm = fetched_digest("SHA1");
    return digest<20>(algorithm, message);
}

Sha256 hmac_sha256(View key, View message) {
    Sha256 out{};
    const MacContext context(require_pointer(EVP_MAC_CTX_dup(hmac_sha256_template()), "EVP_MAC_CTX_dup"));
    // an empty key is legal (RFC 5869 has an empty salt), a null pointer means "keep the key"
    static constexpr std::uint8_t nothing = 0;
    std::size_t size = 0;
    require(EVP_MAC_init(context.get(), key.empty() ? &nothing : key.data(), key.size(), nullptr) == 1 &&
                EVP_MAC_update(context.get(), message.data(), message.size()) == 1 &&
                EVP_MAC_final(context.get(), out.data(), &size, out.size()) == 1 && size == out.size(),
            "HMAC-SHA256");
    return out;
}

SecretBytes x963_kdf_sha256(View shared_secret, View shared_info, std::size_t out_octets) {
    // TR-03111 4.3.3, with the digests of this module: OpenSSL's takes four times as long to find its parts by name
    SecretBytes input(shared_secret.size() + 4 + shared_info.size());
    const auto parts = expose_mutable(input);
    const auto counter_at = std::ranges::copy(shared_secret, parts.begin()).out;
    std::ranges::copy(shared_info, counter_at + 4);
    SecretBytes out(out_octets);
    auto rest = expose_mutable(out);
    const DigestContext context = new_digest_context();  // wiped with its end
    for (std::uint32_t counter = 1; !rest.empty(); ++counter) {
        for (int i = 0; i < 4; ++i) counter_at[i] = static_cast<std::uint8_t>(counter >> (24 - 8 * i));
        Sha256 block = digest<32>(sha256_algorithm(), expose(input), context.get());
        const std::size_t n = std::min(rest.size(), block.size());
        std::copy_n(block.begin(), n, rest.begin());
        OPENSSL_cleanse(block.data(), block.size());
        rest = rest.subspan(n);
    }
    return out;
}

SecretBytes hkdf_sha256(View key, View salt, View info, std::size_t out_octets) {
    static EVP_KDF* const kdf = require_pointer(EVP_KDF_fetch(nullptr, "HKDF", nullptr), "HKDF");
    char name[] = "SHA256";
    const OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, name, 0),
                                 octets(OSSL_KDF_PARAM_KEY, key), octets(OSSL_KDF_PARAM_SALT, salt),
                                 octets(OSSL_KDF_PARAM_INFO, info), OSSL_PARAM_construct_end()};
    return derive(kdf, params, out_octets);
}

SecretBytes scrypt(View passphrase, View salt, std::size_t out_octets, ScryptCost cost) {
    SecretBytes out(out_octets);
    if (out_octets == 0) return out;
    // RFC 7914 section 6 needs 128 * r * (N + p) octets, and OpenSSL's own default limit lies just below what we use
    const std::uint64_t memory_octets_max = 128 * cost.r * (cost.n + cost.p + 2) + (1U << 20U);
    require(
        EVP_PBE_scrypt(reinterpret_cast<const char*>(passphrase.data()), passphrase.size(), salt.data(), salt.size(),
                       cost.n, cost.r, cost.p, memory_octets_max, expose_mutable(out).data(), out_octets) == 1,
        "scrypt");
    return out;
}

bool constant_time_equal(View a, View b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace mcim::crypto
