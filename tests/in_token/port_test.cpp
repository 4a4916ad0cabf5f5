// What custody's tests ask of the port, asked again of a custody whose keys are in a token.
#include "confirmation_code_test.cpp"  // NOLINT(bugprone-suspicious-include)
#include "custody_test.cpp"            // NOLINT(bugprone-suspicious-include)
#include "seal_test.cpp"               // NOLINT(bugprone-suspicious-include)
#include "transport_test.cpp"          // NOLINT(bugprone-suspicious-include)

namespace {

class SoftHsmOrNothing final : public testing::Environment {
    void SetUp() override {
        if (!mcim::test::SoftHsm::installed()) GTEST_SKIP() << "softhsm2 is not installed (./dev setup stores)";
    }
};
const auto* const wanted = testing::AddGlobalTestEnvironment(new SoftHsmOrNothing);

}  // namespace
