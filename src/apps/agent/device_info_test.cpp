#include <gtest/gtest.h>

#include "commands.h"

namespace mcim::agent {
namespace {

TEST(DeviceInfo, SaysWhatItWasGiven) {
    const auto of_imei = device_info("990000862471853", "");
    ASSERT_TRUE(of_imei) << to_string(of_imei.error());
    EXPECT_EQ(hex(of_imei->tac.bytes), "99000068");
    ASSERT_TRUE(of_imei->imei);
    EXPECT_EQ(hex(of_imei->imei->bytes), "99000068421758F3");
    const auto of_tac = device_info("", "35290611");
    ASSERT_TRUE(of_tac);
    EXPECT_EQ(hex(of_tac->tac.bytes), "53926011");
    EXPECT_FALSE(of_tac->imei);
    EXPECT_TRUE(device_info("990000862471853", "99000086"));
    EXPECT_TRUE(device_info("990000862471850", "")) << "0 for the check digit, as radios transmit it";
}

/// A server's eligibility and an operator's records are made of it.
TEST(DeviceInfo, InventsNothing) {
    EXPECT_EQ(device_info("", "").error().path, "--imei or --tac");
    EXPECT_EQ(device_info("990000862471853", "35290611").error().code, Errc::conflict);
    for (const char* bad : {"1234567", "123456789", "1234567a"}) EXPECT_FALSE(device_info("", bad)) << bad;
    for (const char* bad : {"1234567890123", "12345678901234567", "99000086247185x", "990000862471854"})
        EXPECT_FALSE(device_info(bad, ""));
}

}  // namespace
}  // namespace mcim::agent
