// How long the card keeps otSK.EUICC.ECKA: with it a recorded package opens, so no longer than somebody may send that
// package again.
#include <gtest/gtest.h>

#include "mcim/bpp/segments.h"
#include "mcim/euicc/card_for_test.h"

namespace mcim::euicc {
namespace {

using for_test::Agent;
using for_test::Order;
using for_test::Smdp;

struct OneTimeKeyTest : testing::Test {
    test::Pki pki;
    Agent agent{for_test::birth(pki)};
    Smdp smdp{pki};

    /// In memory and in storage.
    std::size_t kept() {
        const std::size_t now = agent.card->card().state().one_time_keys.size();
        agent.restart();
        EXPECT_EQ(agent.card->card().state().one_time_keys.size(), now);
        return now;
    }
    void cancel(const msg::TransactionId& transaction) {
        (void)agent.call<msg::CancelSessionResponse>(
            msg::CancelSessionRequest{transaction, msg::CancelSessionReason::end_user_rejection, {}});
    }
};

TEST_F(OneTimeKeyTest, OutlivesAnInterruption) {
    for_test::up_to_prepared(agent, smdp);
    EXPECT_EQ(kept(), 1U);
}

TEST_F(OneTimeKeyTest, IsForgottenWhenThePackageIsInstalled) {
    EXPECT_TRUE(for_test::installed(for_test::download(agent, smdp, {})));
    EXPECT_EQ(kept(), 0U);
}

TEST_F(OneTimeKeyTest, IsForgottenWhenThePackageIsRefused) {
    Bytes spoilt_end = smdp.bind(for_test::up_to_prepared(agent, smdp), Order{});
    spoilt_end.back() ^= 1;
    EXPECT_FALSE(for_test::installed(std::get<msg::ProfileInstallationResult>(agent.load(spoilt_end))));
    EXPECT_EQ(kept(), 0U);

    const auto prepared = for_test::up_to_prepared(agent, smdp);
    const View otpk = std::get<msg::PrepareDownloadResponseOk>(prepared.value).euicc_signed2.euicc_otpk;
    auto spoilt_start = smdp.channel(otpk);
    spoilt_start.smdp_sign.bytes.back() ^= 1;
    EXPECT_FALSE(for_test::installed(
        std::get<msg::ProfileInstallationResult>(agent.load(smdp.bind(spoilt_start, otpk, Order{})))));
    EXPECT_EQ(kept(), 0U);
}

TEST_F(OneTimeKeyTest, IsForgottenWhenItsSessionIsCancelled) {
    for_test::up_to_prepared(agent, smdp);
    cancel({{0x99}});
    EXPECT_EQ(agent.card->card().state().one_time_keys.size(), 1U) << "that is another session";
    cancel(smdp.transaction_id);
    EXPECT_EQ(kept(), 0U);

    const Bytes bound = smdp.bind(for_test::up_to_prepared(agent, smdp), Order{});
    agent.es10(bpp::split_for_card(bound)->front());
    cancel(smdp.transaction_id);
    EXPECT_EQ(kept(), 0U);
}

}  // namespace
}  // namespace mcim::euicc
