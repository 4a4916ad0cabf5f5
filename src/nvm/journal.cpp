#include "mcim/nvm/journal.h"

#include <algorithm>

#include "mcim/crypto/aes.h"
#include "mcim/crypto/hash.h"
#include "mcim/nvm/pack.h"

namespace mcim::nvm {
namespace {

constexpr std::string_view journal_magic = "MCIMJRNL";
constexpr std::uint8_t journal_version = 2;
constexpr std::size_t head_octets = 4 + 8 + 4;
constexpr std::uint8_t end_mark = 0xA5;
constexpr std::size_t tag_octets = 16;
constexpr std::size_t sector_octets = 512;
constexpr std::string_view prefix = "journal-";

/// Whether the file grew, but some of the `size` octets from `begin` on never reached the disk. Those read as zeros: to
/// the end of the file, or in a sector between others, because a disk writes sectors in the order that suits it.
bool is_torn(View file, std::size_t begin, std::size_t size) {
    if (file.back() == 0) return true;
    const std::size_t end = begin + size;
    for (std::size_t at = begin; at < end;) {
        const std::size_t next = std::min((at / sector_octets + 1) * sector_octets, end);
        const View in_one_sector = file.subspan(at, next - at);
        if (std::ranges::all_of(in_one_sector, [](auto octet) { return octet == 0; })) return true;
        at = next;
    }
    return false;
}

Error changed(const std::string& path, std::size_t offset, std::string detail) {
    return {Errc::bad_crypto, offset, path,
            std::move(detail) + "; the state is not used: restore the folder from a copy"};
}

}  // namespace

std::string journal_name(Epoch epoch) { return std::string(prefix) + std::to_string(epoch); }
bool is_journal_name(std::string_view name) { return name.starts_with(prefix); }

Journal::Journal(const StateKey& state_key, const Salt& salt, Epoch snapshot_epoch)
    : header_(concat({as_view(journal_magic), View(&journal_version, 1), salt, octets_of(snapshot_epoch)})),
      keys_(derive_keys(state_key, salt, "mcim card journal 1")),
      epoch_(snapshot_epoch) {}

Result<Journal::Replay> Journal::replay(View file, uicc::Entries& entries, const std::string& path) {
    if (file.size() < header_.size()) return Replay{0};  // cut while it was being made
    if (!equal(file.first(header_.size()), header_)) {
        if (is_torn(file, 0, header_.size())) return Replay{0};
        return changed(path, 0, "is not the journal of this snapshot");
    }
    octets_ = header_.size();
    while (octets_ < file.size()) {
        const View rest = file.subspan(octets_);
        if (rest.size() < head_octets) break;
        const std::size_t length = number_of(rest.first(4));
        const Epoch epoch = number_of(rest.subspan(4, 8));
        const View found_head = rest.first(head_octets);
        if (!crypto::constant_time_equal(found_head, head(length, epoch))) {
            if (is_torn(file, octets_, head_octets)) break;
            return changed(path, octets_, "the head of a record was changed");
        }
        if (epoch != epoch_ + 1) return changed(path, octets_, "a record is missing or repeated");
        const std::size_t record_octets = head_octets + length + 1;
        if (rest.size() < record_octets) break;
        const View sealed = rest.subspan(head_octets, length);
        const auto plain = crypto::gcm_open(expose(keys_.seal), sealed, associated(found_head));
        if (!plain || rest[record_octets - 1] != end_mark) {
            if (rest.size() == record_octets && is_torn(file, octets_ + head_octets, length + 1)) break;
            return changed(path, octets_, "a record was changed or damaged");
        }
        auto changes = unpack(expose(*plain));
        if (!changes) return std::move(changes).error().within(path);
        uicc::apply(entries, *changes);
        committed(rest.first(record_octets));
    }
    return Replay{octets_};
}

Bytes Journal::next(const uicc::Changes& changes, Random& random) {
    const SecretBytes plain = pack(changes);
    constexpr std::size_t nonce_octets = 12;
    const Bytes record_head = head(nonce_octets + plain.size() + tag_octets, epoch_ + 1);
    const Bytes sealed = crypto::gcm_seal(expose(keys_.seal), expose(plain), associated(record_head), random);
    return concat({octets_ == 0 ? View(header_) : View{}, record_head, sealed, View(&end_mark, 1)});
}

void Journal::committed(View octets) {
    std::ranges::copy(octets.last(tag_octets + 1).first(tag_octets), chain_.begin());
    octets_ += octets.size();
    ++epoch_;
}

Bytes Journal::head(std::size_t length, Epoch epoch) const {
    Bytes out = concat({View(octets_of(length)).subspan(4), octets_of(epoch)});
    const auto mac = crypto::hmac_sha256(expose(keys_.check), out);
    append(out, View(mac).first(4));
    return out;
}

}  // namespace mcim::nvm
