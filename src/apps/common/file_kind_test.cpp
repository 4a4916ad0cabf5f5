#include "mcim/apps/common/file_kind.h"

#include <gtest/gtest.h>

#include "mcim/apps/common/files.h"
#include "support/pki.h"

namespace mcim::apps {
namespace {

TEST(FileKind, IsToldByTheFirstCharacters) {
    const test::Pki pki;
    const auto of = [](const std::string& content) { return kind_of_file(as_view(content)); };
    EXPECT_EQ(kind_of_file(pki.ci.der()), "a certificate (DER)");
    EXPECT_EQ(of(pem("CERTIFICATE", pki.ci.der())), "a certificate (PEM)");
    EXPECT_EQ(of("text before\n-----BEGIN EC PRIVATE KEY-----\n"), "a private key (PEM)");
    EXPECT_EQ(of("-----BEGIN PUBLIC KEY-----\n"), "a public key (PEM)");
    EXPECT_EQ(of("-----BEGIN "), "PEM of another kind");
    EXPECT_EQ(of("\xA0\x03\x80\x01\x02"), "a profile package");
    EXPECT_EQ(of("0\x03\x02\x01\x05"), "DER of another kind, such as a key, or a certificate that is none of SGP.22");
    EXPECT_EQ(of("eyJhbGciOiJFUzI1NiJ9.e30.x"), "a signed token (JWS)");
    EXPECT_EQ(of("{\"a\": 1}"), "JSON");
    EXPECT_EQ(of("hello\n"), "text");
    EXPECT_EQ(of(""), "an empty file");
    EXPECT_EQ(of("\x01\x02"), "binary data of no kind that is known here");
}

}  // namespace
}  // namespace mcim::apps
