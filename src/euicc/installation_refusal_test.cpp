// Every reason for which a card does not install a package (SGP.22 2.5.6, 5.5): docs/refusals.md names each test.
#include "mcim/bpp/scp03t.h"
#include "mcim/euicc/fit.h"
#include "mcim/euicc/installation_for_test.h"
#include "mcim/euicc/notifications.h"
#include "mcim/saip/response.h"
#include "mcim/saip/sample.h"

namespace mcim::euicc {
namespace {

using for_test::BppCommandId;
using for_test::ErrorReason;
using for_test::InstallationTest;
using for_test::installed;
using for_test::Order;

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
TEST_F(InstallationTest, RefusesAnOpeningThatCannotBeRead) {
    for (const std::string_view opening : {"BF3603BF2300", "BF360ABF2300", "BF3605BF23028200"}) {
        for_test::up_to_prepared(agent, smdp);
        Bytes answer = agent.es10(*from_hex(opening));
        ASSERT_GT(answer.size(), 2U) << hex(answer);
        answer.resize(answer.size() - 2);
        expect_refused(*der::decode<msg::ProfileInstallationResult>(answer), BppCommandId::initialise_secure_channel,
                       ErrorReason::incorrect_input_values);
    }
}
TEST_F(InstallationTest, RefusesProprietaryDataOfAnotherServer) {
    Order order;
    order.configure.dp_proprietary_data = msg::DpProprietaryData{*der::Oid::parse("2.999.101"), {}};
    expect_refused(load(order), BppCommandId::configure_isdp, ErrorReason::incorrect_input_values);
}
TEST_F(InstallationTest, RefusesProprietaryDataOfMoreThan128Octets) {
    Order order;
    order.configure.dp_proprietary_data = msg::DpProprietaryData{*der::Oid::parse("2.999.10.7"), {}};
    auto& more = order.configure.dp_proprietary_data->more.tlvs;
    const std::size_t without = der::encode(*order.configure.dp_proprietary_data).size();
    more = der::wrap(der::Tag{0x9F55}, Bytes(128 - without - 3, 0xAA));
    ASSERT_EQ(der::encode(*order.configure.dp_proprietary_data).size(), dp_proprietary_octets_max);
    EXPECT_TRUE(for_test::installed(load(order)));
    free_before = agent.free_memory();
    more = der::wrap(der::Tag{0x9F55}, Bytes(128 - without - 2, 0xAA));
    expect_refused(load(order), BppCommandId::configure_isdp, ErrorReason::incorrect_input_values);
}
TEST_F(InstallationTest, RefusesRequestsInsideThatCannotBeRead) {
    const auto sealed = [&](std::string_view configure, const Bytes& metadata) {
        const auto prepared = for_test::up_to_prepared(agent, smdp);
        const View otpk = std::get<msg::PrepareDownloadResponseOk>(prepared.value).euicc_signed2.euicc_otpk;
        const auto channel = smdp.channel(otpk);
        const auto card = *crypto::PublicKey::from_point(crypto::Curve::p256, otpk);
        const auto keys = bpp::derive_session_keys(*smdp.one_time_key.agree(card), smdp.host_id, pki.eid);
        return bpp::seal(channel, keys, {*from_hex(configure), metadata, Order{}.package});
    };
    const Bytes metadata = der::encode(Order{}.metadata);
    expect_refused(load_bound(sealed("BF2401", metadata)), BppCommandId::configure_isdp,
                   ErrorReason::incorrect_input_values);
    expect_refused(load_bound(sealed("BF2500", metadata)), BppCommandId::configure_isdp,
                   ErrorReason::incorrect_input_values);
    expect_refused(load_bound(sealed("BF2400", *from_hex("BF25025A00"))), BppCommandId::store_metadata,
                   ErrorReason::incorrect_input_values);
    expect_refused(load_bound(sealed("BF2400", concat({metadata, Bytes{0}}))), BppCommandId::store_metadata,
                   ErrorReason::incorrect_input_values);
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
TEST_F(InstallationTest, RefusesMoreNotificationAddressesThanOneEventMayTell) {
    Order order;
    auto& told = *order.metadata.notification_configuration_info;
    while (told.size() < notification_addresses_max) told.push_back(told.front());
    const Bytes most = der::encode(order.metadata);
    told.push_back(told.front());
    expect_refused(load(order), BppCommandId::store_metadata, ErrorReason::incorrect_input_values);
    order.metadata = *der::decode<msg::StoreMetadataRequest>(most);
    EXPECT_TRUE(installed(load(order)));
}
TEST_F(InstallationTest, RefusesPolicyRulesWithoutAnOwner) {
    Order order;
    order.metadata.profile_policy_rules = der::BitString::of({2});
    expect_refused(load(order), BppCommandId::store_metadata, ErrorReason::ppr_not_allowed);
}
TEST_F(InstallationTest, RefusesAnOwnerWithWildcards) {
    Order order;
    for (const std::string_view open_digits : {"62F2E1", "E2F210", "62E210"}) {
        order.metadata.profile_owner = msg::OperatorId{{*from_hex(open_digits)}, {}, {}, {}};
        expect_refused(load(order), BppCommandId::store_metadata, ErrorReason::incorrect_input_values);
    }
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

// ---------------------------------------------------------------- the protected segments

/// The piece of each command in a package with profile protection keys.
struct PieceOf {
    BppCommandId command;
    std::size_t piece;
};
constexpr std::array pieces_of{PieceOf{BppCommandId::configure_isdp, 1}, PieceOf{BppCommandId::store_metadata, 3},
                               PieceOf{BppCommandId::replace_session_keys, 4},
                               PieceOf{BppCommandId::load_profile_elements, 6}};

/// Loads with one piece changed; the result of the card.
template <class Spoil>
msg::ProfileInstallationResult load_spoilt(InstallationTest& t, std::size_t which, Spoil spoil) {
    const Bytes bound = t.smdp.bind(for_test::up_to_prepared(t.agent, t.smdp), Order{});
    const auto split = *bpp::split_for_card(bound);
    for (std::size_t i = 0; i < split.size(); ++i) {
        Bytes piece = to_bytes(split[i]);
        if (i == which) spoil(piece);
        Bytes answer = t.agent.es10(piece);
        if (answer.size() == 2) continue;
        answer.resize(answer.size() - 2);
        return *der::decode<msg::ProfileInstallationResult>(answer);
    }
    ADD_FAILURE() << "the card gave no result";
    return {};
}

TEST_F(InstallationTest, AWrongMacIsASecurityErrorOfItsCommand) {
    for (const auto& [command, piece] : pieces_of)
        expect_refused(load_spoilt(*this, piece, [](Bytes& octets) { octets.back() ^= 1U; }), command,
                       ErrorReason::scp03t_security_error);
}
TEST_F(InstallationTest, ASegmentThatIsNoneIsAStructureErrorOfItsCommand) {
    for (const auto& [command, piece] : pieces_of)
        expect_refused(load_spoilt(*this, piece,
                                   [](Bytes& octets) {
                                       octets = der::wrap(der::Tag{octets[0]}, Bytes{0x85, 0x00});
                                   }),
                       command, ErrorReason::scp03t_structure_error);
}
TEST_F(InstallationTest, RefusesProfileProtectionKeysOfAnotherShape) {
    const auto prepared = for_test::up_to_prepared(agent, smdp);
    const View otpk = std::get<msg::PrepareDownloadResponseOk>(prepared.value).euicc_signed2.euicc_otpk;
    const auto card = *crypto::PublicKey::from_point(crypto::Curve::p256, otpk);
    const auto keys = bpp::derive_session_keys(*smdp.one_time_key.agree(card), smdp.host_id, pki.eid);
    bpp::SegmentWriter writer(keys);
    Bytes configure;
    Bytes metadata;
    Bytes replace;
    writer.encrypt_and_mac(bpp::tag_87, *from_hex("BF2400"), configure);
    writer.mac_only(bpp::tag_88, der::encode(Order{}.metadata), metadata);
    writer.encrypt_and_mac(bpp::tag_87, *from_hex("BF2606800101810101"), replace);
    const Bytes channel = der::encode(smdp.channel(otpk));
    const Bytes elements = der::wrap(bpp::tag_86, Bytes(24));
    expect_refused(load_bound(der::wrap(bpp::tag_bound_profile_package,
                                        concat({channel, der::wrap(bpp::tag_first_sequence_of_87, configure),
                                                der::wrap(bpp::tag_sequence_of_88, metadata),
                                                der::wrap(bpp::tag_second_sequence_of_87, replace),
                                                der::wrap(bpp::tag_sequence_of_86, elements)}))),
                   BppCommandId::replace_session_keys, ErrorReason::incorrect_input_values);
}

// ---------------------------------------------------------------- elements and metadata

/// A whole profile with a USIM, and metadata for it.
Order usim_order(const saip::Variables& variables, const Secret<16>& k) {
    const auto package = *saip::personalise({}, variables, k, saip::sample_key(0x80));
    return {variables.iccid, for_test::metadata(variables.iccid), saip::encode(package)};
}

TEST_F(InstallationTest, RefusesElementsOfAnotherOwner) {
    const auto variables = saip::sample_variables();  // 001 01, GID1 "M2M"
    Order order = usim_order(variables, saip::sample_key(0x40));
    const auto owner = [](std::string_view mcc, std::string_view mnc) {
        return msg::OperatorId{*msg::plmn_octets(mcc, mnc), {}, {}, {}};
    };
    for (const auto& other : {owner("001", "02"), owner("002", "01"), owner("001", "012")}) {
        order.metadata.profile_owner = other;
        expect_refused(load(order), BppCommandId::load_profile_elements,
                       ErrorReason::install_failed_due_to_data_mismatch);
    }
    order.metadata.profile_owner = owner("001", "01");
    order.metadata.profile_owner->gid1 = msg::OctetString{{0x4D, 0x32}};
    expect_refused(load(order), BppCommandId::load_profile_elements, ErrorReason::install_failed_due_to_data_mismatch);
    order.metadata.profile_owner->gid1 = msg::OctetString{variables.gid1};
    order.metadata.profile_owner->gid2 = msg::OctetString{{0x01}};
    expect_refused(load(order), BppCommandId::load_profile_elements, ErrorReason::install_failed_due_to_data_mismatch);
    order.metadata.profile_owner->gid2.reset();
    EXPECT_TRUE(for_test::installed(load(order)));
}
TEST_F(InstallationTest, RefusesATestProfileWithAKeyThatANetworkMayKnow) {
    Order order = usim_order(saip::sample_variables(), saip::sample_key(0x40));
    order.metadata.profile_class = msg::ProfileClass::test;
    expect_refused(load(order), BppCommandId::load_profile_elements,
                   ErrorReason::test_profile_install_failed_due_to_invalid_naa_key);
    Secret<16> k;
    for (std::size_t i = 8; i < 16; ++i) expose_mutable(k)[i] = static_cast<std::uint8_t>(i);
    order = usim_order(saip::sample_variables(), k);
    order.metadata.profile_class = msg::ProfileClass::test;
    EXPECT_TRUE(for_test::installed(load(order)));
}
}  // namespace
}  // namespace mcim::euicc
