#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "mcim/apps/mcim/operator_keys.h"
#include "mcim/apps/mcim/run_for_test.h"
#include "mcim/transfer/release.h"
#include "support/temp_folder.h"

namespace mcim::apps {
namespace {

using test::mcim;

constexpr const char* moved_eid = "89049032000000000000000000000163";
constexpr const char* moved_iccid = "8988211000000000011";

class TransferCommand : public testing::Test {
protected:
    void SetUp() override {
        ASSERT_EQ(mcim({"operator", "key", "--out", at("north.pem")}).code, 0);
        ASSERT_EQ(mcim({"operator", "key", "--out", at("other.pem")}).code, 0);
    }
    [[nodiscard]] std::string at(const std::string& name) const { return (folder_.path() / name).string(); }
    test::Ran release(const std::vector<std::string>& more = {}) {
        std::vector<std::string> args{"transfer", "release", "--operator", "north",     "--key", at("north.pem"),
                                      "--eid",    moved_eid, "--iccid",    moved_iccid, "--out", at("release.jws")};
        args.insert(args.end(), more.begin(), more.end());
        return mcim(args);
    }
    test::TempFolder folder_;
};

TEST_F(TransferCommand, ReleaseIsWhatAPlatformAccepts) {
    const auto made = release({"--to", "south", "--valid-for", "2d"});
    ASSERT_EQ(made.code, 0) << made.err;
    EXPECT_TRUE(made.says("mcim order create --operator south")) << made.out;
    const auto key = read_public_key(at("north.pem.pub"));
    const auto answer = transfer::check_release(*read_token(at("release.jws")),
                                                {*key, "north", *Eid::parse(moved_eid), *Iccid::parse(moved_iccid),
                                                 "south", system_now() + std::chrono::hours(47)},
                                                [](std::string_view) { return false; });
    EXPECT_TRUE(std::holds_alternative<transfer::ReleaseAccepted>(answer));
    EXPECT_EQ(release().code, 1) << "a release is not overwritten";
}

TEST_F(TransferCommand, ShowSaysWhetherTheSignatureHolds) {
    ASSERT_EQ(release().code, 0);
    const auto unchecked = mcim({"transfer", "show", at("release.jws")});
    EXPECT_TRUE(unchecked.says("not checked")) << unchecked.out;
    EXPECT_TRUE(unchecked.says("any operator")) << unchecked.out;
    const auto checked = mcim({"transfer", "show", at("release.jws"), "--key", at("north.pem.pub")});
    EXPECT_EQ(checked.code, 0) << checked.err;
    EXPECT_TRUE(checked.says("holds")) << checked.out;
    EXPECT_EQ(mcim({"transfer", "show", at("release.jws"), "--key", at("other.pem.pub")}).code, 1);
    const auto json = jose::Object::parse(mcim({"transfer", "show", at("release.jws"), "--json"}).out);
    ASSERT_TRUE(json);
    EXPECT_EQ(*json->text("iss"), "north");
    EXPECT_EQ(*json->text("signature"), "not checked");
}

TEST_F(TransferCommand, RefusesWhatNobodyCouldUse) {
    EXPECT_TRUE(release({"--valid-for", "soon"}).complains("--valid-for"));
    ASSERT_EQ(::chmod(at("north.pem").c_str(), 0644), 0);
    EXPECT_EQ(release().code, 1) << "others may read the key";
    for (const std::string& junk :
         {std::string("no.token"), std::string("\x30\x82\0\xFF", 4), std::string("a:b.c.d")}) {
        std::ofstream(at("junk")) << junk;
        const auto shown = mcim({"transfer", "show", at("junk")});
        EXPECT_EQ(shown.code, 1);
        EXPECT_TRUE(shown.complains("mcim transfer release")) << "says what makes one: " << shown.err;
    }
    std::ofstream(at("other.jws")) << *jose::sign({.typ = "t"}, jose::ObjectWriter().text("iss", "north"),
                                                  *read_signing_key(at("other.pem")));
    EXPECT_TRUE(mcim({"transfer", "show", at("other.jws")}).complains("another kind"));
    EXPECT_EQ(mcim({"transfer", "show", at("absent")}).code, 1);
    EXPECT_FALSE(std::filesystem::exists(at("release.jws")));
}

}  // namespace
}  // namespace mcim::apps
