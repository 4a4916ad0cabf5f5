// What the tests of installations share: a card, a server, and what a refused package leaves behind.
#pragma once
#include "mcim/euicc/card_for_test.h"

namespace mcim::euicc::for_test {

using msg::BppCommandId;
using msg::ErrorReason;

struct InstallationTest : testing::Test {
    test::Pki pki;
    std::optional<Agent> holder{std::in_place, birth(pki)};
    Agent& agent = *holder;
    Smdp smdp{pki};
    std::size_t free_before = agent.free_memory();

    /// Another card in its place.
    void use(const Birth& birth) {
        holder.emplace(birth);
        free_before = agent.free_memory();
    }

    msg::ProfileInstallationResult load(const Order& order) { return download(agent, smdp, order); }
    msg::ProfileInstallationResult load_bound(View package) {
        const auto outcome = agent.load(package);
        const auto* result = std::get_if<msg::ProfileInstallationResult>(&outcome);
        EXPECT_NE(result, nullptr);
        return result == nullptr ? msg::ProfileInstallationResult{} : *result;
    }
    /// Refused for this reason: nothing installed, nothing taken, the result signed and kept.
    void expect_refused(const msg::ProfileInstallationResult& result, BppCommandId command, ErrorReason reason) {
        const auto* error = std::get_if<msg::ErrorResult>(&result.data.final_result.value);
        ASSERT_NE(error, nullptr);
        EXPECT_EQ(to_string(error->bpp_command_id), to_string(command));
        EXPECT_EQ(to_string(error->error_reason), to_string(reason));
        expect_signed(result);
        EXPECT_EQ(agent.free_memory(), free_before);
        EXPECT_TRUE(std::holds_alternative<Idle>(agent.card->card().session()));
        ASSERT_FALSE(agent.notifications().empty());
        EXPECT_EQ(std::get<msg::ProfileInstallationResult>(agent.notifications().back().value), result);
    }
    void expect_signed(const msg::ProfileInstallationResult& result) {
        EXPECT_TRUE(pki.euicc.key.public_key().verify(der::encode(result.data), result.euicc_sign_pir));
        EXPECT_EQ(result.data.transaction_id, smdp.transaction_id);
        EXPECT_EQ(result.data.smdp_oid.text(), "2.999.10");
        EXPECT_EQ(result.data.notification_metadata.notification_address.text, smdp_address);
    }
    /// A channel request that was spoilt by `spoil` and signed afterwards.
    template <class Spoil>
    msg::ProfileInstallationResult load_with_channel(Spoil spoil) {
        const auto prepared = up_to_prepared(agent, smdp);
        const View otpk = std::get<msg::PrepareDownloadResponseOk>(prepared.value).euicc_signed2.euicc_otpk;
        auto channel = smdp.channel(otpk);
        spoil(channel, otpk);
        return load_bound(smdp.bind(channel, otpk, Order{}));
    }
};

}  // namespace mcim::euicc::for_test
