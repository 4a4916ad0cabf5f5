#include "mcim/crypto/ec.h"

#include <gtest/gtest.h>
#include <openssl/err.h>

#include <thread>

#include "support/random.h"
#include "support/reference.h"
#include "support/vectors.h"

namespace mcim::crypto {
namespace {

using test::for_each_vector;
using test::SeededRandom;
using test::Vector;

constexpr std::string_view p256_order = "FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551";
constexpr std::string_view brainpool_order = "A9FB57DBA1EEA9BC3E660A909D838D718C397AA3B561A6F7901E0E82974856A7";

Curve curve_named(std::string_view name) {
    return name == to_string(Curve::p256) ? Curve::p256 : Curve::brainpool_p256r1;
}
Bytes order_of(Curve curve) { return *from_hex(curve == Curve::p256 ? p256_order : brainpool_order); }

class EcCurve : public testing::TestWithParam<Curve> {};
INSTANTIATE_TEST_SUITE_P(Both, EcCurve, testing::Values(Curve::p256, Curve::brainpool_p256r1), [](const auto& tested) {
    return std::string(tested.param == Curve::p256 ? "P256" : "BrainpoolP256r1");
});

TEST(Ecdh, MatchesPublishedVectors) {
    for_each_vector("src/crypto/vectors/ecdh.vec", [](Vector& v) {
        const Curve curve = curve_named(v.text("curve"));
        const auto key = PrivateKey::from_scalar(curve, v.bytes("scalar"));
        const auto peer = PublicKey::from_point(curve, v.bytes("peer"));
        ASSERT_TRUE(key && peer);
        EXPECT_EQ(hex(key->public_key().point()), hex(v.bytes("point")));
        EXPECT_EQ(hex(expose(*key->agree(*peer))), hex(v.bytes("shared")));
    });
}

TEST(Ecdsa, VerifiesPublishedVectors) {
    for_each_vector("src/crypto/vectors/ecdsa.vec", [](Vector& v) {
        const auto key = PrivateKey::from_scalar(Curve::p256, v.bytes("scalar"));
        const auto point = PublicKey::from_point(Curve::p256, v.bytes("point"));
        ASSERT_TRUE(key && point);
        EXPECT_EQ(key->public_key(), *point);
        const Bytes signature = concat({v.bytes("r"), v.bytes("s")});
        EXPECT_TRUE(point->verify(as_view(v.text("message")), signature));
        EXPECT_TRUE(point->verify_der(as_view(v.text("message")), *der_from_plain_signature(signature)));
        EXPECT_FALSE(point->verify(as_view("other"), signature));
    });
}

TEST_P(EcCurve, SignsWhatItVerifies) {
    const auto key = PrivateKey::generate(GetParam());
    for (int i = 0; i < 8; ++i) {
        const Bytes message{static_cast<std::uint8_t>(i)};
        EXPECT_TRUE(key.public_key().verify(message, key.sign(message)));
        EXPECT_TRUE(key.public_key().verify_der(message, key.sign_der(message)));
    }
    const auto refused = PrivateKey::generate(GetParam()).public_key().verify(as_view("m"), key.sign(as_view("m")));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::bad_crypto);
}

TEST_P(EcCurve, RefusesSignaturesOutOfRangeOrOfWrongLength) {
    const auto key = PrivateKey::generate(GetParam());
    const Bytes good = key.sign(as_view("m"));
    const View r = View(good).first(32);
    const View s = View(good).last(32);
    const Bytes zero(32);
    const Bytes order = order_of(GetParam());
    Bytes above = order;
    above.back() = static_cast<std::uint8_t>(above.back() + 1);
    for (const Bytes& bad : {zero, order, above, Bytes(32, 0xFF)}) {
        EXPECT_FALSE(key.public_key().verify(as_view("m"), concat({bad, s})));
        EXPECT_FALSE(key.public_key().verify(as_view("m"), concat({r, bad})));
        EXPECT_FALSE(key.public_key().verify(as_view("m"), concat({bad, bad})));
    }
    for (const std::size_t size : {0U, 1U, 32U, 63U})
        EXPECT_FALSE(key.public_key().verify(as_view("m"), View(good).first(size)));
    EXPECT_FALSE(key.public_key().verify(as_view("m"), concat({good, zero})));
    EXPECT_FALSE(key.public_key().verify(as_view("m"), concat({s, r})));
}

TEST_P(EcCurve, RefusesPointsThatAreNone) {
    const Bytes good = PrivateKey::generate(GetParam()).public_key().point();
    EXPECT_TRUE(PublicKey::from_point(GetParam(), good));
    Bytes off_curve = good;
    off_curve.back() ^= 1;
    EXPECT_EQ(PublicKey::from_point(GetParam(), off_curve).error().code, Errc::bad_crypto);
    Bytes not_reduced = good;
    std::fill_n(not_reduced.begin() + 1, 32, std::uint8_t{0xFF});
    EXPECT_FALSE(PublicKey::from_point(GetParam(), not_reduced));
    EXPECT_FALSE(PublicKey::from_point(GetParam(), Bytes{0x00}));  // the point at infinity
    EXPECT_FALSE(PublicKey::from_point(GetParam(), Bytes(65)));
    Bytes origin(65);
    origin[0] = 4;
    EXPECT_FALSE(PublicKey::from_point(GetParam(), origin));
    for (const std::uint8_t form : Bytes{2, 3, 6, 7}) {
        Bytes other = good;
        other[0] = form;
        EXPECT_EQ(PublicKey::from_point(GetParam(), other).error().code, Errc::bad_value);
    }
    EXPECT_EQ(PublicKey::from_point(GetParam(), View(good).first(64)).error().code, Errc::bad_length);
    EXPECT_FALSE(PublicKey::from_point(GetParam(), {}));
    // a point of one curve is none of the other
    EXPECT_FALSE(PublicKey::from_point(GetParam() == Curve::p256 ? Curve::brainpool_p256r1 : Curve::p256, good));
}

TEST_P(EcCurve, RefusesScalarsOutOfRange) {
    const Bytes order = order_of(GetParam());
    Bytes largest = order;
    largest.back() = static_cast<std::uint8_t>(largest.back() - 1);
    EXPECT_FALSE(PrivateKey::from_scalar(GetParam(), Bytes(32)));
    EXPECT_FALSE(PrivateKey::from_scalar(GetParam(), order));
    EXPECT_FALSE(PrivateKey::from_scalar(GetParam(), Bytes(32, 0xFF)));
    EXPECT_EQ(PrivateKey::from_scalar(GetParam(), Bytes(31, 1)).error().code, Errc::bad_length);
    EXPECT_TRUE(PrivateKey::from_scalar(GetParam(), largest));
}

TEST_P(EcCurve, KeysSurviveTheirEncodings) {
    const auto key = PrivateKey::generate(GetParam());
    const auto pkcs8 = key.to_pkcs8();
    const auto again = PrivateKey::from_der(expose(pkcs8));
    ASSERT_TRUE(again) << to_string(again.error());
    EXPECT_EQ(again->public_key(), key.public_key());
    EXPECT_EQ(hex(expose(again->to_pkcs8())), hex(expose(pkcs8)));
    const auto spki = PublicKey::from_spki(key.public_key().spki());
    ASSERT_TRUE(spki);
    EXPECT_EQ(*spki, key.public_key());
    EXPECT_EQ(spki->curve(), GetParam());

    const Bytes longer = concat({expose(pkcs8), Bytes{0}});
    EXPECT_EQ(PrivateKey::from_der(longer).error().code, Errc::trailing_data);
    for (std::size_t n = 0; n < pkcs8.size(); ++n) EXPECT_FALSE(PrivateKey::from_der(expose(pkcs8).first(n))) << n;
    Bytes foreign_point = to_bytes(expose(pkcs8));
    const Bytes other = PrivateKey::generate(GetParam()).public_key().point();
    std::copy(other.begin(), other.end(), foreign_point.end() - 65);
    EXPECT_EQ(PrivateKey::from_der(foreign_point).error().code, Errc::bad_crypto);
}

TEST_P(EcCurve, SpkiIsStrict) {
    const Bytes good = PrivateKey::generate(GetParam()).public_key().spki();
    for (std::size_t n = 0; n < good.size(); ++n) EXPECT_FALSE(PublicKey::from_spki(View(good).first(n)));
    for (std::size_t i = 0; i < good.size(); ++i) {
        Bytes changed = good;
        changed[i] ^= 1;
        const auto parsed = PublicKey::from_spki(changed);
        // a changed coordinate is off the curve
        EXPECT_FALSE(parsed) << i;
    }
    EXPECT_FALSE(PublicKey::from_spki(concat({good, Bytes{0}})));
}

TEST_P(EcCurve, SeededKeysAreReproducibleAndInRange) {
    SeededRandom first(7);
    SeededRandom second(7);
    const auto a = PrivateKey::generate(GetParam(), first);
    EXPECT_EQ(a.public_key(), PrivateKey::generate(GetParam(), second).public_key());
    EXPECT_FALSE(a.public_key() == PrivateKey::generate(GetParam(), first).public_key());
    EXPECT_TRUE(a.public_key().verify(as_view("m"), a.sign(as_view("m"))));
}

TEST_P(EcCurve, OneKeyServesSeveralThreads) {
    const auto key = PrivateKey::generate(GetParam());
    const auto peer = PrivateKey::generate(GetParam());
    const std::string shared = hex(expose(*key.agree(peer.public_key())));
    std::array<int, 4> held{};
    {
        std::array<std::jthread, 4> threads;
        for (std::size_t i = 0; i < threads.size(); ++i)
            threads[i] = std::jthread([&, i] {
                for (int n = 0; n < 25; ++n) {
                    const Bytes message{static_cast<std::uint8_t>(i), static_cast<std::uint8_t>(n)};
                    const bool holds = key.public_key().verify(message, key.sign(message)).has_value();
                    if (holds && hex(expose(*peer.agree(key.public_key()))) == shared) ++held[i];
                }
            });
    }
    for (const int n : held) EXPECT_EQ(n, 25);
}

TEST(Agree, RefusesAPeerOnTheOtherCurve) {
    const auto refused =
        PrivateKey::generate(Curve::p256).agree(PrivateKey::generate(Curve::brainpool_p256r1).public_key());
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::refused);
    EXPECT_NE(refused.error().detail.find("brainpoolP256r1"), std::string::npos);
}

