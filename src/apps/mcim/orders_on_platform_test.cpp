// Orders, by commands against a platform that runs.
#include <algorithm>
#include <fstream>

#include "mcim/apps/common/files.h"
#include "mcim/apps/mcim/with_platform_for_test.h"

namespace mcim::apps {
namespace {

TEST_F(WithPlatform, AnOrderHasACodeThatPeopleAndCamerasRead) {
    add_line();
    const auto made =
        run({"order", "create", "--operator", "north", "--iccid", iccid, "--eid", eid, "--expires", "7d"});
    ASSERT_EQ(made.code, 0) << made.err;
    EXPECT_TRUE(made.says("LPA:1$localhost:8443$")) << made.out;
    EXPECT_TRUE(made.says("\u2588")) << "a QR code";
    EXPECT_TRUE(made.says("fresh and good")) << "attested is what nobody has to ask for: " << made.out;
    const auto list = json({"order", "list"}).objects("orders");
    ASSERT_EQ(list->size(), 1U);
    const std::string id = *list->front().text("id");
    EXPECT_TRUE(run({"order", "show", id}).says("Released"));
    std::string small = id;
    std::ranges::transform(small, small.begin(), [](unsigned char c) { return std::tolower(c); });
    const auto typed_small = run({"order", "explain", small});
    EXPECT_TRUE(typed_small.says("ordered and released")) << typed_small.out << typed_small.err;
    EXPECT_FALSE(run({"order", "show", id}).says("\u2588"));
    EXPECT_TRUE(run({"order", "show", id, "--qr"}).says("\u2588"));
    const auto explained = run({"order", "explain", id});
    for (const char* part : {"Only the card with EID", "match the operator's reference values",
                             "What happened:", "ordered", "may download it now"})
        EXPECT_TRUE(explained.says(part)) << part << "\n" << explained.out << explained.err;
}

TEST_F(WithPlatform, AnOrderEndsInTimeToComeAndMayGetMoreOfIt) {
    add_line();
    const auto create = [&](const std::string& end) {
        return run({"order", "create", "--operator", "north", "--iccid", iccid, "--policy", "open", "--expires", end});
    };
    EXPECT_TRUE(create("2020-01-31T12:00:00Z").complains("--expires: 2020-01-31T12:00:00Z is over already"));
    ASSERT_EQ(create("1h").code, 0);
    const auto order = json({"order", "list"}).objects("orders")->front();
    const std::string id = *order.text("id");
    EXPECT_EQ(run({"order", "release", id, "--expires", "2020-01-31T12:00:00Z"}).code, 1);
    EXPECT_GT(*json({"order", "release", id, "--expires", "7d"}).time("expires_at"), *order.time("expires_at"));
}

TEST_F(WithPlatform, AnOrderWithoutAMatchingIdHasNoCode) {
    add_line();
    const auto create = [&](std::vector<std::string> more) {
        std::vector<std::string> words{"order", "create", "--operator", "north", "--iccid", iccid};
        words.insert(words.end(), {"--policy", "open", "--matching-id", ""});
        words.insert(words.end(), more.begin(), more.end());
        return run(std::move(words));
    };
    EXPECT_TRUE(create({}).complains("by its EID alone: the order has to name it"));
    const auto made = create({"--eid", eid});
    EXPECT_EQ(made.code, 0) << made.err;
    EXPECT_TRUE(made.says("It has no activation code")) << made.out;
    EXPECT_TRUE(made.says("download -a 'LPA:1$HOST:PORT$'")) << made.out;
}

TEST_F(WithPlatform, AnOrderIsExplainedInJsonToo) {
    add_line();
    const std::string id = *json({"order", "create", "--operator", "north", "--iccid", iccid, "--eid", eid}).text("id");
    const auto explained = json({"order", "explain", id});
    EXPECT_NE(explained.text("meaning")->find("may download it now"), std::string::npos);
    EXPECT_NE(explained.text("advice")->find("No device is enrolled with EID"), std::string::npos);
    const auto next = *explained.texts("next");
    ASSERT_EQ(next.size(), 1U);
    EXPECT_TRUE(next.front().starts_with("mcim device enrol --eid ")) << next.front();
    EXPECT_EQ(explained.objects("timeline")->size(), 1U) << "and all that the platform says";
}

TEST_F(WithPlatform, AnOrderWithAConfirmationCodeSaysWhoHasToTypeIt) {
    add_line();
    const auto made = run({"order", "create", "--operator", "north", "--iccid", iccid, "--policy", "open",
                           "--confirmation-code", "planted-4711", "--no-qr"});
    ASSERT_EQ(made.code, 0) << made.err;
    EXPECT_TRUE(made.says("apart from the activation code")) << made.out;
    EXPECT_TRUE(made.says("$1' --imei IMEI --confirmation-code-file FILE")) << made.out;
    const std::string id = *json({"order", "list"}).objects("orders")->front().text("id");
    EXPECT_TRUE(run({"order", "show", id}).says("wrong codes      0 of 3")) << run({"order", "show", id}).out;
    const auto explained = run({"order", "explain", id});
    EXPECT_TRUE(explained.says("has to type a confirmation code too")) << explained.out;
    EXPECT_TRUE(run({"order", "release", id}).says("Released"));
    for (const auto& output : {made, explained, run({"order", "show", id, "--json"})})
        EXPECT_FALSE(output.says("planted-4711")) << output.out;
    ASSERT_EQ(run({"order", "cancel", id}).code, 0);
    EXPECT_TRUE(run({"order", "create", "--operator", "north", "--iccid", iccid, "--confirmation-code", "123"})
                    .complains("4 to 255"));
    const auto from_file = [&] {
        return run({"order", "create", "--operator", "north", "--iccid", iccid, "--policy", "open",
                    "--confirmation-code-file", at("code"), "--no-qr"});
    };
    EXPECT_TRUE(from_file().complains("code"));
    ASSERT_TRUE(custody::write_private_file(at("code"), as_view("planted-4711\n")));
    EXPECT_TRUE(from_file().says("apart from the activation code"));
}

TEST_F(WithPlatform, AnOrderMayBeFoundAtAnSmds) {
    platform_.reset();
    std::ofstream(at("platform/mcimd.toml"), std::ios::app) << "\n[[dp.smds]]\naddress = \"localhost:1\"\n";
    platform_.emplace(folder_ / "platform" / "mcimd.toml");
    add_line();
    const auto create = [&](const std::string& smds) {
        return run(
            {"order", "create", "--operator", "north", "--iccid", iccid, "--eid", eid, "--smds", smds, "--no-qr"});
    };
    EXPECT_TRUE(create("smds.example.com").complains("[[dp.smds]]"));
    EXPECT_NE(run({"order", "create", "--operator", "north", "--iccid", iccid, "--smds", "localhost:1"}).code, 0)
        << "whose event would it be?";
    const auto made = create("localhost:1");
    ASSERT_EQ(made.code, 0) << made.err;
    const std::string asked = "The SM-DS localhost:1 is asked to register an event for its device";
    EXPECT_TRUE(made.says(asked)) << made.out;
    const std::string id = *json({"order", "list"}).objects("orders")->front().text("id");
    EXPECT_TRUE(run({"order", "show", id}).says("localhost:1, event queued")) << run({"order", "show", id}).out;
    EXPECT_TRUE(run({"order", "explain", id}).says(asked));
    ASSERT_EQ(run({"order", "cancel", id}).code, 0);
    EXPECT_TRUE(run({"order", "explain", id}).says("The SM-DS localhost:1 is asked to delete the event"));
}

TEST_F(WithPlatform, AnOrderMayHaveAMatchingIdOfItsOperators) {
    add_line();
    const auto create = [&](const std::string& id) {
        return run({"order", "create", "--operator", "north", "--iccid", iccid, "--policy", "open", "--matching-id", id,
                    "--no-qr"});
    };
    EXPECT_TRUE(create("A$B").complains("without $"));
    EXPECT_TRUE(create(std::string(256, 'A')).complains("1 to 255"));
    const auto odd = create("tariff/7'x");
    EXPECT_TRUE(odd.says("$tariff/7'x$")) << odd.out << odd.err;
    EXPECT_TRUE(odd.says("$tariff/7'\\''x$")) << "as a shell takes it: " << odd.out;
    EXPECT_TRUE(odd.says("Some devices will not take")) << odd.out;
    ASSERT_EQ(run({"order", "cancel", *json({"order", "list"}).objects("orders")->front().text("id")}).code, 0);
    EXPECT_TRUE(create("tariff/7'x").complains("has it: choose another")) << "also one that has ended keeps its own";
    const auto plain = create("TARIFF-7");
    EXPECT_TRUE(plain.says("$TARIFF-7$")) << plain.out << plain.err;
    EXPECT_FALSE(plain.says("Some devices")) << plain.out;
}

TEST_F(WithPlatform, AnOrderForADeviceThatNobodySpeaksForSaysSo) {
    add_line();
    const auto made = run({"order", "create", "--operator", "north", "--iccid", iccid, "--eid", eid, "--no-qr"});
    ASSERT_EQ(made.code, 0) << made.err;
    EXPECT_TRUE(made.says("No device is enrolled with EID " + std::string(eid))) << made.out;
    const std::string with_admin = " --admin " + at("platform/admin.sock");
    EXPECT_TRUE(made.says("mcim device enrol --eid " + std::string(eid) + " --tpm TCTI --model NAME" + with_admin))
        << made.out;
    const std::string id = *json({"order", "list"}).objects("orders")->front().text("id");
    EXPECT_TRUE(made.says("mcim order explain " + id + with_admin)) << made.out;
    const auto explained = run({"order", "explain", id});
    EXPECT_TRUE(explained.says("No device is enrolled")) << explained.out;
    EXPECT_TRUE(explained.says("mcim attest verdict --eid " + std::string(eid) + with_admin)) << explained.out;
    ASSERT_EQ(run({"order", "cancel", id}).code, 0);
    EXPECT_FALSE(run({"order", "explain", id}).says("No device is enrolled")) << "nothing is to be downloaded";
    const auto open =
        run({"order", "create", "--operator", "north", "--iccid", iccid, "--eid", eid, "--policy", "open", "--no-qr"});
    EXPECT_EQ(open.code, 0) << open.err;
    EXPECT_FALSE(open.says("No device is enrolled")) << open.out;
}

TEST_F(WithPlatform, AnOrderIsTakenBackOnce) {
    add_line();
    const std::string id =
        *json({"order", "create", "--operator", "north", "--iccid", iccid, "--policy", "open"}).text("id");
    EXPECT_TRUE(run({"order", "create", "--operator", "north", "--iccid", iccid}).complains("conflict"))
        << "a second order for the same line";
    EXPECT_TRUE(run({"order", "cancel", id}).says("Unavailable: its operator took it back"));
    EXPECT_TRUE(run({"order", "list"}).says("Unavailable, cancelled"));
    EXPECT_TRUE(run({"order", "show", id}).says("Unavailable, cancelled"));
    EXPECT_EQ(run({"order", "cancel", id}).code, 1);
    EXPECT_EQ(run({"order", "release", id}).code, 1);
    EXPECT_EQ(run({"order", "show", "ABCD"}).code, 1);
    EXPECT_EQ(run({"order", "create", "--operator", "north", "--iccid", iccid, "--release", at("absent.jws")}).code, 1);
}

}  // namespace
}  // namespace mcim::apps
