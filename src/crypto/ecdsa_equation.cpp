// Making multiples is deprecated in OpenSSL 3.0, and done on purpose: docs/adr/0010-ec-key.md.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "ecdsa_equation.h"

#include <gmp.h>

namespace mcim::crypto::detail {
namespace {

using Numbers = Owned<BN_CTX, BN_CTX_free>;
using Point = Owned<EC_POINT, EC_POINT_free>;

constexpr std::size_t octets_of_number = 32;

/// The numbers of one verification, returned to the context together.
class Frame {
public:
    explicit Frame(BN_CTX* context) : context_(context) { BN_CTX_start(context_); }
    ~Frame() { BN_CTX_end(context_); }
    Frame(const Frame&) = delete;
    Frame& operator=(const Frame&) = delete;
    BIGNUM* number() { return require_pointer(BN_CTX_get(context_), "BN_CTX_get"); }
    BIGNUM* number(View octets) {
        return require_pointer(BN_bin2bn(octets.data(), static_cast<int>(octets.size()), number()), "BN_bin2bn");
    }

private:
    BN_CTX* context_;
};

/// A number of GMP, which ends the process where memory is exhausted.
class Integer {
public:
    Integer() { mpz_init(value_); }
    explicit Integer(View octets) : Integer() { mpz_import(value_, octets.size(), 1, 1, 1, 0, octets.data()); }
    ~Integer() { mpz_clear(value_); }
    Integer(const Integer&) = delete;
    Integer& operator=(const Integer&) = delete;
    mpz_t& get() { return value_; }

private:
    mpz_t value_{};
};

bool in_range(const BIGNUM* number, const BIGNUM* order) {
    return BN_is_zero(number) == 0 && BN_cmp(number, order) < 0;
}

/// Of a number that is not 0 modulo a prime `order`.
std::array<std::uint8_t, octets_of_number> inverse_of(View number, const BIGNUM* order) {
    std::array<std::uint8_t, octets_of_number> out{};
    require(BN_bn2binpad(order, out.data(), octets_of_number) == octets_of_number, "the order of the curve");
    Integer n{View(out)};
    Integer a{number};
    require(mpz_invert(a.get(), a.get(), n.get()) != 0, "an inverse");
    const std::size_t missing = octets_of_number - (mpz_sizeinbase(a.get(), 2) + 7) / 8;
    out.fill(0);
    mpz_export(out.data() + missing, nullptr, 1, 1, 1, 0, a.get());
    return out;
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

/// u1*G + u2*Q
Point sum_of(const EC_GROUP* curve, const EC_POINT* key, const Multiples* multiples, const BIGNUM* u1, const BIGNUM* u2,
             BN_CTX* context) {
    Point sum(require_pointer(EC_POINT_new(curve), "EC_POINT_new"));
    if (multiples == nullptr) {
        require(EC_POINT_mul(curve, sum.get(), u1, key, u2, context) == 1, "u1*G + u2*Q");
        return sum;
    }
    const Point part(require_pointer(EC_POINT_new(curve), "EC_POINT_new"));
    require(EC_POINT_mul(curve, sum.get(), u1, nullptr, nullptr, context) == 1 &&
                EC_POINT_mul(multiples->group(), part.get(), u2, nullptr, nullptr, context) == 1 &&
                EC_POINT_add(curve, sum.get(), sum.get(), part.get(), context) == 1,
            "u1*G + u2*Q");
    return sum;
}

}  // namespace

Multiples::Multiples(const EC_GROUP* curve, const EC_POINT* key)
    : of_key_(require_pointer(EC_GROUP_dup(curve), "EC_GROUP_dup")) {
    require(EC_GROUP_set_generator(of_key_.get(), key, EC_GROUP_get0_order(curve), BN_value_one()) == 1 &&
                EC_GROUP_precompute_mult(of_key_.get(), nullptr) == 1,
            "multiples of a point");
}

bool signature_holds(const EC_GROUP* curve, const EC_POINT* key, const Multiples* multiples, const Sha256& digest,
                     View r_and_s) {
    require(r_and_s.size() == 2 * octets_of_number, "a signature of 64 octets");
    const Numbers context(require_pointer(BN_CTX_new(), "BN_CTX_new"));
    Frame frame(context.get());
    const BIGNUM* const n = EC_GROUP_get0_order(curve);
    const BIGNUM* const r = frame.number(r_and_s.first(octets_of_number));
    const View s = r_and_s.last(octets_of_number);
    if (!in_range(r, n) || !in_range(frame.number(s), n)) return false;
    const BIGNUM* const e = frame.number(digest);  // the digest has as many bits as n
    const BIGNUM* const w = frame.number(inverse_of(s, n));
    BIGNUM* const u1 = frame.number();
    BIGNUM* const u2 = frame.number();
    require(BN_mod_mul(u1, e, w, n, context.get()) == 1 && BN_mod_mul(u2, r, w, n, context.get()) == 1, "u1 and u2");
    const Point sum = sum_of(curve, key, multiples, u1, u2, context.get());
    return EC_POINT_is_at_infinity(curve, sum.get()) == 0 && has_coordinate(curve, sum.get(), r, context.get());
}

}  // namespace mcim::crypto::detail
