// A device without an activation code, whose card names the server: the real agent and card against a real mcimd
// (SGP.22 3.1.2, docs/agent-download.md).
#include "secrets/place.h"

namespace mcim::owner {
namespace {

using secrets::Place;

struct DefaultServer : testing::Test {
    void SetUp() override {
        ASSERT_NO_FATAL_FAILURE(place.make_platform());
        ASSERT_NO_FATAL_FAILURE(place.make_card());
    }
    /// What the agent says of it.
    std::string download(int wanted) {
        const auto ran = place.run(place.agent_command({"download", "--imei", "990000862471853"}), wanted);
        return ran.err + ran.out;
    }
    void order_for_the_card() {
        place.admin({"subscription", "add", "--operator", "north", "--iccid", secrets::iccid_digits, "--imsi",
                     secrets::imsi_digits});
        place.admin({"order", "create", "--operator", "north", "--iccid", secrets::iccid_digits, "--policy", "open",
                     "--eid", Eid::with_check_digits("890490320000000000000000000001")->text()});
    }
    Place place;
};

TEST_F(DefaultServer, IsAskedWithoutACodeForWhatIsOrderedForTheCard) {
    const auto nobody = download(1);
    EXPECT_NE(nobody.find("this card has no default SM-DP+"), std::string::npos) << nobody;
    EXPECT_NE(nobody.find("chip defaultsmdp"), std::string::npos) << nobody;

    place.agent({"chip", "defaultsmdp", "localhost:8443"});
    const auto nothing = download(1);
    EXPECT_NE(nothing.find("[8.2.6/3.8]"), std::string::npos) << nothing;

    ASSERT_NO_FATAL_FAILURE(order_for_the_card());
    const auto done = download(0);
    EXPECT_NE(done.find("es10a_get_euicc_configured_addresses: localhost:8443"), std::string::npos) << done;
    EXPECT_NE(done.find(std::string("Installed profile ") + secrets::iccid_digits), std::string::npos) << done;
}

TEST_F(DefaultServer, IsShownWithTheRulesThatTheCardAllows) {
    const auto before = place.agent({"chip", "info"}).out;
    EXPECT_NE(before.find("Default SM-DP+: none\n"), std::string::npos) << before;
    EXPECT_NE(before.find("  PPR1 (no disabling), PPR2 (no deleting): any operator, with its owner's consent\n"),
              std::string::npos)
        << before;
    place.agent({"chip", "defaultsmdp", "localhost:8443"});
    const auto after = place.agent({"chip", "info"}).out;
    EXPECT_NE(after.find("Default SM-DP+: localhost:8443\n"), std::string::npos) << after;
    const auto as_json = place.agent({"--json", "chip", "info"}).out;
    EXPECT_NE(
        as_json.find(R"("rulesAuthorisationTable":[{"pprIds":["ppr1","ppr2"],"allowedOperators":[{"plmn":"EEEEEE")"),
        std::string::npos)
        << as_json;
}

}  // namespace
}  // namespace mcim::owner
