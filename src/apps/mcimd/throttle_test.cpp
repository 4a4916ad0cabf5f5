// Limits of requests by time: the buckets, and the program that has them.
#include "mcim/apps/mcimd/throttle.h"

#include "mcim/apps/mcimd/asn1_for_test.h"
#include "mcim/apps/mcimd/plain_for_test.h"
#include "support/random.h"

namespace mcim::apps::mcimd {
namespace {

Throttle::Key visitor(std::uint32_t n) {
    Throttle::Key out{};
    for (std::size_t i = 0; i < 4; ++i) out.at(i) = static_cast<std::uint8_t>(n >> (8 * i));
    return out;
}
const Throttle::Clock::time_point noon{std::chrono::hours(12)};

class Buckets : public testing::Test {
protected:
    SystemRandom random;
};

TEST_F(Buckets, AreFullAtFirstAndFillAgainWithinAMinute) {
    Throttle throttle(6, 1min, 4, random);
    for (int i = 0; i < 6; ++i) EXPECT_FALSE(throttle.take(visitor(1), noon)) << i;
    EXPECT_EQ(throttle.take(visitor(1), noon)->wait, 10s);
    EXPECT_EQ(throttle.take(visitor(1), noon + 9500ms)->wait, 1s) << "rounded up";
    EXPECT_FALSE(throttle.take(visitor(1), noon + 10s)) << "what was refused cost nothing";
    EXPECT_TRUE(throttle.take(visitor(1), noon + 10s));
    EXPECT_FALSE(throttle.take(visitor(2), noon)) << "another one's";
    for (int i = 0; i < 6; ++i) EXPECT_FALSE(throttle.take(visitor(1), noon + 2min)) << i;
    EXPECT_TRUE(throttle.take(visitor(1), noon + 2min)) << "full is full";
}

TEST_F(Buckets, AreNotThereWithoutALimit) {
    Throttle none(0, 1min, 4, random);
    for (int i = 0; i < 1000; ++i) EXPECT_FALSE(none.take(visitor(1), noon));
    Throttle never;
    EXPECT_FALSE(never.take(visitor(1), noon));
}

TEST_F(Buckets, AreSoManyAndNoMoreHoweverManyCome) {
    Throttle throttle(6, 1min, 4, random);
    for (int i = 0; i < 6; ++i) EXPECT_FALSE(throttle.take(visitor(0), noon));
    for (std::uint32_t n = 1; n < 10'000; ++n) EXPECT_FALSE(throttle.take(visitor(n), noon)) << n;
    EXPECT_TRUE(throttle.take(visitor(0), noon)) << "who is held back is not forgotten for those who are not";
    std::size_t remembered = 0;
    for (std::uint32_t n = 1; n < 10'000; ++n) {
        int taken = 0;
        while (!throttle.take(visitor(n), noon)) ++taken;
        if (taken < 6) ++remembered;
    }
    EXPECT_LE(remembered, 4 * Throttle::ways);
}

/// Of one network, or cards of one series: they share no set of buckets, or each would push the others out of it.
TEST_F(Buckets, OfNeighboursAreApart) {
    const auto address = [](std::uint8_t a, std::uint8_t b) {
        return Throttle::Key{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 10, 1, a, b};
    };
    const auto eid = [](std::uint8_t a, std::uint8_t b) {
        return Throttle::Key{0x89, 0x04, 0x90, 0x32, 0, 0, 0, 0, 0, 0, 0, 0, 0, a, b, 0x64};
    };
    const auto prefix = [](std::uint8_t a, std::uint8_t b) { return Throttle::Key{0x20, 1, 0xD, 0xB8, 0, 0, a, b}; };
    const auto remembered = [&](const auto& neighbour) {
        Throttle throttle(1, 1min, 4096, random);
        int out = 0;
        for (int i = 0; i < 2000; ++i)
            EXPECT_FALSE(
                throttle.take(neighbour(static_cast<std::uint8_t>(i / 250), static_cast<std::uint8_t>(i % 250)), noon));
        for (int i = 0; i < 2000; ++i)
            out +=
                throttle.take(neighbour(static_cast<std::uint8_t>(i / 250), static_cast<std::uint8_t>(i % 250)), noon)
                    ? 1
                    : 0;
        return out;
    };
    EXPECT_GE(remembered(address), 1990);
    EXPECT_GE(remembered(eid), 1990);
    EXPECT_GE(remembered(prefix), 1990);
}

class Limited : public Mcimd {
protected:
    void SetUp() override {}
    void limit(const std::string& line) {
        at.more_tables = "[limits]\n" + line + "\n[operation]\nlisten = \"127.0.0.1:0\"\n";
        start();
    }
    [[nodiscard]] bool metrics_say(std::string_view what) const {
        return ask_plain(running->operation_port(), "/metrics").find(what) != std::string::npos;
    }
    /// Of 4 a minute at the latest after 15 seconds.
    static void expect_held_back(const http::Response& response) {
        EXPECT_EQ(response.status, 429U) << response.body;
        const auto wait = response.find_header("Retry-After");
        ASSERT_TRUE(wait);
        EXPECT_GE(std::stoi(std::string(*wait)), 1);
        EXPECT_LE(std::stoi(std::string(*wait)), 15);
        EXPECT_NE(response.body.find("come again in " + std::string(*wait) + " seconds"), std::string::npos);
    }
};

TEST_F(Limited, AddressThatAsksTooOftenIsHeldBackUnread) {
    limit("address_requests_per_minute = 4");
    for (int i = 0; i < 3; ++i) initiate();
    EXPECT_EQ(post("/elsewhere", "{}", {}).status, 404U) << "whatever it asks";
    expect_held_back(es9("initiateAuthentication", card.initiate("smdpp.example.com")));
    expect_held_back(post("/gsma/rsp2/es9plus/initiateAuthentication", "{", es9_headers()));
    admin("GET", "/status");
    EXPECT_TRUE(metrics_say("\nmcimd_throttled_total{limit=\"address\"} 2\n"));
}

TEST_F(Limited, CardThatAuthenticatesTooOftenIsHeldBack) {
    limit("eid_authentications_per_minute = 4");
    for (int i = 0; i < 4; ++i)
        EXPECT_EQ(refusal("authenticateClient", card.authenticate(initiate(), "UNKNOWN")), "8.2.6/3.8");
    const auto held = es9("authenticateClient", card.authenticate(initiate(), "UNKNOWN"));
    expect_held_back(held);
    EXPECT_EQ(held.find_header("X-Admin-Protocol"), "gsma/rsp/v2.2.0");
    expect_held_back(send(asn1::request(card.authenticate(initiate(), "UNKNOWN"))));
    EXPECT_TRUE(metrics_say("\nmcimd_throttled_total{limit=\"eid\"} 2\n"));
}

/// Else whoever knows an EID could keep its card out.
TEST_F(Limited, EidThatNobodyProvedCountsForNobody) {
    limit("eid_authentications_per_minute = 4");
    for (int i = 0; i < 9; ++i) {
        auto forged = card.authenticate(initiate(), "UNKNOWN");
        std::get<msg::AuthenticateResponseOk>(forged.authenticate_server_response.value)
            .euicc_signature1.bytes.back() ^= 1U;
        EXPECT_EQ(refusal("authenticateClient", forged), "8.1/6.1");
    }
    EXPECT_EQ(refusal("authenticateClient", card.authenticate(initiate(), "UNKNOWN")), "8.2.6/3.8");
}

TEST_F(Limited, OperatorThatOrdersTooOftenIsHeldBackAndNoOther) {
    limit("operator_orders_per_minute = 4");
    add_two_operators();
    http::Client local({});
    const auto order = [&](const std::string& id, const Iccid& iccid) {
        const auto body = jose::ObjectWriter().text("operator", id).text("iccid", iccid.text()).finish();
        return *local.send_unix(at.temp / "admin.sock", {"POST", "/orders", {}, body});
    };
    EXPECT_EQ(order("a", first).status, 200U);
    for (int i = 0; i < 3; ++i) EXPECT_EQ(order("a", first).status, 409U);
    expect_held_back(order("a", first));
    EXPECT_EQ(order("b", second).status, 200U);
    EXPECT_TRUE(metrics_say("\nmcimd_throttled_total{limit=\"operator\"} 1\n"));
}

/// A genuine card that begins over and over: nothing of it is stored, and it hears when it may come again.
TEST_F(Limited, OrderWhoseDownloadsAreBegunTooOftenIsHeldBackAndNoOther) {
    limit("order_downloads_per_hour = 2");
    add_two_operators();
    const auto order = add_order("a", first), other = add_order("b", second);
    const auto begin = [&](const jose::Object& of) { return card.authenticate(initiate(), *of.text("matching_id")); };
    for (int i = 0; i < 2; ++i) offer(order);
    const auto before = admin("GET", "/orders/" + *order.text("id"));
    const auto held = es9("authenticateClient", begin(order));
    EXPECT_EQ(held.status, 429U) << held.body;
    EXPECT_EQ(held.find_header("X-Admin-Protocol"), "gsma/rsp/v2.2.0");
    const int wait = std::stoi(std::string(held.find_header("Retry-After").value_or("0")));
    EXPECT_GT(wait, 1700);
    EXPECT_LE(wait, 1800) << "two an hour";
    EXPECT_NE(held.body.find("of this order"), std::string::npos) << held.body;
    EXPECT_EQ(send(asn1::request(begin(order))).status, 429U);
    EXPECT_EQ(admin("GET", "/orders/" + *order.text("id")).objects("timeline")->size(),
              before.objects("timeline")->size());
    offer(other);
    EXPECT_TRUE(metrics_say("\nmcimd_throttled_total{limit=\"order\"} 2\n"));
}

TEST_F(Limited, NobodyIsWhereALimitIsZero) {
    limit("eid_authentications_per_minute = 0");
    for (int i = 0; i < 20; ++i)
        EXPECT_EQ(refusal("authenticateClient", card.authenticate(initiate(), "UNKNOWN")), "8.2.6/3.8");
}

TEST_F(Limited, NobodyIsInALaboratoryThatOnlyServesDownloads) {
    at.more_of_server = "laboratory = true\n";
    limit("");
    add_two_operators();
    const auto order = add_order("a", first);
    for (int i = 0; i < 80; ++i) offer(order);
}

}  // namespace
}  // namespace mcim::apps::mcimd
