#include "mcim/card/open_channels.h"

namespace mcim::card {
namespace {

constexpr std::uint8_t manage_channel = 0x70;
constexpr std::uint8_t open = 0x00;
constexpr std::uint8_t close_channel = 0x80;
constexpr std::size_t header_octets = 4;

bool succeeded(View answer) {
    return answer.size() >= 2 && answer[answer.size() - 2] == 0x90 && answer[answer.size() - 1] == 0x00;
}

}  // namespace

void OpenChannels::saw(View command, View answer) {
    if (command.size() < header_octets || command[1] != manage_channel || !succeeded(answer)) return;
    const std::uint8_t asked = command[3];
    if (command[2] == close_channel) open_.erase(asked);
    if (command[2] != open) return;
    if (asked != 0)
        open_.insert(asked);
    else if (answer.size() == 3)
        open_.insert(answer.front());
}

std::vector<Bytes> OpenChannels::closing() const {
    std::vector<Bytes> out;
    for (const std::uint8_t channel : open_) out.push_back({0x00, manage_channel, close_channel, channel, 0x00});
    return out;
}

}  // namespace mcim::card
