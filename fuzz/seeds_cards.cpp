// Conversations with a card, as modems and agents have them.
#include "mcim/aka/authentication.h"
#include "mcim/msg/all.h"
#include "mcim/msg/manage.h"
#include "mcim/msg/package.h"
#include "seeds.h"
#include "support/pki.h"

namespace mcim::fuzz {
namespace {

using Commands = std::vector<std::string>;

const std::string select_usim = "00A404040CA0000000871002FF49FF0589";

/// As euicc::exercise_apdu cuts them: a length octet before each.
Bytes conversation(const Commands& commands) {
    Bytes out;
    for (const std::string& command : commands) {
        const Bytes octets = *from_hex(command);
        out.push_back(static_cast<std::uint8_t>(octets.size()));
        append(out, octets);
    }
    return out;
}

/// A challenge that the profile of uicc/profile_for_test.h takes: keys of TS 35.208 4.3, test set 1.
std::string challenge(std::uint64_t seq) {
    const auto secret = [](std::string_view text) { return *Secret<16>::copy_of(*from_hex(text)); };
    const aka::Algorithm milenage =
        aka::Milenage(secret("465B5CE8B199B49FAA5F0A2EE238A6BC"), secret("CD63CB71954A9F4E48A5994E37A02BAF"));
    const auto vector = aka::make_vector(milenage, aka::Sqn::of(seq, 0), {0x80, 0x00}, {0x23, 0x55});
    return "008800812210" + hex(vector.rand) + "10" + hex(vector.autn) + "00";
}

void write_modem_seeds(const Corpus& corpus) {
    const auto add = [&](std::string_view name, const Commands& commands) {
        corpus.add("apdu", name, conversation(commands));
    };
    const std::string verify = "002000010831323334FFFFFFFF";
    add("select_files", {"00A40004023F00", "00C000000000", "00A40004022FE2", "00B000000A", "00A40804022F00",
                         "00B2010426", "80F2000000"});
    add("usim", {select_usim, verify, "00A40804047FFF6F07", "00B0000009", "00B0840005", "80F2010C"});
    add("update", {select_usim, verify, "00A40004026F08", "00D6000004AABBCCDD", "00B0000000", "00B0010020"});
    add("records",
        {select_usim, verify, "00A40004026F39", "00B2000303", "00DC000303112233", "00A2010401FF", "8032000003000001"});
    add("telecom", {verify, "00A40804067F105F3A4F3A", "00A2010401BB", "00B2020404", "00DC020404AABBCCDD"});
    add("pins", {"00200001", "002000010839393939FFFFFFFF", "002C000110313131313131313131323334FFFFFFFF",
                 "002400011031323334FFFFFFFF34333231FFFFFFFF", "002600010834333231FFFFFFFF"});
    add("authenticate", {select_usim, verify, challenge(1), "00C0000035", challenge(1), "00C0000010", challenge(2)});
    add("terminal", {"801000000420000000", "8012000020", "80C2000004D0028000", "80AA000000"});
    add("channels", {"0070000001", "01A404040CA0000000871002FF49FF0589", "01C0000000", "0070800100", "0084000008"});
}

/// As euicc::exercise_isdr cuts them: two length octets before each; FE marks an ES10 request.
void append_request(Bytes& to, View der) {
    to.push_back(static_cast<std::uint8_t>((der.size() + 1) >> 8U));
    to.push_back(static_cast<std::uint8_t>(der.size() + 1));
    to.push_back(0xFE);
    append(to, der);
}
template <class... Request>
Bytes es10(const Request&... requests) {
    Bytes out;
    (append_request(out, der::encode(requests)), ...);
    return out;
}

void write_agent_seeds(const Corpus& corpus) {
    using namespace msg;
    const IccidOctets iccid{*from_hex("98001032547698103214")};
    corpus.add("isdr", "info",
               es10(GetEuiccInfo1Request{}, GetEuiccInfo2Request{}, GetEuiccDataRequest{},
                    EuiccConfiguredAddressesRequest{}, GetRatRequest{}));
    corpus.add("isdr", "address",
               es10(SetDefaultDpAddressRequest{{"dp.example.com"}, {}}, EuiccConfiguredAddressesRequest{}));
    corpus.add("isdr", "lists",
               es10(ProfileInfoListRequest{}, ListNotificationRequest{}, RetrieveNotificationsListRequest{},
                    NotificationSentRequest{1, {}}));
    corpus.add("isdr", "profiles",
               es10(EnableProfileRequest{{iccid}, true, {}}, DisableProfileRequest{{iccid}, true, {}},
                    DeleteProfileRequest{iccid}, SetNicknameRequest{iccid, {"name"}, {}}));
    corpus.add(
        "isdr", "cancel",
        es10(GetEuiccChallengeRequest{}, CancelSessionRequest{{Bytes(16, 1)}, CancelSessionReason::postponed, {}}));
    corpus.add("isdr", "authenticate", es10(GetEuiccChallengeRequest{}, AuthenticateServerRequest{}));
    corpus.add("isdr", "prepare", es10(GetEuiccChallengeRequest{}, PrepareDownloadRequest{}));
    InitialiseSecureChannelRequest opening;
    opening.transaction_id.bytes = Bytes(16, 1);
    opening.control_ref_template.host_id.bytes = Bytes(16, 2);
    opening.smdp_otpk.bytes = Bytes(65, 4);
    opening.smdp_sign.bytes = Bytes(64, 5);
    Bytes package = der::header(der::Tag{0xBF36}, 400);
    append(package, der::encode(opening));
    Bytes load;
    append_request(load, package);
    corpus.add("isdr", "load", load);
}

}  // namespace

void write_card_seeds(const Corpus& corpus) {
    write_modem_seeds(corpus);
    write_agent_seeds(corpus);
}

}  // namespace mcim::fuzz
