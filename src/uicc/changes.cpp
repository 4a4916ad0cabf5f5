#include "mcim/uicc/changes.h"

namespace mcim::uicc {

void Changes::erase_below(std::string prefix) {
    std::erase_if(entries, [&](const auto& e) { return e.first.starts_with(prefix); });
    erased_prefixes.insert(std::move(prefix));
}

void Changes::merge(Changes&& later) {
    for (const auto& prefix : later.erased_prefixes) erase_below(prefix);
    for (auto& [key, value] : later.entries) entries.insert_or_assign(key, std::move(value));
}

void apply(Entries& state, const Changes& changes) {
    for (const auto& prefix : changes.erased_prefixes) {
        const auto first = state.lower_bound(prefix);
        auto last = first;
        while (last != state.end() && last->first.starts_with(prefix)) ++last;
        state.erase(first, last);
    }
    for (const auto& [key, value] : changes.entries) {
        if (value)
            state.insert_or_assign(key, value->copy());
        else
            state.erase(key);
    }
}

Status MemoryStorage::commit(const Changes& changes) {
    apply(entries_, changes);
    return ok();
}
Result<Entries> MemoryStorage::load() {
    Entries out;
    for (const auto& [key, value] : entries_) out.emplace(key, value.copy());
    return out;
}

}  // namespace mcim::uicc
