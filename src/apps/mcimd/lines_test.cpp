// Lines of operators, as the administration makes them.
#include "mcim/apps/mcimd/mcimd_for_test.h"

namespace mcim::apps::mcimd {
namespace {

TEST_F(Mcimd, LineSaysHowManyDigitsItsNetworkCodeHas) {
    add_operator("a", key_a);
    const auto add = [&](const Iccid& iccid, const std::string& imsi, int digits, unsigned wanted) {
        jose::ObjectWriter w;
        w.text("operator", "a").text("iccid", iccid.text()).text("imsi", imsi);
        w.integer("mnc_digits", digits).integer("package_octets_min", 20'000);
        return admin("POST", "/subscriptions", w.finish(), wanted);
    };
    add(first, "310150000000001", 3, 200);
    EXPECT_EQ(*admin("GET", "/subscriptions/" + first.text()).integer("mnc_digits"), 3);
    add(second, "310150000000002", 4, 422);
}

}  // namespace
}  // namespace mcim::apps::mcimd
