#include "mcim/apps/mcim/subscription.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "mcim/apps/mcim/run_for_test.h"
#include "mcim/custody/private_file.h"
#include "support/temp_folder.h"

namespace mcim::apps {
namespace {

using test::mcim;

constexpr std::string_view k = "465B5CE8B199B49FAA5F0A2EE238A6BC";
constexpr std::string_view opc = "CD63CB71954A9F4E48A5994E37A02BAF";

class KeyFileOfAnOperator : public testing::Test {
protected:
    [[nodiscard]] Result<KeyFile> read(const std::string& content) {
        const auto path = folder_ / ("keys-" + std::to_string(++files_));
        EXPECT_TRUE(custody::write_private_file(path, as_view(content)));
        return read_key_file(path);
    }
    test::TempFolder folder_;
    int files_ = 0;
};

TEST_F(KeyFileOfAnOperator, HoldsKAndOpc) {
    const auto keys = read("# north\n\nk=" + std::string(k) + "\r\nopc=" + std::string(opc) + "\n");
    ASSERT_TRUE(keys) << to_string(keys.error());
    EXPECT_EQ(hex(expose(keys->k)), k);
    EXPECT_EQ(hex(expose(keys->opc)), opc);
    EXPECT_TRUE(read("k=" + std::string(k))->opc.empty());
}

TEST_F(KeyFileOfAnOperator, IsRefusedWithoutAWordOfWhatItHolds) {
    const std::string key(k), line = "k=" + key, other = "opc=" + std::string(opc);
    const std::vector<std::string> all{"",
                                       other,
                                       line + "\n" + line,
                                       line.substr(0, 20),
                                       line + "0",
                                       key,
                                       "K=" + key,
                                       "k =" + key,
                                       line + "\n" + other.substr(1),
                                       "k="};
    for (const std::string& wrong : all) {
        const auto keys = read(wrong);
        ASSERT_FALSE(keys) << wrong;
        EXPECT_EQ(to_string(keys.error()).find(k.substr(0, 8)), std::string::npos) << to_string(keys.error());
    }
}

TEST_F(KeyFileOfAnOperator, ThatOthersMayReadIsRefused) {
    const auto path = folder_ / "keys";
    ASSERT_TRUE(custody::write_private_file(path, as_view("k=" + std::string(k))));
    ASSERT_EQ(::chmod(path.c_str(), 0644), 0);
    const auto keys = read_key_file(path);
    ASSERT_FALSE(keys);
    EXPECT_EQ(keys.error().code, Errc::refused);
}

TEST(SubscriptionCommand, HasNoOptionThatTakesAKeyFromTheCommandLine) {
    const auto help = mcim({"subscription", "add", "--help"});
    EXPECT_EQ(help.code, 0);
    EXPECT_TRUE(help.says("--k-file"));
    for (const char* option : {"--k", "--ki", "--opc", "--key"})
        EXPECT_NE(mcim({"subscription", "add", "--admin", "x", "--operator", "north", option, std::string(k)}).code, 0);
}

TEST(SubscriptionCommand, WantsNumbersOrAPackage) {
    const auto none = mcim({"subscription", "add", "--admin", "none.sock", "--operator", "north"});
    EXPECT_EQ(none.code, 1);
    EXPECT_TRUE(none.complains("--iccid")) << none.err;
    const auto both = mcim({"subscription", "add", "--admin", "none.sock", "--operator", "north", "--imsi",
                            "001010000000001", "--profile", "x.der"});
    EXPECT_TRUE(both.complains("--profile")) << both.err;
}

}  // namespace
}  // namespace mcim::apps
