#include <algorithm>
#include <array>
#include <boost/json.hpp>

#include "commands.h"
#include "mcim/msg/manage.h"
#include "offer_text.h"
#include "rules_text.h"

namespace mcim::agent {
namespace {

namespace json = boost::json;

json::array key_ids(const std::vector<msg::SubjectKeyIdentifier>& ids) {
    json::array out;
    for (const auto& id : ids) out.emplace_back(hex(id.bytes));
    return out;
}

std::string text_or(const auto& optional_text) { return optional_text ? optional_text->text : std::string(); }

Result<msg::IccidOctets> iccid_octets(const std::string& digits) {
    TRY(const Iccid iccid, Iccid::parse_unchecked(digits));
    return msg::to_octets(iccid);
}

json::object as_json(const msg::EUICCInfo2& info) {
    return {{"profileVersion", msg::to_string(info.profile_version)},
            {"svn", msg::to_string(info.svn)},
            {"euiccFirmwareVer", msg::to_string(info.euicc_firmware_ver)},
            {"extCardResource", hex(info.ext_card_resource.bytes)},
            {"euiccCiPKIdListForVerification", key_ids(info.euicc_ci_pk_id_list_for_verification)},
            {"euiccCiPKIdListForSigning", key_ids(info.euicc_ci_pk_id_list_for_signing)},
            {"sasAcreditationNumber", info.sas_acreditation_number.text}};
}

std::string address_in_words(const std::string& address) { return address.empty() ? "none" : for_terminal(address); }

bool is_address(std::string_view text) {
    return text.size() <= 255 && std::ranges::all_of(text, [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '.' ||
                      c == '-' || c == ':';
           });
}

/// Enable, disable and delete differ in their messages only.
template <class Response, class Request>
int change_profile(World& world, const Report& report, const Result<Request>& request, const std::string& iccid,
                   std::string_view done) {
    if (!request) return report.failure(to_string(request.error()));
    const auto response = world.call_card<Response>(*request);
    if (!response) return report.failure(to_string(response.error()));
    if (static_cast<int>(response->result) != 0)
        return report.failure(card_refusal(iccid, to_string(response->result)));
    return report.success(nullptr, std::string(done) + " " + iccid + ".");
}

template <class Request>
Result<Request> by_iccid(const std::string& digits) {
    TRY(auto iccid, iccid_octets(digits));
    Request request;
    if constexpr (requires { request.profile_identifier; }) {
        request.profile_identifier.value = std::move(iccid);
        request.refresh_flag = true;
    } else {
        request.value = std::move(iccid);
    }
    return request;
}

}  // namespace

std::string card_refusal(const std::string& iccid, std::string_view word) {
    struct Meaning {
        std::string_view word;
        std::string_view sentence;
    };
    static constexpr std::array<Meaning, 4> meanings{
        {{"iccidOrAidNotFound", " is on this card under no profile; \"profile list\" shows those that it has"},
         {"profileNotInDisabledState", " is enabled: there is nothing to enable, and only what is disabled is deleted"},
         {"profileNotInEnabledState", " is not enabled: there is nothing to disable"},
         {"disallowedByPolicy", ": the profile's own rules forbid it; its operator made them"}}};
    const auto known = std::ranges::find(meanings, word, &Meaning::word);
    std::string out = "the card refuses (" + std::string(word) + ")";
    if (known != meanings.end()) out += ": ICCID " + iccid + std::string(known->sentence);
    return out;
}

int chip_info(World& world, const Report& report) {
    const auto eid = world.eid();
    if (!eid) return report.failure(to_string(eid.error()));
    const auto addresses =
        world.call_card<msg::EuiccConfiguredAddressesResponse>(msg::EuiccConfiguredAddressesRequest{});
    if (!addresses) return report.failure(to_string(addresses.error()));
    const auto info = world.call_card<msg::EUICCInfo2>(msg::GetEuiccInfo2Request{});
    if (!info) return report.failure(to_string(info.error()));
    const auto rules = world.call_card<msg::GetRatResponse>(msg::GetRatRequest{});
    if (!rules) return report.failure(to_string(rules.error()));
    const json::object data{{"eidValue", eid->text()},
                            {"EuiccConfiguredAddresses",
                             {{"defaultDpAddress", text_or(addresses->default_dp_address)},
                              {"rootDsAddress", addresses->root_ds_address.text}}},
                            {"EUICCInfo2", as_json(*info)},
                            {"rulesAuthorisationTable", rules_as_json(*rules)}};
    return report.success(
        data, "EID " + eid->text() + "\nDefault SM-DP+: " + address_in_words(text_or(addresses->default_dp_address)) +
                  "\nRoot SM-DS: " + address_in_words(addresses->root_ds_address.text) +
                  "\nPolicy rules that profiles may have here (RAT):\n" + rules_in_words(*rules) + der::print(*info));
}

int chip_default_smdp(World& world, const Report& report, const std::string& address) {
    if (!is_address(address))
        return report.failure("\"" + address +
                              "\" is no address of a server: a host name is wanted, such as smdp.example.com, with "
                              ":PORT where that is not 443");
    const auto response =
        world.call_card<msg::SetDefaultDpAddressResponse>(msg::SetDefaultDpAddressRequest{{address}, {}});
    if (!response) return report.failure(to_string(response.error()));
    if (response->result != msg::SetDefaultDpAddressResult::ok) return report.failure("the card refuses the address");
    return report.success(nullptr, "The default SM-DP+ is " + address + ".");
}

int profile_list(World& world, const Report& report) {
    const auto response = world.call_card<msg::ProfileInfoListResponse>(msg::ProfileInfoListRequest{});
    if (!response) return report.failure(to_string(response.error()));
    const auto* profiles = std::get_if<0>(&response->value);
    if (profiles == nullptr) return report.failure("the card cannot list its profiles");
    json::array data;
    std::string text;
    for (const auto& p : *profiles) {
        const auto iccid =
            p.iccid ? Iccid::from_octets(p.iccid->bytes) : Result<Iccid>(fail(Errc::missing_field, "iccid"));
        const std::string digits = iccid ? iccid->text() : std::string();
        const auto state = to_string(p.profile_state.value_or(msg::ProfileState::disabled));
        data.push_back(
            json::object{{"iccid", digits},
                         {"isdpAid", p.isdp_aid ? hex(p.isdp_aid->bytes) : std::string()},
                         {"profileState", state},
                         {"profileNickname", text_or(p.profile_nickname)},
                         {"serviceProviderName", text_or(p.service_provider_name)},
                         {"profileName", text_or(p.profile_name)},
                         {"profileClass", to_string(p.profile_class.value_or(msg::ProfileClass::operational))}});
        text += digits + "  " + std::string(state) + "  " + for_terminal(text_or(p.service_provider_name)) + "  " +
                for_terminal(text_or(p.profile_name)) + "\n";
    }
    return report.success(data, text.empty() ? "No profile is installed." : text);
}

int profile_enable(World& world, const Report& report, const std::string& iccid) {
    return change_profile<msg::EnableProfileResponse>(world, report, by_iccid<msg::EnableProfileRequest>(iccid), iccid,
                                                      "Enabled");
}
int profile_disable(World& world, const Report& report, const std::string& iccid) {
    return change_profile<msg::DisableProfileResponse>(world, report, by_iccid<msg::DisableProfileRequest>(iccid),
                                                       iccid, "Disabled");
}
int profile_delete(World& world, const Report& report, const std::string& iccid) {
    return change_profile<msg::DeleteProfileResponse>(world, report, by_iccid<msg::DeleteProfileRequest>(iccid), iccid,
                                                      "Deleted");
}

int profile_nickname(World& world, const Report& report, const std::string& iccid, const std::string& name) {
    auto octets = iccid_octets(iccid);
    if (!octets) return report.failure(to_string(octets.error()));
    const auto response =
        world.call_card<msg::SetNicknameResponse>(msg::SetNicknameRequest{*std::move(octets), {name}, {}});
    if (!response) return report.failure(to_string(response.error()));
    if (response->result != msg::SetNicknameResult::ok)
        return report.failure("the card has no profile " + iccid + "; \"profile list\" shows those that it has");
    return report.success(nullptr, iccid + " is called " + name + ".");
}

int notification_list(World& world, const Report& report) {
    const auto response = world.call_card<msg::ListNotificationResponse>(msg::ListNotificationRequest{});
    if (!response) return report.failure(to_string(response.error()));
    const auto* entries = std::get_if<0>(&response->value);
    if (entries == nullptr) return report.failure("the card cannot list its notifications");
    json::array data;
    std::string text;
    for (const auto& n : *entries) {
        const auto bit = msg::single_event(n.profile_management_operation);
        const std::string event(bit ? to_string(*bit) : "unknown");
        data.push_back(json::object{{"seqNumber", n.seq_number},
                                    {"profileManagementOperation", event},
                                    {"notificationAddress", n.notification_address.text}});
        text += std::to_string(n.seq_number) + "  " + event + "  " + n.notification_address.text + "\n";
    }
    return report.success(data, text.empty() ? "No notification waits." : text);
}

Result<delivery::Report> deliver_notifications(World& world, std::optional<msg::NotificationEvent> only) {
    auto step = delivery::start(std::move(only));
    for (;;) {
        if (auto* finish = std::get_if<delivery::Finish>(&step.action)) return std::move(finish->report);
        Event event = std::visit(
            [&]<class A>(const A& action) -> Event {
                if constexpr (std::is_same_v<A, delivery::Finish>)
                    return Waited{};
                else
                    return world.perform(action);
            },
            step.action);
        TRY(step, delivery::step(step.next, std::move(event)));
    }
}

int notification_process(World& world, const Report& report) {
    if (const Status ready = world.ready_for_servers(); !ready) return report.failure(to_string(ready.error()));
    const auto delivered = deliver_notifications(world);
    if (!delivered) return report.failure(to_string(delivered.error()));
    if (!delivered->stopped.empty()) return report.failure(delivered->stopped);
    json::array data;
    std::string text;
    bool all = true;
    for (const auto& e : delivered->entries) {
        data.push_back(
            json::object{{"seqNumber", e.seq_number}, {"notificationAddress", e.address}, {"failure", e.failure}});
        text += std::to_string(e.seq_number) + "  " + e.address + "  " + (e.failure.empty() ? "delivered" : e.failure) +
                "\n";
        all = all && e.failure.empty();
    }
    for (const auto& what : delivered->unknown) {
        data.push_back(json::object{{"failure", what}});
        text += what + "\n";
        all = false;
    }
    if (!all) return report.failure("some notifications still wait on the card:\n" + text, data);
    return report.success(data, text.empty() ? "No notification waits." : text);
}

}  // namespace mcim::agent
