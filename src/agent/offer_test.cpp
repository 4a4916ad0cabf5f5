#include "mcim/agent/offer.h"

#include <gtest/gtest.h>

namespace mcim::agent {
namespace {

using Reason = msg::CancelSessionReason;
using enum OwnersWord::Offer;

msg::StoreMetadataRequest with_rules(std::initializer_list<std::size_t> bits) {
    msg::StoreMetadataRequest out;
    out.profile_policy_rules = der::BitString::of(bits);
    return out;
}
constexpr OwnersWord takes_rules{.policy_rules = OwnersWord::PolicyRules::accept};

TEST(Offer, WithoutRulesIsAcceptedByWhoGaveTheActivationCode) {
    EXPECT_EQ(decide({}, {}), std::nullopt);
    EXPECT_EQ(decide(with_rules({}), {}), std::nullopt);
    EXPECT_EQ(decide(with_rules({0}), {}), std::nullopt) << "pprUpdateControl";
}

TEST(Offer, WithRulesIsRefusedUnlessTheOwnerAcceptsThem) {
    for (const auto& offered : {with_rules({1}), with_rules({2}), with_rules({0, 1, 2}), with_rules({3})}) {
        EXPECT_EQ(decide(offered, {}), Reason::ppr_not_allowed);
        EXPECT_EQ(decide(offered, takes_rules), std::nullopt);
    }
}

TEST(Offer, IsRejectedAndPostponedAtTheOwnersWord) {
    for (const auto& offered : {with_rules({}), with_rules({1})}) {
        EXPECT_EQ(decide(offered, {.offer = reject}), Reason::end_user_rejection);
        EXPECT_EQ(decide(offered, {.offer = postpone}), Reason::postponed);
    }
}

TEST(Offer, SaysInWordsWhatItsRulesMean) {
    EXPECT_EQ(policy_rules_in_words({}), "");
    const auto words = policy_rules_in_words(with_rules({0, 1, 2}));
    EXPECT_NE(words.find("PPR1 (once enabled it may not be disabled"), std::string::npos) << words;
    EXPECT_NE(words.find("PPR2 (it may not be deleted)"), std::string::npos) << words;
    EXPECT_EQ(policy_rules(with_rules({1, 9})).size(), 2U);
    EXPECT_NE(policy_rules_in_words(with_rules({9})).find("bit 9"), std::string::npos);
}

}  // namespace
}  // namespace mcim::agent
