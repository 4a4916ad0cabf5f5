#include "mcim/evidence/verdict.h"

#include <gtest/gtest.h>

namespace mcim::evidence {
namespace {

using std::chrono::minutes;

struct VerdictToken : testing::Test {
    crypto::PrivateKey key = crypto::PrivateKey::generate(crypto::Curve::p256);
    Time now = *from_rfc3339("2026-11-21T20:00:00Z");
    Verdict verdict{"pva-1",
                    "0.1.0",
                    *Eid::with_check_digits("890490320010010000000000000000"),
                    Bytes(16, 0xA1),
                    now,
                    now + minutes{10},
                    "gateway-2",
                    "first",
                    7,
                    {{Tier::contraindicated, {"PCR 4 (boot loader) was not quoted"}}, {Tier::affirming, {}}}};

    std::string signed_verdict() const { return *sign_verdict(verdict, "pva-key", jose::signer_of(key)); }
};

TEST_F(VerdictToken, ReadsBackWhatWasSigned) {
    const auto back = verify_verdict(signed_verdict(), key.public_key(), now);
    ASSERT_TRUE(back) << to_string(back.error());
    EXPECT_EQ(*back, verdict);
    EXPECT_FALSE(back->passes());
    verdict.parts.platform = {Tier::affirming, {}};
    verdict.session.clear();
    const auto passing = verify_verdict(signed_verdict(), key.public_key(), now);
    ASSERT_TRUE(passing);
    EXPECT_TRUE(passing->passes());
    EXPECT_TRUE(passing->session.empty());
}

TEST_F(VerdictToken, IsAnEarWithStatusAndParts) {
    const auto claims = jose::Object::parse(to_claims(verdict).finish());
    ASSERT_TRUE(claims);
    EXPECT_EQ(*claims->text("ear_status"), "contraindicated");
    EXPECT_EQ(*claims->text("sub"), verdict.eid.text());
    EXPECT_EQ(*claims->object("submods")->object("platform")->text("ear_status"), "contraindicated");
    EXPECT_EQ(*claims->object("submods")->object("module")->text("ear_status"), "affirming");
}

TEST_F(VerdictToken, ExpiresAndBelongsToItsSigner) {
    EXPECT_EQ(verify_verdict(signed_verdict(), key.public_key(), now + minutes{10}).error().path, "exp");
    EXPECT_EQ(verify_verdict(signed_verdict(), key.public_key(), now - minutes{1}).error().path, "iat");
    EXPECT_EQ(verify_verdict(signed_verdict(), crypto::PrivateKey::generate(crypto::Curve::p256).public_key(), now)
                  .error()
                  .code,
              Errc::bad_crypto);
}

TEST_F(VerdictToken, StatusThatHidesItsPartsIsRefused) {
    std::string claims = to_claims(verdict).finish();
    const std::string_view status = "\"ear_status\":\"contraindicated\"";
    claims.replace(claims.find(status), status.size(), "\"ear_status\":\"affirming\"");
    EXPECT_EQ(read_verdict(*jose::Object::parse(claims)).error().path, "ear_status");
}

TEST_F(VerdictToken, NothingLookedAtIsNoPass) {
    verdict.parts = {};
    EXPECT_FALSE(verdict.passes());
}

}  // namespace
}  // namespace mcim::evidence
