#include "mcim/euicc/installation_for_test.h"
#include "mcim/saip/response.h"
#include "support/reference.h"

namespace mcim::euicc {
namespace {

using for_test::Agent;
using for_test::ErrorReason;
using for_test::InstallationTest;
using for_test::Order;
using for_test::Smdp;

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

// ---------------------------------------------------------------- packages of others

class Ts48Download : public testing::TestWithParam<const char*> {};
TEST_P(Ts48Download, IsInstalledByALabCardAndRefusedByAProductionCard) {
    MCIM_REFERENCE_OR_SKIP(path, std::string("profiles/") + GetParam());
    test::Pki pki;
    Order order{*Iccid::parse_unchecked("89000123456789012341"), {}, test::file_content(path)};
    order.metadata = for_test::metadata(order.iccid);
    for (const auto card_class : {CardClass::lab, CardClass::production}) {
        Agent agent(for_test::birth(pki, card_class));
        Smdp smdp(pki);
        const auto result = for_test::download(agent, smdp, order);
        EXPECT_EQ(for_test::installed(result), card_class == CardClass::lab) << der::print(result);
        if (card_class == CardClass::lab) continue;
        const auto& error = std::get<msg::ErrorResult>(result.data.final_result.value);
        EXPECT_EQ(error.error_reason, ErrorReason::install_failed_due_to_pe_processing_error);
        const auto response = *der::decode<saip::EuiccResponse>(*error.sima_response);
        EXPECT_EQ(response.pe_status.at(0).status, saip::PeStatusCode::feature_not_supported);
        EXPECT_TRUE(response.status_message->text.starts_with("mandatory service ")) << response.status_message->text;
    }
}
INSTANTIATE_TEST_SUITE_P(Gsma, Ts48Download,
                         testing::Values("TS48v7_SAIP2.3_BERTLV_SUCI.der", "TS48v7_SAIP2.3_BERTLV_SUCI_NoRAMRFM.der",
                                         "TS48v7_SAIP2.3_NoBERTLV.der", "TS48v7_SAIP2.3_NoBERTLV_NoRAMRFM.der"),
                         [](const auto& each) { return "Package" + std::to_string(each.index); });

}  // namespace
}  // namespace mcim::euicc
