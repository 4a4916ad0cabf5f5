// What profiles say of themselves, by commands against a platform that runs.
#include <fstream>

#include "mcim/apps/mcim/with_platform_for_test.h"
#include "mcim/msg/icon_for_test.h"

namespace mcim::apps {
namespace {

class MetadataOnPlatform : public WithPlatform {
protected:
    void SetUp() override {
        WithPlatform::SetUp();
        add_line();
    }
    [[nodiscard]] Ran metadata(std::vector<std::string> more) const {
        more.insert(more.begin(), {"operator", "metadata"});
        return run(std::move(more));
    }
    [[nodiscard]] std::string file(const std::string& name, View content) const {
        std::ofstream(at(name), std::ios::binary)
            .write(reinterpret_cast<const char*>(content.data()), static_cast<std::streamsize>(content.size()));
        return at(name);
    }
};

TEST_F(MetadataOnPlatform, IsSetForAnOperatorATypeAndALineAndShown) {
    EXPECT_TRUE(metadata({"--operator", "north"}).says("No metadata: his profiles have names"));
    EXPECT_TRUE(metadata({"--iccid", iccid}).says("nobody has set any"));
    const auto icon = file("north.png", msg::for_test::png(300));
    const auto all = metadata(
        {"--operator", "north", "--icon", icon, "--owner", "imsi", "--gid1", "4D32", "--policy-rules", "ppr2"});
    ASSERT_EQ(all.code, 0) << all.err;
    for (const char* part : {"All other profiles", "png, 300 octets", "ppr2 (deletion is not allowed)", "imsi", "4D32"})
        EXPECT_TRUE(all.says(part)) << part << all.out;
    const auto meters =
        metadata({"--operator", "north", "--type", "meter", "--notify", "enable,disable@events.north.example"});
    EXPECT_TRUE(meters.says("Profiles of type meter")) << meters.out << meters.err;
    EXPECT_TRUE(meters.says("events.north.example of enable, disable")) << meters.out;
    EXPECT_TRUE(metadata({"--iccid", iccid}).says("of its operator"));
    const auto own = metadata({"--iccid", iccid, "--notify", "delete@own.example"});
    EXPECT_TRUE(own.says("of its own") && own.says("own.example of delete")) << own.out << own.err;
    EXPECT_FALSE(own.says("ppr2")) << "as a whole";
    EXPECT_TRUE(metadata({"--iccid", iccid, "--default"}).says("of its operator"));
    EXPECT_EQ(json({"operator", "metadata", "--operator", "north"}).objects("metadata")->size(), 2U);
    EXPECT_FALSE(metadata({"--operator", "north", "--type", "meter", "--default"}).says("meter"));
}

TEST_F(MetadataOnPlatform, OrderShowsWhatItCarries) {
    ASSERT_EQ(metadata({"--operator", "north", "--owner", "imsi", "--gid1", "4D32"}).code, 0);
    const auto made = json({"order", "create", "--operator", "north", "--iccid", iccid, "--policy", "open"});
    const auto order = json({"order", "show", *made.text("id")});
    const auto carried = *order.object("metadata");
    EXPECT_EQ(*carried.text("owner"), "001-01");
    EXPECT_EQ(*carried.text("gid1"), "4D32");
    EXPECT_EQ(*carried.text("profile_name"), "north Mobile");
}

TEST_F(MetadataOnPlatform, MistakesSayWhatIsWanted) {
    EXPECT_TRUE(metadata({}).complains("an operator's, or a line's?"));
    EXPECT_NE(metadata({"--type", "meter"}).code, 0) << "of which operator?";
    EXPECT_NE(metadata({"--operator", "north", "--default", "--owner", "imsi"}).code, 0);
    EXPECT_TRUE(metadata({"--operator", "north", "--notify", "enable"}).complains("EVENT,...@ADDRESS is wanted"));
    EXPECT_TRUE(metadata({"--operator", "north", "--policy-rules", "ppr2"}).complains("has an owner"));
    EXPECT_TRUE(metadata({"--operator", "north", "--owner", "262-01"}).complains("not of the network 262-01"));
    const auto icon = metadata({"--operator", "north", "--icon", file("large.png", msg::for_test::png(1025))});
    EXPECT_TRUE(icon.complains("--icon") && icon.complains("1024")) << icon.err;
    EXPECT_TRUE(metadata({"--operator", "north"}).says("No metadata"));
}

}  // namespace
}  // namespace mcim::apps
