// Tables of text: CSV whose header says what each column is, and srsRAN's, which has none.
#include <algorithm>
#include <array>
#include <map>

#include "mcim/apps/mcim/subscriber_file.h"
#include "mcim/base/ascii.h"

namespace mcim::apps {

namespace {

enum class Column : std::uint8_t {
    iccid,
    imsi,
    msisdn,
    k,
    opc,
    op,
    algorithm,
    mnc_digits,
    mnc,
    provider,
    profile_name
};
struct Heading {
    std::string_view name;  ///< in small letters
    Column column;
};
constexpr Heading headings[] = {{"iccid", Column::iccid},
                                {"imsi", Column::imsi},
                                {"msisdn", Column::msisdn},
                                {"msisdn[0]", Column::msisdn},
                                {"msisdn.0", Column::msisdn},
                                {"k", Column::k},
                                {"ki", Column::k},
                                {"key", Column::k},
                                {"security.k", Column::k},
                                {"opc", Column::opc},
                                {"security.opc", Column::opc},
                                {"op", Column::op},
                                {"security.op", Column::op},
                                {"algorithm", Column::algorithm},
                                {"auth", Column::algorithm},
                                {"mnc_digits", Column::mnc_digits},
                                {"mnc", Column::mnc},
                                {"provider", Column::provider},
                                {"service_provider_name", Column::provider},
                                {"profile_name", Column::profile_name}};

/// What other programs' files have besides; '*' is any rest.
constexpr std::string_view of_pysim[] = {"name", "mcc",   "smsp",      "acc",     "eid",  "pin_adm", "adm*", "pin*",
                                         "puk*", "hplmn", "uicc_scp*", "scp03_*", "kic*", "kid*",    "kik*"};
constexpr std::string_view of_open5gs[] = {"_id",
                                           "__v",
                                           "schema_version",
                                           "security.*",
                                           "slice*",
                                           "ambr*",
                                           "access_restriction_data",
                                           "subscriber_status",
                                           "operator_determined_barring",
                                           "network_access_mode",
                                           "subscribed_rau_tau_timer",
                                           "imeisv",
                                           "mme_*",
                                           "purge_flag",
                                           "msisdn*"};

std::vector<std::string_view> cells_of(std::string_view line, char separator) {
    std::vector<std::string_view> out;
    bool quoted = false;
    std::size_t begin = 0;
    for (std::size_t at = 0; at <= line.size(); ++at) {
        if (at < line.size() && line[at] == '"') quoted = !quoted;
        if (at < line.size() && (quoted || line[at] != separator)) continue;
        out.push_back(trimmed(line.substr(begin, at - begin)));
        begin = at + 1;
    }
    return out;
}

char separator_of(std::string_view header) {
    constexpr std::array separators{',', ';', '\t'};
    return *std::ranges::max_element(separators, {}, [&](char c) { return std::ranges::count(header, c); });
}

/// Cells by what they are; absent and empty are the same.
class Cells {
public:
    Cells(const std::map<Column, std::size_t>& at, const std::vector<std::string_view>& cells)
        : at_(at), cells_(cells) {}
    [[nodiscard]] std::string_view operator[](Column column) const {
        const auto found = at_.find(column);
        return found == at_.end() ? std::string_view() : cells_[found->second];
    }

private:
    const std::map<Column, std::size_t>& at_;
    const std::vector<std::string_view>& cells_;
};

Status read_secrets(std::string_view k, std::string_view opc, std::string_view op, SubscriberRow& row) {
    if (!k.empty()) {
        TRY(row.k, read_key("k", k));
    }
    if (!opc.empty()) {
        TRY(row.opc, read_key("opc", opc));
    }
    if (!op.empty()) {
        TRY(row.op, read_key("op", op));
    }
    return ok();
}

Status read_network(const Cells& cells, SubscriberRow& row) {
    const std::string_view digits = cells[Column::mnc_digits];
    if (!digits.empty() && digits != "2" && digits != "3")
        return fail(Errc::bad_value, "mnc_digits", "2 or 3 is wanted");
    if (!digits.empty())
        row.mnc_digits = digits == "3" ? 3U : 2U;
    else if (const auto mnc = cells[Column::mnc].size(); mnc == 2 || mnc == 3)
        row.mnc_digits = static_cast<unsigned>(mnc);
    return ok();
}

Status read_names(const Cells& cells, SubscriberRow& row) {
    TRY(row.provider, read_name("provider", cells[Column::provider]));
    TRY(row.profile_name, read_name("profile_name", cells[Column::profile_name]));
    return ok();
}

SubscriberRow subscriber_of(const Cells& cells) {
    SubscriberRow row;
    row.iccid = plain_digits(cells[Column::iccid]);
    row.imsi = plain_digits(cells[Column::imsi]);
    row.msisdn = plain_digits(cells[Column::msisdn]);
    row.algorithm = algorithm_name(cells[Column::algorithm]);
    auto read = read_secrets(cells[Column::k], cells[Column::opc], cells[Column::op], row);
    if (read) read = read_network(cells, row);
    if (read) read = read_names(cells, row);
    if (!read) row.problem = std::move(read).error();
    return row;
}

struct Header {
    char separator = ',';
    std::size_t columns = 0;
    std::map<Column, std::size_t> at;
    std::vector<std::string> ignored;
    std::vector<std::string> unknown;
};

bool has_no_effect(SubscriberFormat format, std::string_view cell) {
    const auto named_in = [&](const auto& list) {
        return std::ranges::any_of(list, [&](std::string_view name) {
            if (!name.ends_with('*')) return ascii::equal_but_for_case(cell, name);
            name.remove_suffix(1);
            return ascii::equal_but_for_case(cell.substr(0, name.size()), name);
        });
    };
    return (format == SubscriberFormat::pysim && named_in(of_pysim)) ||
           (format == SubscriberFormat::open5gs && named_in(of_open5gs));
}

/// As the file has it; a first line that is no header may hold a key.
std::string heading_of(std::string_view cell) {
    const auto name = read_name("", cell);
    return name ? *name : "?";
}

Result<Header> read_header(std::string_view line, SubscriberFormat format) {
    if (line.starts_with('#')) line.remove_prefix(1);  // of a comment that names the columns
    Header out;
    out.separator = separator_of(line);
    for (const auto cell : cells_of(line, out.separator)) {
        const auto known =
            std::ranges::find_if(headings, [&](const Heading& h) { return ascii::equal_but_for_case(cell, h.name); });
        if (known == std::end(headings))
            (has_no_effect(format, cell) ? out.ignored : out.unknown).push_back(heading_of(cell));
        else if (!out.at.emplace(known->column, out.columns).second)
            return fail(Errc::conflict, "header",
                        "two columns say the same, the second is \"" + std::string(cell) + "\"");
        ++out.columns;
    }
    if (!out.at.contains(Column::imsi))
        return fail(Errc::missing_field, "header",
                    "the first line names the columns, and one of them is imsi; known are iccid, imsi, msisdn, k (ki, "
                    "key), opc, op, algorithm, mnc_digits, mnc, provider, profile_name");
    return out;
}

Error wrong_number_of_cells(std::size_t have, std::size_t wanted) {
    return fail(Errc::bad_value, "",
                std::to_string(have) + " columns, where " + std::to_string(wanted) + " are wanted");
}

bool says_nothing(std::string_view line) {
    const auto text = trimmed(line);
    return text.empty() || text.starts_with('#');
}

}  // namespace

Result<SubscriberFile> read_csv_subscribers(std::string_view content, SubscriberFormat format) {
    SubscriberFile out;
    out.format = format;
    std::optional<Header> header;
    for (std::size_t number = 1; !content.empty(); ++number) {
        const std::string_view line = take_line(content);
        if (!header && !trimmed(line).empty()) {
            TRY(header, read_header(line, format));
            out.ignored = header->ignored;
            out.unknown = header->unknown;
            continue;
        }
        if (says_nothing(line)) continue;
        const auto cells = cells_of(line, header->separator);
        SubscriberRow row;
        if (cells.size() == header->columns)
            row = subscriber_of(Cells(header->at, cells));
        else
            row.problem = wrong_number_of_cells(cells.size(), header->columns);
        row.place = number;
        out.rows.push_back(std::move(row));
    }
    if (!header) return fail(Errc::missing_field, "header", "the file is empty");
    return out;
}

/// Name,Auth,IMSI,Key,OP_Type,OP/OPc,AMF,SQN,QCI,IP_alloc
Result<SubscriberFile> read_srsran_subscribers(std::string_view content) {
    SubscriberFile out;
    out.format = SubscriberFormat::srsran;
    out.ignored = {"Name", "AMF", "SQN", "QCI", "IP_alloc"};
    constexpr std::size_t columns = 10;
    for (std::size_t number = 1; !content.empty(); ++number) {
        const std::string_view line = take_line(content);
        if (says_nothing(line)) continue;
        const auto cells = cells_of(line, ',');
        SubscriberRow& row = out.rows.emplace_back();
        row.place = number;
        if (cells.size() != columns) {
            row.problem = wrong_number_of_cells(cells.size(), columns);
            continue;
        }
        row.algorithm = algorithm_name(cells[1]);
        row.imsi = plain_digits(cells[2]);
        const bool is_op = ascii::equal_but_for_case(cells[4], "op"),
                   is_opc = ascii::equal_but_for_case(cells[4], "opc");
        const bool milenage = row.algorithm == "MILENAGE";
        if (milenage && !is_op && !is_opc) row.problem = fail(Errc::bad_value, "OP_Type", "op or opc is wanted");
        const std::string_view constant = milenage ? cells[5] : std::string_view();  // the other algorithm has none
        if (auto read = read_secrets(cells[3], is_opc ? constant : "", is_op ? constant : "", row); !read)
            row.problem = std::move(read).error();
    }
    return out;
}

}  // namespace mcim::apps
