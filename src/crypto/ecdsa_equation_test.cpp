// A key says of a signature what OpenSSL's own verification says, prepared or not. The signatures at the edges are made
// here from the equation itself, u1*G + u2*Q = R: no signer makes them by chance.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <gtest/gtest.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/obj_mac.h>

#include <thread>

#include "mcim/crypto/ec.h"
#include "mcim/crypto/hash.h"
#include "openssl.h"
#include "support/vectors.h"

namespace mcim::crypto {
namespace {

using namespace detail;

class PreparedKey : public testing::Test {
protected:
    using Group = Owned<EC_GROUP, EC_GROUP_free>;
    using Point = Owned<EC_POINT, EC_POINT_free>;
    using Number = Owned<BIGNUM, BN_free>;
    using Numbers = Owned<BN_CTX, BN_CTX_free>;

    [[nodiscard]] Point new_point() const { return Point(EC_POINT_new(group.get())); }
    [[nodiscard]] const BIGNUM* order() const { return EC_GROUP_get0_order(group.get()); }
    [[nodiscard]] PublicKey key_of(const EC_POINT* point) const {
        Bytes octets(65);
        EC_POINT_point2oct(group.get(), point, POINT_CONVERSION_UNCOMPRESSED, octets.data(), octets.size(), nullptr);
        return *PublicKey::from_point(Curve::p256, octets);
    }
    static Bytes octets_of(const BIGNUM* number) {
        Bytes out(32);
        BN_bn2binpad(number, out.data(), 32);
        return out;
    }
    /// The key under which r and s sign `message` with R as their point: Q = (s/r)*R - (e/r)*G.
    [[nodiscard]] PublicKey key_for(View message, const BIGNUM* r, const BIGNUM* s, const EC_POINT* big_r) const {
        const Sha256 digest = sha256(message);
        const Number e(BN_bin2bn(digest.data(), 32, nullptr));
        const Number inverse(BN_mod_inverse(nullptr, r, order(), numbers.get()));
        const Number a(BN_new());
        const Number b(BN_new());
        BN_mod_mul(a.get(), s, inverse.get(), order(), numbers.get());
        BN_mod_mul(b.get(), e.get(), inverse.get(), order(), numbers.get());
        BN_mod_sub(b.get(), order(), b.get(), order(), numbers.get());
        const Point out = new_point();
        EC_POINT_mul(group.get(), out.get(), b.get(), big_r, a.get(), numbers.get());
        return key_of(out.get());
    }
    /// OpenSSL's own answer.
    static bool openssl_holds(const PublicKey& key, View message, View signature) {
        if (signature.size() != 64) return false;
        const bool p256 = key.curve() == Curve::p256;
        const Owned<EC_KEY, EC_KEY_free> ec(
            EC_KEY_new_by_curve_name(p256 ? NID_X9_62_prime256v1 : NID_brainpoolP256r1));
        const Bytes& point = key.point();
        EXPECT_EQ(EC_KEY_oct2key(ec.get(), point.data(), point.size(), nullptr), 1);
        const Owned<ECDSA_SIG, ECDSA_SIG_free> parsed(ECDSA_SIG_new());
        ECDSA_SIG_set0(parsed.get(), BN_bin2bn(signature.data(), 32, nullptr),
                       BN_bin2bn(signature.data() + 32, 32, nullptr));
        const Sha256 digest = sha256(message);
        ERR_set_mark();
        const int holds = ECDSA_do_verify(digest.data(), static_cast<int>(digest.size()), parsed.get(), ec.get());
        ERR_pop_to_mark();
        return holds == 1;
    }
    static void expect_the_same(const PublicKey& key, View message, View signature, bool holds) {
        EXPECT_EQ(openssl_holds(key, message, signature), holds);
        EXPECT_EQ(key.verify(message, signature).has_value(), holds);
        const auto prepared = key.prepared().verify(message, signature);
        EXPECT_EQ(prepared.has_value(), holds);
        if (!prepared) {
            EXPECT_EQ(prepared.error().code, Errc::bad_crypto);
        }
        EXPECT_EQ(ERR_peek_error(), 0UL);
    }

