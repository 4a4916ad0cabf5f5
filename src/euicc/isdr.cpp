#include "mcim/euicc/isdr.h"

#include "mcim/euicc/info.h"
#include "mcim/euicc/interruption.h"
#include "mcim/euicc/notifications.h"
#include "mcim/euicc/profiles.h"

namespace mcim::euicc {
namespace {

namespace sw = apdu::sw;

/// Decode, call, encode: what every function without a session is.
template <class Request, class Response, Response (*Function)(const Request&, Call&)>
apdu::Response answer(View command, Call& call) {
    const auto request = der::decode<Request>(command);
    if (!request) return sw::wrong_data;
    return {der::encode(Function(*request, call))};
}

msg::EUICCInfo1 info1(const msg::GetEuiccInfo1Request&, Call& call) { return euicc_info1(call.state); }
msg::EUICCInfo2 info2(const msg::GetEuiccInfo2Request&, Call& call) { return euicc_info2(call.state); }
msg::GetEuiccDataResponse eid(const msg::GetEuiccDataRequest&, Call& call) { return {call.state.birth.eid, {}}; }

/// ES10c.GetEID: the one tag that is defined is '5A' (SGP.22 5.7.20).
apdu::Response get_euicc_data(View command, Call& call) {
    const auto request = der::decode<msg::GetEuiccDataRequest>(command);
    if (request && !(request->tag_list == msg::Octet1{{0x5A}})) return sw::referenced_data_not_found;
    return answer<msg::GetEuiccDataRequest, msg::GetEuiccDataResponse, eid>(command, call);
}

struct Function {
    std::uint32_t tag;
    apdu::Response (*run)(View, Call&);
};
constexpr std::array functions{
    Function{0xBF20, answer<msg::GetEuiccInfo1Request, msg::EUICCInfo1, info1>},
    Function{0xBF22, answer<msg::GetEuiccInfo2Request, msg::EUICCInfo2, info2>},
    Function{0xBF28, answer<msg::ListNotificationRequest, msg::ListNotificationResponse, list_notifications>},
    Function{0xBF29, answer<msg::SetNicknameRequest, msg::SetNicknameResponse, set_nickname>},
    Function{
        0xBF2B,
        answer<msg::RetrieveNotificationsListRequest, msg::RetrieveNotificationsListResponse, retrieve_notifications>},
    Function{0xBF2D, answer<msg::ProfileInfoListRequest, msg::ProfileInfoListResponse, profiles_info>},
    Function{0xBF30, answer<msg::NotificationSentRequest, msg::NotificationSentResponse, remove_notification>},
    Function{0xBF31, answer<msg::EnableProfileRequest, msg::EnableProfileResponse, enable_profile>},
    Function{0xBF32, answer<msg::DisableProfileRequest, msg::DisableProfileResponse, disable_profile>},
    Function{0xBF33, answer<msg::DeleteProfileRequest, msg::DeleteProfileResponse, delete_profile>},
    Function{0xBF34, answer<msg::EuiccMemoryResetRequest, msg::EuiccMemoryResetResponse, memory_reset>},
    Function{0xBF3C,
             answer<msg::EuiccConfiguredAddressesRequest, msg::EuiccConfiguredAddressesResponse, configured_addresses>},
    Function{0xBF3E, get_euicc_data},
    Function{0xBF3F, answer<msg::SetDefaultDpAddressRequest, msg::SetDefaultDpAddressResponse, set_default_dp_address>},
    Function{0xBF43, answer<msg::GetRatRequest, msg::GetRatResponse, rules_authorisation_table>},
};

template <class Event>
std::optional<SessionEvent> decoded(View command) {
    auto request = der::decode<decltype(Event::request)>(command);
    if (!request) return std::nullopt;
    return Event{*std::move(request)};
}

/// nullopt: not decodable. Tags are those of the functions and of the pieces of a bound package (SGP.22 5.7.6).
std::optional<SessionEvent> session_event(std::uint32_t tag, View command) {
    switch (tag) {
        case 0xBF2E:
            if (!der::decode<msg::GetEuiccChallengeRequest>(command)) return std::nullopt;
            return GetEuiccChallenge{};
        case 0xBF38: return decoded<AuthenticateServer>(command);
        case 0xBF21: return decoded<PrepareDownload>(command);
        case 0xBF41: return decoded<CancelSession>(command);
        case 0xBF36: return OpenPackage{to_bytes(command)};
        default: return TakePiece{to_bytes(command)};
    }
}

constexpr bool is_session_tag(std::uint32_t tag) {
    for (const std::uint32_t t :
         {0xBF2EU, 0xBF38U, 0xBF21U, 0xBF41U, 0xBF36U, 0xA0U, 0xA1U, 0xA2U, 0xA3U, 0x86U, 0x88U})
        if (t == tag) return true;
    return false;
}

constexpr der::Tag tag_fci{0x6F};
constexpr der::Tag tag_dedicated_file_name{0x84};
constexpr der::Tag tag_proprietary{0xA5};
constexpr der::Tag tag_command_data_max{0x9F65};  // GlobalPlatform Card Specification 11.9.3.1

Bytes fci(View aid, View more) {
    const Bytes proprietary = der::wrap(tag_command_data_max, Bytes{0xFF});
    return der::wrap(tag_fci,
                     concat({der::wrap(tag_dedicated_file_name, aid), der::wrap(tag_proprietary, proprietary), more}));
}

}  // namespace

apdu::Response IsdR::execute(View command, Call& call) {
    if (!std::holds_alternative<Loading>(session_)) report_interruption(call);
    const auto tag = der::Reader(command).peek();
    if (!tag) return sw::wrong_data;
    if (is_session_tag(tag->wire)) {
        auto event = session_event(tag->wire, command);
        return event ? advance(*std::move(event), call) : sw::wrong_data;
    }
    for (const Function& f : functions)
        if (f.tag == tag->wire) return f.run(command, call);
    return sw::referenced_data_not_found;
}

apdu::Response IsdR::advance(SessionEvent event, Call& call) {
    Step taken = step(std::move(session_), std::move(event), call);
    session_ = std::move(taken.next);
    return std::move(taken.reply);
}

Bytes isdr_fci() {
    msg::ISDRProprietaryApplicationTemplate own;
    own.svn = svn();
    return fci(isdr_aid, der::encode(own));
}
Bytes security_domain_fci(View aid) { return fci(aid, {}); }

}  // namespace mcim::euicc
