// What one genuine card can make the platform keep.
#include "mcim/apps/mcimd/asn1_for_test.h"

namespace mcim::apps::mcimd {
namespace {

TEST(Offers, OfAnOrderAreBoundedByTheHour) {
    OffersPerHour offers;
    const Time now = system_now();
    for (unsigned i = 0; i < OffersPerHour::max; ++i) EXPECT_TRUE(offers.take("1", now));
    EXPECT_FALSE(offers.take("1", now + 59min));
    EXPECT_TRUE(offers.take("2", now + 59min));
    EXPECT_TRUE(offers.take("1", now + 60min));
}

TEST_F(Mcimd, CardThatBeginsOverAndOverIsHeldBack) {
    add_operator("a", key_a);
    add_line("a", first, "999990000000001");
    const auto order = add_order("a", first);
    for (unsigned i = 0; i < OffersPerHour::max; ++i) offer(order);
    const auto lines = admin("GET", "/orders/" + *order.text("id")).objects("timeline")->size();
    EXPECT_EQ(refusal("authenticateClient", card.authenticate(initiate(), *order.text("matching_id"))), "8.8.5/6.4");
    const auto in_asn1 = send(asn1::request(card.authenticate(initiate(), *order.text("matching_id"))));
    EXPECT_EQ(asn1::error_in<msg::AuthenticateClientResponseEs9>(in_asn1), 127);
    EXPECT_EQ(admin("GET", "/orders/" + *order.text("id")).objects("timeline")->size(), lines);
}

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
