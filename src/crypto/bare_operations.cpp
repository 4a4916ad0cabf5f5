// EC_KEY is the fastest way OpenSSL 3.0 has to a curve of SGP.22: docs/adr/0010-ec-key.md.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "mcim/crypto/bare_operations.h"

#include <openssl/ec.h>
#include <openssl/ecdh.h>
#include <openssl/ecdsa.h>
#include <openssl/obj_mac.h>

#include "openssl.h"

namespace mcim::crypto {

using namespace detail;

struct BareOperations::Impl {
    using EcKey = Owned<EC_KEY, EC_KEY_free>;
    using Key = Owned<EVP_PKEY, EVP_PKEY_free>;
    using Context = Owned<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;

    explicit Impl(Curve curve)
        : key(new_key(curve)),
          peer(new_key(curve)),
          scratch(new_key(curve)),
          x25519(EVP_PKEY_Q_keygen(nullptr, nullptr, "X25519")),
          x25519_peer(EVP_PKEY_Q_keygen(nullptr, nullptr, "X25519")),
          x25519_making(EVP_PKEY_CTX_new_from_name(nullptr, "X25519", nullptr)),
          x25519_agreeing(EVP_PKEY_CTX_new_from_pkey(nullptr, x25519.get(), nullptr)) {
        require(EVP_PKEY_keygen_init(x25519_making.get()) == 1, "X25519");
        require(EVP_PKEY_derive_init(x25519_agreeing.get()) == 1 &&
                    EVP_PKEY_derive_set_peer(x25519_agreeing.get(), x25519_peer.get()) == 1,
                "X25519");
        digest.fill(0x5A);
        sign();
    }
    static EcKey new_key(Curve curve) {
        const int nid = curve == Curve::p256 ? NID_X9_62_prime256v1 : NID_brainpoolP256r1;
        EcKey made(require_pointer(EC_KEY_new_by_curve_name(nid), "a named curve"));
        require(EC_KEY_generate_key(made.get()) == 1, "making a key");
        return made;
    }
    void sign() {
        signature.reset(require_pointer(ECDSA_do_sign(digest.data(), static_cast<int>(digest.size()), key.get()),
                                        "an ECDSA signature"));
    }

    EcKey key, peer, scratch;
    Key x25519, x25519_peer;
    Context x25519_making, x25519_agreeing;
    std::array<std::uint8_t, 32> digest{};
    std::array<std::uint8_t, 32> shared{};
    Owned<ECDSA_SIG, ECDSA_SIG_free> signature;
};

BareOperations::BareOperations(Curve curve) : impl_(std::make_unique<Impl>(curve)) {}
BareOperations::~BareOperations() = default;

void BareOperations::sign() { impl_->sign(); }

void BareOperations::verify() {
    require(ECDSA_do_verify(impl_->digest.data(), static_cast<int>(impl_->digest.size()), impl_->signature.get(),
                            impl_->key.get()) == 1,
            "its own signature");
}

void BareOperations::agree() {
    require(ECDH_compute_key(impl_->shared.data(), impl_->shared.size(), EC_KEY_get0_public_key(impl_->peer.get()),
                             impl_->key.get(), nullptr) == 32,
            "an agreement");
}

void BareOperations::generate() { require(EC_KEY_generate_key(impl_->scratch.get()) == 1, "making a key"); }

void BareOperations::generate_x25519() {
    EVP_PKEY* made = nullptr;
    require(EVP_PKEY_keygen(impl_->x25519_making.get(), &made) == 1, "making a key");
    EVP_PKEY_free(made);
}

void BareOperations::agree_x25519() {
    std::size_t size = impl_->shared.size();
    require(EVP_PKEY_derive(impl_->x25519_agreeing.get(), impl_->shared.data(), &size) == 1, "an agreement");
}

}  // namespace mcim::crypto
