// EC_KEY is deprecated in OpenSSL 3.0, and used on purpose (docs/adr/0010-ec-key.md): a public key of a session is
// parsed in 2 us instead of 15, a one-time key made in 7 instead of 20, and signing runs on the same P-256 assembly.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "mcim/crypto/ec.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdh.h>
#include <openssl/ecdsa.h>
#include <openssl/obj_mac.h>
#include <openssl/pem.h>

#include "ecdsa_equation.h"
#include "mcim/crypto/hash.h"
#include "openssl.h"

namespace mcim::crypto {
namespace {

using namespace detail;
using EcKey = Owned<EC_KEY, EC_KEY_free>;
using EcPoint = Owned<EC_POINT, EC_POINT_free>;
using Number = Owned<BIGNUM, BN_clear_free>;
using Signature = Owned<ECDSA_SIG, ECDSA_SIG_free>;
using Key = Owned<EVP_PKEY, EVP_PKEY_free>;
using Bio = Owned<BIO, BIO_free_all>;

constexpr std::size_t field_octets = 32;
constexpr std::size_t point_octets = 65;

/// What is fixed for a curve. The DER parts are those of a structure whose only variable parts are the key's octets.
struct CurveFacts {
    Curve curve;
    int nid;
    View spki_head;      ///< SubjectPublicKeyInfo up to the point (RFC 5480)
    View pkcs8_head;     ///< PrivateKeyInfo up to the scalar (RFC 5208, RFC 5915)
    const EC_KEY* seed;  ///< a key with its group and nothing else, to be duplicated; never freed
};

constexpr std::array<std::uint8_t, 26> p256_spki{0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2A, 0x86, 0x48,
                                                 0xCE, 0x3D, 0x02, 0x01, 0x06, 0x08, 0x2A, 0x86, 0x48,
                                                 0xCE, 0x3D, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00};
constexpr std::array<std::uint8_t, 27> brainpool_spki{0x30, 0x5A, 0x30, 0x14, 0x06, 0x07, 0x2A, 0x86, 0x48,
                                                      0xCE, 0x3D, 0x02, 0x01, 0x06, 0x09, 0x2B, 0x24, 0x03,
                                                      0x03, 0x02, 0x08, 0x01, 0x01, 0x07, 0x03, 0x42, 0x00};
constexpr std::array<std::uint8_t, 36> p256_pkcs8{
    0x30, 0x81, 0x87, 0x02, 0x01, 0x00, 0x30, 0x13, 0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01, 0x06,
    0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07, 0x04, 0x6D, 0x30, 0x6B, 0x02, 0x01, 0x01, 0x04, 0x20};
constexpr std::array<std::uint8_t, 37> brainpool_pkcs8{
    0x30, 0x81, 0x88, 0x02, 0x01, 0x00, 0x30, 0x14, 0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01, 0x06, 0x09,
    0x2B, 0x24, 0x03, 0x03, 0x02, 0x08, 0x01, 0x01, 0x07, 0x04, 0x6D, 0x30, 0x6B, 0x02, 0x01, 0x01, 0x04, 0x20};
constexpr std::array<std::uint8_t, 5> pkcs8_public_head{0xA1, 0x44, 0x03, 0x42, 0x00};

const EC_KEY* new_seed(int nid) { return require_pointer(EC_KEY_new_by_curve_name(nid), "a named curve"); }

const CurveFacts& facts(Curve curve) {
    static const CurveFacts p256{Curve::p256, NID_X9_62_prime256v1, p256_spki, p256_pkcs8,
                                 new_seed(NID_X9_62_prime256v1)};
    static const CurveFacts brainpool{Curve::brainpool_p256r1, NID_brainpoolP256r1, brainpool_spki, brainpool_pkcs8,
                                      new_seed(NID_brainpoolP256r1)};
    return curve == Curve::p256 ? p256 : brainpool;
}
const EC_GROUP* group_of(Curve curve) { return EC_KEY_get0_group(facts(curve).seed); }
EcKey blank_key(Curve curve) { return EcKey(require_pointer(EC_KEY_dup(facts(curve).seed), "EC_KEY_dup")); }

Bytes encoded_point(const EC_KEY* key) {
    Bytes out(point_octets);
    require(EC_POINT_point2oct(EC_KEY_get0_group(key), EC_KEY_get0_public_key(key), POINT_CONVERSION_UNCOMPRESSED,
                               out.data(), out.size(), nullptr) == point_octets,
            "encoding a point");
    return out;
}

Signature sign_digest(const EC_KEY* key, View message) {
    const Sha256 digest = sha256(message);
    // ECDSA_do_sign takes the key as not const and only reads it
    return Signature(require_pointer(
        ECDSA_do_sign(digest.data(), static_cast<int>(digest.size()), const_cast<EC_KEY*>(key)), "an ECDSA signature"));
}

/// The one named in the key, where it is one of ours.
Result<Curve> curve_of(const EVP_PKEY* key) {
    std::array<char, 64> name{};
    std::size_t size = 0;
    if (EVP_PKEY_is_a(key, "EC") != 1 || EVP_PKEY_get_group_name(key, name.data(), name.size(), &size) != 1)
        return fail(Errc::bad_value, "", "not an elliptic-curve key with a named curve");
    const int nid = OBJ_txt2nid(name.data());
    for (const Curve curve : {Curve::p256, Curve::brainpool_p256r1})
        if (facts(curve).nid == nid) return curve;
    return fail(Errc::bad_value, "",
                "curve " + std::string(name.data(), size) + "; SGP.22 allows P-256 and brainpoolP256r1");
}

/// Whether the public key in the file, in whatever form it stands there, is `point`: a file whose two halves differ was
/// damaged or put together by somebody.
bool holds_point(const EVP_PKEY* key, Curve curve, View point) {
    Bytes stored(point_octets);
    std::size_t size = 0;
    if (EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY, stored.data(), stored.size(), &size) != 1)
        return false;
    const EC_GROUP* group = group_of(curve);
    const EcPoint parsed(require_pointer(EC_POINT_new(group), "EC_POINT_new"));
    if (EC_POINT_oct2point(group, parsed.get(), stored.data(), size, nullptr) != 1) return false;
    return EC_POINT_point2oct(group, parsed.get(), POINT_CONVERSION_UNCOMPRESSED, stored.data(), stored.size(),
                              nullptr) == point_octets &&
           equal(stored, point);
}

Result<PrivateKey> from_evp(const EVP_PKEY* key) {
    TRY(const Curve curve, curve_of(key));
    BIGNUM* scalar_raw = nullptr;
    if (EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_PRIV_KEY, &scalar_raw) != 1)
        return fail(Errc::missing_field, "", "the file holds a public key only");
    const Number scalar(scalar_raw);
    Secret<field_octets> octets;
    if (BN_bn2binpad(scalar.get(), expose_mutable(octets).data(), field_octets) != field_octets)
        return fail(Errc::bad_value, "", "the private scalar is not below the order of the curve");
    TRY(PrivateKey made, PrivateKey::from_scalar(curve, expose(octets)));
    if (!holds_point(key, curve, made.public_key().point()))
        return fail(Errc::bad_crypto, "", "the public key stored with the private key does not belong to it");
    return made;
}

