#include "mcim/apdu/instruction.h"

#include <cstdlib>

namespace mcim::apdu {

std::string_view to_string(Ins ins) {
    switch (ins) {
        using enum Ins;
        case deactivate_file: return "DEACTIVATE FILE";
        case terminal_profile: return "TERMINAL PROFILE";
        case fetch: return "FETCH";
        case terminal_response: return "TERMINAL RESPONSE";
        case verify_pin: return "VERIFY PIN";
        case change_pin: return "CHANGE PIN";
        case disable_pin: return "DISABLE PIN";
        case enable_pin: return "ENABLE PIN";
        case unblock_pin: return "UNBLOCK PIN";
        case increase: return "INCREASE";
        case activate_file: return "ACTIVATE FILE";
        case manage_channel: return "MANAGE CHANNEL";
        case manage_secure_channel: return "MANAGE SECURE CHANNEL";
        case transact_data: return "TRANSACT DATA";
        case suspend_uicc: return "SUSPEND UICC";
        case get_identity: return "GET IDENTITY";
        case get_challenge: return "GET CHALLENGE";
        case authenticate:
        case authenticate_odd: return "AUTHENTICATE";
        case search_record: return "SEARCH RECORD";
        case select: return "SELECT";
        case terminal_capability: return "TERMINAL CAPABILITY";
        case read_binary: return "READ BINARY";
        case read_record: return "READ RECORD";
        case get_response: return "GET RESPONSE";
        case envelope: return "ENVELOPE";
        case get_data: return "GET DATA";
        case retrieve_data: return "RETRIEVE DATA";
        case update_binary: return "UPDATE BINARY";
        case set_data: return "SET DATA";
        case update_record: return "UPDATE RECORD";
        case store_data: return "STORE DATA";
        case status: return "STATUS";
    }
    return "?";
}

// First interindustry values (000c ssnn) name channels 0 to 3, further ones (01sc nnnn) channels 4 to 19; bit 8 moves
// both into the proprietary space (TS 102 221 10.1.1, table 10.1).
std::optional<Class> decode_class(std::uint8_t cla) {
    if (cla == 0xFF) return std::nullopt;  // ISO 7816-3: reserved for PPS
    Class out;
    out.space = (cla & 0x80U) != 0 ? ClassSpace::proprietary : ClassSpace::interindustry;
    out.chain = (cla & 0x10U) != 0 ? Chain::more : Chain::last;
    const auto secured = [](bool on) { return on ? SecureMessaging::requested : SecureMessaging::none; };
    if ((cla & 0x40U) != 0) {
        out.channel = static_cast<std::uint8_t>(4 + (cla & 0x0FU));
        out.secure_messaging = secured((cla & 0x20U) != 0);
        return out;
    }
    if ((cla & 0x20U) != 0) return std::nullopt;
    out.channel = cla & 0x03U;
    out.secure_messaging = secured((cla & 0x0CU) != 0);
    return out;
}

std::uint8_t encode_class(const Class& c) {
    if (c.channel >= channels_max) std::abort();
    unsigned cla = c.space == ClassSpace::proprietary ? 0x80U : 0U;
    const bool further = c.channel > 3;
    cla |= further ? 0x40U | (c.channel - 4U) : c.channel;
    if (c.chain == Chain::more) cla |= 0x10U;
    if (c.secure_messaging == SecureMessaging::requested) cla |= further ? 0x20U : 0x0CU;
    return static_cast<std::uint8_t>(cla);
}

}  // namespace mcim::apdu
