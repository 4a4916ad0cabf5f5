// The durable state of a card: a snapshot and the journal that continues it, in one folder, sealed with the state key.
// After a power cut at any write the old or the new state is there; any changed octet is found when the store is
// opened.
//
// A copy of an older folder is a valid state too, and so is a journal without its end, which looks as after a power
// cut. Only a counter that cannot be set back tells: give one (a TPM's), and each commit advances it. No program of
// this project gives one yet.
#pragma once
#include <memory>

#include "mcim/nvm/folder.h"
#include "mcim/nvm/journal.h"

namespace mcim::nvm {

/// A counter outside the folder that only grows, by one.
class MonotonicCounter {
public:
    MonotonicCounter() = default;
    MonotonicCounter(const MonotonicCounter&) = delete;
    MonotonicCounter& operator=(const MonotonicCounter&) = delete;
    virtual ~MonotonicCounter() = default;
    [[nodiscard]] virtual Result<std::uint64_t> value() = 0;
    [[nodiscard]] virtual Status increment() = 0;
};

struct Environment {
    Folder& folder;
    Random& random;
    MonotonicCounter* counter = nullptr;         ///< absent: an older copy of the folder is not recognised
    std::size_t journal_octets_max = 1U << 18U;  ///< a longer journal, and longer than the snapshot, becomes a snapshot
};

class Store final : public uicc::Storage {
public:
    /// An empty state. Refuses a folder that has one.
    [[nodiscard]] static Result<std::unique_ptr<Store>> create(const Environment&, const StateKey& state_key);
    /// Errc::not_found where the folder has none; Errc::bad_crypto, naming the file, where something was changed;
    /// Errc::refused where the counter is ahead: the folder is an older copy.
    [[nodiscard]] static Result<std::unique_ptr<Store>> open(const Environment&, const StateKey& state_key);
    /// Also where only a part of one is left.
    [[nodiscard]] static Result<bool> exists(Folder&);

    /// After a failure every further one fails: what reached the disk is known only after opening again.
    [[nodiscard]] Status commit(const uicc::Changes&) override;
    [[nodiscard]] Result<uicc::Entries> load() override;
    /// Grows by one with every commit.
    [[nodiscard]] Epoch epoch() const { return journal_.epoch(); }

private:
    Store(const Environment&, const StateKey& state_key, Snapshot, std::size_t snapshot_octets);
    [[nodiscard]] Result<bool> replay_journal();
    [[nodiscard]] Status cut_journal();
    [[nodiscard]] Status sync_journal();
    [[nodiscard]] Status remove_left_overs();
    [[nodiscard]] Status check_counter();
    [[nodiscard]] Status append_record(const uicc::Changes&);
    [[nodiscard]] Status compact();

    Environment env_;
    StateKey key_;
    uicc::Entries entries_;
    Epoch snapshot_epoch_;
    std::size_t snapshot_octets_;
    Journal journal_;
    std::optional<Error> failure_;
};

}  // namespace mcim::nvm
