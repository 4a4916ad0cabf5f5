// What the owner of a device says to an offer, and what becomes of the order: the real agent and card against a real
// mcimd (SGP.22 3.0.2, 3.1.3; docs/agent-download.md, docs/orders.md).
#include "mcim/msg/metadata.h"
#include "mcim/store/sqlite.h"
#include "secrets/place.h"

namespace mcim::owner {
namespace {

using msg::PprBit;
using secrets::iccid_digits;
using secrets::Place;

class OwnersDecision : public testing::Test {
protected:
    void SetUp() override {
        ASSERT_NO_FATAL_FAILURE(place.make_platform());
        ASSERT_NO_FATAL_FAILURE(place.make_card());
        code = place.order_profile();
        const auto orders = jose::Object::parse(place.admin({"order", "list", "--json"}).out)->objects("orders");
        ASSERT_EQ(orders->size(), 1U);
        id = *orders->front().text("id");
    }
    /// What the agent says of it.
    std::string download(const std::vector<std::string>& more, int wanted) {
        auto argv = Place::download(code);
        argv.insert(argv.end(), more.begin(), more.end());
        const auto ran = place.run(place.agent_command(argv), wanted);
        return ran.err + ran.out;
    }
    [[nodiscard]] std::string profiles() { return place.agent({"profile", "list"}).out; }
    [[nodiscard]] std::string state() {
        return *jose::Object::parse(place.admin({"order", "show", id, "--json"}).out)->text("state");
    }
    [[nodiscard]] bool timeline_has(std::string_view words) {
        return place.admin({"order", "explain", id}).out.find(words) != std::string::npos;
    }
    /// As the offer of another server would have them: no command of this one sets any.
    void set_rules(std::initializer_list<PprBit> rules) {
        place.mcimd->stop();
        {
            auto database = store::Database::open(place.temp / "platform" / "mcimd.sqlite");
            ASSERT_TRUE(database);
            store::Query found(**(*database)->prepare("SELECT metadata FROM orders WHERE id = ?"));
            found->bind(id);
            ASSERT_TRUE(*found->step());
            auto metadata = *der::decode<msg::StoreMetadataRequest>(found->blob(0));
            metadata.profile_policy_rules.emplace();
            for (const auto rule : rules) metadata.profile_policy_rules->set(static_cast<std::size_t>(rule));
            metadata.profile_owner.emplace().mcc_mnc.bytes = {0x00, 0xF1, 0x10};  // 001 01, as in the profile's IMSI
            const Bytes with_rules = der::encode(metadata);
            store::Query changed(**(*database)->prepare("UPDATE orders SET metadata = ? WHERE id = ?"));
            changed->bind(View(with_rules)).bind(id);
            ASSERT_TRUE(changed->run());
        }
        ASSERT_NO_FATAL_FAILURE(place.start_platform());
    }

    Place place;
    std::string code;
    std::string id;
};

TEST_F(OwnersDecision, PolicyRulesAreShownAndRefusedUnlessHeAcceptsThem) {
    ASSERT_NO_FATAL_FAILURE(set_rules({PprBit::ppr1, PprBit::ppr2}));
    const auto refused = download({}, 1);
    const auto shown = refused.find("policy rules: PPR1 (once enabled it may not be disabled");
    ASSERT_NE(shown, std::string::npos) << refused;
    EXPECT_LT(shown, refused.find("es10b_cancel_session")) << refused;
    EXPECT_NE(refused.find("--accept-policy-rules"), std::string::npos) << refused;
    EXPECT_EQ(profiles().find(iccid_digits), std::string::npos);
    EXPECT_EQ(state(), "Error");
    EXPECT_TRUE(timeline_has("cancelled by the eUICC: pprNotAllowed"));

    const auto closed = download({"--accept-policy-rules"}, 1);
    EXPECT_NE(closed.find("ES9+.AuthenticateClient"), std::string::npos) << closed;
    place.admin({"order", "release", id});
    download({"--accept-policy-rules"}, 0);
    EXPECT_EQ(state(), "Installed");
    place.agent({"profile", "enable", iccid_digits});
    const auto locked_in = place.run(place.agent_command({"profile", "disable", iccid_digits}), 1);
    EXPECT_NE(locked_in.err.find("disallowedByPolicy"), std::string::npos) << locked_in.err;
}

TEST_F(OwnersDecision, WhatHeRejectsIsNobodysUntilItsOperatorReleasesItAgain) {
    const auto rejected = download({"--reject"}, 1);
    EXPECT_NE(rejected.find("no policy rules"), std::string::npos) << rejected;
    EXPECT_NE(rejected.find("The owner rejected the profile."), std::string::npos) << rejected;
    EXPECT_EQ(state(), "Error");
    EXPECT_TRUE(timeline_has("cancelled by the eUICC: endUserRejection"));
    const auto closed = download({}, 1);
    EXPECT_NE(closed.find("ES9+.AuthenticateClient"), std::string::npos) << closed;
    place.admin({"order", "release", id});
    download({}, 0);
    EXPECT_NE(profiles().find(iccid_digits), std::string::npos);
}

TEST_F(OwnersDecision, WhatHePostponesStaysOpen) {
    const auto postponed = download({"--postpone"}, 1);
    EXPECT_NE(postponed.find("The owner postponed the profile."), std::string::npos) << postponed;
    EXPECT_EQ(profiles().find(iccid_digits), std::string::npos);
    EXPECT_EQ(state(), "Released");
    EXPECT_TRUE(timeline_has("cancelled by the eUICC: postponed"));
    download({}, 0);
    EXPECT_EQ(state(), "Installed");
}

TEST_F(OwnersDecision, ComesTooLateForAPackageThatIsOnItsWay) {
    ASSERT_NO_FATAL_FAILURE(place.agent_that_dies_loading(code));
    for (const char* word : {"--reject", "--postpone"}) {
        const auto refused = download({word}, 1);
        EXPECT_NE(refused.find("waits to be loaded"), std::string::npos) << refused;
    }
    download({}, 0);
}

}  // namespace
}  // namespace mcim::owner
