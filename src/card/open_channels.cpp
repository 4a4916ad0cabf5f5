#include "mcim/card/open_channels.h"

#include "mcim/apdu/command.h"

namespace mcim::card {
namespace {

using apdu::Ins;

constexpr std::uint8_t open = 0x00;
constexpr std::uint8_t close_channel = 0x80;
constexpr std::size_t header_octets = 4;
constexpr std::size_t status_octets = 2;

apdu::Command close_command(std::uint8_t channel) {
    return {0, static_cast<std::uint8_t>(Ins::manage_channel), close_channel, channel, {}, {}};
}
apdu::Command number_command(std::uint8_t asked_on) {
    const auto cla =
        apdu::encode_class({apdu::ClassSpace::interindustry, asked_on, apdu::SecureMessaging::none, apdu::Chain::last});
    return {cla, static_cast<std::uint8_t>(Ins::get_response), 0, 0, {}, std::uint16_t{1}};
}

/// Of the clients' channels in `map`.
std::vector<std::uint8_t> keys_of(const std::map<std::uint8_t, OpenChannels::Client>& map, OpenChannels::Client who) {
    std::vector<std::uint8_t> out;
    for (const auto& [channel, client] : map)
        if (client == who) out.push_back(channel);
    return out;
}

}  // namespace

/// Reads in place: answers may be RES, CK and IK, of which no copy is wanted.
void OpenChannels::saw(Client client, View command, View answer) {
    const auto cla = command.size() < header_octets ? std::nullopt : apdu::decode_class(command[0]);
    if (!cla || answer.size() < status_octets) return;
    const auto ins = static_cast<Ins>(command[1]);
    const View data = answer.first(answer.size() - status_octets);
    const apdu::StatusWord sw{static_cast<std::uint16_t>(answer[data.size()] << 8U | answer[data.size() + 1])};
    if (sw == apdu::sw::channel_not_supported) opened_by_.erase(cla->channel);
    if (ins == Ins::get_response && sw.sw1() == 0x6C) return;  // it still waits
    // the card keeps a number until the next command on the channel, whoever sends that
    const auto waited = number_waits_.extract(cla->channel);
    if (!apdu::is_success(sw)) return;
    if (ins == Ins::get_response && waited && data.size() == 1) opened_by_[data.front()] = waited.mapped();
    if (ins == Ins::manage_channel && command[2] == close_channel)
        opened_by_.erase(command[3]);  // 6200: it was not open
    if (ins != Ins::manage_channel || command[2] != open) return;
    if (command[3] != 0)
        opened_by_[command[3]] = client;
    else if (data.size() == 1)
        opened_by_[data.front()] = client;
    else if (sw.sw1() == 0x61)
        number_waits_[cla->channel] = client;
}

void OpenChannels::clear() {
    opened_by_.clear();
    number_waits_.clear();
}

bool OpenChannels::has_open(Client client) const {
    return !keys_of(opened_by_, client).empty() || !keys_of(number_waits_, client).empty();
}

Status OpenChannels::leave(Client client, const Transmit& transmit) {
    for (const auto asked_on : keys_of(number_waits_, client)) {
        const Bytes command = apdu::encode(number_command(asked_on));
        TRY(const Bytes answer, transmit(command));
        saw(client, command, answer);
        number_waits_.erase(asked_on);
    }
    for (const auto channel : keys_of(opened_by_, client)) {
        CHECKED(transmit(apdu::encode(close_command(channel))));
        opened_by_.erase(channel);
    }
    return ok();
}

}  // namespace mcim::card
