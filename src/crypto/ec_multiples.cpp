// Making multiples is deprecated in OpenSSL 3.0, and done on purpose: docs/adr/0010-ec-key.md.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "ec_multiples.h"

namespace mcim::crypto::detail {
namespace {

using Numbers = Owned<BN_CTX, BN_CTX_free>;
using Point = Owned<EC_POINT, EC_POINT_free>;

/// The numbers of one verification, returned to the context together.
class Frame {
public:
    explicit Frame(BN_CTX* context) : context_(context) { BN_CTX_start(context_); }
    ~Frame() { BN_CTX_end(context_); }
    Frame(const Frame&) = delete;
    Frame& operator=(const Frame&) = delete;
    BIGNUM* number() { return require_pointer(BN_CTX_get(context_), "BN_CTX_get"); }

private:
    BN_CTX* context_;
};

bool in_range(const BIGNUM* number, const BIGNUM* order) {
    return BN_is_negative(number) == 0 && BN_is_zero(number) == 0 && BN_cmp(number, order) < 0;
}

/// Whether the x coordinate of `point` is r modulo the order. As OpenSSL keeps points it is X/Z^2, and to divide takes
/// longer than to multiply what it is compared with: r, and where that is below p, r + n.
bool has_coordinate(const EC_GROUP* curve, const EC_POINT* point, const BIGNUM* r, BN_CTX* context) {
    const BIGNUM* const p = EC_GROUP_get0_field(curve);
    Frame frame(context);
    BIGNUM* const x = frame.number();
    BIGNUM* const z = frame.number();
    BIGNUM* const wanted = frame.number();
    BIGNUM* const product = frame.number();
    require(EC_POINT_get_Jprojective_coordinates_GFp(curve, point, x, nullptr, z, context) == 1 &&
                BN_mod_sqr(z, z, p, context) == 1 && BN_copy(wanted, r) != nullptr,
            "the x coordinate");
    do {
        require(BN_mod_mul(product, wanted, z, p, context) == 1, "the x coordinate");
        if (BN_cmp(product, x) == 0) return true;
        require(BN_add(wanted, wanted, EC_GROUP_get0_order(curve)) == 1, "r + n");
    } while (BN_cmp(wanted, p) < 0);
    return false;
}

}  // namespace

Multiples::Multiples(const EC_GROUP* curve, const EC_POINT* key)
    : of_generator_(require_pointer(EC_GROUP_dup(curve), "EC_GROUP_dup")),
      of_key_(require_pointer(EC_GROUP_dup(curve), "EC_GROUP_dup")) {
    require(EC_GROUP_set_generator(of_key_.get(), key, EC_GROUP_get0_order(curve), BN_value_one()) == 1 &&
                EC_GROUP_precompute_mult(of_key_.get(), nullptr) == 1,
            "multiples of a point");
}

bool Multiples::verify(const Sha256& digest, const ECDSA_SIG* signature) const {
    const EC_GROUP* curve = of_generator_.get();
    const BIGNUM* const n = EC_GROUP_get0_order(curve);
    const BIGNUM* const r = ECDSA_SIG_get0_r(signature);
    const BIGNUM* const s = ECDSA_SIG_get0_s(signature);
    if (!in_range(r, n) || !in_range(s, n)) return false;
    const Numbers context(require_pointer(BN_CTX_new(), "BN_CTX_new"));
    Frame frame(context.get());
    BIGNUM* const e = frame.number();  // the digest has as many bits as n
    BIGNUM* const w = frame.number();
    BIGNUM* const u1 = frame.number();
    BIGNUM* const u2 = frame.number();
    const Point sum(require_pointer(EC_POINT_new(curve), "EC_POINT_new"));
    const Point part(require_pointer(EC_POINT_new(curve), "EC_POINT_new"));
    require(BN_bin2bn(digest.data(), static_cast<int>(digest.size()), e) != nullptr &&
                BN_mod_inverse(w, s, n, context.get()) != nullptr && BN_mod_mul(u1, e, w, n, context.get()) == 1 &&
                BN_mod_mul(u2, r, w, n, context.get()) == 1 &&
                EC_POINT_mul(curve, sum.get(), u1, nullptr, nullptr, context.get()) == 1 &&
                EC_POINT_mul(of_key_.get(), part.get(), u2, nullptr, nullptr, context.get()) == 1 &&
                EC_POINT_add(curve, sum.get(), sum.get(), part.get(), context.get()) == 1,
            "u1*G + u2*Q");
    if (EC_POINT_is_at_infinity(curve, sum.get()) == 1) return false;
    return has_coordinate(curve, sum.get(), r, context.get());
}

}  // namespace mcim::crypto::detail
