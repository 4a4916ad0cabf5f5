#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include "support/random.h"
#include "support/vectors.h"

namespace mcim::test {
namespace {

TEST(VectorFile, HandsOutItsBlocks) {
    std::string seen;
    for_each_vector("tests/support/vectors/well_formed.vec",
                    [&](Vector& v) { seen += v.text("name") + ':' + hex(v.bytes("octets")) + ' '; });
    EXPECT_EQ(seen, "first:00FF second: ");
}

void read_octets(Vector& v) { (void)v.bytes("octets"); }

TEST(VectorFile, AnAttributeNobodyReadIsAFailure) {
    EXPECT_NONFATAL_FAILURE(for_each_vector("tests/support/vectors/unread.vec", read_octets),
                            "nothing checked this attribute");
}

TEST(VectorFile, AFileNamesItsSource) {
    EXPECT_FATAL_FAILURE(for_each_vector("tests/support/vectors/no_source.vec", read_octets),
                         "does not begin with its source");
}

TEST(SeededRandom, DoesNotDependOnHowItsStreamIsCut) {
    SeededRandom whole(5);
    SeededRandom cut(5);
    const Bytes all = whole.bytes(100);
    Bytes pieces;
    while (pieces.size() < 100) append(pieces, cut.bytes(std::min<std::size_t>(7, 100 - pieces.size())));
    EXPECT_EQ(pieces, all);
    EXPECT_NE(SeededRandom(6).bytes(100), all);
}

}  // namespace
}  // namespace mcim::test
