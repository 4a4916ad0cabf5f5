#include "mcim/jose/jws.h"

#include <gtest/gtest.h>

namespace mcim::jose {
namespace {

crypto::PublicKey p256(std::string_view x, std::string_view y) {
    return *crypto::PublicKey::from_point(crypto::Curve::p256,
                                          concat({Bytes{4}, *from_base64url(x), *from_base64url(y)}));
}

const crypto::PrivateKey& a_key() {
    static const auto key = crypto::PrivateKey::generate(crypto::Curve::p256);
    return key;
}

std::string token_with_header(std::string_view header, std::string_view payload = R"({"a":1})") {
    std::string input = base64url(as_view(header)) + "." + base64url(as_view(payload));
    return input + "." + base64url(a_key().sign(as_view(input)));
}

Errc refusal(std::string_view token, const Expected& expected = {.typ = "t"}) {
    const auto verified = verify(token, expected, a_key().public_key());
    EXPECT_FALSE(verified) << token;
    return verified ? Errc::io : verified.error().code;
}

TEST(Jws, SaysOfItselfWhatNobodyHasChecked) {
    const std::string token = token_with_header(R"({"alg":"none"})");
    EXPECT_EQ(*unverified_claims(token.substr(0, token.rfind('.') + 1))->integer("a"), 1);
    for (const char* bad : {"", "a.b", "a.!.c", "a.bm8.c"}) EXPECT_FALSE(unverified_claims(bad)) << bad;
}

TEST(Jws, VerifiesTheExampleOfRfc7515AppendixA3) {
    const std::string token =
        "eyJhbGciOiJFUzI1NiJ9"
        ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
        ".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
    const auto key = p256("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0");
    const auto verified = verify(token, {.typ = ""}, key);
    ASSERT_TRUE(verified) << to_string(verified.error());
    EXPECT_EQ(*verified->claims.text("iss"), "joe");
    EXPECT_EQ(*verified->claims.integer("exp"), 1300819380);
    EXPECT_EQ(verified->kid, "");
    EXPECT_EQ(verify(token, {.typ = "JWT"}, key).error().path, "header.typ");
}

TEST(Jws, ThumbprintMatchesRfc9449) {
    // RFC 9449 section 6.1, the key of the DPoP examples
    EXPECT_EQ(
        thumbprint(p256("l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs", "9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA")),
        "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I");
}

TEST(Jws, SignsWhatItVerifies) {
    ObjectWriter claims;
    claims.text("sub", "x");
    const auto token = sign({.typ = "t", .kid = "k1"}, claims, a_key());
    ASSERT_TRUE(token);
    const auto verified = verify(*token, {.typ = "t"}, [](std::string_view kid) -> Result<crypto::PublicKey> {
        if (kid != "k1") return fail(Errc::not_found, "kid");
        return a_key().public_key();
    });
    ASSERT_TRUE(verified);
    EXPECT_EQ(verified->kid, "k1");
    EXPECT_EQ(*verified->claims.text("sub"), "x");
}

TEST(Jws, SignerErrorsAndShortSignaturesAreReported) {
    EXPECT_EQ(sign({}, {}, Signer([](View) -> Result<Bytes> { return fail(Errc::io, "hsm"); })).error().path, "hsm");
    EXPECT_EQ(sign({}, {}, Signer([](View) -> Result<Bytes> { return Bytes(63); })).error().code, Errc::bad_length);
    EXPECT_FALSE(sign({}, {}, crypto::PrivateKey::generate(crypto::Curve::brainpool_p256r1)));
}

TEST(Jws, RefusesOtherAlgorithmsTypesAndExtensions) {
    EXPECT_TRUE(verify(token_with_header(R"({"alg":"ES256","typ":"t"})"), {.typ = "t"}, a_key().public_key()));
    EXPECT_EQ(refusal(token_with_header(R"({"alg":"none","typ":"t"})")), Errc::refused);
    EXPECT_EQ(refusal(token_with_header(R"({"alg":"HS256","typ":"t"})")), Errc::refused);
    EXPECT_EQ(refusal(token_with_header(R"({"alg":"es256","typ":"t"})")), Errc::refused);
    EXPECT_EQ(refusal(token_with_header(R"({"alg":"ES256","typ":"T"})")), Errc::refused);
    EXPECT_EQ(refusal(token_with_header(R"({"alg":"ES256"})")), Errc::refused);
    EXPECT_EQ(refusal(token_with_header(R"({"alg":"ES256","typ":"t"})"), {.typ = ""}), Errc::refused);
    EXPECT_EQ(refusal(token_with_header(R"({"typ":"t"})")), Errc::missing_field);
    EXPECT_EQ(refusal(token_with_header(R"({"alg":"ES256","typ":"t","crit":["b64"],"b64":false})")), Errc::bad_value);
    EXPECT_EQ(refusal(token_with_header(R"({"alg":"ES256","typ":"t","jwk":{}})")), Errc::bad_value);
    EXPECT_EQ(refusal(token_with_header(R"({"alg":"none","alg":"ES256","typ":"t"})")), Errc::bad_value);
    EXPECT_EQ(refusal(token_with_header(R"({"alg":"ES256","typ":"t"})", R"({"a":1,"a":2})")), Errc::bad_value);
    EXPECT_EQ(refusal(token_with_header(R"({"alg":"ES256","typ":"t"})", "[]")), Errc::bad_value);
}

TEST(Jws, RefusesEveryFlippedCharacterAndEveryCut) {
    const std::string token = token_with_header(R"({"alg":"ES256","typ":"t"})");
    for (std::size_t i = 0; i < token.size(); ++i) {
        std::string changed = token;
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        if (changed != token) refusal(changed);
        refusal(token.substr(0, i));
    }
    refusal(token + ".");
    refusal(token + "A");
    refusal(token + "=");
}

TEST(Jws, RefusesOversizedTokensAndOtherKeys) {
    const std::string token = token_with_header(R"({"alg":"ES256","typ":"t"})");
    EXPECT_EQ(refusal(token, {.typ = "t", .limits = {.octets_max = token.size() - 1, .depth_max = 16}}),
              Errc::too_large);
    const auto verified = verify(token, {.typ = "t"}, crypto::PrivateKey::generate(crypto::Curve::p256).public_key());
    ASSERT_FALSE(verified);
    EXPECT_EQ(verified.error().code, Errc::bad_crypto);
}

}  // namespace
}  // namespace mcim::jose
