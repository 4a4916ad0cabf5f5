#include "mcim/smdp/order.h"

#include <gtest/gtest.h>

#include <set>

#include "support/random.h"

namespace mcim::smdp {
namespace {

/// Rows are states, columns events; "." refuses. docs/orders.md shows the same picture.
constexpr std::string_view picture =
    "             allocate    link        confirm     release     bind        success     failure     refuse      "
    "postpone    cancel      remove      \n"
    "Available    Allocated   Linked      .           .           .           .           .           .           .    "
    "       Unavailable .           \n"
    "Allocated    .           Linked      Confirmed   .           .           .           .           .           .    "
    "       Unavailable .           \n"
    "Linked       .           .           Confirmed   .           .           .           .           .           .    "
    "       Unavailable .           \n"
    "Confirmed    .           .           .           Released    .           .           .           .           .    "
    "       Unavailable .           \n"
    "Released     .           .           .           Released    Downloaded  Installed   Released    Error       "
    "Released    Unavailable .           \n"
    "Downloaded   .           .           .           Released    Downloaded  Installed   Error       Error       "
    "Released    Unavailable .           \n"
    "Installed    .           .           .           .           .           Installed   Installed   .           .    "
    "       .           Unavailable \n"
    "Error        .           .           .           Released    Downloaded  Installed   Error       Error       .    "
    "       Unavailable .           \n"
    "Unavailable  .           .           .           .           .           .           .           .           .    "
    "       .           .           \n";

std::string padded(std::string_view text, std::size_t width) {
    std::string out(text);
    out.resize(width, ' ');
    return out;
}

TEST(Order, EveryPairOfStateAndEventIsAsDrawn) {
    std::string drawn(picture.substr(0, picture.find('\n') + 1));
    for (std::size_t s = 0; s < order_state_count; ++s) {
        drawn += padded(to_string(static_cast<OrderState>(s)), 13);
        for (std::size_t e = 0; e < order_event_count; ++e) {
            const auto next = transition(static_cast<OrderState>(s), static_cast<OrderEvent>(e));
            drawn += padded(next ? to_string(*next) : ".", 12);
        }
        drawn += '\n';
    }
    EXPECT_EQ(drawn, picture);
}

TEST(Order, StatesHaveTheNamesOfTheSpecification) {
    for (std::size_t s = 0; s < order_state_count; ++s) {
        const auto state = static_cast<OrderState>(s);
        EXPECT_EQ(*parse_order_state(to_string(state)), state);
    }
    EXPECT_FALSE(parse_order_state("released"));
}

TEST(Order, CountsAttemptsUntilItIsReleasedAgain) {
    Order order{"1", "a", *Iccid::with_check_digit("894412345678901234"), "M", OrderState::released};
    order = *after(order, OrderEvent::bind);
    order = *after(order, OrderEvent::install_failed);
    order = *after(order, OrderEvent::bind);
    EXPECT_EQ(order.attempts, 2U);
    EXPECT_EQ(after(order, OrderEvent::release)->attempts, 0U);
    EXPECT_FALSE(after(order, OrderEvent::confirm));
}

TEST(Order, SaysWhatMadeItUnavailable) {
    const Order order{"1", "a", *Iccid::with_check_digit("894412345678901234"), "M", OrderState::released};
    EXPECT_FALSE(order.ended_by);
    EXPECT_EQ(after(order, OrderEvent::cancel)->ended_by, OrderEnd::cancelled);
    const auto installed = *after(order, OrderEvent::install_succeeded);
    EXPECT_FALSE(installed.ended_by);
    EXPECT_EQ(after(installed, OrderEvent::remove)->ended_by, OrderEnd::deleted);
}

TEST(MatchingId, IsUniqueLongAndOfTheActivationCodesAlphabet) {
    test::SeededRandom random(1);
    std::set<std::string> seen;
    for (int i = 0; i < 1000; ++i) {
        const std::string id = fresh_matching_id(random);
        EXPECT_EQ(id.size(), 26U);  // 5 bits each: 130
        EXPECT_EQ(id.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-"), std::string::npos);
        EXPECT_TRUE(seen.insert(id).second);
    }
}

}  // namespace
}  // namespace mcim::smdp
