#include "mcim/euicc/installation_for_test.h"

namespace mcim::euicc {
namespace {

using for_test::InstallationTest;
using for_test::Order;

TEST_F(InstallationTest, InstallsAProfileAndSaysSo) {
    const Order order;
    const auto result = load(order);
    ASSERT_TRUE(for_test::installed(result)) << der::print(result);
    expect_signed(result);
    const auto& success = std::get<msg::SuccessResult>(result.data.final_result.value);
    EXPECT_EQ(hex(success.aid.bytes), "A0000005591010FFFFFFFF8900001000");
    EXPECT_EQ(hex(success.sima_response), "3007A0053003800100");
    EXPECT_LT(agent.free_memory(), free_before);

    const auto profiles = agent.profiles();
    ASSERT_EQ(profiles.size(), 1U);
    EXPECT_EQ(profiles[0].iccid, msg::to_octets(order.iccid));
    EXPECT_EQ(profiles[0].profile_state, msg::ProfileState::disabled);
    EXPECT_EQ(profiles[0].profile_class, msg::ProfileClass::operational);
    EXPECT_FALSE(profiles[0].dp_proprietary_data);

    ASSERT_EQ(agent.notifications().size(), 1U);
    EXPECT_EQ(std::get<msg::ProfileInstallationResult>(agent.notifications()[0].value), result);
    agent.restart();
    EXPECT_EQ(agent.profiles(), profiles);
    EXPECT_EQ(std::get<msg::ProfileInstallationResult>(agent.notifications()[0].value), result);
}

TEST_F(InstallationTest, TellsTheOtherAddressesOfTheMetadataToo) {
    Order order;
    order.metadata.notification_configuration_info->push_back(
        {msg::event(msg::NotificationEventBit::install), {"second.example.com"}, {}});
    load(order);
    const auto notifications = agent.notifications();
    ASSERT_EQ(notifications.size(), 2U);
    const auto& other = std::get<msg::OtherSignedNotification>(notifications[1].value);
    EXPECT_EQ(other.tbs_other_notification.notification_address.text, "second.example.com");
    EXPECT_TRUE(pki.euicc.key.public_key().verify(der::encode(other.tbs_other_notification),
                                                  other.euicc_notification_signature));
}

TEST_F(InstallationTest, KeepsProprietaryDataOfItsServer) {
    Order order;
    order.configure.dp_proprietary_data = msg::DpProprietaryData{*der::Oid::parse("2.999.10.7"), {}};
    ASSERT_TRUE(for_test::installed(load(order)));
    msg::ProfileInfoListRequest request;
    request.tag_list = msg::OctetString{{0xB8}};
    const auto list = agent.call<msg::ProfileInfoListResponse>(request);
    const auto& info = std::get<0>(list.value).at(0);
    EXPECT_EQ(info.dp_proprietary_data, order.configure.dp_proprietary_data);
    EXPECT_FALSE(info.iccid);
}

// ---------------------------------------------------------------- tampering

/// One bit in each piece: nothing is installed, and the memory is as before.
TEST_F(InstallationTest, ABitFlippedInAnyPieceInstallsNothing) {
    const auto pieces_of = [&] { return smdp.bind(for_test::up_to_prepared(agent, smdp), Order{}); };
    const std::size_t pieces = bpp::split_for_card(pieces_of())->size();
    for (std::size_t spoilt = 0; spoilt < pieces; ++spoilt)
        for (const std::size_t where : {0U, 1U, 2U}) {  // of three thirds, the middle
            const Bytes bound = pieces_of();
            std::string last;
            const auto split = *bpp::split_for_card(bound);
            for (std::size_t i = 0; i < split.size(); ++i) {
                Bytes piece = to_bytes(split[i]);
                if (i == spoilt) piece[piece.size() * (2 * where + 1) / 6] ^= 0x10U;
                last = hex(agent.es10(piece));
                if (last != "9000") break;
            }
            EXPECT_TRUE(agent.card->card().state().profiles.empty()) << "piece " << spoilt;
            EXPECT_EQ(agent.free_memory(), free_before);
            EXPECT_NE(last, "9000") << "piece " << spoilt << " third " << where;
        }
}

TEST_F(InstallationTest, PiecesOutOfOrderInstallNothing) {
    const Bytes bound = smdp.bind(for_test::up_to_prepared(agent, smdp), Order{});
    const auto pieces = *bpp::split_for_card(bound);
    agent.es10(pieces[0]);
    agent.es10(pieces[1]);
    const Bytes answer = agent.es10(pieces[3]);
    EXPECT_EQ(hex(View(answer).first(2)), "BF37");
    EXPECT_EQ(hex(agent.es10(pieces[2])), "6985");
    EXPECT_EQ(agent.free_memory(), free_before);
}

}  // namespace
}  // namespace mcim::euicc
