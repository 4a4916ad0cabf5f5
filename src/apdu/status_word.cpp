#include "mcim/apdu/status_word.h"

#include <array>
#include <string_view>

#include "mcim/base/bytes.h"

namespace mcim::apdu {
namespace {

struct Name {
    StatusWord word;
    std::string_view text;
};
constexpr std::array names{
    Name{sw::ok, "ok"},
    Name{sw::no_information, "warning without further information"},
    Name{sw::end_of_file, "end of file, or nothing found"},
    Name{sw::file_deactivated, "selected file is deactivated"},
    Name{sw::file_terminated, "selected file is terminated"},
    Name{sw::memory_problem, "memory problem"},
    Name{sw::wrong_length, "wrong length"},
    Name{sw::channel_not_supported, "logical channel not open or not supported"},
    Name{sw::secure_messaging_not_supported, "secure messaging not supported"},
    Name{sw::last_of_chain_expected, "last command of the chain expected"},
    Name{sw::chaining_not_supported, "command chaining not supported"},
    Name{sw::incompatible_with_file, "command incompatible with the file structure"},
    Name{sw::security_status_not_satisfied, "security status not satisfied"},
    Name{sw::pin_blocked, "authentication method blocked"},
    Name{sw::referenced_data_invalidated, "referenced data invalidated, or PIN disabled"},
    Name{sw::conditions_not_satisfied, "conditions of use not satisfied"},
    Name{sw::no_ef_selected, "no EF selected"},
    Name{sw::wrong_data, "incorrect parameters in the data field"},
    Name{sw::function_not_supported, "function not supported"},
    Name{sw::file_not_found, "file or application not found"},
    Name{sw::record_not_found, "record not found"},
    Name{sw::not_enough_memory, "not enough memory"},
    Name{sw::wrong_p1_p2, "incorrect P1 or P2"},
    Name{sw::lc_inconsistent_with_p1_p2, "Lc inconsistent with P1-P2"},
    Name{sw::referenced_data_not_found, "referenced data not found"},
    Name{sw::wrong_offset, "P1-P2 outside of the file"},
    Name{sw::instruction_not_supported, "instruction not supported"},
    Name{sw::class_not_supported, "class not supported"},
    Name{sw::technical_problem, "technical problem"},
    Name{sw::increase_max_reached, "INCREASE cannot be done, maximum value reached"},
    Name{sw::authentication_mac_failure, "authentication error, incorrect MAC"},
    Name{sw::security_context_not_supported, "authentication error, security context not supported"},
};

std::string meaning(StatusWord word) {
    for (const auto& [known, text] : names)
        if (known == word) return std::string(text);
    const auto count = [&] { return std::to_string(word.sw2() == 0 ? 256 : word.sw2()); };
    if (word.sw1() == 0x61) return count() + " octets to fetch";
    if (word.sw1() == 0x6C) return "wrong Le, exact length " + count();
    if (word.sw1() == 0x91) return "ok, proactive command of " + count() + " octets waits";
    if ((word.value & 0xFFF0U) == 0x63C0U)
        return "verification failed, " + std::to_string(word.value & 15U) + " attempts left";
    return "unnamed";
}

}  // namespace

std::string to_string(StatusWord word) {
    const std::array octets{word.sw1(), word.sw2()};
    return hex(octets) + " (" + meaning(word) + ")";
}

}  // namespace mcim::apdu
