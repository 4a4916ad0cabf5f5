// Files in which operators keep their subscribers, read for an import: CSV with a header (pySim's too), srsRAN's
// user_db.csv, Open5GS's documents as mongoexport writes them, the classic file of card vendors. Keys stay in memory
// that zeroises, and no error shows one. What may be a key that stands in a wrong column is not copied either: "?"
// takes its place.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "mcim/base/result.h"
#include "mcim/base/secret.h"

namespace mcim::apps {

enum class SubscriberFormat : std::uint8_t { csv, srsran, open5gs, pysim, classic };
[[nodiscard]] std::string_view to_string(SubscriberFormat);
[[nodiscard]] std::optional<SubscriberFormat> find_subscriber_format(std::string_view name);

/// One subscriber, as the file has it: what the platform says of the numbers is not anticipated.
struct SubscriberRow {
    std::size_t place = 0;         ///< line, or entry of an array; from 1
    std::optional<Error> problem;  ///< why it cannot even be asked for
    std::string iccid, imsi, msisdn, provider, profile_name, algorithm;
    std::optional<unsigned> mnc_digits;
    SecretBytes k;  ///< empty: none is given; wrapped, as OPc is, where the file is under a transport key
    SecretBytes opc;
    SecretBytes op;
};
struct SubscriberFile {
    SubscriberFormat format{};
    std::string_view places = "line";  ///< "entry" where the file is one array
    std::vector<SubscriberRow> rows;
    std::vector<std::string> ignored;         ///< columns that have no effect here, as the file names them
    std::vector<std::string> unknown;         ///< columns that the format does not have
    std::optional<unsigned> transport_key{};  ///< its index, where the format says one; 0: keys are in clear
};

/// `format` absent: by what the content looks like. An error where it is no such file at all; what is wrong with one
/// row is that row's problem.
[[nodiscard]] Result<SubscriberFile> read_subscribers(View content, std::optional<SubscriberFormat>);

// The formats (subscriber_csv.cpp, subscriber_open5gs.cpp, subscriber_classic.cpp)
[[nodiscard]] Result<SubscriberFile> read_csv_subscribers(std::string_view content, SubscriberFormat);
[[nodiscard]] Result<SubscriberFile> read_srsran_subscribers(std::string_view content);
[[nodiscard]] Result<SubscriberFile> read_open5gs_subscribers(std::string_view content);
[[nodiscard]] Result<SubscriberFile> read_classic_subscribers(std::string_view content);
/// Five to nine numbers and nothing else.
[[nodiscard]] bool is_classic_header(std::string_view line);

// What they share.
/// The next line, without its end; `rest` goes on behind it.
[[nodiscard]] std::string_view take_line(std::string_view& rest);
/// Without white space and quotes around it.
[[nodiscard]] std::string_view trimmed(std::string_view);
/// 16 octets: 32 hexadecimal digits, maybe behind "0x", maybe with spaces between them.
[[nodiscard]] Result<SecretBytes> read_key(std::string_view name, std::string_view digits);
/// Digits as people write them: spaces and a leading '+' go, and the F that pads an ICCID. "?": no number.
[[nodiscard]] std::string plain_digits(std::string_view);
/// What people named. Errc::bad_value where it may be a key.
[[nodiscard]] Result<std::string> read_name(std::string_view name, std::string_view text);
/// The platform's name of an algorithm. "?": it has none of this name.
[[nodiscard]] std::string algorithm_name(std::string_view given);

}  // namespace mcim::apps
