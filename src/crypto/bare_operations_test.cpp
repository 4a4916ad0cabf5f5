#include "mcim/crypto/bare_operations.h"

#include <gtest/gtest.h>

namespace mcim::crypto {
namespace {

/// Each aborts where OpenSSL refuses it.
TEST(BareOperations, CanBeRepeatedOnBothCurves) {
    for (const Curve curve : {Curve::p256, Curve::brainpool_p256r1}) {
        BareOperations operations(curve);
        for (int i = 0; i < 2; ++i) {
            operations.sign();
            operations.verify();
            operations.agree();
            operations.generate();
            operations.generate_x25519();
            operations.agree_x25519();
        }
    }
}

}  // namespace
}  // namespace mcim::crypto