    const Group group{EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1)};
    const Numbers numbers{BN_CTX_new()};
};

TEST_F(PreparedKey, VerifiesPublishedVectors) {
    test::for_each_vector("src/crypto/vectors/ecdsa.vec", [](test::Vector& v) {
        const auto key = PrivateKey::from_scalar(Curve::p256, v.bytes("scalar"));
        ASSERT_TRUE(key);
        EXPECT_EQ(hex(key->public_key().point()), hex(v.bytes("point")));
        const Bytes signature = concat({v.bytes("r"), v.bytes("s")});
        expect_the_same(key->public_key(), as_view(v.text("message")), signature, true);
        expect_the_same(key->public_key(), as_view("other"), signature, false);
    });
}

TEST_F(PreparedKey, SaysWhatItSaysUnprepared) {
    for (int i = 0; i < 4; ++i) {
        const auto key = PrivateKey::generate(Curve::p256);
        const auto prepared = key.public_key().prepared();
        EXPECT_EQ(prepared, key.public_key());
        for (std::uint8_t j = 0; j < 64; ++j) {
            const Bytes message{j};
            Bytes signature = key.sign(message);
            EXPECT_TRUE(prepared.verify(message, signature));
            EXPECT_TRUE(prepared.verify_der(message, *der_from_plain_signature(signature)));
            EXPECT_TRUE(prepared.prepared().verify(message, signature));
            signature[j] ^= 1U;
            EXPECT_FALSE(prepared.verify(message, signature));
        }
        EXPECT_FALSE(
            PrivateKey::generate(Curve::p256).public_key().prepared().verify(as_view("m"), key.sign(as_view("m"))));
    }
}

TEST_F(PreparedKey, RefusesNumbersOutOfRange) {
    const auto key = PrivateKey::generate(Curve::p256);
    const Bytes good = key.sign(as_view("m"));
    const Bytes r = to_bytes(View(good).first(32));
    const Bytes s = to_bytes(View(good).last(32));
    const auto plus_order = [&](const Bytes& octets) {
        const Number sum(BN_bin2bn(octets.data(), 32, nullptr));
        BN_add(sum.get(), sum.get(), order());
        return BN_num_bytes(sum.get()) <= 32 ? octets_of(sum.get()) : Bytes(32, 0xFF);
    };
    for (const Bytes& bad : {Bytes(32), octets_of(order()), Bytes(32, 0xFF), plus_order(r), plus_order(s)}) {
        expect_the_same(key.public_key(), as_view("m"), concat({bad, s}), false);
        expect_the_same(key.public_key(), as_view("m"), concat({r, bad}), false);
        expect_the_same(key.public_key(), as_view("m"), concat({bad, bad}), false);
    }
    expect_the_same(key.public_key(), as_view("m"), View(good).first(63), false);
    // -s signs as s does
    const Number negative(BN_bin2bn(s.data(), 32, nullptr));
    BN_sub(negative.get(), order(), negative.get());
    expect_the_same(key.public_key(), as_view("m"), concat({r, octets_of(negative.get())}), true);
}

TEST_F(PreparedKey, TakesAPointWhoseCoordinateIsAboveTheOrder) {
    // n < x < p: r is x - n, and what is compared with it is x modulo n
    const Number x(BN_dup(order()));
    const Point big_r = new_point();
    do {
        BN_add_word(x.get(), 1);
        ERR_clear_error();
    } while (EC_POINT_set_compressed_coordinates(group.get(), big_r.get(), x.get(), 0, numbers.get()) != 1);
    ERR_clear_error();
    const Number r(BN_new());
    BN_sub(r.get(), x.get(), order());
    const Number s(BN_new());
    BN_set_word(s.get(), 0x5A5A5A5A);
    const auto key = key_for(as_view("m"), r.get(), s.get(), big_r.get());
    expect_the_same(key, as_view("m"), concat({octets_of(r.get()), octets_of(s.get())}), true);
    expect_the_same(key, as_view("n"), concat({octets_of(r.get()), octets_of(s.get())}), false);
}

TEST_F(PreparedKey, RefusesASumAtInfinity) {
    // Q = -(e/r)*G: u1*G and u2*Q cancel each other
    const Number one(BN_new());
    BN_one(one.get());
    const Point infinity = new_point();
    EC_POINT_set_to_infinity(group.get(), infinity.get());
    const auto key = key_for(as_view("m"), one.get(), one.get(), infinity.get());
    expect_the_same(key, as_view("m"), concat({octets_of(one.get()), octets_of(one.get())}), false);
}

TEST_F(PreparedKey, AddsAPointToItself) {
    // u1*G = u2*Q: the sum is a doubling. R = 2*u1*G with u1 = 3 gives r; e and s follow from a key Q = (e/r)*G.
    const Number six(BN_new());
    BN_set_word(six.get(), 6);
    const Point big_r = new_point();
    EC_POINT_mul(group.get(), big_r.get(), six.get(), nullptr, nullptr, numbers.get());
    const Number r(BN_new());
    EC_POINT_get_affine_coordinates(group.get(), big_r.get(), r.get(), nullptr, numbers.get());
    const Sha256 digest = sha256(as_view("m"));
    const Number e(BN_bin2bn(digest.data(), 32, nullptr));
    const Number three(BN_new());
    BN_set_word(three.get(), 3);
    const Number s(BN_mod_inverse(nullptr, three.get(), order(), numbers.get()));
    BN_mod_mul(s.get(), s.get(), e.get(), order(), numbers.get());  // u1 = e/s = 3
    const auto key = key_for(as_view("m"), r.get(), s.get(), big_r.get());
    expect_the_same(key, as_view("m"), concat({octets_of(r.get()), octets_of(s.get())}), true);
}

TEST_F(PreparedKey, ServesSeveralThreads) {
    const auto key = PrivateKey::generate(Curve::p256);
    const auto prepared = key.public_key().prepared();
    std::vector<std::thread> threads;
    std::atomic<int> held = 0;
    for (std::uint8_t t = 0; t < 4; ++t)
        threads.emplace_back([&, t] {
            for (std::uint8_t i = 0; i < 16; ++i) {
                const Bytes message{t, i};
                if (prepared.verify(message, key.sign(message))) ++held;
            }
        });
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(held, 64);
}

TEST_F(PreparedKey, SaysWhatOpenSslSaysOnBothCurves) {
    for (const Curve curve : {Curve::p256, Curve::brainpool_p256r1}) {
        const auto key = PrivateKey::generate(curve);
        for (std::uint8_t i = 0; i < 64; ++i) {
            const Bytes message{i};
            Bytes signature = key.sign(message);
            expect_the_same(key.public_key(), message, signature, true);
            signature[i] ^= 0x80U;
            expect_the_same(key.public_key(), message, signature, false);
        }
    }
}

TEST(Prepared, LeavesTheOtherCurveAsItIs) {
    const auto key = PrivateKey::generate(Curve::brainpool_p256r1);
    const auto prepared = key.public_key().prepared();
    EXPECT_EQ(prepared, key.public_key());
    EXPECT_TRUE(prepared.verify(as_view("m"), key.sign(as_view("m"))));
    EXPECT_FALSE(prepared.verify(as_view("n"), key.sign(as_view("m"))));
}

}  // namespace
}  // namespace mcim::crypto
