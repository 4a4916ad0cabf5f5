#include "rules_text.h"

#include <gtest/gtest.h>

#include <boost/json/serialize.hpp>

namespace mcim::agent {
namespace {

msg::ProfilePolicyAuthorisationRule rule(std::initializer_list<std::size_t> policies,
                                         std::vector<msg::OperatorId> operators) {
    msg::ProfilePolicyAuthorisationRule out;
    out.ppr_ids = der::BitString::of(policies);
    out.allowed_operators = std::move(operators);
    return out;
}

TEST(RulesText, SaysWhoMaySetWhat) {
    msg::GetRatResponse table;
    EXPECT_EQ(rules_in_words(table), "  none: a profile with policy rules is refused\n");
    auto of_all = rule({1, 2}, {{{{0xEE, 0xEE, 0xEE}}, {}, {}, {}}});
    of_all.ppr_flags = der::BitString::of({0});
    table.rat = {of_all, rule({2}, {{{{0x00, 0xF1, 0x10}}, msg::OctetString{{0xAB}}, {}, {}},
                                    {{{0x13, 0xE0, 0xEE}}, msg::OctetString{}, {}, {}}})};
    EXPECT_EQ(rules_in_words(table),
              "  PPR1 (no disabling), PPR2 (no deleting): any operator, with its owner's consent\n"
              "  PPR2 (no deleting): network 001-01, GID1 AB; network 310-***\n");
}

TEST(RulesText, HasTheNamesOfTheSpecificationForPrograms) {
    msg::GetRatResponse table;
    EXPECT_EQ(boost::json::serialize(rules_as_json(table)), "[]");
    auto one = rule({1, 5}, {{{{0x00, 0xF1, 0x10}}, msg::OctetString{{0xAB}}, {}, {}}});
    one.ppr_flags = der::BitString::of({0});
    table.rat = {one};
    EXPECT_EQ(boost::json::serialize(rules_as_json(table)),
              R"([{"pprIds":["ppr1","bit 5"],"allowedOperators":[{"plmn":"00F110","gid1":"AB","gid2":""}],)"
              R"("pprFlags":["consentRequired"]}])");
}

}  // namespace
}  // namespace mcim::agent
