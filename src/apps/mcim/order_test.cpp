// What `mcim order` makes of the platform's answers.
#include "mcim/apps/mcim/order.h"

#include <gtest/gtest.h>

#include <sstream>

namespace mcim::apps {
namespace {

jose::Object order(const jose::ObjectWriter& json) { return *jose::Object::parse(json.finish()); }

TEST(OrderTimeline, RefusalsHaveTheirCodeAndHowOftenTheyCame) {
    const std::vector<jose::ObjectWriter> lines{
        jose::ObjectWriter().text("at", "2026-06-01T12:00:00Z").text("what", "ordered and released"),
        jose::ObjectWriter()
            .text("at", "2026-06-01T12:01:00Z")
            .text("what", "offer refused to EID 89: PCR 4 differs.")
            .text("code", "8.2.5/4.3")
            .text("session", "AB01")
            .integer("times", 3)
            .text("last_at", "2026-06-01T12:09:00Z")};
    std::ostringstream out;
    ASSERT_TRUE(print_timeline(order(jose::ObjectWriter().objects("timeline", lines)), out));
    EXPECT_EQ(out.str(),
              "  2026-06-01T12:00:00Z  ordered and released\n"
              "  2026-06-01T12:01:00Z  offer refused to EID 89: PCR 4 differs. [8.2.5/4.3]\n"
              "                        in transaction AB01, the last of 3 times, at 2026-06-01T12:09:00Z\n");
}

TEST(OrderWaits, SaysWhoseReleaseIsWantedAndHowToGetIt) {
    const auto waiting = [](std::string_view fault) {
        return order(jose::ObjectWriter()
                         .text("operator", "south")
                         .text("eid", "89049032000000000000000000000163")
                         .object("waits_for", jose::ObjectWriter()
                                                  .text("fault", fault)
                                                  .text("operator", "north")
                                                  .text("iccid", "8988211000000000011")
                                                  .text("sentence", "The device has a subscription of north.")));
    };
    std::ostringstream out;
    ASSERT_TRUE(print_waits("1234", waiting("release_missing"), "a.sock", out));
    for (const char* part :
         {"refused until north", "The device has a subscription of north.",
          "mcim transfer release --operator north --key north.pem --eid 89049032000000000000000000000163 --iccid "
          "8988211000000000011 --to south --out release.jws",
          "mcim order release 1234 --release release.jws --admin a.sock\n"})
        EXPECT_NE(out.str().find(part), std::string::npos) << part << "\n" << out.str();
    std::ostringstream several;
    ASSERT_TRUE(print_waits("1234", waiting("several_subscriptions"), "a.sock", several));
    EXPECT_EQ(several.str().find("mcim transfer release"), std::string::npos) << "one release is not enough then";
    EXPECT_EQ(several.str().find("until north"), std::string::npos) << "nor is north's word alone: " << several.str();
    EXPECT_NE(several.str().find("mcim subscription close"), std::string::npos) << several.str();
    std::ostringstream nothing;
    ASSERT_TRUE(print_waits("1234", order(jose::ObjectWriter().text("operator", "south")), "a.sock", nothing));
    EXPECT_EQ(nothing.str(), "");
}

TEST(OrderEvents, SayHowFarTheEventIs) {
    const auto meaning = [](std::string_view standing) {
        return meaning_of_event(order(jose::ObjectWriter().text("smds", "smds.example.com").text("event", standing)));
    };
    for (const auto* standing : {"none", "queued", "registered", "refused", "leaving", "deleted"})
        EXPECT_TRUE(meaning(standing).starts_with("The SM-DS smds.example.com ")) << standing;
    EXPECT_NE(meaning("refused").find("mcim order release"), std::string::npos);
    EXPECT_EQ(meaning_of_event(order(jose::ObjectWriter().text("state", "Released"))), "");
}

TEST(OrderState, SaysThatADeviceMayDownloadOnlyWhereItMay) {
    const auto in_state = [](std::string_view state) { return jose::ObjectWriter().text("state", state); };
    const auto released = [&] { return in_state("Released"); };
    EXPECT_EQ(meaning_of_state(order(released())), "Released: a device may download it now.");
    EXPECT_NE(meaning_of_state(order(released().text("policy", "attested"))).find("passes attestation"),
              std::string::npos);
    for (const std::string state : {"Released", "Downloaded", "Error"})
        for (const auto& held :
             {in_state(state).object("waits_for", jose::ObjectWriter().text("operator", "north")),
              in_state(state).text("closed_because", "expired"), in_state(state).text("closed_because", "refused"),
              in_state(state).text("closed_because", "wrong_codes"),
              in_state(state).text("closed_because", "attempts_used_up")}) {
            const auto meaning = meaning_of_state(order(held));
            for (const char* promise : {"may download it now", "may try again"})
                EXPECT_EQ(meaning.find(promise), std::string::npos) << meaning;
            EXPECT_TRUE(meaning.starts_with(state + ", but")) << meaning;
        }
    EXPECT_TRUE(meaning_of_state(order(jose::ObjectWriter().text("state", "Installed"))).starts_with("Installed: "));
}

TEST(OrderState, SaysThatTheLastPackageMayStillBeInstalled) {
    const auto meaning = [](std::string_view state) {
        return meaning_of_state(order(jose::ObjectWriter()
                                          .text("state", state)
                                          .text("closed_because", "attempts_used_up")
                                          .integer("attempts", 3)
                                          .integer("attempts_max", 3)));
    };
    EXPECT_EQ(meaning("Error"), "Error, but 3 of 3 packages have left: \"mcim order release\" allows as many again.");
    EXPECT_EQ(meaning("Downloaded"),
              "Downloaded, but 3 of 3 packages have left, and the last may still be installed: \"mcim order release\" "
              "allows as many again.");
}

TEST(OrderState, SaysWhyAnOrderIsUnavailable) {
    const auto meaning = [](std::string_view because) {
        return meaning_of_state(
            order(jose::ObjectWriter().text("state", "Unavailable").text("closed_because", because)));
    };
    EXPECT_TRUE(meaning("cancelled").starts_with("Unavailable: its operator took it back."));
    EXPECT_TRUE(meaning("subscription_closed").starts_with("Unavailable: its subscription is closed."));
    EXPECT_TRUE(meaning("deleted").starts_with("Unavailable: its profile was installed, and deleted on the device."));
}

}  // namespace
}  // namespace mcim::apps
