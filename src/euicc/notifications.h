// Notifications (SGP.22 3.5, 5.7.9 to 5.7.11): signed when the event happens, kept until a server has taken them.
#pragma once
#include "mcim/euicc/call.h"

namespace mcim::euicc {

/// Beyond this many the oldest notification of enabling or disabling gives way: a later one of the same profile says
/// more. Results of installations and notifications of deletions are never dropped.
inline constexpr std::size_t switch_notifications_max = 256;

/// Those that are never dropped: while they take so much, no SM-DP+ is authenticated, so that no server can fill the
/// card with results of packages that fail, and the result of the next download has its place.
inline constexpr std::size_t lasting_notification_octets_max = 64UL * 1024;
[[nodiscard]] bool is_room_for_results(const DurableState&);
/// Addresses that the metadata of one profile may name: one event makes a notification for each.
inline constexpr std::size_t notification_addresses_max = 32;

/// Takes the next sequence number.
[[nodiscard]] std::int64_t next_sequence_number(Call&);
/// Adds one to the pending list.
void keep(Call&, msg::PendingNotification);
/// One notification for each address that the profile's metadata names for this event (SGP.22 3.5), but for `except`.
void notify(Call&, const InstalledProfile&, msg::NotificationEventBit, std::string_view except = {});

[[nodiscard]] msg::ListNotificationResponse list_notifications(const msg::ListNotificationRequest&, Call&);
[[nodiscard]] msg::RetrieveNotificationsListResponse retrieve_notifications(
    const msg::RetrieveNotificationsListRequest&, Call&);
/// ES10b.RemoveNotificationFromList
[[nodiscard]] msg::NotificationSentResponse remove_notification(const msg::NotificationSentRequest&, Call&);

}  // namespace mcim::euicc
