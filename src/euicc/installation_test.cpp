#include "mcim/euicc/card_for_test.h"
#include "mcim/saip/response.h"
#include "support/reference.h"

namespace mcim::euicc {
namespace {

using for_test::Agent;
using for_test::Order;
using for_test::Smdp;
using msg::BppCommandId;
using msg::ErrorReason;

struct InstallationTest : testing::Test {
    test::Pki pki;
    std::optional<Agent> holder{std::in_place, for_test::birth(pki)};
    Agent& agent = *holder;
    Smdp smdp{pki};
    std::size_t free_before = agent.free_memory();

    /// Another card in its place.
    void use(const Birth& birth) {
        holder.emplace(birth);
        free_before = agent.free_memory();
    }

    msg::ProfileInstallationResult load(const Order& order) { return for_test::download(agent, smdp, order); }
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
        EXPECT_EQ(result.data.notification_metadata.notification_address.text, for_test::smdp_address);
    }
    /// A channel request that was spoilt by `spoil` and signed afterwards.
    template <class Spoil>
    msg::ProfileInstallationResult load_with_channel(Spoil spoil) {
        const auto prepared = for_test::up_to_prepared(agent, smdp);
        const View otpk = std::get<msg::PrepareDownloadResponseOk>(prepared.value).euicc_signed2.euicc_otpk;
        auto channel = smdp.channel(otpk);
        spoil(channel, otpk);
        return load_bound(smdp.bind(channel, otpk, Order{}));
    }
};

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

TEST_F(InstallationTest, TheOneTimeKeyIsForgottenAfterSuccessOnly) {
    Order wrong;
    wrong.metadata.iccid = msg::to_octets(*Iccid::parse_unchecked("8901234567890123457"));
    load(wrong);
    EXPECT_EQ(agent.card->card().state().one_time_keys.size(), 1U);
    load(Order{});
    agent.restart();
    EXPECT_EQ(agent.card->card().state().one_time_keys.size(), 1U);  // the first one, of the failed try
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

// ---------------------------------------------------------------- refusals, one for each reason

TEST_F(InstallationTest, RefusesAForgedChannelRequest) {
    expect_refused(load_with_channel([](auto& channel, View) { channel.smdp_sign.bytes[5] ^= 1U; }),
                   BppCommandId::initialise_secure_channel, ErrorReason::invalid_signature);
}
TEST_F(InstallationTest, RefusesAnotherTransaction) {
    expect_refused(load_with_channel([&](auto& channel, View otpk) {
                       channel.transaction_id.bytes = {0x01};
                       smdp.sign(channel, otpk);
                   }),
                   BppCommandId::initialise_secure_channel, ErrorReason::invalid_transaction_id);
}
TEST_F(InstallationTest, RefusesAnUnknownRemoteOperation) {
    expect_refused(load_with_channel([&](auto& channel, View otpk) {
                       channel.remote_op_id = static_cast<msg::RemoteOpId>(2);
                       smdp.sign(channel, otpk);
                   }),
                   BppCommandId::initialise_secure_channel, ErrorReason::unsupported_remote_operation_type);
}
TEST_F(InstallationTest, RefusesAnUnknownKeyType) {
    expect_refused(load_with_channel([&](auto& channel, View otpk) {
                       channel.control_ref_template.key_type.bytes = {0x80};
                       smdp.sign(channel, otpk);
                   }),
                   BppCommandId::initialise_secure_channel, ErrorReason::unsupported_crt_values);
}
TEST_F(InstallationTest, RefusesAKeyThatIsNoPoint) {
    expect_refused(load_with_channel([&](auto& channel, View otpk) {
                       channel.smdp_otpk.bytes[40] ^= 1U;
                       smdp.sign(channel, otpk);
                   }),
                   BppCommandId::initialise_secure_channel, ErrorReason::incorrect_input_values);
}
TEST_F(InstallationTest, RefusesAPackageBoundToAnotherCard) {
    for_test::up_to_prepared(agent, smdp);
    const auto other = crypto::PrivateKey::generate(crypto::Curve::p256, pki.random);
    const Bytes& otpk = other.public_key().point();
    expect_refused(load_bound(smdp.bind(smdp.channel(otpk), otpk, Order{})), BppCommandId::initialise_secure_channel,
                   ErrorReason::invalid_signature);
}
TEST_F(InstallationTest, RefusesProprietaryDataOfAnotherServer) {
    Order order;
    order.configure.dp_proprietary_data = msg::DpProprietaryData{*der::Oid::parse("2.999.101"), {}};
    expect_refused(load(order), BppCommandId::configure_isdp, ErrorReason::incorrect_input_values);
}
TEST_F(InstallationTest, RefusesAnIccidThatIsInstalled) {
    ASSERT_TRUE(for_test::installed(load(Order{})));
    free_before = agent.free_memory();
    expect_refused(load(Order{}), BppCommandId::store_metadata,
                   ErrorReason::install_failed_due_to_iccid_already_exists_on_euicc);
}
TEST_F(InstallationTest, RefusesATestProfileOutsideTheLab) {
    use(for_test::birth(pki, CardClass::production));
    Order order;
    order.metadata.profile_class = msg::ProfileClass::test;
    expect_refused(load(order), BppCommandId::store_metadata, ErrorReason::unsupported_profile_class);
    order.metadata.profile_class = static_cast<msg::ProfileClass>(9);
    expect_refused(load(order), BppCommandId::store_metadata, ErrorReason::unsupported_profile_class);
}
TEST_F(InstallationTest, RefusesAnIconWithoutItsType) {
    Order order;
    order.metadata.icon = der::OctetString<0, 1024>{{1, 2, 3}};
    expect_refused(load(order), BppCommandId::store_metadata, ErrorReason::incorrect_input_values);
}
TEST_F(InstallationTest, RefusesPolicyRulesWithoutAnOwner) {
    Order order;
    order.metadata.profile_policy_rules = der::BitString::of({2});
    expect_refused(load(order), BppCommandId::store_metadata, ErrorReason::incorrect_input_values);
}
TEST_F(InstallationTest, RefusesPolicyRulesThatTheRatDoesNotGrant) {
    auto birth = for_test::birth(pki);
    birth.rules[0].allowed_operators[0].mcc_mnc = *msg::plmn_octets("262", "01");
    use(birth);
    Order order;
    order.metadata.profile_policy_rules = der::BitString::of({2});
    order.metadata.profile_owner = msg::OperatorId{*msg::plmn_octets("001", "01"), {}, {}, {}};
    expect_refused(load(order), BppCommandId::store_metadata, ErrorReason::ppr_not_allowed);
    order.metadata.profile_owner->mcc_mnc = *msg::plmn_octets("262", "01");
    EXPECT_TRUE(for_test::installed(load(order)));
}
TEST_F(InstallationTest, RefusesPpr1BesideAnOperationalProfile) {
    ASSERT_TRUE(for_test::installed(load(Order{})));
    free_before = agent.free_memory();
    Order second = Order::of("8901234567890123457");
    second.metadata.profile_policy_rules = der::BitString::of({1});
    second.metadata.profile_owner = msg::OperatorId{*msg::plmn_octets("001", "01"), {}, {}, {}};
    expect_refused(load(second), BppCommandId::store_metadata, ErrorReason::ppr_not_allowed);
}
TEST_F(InstallationTest, RefusesElementsOfAnotherIccid) {
    Order order;
    order.package = for_test::small_package(*Iccid::parse_unchecked("8901234567890123457"));
    expect_refused(load(order), BppCommandId::load_profile_elements, ErrorReason::install_failed_due_to_data_mismatch);
}
TEST_F(InstallationTest, RefusesElementsThatItCannotProcessAndNamesThem) {
    Order order;
    order.package.resize(order.package.size() - 3);
    const auto result = load(order);
    expect_refused(result, BppCommandId::load_profile_elements, ErrorReason::install_failed_due_to_pe_processing_error);
    const auto& error = std::get<msg::ErrorResult>(result.data.final_result.value);
    ASSERT_TRUE(error.sima_response);
    EXPECT_TRUE(der::decode<saip::EuiccResponse>(*error.sima_response)->profile_installation_aborted);
}
TEST_F(InstallationTest, RefusesAProfileThatDoesNotFit) {
    auto birth = for_test::birth(pki);
    birth.memory_octets = 10;
    use(birth);
    const auto result = load(Order{});
    expect_refused(result, BppCommandId::load_profile_elements,
                   ErrorReason::install_failed_due_to_insufficient_memory_for_profile);
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

TEST_F(InstallationTest, ADownloadThatWasInterruptedCanBeTriedAgainWithTheSamePackage) {
    const auto prepared = for_test::up_to_prepared(agent, smdp);
    const Bytes bound = smdp.bind(prepared, Order{});
    const auto otpk = std::get<msg::PrepareDownloadResponseOk>(prepared.value).euicc_signed2.euicc_otpk;
    const auto pieces = *bpp::split_for_card(bound);
    for (const View piece : std::span(pieces).first(pieces.size() - 1)) EXPECT_EQ(hex(agent.es10(piece)), "9000");
    agent.restart();
    EXPECT_EQ(agent.free_memory(), free_before);
    EXPECT_TRUE(agent.notifications().empty());

    const auto authenticated = agent.authenticate(smdp.authenticate(agent.challenge()));
    auto again = smdp.prepare(std::get<msg::AuthenticateResponseOk>(authenticated.value));
    again.smdp_signed2.bpp_euicc_otpk = otpk;
    smdp.sign(again);
    EXPECT_EQ(std::get<msg::PrepareDownloadResponseOk>(agent.prepare(again).value).euicc_signed2.euicc_otpk, otpk);
    const auto outcome = agent.load(bound);
    EXPECT_TRUE(for_test::installed(std::get<msg::ProfileInstallationResult>(outcome)));
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
