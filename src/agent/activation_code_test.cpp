#include "mcim/agent/activation_code.h"

#include <gtest/gtest.h>

#include "mcim/agent/es10.h"

namespace mcim::agent {
namespace {

TEST(ActivationCode, ReadsTheFormsInTheField) {
    const auto full = parse_activation_code("LPA:1$smdp.example.com$ABC-123$2.999.10$1");
    ASSERT_TRUE(full) << to_string(full.error());
    EXPECT_EQ(full->smdp_address, "smdp.example.com");
    EXPECT_EQ(full->matching_id, "ABC-123");
    EXPECT_EQ(full->smdp_oid->text(), "2.999.10");
    EXPECT_EQ(full->confirmation_code, ActivationCode::ConfirmationCode::required);
    EXPECT_EQ(to_string(*full), "LPA:1$smdp.example.com$ABC-123$2.999.10$1");

    EXPECT_EQ(to_string(*parse_activation_code("lpa:1$a.example$X$$1")), "LPA:1$a.example$X$$1");  // empty OID field
    EXPECT_EQ(to_string(*parse_activation_code("1$a.example:8443$X")), "LPA:1$a.example:8443$X");  // without the prefix
    EXPECT_EQ(to_string(*parse_activation_code("1$a.example$")), "LPA:1$a.example$");              // no matching ID
    EXPECT_EQ(parse_activation_code("1$a.example$tariff/7_~x")->matching_id, "tariff/7_~x");       // the operator's own
    EXPECT_EQ(parse_activation_code("1$a.example$summer sale")->matching_id, "summer sale");
}

TEST(ActivationCode, RefusesWhatIsNone) {
    for (const std::string_view bad : {"", "LPA:", "LPA:2$a$b", "1$a", "1$$b", "1$a$b\nc", "1$a$b\x7F", "1$a/b$c",
                                       "1$a$b$x", "1$a$b$2.999$2", "1$a$b$2.999$1$more"})
        EXPECT_FALSE(parse_activation_code(bad)) << bad;
    for (const std::size_t n : {256U, 600U}) EXPECT_FALSE(parse_activation_code("1$a$" + std::string(n, 'A'))) << n;
}

// ---------------------------------------------------------------- ES10

TEST(Es10, CutsRequestsIntoBlocksOf120) {
    const auto blocks = store_data_blocks(1, Bytes(250, 0x55));
    ASSERT_EQ(blocks.size(), 3U);
    EXPECT_EQ(hex(View(blocks[0]).first(5)), "81E2110078");
    EXPECT_EQ(hex(View(blocks[1]).first(5)), "81E2110178");
    EXPECT_EQ(hex(View(blocks[2]).first(5)), "81E291020A");
    EXPECT_EQ(hex(store_data_blocks(0, *from_hex("BF2E00"))[0]), "80E2910003BF2E00");
}

}  // namespace
}  // namespace mcim::agent
