// What happened since a snapshot: sealed records, one a commit, appended to the file "journal-<epoch of the snapshot>".
//
//   file:    "MCIMJRNL"   version 3   salt(16) and epoch(8) of the snapshot
//   record:  zeros, as many as it takes for the head to lie in one sector (512 octets)
//            length(4) of what follows the head   epoch(8)   check(4): HMAC over length and epoch, cut
//            AES-256-GCM(packed changes); associated data: the head and the tag of the record before
//            end mark A5: a file that grew without its data ends in zero instead
//
// The check makes a length trustworthy, which tells a torn write from a changed file. Each record is durable before the
// next one is written, so only the last one can be torn by a power failure, and is rolled back. It is torn where it
// ends early, or where sectors of it read as zeros: they were never written. Where that is the sector of its head,
// nobody knows how long it was; it is the last one if no genuine head of a later epoch comes behind it. The header of
// the file is written with the first record, and lost with it. Anything else that does not hold was changed.
//
// What cannot be told apart: a lost sector in which the heads of the last several records lie takes all of these for
// one that was torn, and whoever can write to the file can make it look so. That gives no more than to cut them off,
// which the counter of store.h tells from a power failure, where there is one.
#pragma once
#include "mcim/nvm/snapshot.h"

namespace mcim::nvm {

[[nodiscard]] std::string journal_name(Epoch snapshot_epoch);
[[nodiscard]] bool is_journal_name(std::string_view);

class Journal {
public:
    Journal(const StateKey& state_key, const Salt&, Epoch snapshot_epoch);

    /// Applies every whole record to `entries` and remembers where the chain ends: the file is to be cut to octets().
    [[nodiscard]] Status replay(View file, uicc::Entries& entries, const std::string& path);
    /// The octets to append for the next epoch, the file header included where octets() is 0.
    [[nodiscard]] Bytes next(const uicc::Changes&, Random&);
    /// The octets of next() are durable.
    void committed(View octets);

    [[nodiscard]] Epoch epoch() const { return epoch_; }
    [[nodiscard]] std::size_t octets() const { return octets_; }

private:
    using Tag = std::array<std::uint8_t, 16>;
    [[nodiscard]] Bytes head(std::size_t length, Epoch epoch) const;
    /// Whether a record that is later than the next one begins somewhere in these octets.
    [[nodiscard]] bool has_later_record(View octets) const;
    [[nodiscard]] Bytes associated(View head) const { return concat({head, chain_}); }

    Bytes header_;
    Keys keys_;
    Epoch epoch_;
    Tag chain_{};
    std::size_t octets_ = 0;
};

}  // namespace mcim::nvm
