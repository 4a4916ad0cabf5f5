// Events of orders at SM-DSs (ES12, SGP.22 5.9): what a change of an order means for its event is queued with it, in
// the same transaction, and goes out as outbox.h has it. An order's calls are in the order of its versions: none
// overtakes another.
#pragma once
#include "mcim/apps/mcimd/outbox.h"

namespace mcim::apps::mcimd {

/// Among those that are configured; names of hosts have no letter case.
[[nodiscard]] const Smds* find_smds(const Platform&, std::string_view address);
/// Adds to the batch what the orders that it adds or changes want of their SM-DS.
void keep_events(const Platform&, store::Batch&);
/// Whether something is to be sent once it is on the disk.
[[nodiscard]] bool queues_events(const store::Batch&);
/// On the disk, with what it means for events.
[[nodiscard]] Status commit_with_events(Platform&, store::Batch);
/// The order as that left it.
[[nodiscard]] smdp::Order with_its_event(const Platform&, smdp::Order);
/// Nothing happens to an order when its time is over: its event is deleted all the same. At most expired_per_turn in
/// one transaction; how many there were.
inline constexpr std::size_t expired_per_turn = 200;
[[nodiscard]] Result<std::size_t> end_expired_events(Platform&);
/// To the SM-DSs.
[[nodiscard]] Mail event_mail(Platform&);

}  // namespace mcim::apps::mcimd
