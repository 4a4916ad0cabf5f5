// One card that asks for the same twice.
#include "mcim/apps/mcimd/asn1_for_test.h"

namespace mcim::apps::mcimd {
namespace {

/// Two signatures would be made: the card goes on with whichever reply comes first, and both are the one that is kept.
TEST_F(Mcimd, RequestThatComesTwiceAtOnceHasOneReply) {
    add_operator("a", key_a);
    add_line("a", first, "999990000000001");
    const auto order = add_order("a", first);
    const auto request = es9_request("authenticateClient", card.authenticate(initiate(), *order.text("matching_id")));
    const auto answers = at_once({request, request, request});
    EXPECT_EQ(granted(answers), 3);
    EXPECT_EQ(answers[0].body, answers[1].body);
    EXPECT_EQ(answers[0].body, answers[2].body);
}

}  // namespace
}  // namespace mcim::apps::mcimd
