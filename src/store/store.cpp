#include "mcim/store/store.h"

namespace mcim::store {

std::string_view to_string(Standing s) {
    switch (s) {
        case Standing::reserved: return "reserved";
        case Standing::installed: return "installed";
        case Standing::enabled: return "enabled";
        case Standing::closed: return "closed";
        case Standing::deleted: return "deleted";
    }
    return "?";
}

Status Store::commit_one(Batch batch) {
    const std::array<Batch, 1> group{std::move(batch)};
    return std::move(commit(group).front());
}

Result<std::optional<smdp::Order>> Store::find_pending_order(const Eid& eid, Time now, const smdp::CanTake& can_take) {
    TRY(auto orders, orders_of(eid));
    return smdp::pending_among(std::move(orders), now, can_take);
}

bool changed_meanwhile(const Error& e) {
    return e.code == Errc::conflict && (e.path.ends_with(".version") || e.path == "auc.sqn" ||
                                        e.path == "notes.number" || e.path == "exports.number" || e.path == "database");
}

}  // namespace mcim::store
