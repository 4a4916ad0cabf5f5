#include "mcim/apps/mcim/demo/demo.h"

#include <gtest/gtest.h>

#include "support/temp_folder.h"

namespace mcim::demo {
namespace {

TEST(DemoKept, NamesTheLogsOfEveryForeignProgram) {
    const auto said = what_is_kept("/kept");
    for (const char* part : {"/kept/*/messages", "/kept/*/mcimd.sqlite", "hostapd, eapol_test, pcscd: /kept/peers",
                             "swtpm: /kept/*/tpm/swtpm.log"})
        EXPECT_NE(said.find(part), std::string::npos) << said;
}

TEST(DemoKept, SaysWhichPathIsTooLongForItsSockets) {
    const test::TempFolder temp;
    const auto keep = temp / std::string(60, 'x');
    testing::internal::CaptureStderr();
    EXPECT_EQ(run_demo({keep, {}}), 2);
    const auto said = testing::internal::GetCapturedStderr();
    EXPECT_NE(said.find(keep.string() + " has " + std::to_string(keep.string().size()) + " characters"),
              std::string::npos)
        << said;
}

}  // namespace
}  // namespace mcim::demo
