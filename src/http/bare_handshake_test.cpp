#include "mcim/http/bare_handshake.h"

#include <gtest/gtest.h>

#include "support/pki.h"

namespace mcim::http {
namespace {

std::chrono::nanoseconds tick() {
    static std::chrono::nanoseconds now{};
    return now += std::chrono::nanoseconds(1);
}

/// The certificate holds in the PKI's own time and now.
TEST(BareHandshake, TakesTheServersStepsAndSaysWhatWasAgreed) {
    test::Pki pki;
    auto profile = pki.dp_profile(x509::Role::dp_tls);
    profile.validity.not_after = system_now() + std::chrono::days(1);
    const auto draft = draft_server(profile, pki.dp_tls.key.public_key(), pki.ci.certificate, pki.random);
    const auto server = test::Pki::certify(draft, pki.dp_tls.key, pki.ci.key);
    auto bare = BareHandshake::prepare({{server.der()}, server.key.to_pkcs8()}, {pki.ci.der()});
    ASSERT_TRUE(bare) << to_string(bare.error());
    for (int i = 0; i < 2; ++i) {
        const auto time = bare->server_time(tick);
        ASSERT_TRUE(time) << to_string(time.error());
        EXPECT_EQ(time->count(), 4);  // SSL_new, two steps, SSL_free
        EXPECT_TRUE(bare->agreed().starts_with("TLSv1.3, ")) << bare->agreed();
    }
}

TEST(BareHandshake, FailsWhereTheClientTrustsAnotherRoot) {
    test::Pki pki;
    const test::Pki other(crypto::Curve::p256, 2);
    auto bare = BareHandshake::prepare({{pki.dp_tls.der()}, pki.dp_tls.key.to_pkcs8()}, {other.ci.der()});
    ASSERT_TRUE(bare);
    EXPECT_FALSE(bare->server_time(tick));
}

}  // namespace
}  // namespace mcim::http
