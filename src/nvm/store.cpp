#include "mcim/nvm/store.h"

#include <algorithm>

namespace mcim::nvm {

Store::Store(const Environment& env, const StateKey& state_key, Snapshot snapshot, std::size_t snapshot_octets)
    : env_(env),
      key_(state_key.copy()),
      entries_(std::move(snapshot.entries)),
      snapshot_epoch_(snapshot.epoch),
      snapshot_octets_(snapshot_octets),
      journal_(state_key, snapshot.salt, snapshot.epoch) {}

Result<bool> Store::exists(Folder& folder) {
    TRY(const auto names, folder.list());
    return std::ranges::any_of(names, [](const auto& n) { return n == snapshot_name || is_journal_name(n); });
}

Result<std::unique_ptr<Store>> Store::create(const Environment& env, const StateKey& state_key) {
    TRY(const bool there, exists(env.folder));
    if (there)
        return fail(Errc::conflict, env.folder.path(snapshot_name), "a card lives here already; use an empty folder");
    Snapshot empty;
    empty.salt = env.random.array<16>();
    if (env.counter != nullptr) {
        TRY(empty.epoch, env.counter->value());
    }
    const Bytes file = seal_snapshot(state_key, empty.salt, empty.epoch, empty.entries, env.random);
    CHECKED(write_whole(env.folder, snapshot_name, file));
    return open(env, state_key);
}

Result<std::unique_ptr<Store>> Store::open(const Environment& env, const StateKey& state_key) {
    TRY(const auto file, env.folder.read(snapshot_name));
    const std::string path = env.folder.path(snapshot_name);
    if (!file) return fail(Errc::not_found, path, "no card in this folder; make one, or restore the file from a copy");
    TRY(Snapshot snapshot, open_snapshot(state_key, *file, path));
    std::unique_ptr<Store> store(new Store(env, state_key, std::move(snapshot), file->size()));
    TRY(const bool torn, store->replay_journal());
    if (store->journal_.octets() != 0) CHECKED(store->sync_journal());
    CHECKED(store->check_counter());  // before anything is cut away: what is refused stays as it was found
    if (torn) CHECKED(store->cut_journal());
    CHECKED(store->remove_left_overs());
    return store;
}

/// Whether a torn record stands at the journal's end.
Result<bool> Store::replay_journal() {
    const std::string name = journal_name(snapshot_epoch_);
    TRY(const auto file, env_.folder.read(name));
    if (!file) return false;
    CHECKED(journal_.replay(*file, entries_, env_.folder.path(name)));
    return journal_.octets() < file->size();
}

Status Store::cut_journal() {
    const std::string name = journal_name(snapshot_epoch_);
    CHECKED(env_.folder.truncate(name, journal_.octets()));
    return env_.folder.sync(name);
}

/// A process that was killed between a record and its sync leaves it, and the name of a new journal, in the system's
/// cache, where the next process reads them.
Status Store::sync_journal() {
    const Status written = env_.folder.sync(journal_name(snapshot_epoch_));
    return written ? env_.folder.sync_names() : written;
}

/// A snapshot that was not finished, and journals of earlier snapshots: those mean nothing only once the name of the
/// newer snapshot is durable.
Status Store::remove_left_overs() {
    TRY(auto names, env_.folder.list());
    std::erase_if(names, [&](const std::string& name) {
        const bool old_journal = is_journal_name(name) && name != journal_name(snapshot_epoch_);
        return !old_journal && name != std::string(snapshot_name) + ".new";
    });
    if (!names.empty()) CHECKED(env_.folder.sync_names());
    for (const auto& name : names) CHECKED(env_.folder.remove(name));
    return ok();
}

/// A record is durable before the counter moves, so the state may be one ahead after a power cut, and never behind. A
/// snapshot is never ahead: it is made of what was counted.
Status Store::check_counter() {
    if (env_.counter == nullptr) return ok();
    TRY(const std::uint64_t counter, env_.counter->value());
    if (journal_.epoch() == counter) return ok();
    if (journal_.epoch() == counter + 1 && journal_.octets() != 0) return env_.counter->increment();
    const std::string states = "state " + std::to_string(journal_.epoch()) + ", counter " + std::to_string(counter);
    if (journal_.epoch() < counter)
        return fail(Errc::refused, env_.folder.path(""), "an older copy of this card's state was put back: " + states);
    return fail(Errc::refused, env_.folder.path(""), "the state belongs to another device: " + states);
}

Status Store::commit(const uicc::Changes& changes) {
    if (failure_)
        return fail(Errc::io, failure_->path,
                    "an earlier write failed (" + failure_->detail + "); open the card again");
    if (auto written = append_record(changes); !written) {
        failure_ = written.error();
        return written;
    }
    uicc::apply(entries_, changes);
    // The commit stands; a snapshot that fails is reported by the next one.
    if (journal_.octets() > std::max(env_.journal_octets_max, snapshot_octets_))
        if (auto compacted = compact(); !compacted) failure_ = compacted.error();
    return ok();
}

Status Store::append_record(const uicc::Changes& changes) {
    const std::string name = journal_name(snapshot_epoch_);
    const bool fresh = journal_.octets() == 0;
    const Bytes octets = journal_.next(changes, env_.random);
    CHECKED(env_.folder.append(name, octets));
    CHECKED(env_.folder.sync(name));
    if (fresh) CHECKED(env_.folder.sync_names());
    if (env_.counter != nullptr) CHECKED(env_.counter->increment());
    journal_.committed(octets);
    return ok();
}

/// The new snapshot replaces the old one in one step; its journal does not exist yet, and the old one means nothing to
/// it.
Status Store::compact() {
    const Salt salt = env_.random.array<16>();
    const Epoch epoch = journal_.epoch();
    const Bytes file = seal_snapshot(key_, salt, epoch, entries_, env_.random);
    CHECKED(write_whole(env_.folder, snapshot_name, file));
    CHECKED(env_.folder.remove(journal_name(snapshot_epoch_)));
    snapshot_epoch_ = epoch;
    snapshot_octets_ = file.size();
    journal_ = Journal(key_, salt, epoch);
    return ok();
}

Result<uicc::Entries> Store::load() {
    uicc::Entries out;
    for (const auto& [key, value] : entries_) out.emplace(key, value.copy());
    return out;
}

}  // namespace mcim::nvm
