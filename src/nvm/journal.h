// What happened since a snapshot: sealed records, one a commit, appended to the file "journal-<epoch of the snapshot>".
//
//   file:    "MCIMJRNL"   version 2   salt(16) and epoch(8) of the snapshot
//   record:  length(4) of what follows the head   epoch(8)   check(4): HMAC over length and epoch, cut
//            AES-256-GCM(packed changes); associated data: the head and the tag of the record before
//            end mark A5: a file that grew without its data ends in zero instead
//
// The check makes a length trustworthy, which tells a torn write from a changed file. The last record was torn by a
// power failure, and is rolled back, where its head is genuine but it ends early, or where it does not open and zeros
// stand in it that can only be sectors which were never written. Anything else that does not open was changed. Whoever
// can write to the file can make the last record look torn. That gives no more than to cut it off, which the counter of
// store.h tells from a power failure.
#pragma once
#include "mcim/nvm/snapshot.h"

namespace mcim::nvm {

[[nodiscard]] std::string journal_name(Epoch snapshot_epoch);
[[nodiscard]] bool is_journal_name(std::string_view);

class Journal {
public:
    Journal(const StateKey& state_key, const Salt&, Epoch snapshot_epoch);

    struct Replay {
        std::size_t good_octets = 0;  ///< the file is to be cut to this length
    };
    /// Applies every whole record to `entries` and remembers where the chain ends.
    [[nodiscard]] Result<Replay> replay(View file, uicc::Entries& entries, const std::string& path);
    /// The octets to append for the next epoch, the file header included where `good_octets` was 0.
    [[nodiscard]] Bytes next(const uicc::Changes&, Random&);
    /// The octets of next() are durable.
    void committed(View octets);

    [[nodiscard]] Epoch epoch() const { return epoch_; }
    [[nodiscard]] std::size_t octets() const { return octets_; }

private:
    using Tag = std::array<std::uint8_t, 16>;
    [[nodiscard]] Bytes head(std::size_t length, Epoch epoch) const;
    [[nodiscard]] Bytes associated(View head) const { return concat({head, chain_}); }

    Bytes header_;
    Keys keys_;
    Epoch epoch_;
    Tag chain_{};
    std::size_t octets_ = 0;
};

}  // namespace mcim::nvm
