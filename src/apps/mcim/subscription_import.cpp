// mcim subscription import: the subscribers that an operator has in a file, a line each.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>
#include <memory>
#include <ostream>
#include <set>
#include <tuple>

#include "mcim/apps/common/key_files.h"
#include "mcim/apps/common/typing_errors.h"
#include "mcim/apps/mcim/admin.h"
#include "mcim/apps/mcim/subscriber_file.h"
#include "mcim/apps/mcim/subscription.h"
#include "mcim/apps/mcim/text.h"
#include "mcim/base/text.h"
#include "mcim/crypto/hash.h"
#include "mcim/custody/private_file.h"

namespace mcim::apps {

namespace {

struct ImportOptions {
    std::string admin;
    std::string operator_id;
    std::string file;
    std::string format = "auto";
    std::string iccid_from;
    std::string provider;
    std::string profile_type;
    std::optional<unsigned> mnc_digits;
    bool fresh_keys = false;
    bool ignore_unknown = false;
    bool dry_run = false;
    bool json = false;
};

// ---------------------------------------------------------------- before anybody is asked

constexpr std::size_t import_octets_max = std::size_t{64} * 1024 * 1024;
constexpr std::size_t provider_characters_max = 16;
constexpr std::size_t number_digits_longest = 20;

/// What the platform would refuse too, in words that repeat nothing of the row: a column out of place may hold a key.
Status check_row(const SubscriberRow& row, const ImportOptions& options) {
    if (row.iccid.empty()) return fail(Errc::missing_field, "iccid", "the row has none; --iccid-from gives it one");
    if (!parse_typed_iccid("iccid", row.iccid))
        return fail(Errc::bad_value, "iccid", "18 to 20 digits are wanted, the 19th or 20th the Luhn digit");
    if (!Imsi::parse(row.imsi)) return fail(Errc::bad_value, "imsi", "6 to 15 digits are wanted");
    if (!row.msisdn.empty() && !Msisdn::parse(row.msisdn))
        return fail(Errc::bad_value, "msisdn", "5 to 15 digits are wanted");
    if (row.provider.size() > provider_characters_max)
        return fail(Errc::bad_value, "provider", "1 to 16 characters are wanted");
    const bool milenage = row.algorithm == "MILENAGE";
    if (!milenage && row.algorithm != "test algorithm")
        return fail(Errc::bad_value, "algorithm", "milenage is wanted, or in a laboratory xor");
    if (row.k.empty())
        return options.fresh_keys
                   ? ok()
                   : Status(fail(Errc::missing_field, "k", "the row has none; --fresh-keys lets the platform make it"));
    if (milenage && row.opc.empty() == row.op.empty())
        return fail(Errc::missing_field, "opc", "beside K one of OPc and OP is wanted");
    return ok();
}

/// Numbers and keys that an earlier row has. Keys are compared by a fingerprint whose key nobody has tomorrow.
class Earlier {
public:
    explicit Earlier(std::string_view places) : places_(places) { SystemRandom().fill(expose_mutable(key_)); }
    [[nodiscard]] Status add(const SubscriberRow& row) {
        CHECKED(add("iccid", as_view(row.iccid), row.place));
        CHECKED(add("imsi", as_view(row.imsi), row.place));
        if (row.k.empty()) return ok();
        return add("k", expose(row.k), row.place);
    }

private:
    Status add(const std::string& what, View value, std::size_t place) {
        const auto fingerprint = crypto::hmac_sha256(expose(key_), value);
        const auto [at, is_new] = seen_.emplace(std::pair(what, fingerprint), place);
        if (is_new) return ok();
        const std::string which = std::string(places_) + " " + std::to_string(at->second);
        return fail(Errc::conflict, what,
                    which + " of the file has it already" + (what == "k" ? ": two cards with one K are clones" : ""));
    }
    Secret<32> key_;
    std::string_view places_;
    std::map<std::pair<std::string, crypto::Sha256>, std::size_t> seen_;
};

/// ICCIDs in their order for the rows that have none: 18 digits are counted up, the check digit follows.
Status allot_iccids(const std::string& from, std::vector<SubscriberRow>& rows) {
    if (from.empty()) return ok();
    constexpr std::size_t counted = 18;
    const auto first = parse_typed_iccid("--iccid-from", from);
    if (!first) return first.error();
    if (first->text().size() > counted + 1) return fail(Errc::bad_value, "--iccid-from", "18 or 19 digits are wanted");
    std::string digits = first->text().substr(0, counted);
    for (auto& row : rows) {
        if (!row.iccid.empty()) continue;
        TRY(const auto iccid, Iccid::with_check_digit(digits));
        row.iccid = iccid.text();
        for (auto at = digits.rbegin(); at != digits.rend(); ++at) {
            *at = *at == '9' ? '0' : static_cast<char>(*at + 1);
            if (*at != '0') break;
        }
    }
    return ok();
}

/// What is missing in every row is said once.
Status check_columns(const SubscriberFile& file, const ImportOptions& options) {
    if (file.rows.empty()) return fail(Errc::missing_field, options.file, "there is no subscriber in it");
    if (std::ranges::any_of(file.rows, [](const auto& row) { return row.problem.has_value(); })) return ok();
    if (!options.fresh_keys && std::ranges::all_of(file.rows, [](const auto& row) { return row.k.empty(); }))
        return fail(Errc::missing_field, options.file,
                    "there is no K in it (column k, ki or key); --fresh-keys lets the platform make them");
    if (std::ranges::all_of(file.rows, [](const auto& row) { return row.iccid.empty(); }))
        return fail(Errc::missing_field, options.file,
                    "there is no ICCID in it, as cards have one: --iccid-from names the first, and the rows count up");
    return ok();
}

std::string quoted_names(const std::vector<std::string>& names) {
    std::string out;
    for (const auto& name : names) out += (out.empty() ? "\"" : ", \"") + printable(name) + "\"";
    return out;
}

/// A heading with a slip of the pen would else be a column that nobody reads.
Status settle_unknown(const ImportOptions& options, SubscriberFile& file) {
    if (!file.unknown.empty() && !options.ignore_unknown)
        return fail(Errc::bad_value, options.file,
                    "nothing here is called " + quoted_names(file.unknown) +
                        ": correct the first line, or leave such columns out with --ignore-unknown");
    file.ignored.insert(file.ignored.end(), file.unknown.begin(), file.unknown.end());
    return ok();
}

Result<SubscriberFile> read_import(const ImportOptions& options) {
    TRY(const SecretBytes content, custody::read_private_file(options.file, import_octets_max));
    auto file = read_subscribers(expose(content), find_subscriber_format(options.format));
    if (!file) return std::move(file).error().within(options.file);
    CHECKED(settle_unknown(options, *file));
    CHECKED(allot_iccids(options.iccid_from, file->rows));
    CHECKED(check_columns(*file, options));
    Earlier earlier(file->places);
    for (auto& row : file->rows) {
        if (row.provider.empty()) row.provider = options.provider;
        if (!row.mnc_digits) row.mnc_digits = options.mnc_digits;
        if (row.problem) continue;
        auto checked = check_row(row, options);
        if (checked) checked = earlier.add(row);
        if (!checked) row.problem = std::move(checked).error();
    }
    return file;
}

// ---------------------------------------------------------------- the platform

Status check_operator(Admin& admin, const std::string& id) {
    TRY(const auto answer, admin.read("/operators"));
    TRY(const auto operators, answer.json.objects("operators"));
    if (std::ranges::any_of(operators, [&](const auto& o) { return text_or(o, "id") == id; })) return ok();
    return fail(Errc::not_found, "--operator",
                "\"" + id + "\" is not known here; \"mcim operator list\" shows those that are");
}

Status add_row(Admin& admin, const SubscriberRow& row, std::optional<unsigned> transport_key,
               const ImportOptions& options) {
    jose::ObjectWriter body;
    body.text("operator", options.operator_id).text("iccid", row.iccid).text("imsi", row.imsi);
    body.text("algorithm", row.algorithm);
    if (!row.msisdn.empty()) body.text("msisdn", row.msisdn);
    if (row.mnc_digits) body.integer("mnc_digits", *row.mnc_digits);
    if (!row.provider.empty()) body.text("service_provider_name", row.provider);
    if (!row.profile_name.empty()) body.text("profile_name", row.profile_name);
    if (!options.profile_type.empty()) body.text("profile_type", options.profile_type);
    if (transport_key && !row.k.empty()) body.integer("transport_key", *transport_key);
    if (options.dry_run) body.flag("dry_run", true);
    std::vector<SecretMember> secrets;
    for (const auto& [name, key] : {std::pair("k", &row.k), {"opc", &row.opc}, {"op", &row.op}})
        if (!key->empty()) secrets.push_back({name, expose(*key)});
    const auto answer = admin.change("/subscriptions", body, secrets);
    return answer ? ok() : Status(answer.error());
}

/// Numbers that the platform has, without a change there. Whether it has a K is its own to say.
class Known {
public:
    [[nodiscard]] static Result<Known> ask(Admin& admin) {
        TRY(const auto answer, admin.read("/subscriptions"));
        TRY(const auto lines, answer.json.objects("subscriptions"));
        Known out;
        for (const auto& line : lines) {
            out.iccids_.insert(text_or(line, "iccid"));
            out.imsis_.insert(text_or(line, "imsi"));
        }
        return out;
    }
    [[nodiscard]] Status check(const SubscriberRow& row) const {
        for (const auto& [what, number, known] :
             {std::tuple("iccid", &row.iccid, &iccids_), std::tuple("imsi", &row.imsi, &imsis_)})
            if (known->contains(*number))
                return fail(Errc::conflict, what, "a subscription of the platform has it already");
        return ok();
    }

private:
    std::set<std::string> iccids_, imsis_;
};

/// A row that fails stops no other; the platform looks at each, where nothing is to be changed too. What is there
/// already is not asked for again: the platform goes through all its subscriptions to say which one is in the way, and
/// a file that was cut short may come a second time.
Status import_rows(const ImportOptions& options, SubscriberFile& file) {
    Admin admin(options.admin);
    CHECKED(check_operator(admin, options.operator_id));
    TRY(const Known known, Known::ask(admin));
    for (auto& row : file.rows) {
        if (row.problem) continue;
        auto done = known.check(row);
        if (done) done = add_row(admin, row, file.transport_key, options);
        if (!done) row.problem = std::move(done).error();
    }
    return ok();
}

// ---------------------------------------------------------------- what is said of it

/// A number as logs have it; something else that stands in its place is not shown.
std::string shown_number(const std::string& number) {
    const bool digits = std::ranges::all_of(number, [](char c) { return c >= '0' && c <= '9'; });
    return digits && number.size() <= number_digits_longest ? with_numbers_masked(number) : "?";
}
std::string why(const SubscriberRow& row) {
    return row.problem ? with_numbers_masked(to_string(*row.problem)) : std::string();
}

std::string_view good_result(const ImportOptions& options) { return options.dry_run ? "acceptable" : "done"; }

std::int64_t count_refused(const SubscriberFile& file) {
    return std::ranges::count_if(file.rows, [](const auto& row) { return row.problem.has_value(); });
}

std::string json_of(const ImportOptions& options, const SubscriberFile& file) {
    std::vector<jose::ObjectWriter> rows;
    for (const auto& row : file.rows) {
        auto& one = rows.emplace_back();
        one.integer(file.places, static_cast<std::int64_t>(row.place)).text("iccid", shown_number(row.iccid));
        one.text("imsi", shown_number(row.imsi)).text("result", row.problem ? "refused" : good_result(options));
        if (row.problem) one.text("why", why(row));
    }
    const auto refused = count_refused(file);
    return jose::ObjectWriter()
        .text("file", options.file)
        .text("format", to_string(file.format))
        .texts("ignored_columns", file.ignored)
        .integer(good_result(options), static_cast<std::int64_t>(file.rows.size()) - refused)
        .integer("refused", refused)
        .objects("rows", rows)
        .finish();
}

void print_import(const ImportOptions& options, const SubscriberFile& file, std::ostream& out) {
    out << options.file << ": " << file.rows.size() << " subscribers, format " << to_string(file.format) << ".\n";
    if (!file.ignored.empty()) {
        out << "Columns without effect here:";
        for (const auto& name : file.ignored) out << " " << printable(name);
        out << "\n";
    }
    out << "\n";
    std::vector<TableRow> rows;
    for (const auto& row : file.rows)
        rows.push_back({std::to_string(row.place), shown_number(row.iccid), shown_number(row.imsi),
                        row.problem ? "refused: " + why(row) : std::string(good_result(options))});
    print_table(out, {file.places == "line" ? "LINE" : "ENTRY", "ICCID", "IMSI", "RESULT"}, rows);
    const auto refused = count_refused(file);
    out << "\n"
        << static_cast<std::int64_t>(file.rows.size()) - refused << " " << good_result(options) << ", " << refused
        << " refused.\n";
    if (options.dry_run)
        out << "Nothing was changed. Whether a K is on the platform already shows when it is imported.\n";
    else if (std::cmp_less(refused, file.rows.size()))
        out << "\nNext:\n  mcim order create" << admin_words(options.admin) << " --operator " << options.operator_id
            << " --iccid ICCID --eid EID\n";
}

Result<int> run_import(const ImportOptions& options, std::ostream& out) {
    leave_no_core_dump();
    TRY(auto file, read_import(options));
    CHECKED(import_rows(options, file));
    if (options.json)
        out << json_of(options, file) << "\n";
    else
        print_import(options, file, out);
    return count_refused(file) == 0 ? 0 : 1;
}

constexpr auto import_footer = R"(
The file holds keys: it has to be its owner's alone (chmod 600), and 64 MiB at most. K goes to the signer, which wraps it; it is never printed,
logged or given out in clear. Each row is reported with its line; a row that is refused stops no other.

Formats (auto looks at the first line):
  csv      the first line names the columns, in any order, in small or capital letters, separated by , or ; or tabs:
           iccid, imsi, msisdn, k (ki, key), opc, op, algorithm, mnc_digits, provider, profile_name. Another one is an
           error, or with --ignore-unknown named and left out
  srsran   user_db.csv: Name,Auth,IMSI,Key,OP_Type,OP/OPc,AMF,SQN,QCI,IP_alloc
  open5gs  documents of the collection "subscribers", as mongoexport writes them: one a line, an array, or CSV
  pysim    CSV with pySim's columns: name, iccid, mcc, mnc, imsi, smsp, ki, opc, adm1, ...; the length of mnc counts
  classic  card vendors': batchId timestamp quantity productId imsisPerSim [aucTransportKeyIdx ...], then rows ICCID MSISDN IMSI Ki OPc,
           the keys under the transport key of that index, which the signer has; in clear (0) for a laboratory only

Refused: an ICCID, an IMSI or a K that another row or another subscription has; but in a laboratory, a key that everybody has.
SQN is not taken over: the new card counts from its beginning.

Exit code: 0 where every row was taken, 1 where one was not.

Examples:
  mcim subscription import subscribers.csv --operator north --dry-run
  mcim subscription import user_db.csv --operator north --iccid-from 8988211000000000011
  mongoexport -d open5gs -c subscribers -o subscribers.json && chmod 600 subscribers.json
  mcim subscription import subscribers.json --operator north --iccid-from 8988211000000000011 --json
)";

}  // namespace

