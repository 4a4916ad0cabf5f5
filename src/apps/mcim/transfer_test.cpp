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

TEST_F(TransferCommand, SignsNoTypingErrors) {
    const auto with = [&](const std::string& option, const std::string& value) {
        std::vector<std::string> args{"transfer", "release", "--out", at("release.jws")};
        for (const auto& [name, right] : {std::pair<std::string, std::string>{"--operator", "north"},
                                          {"--key", at("north.pem")},
                                          {"--eid", moved_eid},
                                          {"--iccid", moved_iccid},
                                          {"--to", "south"}})
            args.insert(args.end(), {name, name == option ? value : right});
        const auto ran = mcim(args);
        EXPECT_EQ(ran.code, 1) << option << ' ' << value;
        EXPECT_TRUE(ran.complains(option)) << ran.err;
        return ran;
    };
    const auto eid = with("--eid", "89049032000000000000000000000164");
    EXPECT_TRUE(eid.complains("here they are 64 and should be 63")) << eid.err;
    EXPECT_TRUE(eid.complains("--admin SOCKET")) << "a test card may have it: " << eid.err;
    EXPECT_TRUE(with("--eid", "8904903").complains("32 digits"));
    const auto iccid = with("--iccid", "8988211000000000012");
    EXPECT_TRUE(iccid.complains("here it is 2 and should be 1")) << iccid.err;
    EXPECT_TRUE(with("--to", "north").complains("north gives the subscription up"));
    with("--to", "South Mobile");
    with("--operator", "nor/th");
    EXPECT_FALSE(std::filesystem::exists(at("release.jws")));
    EXPECT_EQ(release().code, 0);
}

TEST_F(TransferCommand, AsksAPlatformThatIsNamed) {
    const auto silent = release({"--admin", at("none.sock")});
    EXPECT_EQ(silent.code, 1);
    EXPECT_TRUE(silent.complains("none.sock")) << silent.err;
    EXPECT_TRUE(silent.complains("--admin ''")) << silent.err;
    const auto unasked = release({"--admin", ""});
    EXPECT_EQ(unasked.code, 0) << unasked.err;
    EXPECT_TRUE(unasked.says("No platform was asked")) << unasked.out;
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
