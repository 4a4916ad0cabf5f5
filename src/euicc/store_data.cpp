#include "mcim/euicc/store_data.h"

#include <utility>

namespace mcim::euicc {
namespace {

constexpr std::uint8_t more_blocks = 0x11;
constexpr std::uint8_t last_block = 0x91;

}  // namespace

std::variant<StoreData::MoreToCome, Bytes, apdu::StatusWord> StoreData::take(const apdu::Command& command) {
    if (command.p2 == 0) reset();
    const auto refuse = [&](apdu::StatusWord why) {
        reset();
        return why;
    };
    if (command.p1 != more_blocks && command.p1 != last_block) return refuse(apdu::sw::wrong_p1_p2);
    if (command.p2 != blocks_) return refuse(apdu::sw::wrong_p1_p2);
    if (so_far_.size() + command.data.size() > command_octets_max) return refuse(apdu::sw::not_enough_memory);
    append(so_far_, command.data);
    ++blocks_;
    if (command.p1 == more_blocks) return MoreToCome{};
    blocks_ = 0;
    return std::exchange(so_far_, {});
}

void StoreData::reset() {
    so_far_.clear();
    blocks_ = 0;
}

}  // namespace mcim::euicc
