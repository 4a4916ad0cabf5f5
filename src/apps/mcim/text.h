// What commands share in reading words and writing lines.
#pragma once
#include <chrono>
#include <iosfwd>
#include <vector>

#include "mcim/base/ports.h"

namespace mcim::apps {

/// "90s", "15m", "12h", "7d".
[[nodiscard]] Result<std::chrono::seconds> parse_duration(std::string_view option, const std::string&);
/// A time as RFC 3339 has it, or a duration from `now` on.
[[nodiscard]] Result<Time> parse_moment(std::string_view option, const std::string&, Time now);
/// "0,4,7" and "0-7": register numbers up to 23, ascending, each once.
[[nodiscard]] Result<std::vector<unsigned>> parse_registers(std::string_view option, const std::string&);

/// A letter, a digit, '-', '_' or '.': of identifiers, and of a JWS in its compact form.
[[nodiscard]] bool is_plain(char);

/// For a command that people paste: 'text', whatever is in it.
[[nodiscard]] std::string shell_quoted(std::string_view);

/// Columns as wide as they need to be, two spaces apart; the heading first.
using TableRow = std::vector<std::string>;
void print_table(std::ostream&, const TableRow& heading, const std::vector<TableRow>&);
/// "  name      value" with the values in one column; fields without a value are left out.
void print_fields(std::ostream&, const std::vector<std::pair<std::string, std::string>>&);

}  // namespace mcim::apps
