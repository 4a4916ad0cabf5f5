// Status words SW1 SW2 of ISO 7816-4 5.6, TS 102 221 10.2 and TS 31.102 7.3.
#pragma once
#include <cstdint>
#include <string>

namespace mcim::apdu {

struct StatusWord {
    std::uint16_t value = 0;
    [[nodiscard]] constexpr std::uint8_t sw1() const { return static_cast<std::uint8_t>(value >> 8U); }
    [[nodiscard]] constexpr std::uint8_t sw2() const { return static_cast<std::uint8_t>(value & 0xFFU); }
    friend constexpr bool operator==(StatusWord, StatusWord) = default;
};

namespace sw {
inline constexpr StatusWord ok{0x9000};
inline constexpr StatusWord no_information{0x6200};    ///< warning
inline constexpr StatusWord end_of_file{0x6282};       ///< warning: also an unsuccessful search (TS 102 221 11.1.7)
inline constexpr StatusWord file_deactivated{0x6283};  ///< warning
inline constexpr StatusWord file_terminated{0x6285};   ///< warning
inline constexpr StatusWord memory_problem{0x6581};
inline constexpr StatusWord wrong_length{0x6700};
inline constexpr StatusWord channel_not_supported{0x6881};
inline constexpr StatusWord secure_messaging_not_supported{0x6882};
inline constexpr StatusWord last_of_chain_expected{0x6883};
inline constexpr StatusWord chaining_not_supported{0x6884};
inline constexpr StatusWord incompatible_with_file{0x6981};
inline constexpr StatusWord security_status_not_satisfied{0x6982};
inline constexpr StatusWord pin_blocked{0x6983};
inline constexpr StatusWord referenced_data_invalidated{0x6984};
inline constexpr StatusWord conditions_not_satisfied{0x6985};
inline constexpr StatusWord no_ef_selected{0x6986};
inline constexpr StatusWord wrong_data{0x6A80};
inline constexpr StatusWord function_not_supported{0x6A81};
inline constexpr StatusWord file_not_found{0x6A82};
inline constexpr StatusWord record_not_found{0x6A83};
inline constexpr StatusWord not_enough_memory{0x6A84};
inline constexpr StatusWord wrong_p1_p2{0x6A86};
inline constexpr StatusWord lc_inconsistent_with_p1_p2{0x6A87};
inline constexpr StatusWord referenced_data_not_found{0x6A88};
inline constexpr StatusWord wrong_offset{0x6B00};
inline constexpr StatusWord instruction_not_supported{0x6D00};
inline constexpr StatusWord class_not_supported{0x6E00};
inline constexpr StatusWord technical_problem{0x6F00};
inline constexpr StatusWord increase_max_reached{0x9850};
inline constexpr StatusWord authentication_mac_failure{0x9862};
inline constexpr StatusWord security_context_not_supported{0x9864};
}  // namespace sw

/// 61xx: `octets` more can be fetched by GET RESPONSE; 256 and above are written 00.
[[nodiscard]] constexpr StatusWord more_data(std::size_t octets) {
    return {static_cast<std::uint16_t>(0x6100U | (octets >= 256 ? 0U : octets))};
}
/// 6Cxx: send the command again with this Le.
[[nodiscard]] constexpr StatusWord exact_length(std::size_t octets) {
    return {static_cast<std::uint16_t>(0x6C00U | (octets >= 256 ? 0U : octets))};
}
/// 63Cx: verification failed, this many attempts are left.
[[nodiscard]] constexpr StatusWord attempts_left(unsigned n) {
    return {static_cast<std::uint16_t>(0x63C0U | (n > 15 ? 15U : n))};
}
/// The command was executed: 9000, 91xx, 92xx, 61xx, or a warning 62xx/63xx that is no failed verification.
[[nodiscard]] constexpr bool is_success(StatusWord w) {
    const auto s = w.sw1();
    return w == sw::ok || s == 0x91 || s == 0x92 || s == 0x61 || s == 0x62;
}
/// "6A82 (file or application not found)" for transcripts.
[[nodiscard]] std::string to_string(StatusWord);

}  // namespace mcim::apdu
