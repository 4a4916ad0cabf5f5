#include "mcim/crypto/hash.h"

#include <gtest/gtest.h>

#include "support/vectors.h"

namespace mcim::crypto {
namespace {

using test::for_each_vector;
using test::Vector;

TEST(Digest, MatchesPublishedVectors) {
    for_each_vector("src/crypto/vectors/digest.vec", [](Vector& v) {
        EXPECT_EQ(hex(sha256(as_view(v.text("message")))), hex(v.bytes("sha256")));
        EXPECT_EQ(hex(sha1(as_view(v.text("message")))), hex(v.bytes("sha1")));
    });
}

TEST(HmacSha256, MatchesPublishedVectors) {
    for_each_vector("src/crypto/vectors/hmac_sha256.vec", [](Vector& v) {
        EXPECT_EQ(hex(hmac_sha256(v.bytes("key"), v.bytes("message"))), hex(v.bytes("mac")));
    });
}

TEST(HmacSha256, TakesEmptyKeyAndMessage) {
    // an empty key is padded with zeros, so that it equals a key of zeros (RFC 2104)
    EXPECT_EQ(hex(hmac_sha256({}, {})), hex(hmac_sha256(Bytes(64), {})));
}

TEST(X963Kdf, MatchesPublishedVectors) {
    for_each_vector("src/crypto/vectors/x963_kdf.vec", [](Vector& v) {
        const Bytes key = v.bytes("key");
        EXPECT_EQ(hex(expose(x963_kdf_sha256(v.bytes("secret"), v.bytes("shared_info"), key.size()))), hex(key));
    });
}

TEST(X963Kdf, ShorterOutputIsThePrefixOfALongerOne) {
    const Bytes secret(32, 0x5A);
    const auto all = x963_kdf_sha256(secret, as_view("info"), 100);
    for (std::size_t n = 0; n <= 100; ++n)
        EXPECT_TRUE(equal(expose(x963_kdf_sha256(secret, as_view("info"), n)), expose(all).first(n))) << n;
}

TEST(HkdfSha256, MatchesPublishedVectors) {
    for_each_vector("src/crypto/vectors/hkdf_sha256.vec", [](Vector& v) {
        const Bytes out = v.bytes("out");
        EXPECT_EQ(hex(expose(hkdf_sha256(v.bytes("key"), v.bytes("salt"), v.bytes("info"), out.size()))), hex(out));
    });
}

TEST(Scrypt, MatchesPublishedVectors) {
    for_each_vector("src/crypto/vectors/scrypt.vec", [](Vector& v) {
        const ScryptCost cost{v.number("n"), v.number("r"), v.number("p")};
        const Bytes out = v.bytes("out");
        EXPECT_EQ(hex(expose(scrypt(as_view(v.text("passphrase")), as_view(v.text("salt")), out.size(), cost))),
                  hex(out));
    });
}

TEST(Scrypt, DefaultCostStaysWithinItsMemoryLimit) {
    EXPECT_EQ(scrypt(as_view("a passphrase"), as_view("salt"), 32).size(), 32U);
    EXPECT_FALSE(
        equal(expose(scrypt(as_view("a"), as_view("salt"), 32)), expose(scrypt(as_view("b"), as_view("salt"), 32))));
}

TEST(ConstantTimeEqual, ComparesLengthAndEveryOctet) {
    const Bytes a{1, 2, 3};
    EXPECT_TRUE(constant_time_equal(a, Bytes{1, 2, 3}));
    EXPECT_TRUE(constant_time_equal({}, {}));
    EXPECT_FALSE(constant_time_equal(a, Bytes{1, 2}));
    EXPECT_FALSE(constant_time_equal(a, Bytes{1, 2, 3, 0}));
    for (std::size_t i = 0; i < a.size(); ++i) {
        Bytes b = a;
        b[i] ^= 0x80;
        EXPECT_FALSE(constant_time_equal(a, b));
    }
}

}  // namespace
}  // namespace mcim::crypto