TEST(PrivateKey, RefusesOtherCurvesAndKinds) {
    // secp256k1, made by `openssl ecparam -name secp256k1 -genkey`
    const auto other = PrivateKey::from_pem(
        "-----BEGIN EC PRIVATE KEY-----\n"
        "MHQCAQEEIGRB+/2w+QRTGGLoR829B2KM0Sgl9vM1QBhrXNdREakmoAcGBSuBBAAK\n"
        "oUQDQgAEGR9KjwC7fSK8r9TCQfXYfRzTnib2nt+XE4afmaXPgNIosdOAdZpuzpMD\n"
        "V67LmSc2LJXlnBLR5POks9luVhn0aQ==\n"
        "-----END EC PRIVATE KEY-----\n");
    ASSERT_FALSE(other);
    EXPECT_NE(other.error().detail.find("secp256k1"), std::string::npos) << to_string(other.error());
    EXPECT_FALSE(PrivateKey::from_pem(""));
    EXPECT_FALSE(PrivateKey::from_pem("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"));
    EXPECT_FALSE(PrivateKey::from_der({}));
}

TEST(PrivateKey, RefusesAPassphraseWithoutAskingTheTerminal) {
    // made by `openssl pkcs8 -topk8 -passout pass:mcim`
    const auto locked = PrivateKey::from_pem(
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
        "MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAj91mhaalDmNAICCAAw\n"
        "DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEOmvf1MbocjQaOcc2ylrqoEEgZDj\n"
        "PinMVwP3IVCvxcaV+M+WtM0iSd+x+FZAEh2AX+BvEhBQ+Nu88gGHEPW8pdmznHhU\n"
        "5RR1f3YZAn+lZQ/ibi/T1pntOYjWyJt5o31p1Oa81oAtkJVyWsD0dpDilCERAVFX\n"
        "qpEeoz9B2Kgbctj1cS4qQ533XUrjyc1X2pnIpvpiVe7K0SI2+tvDyofX3PNm8Nk=\n"
        "-----END ENCRYPTED PRIVATE KEY-----\n");
    EXPECT_FALSE(locked);
}

