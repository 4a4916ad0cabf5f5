#include "mcim/aka/milenage.h"

#include <gtest/gtest.h>

#include "support/vectors.h"

namespace mcim::aka {
namespace {

using test::for_each_vector;

/// Everything but the keys: both files name it alike.
void expect_functions(const Milenage& milenage, test::Vector& v) {
    const Rand rand = v.array<16>("rand");
    const Sqn sqn = Sqn::from_octets(v.array<6>("sqn"));
    const Amf amf = v.array<2>("amf");
    const Response response = milenage.f2345(rand);
    EXPECT_EQ(hex(milenage.f1(rand, sqn, amf)), hex(v.bytes("f1")));
    EXPECT_EQ(hex(milenage.f1_star(rand, sqn, amf)), hex(v.bytes("f1_star")));
    EXPECT_EQ(hex(response.res), hex(v.bytes("f2")));
    EXPECT_EQ(hex(expose(response.ck)), hex(v.bytes("f3")));
    EXPECT_EQ(hex(expose(response.ik)), hex(v.bytes("f4")));
    EXPECT_EQ(hex(expose(response.ak)), hex(v.bytes("f5")));
    EXPECT_EQ(hex(expose(milenage.f5_star(rand))), hex(v.bytes("f5_star")));
}

TEST(Milenage, MatchesEveryPublishedTestSet) {
    int sets = 0;
    for_each_vector("src/aka/vectors/milenage.vec", [&](test::Vector& v) {
        SCOPED_TRACE(v.text("clause"));
        const auto k = v.secret<16>("k");
        const auto opc = opc_from_op(k, v.secret<16>("op"));
        EXPECT_EQ(hex(expose(opc)), hex(v.bytes("opc")));
        expect_functions(Milenage(k, opc), v);
        ++sets;
    });
    EXPECT_EQ(sets, 20);
}

TEST(Milenage, TakesAnOperatorsConstants) {
    for_each_vector("src/aka/vectors/milenage_constants.vec", [](test::Vector& v) {
        MilenageConstants constants;
        constants.rotation = v.array<5>("rotation");
        const Bytes xoring = v.bytes("xoring");
        for (std::size_t i = 0; i < 5; ++i) constants.xoring[i] = *to_array<16>(View(xoring).subspan(16 * i, 16));
        expect_functions(Milenage(v.secret<16>("k"), v.secret<16>("opc"), constants), v);
    });
}

}  // namespace
}  // namespace mcim::aka
