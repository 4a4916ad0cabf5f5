// Command and response APDUs with short lengths (ISO 7816-4 5.1), as they come over T=0 and PC/SC.
#pragma once
#include <optional>

#include "mcim/apdu/instruction.h"
#include "mcim/apdu/status_word.h"
#include "mcim/base/bytes.h"

namespace mcim::apdu {

inline constexpr std::size_t short_data_max = 255;
inline constexpr std::size_t short_le_max = 256;

struct Command {
    std::uint8_t cla = 0;
    std::uint8_t ins = 0;
    std::uint8_t p1 = 0;
    std::uint8_t p2 = 0;
    Bytes data;                       ///< at most 255 octets
    std::optional<std::uint16_t> le;  ///< 1..256; 00 on the wire is 256. T=0 cannot tell case 1 from case 2 with 00.
    [[nodiscard]] Ins instruction() const { return static_cast<Ins>(ins); }
    friend bool operator==(const Command&, const Command&) = default;
};

/// Cases 1 to 4. Refuses extended lengths by name (readers of T=0 send them as ENVELOPE, which this card does not
/// take) and any length that does not add up.
[[nodiscard]] Result<Command> parse_command(View);
/// The command as it goes to a card. Data above 255 octets or an Le above 256 is a broken invariant.
[[nodiscard]] Bytes encode(const Command&);
/// "00 A4 READ BINARY ..." for transcripts, without the data: that may be a PIN.
[[nodiscard]] std::string describe(const Command&);

struct Response {
    Bytes data;
    StatusWord sw = apdu::sw::ok;
    Response() = default;
    Response(StatusWord word) : sw(word) {}
    Response(Bytes octets, StatusWord word = apdu::sw::ok) : data(std::move(octets)), sw(word) {}
    friend bool operator==(const Response&, const Response&) = default;
};

/// At least the two octets of the status word.
[[nodiscard]] Result<Response> parse_response(View);
[[nodiscard]] Bytes encode(const Response&);

}  // namespace mcim::apdu
