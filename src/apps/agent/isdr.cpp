#include "isdr.h"

#include "mcim/agent/es10.h"
#include "mcim/apdu/command.h"

namespace mcim::agent {
namespace {

constexpr std::array<std::uint8_t, 16> isdr_aid{0xA0, 0x00, 0x00, 0x05, 0x59, 0x10, 0x10, 0xFF,
                                                0xFF, 0xFF, 0xFF, 0x89, 0x00, 0x00, 0x01, 0x00};

std::uint8_t interindustry(std::uint8_t channel) {
    return apdu::encode_class(
        {apdu::ClassSpace::interindustry, channel, apdu::SecureMessaging::none, apdu::Chain::last});
}

/// What 61xx and 6Cxx say; 00 is 256.
std::uint16_t octets_announced(apdu::StatusWord sw) {
    return static_cast<std::uint16_t>(sw.sw2() == 0 ? 256 : sw.sw2());
}

/// The answer with all that 61xx and 6Cxx announce (TS 102 221 7.3.1.1).
Result<apdu::Response> exchange(const Transmit& transmit, std::uint8_t channel, View command) {
    TRY(const Bytes first, transmit(command));
    TRY(apdu::Response response, apdu::parse_response(first));
    if (response.sw.sw1() == 0x6C) {
        TRY(apdu::Command again, apdu::parse_command(command));
        again.le = octets_announced(response.sw);
        TRY(const Bytes second, transmit(apdu::encode(again)));
        TRY(response, apdu::parse_response(second));
    }
    while (response.sw.sw1() == 0x61) {
        const apdu::Command more{
            interindustry(channel),       static_cast<std::uint8_t>(apdu::Ins::get_response), 0, 0, {},
            octets_announced(response.sw)};
        TRY(const Bytes next, transmit(apdu::encode(more)));
        TRY(apdu::Response part, apdu::parse_response(next));
        append(response.data, part.data);
        response.sw = part.sw;
        if (response.data.size() > 1U << 20U) return fail(Errc::too_large, "card", "it sends more than a megabyte");
    }
    return response;
}

/// 91xx: done, and a proactive command waits.
bool says_yes(apdu::StatusWord sw) { return sw == apdu::sw::ok || sw.sw1() == 0x91; }

Error refused(std::string_view what, apdu::StatusWord sw) {
    const std::array<std::uint8_t, 2> octets{sw.sw1(), sw.sw2()};
    return fail(Errc::refused, std::string(what), "the card answers " + hex(octets));
}

Result<Bytes> accepted(const Transmit& transmit, std::uint8_t channel, View command, std::string_view what) {
    TRY(apdu::Response response, exchange(transmit, channel, command));
    if (!says_yes(response.sw)) return refused(what, response.sw);
    return std::move(response.data);
}

}  // namespace

Result<Isdr> Isdr::open(Transmit transmit) {
    const apdu::Command open_channel{
        0, static_cast<std::uint8_t>(apdu::Ins::manage_channel), 0, 0, {}, std::uint16_t{1}};
    TRY(const Bytes channel, accepted(transmit, 0, apdu::encode(open_channel), "MANAGE CHANNEL"));
    if (channel.size() != 1 || channel[0] == 0 || channel[0] > 19)
        return fail(Errc::bad_value, "MANAGE CHANNEL", "the card gave no channel number");
    Isdr isdr(std::move(transmit), channel[0]);
    const apdu::Command select{interindustry(channel[0]),
                               static_cast<std::uint8_t>(apdu::Ins::select),
                               4,
                               0,
                               to_bytes(isdr_aid),
                               std::nullopt};
    TRY(const Bytes unused, accepted(isdr.transmit_, isdr.channel_, apdu::encode(select), "SELECT ISD-R"));
    return isdr;
}

Isdr::~Isdr() {
    if (channel_ == 0) return;
    if (refused_with_ == apdu::sw::channel_not_supported) return;  // after a reset: by now it may be somebody else's
    const apdu::Command close{0,           static_cast<std::uint8_t>(apdu::Ins::manage_channel), 0x80, channel_, {},
                              std::nullopt};
    (void)transmit_(apdu::encode(close));  // the card may be gone: nothing is lost by that
}

Result<Bytes> Isdr::call(View request) {
    refused_with_.reset();
    Bytes reply;
    for (const Bytes& block : store_data_blocks(channel_, request)) {
        TRY(apdu::Response response, exchange(transmit_, channel_, block));
        if (!says_yes(response.sw)) {
            refused_with_ = response.sw;
            return refused("STORE DATA", response.sw);
        }
        reply = std::move(response.data);
    }
    return reply;
}

}  // namespace mcim::agent
