#include "mcim/euicc/notifications.h"

#include <algorithm>

namespace mcim::euicc {
namespace {

using msg::NotificationEvent;
using msg::NotificationEventBit;

/// Absent: all. An event without bits asks for nothing.
bool matches(const std::optional<NotificationEvent>& wanted, const msg::NotificationMetadata& metadata) {
    if (!wanted) return true;
    const auto bit = msg::single_event(metadata.profile_management_operation);
    return bit && wanted->test(static_cast<std::size_t>(*bit));
}

bool may_give_way(const msg::PendingNotification& pending) {
    const auto bit = msg::single_event(pending.metadata().profile_management_operation);
    return bit == NotificationEventBit::enable || bit == NotificationEventBit::disable;
}

void drop_oldest_switch_notification(Call& call) {
    auto& list = call.state.notifications;
    const auto oldest = std::ranges::find_if(list, [](const auto& n) { return may_give_way(n.second); });
    if (oldest == list.end()) return;
    erase_notification(call.changes, oldest->first);
    list.erase(oldest);
}

/// Signed by the key that loaded the profile; its server knows that chain.
msg::OtherSignedNotification sign(Call& call, const InstalledProfile& profile, msg::NotificationMetadata metadata) {
    const auto& identities = call.state.identities;
    const auto identity = std::min<std::size_t>(profile.identity, identities.size() - 1);
    msg::OtherSignedNotification out;
    out.euicc_notification_signature.bytes = call.sign(identity, der::encode(metadata));
    out.tbs_other_notification = std::move(metadata);
    out.euicc_certificate = identities[identity].chain.euicc_certificate;
    out.eum_certificate = identities[identity].chain.eum_certificate;
    return out;
}

}  // namespace

bool is_room_for_results(const DurableState& state) {
    std::size_t octets = 0;
    for (const auto& [n, pending] : state.notifications)
        if (!may_give_way(pending)) octets += der::encode(pending).size();
    return octets < lasting_notification_octets_max;
}

std::int64_t next_sequence_number(Call& call) {
    const std::int64_t n = call.state.counters.next_notification++;
    put_counters(call.changes, call.state.counters);
    return n;
}

void keep(Call& call, msg::PendingNotification pending) {
    const auto switches =
        std::ranges::count_if(call.state.notifications, [](const auto& n) { return may_give_way(n.second); });
    if (may_give_way(pending) && static_cast<std::size_t>(switches) >= switch_notifications_max)
        drop_oldest_switch_notification(call);
    put_notification(call.changes, pending);
    call.state.notifications.insert_or_assign(pending.metadata().seq_number, std::move(pending));
}

void notify(Call& call, const InstalledProfile& profile, NotificationEventBit bit, std::string_view except) {
    if (!profile.metadata.notification_configuration_info) return;
    std::vector<std::string> told;
    for (const auto& configured : *profile.metadata.notification_configuration_info) {
        const std::string& address = configured.notification_address.text;
        if (!configured.profile_management_operation.test(static_cast<std::size_t>(bit))) continue;
        if (address == except || std::ranges::find(told, address) != told.end()) continue;
        told.push_back(address);
        msg::NotificationMetadata metadata{next_sequence_number(call), msg::event(bit), {address}, profile.iccid(), {}};
        keep(call, {sign(call, profile, std::move(metadata))});
    }
}

msg::ListNotificationResponse list_notifications(const msg::ListNotificationRequest& request, Call& call) {
    std::vector<msg::NotificationMetadata> list;
    for (const auto& [n, pending] : call.state.notifications)
        if (matches(request.profile_management_operation, pending.metadata())) list.push_back(pending.metadata());
    return {std::move(list)};
}

msg::RetrieveNotificationsListResponse retrieve_notifications(const msg::RetrieveNotificationsListRequest& request,
                                                              Call& call) {
    const auto wanted = [&](const msg::NotificationMetadata& metadata) {
        if (!request.search_criteria) return true;
        if (const auto* n = std::get_if<std::int64_t>(&request.search_criteria->value))
            return metadata.seq_number == *n;
        return matches(std::get<NotificationEvent>(request.search_criteria->value), metadata);
    };
    std::vector<msg::PendingNotification> list;
    for (const auto& [n, pending] : call.state.notifications)
        if (wanted(pending.metadata())) list.push_back(pending);
    return {std::move(list)};
}

msg::NotificationSentResponse remove_notification(const msg::NotificationSentRequest& request, Call& call) {
    if (call.state.notifications.erase(request.seq_number) == 0)
        return {msg::DeleteNotificationStatus::nothing_to_delete, {}};
    erase_notification(call.changes, request.seq_number);
    return {msg::DeleteNotificationStatus::ok, {}};
}

}  // namespace mcim::euicc
