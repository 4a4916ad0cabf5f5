// Delivery of what waits on the card's notification list (SGP.22 3.5). The card's list is the outbox: an entry is taken
// off it only after the server has answered 2xx, so that a crash at any moment loses nothing and at worst sends twice.
#pragma once
#include "mcim/agent/action.h"

namespace mcim::agent::delivery {

struct Report {
    struct Entry {
        std::int64_t seq_number = 0;
        std::string address;
        std::string failure;  ///< empty: delivered and removed
    };
    std::vector<Entry> entries;
    std::vector<std::string> unknown;  ///< what stays on the card, for this agent does not know what it is
    std::string stopped;               ///< why the list could not be gone through; empty otherwise
};
struct Finish {
    Report report;
};
using Action = std::variant<CallCard, PostEs9, Finish>;

struct Listing {
    std::optional<msg::NotificationEvent> only;
};
struct Sending {
    std::vector<msg::PendingNotification> pending;  ///< front: the one on its way
    Report report;
};
struct Removing {
    std::vector<msg::PendingNotification> pending;
    Report report;
};
struct Finished {};
using State = std::variant<Listing, Sending, Removing, Finished>;

struct Step {
    State next;
    Action action;
};
/// Why the server has not taken a notification; nullopt: it has. Some servers say that they failed with HTTP 200.
[[nodiscard]] std::optional<std::string> not_taken(const ServerAnswered&);

/// All entries, or those of one kind.
[[nodiscard]] Step start(std::optional<msg::NotificationEvent> only = {});
[[nodiscard]] Result<Step> step(State&, Event);

}  // namespace mcim::agent::delivery
