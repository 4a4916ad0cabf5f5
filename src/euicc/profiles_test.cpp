#include "mcim/euicc/card_for_test.h"
#include "mcim/euicc/notifications.h"
#include "mcim/saip/sample.h"

namespace mcim::euicc {
namespace {

using for_test::Agent;
using for_test::Order;
using for_test::Smdp;
using msg::DeleteResult;
using msg::DisableResult;
using msg::EnableResult;
using msg::NotificationEventBit;
using msg::ProfileClass;

constexpr std::string_view first = "8901234567890123451";
constexpr std::string_view second = "8901234567890123452";
constexpr std::string_view third = "8901234567890123453";

msg::IccidOctets iccid(std::string_view digits) { return msg::to_octets(*Iccid::parse_unchecked(digits)); }

struct ProfilesTest : testing::Test {
    test::Pki pki;
    Agent agent{for_test::birth(pki)};
    Smdp smdp{pki};

    void install(std::string_view digits, ProfileClass of_class = ProfileClass::operational,
                 std::initializer_list<std::size_t> rules = {}) {
        Order order = Order::of(digits);
        order.metadata = for_test::metadata(order.iccid, of_class);
        if (rules.size() != 0) {
            order.metadata.profile_policy_rules = der::BitString::of(rules);
            order.metadata.profile_owner = msg::OperatorId{*msg::plmn_octets("001", "01"), {}, {}, {}};
        }
        const auto result = for_test::download(agent, smdp, order);
        ASSERT_TRUE(for_test::installed(result)) << der::print(result);
    }
    EnableResult enable(std::string_view digits) {
        return agent.call<msg::EnableProfileResponse>(msg::EnableProfileRequest{{iccid(digits)}, false, {}}).result;
    }
    DisableResult disable(std::string_view digits) {
        return agent.call<msg::DisableProfileResponse>(msg::DisableProfileRequest{{iccid(digits)}, true, {}}).result;
    }
    DeleteResult remove(std::string_view digits) {
        return agent.call<msg::DeleteProfileResponse>(msg::DeleteProfileRequest{iccid(digits)}).result;
    }
    msg::ResetResult memory_reset(std::initializer_list<std::size_t> options) {
        return agent.call<msg::EuiccMemoryResetResponse>(msg::EuiccMemoryResetRequest{der::BitString::of(options), {}})
            .result;
    }
    [[nodiscard]] std::string enabled() const {
        const auto* profile = agent.card->card().state().find_enabled();
        return profile == nullptr ? "" : Iccid::from_octets(profile->iccid())->text();
    }
    void forget_notifications() {
        for (const auto& n : agent.notifications())
            EXPECT_EQ(
                agent.call<msg::NotificationSentResponse>(msg::NotificationSentRequest{n.metadata().seq_number, {}})
                    .status,
                msg::DeleteNotificationStatus::ok);
    }
    /// "disable 8901..1; enable 8901..2"
    std::string events() {
        std::string out;
        for (const auto& n : agent.notifications()) {
            const auto& m = n.metadata();
            out += out.empty() ? "" : "; ";
            out += std::string(to_string(*msg::single_event(m.profile_management_operation))) + " " +
                   Iccid::from_octets(*m.iccid)->text().substr(18);
        }
        return out;
    }
};

TEST_F(ProfilesTest, AtMostOneIsEnabled) {
    install(first);
    install(second);
    EXPECT_EQ(enable(first), EnableResult::ok);
    EXPECT_EQ(enabled(), first);
    EXPECT_EQ(enable(second), EnableResult::ok);
    EXPECT_EQ(enabled(), second);
    agent.restart();
    EXPECT_EQ(enabled(), second);
    EXPECT_EQ(disable(second), DisableResult::ok);
    EXPECT_EQ(enabled(), "");
    agent.restart();
    EXPECT_EQ(enabled(), "");
}

TEST_F(ProfilesTest, TheFilesOfTheEnabledProfileAreTheOnesThatShow) {
    install(first);
    install(second);
    EXPECT_EQ(agent.fetch("00A40004023F00"), "6A82");
    ASSERT_EQ(enable(first), EnableResult::ok);
    EXPECT_EQ(agent.fetch("00A4000C022FE2"), "9000");
    EXPECT_EQ(agent.fetch("00B000000A"), hex(iccid(first).bytes) + "9000");
    ASSERT_EQ(enable(second), EnableResult::ok);
    EXPECT_EQ(agent.fetch("00B000000A"), "6986");
    EXPECT_EQ(agent.fetch("00A4000C022FE2"), "9000");
    EXPECT_EQ(agent.fetch("00B000000A"), hex(iccid(second).bytes) + "9000");
    ASSERT_EQ(disable(second), DisableResult::ok);
    EXPECT_EQ(agent.fetch("00A4000C022FE2"), "6A82");
    ASSERT_EQ(enable(first), EnableResult::ok);
    EXPECT_EQ(agent.fetch("00A4000C022FE2"), "9000");
}

TEST_F(ProfilesTest, ASwitchClosesTheChannelsOfTheProfileAndLeavesTheAgents) {
    install(first);
    install(second);
    ASSERT_EQ(enable(first), EnableResult::ok);
    EXPECT_EQ(agent.fetch("0070000001"), "029000");
    EXPECT_EQ(agent.fetch("02A4000C022FE2"), "9000");
    ASSERT_EQ(enable(second), EnableResult::ok);
    EXPECT_EQ(agent.fetch("02A4000C022FE2"), "6881");
    EXPECT_EQ(agent.profiles().size(), 2U);
}

TEST_F(ProfilesTest, OnlyTheIsdPOfTheEnabledProfileCanBeSelected) {
    install(first);
    EXPECT_EQ(agent.fetch("00A4040C10A0000005591010FFFFFFFF8900001000"), "6A82");
    ASSERT_EQ(enable(first), EnableResult::ok);
    EXPECT_EQ(agent.fetch("00A4040C10A0000005591010FFFFFFFF8900001000"), "9000");
}

TEST_F(ProfilesTest, EnableRefusesWithItsReasons) {
    EXPECT_EQ(enable(first), EnableResult::iccid_or_aid_not_found);
    install(first);
    EXPECT_EQ(enable(first), EnableResult::ok);
    EXPECT_EQ(enable(first), EnableResult::profile_not_in_disabled_state);
    EXPECT_EQ(
        agent.call<msg::EnableProfileResponse>(msg::EnableProfileRequest{{msg::OctetTo16{{1, 2, 3, 4, 5}}}, false, {}})
            .result,
        EnableResult::iccid_or_aid_not_found);
}

TEST_F(ProfilesTest, NamesAProfileByItsAidToo) {
    install(first);
    const auto aid = *agent.profiles()[0].isdp_aid;
    EXPECT_EQ(agent.call<msg::EnableProfileResponse>(msg::EnableProfileRequest{{aid}, true, {}}).result,
              EnableResult::ok);
    EXPECT_EQ(agent.call<msg::DisableProfileResponse>(msg::DisableProfileRequest{{aid}, true, {}}).result,
              DisableResult::ok);
    EXPECT_EQ(agent.call<msg::DeleteProfileResponse>(msg::DeleteProfileRequest{aid}).result, DeleteResult::ok);
}

TEST_F(ProfilesTest, DisableAndDeleteRefuseWithTheirReasons) {
    EXPECT_EQ(disable(first), DisableResult::iccid_or_aid_not_found);
    EXPECT_EQ(remove(first), DeleteResult::iccid_or_aid_not_found);
    install(first);
    EXPECT_EQ(disable(first), DisableResult::profile_not_in_enabled_state);
    ASSERT_EQ(enable(first), EnableResult::ok);
    EXPECT_EQ(remove(first), DeleteResult::profile_not_in_disabled_state);
}

TEST_F(ProfilesTest, PolicyRulesForbidDisablingAndDeleting) {
    install(first, ProfileClass::operational, {1, 2});
    install(second, ProfileClass::provisioning);
    ASSERT_EQ(enable(first), EnableResult::ok);
    EXPECT_EQ(disable(first), DisableResult::disallowed_by_policy);
    EXPECT_EQ(enable(second), EnableResult::disallowed_by_policy);
    EXPECT_EQ(memory_reset({0}), msg::ResetResult::nothing_to_delete);
    EXPECT_EQ(enabled(), first);
}

/// SGP.21 TPRO8: and the way from the test profile leads back only.
TEST_F(ProfilesTest, ATestProfileMayStandInForOneThatMayNotBeDisabled) {
    install(first, ProfileClass::operational, {1});
    install(second, ProfileClass::test);
    ASSERT_EQ(enable(first), EnableResult::ok);
    EXPECT_EQ(enable(second), EnableResult::ok);
    EXPECT_EQ(remove(first), DeleteResult::disallowed_by_policy);
    EXPECT_EQ(memory_reset({0}), msg::ResetResult::nothing_to_delete);
    EXPECT_EQ(disable(second), DisableResult::ok);
    EXPECT_EQ(enabled(), first);
}

/// SGP.21 TPRO10: eUICCMemoryReset is no way around PPR1 either.
TEST_F(ProfilesTest, AMemoryResetThatTakesTheTestProfileLeadsBackToo) {
    install(first, ProfileClass::operational, {1});
    install(second, ProfileClass::test);
    ASSERT_EQ(enable(first), EnableResult::ok);
    ASSERT_EQ(enable(second), EnableResult::ok);
    forget_notifications();
    EXPECT_EQ(memory_reset({0, 1}), msg::ResetResult::ok);
    EXPECT_EQ(enabled(), first);
    EXPECT_EQ(events(), "disable 2; delete 2; enable 1");
    EXPECT_NE(agent.card->card().uicc(), nullptr) << "its files answer at once";
    agent.restart();
    EXPECT_EQ(enabled(), first);
    EXPECT_EQ(disable(first), DisableResult::disallowed_by_policy);
}

TEST_F(ProfilesTest, AMemoryResetThatTakesBothLeadsNowhere) {
    install(first);
    install(second, ProfileClass::test);
    install(third);
    ASSERT_EQ(enable(first), EnableResult::ok);
    ASSERT_EQ(enable(second), EnableResult::ok);
    EXPECT_EQ(memory_reset({0, 1}), msg::ResetResult::ok);
    EXPECT_EQ(enabled(), "");
    EXPECT_TRUE(agent.profiles().empty());
}

/// Only the enabled test profile stands in for another one.
TEST_F(ProfilesTest, AMemoryResetOfTestProfilesLeavesWhatTheUserChose) {
    install(first);
    install(second, ProfileClass::test);
    EXPECT_EQ(memory_reset({1}), msg::ResetResult::ok);
    EXPECT_EQ(enabled(), "");
    install(third, ProfileClass::test);
    ASSERT_EQ(enable(third), EnableResult::ok);  // nothing was enabled before it
    EXPECT_EQ(memory_reset({1}), msg::ResetResult::ok);
    EXPECT_EQ(enabled(), "");
}

TEST_F(ProfilesTest, PolicyRule2ForbidsDeleting) {
    install(first, ProfileClass::operational, {2});
    EXPECT_EQ(remove(first), DeleteResult::disallowed_by_policy);
    EXPECT_EQ(memory_reset({0}), msg::ResetResult::nothing_to_delete);
    EXPECT_EQ(agent.profiles().size(), 1U);
}

TEST_F(ProfilesTest, DeletingGivesTheMemoryBackAndLeavesNoOctet) {
    const std::size_t before = agent.free_memory();
    install(first);
    EXPECT_EQ(remove(first), DeleteResult::ok);
    EXPECT_EQ(agent.free_memory(), before);
    const auto entries = *agent.storage.load();
    for (const auto& [key, value] : entries) {
        EXPECT_FALSE(key.starts_with("profile/")) << key;
        EXPECT_FALSE(key.starts_with("euicc/profile/")) << key;
    }
    install(first);  // and the ICCID is free again
    EXPECT_EQ(hex(*agent.profiles()[0].isdp_aid), "A0000005591010FFFFFFFF8900001001");
}

TEST_F(ProfilesTest, FromATestProfileTheWayLeadsBack) {
    install(first);
    install(second, ProfileClass::test);
    install(third);
    ASSERT_EQ(enable(first), EnableResult::ok);
    ASSERT_EQ(enable(second), EnableResult::ok);
    EXPECT_EQ(enable(third), EnableResult::wrong_profile_reenabling);
    agent.restart();
    EXPECT_EQ(enable(third), EnableResult::wrong_profile_reenabling);
    EXPECT_EQ(disable(second), DisableResult::ok);
    EXPECT_EQ(enabled(), first);
    EXPECT_EQ(enable(third), EnableResult::ok);
}

TEST_F(ProfilesTest, EventsAreNotifiedInTheirOrder) {
    install(first);
    install(second);
    forget_notifications();
    enable(first);
    enable(second);
    disable(second);
    remove(first);
    EXPECT_EQ(events(), "enable 1; disable 1; enable 2; disable 2; delete 1");
    for (const auto& n : agent.notifications()) {
        const auto& signed_one = std::get<msg::OtherSignedNotification>(n.value);
        EXPECT_TRUE(pki.euicc.key.public_key().verify(der::encode(signed_one.tbs_other_notification),
                                                      signed_one.euicc_notification_signature));
    }
    agent.restart();
    EXPECT_EQ(events(), "enable 1; disable 1; enable 2; disable 2; delete 1");
}

TEST_F(ProfilesTest, AnAddressIsToldOnlyOfTheEventsThatItIsConfiguredFor) {
    Order order = Order::of(first);
    order.metadata.notification_configuration_info = std::vector<msg::NotificationConfigurationInformation>{
        {msg::event(NotificationEventBit::enable), {"a.example.com"}, {}},
        {msg::event(NotificationEventBit::enable), {"a.example.com"}, {}},
        {msg::event(NotificationEventBit::disable), {"b.example.com"}, {}}};
    ASSERT_TRUE(for_test::installed(for_test::download(agent, smdp, order)));
    forget_notifications();
    enable(first);
    ASSERT_EQ(agent.notifications().size(), 1U);
    EXPECT_EQ(agent.notifications()[0].metadata().notification_address.text, "a.example.com");
}

TEST_F(ProfilesTest, NotificationsAreListedRetrievedAndRemoved) {
    install(first);
    enable(first);
    disable(first);
    const auto all = agent.call<msg::ListNotificationResponse>(msg::ListNotificationRequest{});
    ASSERT_EQ(std::get<0>(all.value).size(), 3U);
    msg::ListNotificationRequest only;
    only.profile_management_operation = msg::event(NotificationEventBit::enable);
    EXPECT_EQ(std::get<0>(agent.call<msg::ListNotificationResponse>(only).value).size(), 1U);
    const auto retrieve = [&](msg::NotificationSearchCriteria criteria) {
        return std::get<0>(agent
                               .call<msg::RetrieveNotificationsListResponse>(
                                   msg::RetrieveNotificationsListRequest{std::move(criteria), {}})
                               .value);
    };
    const std::int64_t number = std::get<0>(all.value)[1].seq_number;
    EXPECT_EQ(retrieve({number}).size(), 1U);
    EXPECT_EQ(retrieve({std::int64_t{999}}).size(), 0U);
    EXPECT_EQ(retrieve({msg::event(NotificationEventBit::disable)}).size(), 1U);
    const auto sent = [&] {
        return agent.call<msg::NotificationSentResponse>(msg::NotificationSentRequest{number, {}}).status;
    };
    EXPECT_EQ(sent(), msg::DeleteNotificationStatus::ok);
    EXPECT_EQ(sent(), msg::DeleteNotificationStatus::nothing_to_delete);
    agent.restart();
    EXPECT_EQ(agent.notifications().size(), 2U);
}

TEST_F(ProfilesTest, TheNewestSwitchesAreKeptAndEveryInstallationResult) {
    install(first);
    for (std::size_t i = 0; i < switch_notifications_max; ++i) {
        enable(first);
        disable(first);
    }
    const auto& kept = agent.card->card().state().notifications;
    EXPECT_EQ(kept.size(), switch_notifications_max + 1);
    EXPECT_TRUE(std::holds_alternative<msg::ProfileInstallationResult>(kept.begin()->second.value));
}

TEST_F(ProfilesTest, ListsByCriteriaAndTags) {
    install(first);
    install(second, ProfileClass::test);
    const auto list = [&](std::optional<msg::ProfileSearchCriteria> criteria, std::string_view tags) {
        msg::ProfileInfoListRequest r;
        r.search_criteria = std::move(criteria);
        if (!tags.empty()) r.tag_list = msg::OctetString{*from_hex(tags)};
        return agent.call<msg::ProfileInfoListResponse>(r);
    };
    const auto found = [&](std::optional<msg::ProfileSearchCriteria> criteria) {
        return std::get<0>(list(std::move(criteria), "").value);
    };
    EXPECT_EQ(found({}).size(), 2U);
    EXPECT_EQ(found(msg::ProfileSearchCriteria{ProfileClass::test}).size(), 1U);
    EXPECT_EQ(found(msg::ProfileSearchCriteria{iccid(first)}).at(0).iccid, iccid(first));
    EXPECT_EQ(found(msg::ProfileSearchCriteria{msg::OctetTo16{isdp_aid(1)}}).at(0).iccid, iccid(second));
    EXPECT_TRUE(found(msg::ProfileSearchCriteria{iccid(third)}).empty());
    const auto two = std::get<0>(list({}, "5A9F70").value);
    EXPECT_EQ(hex(der::encode(two.at(0))), "E3105A0A" + hex(iccid(first).bytes) + "9F700100");
    EXPECT_EQ(std::get<1>(list({}, "5A9F").value), msg::ProfileInfoListError::incorrect_input_values);
}

TEST_F(ProfilesTest, NicknamesComeAndGo) {
    install(first);
    const auto name = [&](std::string_view digits, std::string text) {
        return agent.call<msg::SetNicknameResponse>(msg::SetNicknameRequest{iccid(digits), {std::move(text)}, {}})
            .result;
    };
    EXPECT_EQ(name(second, "x"), msg::SetNicknameResult::iccid_not_found);
    EXPECT_EQ(name(first, "Zähler 7"), msg::SetNicknameResult::ok);
    agent.restart();
    EXPECT_EQ(agent.profiles()[0].profile_nickname->text, "Zähler 7");
    EXPECT_EQ(name(first, ""), msg::SetNicknameResult::ok);
    EXPECT_FALSE(agent.profiles()[0].profile_nickname);
}

TEST_F(ProfilesTest, MemoryResetTakesWhatItIsAskedFor) {
    EXPECT_EQ(memory_reset({0, 1, 2}), msg::ResetResult::nothing_to_delete);
    const std::size_t before = agent.free_memory();
    install(first);
    install(second, ProfileClass::test);
    install(third, ProfileClass::provisioning);
    const std::size_t each = (before - agent.free_memory()) / 3;
    enable(first);
    EXPECT_EQ(memory_reset({1}), msg::ResetResult::ok);
    EXPECT_EQ(agent.profiles().size(), 2U);
    EXPECT_EQ(memory_reset({0}), msg::ResetResult::ok);
    EXPECT_EQ(enabled(), "");
    EXPECT_EQ(agent.free_memory(), before - each);
    agent.call<msg::SetDefaultDpAddressResponse>(msg::SetDefaultDpAddressRequest{{"dp"}, {}});
    EXPECT_EQ(memory_reset({2}), msg::ResetResult::ok);
    EXPECT_EQ(memory_reset({2}), msg::ResetResult::nothing_to_delete);
    agent.restart();
    EXPECT_EQ(agent.profiles().size(), 1U);
}

TEST_F(ProfilesTest, TheUsimOfTheEnabledProfileAnswersBesideTheIsdR) {
    const auto variables = saip::sample_variables();
    Order order{variables.iccid, for_test::metadata(variables.iccid), saip::encode(saip::sample_package())};
    Agent production(for_test::birth(pki, CardClass::production));
    const auto result = for_test::download(production, smdp, order);
    ASSERT_TRUE(for_test::installed(result)) << der::print(result);
    const msg::EnableProfileRequest request{{msg::to_octets(order.iccid)}, true, {}};
    ASSERT_EQ(production.call<msg::EnableProfileResponse>(request).result, EnableResult::ok);

    EXPECT_EQ(production.fetch("00A4040C07A0000000871002"), "9000");
    EXPECT_EQ(production.fetch("00A4000C026F07"), "9000");
    EXPECT_EQ(production.fetch("00B0000009"), hex(variables.imsi.ef()) + "9000");
    const std::string nothing_right(32, '0');
    EXPECT_EQ(production.fetch("008800812210" + nothing_right + "10" + nothing_right), "9862");
    EXPECT_EQ(production.profiles().size(), 1U);

    // What the profile changed, a PIN counter, outlives switching it off and on.
    production.restart();
    EXPECT_EQ(production.fetch("00A4040C07A0000000871002"), "9000");
    EXPECT_EQ(production.fetch("0020008108393939FFFFFFFFFF"), "63C2");
    const msg::DisableProfileRequest disable_request{{msg::to_octets(order.iccid)}, true, {}};
    ASSERT_EQ(production.call<msg::DisableProfileResponse>(disable_request).result, DisableResult::ok);
    ASSERT_EQ(production.call<msg::EnableProfileResponse>(request).result, EnableResult::ok);
    EXPECT_EQ(production.fetch("00A4040C07A0000000871002"), "9000");
    EXPECT_EQ(production.fetch("00200081"), "63C2");
}

}  // namespace
}  // namespace mcim::euicc
