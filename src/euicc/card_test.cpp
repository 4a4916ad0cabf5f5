#include "mcim/euicc/card_for_test.h"
#include "mcim/uicc/profile_for_test.h"

namespace mcim::euicc {
namespace {

using for_test::Agent;

struct CardTest : testing::Test {
    test::Pki pki;
    Agent agent{for_test::birth(pki)};

    /// As an installation and EnableProfile leave it.
    void enable_a_profile() {
        InstalledProfile record;
        record.state = msg::ProfileState::enabled;
        record.metadata = for_test::metadata(*Iccid::parse_unchecked(for_test::iccid_digits));
        uicc::Changes changes = uicc::Profile::install(uicc::for_test::image())->entries(record.uicc_prefix());
        put_profile(changes, record);
        ASSERT_TRUE(agent.storage.commit(changes));
        agent.restart();
    }
    /// Names and contents of everything secret that the storage holds, but for PINs, which their owner changes.
    std::map<std::string, std::string> keys() {
        std::map<std::string, std::string> found;
        const auto entries = agent.storage.load();
        for (const auto& [name, value] : *entries)
            if (name.ends_with("/k") || name.ends_with("/opc") || name.ends_with("/key"))
                found.emplace(name, hex(expose(value)));
        return found;
    }
};

TEST_F(CardTest, SelectIsdRAnswersWithItsTemplate) {
    EXPECT_EQ(agent.select_fci,
              "6F1F"
              "8410A0000005591010FFFFFFFF8900000100"
              "A5049F6501FF"
              "E0058203020500"
              "9000");
}

TEST_F(CardTest, SelectsTheIsdRByATruncatedName) {
    EXPECT_EQ(agent.fetch("00A4040C10A0000005591010FFFFFFFF8900000100"), "9000");
    EXPECT_EQ(agent.fetch("00A4040C0FA0000005591010FFFFFFFF89000001"), "9000");
    EXPECT_EQ(agent.fetch("00A4040C05A000000559"), "6A82");
    EXPECT_EQ(agent.fetch("00A4040C10A0000005591010FFFFFFFF8900000199"), "6A82");
}

TEST_F(CardTest, TheEcasdTellsTheEid) {
    EXPECT_EQ(agent.fetch("00A4040C10A0000005591010FFFFFFFF8900000200"), "9000");
    EXPECT_EQ(agent.fetch("80CA005A00"), "5A10" + hex(pki.eid.octets()) + "9000");
    EXPECT_EQ(agent.fetch("80CA00E000"), "6A88");
    EXPECT_EQ(agent.fetch("80E2910003BF2E00"), "6D00");
}

TEST_F(CardTest, GetEidAnswersInTwoSteps) {
    EXPECT_EQ(agent.send("81E2910006BF3E035C015A"), "6115");
    EXPECT_EQ(agent.send("81C0000015"), "BF3E125A10" + hex(pki.eid.octets()) + "9000");
    EXPECT_EQ(agent.send("81C0000015"), "6985");
    EXPECT_EQ(agent.fetch("81E2910006BF3E035C0142"), "6A88");
}

TEST_F(CardTest, ChannelsOpenBothWaysAndClose) {
    EXPECT_EQ(agent.fetch("0070000001"), "029000");
    EXPECT_EQ(agent.fetch("00700005"), "9000");
    EXPECT_EQ(agent.fetch("00700005"), "6A86");
    EXPECT_EQ(agent.fetch("45A4040C10A0000005591010FFFFFFFF8900000100"), "6881");  // 4X counts from 4: channel 9
    EXPECT_EQ(agent.fetch("41A4040C10A0000005591010FFFFFFFF8900000100"), "9000");  // channel 5
    EXPECT_EQ(agent.fetch("C1E2910003BF2E00").substr(0, 6), "BF2E12");
    EXPECT_EQ(agent.fetch("00708005"), "9000");
    EXPECT_EQ(agent.fetch("00708005"), "6200");
    EXPECT_EQ(agent.fetch("C1E2910003BF2E00"), "6881");
    EXPECT_EQ(agent.fetch("00708000"), "6A86");
    EXPECT_EQ(agent.fetch("00700014"), "6A86");
}

TEST_F(CardTest, RefusesManageChannelThatSaysSomethingElse) {
    EXPECT_EQ(agent.send("8070000001"), "6E00");
    EXPECT_EQ(agent.send("0070010001"), "6A86");
    EXPECT_EQ(agent.send("00708014"), "6A86");
    EXPECT_EQ(agent.send("007000000101"), "6700");
    EXPECT_EQ(agent.send("0270000001"), "6881");  // from a channel that is not open
}

TEST_F(CardTest, ChannelIsOpenedWhenItsNumberLeavesWithTheAnswer) {
    for (const char* without_le_01 : {"0070000000", "00700000", "0070000002"}) {
        EXPECT_EQ(agent.send(without_le_01), "6C01");
        EXPECT_EQ(agent.send("00A4000C023F00"), "6A82") << "another command: the number would be lost";
    }
    EXPECT_EQ(agent.send("0070000001"), "029000") << "one channel, not four";
}

TEST_F(CardTest, AChannelOpenedFromAnotherStartsInItsDirectory) {
    enable_a_profile();
    EXPECT_EQ(agent.fetch("0070000001"), "029000");
    EXPECT_EQ(agent.fetch("02A4040C0CA0000000871002FF49FF0589"), "9000");
    EXPECT_EQ(agent.fetch("0270000001"), "039000");
    EXPECT_EQ(agent.fetch("03A4000C026F38"), "9000");
    EXPECT_EQ(agent.fetch("0070000001"), "049000");  // from the basic channel: the MF
    EXPECT_EQ(agent.fetch("40A4000C026F38"), "6A82");
    EXPECT_EQ(agent.fetch("40A4000C022FE2"), "9000");
}

/// PUT KEY, STORE DATA, UPDATE BINARY and every other instruction, to each application that can be selected, from
/// whoever knows PIN and ADM: keys come in bound packages only.
TEST_F(CardTest, NoCommandBringsAKeyOntoTheCard) {
    enable_a_profile();
    const auto before = keys();
    ASSERT_TRUE(before.contains("profile/0/aka/0/k"));
    ASSERT_TRUE(before.contains("euicc/identity/0/key"));
    const std::string key = "404142434445464748494A4B4C4D4E4F";
    const std::string isdp = hex(isdp_aid(0));
    for (const std::string& aid : {std::string("A0000005591010FFFFFFFF8900000100"),  // ISD-R
                                   std::string("A0000005591010FFFFFFFF8900000200"),  // ECASD
                                   isdp, std::string("A0000000871002FF49FF0589")}) {
        agent.restart();
        const std::string select = "00A4040C" + hex(Bytes{static_cast<std::uint8_t>(aid.size() / 2)}) + aid;
        ASSERT_EQ(agent.fetch(select), "9000") << aid;
        agent.fetch("002000010831323334FFFFFFFF");  // PIN 1 and ADM 1, where the profile listens
        agent.fetch("0020000A083535353535353535");
        // P1, P2 and data: a plain key; PUT KEY's key version, AES and length; STORE DATA of a DGI with the key
        std::vector<std::string> with_the_key;
        for (const std::string p1p2 : {"0000", "0181", "9100"})
            for (const std::string& data : {"10" + key, "15018810" + key + "00", "138010" + key + "00"})
                with_the_key.push_back(p1p2 + data);
        for (const std::string cla : {"00", "80", "84"})
            for (unsigned ins = 0; ins < 0x100; ++ins) {
                const std::string header = cla + hex(Bytes{static_cast<std::uint8_t>(ins)});
                for (const std::string& rest : with_the_key) agent.fetch(header + rest);
                if (ins == 0xA4) agent.fetch(select);
            }
        EXPECT_EQ(keys(), before) << aid;
    }
}

TEST_F(CardTest, TakesNoteOfTheTerminalOnAnyChannel) {
    EXPECT_EQ(agent.fetch("80AA000005A903830107"), "9000");
    EXPECT_EQ(agent.fetch("81AA000005A903830107"), "9000");
    EXPECT_EQ(agent.fetch("8010000004FFFFFFFF"), "9000");
    EXPECT_EQ(agent.fetch("00AA000005A903830107"), "6E00");
    EXPECT_EQ(agent.fetch("0010000004FFFFFFFF"), "6E00");
    EXPECT_EQ(agent.fetch("80AA010005A903830107"), "6A86");
}

TEST_F(CardTest, RunsOutOfChannels) {
    for (int i = 2; i < 20; ++i) EXPECT_NE(agent.fetch("0070000001"), "6A81") << i;
    EXPECT_EQ(agent.fetch("0070000001"), "6A81");
}

TEST_F(CardTest, WithoutAnEnabledProfileThereAreNoFiles) {
    EXPECT_EQ(agent.fetch("00A40004023F00"), "6A82");
    EXPECT_EQ(agent.fetch("00B0000000"), "6985");
    EXPECT_EQ(agent.fetch("80AA000000"), "9000");
    EXPECT_EQ(agent.fetch("80100000010F"), "9000");
}

TEST_F(CardTest, RefusesWhatTheIsdRDoesNotKnow) {
    EXPECT_EQ(agent.fetch("81D0910003BF2E00"), "6D00");
    EXPECT_EQ(agent.fetch("01E2910003BF2E00"), "6E00");
    EXPECT_EQ(agent.fetch("81E2910003BF7F00"), "6A88");
    EXPECT_EQ(agent.fetch("81E2910003BF2E01"), "6A80");
    EXPECT_EQ(agent.fetch("81E2910001BF"), "6A80");
    EXPECT_EQ(agent.fetch("81E29100"), "6A80");
}

TEST_F(CardTest, BlocksComeInTheirOrder) {
    EXPECT_EQ(agent.fetch("81E2110002BF3E"), "9000");
    EXPECT_EQ(agent.fetch("81E2910102035C"), "6A80");  // the length does not hold
    EXPECT_EQ(agent.fetch("81E2110002BF3E"), "9000");
    EXPECT_EQ(agent.fetch("81E2910204035C015A"), "6A86");  // block 1 is missing
    EXPECT_EQ(agent.fetch("81E2910104035C015A"), "6A86");  // and nothing was kept
    EXPECT_EQ(agent.fetch("81E2110002BF3E"), "9000");
    EXPECT_EQ(agent.fetch("81E2910104035C015A"), "BF3E125A10" + hex(pki.eid.octets()) + "9000");
    EXPECT_EQ(agent.fetch("81E2120002BF3E"), "6A86");
}

TEST_F(CardTest, EachChannelHasItsOwnBlocks) {
    EXPECT_EQ(agent.fetch("00A4040C10A0000005591010FFFFFFFF8900000100"), "9000");
    EXPECT_EQ(agent.fetch("81E2110002BF3E"), "9000");
    EXPECT_EQ(agent.fetch("80E2110002BF3E"), "9000");
    EXPECT_EQ(agent.fetch("81E2910104035C015A"), "BF3E125A10" + hex(pki.eid.octets()) + "9000");
    EXPECT_EQ(agent.fetch("80E2910104035C015A"), "BF3E125A10" + hex(pki.eid.octets()) + "9000");
}

TEST_F(CardTest, RefusesACommandThatIsTooLarge) {
    const std::string data(510, '0');
    std::string answer;
    for (int block = 0; block < 256 && answer != "6A84"; ++block)
        answer = agent.fetch("81E211" + hex(Bytes{static_cast<std::uint8_t>(block)}) + "FF" + data);
    EXPECT_EQ(answer, "6A84");
}

TEST_F(CardTest, AnswerToResetChecksOut) {
    const Bytes atr = answer_to_reset();
    EXPECT_EQ(atr[0], 0x3B);
    EXPECT_EQ(atr.size(), 2U + 4U + (atr[1] & 0xFU) + 1U);
    std::uint8_t sum = 0;
    for (const auto b : View(atr).subspan(1)) sum = static_cast<std::uint8_t>(sum ^ b);
    EXPECT_EQ(sum, 0);
}

TEST_F(CardTest, SurvivesRestartWithItsSettings) {
    const auto set =
        agent.call<msg::SetDefaultDpAddressResponse>(msg::SetDefaultDpAddressRequest{{"dp.example.com"}, {}});
    EXPECT_EQ(set.result, msg::SetDefaultDpAddressResult::ok);
    agent.restart();
    const auto addresses = agent.call<msg::EuiccConfiguredAddressesResponse>(msg::EuiccConfiguredAddressesRequest{});
    EXPECT_EQ(addresses.default_dp_address->text, "dp.example.com");
    EXPECT_EQ(addresses.root_ds_address.text, "ds.example.com");
    EXPECT_TRUE(agent.call<msg::SetDefaultDpAddressResponse>(msg::SetDefaultDpAddressRequest{}).result ==
                msg::SetDefaultDpAddressResult::ok);
    EXPECT_FALSE(
        agent.call<msg::EuiccConfiguredAddressesResponse>(msg::EuiccConfiguredAddressesRequest{}).default_dp_address);
}

TEST_F(CardTest, RefusesADefaultAddressLongerThanAHostName) {
    const auto set = [&](std::size_t characters) {
        return agent
            .call<msg::SetDefaultDpAddressResponse>(msg::SetDefaultDpAddressRequest{{std::string(characters, 'a')}, {}})
            .result;
    };
    EXPECT_EQ(set(255), msg::SetDefaultDpAddressResult::ok);
    EXPECT_EQ(set(256), msg::SetDefaultDpAddressResult::undefined_error);
    EXPECT_EQ(agent.card->card().state().settings.default_dp_address.text.size(), 255U);
}

TEST_F(CardTest, InfoNamesItsKeysAndNothingThatItCannotDo) {
    const auto info1 = agent.call<msg::EUICCInfo1>(msg::GetEuiccInfo1Request{});
    EXPECT_EQ(msg::to_string(info1.svn), "2.5.0");
    ASSERT_EQ(info1.euicc_ci_pk_id_list_for_verification.size(), 1U);
    EXPECT_EQ(info1.euicc_ci_pk_id_list_for_verification[0].bytes, *pki.ci.certificate.subject_key_id);
    EXPECT_EQ(info1.euicc_ci_pk_id_list_for_signing, info1.euicc_ci_pk_id_list_for_verification);

    const auto info2 = agent.call<msg::EUICCInfo2>(msg::GetEuiccInfo2Request{});
    EXPECT_EQ(msg::to_string(info2.profile_version), "3.3.1");
    EXPECT_EQ(hex(info2.ext_card_resource),
              "81010082040008000083040004"
              "0000");
    EXPECT_TRUE(info2.uicc_capability.test(static_cast<std::size_t>(msg::UiccCapabilityBit::usim_test_algorithm)));
    EXPECT_FALSE(info2.uicc_capability.test(static_cast<std::size_t>(msg::UiccCapabilityBit::javacard)));
    EXPECT_TRUE(info2.rsp_capability.test(static_cast<std::size_t>(msg::RspCapabilityBit::test_profile_support)));
    EXPECT_TRUE(info2.tre_product_reference);
}

TEST_F(CardTest, AProductionCardClaimsNoTestFeatures) {
    auto birth = for_test::birth(pki, CardClass::production);
    birth.info_fields = InfoFields::version2_0;
    Agent production(birth);
    const auto info = production.call<msg::EUICCInfo2>(msg::GetEuiccInfo2Request{});
    EXPECT_FALSE(info.uicc_capability.test(static_cast<std::size_t>(msg::UiccCapabilityBit::usim_test_algorithm)));
    EXPECT_FALSE(info.rsp_capability.test(static_cast<std::size_t>(msg::RspCapabilityBit::test_profile_support)));
    EXPECT_FALSE(info.tre_product_reference);
    EXPECT_FALSE(info.tre_properties);
    EXPECT_FALSE(info.additional_euicc_profile_package_versions);
}

TEST_F(CardTest, TellsItsRules) {
    const auto rat = agent.call<msg::GetRatResponse>(msg::GetRatRequest{});
    EXPECT_EQ(rat.rat, rules_for_every_operator());
}

TEST_F(CardTest, NamesTheRulesThatItsTableGrantsToNobody) {
    EXPECT_FALSE(agent.call<msg::EUICCInfo2>(msg::GetEuiccInfo2Request{}).forbidden_profile_policy_rules);
    auto birth = for_test::birth(pki);
    birth.rules.front().ppr_ids = der::BitString::of({static_cast<std::size_t>(msg::PprBit::ppr2)});
    Agent without_ppr1(birth);
    EXPECT_EQ(without_ppr1.call<msg::EUICCInfo2>(msg::GetEuiccInfo2Request{}).forbidden_profile_policy_rules,
              der::BitString::of({static_cast<std::size_t>(msg::PprBit::ppr1)}));
    birth.rules.clear();
    Agent without_any(birth);
    EXPECT_EQ(
        without_any.call<msg::EUICCInfo2>(msg::GetEuiccInfo2Request{}).forbidden_profile_policy_rules,
        der::BitString::of({static_cast<std::size_t>(msg::PprBit::ppr1), static_cast<std::size_t>(msg::PprBit::ppr2)}));
}

TEST_F(CardTest, AFailedCommitIsAsIfNothingHappened) {
    agent.storage.commits_left = 0;
    EXPECT_EQ(agent.send("81E2910007BF3F04800261"
                         "62"),
              "6581");
    agent.storage.commits_left.reset();
    EXPECT_TRUE(agent.card->card().state().settings.default_dp_address.text.empty());
    EXPECT_EQ(agent.fetch("81E2910003BF2E00"), "6881");  // the card was reset
}

TEST(Manufacture, RefusesACardThatNobodyWouldTrust) {
    test::Pki pki;
    auto birth = for_test::birth(pki);
    birth.credentials[0].key = crypto::PrivateKey::generate(crypto::Curve::p256, pki.random);
    EXPECT_EQ(manufacture(birth).error().path, "key");
    birth = for_test::birth(pki);
    birth.eid = *x509::make_eid("89049032", 2);
    EXPECT_EQ(manufacture(birth).error().path, "eid");
    birth = for_test::birth(pki);
    birth.ci_certificates.clear();
    EXPECT_EQ(manufacture(birth).error().path, "euiccCertificate");
    birth = for_test::birth(pki);
    birth.credentials.clear();
    EXPECT_EQ(manufacture(birth).error().path, "credentials");
}

TEST(DurableState, RefusesFormatsThatItDoesNotKnow) {
    test::Pki pki;
    uicc::MemoryStorage storage;
    ASSERT_TRUE(storage.commit(*manufacture(for_test::birth(pki))));
    for (const std::string key : {"euicc/card", "euicc/settings", "euicc/counters", "euicc/identity/0"}) {
        auto entries = *storage.load();
        Bytes changed = to_bytes(expose(entries.at(key)));
        const Bytes version_field{0x80, 0x01, 0x01};
        const auto version = std::ranges::search(changed, version_field);
        ASSERT_FALSE(version.empty()) << key;
        *(version.begin() + 2) = 2;
        entries.insert_or_assign(key, SecretBytes(std::move(changed)));
        const auto state = DurableState::load(entries);
        ASSERT_FALSE(state);
        EXPECT_EQ(state.error().path, key);
    }
    EXPECT_EQ(DurableState::load({}).error().code, Errc::not_found);
}

}  // namespace
}  // namespace mcim::euicc