TEST(ErrorQueue, IsLeftAsItWas) {
    // a TLS stack on the same thread reads the queue, and would take our refusal for its own failure
    ERR_clear_error();
    const auto key = PrivateKey::generate(Curve::p256);
    EXPECT_FALSE(key.public_key().verify(as_view("m"), Bytes(64)));
    EXPECT_FALSE(key.public_key().verify_der(as_view("m"), Bytes(70)));
    EXPECT_FALSE(PublicKey::from_point(Curve::p256, concat({Bytes{4}, Bytes(64)})));
    EXPECT_FALSE(PrivateKey::from_scalar(Curve::p256, Bytes(32)));
    EXPECT_FALSE(PrivateKey::from_der(Bytes(40, 0x30)));
    EXPECT_FALSE(PrivateKey::from_pem("-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n"));
    EXPECT_EQ(ERR_peek_error(), 0U);
}

TEST(PrivateKey, ReadsTheGsmaTestKeys) {
    MCIM_REFERENCE_OR_SKIP(folder, "sgp26");
    int count = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
        const std::string name = entry.path().filename().string();
        if (!name.starts_with("SK_") || entry.path().extension() != ".pem") continue;
        const Bytes pem = test::file_content(entry.path());
        const auto key = PrivateKey::from_pem(as_text(pem));
        ASSERT_TRUE(key) << name << ": " << to_string(key.error());
        EXPECT_EQ(key->curve(), name.find("BRP") != std::string::npos ? Curve::brainpool_p256r1 : Curve::p256) << name;
        ++count;
    }
    EXPECT_GT(count, 0);
}

