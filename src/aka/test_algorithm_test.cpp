#include "mcim/aka/test_algorithm.h"

#include <gtest/gtest.h>

#include "mcim/aka/authentication.h"
#include "support/vectors.h"

namespace mcim::aka {
namespace {

TEST(TestAlgorithm, MatchesThePublishedVector) {
    test::for_each_vector("src/aka/vectors/test_algorithm.vec", [](test::Vector& v) {
        const Algorithm algorithm = TestAlgorithm(v.secret<16>("k"));
        const auto made =
            make_vector(algorithm, Sqn::from_octets(v.array<6>("sqn")), v.array<2>("amf"), v.array<16>("rand"));
        EXPECT_EQ(hex(made.autn), hex(v.bytes("autn")));
        EXPECT_EQ(hex(made.xres), hex(v.bytes("res")));
        EXPECT_EQ(hex(expose(made.ck)), hex(v.bytes("ck")));
        EXPECT_EQ(hex(expose(made.ik)), hex(v.bytes("ik")));
    });
}

TEST(TestAlgorithm, CutsRes) {
    const auto k = *Secret<16>::copy_of(Bytes(16, 0xA5));
    EXPECT_EQ(TestAlgorithm(k, 4).f2345(Rand{}).res, Bytes(4, 0xA5));
    EXPECT_DEATH(TestAlgorithm(k, 17), "");
}

}  // namespace
}  // namespace mcim::aka
