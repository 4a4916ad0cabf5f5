// What waits on the card's notification list (SGP.22 5.7.10), entry by entry: one that a later version or another maker
// put there is left alone, and hinders none of the others.
#pragma once
#include "mcim/msg/notification.h"

namespace mcim::agent {

struct PendingList {
    std::vector<msg::PendingNotification> known;
    std::vector<std::string> unknown;  ///< in words: what stays on the card
};
/// Fails where the answer is no list, or says that there is none.
[[nodiscard]] Result<PendingList> read_pending(View retrieve_notifications_list_response);

}  // namespace mcim::agent
