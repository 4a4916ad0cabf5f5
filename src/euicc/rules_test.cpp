#include "mcim/euicc/rules.h"

#include <gtest/gtest.h>

namespace mcim::euicc {
namespace {

msg::OperatorId operator_of(std::string_view hex_octets) { return {{*from_hex(hex_octets)}, {}, {}, {}}; }

TEST(Rules, DigitsMatchOneByOneAndEStandsForAny) {
    EXPECT_TRUE(matches(operator_of("62F210"), operator_of("62F210")));
    EXPECT_FALSE(matches(operator_of("62F210"), operator_of("62F220")));
    EXPECT_TRUE(matches(operator_of("62F2EE"), operator_of("62F210")));
    EXPECT_TRUE(matches(operator_of("EEEEEE"), operator_of("62F210")));
    EXPECT_FALSE(matches(operator_of("62F210"), operator_of("EEEEEE")));  // only the RAT has wild cards
}

TEST(Rules, GroupIdentifiersMatchWhereTheRatNamesThem) {
    auto allowed = operator_of("62F210");
    auto owner = operator_of("62F210");
    owner.gid1 = msg::OctetString{{0x12}};
    EXPECT_TRUE(matches(allowed, owner));
    allowed.gid1 = msg::OctetString{{0x12}};
    EXPECT_TRUE(matches(allowed, owner));
    allowed.gid2 = msg::OctetString{{0x01}};
    EXPECT_FALSE(matches(allowed, owner));
}

}  // namespace
}  // namespace mcim::euicc