TEST(DerSignature, IsStrict) {
    const auto refuses = [](std::string_view der) { return !plain_from_der_signature(*from_hex(der)); };
    EXPECT_EQ(hex(*plain_from_der_signature(*from_hex("3006020101020102"))),
              std::string(62, '0') + "01" + std::string(62, '0') + "02");
    EXPECT_TRUE(refuses(""));
    EXPECT_TRUE(refuses("3000"));
    EXPECT_TRUE(refuses("3003020101"));
    EXPECT_TRUE(refuses("300602010102010200"));      // something follows
    EXPECT_TRUE(refuses("3009020101020102020103"));  // a third INTEGER
    EXPECT_TRUE(refuses("308106020101020102"));      // long form of a short length
    EXPECT_TRUE(refuses("300702020001020102"));      // leading zero
    EXPECT_TRUE(refuses("3006020181020102"));        // negative
    EXPECT_TRUE(refuses("30050200020102"));          // empty INTEGER
    EXPECT_TRUE(refuses("3006030101020102"));        // BIT STRING
    EXPECT_TRUE(refuses("3106020101020102"));        // SET
    EXPECT_TRUE(refuses("30060201010203010203"));    // runs over the end
    EXPECT_TRUE(refuses("30260221" + std::string("01") + std::string(64, '0') + "020102"));  // 33 significant octets
    EXPECT_FALSE(der_from_plain_signature(Bytes(63)));
}

TEST(DerSignature, RoundTripsEverySignature) {
    SeededRandom random(3);
    for (int i = 0; i < 1000; ++i) {
        Bytes plain = random.bytes(64);
        // numbers of every length, the short ones too
        const auto zeros_r = static_cast<std::ptrdiff_t>(random.below(33));
        const auto zeros_s = static_cast<std::ptrdiff_t>(random.below(33));
        std::fill_n(plain.begin(), zeros_r, std::uint8_t{0});
        std::fill_n(plain.begin() + 32, zeros_s, std::uint8_t{0});
        const auto again = plain_from_der_signature(*der_from_plain_signature(plain));
        ASSERT_TRUE(again) << hex(plain) << ' ' << to_string(again.error());
        EXPECT_EQ(hex(*again), hex(plain));
    }
}

}  // namespace
}  // namespace mcim::crypto
