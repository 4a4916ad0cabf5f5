// The file that operators and card vendors exchange: a line of numbers, then a row for each card.
//   batchId timestamp quantity productId imsisPerSim [aucTransportKeyIdx [otaTransportKeyIdx [simType [step]]]]
//   ICCID MSISDN IMSI [Ki OPc [...]]
#include <algorithm>
#include <charconv>

#include "mcim/apps/mcim/subscriber_file.h"

namespace mcim::apps {

namespace {

/// In their order, by their names in the format.
enum HeaderField : std::size_t {
    quantity = 2,
    imsis_per_sim = 4,
    auc_transport_key = 5,
    header_fields_min = 5,
    header_fields_max = 9
};
constexpr std::string_view header_fields_without_effect[] = {"otaTransportKeyIdx", "simType", "step"};

std::vector<std::string_view> words_of(std::string_view line) {
    std::vector<std::string_view> out;
    while (true) {
        const auto begin = line.find_first_not_of(" \t");
        if (begin == std::string_view::npos) return out;
        line.remove_prefix(begin);
        const auto end = std::min(line.find_first_of(" \t"), line.size());
        out.push_back(line.substr(0, end));
        line.remove_prefix(end);
    }
}

/// What is too long to be one becomes the largest there is, and is wrong as such.
std::size_t header_number(std::string_view digits) {
    std::size_t out = 0;
    const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), out);
    return failed == std::errc{} ? out : std::string_view::npos;
}

struct ClassicHeader {
    std::size_t rows = 0;
    unsigned transport_key = 0;
    std::vector<std::string> ignored;
};

Result<ClassicHeader> read_classic_header(std::string_view line) {
    if (!is_classic_header(line))
        return fail(Errc::bad_value, "header",
                    "5 to 9 numbers are wanted: batchId timestamp quantity productId imsisPerSim [aucTransportKeyIdx "
                    "otaTransportKeyIdx simType step]");
    const auto words = words_of(line);
    if (header_number(words[imsis_per_sim]) != 1)
        return fail(Errc::bad_value, "header",
                    "imsisPerSim is not 1: a line here has one ICCID, one IMSI and one K, and a file of other cards is "
                    "not read");
    ClassicHeader out;
    out.rows = header_number(words[quantity]);
    out.ignored = {"productId"};
    if (words.size() > auc_transport_key) {
        const auto index = header_number(words[auc_transport_key]);
        if (index > 255) return fail(Errc::bad_value, "header", "aucTransportKeyIdx is 0 to 255");
        out.transport_key = static_cast<unsigned>(index);
        const auto more = words.size() - auc_transport_key - 1;
        out.ignored.insert(out.ignored.end(), header_fields_without_effect, header_fields_without_effect + more);
    }
    return out;
}

/// "-" where the card has no number yet.
SubscriberRow classic_row_of(const std::vector<std::string_view>& words) {
    SubscriberRow row;
    row.algorithm = algorithm_name("");
    if (words.size() < 3 || words.size() == 4) {
        row.problem = fail(Errc::bad_value, "",
                           std::to_string(words.size()) + " columns, where ICCID, MSISDN, IMSI, Ki and OPc are wanted");
        return row;
    }
    row.iccid = plain_digits(words[0]);
    if (words[1] != "-") row.msisdn = plain_digits(words[1]);
    row.imsi = plain_digits(words[2]);
    if (words.size() == 3) return row;  // an order of cards: whoever makes them makes their keys
    auto k = read_key("ki", words[3]);
    auto opc = read_key("opc", words[4]);
    if (k && opc) {
        row.k = *std::move(k);
        row.opc = *std::move(opc);
    } else {
        row.problem = k ? std::move(opc).error() : std::move(k).error();
    }
    return row;
}

}  // namespace

bool is_classic_header(std::string_view line) {
    const auto words = words_of(line);
    return words.size() >= header_fields_min && words.size() <= header_fields_max &&
           std::ranges::all_of(words, [](std::string_view word) {
               return std::ranges::all_of(word, [](char c) { return c >= '0' && c <= '9'; });
           });
}

Result<SubscriberFile> read_classic_subscribers(std::string_view content) {
    SubscriberFile out;
    out.format = SubscriberFormat::classic;
    std::optional<ClassicHeader> header;
    bool more_columns = false;
    for (std::size_t number = 1; !content.empty(); ++number) {
        const std::string_view line = take_line(content);
        const auto words = words_of(line);
        if (words.empty()) continue;
        if (!header && words.front().starts_with('#')) continue;  // as format_of() sees it
        if (!header) {
            TRY(header, read_classic_header(line));
            continue;
        }
        auto& row = out.rows.emplace_back(classic_row_of(words));
        row.place = number;
        more_columns = more_columns || words.size() > 5;
    }
    if (!header) return fail(Errc::missing_field, "header", "the file is empty");
    if (header->rows != out.rows.size())
        return fail(Errc::bad_value, "header",
                    "its quantity is another than the " + std::to_string(out.rows.size()) +
                        " rows that follow: the file is not whole");
    out.transport_key = header->transport_key;
    out.ignored = std::move(header->ignored);
    if (more_columns) out.ignored.emplace_back("(what stands behind OPc)");
    return out;
}

}  // namespace mcim::apps
