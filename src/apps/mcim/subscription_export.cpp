// mcim subscription export: lines of an operator with their keys, for a receiver who has the transport key.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <ostream>

#include "mcim/apps/mcim/admin.h"
#include "mcim/apps/mcim/subscription.h"
#include "mcim/apps/mcim/text.h"
#include "mcim/base/text.h"
#include "mcim/custody/private_file.h"

namespace mcim::apps {

namespace {

struct ExportOptions {
    std::string admin;
    std::string operator_id;
    std::string file;
    unsigned transport_key = 0;
    unsigned batch = 1;
    std::vector<std::string> iccids;
    bool json = false;
};

struct ExportedLine {
    std::string iccid, imsi;
    std::string row;               ///< of the file; empty where it is not in it
    std::optional<Error> problem;  ///< why
};

/// Those that are named, or all that may still be served.
Result<std::vector<ExportedLine>> wanted_lines(Admin& admin, const ExportOptions& options) {
    std::vector<ExportedLine> out;
    for (const auto& iccid : options.iccids) {
        TRY(out.emplace_back().iccid, path_part("ICCID", iccid));
    }
    if (!out.empty()) return out;
    TRY(const auto answer, admin.read("/subscriptions"));
    TRY(const auto lines, answer.json.objects("subscriptions"));
    for (const auto& line : lines)
        if (text_or(line, "operator") == options.operator_id && text_or(line, "standing") != "closed")
            out.push_back({text_or(line, "iccid"), text_or(line, "imsi"), {}, {}});
    if (out.empty())
        return fail(Errc::not_found, "--operator", "\"" + options.operator_id + "\" has no line that is not closed");
    return out;
}

Result<std::string> exported_row(Admin& admin, const ExportOptions& options, ExportedLine& line) {
    jose::ObjectWriter body;
    body.text("operator", options.operator_id).integer("transport_key", options.transport_key);
    TRY(const auto answer, admin.change("/subscriptions/" + line.iccid + "/export", body));
    const auto& json = answer.json;
    TRY(line.imsi, json.text("imsi"));
    TRY(const auto k, json.text("k"));
    TRY(const auto opc, json.text("opc"));
    const auto number = text_or(json, "msisdn");
    return line.iccid + " " + (number.empty() ? "-" : number) + " " + line.imsi + " " + k + " " + opc + "\n";
}

/// batchId timestamp quantity productId imsisPerSim aucTransportKeyIdx otaTransportKeyIdx simType step; MMDDYYhhmmss.
std::string classic_header(const ExportOptions& options, std::size_t rows, Time now) {
    const std::string at = to_rfc3339(now);
    std::string batch = std::to_string(options.batch);
    batch.insert(0, 5 - std::min<std::size_t>(batch.size(), 5), '0');
    std::string time;
    for (const std::size_t two : {5U, 8U, 2U, 11U, 14U, 17U}) time += at.substr(two, 2);
    return batch + " " + time + " " + std::to_string(rows) + " 0 1 " + std::to_string(options.transport_key) +
           " 0 0 0\n";
}

std::size_t count_exported(const std::vector<ExportedLine>& lines) {
    return static_cast<std::size_t>(
        std::ranges::count_if(lines, [](const auto& line) { return !line.problem.has_value(); }));
}

std::string result_of(const ExportedLine& line) {
    return line.problem ? "refused: " + with_numbers_masked(to_string(*line.problem)) : "exported";
}

std::string json_of_export(const ExportOptions& options, const std::vector<ExportedLine>& lines) {
    std::vector<jose::ObjectWriter> rows;
    for (const auto& line : lines) {
        auto& one = rows.emplace_back();
        one.text("iccid", with_numbers_masked(line.iccid)).text("imsi", with_numbers_masked(line.imsi));
        one.text("result", line.problem ? "refused" : "exported");
        if (line.problem) one.text("why", with_numbers_masked(to_string(*line.problem)));
    }
    const auto exported = count_exported(lines);
    return jose::ObjectWriter()
        .text("file", options.file)
        .text("format", "classic")
        .integer("transport_key", options.transport_key)
        .integer("exported", static_cast<std::int64_t>(exported))
        .integer("refused", static_cast<std::int64_t>(lines.size() - exported))
        .objects("rows", rows)
        .finish();
}

void print_export(const ExportOptions& options, const std::vector<ExportedLine>& lines, std::ostream& out) {
    std::vector<TableRow> rows;
    for (const auto& line : lines)
        rows.push_back({with_numbers_masked(line.iccid), with_numbers_masked(line.imsi), result_of(line)});
    print_table(out, {"ICCID", "IMSI", "RESULT"}, rows);
    const auto exported = count_exported(lines);
    out << "\n" << exported << " exported, " << lines.size() - exported << " refused.\n";
    if (exported == 0) return;
    out << options.file << " has K and OPc under transport key " << options.transport_key << " of "
        << options.operator_id
        << ".\nWhoever has that key serves these cards from now on. Their sequence numbers did not go along: let one "
           "side serve them.\n";
}

Result<int> run_export(const ExportOptions& options, std::ostream& out) {
    std::error_code ignored;
    if (std::filesystem::exists(options.file, ignored))  // said before a key leaves
        return fail(Errc::conflict, options.file, "there is a file of this name; a new one is written");
    Admin admin(options.admin);
    TRY(auto lines, wanted_lines(admin, options));
    std::string rows;
    for (auto& line : lines) {
        auto row = exported_row(admin, options, line);
        if (row)
            rows += *row;
        else
            line.problem = std::move(row).error();
    }
    const auto exported = count_exported(lines);
    if (exported != 0)
        CHECKED(
            custody::write_private_file(options.file, as_view(classic_header(options, exported, system_now()) + rows)));
    if (options.json)
        out << json_of_export(options, lines) << "\n";
    else
        print_export(options, lines, out);
    return exported == lines.size() ? 0 : 1;
}

constexpr auto export_footer = R"(
K and OPc are wrapped inside the signer, one AES block each, under a transport key that "mcim-signer transport-key add" brought there for
export and for this operator; they are in clear nowhere. Lines of others, and those that are closed, stay. The file is new and its owner's alone
(mode 0600); mcimd's log says which lines left, under which key, at whose word.

The file is what "mcim subscription import --format classic" reads:
  batchId timestamp quantity productId imsisPerSim aucTransportKeyIdx otaTransportKeyIdx simType step
  ICCID MSISDN IMSI Ki OPc        a row for each line; "-" where it has no number

Exit code: 0 where every line is in the file, 1 where one is not.

Example:
  mcim subscription export north.out --operator north --transport-key 3
)";

}  // namespace

void add_subscription_export(CLI::App& parent, Console& console) {
    auto* command = parent.add_subcommand("export", "Lines with their keys, wrapped for a receiver, into a file");
    auto options = std::make_shared<ExportOptions>();
    add_admin_option(*command, options->admin);
    command->add_option("file", options->file, "The file, which is not there yet")->required();
    command->add_option("--operator", options->operator_id, "Whose lines")->required();
    command->add_option("--transport-key", options->transport_key, "Index of the key that the receiver has, 1 to 255")
        ->check(CLI::Range(1, 255))
        ->required();
    command->add_option("--batch", options->batch, "batchId of the file")
        ->check(CLI::Range(0, 99999))
        ->capture_default_str();
    command->add_option("--iccid", options->iccids,
                        "Only this line; may be repeated. Else all of the operator that are not closed");
    command->add_flag("--json", options->json, "One JSON object instead of text");
    command->footer(export_footer);
    command->callback([options, &console] {
        const auto code = run_export(*options, console.out);
        console.finish(code ? ok() : Status(code.error()));
        if (code) console.exit_code = *code;
    });
}

}  // namespace mcim::apps
