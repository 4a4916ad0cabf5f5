#include "mcim/http/guests.h"

#include <gtest/gtest.h>

namespace mcim::http {
namespace {

struct Visitor final : Guest {
    void close_when_idle() override {}
    void end() override { ended = true; }
    bool ended = false;
};
Place at(const char* address) { return place_of(boost::asio::ip::make_address(address)); }

TEST(Place, IsAnIpv4AddressOrTheSubnetOfAnIpv6One) {
    EXPECT_NE(at("192.0.2.1"), at("192.0.2.2"));
    EXPECT_EQ(at("192.0.2.1"), at("::ffff:192.0.2.1"));
    EXPECT_EQ(at("2001:db8:0:1::1"), at("2001:db8:0:1:ffff::2"));
    EXPECT_NE(at("2001:db8:0:1::1"), at("2001:db8:0:2::1"));
    EXPECT_NE(at("::1"), at("127.0.0.1"));
}

TEST(Guests, OfOnePlaceAreLimitedAndOfOthersNot) {
    Guests guests(10, 2);
    Visitor a, b, c;
    EXPECT_TRUE(guests.admits(at("192.0.2.1")));
    guests.enter(a, at("192.0.2.1"));
    guests.enter(b, at("192.0.2.1"));
    guests.enter(c, std::nullopt);
    EXPECT_FALSE(guests.admits(at("192.0.2.1")));
    EXPECT_TRUE(guests.admits(at("192.0.2.2")));
    guests.leave(a);
    EXPECT_TRUE(guests.admits(at("192.0.2.1")));
    guests.leave(b);
    guests.leave(c);
    EXPECT_EQ(guests.size(), 0U);
}

TEST(Guests, WhoHasWaitedLongestGoesFirstAndWhoIsServedStays) {
    Guests guests(3, 3);
    Visitor served, again, silent;
    for (Visitor* v : {&served, &again, &silent}) guests.enter(*v, std::nullopt);
    EXPECT_TRUE(guests.full());
    guests.works(served);
    guests.works(again);
    guests.waits(again);  // it had its answer later than the silent one came
    EXPECT_TRUE(guests.shed_one());
    EXPECT_TRUE(silent.ended);
    EXPECT_FALSE(again.ended);
    EXPECT_TRUE(guests.shed_one());
    EXPECT_TRUE(again.ended);
    EXPECT_FALSE(guests.shed_one()) << "who is served is not sent away";
    EXPECT_FALSE(served.ended);
    EXPECT_TRUE(guests.full()) << "they leave when they are gone";
    guests.waits(served);
    EXPECT_TRUE(guests.shed_one());
}

}  // namespace
}  // namespace mcim::http
