#include <gtest/gtest.h>

#include <fstream>

#include "commands.h"
#include "support/temp_folder.h"

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

TEST(CommandLine, NamesWhomToTrustAndBothHalvesOfAttestation) {
    const auto asks_for = [](WorldConfig config) {
        const auto world = World::open(config);
        if (!world) return to_string(world.error());
        const Status ready = (*world)->ready_for_servers();
        return ready ? std::string() : ready.error().path;
    };
    const test::TempFolder folder;
    const auto ci = folder / "ci.der";
    std::ofstream(ci) << "not looked at before a server is met";
    WorldConfig config;
    EXPECT_EQ(asks_for(config), "--ci");
    config.ci_files = {ci.string()};
    EXPECT_EQ(asks_for(config), "");
    config.tpm = "device:/dev/tpmrm0";
    EXPECT_EQ(asks_for(config), "--verifier");
    config.verifier = "localhost:8443";
    EXPECT_EQ(asks_for(config), "");
    config.tpm.clear();
    EXPECT_EQ(asks_for(config), "--tpm");
}

TEST(Verifier, SaysInASentenceWhyItRefuses) {
    EXPECT_EQ(said_by_verifier(http::problem(403, "The quote is another TPM's.")), "The quote is another TPM's");
    for (const char* other : {"", "{", "[]", R"({"detail":1})", "<html>"})
        EXPECT_EQ(said_by_verifier({502, {}, other}), "HTTP status 502") << other;
}

TEST(CardRefusal, SaysWhatTheWordMeans) {
    EXPECT_EQ(card_refusal("8988211000000000011", "iccidOrAidNotFound"),
              "the card refuses (iccidOrAidNotFound): ICCID 8988211000000000011 is on this card under no profile; "
              "\"profile list\" shows those that it has");
    EXPECT_EQ(card_refusal("8988211000000000011", "catBusy"), "the card refuses (catBusy)");
}

}  // namespace
}  // namespace mcim::agent