void add_subscription_import(CLI::App& parent, Console& console) {
    auto* command = parent.add_subcommand("import", "Lines of subscribers that stand in a file, with their keys");
    auto options = std::make_shared<ImportOptions>();
    add_admin_option(*command, options->admin);
    command->add_option("file", options->file, "The file, mode 0600")->required();
    command->add_option("--operator", options->operator_id, "Whose lines they are")->required();
    command->add_option("--format", options->format, "auto, csv, srsran, open5gs, pysim, classic")
        ->check(CLI::IsMember({"auto", "csv", "srsran", "open5gs", "pysim", "classic"}))
        ->capture_default_str();
    command->add_option("--iccid-from", options->iccid_from,
                        "For rows without an ICCID: the first one, 18 or 19 digits; the next ones count up");
    command->add_option("--provider", options->provider, "Service provider name, for rows without one");
    command->add_option("--profile-type", options->profile_type,
                        "What their operator orders them as over ES2+, where he names no ICCID");
    command
        ->add_option(
            "--mnc-digits", options->mnc_digits,
            "Digits of the IMSIs that are the network code, for rows that do not say it: 3 in North America, else 2")
        ->check(CLI::IsMember({2, 3}));
    command->add_flag("--fresh-keys", options->fresh_keys, "Rows without K get one that nobody sees");
    command->add_flag("--ignore-unknown", options->ignore_unknown,
                      "Leave columns out whose names are not known here; without it they are an error");
    command->add_flag("--dry-run", options->dry_run, "Only say what would happen");
    command->add_flag("--json", options->json, "One JSON object instead of text");
    command->footer(import_footer);
    command->callback([options, &console] {
        const auto code = run_import(*options, console.out);
        console.finish(code ? ok() : Status(code.error()));
        if (code) console.exit_code = *code;
    });
}

}  // namespace mcim::apps