/// Without a callback OpenSSL would ask the terminal for the passphrase.
int no_passphrase(char*, int, int, void*) { return -1; }

}  // namespace

struct PublicKey::Impl {
    Curve curve;
    EcPoint point;
    Bytes octets;
    std::shared_ptr<const Multiples> multiples;  ///< none, unless it was prepared
};

struct PrivateKey::Impl {
    EcKey key;
    PublicKey public_key;

    /// `key` has its private scalar and its point.
    static PrivateKey wrap(Curve curve, EcKey key) {
        // the public half has a point of its own: whoever keeps only that does not keep the scalar
        EcPoint point(
            require_pointer(EC_POINT_dup(EC_KEY_get0_public_key(key.get()), group_of(curve)), "EC_POINT_dup"));
        PublicKey public_key(std::make_shared<const PublicKey::Impl>(
            PublicKey::Impl{curve, std::move(point), encoded_point(key.get()), nullptr}));
        return PrivateKey(std::make_shared<const Impl>(Impl{std::move(key), std::move(public_key)}));
    }
};

std::string_view to_string(Curve curve) { return curve == Curve::p256 ? "P-256" : "brainpoolP256r1"; }

PublicKey::PublicKey(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
Curve PublicKey::curve() const { return impl_->curve; }
const Bytes& PublicKey::point() const { return impl_->octets; }
Bytes PublicKey::spki() const { return concat({facts(curve()).spki_head, point()}); }

Result<PublicKey> PublicKey::from_point(Curve curve, View octets) {
    const ErrorQueueGuard guard;
    if (octets.size() != point_octets)
        return fail(Errc::bad_length, "", "an uncompressed point has 65 octets, not " + std::to_string(octets.size()));
    if (octets[0] != 0x04)
        return fail(Errc::bad_value, "",
                    "a point starts with 04, not " + hex(octets.first(1)) + ": compressed points are not used here");
    const EC_GROUP* group = group_of(curve);
    EcPoint point(require_pointer(EC_POINT_new(group), "EC_POINT_new"));
    // checks that both coordinates are below p and that the equation holds. The cofactor is 1 and the point at infinity
    // has no uncompressed form, so that every such point has the order of the group.
    if (EC_POINT_oct2point(group, point.get(), octets.data(), octets.size(), nullptr) != 1)
        return fail(Errc::bad_crypto, "", "the point does not lie on " + std::string(to_string(curve)));
    return PublicKey(std::make_shared<const Impl>(Impl{curve, std::move(point), to_bytes(octets), nullptr}));
}

Result<PublicKey> PublicKey::from_spki(View der) {
    // DER has one form of each of the two structures: comparing their head is the whole parser
    for (const Curve curve : {Curve::p256, Curve::brainpool_p256r1}) {
        const View head = facts(curve).spki_head;
        if (der.size() == head.size() + point_octets && equal(der.first(head.size()), head)) {
            auto key = from_point(curve, der.subspan(head.size()));
            if (!key) return std::move(key).error().within("subjectPublicKey");
            return key;
        }
    }
    return fail(Errc::bad_value, "SubjectPublicKeyInfo",
                "not an uncompressed key on the named curves P-256 or brainpoolP256r1");
}

Status PublicKey::verify(View message, View signature) const {
    const ErrorQueueGuard guard;
    if (signature.size() != 2 * field_octets)
        return fail(Errc::bad_crypto, "", "a signature has 64 octets, not " + std::to_string(signature.size()));
    if (!signature_holds(group_of(impl_->curve), impl_->point.get(), impl_->multiples.get(), sha256(message),
                         signature))
        return fail(Errc::bad_crypto, "", "the signature does not hold");
    return ok();
}

PublicKey PublicKey::prepared() const {
    if (curve() != Curve::p256 || impl_->multiples) return *this;
    EcPoint point(require_pointer(EC_POINT_dup(impl_->point.get(), group_of(curve())), "EC_POINT_dup"));
    auto multiples = std::make_shared<const Multiples>(group_of(curve()), point.get());
    return PublicKey(
        std::make_shared<const Impl>(Impl{curve(), std::move(point), impl_->octets, std::move(multiples)}));
}

Status PublicKey::verify_der(View message, View signature) const {
    const auto plain = plain_from_der_signature(signature);
    if (!plain)
        return fail(Errc::bad_crypto, "", "the signature is not a SEQUENCE of r and s: " + to_string(plain.error()));
    return verify(message, *plain);
}

PrivateKey::PrivateKey(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
const PublicKey& PrivateKey::public_key() const { return impl_->public_key; }

PrivateKey PrivateKey::generate(Curve curve) {
    EcKey key = blank_key(curve);
    require(EC_KEY_generate_key(key.get()) == 1, "making a key");
    return Impl::wrap(curve, std::move(key));
}

PrivateKey PrivateKey::generate(Curve curve, Random& random) {
    // FIPS 186-5 A.2.1: 64 bits more than the order has make the bias of the reduction negligible; d = c mod (n-1) + 1
    Secret<field_octets + 8> candidate;
    random.fill(expose_mutable(candidate));
    const Number c(require_pointer(BN_bin2bn(expose(candidate).data(), field_octets + 8, nullptr), "BN_bin2bn"));
    const Number order_less_one(require_pointer(BN_dup(EC_GROUP_get0_order(group_of(curve))), "BN_dup"));
    const Owned<BN_CTX, BN_CTX_free> scratch(require_pointer(BN_CTX_secure_new(), "BN_CTX_new"));
    BN_set_flags(c.get(), BN_FLG_CONSTTIME);
    const Number d(require_pointer(BN_new(), "BN_new"));
    Secret<field_octets> scalar;
    require(BN_sub_word(order_less_one.get(), 1) == 1 &&
                BN_mod(d.get(), c.get(), order_less_one.get(), scratch.get()) == 1 && BN_add_word(d.get(), 1) == 1 &&
                BN_bn2binpad(d.get(), expose_mutable(scalar).data(), field_octets) == field_octets,
            "reducing a scalar");
    auto made = from_scalar(curve, expose(scalar));
    require(made.has_value(), "a scalar in range");
    return *std::move(made);
}

Result<PrivateKey> PrivateKey::from_scalar(Curve curve, View octets) {
    const ErrorQueueGuard guard;
    if (octets.size() != field_octets)
        return fail(Errc::bad_length, "", "a private scalar has 32 octets, not " + std::to_string(octets.size()));
    EcKey key = blank_key(curve);
    const EC_GROUP* group = EC_KEY_get0_group(key.get());
    const Number scalar(require_pointer(BN_bin2bn(octets.data(), field_octets, nullptr), "BN_bin2bn"));
    BN_set_flags(scalar.get(), BN_FLG_CONSTTIME);
    if (BN_is_zero(scalar.get()) || BN_cmp(scalar.get(), EC_GROUP_get0_order(group)) >= 0)
        return fail(Errc::bad_value, "",
                    "a private scalar lies between 1 and the order of " + std::string(to_string(curve)) + " less 1");
    const EcPoint point(require_pointer(EC_POINT_new(group), "EC_POINT_new"));
    require(EC_POINT_mul(group, point.get(), scalar.get(), nullptr, nullptr, nullptr) == 1 &&
                EC_KEY_set_private_key(key.get(), scalar.get()) == 1 &&
                EC_KEY_set_public_key(key.get(), point.get()) == 1,
            "a private key");
    return Impl::wrap(curve, std::move(key));
}

Result<PrivateKey> PrivateKey::from_der(View der) {
    const ErrorQueueGuard guard;
    const std::uint8_t* at = der.data();
    const Key key(d2i_AutoPrivateKey(nullptr, &at, static_cast<long>(der.size())));
    if (!key) return fail(Errc::bad_value, "", "not a private key in PKCS#8 or SEC 1 form, without passphrase");
    if (at != der.data() + der.size()) return fail(Errc::trailing_data, "", "octets follow the private key");
    return from_evp(key.get());
}

Result<PrivateKey> PrivateKey::from_pem(std::string_view text) {
    const ErrorQueueGuard guard;
    const Bio source(require_pointer(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), "BIO_new_mem_buf"));
    const Key key(PEM_read_bio_PrivateKey(source.get(), nullptr, no_passphrase, nullptr));
    if (!key) return fail(Errc::bad_value, "", "no private key without passphrase in this PEM text");
    return from_evp(key.get());
}

SecretBytes PrivateKey::to_pkcs8() const {
    const CurveFacts& f = facts(curve());
    SecretBytes out(f.pkcs8_head.size() + field_octets + pkcs8_public_head.size() + point_octets);
    auto rest = expose_mutable(out);
    const auto put = [&](View part) {
        std::ranges::copy(part, rest.begin());
        rest = rest.subspan(part.size());
    };
    put(f.pkcs8_head);
    require(BN_bn2binpad(EC_KEY_get0_private_key(impl_->key.get()), rest.data(), field_octets) == field_octets,
            "encoding a scalar");
    rest = rest.subspan(field_octets);
    put(pkcs8_public_head);
    put(public_key().point());
    return out;
}

Bytes PrivateKey::sign(View message) const {
    const Signature signature = sign_digest(impl_->key.get(), message);
    Bytes out(2 * field_octets);
    require(
        BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), out.data(), field_octets) == field_octets &&
            BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), out.data() + field_octets, field_octets) == field_octets,
        "encoding a signature");
    return out;
}

Bytes PrivateKey::sign_der(View message) const { return *der_from_plain_signature(sign(message)); }

Result<Secret<32>> PrivateKey::agree(const PublicKey& peer) const {
    if (peer.curve() != curve())
        return fail(Errc::refused, "",
                    "the peer's key is on " + std::string(to_string(peer.curve())) + ", ours on " +
                        std::string(to_string(curve())));
    const ErrorQueueGuard guard;
    Secret<32> shared;
    const int size = ECDH_compute_key(expose_mutable(shared).data(), field_octets, peer.impl_->point.get(),
                                      impl_->key.get(), nullptr);
    if (size != static_cast<int>(field_octets)) return fail(Errc::bad_crypto, "", "the keys do not agree on a point");
    return shared;
}

}  // namespace mcim::crypto
