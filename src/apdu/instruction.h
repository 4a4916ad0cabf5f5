// Instruction codes of TS 102 221 10.1.2 and of SGP.22 5.7.2, and the class octet of ISO 7816-4 5.4.1.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

namespace mcim::apdu {

enum class Ins : std::uint8_t {
    deactivate_file = 0x04,
    terminal_profile = 0x10,
    fetch = 0x12,
    terminal_response = 0x14,
    verify_pin = 0x20,
    change_pin = 0x24,
    disable_pin = 0x26,
    enable_pin = 0x28,
    unblock_pin = 0x2C,
    increase = 0x32,
    activate_file = 0x44,
    manage_channel = 0x70,
    manage_secure_channel = 0x73,
    transact_data = 0x75,
    suspend_uicc = 0x76,
    get_identity = 0x78,
    get_challenge = 0x84,
    authenticate = 0x88,
    authenticate_odd = 0x89,
    search_record = 0xA2,
    select = 0xA4,
    terminal_capability = 0xAA,
    read_binary = 0xB0,
    read_record = 0xB2,
    get_response = 0xC0,
    envelope = 0xC2,
    get_data = 0xCA,
    retrieve_data = 0xCB,
    update_binary = 0xD6,
    set_data = 0xDB,
    update_record = 0xDC,
    store_data = 0xE2,  ///< GlobalPlatform; carries ES10 (SGP.22 5.7.2)
    status = 0xF2,
};
/// "READ BINARY"; "?" for a code that has no name here.
[[nodiscard]] std::string_view to_string(Ins);

/// Which document gives the instruction its meaning: ISO 7816-4 for 0X, 4X, 6X; TS 102 221 and GlobalPlatform for 8X,
/// CX, EX.
enum class ClassSpace : std::uint8_t { interindustry, proprietary };
enum class SecureMessaging : std::uint8_t { none, requested };
enum class Chain : std::uint8_t { last, more };

struct Class {
    ClassSpace space = ClassSpace::interindustry;
    std::uint8_t channel = 0;  ///< 0..3 from 0X/8X, 4..19 from 4X, 6X, CX, EX
    SecureMessaging secure_messaging = SecureMessaging::none;
    Chain chain = Chain::last;
    friend bool operator==(const Class&, const Class&) = default;
};
inline constexpr std::uint8_t channels_max = 20;

/// nullopt for classes that no document here assigns: 2X/3X, AX (GSM), BX, and FF.
[[nodiscard]] std::optional<Class> decode_class(std::uint8_t cla);
/// Channel above 19 is a broken invariant.
[[nodiscard]] std::uint8_t encode_class(const Class&);

}  // namespace mcim::apdu
