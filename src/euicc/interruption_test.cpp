// A package that was broken off: nothing of it is kept, its server is told, and the order can be downloaded again.
#include "mcim/euicc/installation_for_test.h"

namespace mcim::euicc {
namespace {

using for_test::BppCommandId;
using for_test::ErrorReason;
using for_test::InstallationTest;
using for_test::Order;

struct InterruptionTest : InstallationTest {
    void send_pieces(std::size_t count) {
        const Bytes bound = smdp.bind(for_test::up_to_prepared(agent, smdp), Order{});
        const auto pieces = *bpp::split_for_card(bound);
        ASSERT_LT(count, pieces.size());
        for (const View piece : std::span(pieces).first(count)) ASSERT_EQ(hex(agent.es10(piece)), "9000");
    }
    void expect_told(BppCommandId command, bool with_iccid) {
        const auto pending = agent.notifications();
        ASSERT_EQ(pending.size(), 1U);
        const auto& result = std::get<msg::ProfileInstallationResult>(pending[0].value);
        expect_refused(result, command, ErrorReason::install_failed_due_to_interruption);
        EXPECT_EQ(result.data.notification_metadata.iccid.has_value(), with_iccid);
    }
};

TEST_F(InterruptionTest, APowerCutAtAnyPieceIsToldWithTheCommandThatItMet) {
    using enum BppCommandId;
    // after the opening; after A0; after A1; after the metadata; after the keys; after A3
    const std::vector<BppCommandId> met{configure_isdp,        store_metadata,        store_metadata,
                                        load_profile_elements, load_profile_elements, load_profile_elements};
    for (std::size_t taken = 1; taken <= met.size(); ++taken) {
        SCOPED_TRACE(taken);
        use(for_test::birth(pki));
        send_pieces(taken);
        agent.restart();
        expect_told(met[taken - 1], taken >= 4);
        agent.restart();
        EXPECT_EQ(agent.notifications().size(), 1U) << "told once, and kept";
    }
}

TEST_F(InterruptionTest, APowerCutInTheLastPieceIsToldAndNothingIsInstalled) {
    const Bytes bound = smdp.bind(for_test::up_to_prepared(agent, smdp), Order{});
    const auto pieces = *bpp::split_for_card(bound);
    for (const View piece : std::span(pieces).first(pieces.size() - 1)) ASSERT_EQ(hex(agent.es10(piece)), "9000");
    agent.storage.commits_left = 0;
    EXPECT_EQ(hex(agent.es10(pieces.back())), "6581");
    agent.restart();
    EXPECT_TRUE(agent.profiles().empty());
    expect_told(BppCommandId::load_profile_elements, true);
}

TEST_F(InterruptionTest, ANewSessionInTheMiddleIsAnInterruptionToo) {
    send_pieces(2);
    agent.challenge();
    EXPECT_EQ(agent.notifications().size(), 1U);
    for_test::download(agent, smdp, Order{});
    EXPECT_EQ(agent.profiles().size(), 1U);
    EXPECT_EQ(agent.notifications().size(), 2U);
}

TEST_F(InterruptionTest, WhatHadItsResultOrWasCancelledIsNotToldAgain) {
    for_test::download(agent, smdp, Order{});
    agent.restart();
    EXPECT_EQ(agent.notifications().size(), 1U);
    for_test::download(agent, smdp, Order{});  // the ICCID is there
    agent.restart();
    EXPECT_EQ(agent.notifications().size(), 2U);
    send_pieces(2);
    const msg::CancelSessionRequest cancel{smdp.transaction_id, msg::CancelSessionReason::postponed, {}};
    EXPECT_TRUE(
        std::holds_alternative<msg::CancelSessionResponseOk>(agent.call<msg::CancelSessionResponse>(cancel).value));
    agent.restart();
    EXPECT_EQ(agent.notifications().size(), 2U);
}

TEST_F(InterruptionTest, ASessionThatBoundNothingLeavesNothingToTell) {
    for_test::up_to_prepared(agent, smdp);
    agent.restart();
    EXPECT_TRUE(agent.notifications().empty());
}

TEST_F(InterruptionTest, ADownloadThatWasInterruptedCanBeTriedAgainWithTheSamePackage) {
    const auto prepared = for_test::up_to_prepared(agent, smdp);
    const Bytes bound = smdp.bind(prepared, Order{});
    const auto otpk = std::get<msg::PrepareDownloadResponseOk>(prepared.value).euicc_signed2.euicc_otpk;
    const auto pieces = *bpp::split_for_card(bound);
    for (const View piece : std::span(pieces).first(pieces.size() - 1)) EXPECT_EQ(hex(agent.es10(piece)), "9000");
    agent.restart();
    EXPECT_EQ(agent.free_memory(), free_before);

    const auto authenticated = agent.authenticate(smdp.authenticate(agent.challenge()));
    auto again = smdp.prepare(std::get<msg::AuthenticateResponseOk>(authenticated.value));
    again.smdp_signed2.bpp_euicc_otpk = otpk;
    smdp.sign(again);
    EXPECT_EQ(std::get<msg::PrepareDownloadResponseOk>(agent.prepare(again).value).euicc_signed2.euicc_otpk, otpk);
    const auto outcome = agent.load(bound);
    EXPECT_TRUE(for_test::installed(std::get<msg::ProfileInstallationResult>(outcome)));
}

}  // namespace
}  // namespace mcim::euicc
