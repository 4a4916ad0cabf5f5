#include <gtest/gtest.h>

#include "mcim/uicc/entries.h"
#include "mcim/uicc/profile_for_test.h"

namespace mcim::uicc {
namespace {

Entries stored(const Profile& profile, std::string_view prefix) {
    Entries out;
    uicc::apply(out, profile.entries(prefix));
    return out;
}
std::map<std::string, std::string> readable(const Entries& entries) {
    std::map<std::string, std::string> out;
    for (const auto& [key, value] : entries) out[key] = hex(expose(value));
    return out;
}

TEST(Profile, ComesBackFromItsEntries) {
    const auto profile = Profile::install(for_test::image());
    ASSERT_TRUE(profile);
    const Entries entries = stored(*profile, "profile/3/");
    const auto back = Profile::load("profile/3/", entries);
    ASSERT_TRUE(back) << to_string(back.error());
    EXPECT_EQ(readable(stored(*back, "profile/3/")), readable(entries));
    EXPECT_EQ(back->files().size(), for_test::image().nodes.size());
    EXPECT_EQ(hex(*back->read_under_mf(0x2FE2)), "98101032547698103214");
    EXPECT_EQ(back->stored().size(), 1U);
}

TEST(Profile, MissingOrNewerEntriesAreNamed) {
    const auto profile = Profile::install(for_test::image());
    for (const auto& [key, value] : stored(*profile, "p/")) {
        if (key == "p/aka/1" || key == "p/stored/0") continue;  // the last of a numbered list
        if (key.starts_with("p/node/")) continue;               // some files may go; parents are checked below
        Entries without = stored(*profile, "p/");
        without.erase(key);
        if (key == "p/aka/0") continue;  // the list is then empty: an application without authentication
        EXPECT_FALSE(Profile::load("p/", without)) << key;
    }
    Entries newer = stored(*profile, "p/");
    Bytes pins = to_bytes(expose(newer.at("p/pins")));
    pins[4] = 2;
    if (pins[1] > 0x7F) pins[5] = 2;
    newer.insert_or_assign("p/pins", SecretBytes(std::move(pins)));
    const auto refused = Profile::load("p/", newer);
    ASSERT_FALSE(refused);
}

TEST(Profile, EntriesKeepKeysApartFromStructures) {
    const auto profile = Profile::install(for_test::image());
    for (const auto& [key, value] : readable(stored(*profile, "p/"))) {
        const bool secret = key == "p/aka/0/k" || key == "p/aka/1/k";
        EXPECT_EQ(value.find(for_test::k) != std::string::npos, secret) << key;
    }
}

TEST(Profile, RefusesImagesThatDoNotHoldTogether) {
    using saip::Image;
    const auto refused = [](auto&& spoil) {
        Image image = for_test::image();
        spoil(image);
        return !Profile::install(std::move(image));
    };
    EXPECT_TRUE(refused([](Image& i) { i.nodes.clear(); }));
    EXPECT_TRUE(refused([](Image& i) { i.nodes.erase(i.nodes.begin()); }));
    EXPECT_TRUE(refused([](Image& i) { i.nodes[2].path = {0x7F99, 0x2FE2}; }));
    EXPECT_TRUE(refused([](Image& i) { i.nodes[2].path = {0x2F06, 0x2FE2}; })) << "below an EF";
    EXPECT_TRUE(refused([](Image& i) { i.nodes[2].path = i.nodes[1].path; })) << "twice";
    EXPECT_TRUE(refused([](Image& i) { i.nodes[2].size = 11; }));
    EXPECT_TRUE(refused([](Image& i) { i.nodes[1].record_length = 0; }));
    EXPECT_TRUE(refused([](Image& i) { i.nodes[1].record_count = 3; }));
    EXPECT_TRUE(refused([](Image& i) { i.nodes[2].link = FilePath{0x2F99}; }));
    EXPECT_TRUE(refused([](Image& i) { i.nodes[2].link = FilePath{0x7F10}; })) << "another kind";
    EXPECT_TRUE(refused([](Image& i) { i.pins[0].directory = {0x2FE2}; }));
    EXPECT_TRUE(refused([](Image& i) { i.pins[0].pins[0].puk = std::uint8_t{9}; }));
    EXPECT_TRUE(refused([](Image& i) { i.pins[2].shared_with = FilePath{0x7F10}; }));
    EXPECT_TRUE(refused([](Image& i) { i.pins[2].shared_with = FilePath{for_test::isim}; })) << "with itself";
    EXPECT_TRUE(refused([](Image& i) { i.aka[0].k = SecretBytes(15); }));
    EXPECT_TRUE(refused([](Image& i) { i.aka[0].opc = SecretBytes(32); }));
    EXPECT_TRUE(refused([](Image& i) { i.aka[0].sqn_init[3] = 1ULL << 43U; }));
    EXPECT_TRUE(refused([](Image& i) { i.aka[0].algorithm = saip::Algorithm::tuak; }));
    EXPECT_TRUE(refused([](Image& i) { i.aka[1].shares_sqn_with = FilePath{0x7F20}; }));
    EXPECT_FALSE(refused([](Image&) {}));
}

TEST(Changes, LaterOnesWin) {
    Changes all;
    all.put("a/1", Bytes{1});
    all.put("b/1", Bytes{2});
    Changes later;
    later.erase_below("a/");
    later.put("a/2", Bytes{3});
    later.erase("b/1");
    all.merge(std::move(later));
    Entries state;
    state.emplace("a/0", SecretBytes(Bytes{9}));
    state.emplace("b/1", SecretBytes(Bytes{9}));
    uicc::apply(state, all);
    EXPECT_EQ(readable(state), (std::map<std::string, std::string>{{"a/2", "03"}}));
}

}  // namespace
}  // namespace mcim::uicc
