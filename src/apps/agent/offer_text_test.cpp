#include "offer_text.h"

#include <gtest/gtest.h>

namespace mcim::agent {
namespace {

msg::StoreMetadataRequest north() {
    msg::StoreMetadataRequest out;
    out.iccid.bytes = {0x98, 0x88, 0x12, 0x01, 0x00, 0x00, 0x00, 0x00, 0x10, 0xF1};
    out.service_provider_name.text = "North";
    out.profile_name.text = "North Mobile";
    return out;
}

TEST(OfferText, NamesOperatorProfileClassAndRules) {
    auto offered = north();
    EXPECT_EQ(offer_in_words(offered),
              "North, North Mobile, class operational, ICCID 8988211000000000011, no policy rules");
    offered.profile_class = msg::ProfileClass::provisioning;
    offered.profile_policy_rules = der::BitString::of({1});
    const auto words = offer_in_words(offered);
    EXPECT_NE(words.find("class provisioning"), std::string::npos) << words;
    EXPECT_NE(words.find("policy rules: PPR1 (once enabled it may not be disabled"), std::string::npos) << words;
    const auto json = offer_as_json(offered);
    EXPECT_EQ(json.at("iccid").as_string(), "8988211000000000011");
    EXPECT_EQ(json.at("profileClass").as_string(), "provisioning");
    EXPECT_EQ(json.at("profilePolicyRules").as_array().size(), 1U);
    EXPECT_FALSE(json.contains("profileOwner"));
}

TEST(OfferText, NamesTheNetworkWhoseProfileItIs) {
    auto offered = north();
    for (const auto& [mnc, written] : {std::pair("01", "001-01"), std::pair("410", "001-410")}) {
        offered.profile_owner = msg::OperatorId{*msg::plmn_octets("001", mnc), {}, {}, {}};
        EXPECT_NE(offer_in_words(offered).find(std::string(", of network ") + written + ","), std::string::npos);
        EXPECT_EQ(offer_as_json(offered).at("profileOwner").as_string(), written);
    }
}

TEST(OfferText, ShowsEveryLetterAndNoSignThatIsNone) {
    EXPECT_EQ(for_terminal("T\u00E9l\u00E9com \u4E2D\u56FD"), "T\u00E9l\u00E9com \u4E2D\u56FD");
    EXPECT_EQ(for_terminal("a\nb\x1B[2Jc\x7F"), "a?b?[2Jc?");
    EXPECT_EQ(for_terminal("a\u009Bb\u200Bc\u202Ed\u2066e\u2029"), "a?b?c?d?e?");
    EXPECT_EQ(for_terminal("a\u00ADb\u061Cc\uFEFFd\U000E0041e\U0001F600"), "a?b?c?d?e\U0001F600");
    EXPECT_EQ(for_terminal("cut \xE2\x80"), "cut \xE2?");
    auto offered = north();
    offered.service_provider_name.text = "North\n  metadata: South";
    EXPECT_EQ(offer_in_words(offered).find('\n'), std::string::npos);
}

}  // namespace
}  // namespace mcim::agent
