#include "mcim/nvm/journal.h"

#include <algorithm>

#include "mcim/crypto/aes.h"
#include "mcim/crypto/hash.h"
#include "mcim/nvm/pack.h"

namespace mcim::nvm {
namespace {

constexpr std::string_view journal_magic = "MCIMJRNL";
constexpr std::uint8_t journal_version = 3;
constexpr std::size_t head_octets = 4 + 8 + 4;
constexpr std::uint8_t end_mark = 0xA5;
constexpr std::size_t tag_octets = 16;
constexpr std::size_t sector_octets = 512;
constexpr std::string_view name_prefix = "journal-";

/// How many zeros come before a record, so that its head lies in one sector: a disk has all of a head or nothing.
std::size_t gap_at(std::size_t file_octets) {
    const std::size_t left = sector_octets - file_octets % sector_octets;
    return left < head_octets ? left : 0;
}

bool is_zero(View octets) {
    return std::ranges::all_of(octets, [](auto octet) { return octet == 0; });
}

/// Whether a file grew, but its first `size` octets from here on never reached the disk, or nothing from within them
/// on.
bool was_not_written(View from_here, std::size_t size) {
    return is_zero(from_here.first(size)) || is_zero(from_here.subspan(size - 1));
}

/// Whether the end of a record is missing, or a sector between its head and its end. `begin` is where it stands in the
/// file; the sector of its head was written.
bool has_holes(View record, std::size_t begin) {
    if (record.back() == 0) return true;
    const std::size_t end = begin + record.size();
    for (std::size_t at = (begin / sector_octets + 1) * sector_octets; at < end; at += sector_octets) {
        if (is_zero(record.subspan(at - begin, std::min(sector_octets, end - at)))) return true;
    }
    return false;
}

Error changed(const std::string& path, std::size_t offset, std::string detail) {
    return {Errc::bad_crypto, offset, path,
            std::move(detail) + "; the state is not used: restore the folder from a copy"};
}

}  // namespace

std::string journal_name(Epoch epoch) { return std::string(name_prefix) + std::to_string(epoch); }
bool is_journal_name(std::string_view name) { return name.starts_with(name_prefix); }

Journal::Journal(const StateKey& state_key, const Salt& salt, Epoch snapshot_epoch)
    : header_(concat({as_view(journal_magic), View(&journal_version, 1), salt, octets_of(snapshot_epoch)})),
      keys_(derive_keys(state_key, salt, "mcim card journal 1")),
      epoch_(snapshot_epoch) {}

Status Journal::replay(View file, uicc::Entries& entries, const std::string& path) {
    if (file.size() < header_.size()) return ok();  // cut while it was being made
    if (!equal(file.first(header_.size()), header_)) {
        if (was_not_written(file, header_.size()) && !has_later_record(file)) return ok();
        return changed(path, 0, "is not the journal of this snapshot");
    }
    octets_ = header_.size();
    while (octets_ < file.size()) {
        const std::size_t gap = std::min(gap_at(octets_), file.size() - octets_);
        if (!is_zero(file.subspan(octets_, gap))) return changed(path, octets_, "octets before a record were changed");
        const std::size_t begin = octets_ + gap;
        const View rest = file.subspan(begin);
        if (rest.size() < head_octets) break;
        const std::size_t length = number_of(rest.first(4));
        const Epoch epoch = number_of(rest.subspan(4, 8));
        const View found_head = rest.first(head_octets);
        if (!crypto::constant_time_equal(found_head, head(length, epoch))) {
            if (was_not_written(rest, head_octets) && !has_later_record(rest)) break;
            return changed(path, begin, "the head of a record was changed");
        }
        if (epoch != epoch_ + 1) return changed(path, begin, "a record is missing or repeated");
        const std::size_t record_octets = head_octets + length + 1;
        if (rest.size() < record_octets) break;
        const View sealed = rest.subspan(head_octets, length);
        const auto plain = crypto::gcm_open(expose(keys_.seal), sealed, associated(found_head));
        if (!plain || rest[record_octets - 1] != end_mark) {
            if (rest.size() == record_octets && has_holes(rest, begin)) break;
            return changed(path, begin, "a record was changed or damaged");
        }
        auto changes = unpack(expose(*plain));
        if (!changes) return std::move(changes).error().within(path);
        uicc::apply(entries, *changes);
        committed(file.subspan(octets_, gap + record_octets));
    }
    return ok();
}

bool Journal::has_later_record(View octets) const {
    for (std::size_t at = 0; at + head_octets <= octets.size(); ++at) {
        const View found = octets.subspan(at, head_octets);
        const Epoch epoch = number_of(found.subspan(4, 8));
        const Epoch ahead = epoch - epoch_;
        if (ahead < 2 || ahead > octets.size()) continue;  // as nearly all: spares the HMAC
        if (equal(found, head(number_of(found.first(4)), epoch))) return true;
    }
    return false;
}

Bytes Journal::next(const uicc::Changes& changes, Random& random) {
    const SecretBytes plain = pack(changes);
    constexpr std::size_t nonce_octets = 12;
    const View file_header = octets_ == 0 ? View(header_) : View{};
    const Bytes gap(gap_at(octets_ + file_header.size()), 0);
    const Bytes record_head = head(nonce_octets + plain.size() + tag_octets, epoch_ + 1);
    const Bytes sealed = crypto::gcm_seal(expose(keys_.seal), expose(plain), associated(record_head), random);
    return concat({file_header, gap, record_head, sealed, View(&end_mark, 1)});
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
