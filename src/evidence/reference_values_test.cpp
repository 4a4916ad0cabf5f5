#include "mcim/evidence/reference_values.h"

#include <gtest/gtest.h>

namespace mcim::evidence {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

struct References : testing::Test {
    crypto::PrivateKey key = crypto::PrivateKey::generate(crypto::Curve::p256);
    Time now = *from_rfc3339("2026-11-21T20:00:00Z");
    ReferenceValues values{
        "first",
        7,
        now,
        now + hours{24},
        {{"gateway-2",
          {{4,
            {Part::platform,
             {{crypto::sha256(as_view("a")), "GRUB 2.06"}, {crypto::sha256(as_view("b")), "GRUB 2.12"}}}},
           {11, {Part::module, {{crypto::sha256(as_view("t")), "TRE 0.1"}}}}}}}};

    std::string signed_values() const { return *sign_reference_values(values, "", jose::signer_of(key)); }
    Result<ReferenceValues> verified(std::string_view jws, Time at) const {
        return verify_reference_values(jws, "first", key.public_key(), at);
    }
    Errc refusal(std::string_view platforms) const {
        // the same claims with another "platforms", written by hand
        const std::string claims =
            R"({"iss":"first","version":7,"iat":1,"exp":9999999999,"platforms":)" + std::string(platforms) + "}";
        const std::string input =
            base64url(as_view(R"({"alg":"ES256","typ":"mcim-refval+jwt"})")) + "." + base64url(as_view(claims));
        const auto v = verified(input + "." + base64url(key.sign(as_view(input))), now);
        EXPECT_FALSE(v) << platforms;
        return v ? Errc::io : v.error().code;
    }
};

TEST_F(References, ReadBackWhatWasSigned) {
    const auto back = verified(signed_values(), now);
    ASSERT_TRUE(back) << to_string(back.error());
    EXPECT_EQ(back->version, 7);
    const auto* model = back->find("gateway-2");
    ASSERT_NE(model, nullptr);
    EXPECT_EQ(model->at(4).accepted.at(1).name, "GRUB 2.12");
    EXPECT_EQ(model->at(11).part, Part::module);
    EXPECT_EQ(back->find("gateway-3"), nullptr);
    EXPECT_EQ(*sign_reference_values(*back, "", [](View m) -> Result<Bytes> { return to_bytes(m.first(64)); }),
              *sign_reference_values(values, "", [](View m) -> Result<Bytes> { return to_bytes(m.first(64)); }));
}

TEST_F(References, WithdrawEarlierOnesAndNotThemselves) {
    EXPECT_EQ(verified(signed_values(), now)->withdraws_before, 0);
    values.withdraws_before = 7;
    EXPECT_EQ(verified(signed_values(), now)->withdraws_before, 7);
    values.withdraws_before = 8;
    EXPECT_EQ(verified(signed_values(), now).error().path, "withdraws_before");
}

TEST_F(References, HoldFromIssueUntilExpiry) {
    EXPECT_EQ(verified(signed_values(), now - seconds{1}).error().path, "iat");
    EXPECT_EQ(verified(signed_values(), now + hours{24}).error().path, "exp");
    EXPECT_TRUE(values.valid_at(now));
    EXPECT_FALSE(values.valid_at(now + hours{24}));
}

TEST_F(References, OfAnotherSignerOrNameAreRefused) {
    const auto other = crypto::PrivateKey::generate(crypto::Curve::p256);
    EXPECT_EQ(verified(*sign_reference_values(values, "", jose::signer_of(other)), now).error().code, Errc::bad_crypto);
    values.operator_id = "second";
    EXPECT_EQ(verified(signed_values(), now).error().path, "iss");
}

TEST_F(References, ThatWouldAcceptAnythingAreRefused) {
    EXPECT_EQ(refusal(R"({"m":{}})"), Errc::bad_value);
    EXPECT_EQ(refusal(R"({"m":{"4":{"part":"platform","accepted":[]}}})"), Errc::bad_value);
    EXPECT_EQ(refusal(R"({"m":{"4":{"part":"platform"}}})"), Errc::missing_field);
    EXPECT_EQ(refusal(R"({"m":{"24":{"part":"platform","accepted":[]}}})"), Errc::bad_value);
    EXPECT_EQ(refusal(R"({"m":{"4":{"part":"host","accepted":[]}}})"), Errc::bad_value);
    EXPECT_EQ(refusal(R"({"m":{"4":{"part":"platform","accepted":[{"digest":"00","name":"x"}]}}})"), Errc::bad_length);
}

}  // namespace
}  // namespace mcim::evidence
