#include "mcim/crypto/aes.h"

#include <gtest/gtest.h>

#include "support/random.h"
#include "support/vectors.h"

namespace mcim::crypto {
namespace {

using test::for_each_vector;
using test::SeededRandom;
using test::Vector;

TEST(AesBlock, MatchesPublishedVectors) {
    for_each_vector("src/crypto/vectors/aes_block.vec", [](Vector& v) {
        const AesBlock aes(v.bytes("key"));
        const Bytes plain = v.bytes("plain");
        Bytes cipher;
        for (std::size_t at = 0; at < plain.size(); at += 16)
            append(cipher, aes.encrypt(*to_array<16>(View(plain).subspan(at, 16))));
        EXPECT_EQ(hex(cipher), hex(v.bytes("cipher")));
    });
}

TEST(AesCbc, MatchesPublishedVectorsBothWays) {
    for_each_vector("src/crypto/vectors/aes_cbc.vec", [](Vector& v) {
        const Bytes key = v.bytes("key");
        const Block iv = v.array<16>("iv");
        EXPECT_EQ(hex(aes_cbc_encrypt(key, iv, v.bytes("plain"))), hex(v.bytes("cipher")));
        EXPECT_EQ(hex(expose(aes_cbc_decrypt(key, iv, v.bytes("cipher")))), hex(v.bytes("plain")));
    });
    EXPECT_TRUE(aes_cbc_encrypt(Bytes(16), Block{}, {}).empty());
    EXPECT_TRUE(aes_cbc_decrypt(Bytes(16), Block{}, {}).empty());
}

TEST(AesCbc, OneKeyServesManyMessagesAndAMessageInParts) {
    SeededRandom random(2);
    const Bytes key = random.bytes(16);
    AesCbc encrypt(AesCbc::Direction::encrypt, key);
    AesCbc decrypt(AesCbc::Direction::decrypt, key);
    for (const std::size_t blocks : {1U, 64U, 0U, 2U}) {
        const Block iv = random.array<16>();
        const Bytes plain = random.bytes(16 * blocks);
        Bytes cipher(plain.size());
        encrypt.run(iv, plain, cipher);
        EXPECT_EQ(cipher, aes_cbc_encrypt(key, iv, plain));
        decrypt.run(iv, cipher, cipher);
        EXPECT_EQ(cipher, plain);
    }
    const Bytes plain = random.bytes(48);
    Bytes cipher(48);
    encrypt.run(Block{}, View(plain).first(32), std::span(cipher).first(32));
    encrypt.run(*to_array<16>(View(cipher).subspan(16, 16)), View(plain).last(16), std::span(cipher).last(16));
    EXPECT_EQ(cipher, aes_cbc_encrypt(key, Block{}, plain));
}

TEST(AesCbc, BrokenBlocksAndKeysAbort) {
    EXPECT_DEATH((void)aes_cbc_encrypt(Bytes(16), Block{}, Bytes(15)), "whole blocks");
    EXPECT_DEATH((void)aes_cbc_encrypt(Bytes(24), Block{}, Bytes(16)), "16 or 32 octets");
}

TEST(AesCmac, MatchesPublishedVectors) {
    for_each_vector("src/crypto/vectors/aes_cmac.vec", [](Vector& v) {
        EXPECT_EQ(hex(aes_cmac(v.bytes("key"), v.bytes("message"))), hex(v.bytes("mac")));
    });
}

TEST(AesCmac, OneKeyServesManyMessagesInParts) {
    SeededRandom random(3);
    for (const std::size_t key_octets : {16U, 32U}) {
        const Bytes key = random.bytes(key_octets);
        AesCmac cmac(key);
        for (const std::size_t size : {0U, 1U, 16U, 17U, 32U, 100U, 1024U}) {
            const Bytes message = random.bytes(size);
            const View all = message;
            EXPECT_EQ(cmac.mac({all.first(size / 3), {}, all.subspan(size / 3)}), aes_cmac(key, message)) << size;
        }
    }
}

/// Hands out a nonce that a vector names.
class FixedRandom final : public Random {
public:
    explicit FixedRandom(Bytes octets) : octets_(std::move(octets)) {}
    void fill(std::span<std::uint8_t> out) override {
        ASSERT_EQ(out.size(), octets_.size());
        std::copy(octets_.begin(), octets_.end(), out.begin());
    }

private:
    Bytes octets_;
};

TEST(AesGcm, MatchesPublishedVectorsBothWays) {
    for_each_vector("src/crypto/vectors/aes_gcm.vec", [](Vector& v) {
        const Bytes key = v.bytes("key");
        FixedRandom nonce(v.bytes("nonce"));
        const Bytes sealed = gcm_seal(key, v.bytes("plain"), v.bytes("associated"), nonce);
        EXPECT_EQ(hex(sealed), hex(concat({v.bytes("nonce"), v.bytes("cipher"), v.bytes("tag")})));
        const auto opened = gcm_open(key, sealed, v.bytes("associated"));
        ASSERT_TRUE(opened);
        EXPECT_EQ(hex(expose(*opened)), hex(v.bytes("plain")));
    });
}

TEST(AesGcm, RefusesEveryFlippedBitAndEveryCut) {
    SeededRandom random(1);
    const Bytes key = random.bytes(32);
    const Bytes sealed = gcm_seal(key, as_view("the profile"), as_view("slot 1"), random);
    for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
        Bytes changed = sealed;
        changed[bit / 8] = static_cast<std::uint8_t>(changed[bit / 8] ^ 1U << bit % 8);
        const auto opened = gcm_open(key, changed, as_view("slot 1"));
        ASSERT_FALSE(opened) << bit;
        EXPECT_EQ(opened.error().code, Errc::bad_crypto);
    }
    for (std::size_t size = 0; size < sealed.size(); ++size)
        EXPECT_FALSE(gcm_open(key, View(sealed).first(size), as_view("slot 1"))) << size;
    EXPECT_FALSE(gcm_open(key, sealed, as_view("slot 2")));
    EXPECT_FALSE(gcm_open(random.bytes(32), sealed, as_view("slot 1")));
}

}  // namespace
}  // namespace mcim::crypto
