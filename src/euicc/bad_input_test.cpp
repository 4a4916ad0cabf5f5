// What no ES10 function is: cut short, longer than it says, not canonical, with another tag. The card answers with a
// status word, keeps its session and its state, and goes on.
#include <algorithm>

#include "mcim/euicc/card_for_test.h"

namespace mcim::euicc {
namespace {

using for_test::Agent;
using for_test::Smdp;

struct BadInput : testing::Test {
    test::Pki pki;
    Agent agent{for_test::birth(pki)};
    Smdp smdp{pki};

    /// One good request of every function that has contents.
    std::vector<Bytes> requests() {
        const msg::IccidOctets iccid = msg::to_octets(*Iccid::parse_unchecked(for_test::iccid_digits));
        return {der::encode(smdp.authenticate(Bytes(16, 1))),
                der::encode(smdp.prepare({})),
                der::encode(msg::CancelSessionRequest{{{1, 2}}, msg::CancelSessionReason::postponed, {}}),
                der::encode(msg::GetEuiccDataRequest{}),
                der::encode(msg::SetDefaultDpAddressRequest{{"dp.example.com"}, {}}),
                der::encode(msg::NotificationSentRequest{7, {}}),
                der::encode(msg::EnableProfileRequest{{iccid}, true, {}}),
                der::encode(msg::DisableProfileRequest{{iccid}, true, {}}),
                der::encode(msg::DeleteProfileRequest{iccid}),
                der::encode(msg::EuiccMemoryResetRequest{der::BitString::of({0}), {}}),
                der::encode(msg::SetNicknameRequest{iccid, {"name"}, {}}),
                der::encode(msg::ListNotificationRequest{msg::NotificationEvent::of({0}), {}}),
                der::encode(msg::RetrieveNotificationsListRequest{{{std::int64_t{7}}}, {}}),
                der::encode(msg::ProfileInfoListRequest{{{iccid}}, {}, {}})};
    }
    /// Of ListNotification, RetrieveNotificationsList and GetProfilesInfo every component is OPTIONAL: one that they do
    /// not know is an extension of a later version.
    static bool has_only_optional_components(View request) {
        return std::ranges::any_of(std::array{0xBF28U, 0xBF2BU, 0xBF2DU},
                                   [&](std::uint32_t tag) { return *der::Reader(request).peek() == der::Tag{tag}; });
    }
    /// Refused, and nothing happened.
    void expect_refused(View command, std::string_view what, View request) {
        const std::size_t commits = agent.storage.commits;
        const std::string answer = hex(agent.es10(command));
        EXPECT_TRUE(answer == "6A80" || answer == "6A88") << what << ' ' << hex(command) << " -> " << answer;
        EXPECT_EQ(agent.storage.commits, commits) << what << ' ' << hex(request);
        EXPECT_TRUE(std::holds_alternative<ChallengeIssued>(agent.card->card().session())) << what;
    }
};

/// After the tag: length and contents.
std::size_t tag_octets(View request) { return der::Reader(request).peek()->wire > 0xFF ? 2 : 1; }

TEST_F(BadInput, FunctionsCutShortAreRefused) {
    agent.challenge();
    for (const Bytes& request : requests())
        for (std::size_t size = 1; size<request.size(); size += request.size()> 100 ? 13 : 1)
            expect_refused(View(request).first(size), "cut short", request);
    agent.challenge();
}

TEST_F(BadInput, FunctionsWithOctetsBehindThemAreRefused) {
    agent.challenge();
    for (const Bytes& request : requests()) expect_refused(concat({request, Bytes{0}}), "an octet more", request);
}

TEST_F(BadInput, LengthsThatAreNotCanonicalAreRefused) {
    agent.challenge();
    for (const Bytes& request : requests()) {
        const std::size_t tag = tag_octets(request);
        const View contents = (*der::Reader(request).read()).content.rest();
        const auto with_length = [&](std::initializer_list<std::size_t> octets) {
            Bytes out = to_bytes(View(request).first(tag));
            for (const auto o : octets) out.push_back(static_cast<std::uint8_t>(o));
            return concat({out, contents});
        };
        const std::size_t n = contents.size();
        expect_refused(with_length({0x83, 0, n >> 8U, n & 0xFFU}), "length with a leading zero", request);
        expect_refused(with_length({0x80}), "indefinite length", request);
        expect_refused(with_length({0x85, 0, 0, 0, n >> 8U, n & 0xFFU}), "length of five octets", request);
    }
}

TEST_F(BadInput, ComponentsWithAnotherTagAreRefused) {
    agent.challenge();
    for (const Bytes& request : requests()) {
        if (has_only_optional_components(request)) continue;
        Bytes changed = request;
        const std::size_t at = request.size() - (*der::Reader(request).read()).content.rest().size();
        changed[at] = 0x9E;  // context-specific 30: no module has it
        expect_refused(changed, "first component", request);
    }
}

TEST_F(BadInput, ListsTakeComponentsOfALaterVersion) {
    agent.challenge();
    int lists = 0;
    for (Bytes& request : requests()) {
        if (!has_only_optional_components(request)) continue;
        ++lists;
        request[3] = 0x9E;  // behind a tag of two octets and a length of one
        const std::string answer = hex(agent.es10(request));
        EXPECT_TRUE(answer.starts_with(hex(View(request).first(2)))) << hex(request) << " -> " << answer;
    }
    EXPECT_EQ(lists, 3);
}

TEST_F(BadInput, FiltersThatCannotBeReadAreRefused) {
    agent.challenge();
    for (const std::string_view filter :
         {"BF2804810208F0", "BF28028100", "BF2803810280", "BF2B02A000", "BF2B04A0029E00", "BF2B04A0028000",
          "BF2B06A00481020880", "BF2B07A0058001078000", "BF2D02A000", "BF2D04A0029E00", "BF2D03A00100",
          "BF2D05A0035A0101"})
        expect_refused(*from_hex(filter), "filter", *from_hex(filter));
}

TEST_F(BadInput, TagsThatAreNoFunctionAreRefused) {
    agent.challenge();
    for (const std::string_view tag : {"BF2100", "BF3500", "BF4200", "BF7F00", "3000", "0500", "E300"})
        expect_refused(*from_hex(tag), "tag", *from_hex(tag));
}

TEST_F(BadInput, PiecesOfAPackageOutOfTurnAreRefused) {
    agent.challenge();
    for (const std::string_view piece : {"BF3600", "A000", "A100", "A200", "A300", "8600", "8800"})
        EXPECT_EQ(hex(agent.es10(*from_hex(piece))), "6985") << piece;
    EXPECT_TRUE(std::holds_alternative<ChallengeIssued>(agent.card->card().session()));
}

TEST_F(BadInput, ValuesBeyondTheirSizeAreRefused) {
    agent.challenge();
    const msg::IccidOctets iccid = msg::to_octets(*Iccid::parse_unchecked(for_test::iccid_digits));
    const auto wrap = [](std::uint32_t tag, std::initializer_list<View> parts) {
        return der::wrap(der::Tag{tag}, concat(parts));
    };
    const Bytes name = der::encode(msg::SetNicknameRequest{iccid, {""}, {}});
    const Bytes named = wrap(0xBF29, {wrap(0x5A, {iccid.bytes}), wrap(0x90, {Bytes(65, 'n')})});
    expect_refused(named, "65 characters", name);
    expect_refused(wrap(0xBF29, {wrap(0x5A, {iccid.bytes}), wrap(0x90, {Bytes{0xC3, 0x28}})}), "no UTF-8", name);
    expect_refused(wrap(0xBF33, {wrap(0x5A, {Bytes(9, 1)})}), "an ICCID of nine octets", name);
    expect_refused(wrap(0xBF41, {wrap(0x80, {Bytes(17, 1)}), wrap(0x81, {Bytes{1}})}), "a transaction of 17", name);
    expect_refused(wrap(0xBF30, {wrap(0x80, {Bytes(9, 1)})}), "a number of nine octets", name);
    expect_refused(wrap(0xBF30, {wrap(0x80, {Bytes{0, 1}})}), "a number with a leading zero", name);
}

}  // namespace
}  // namespace mcim::euicc
