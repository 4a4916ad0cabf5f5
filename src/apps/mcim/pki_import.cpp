// mcim pki import: a PKI that somebody else made becomes a folder that mcimd serves.
#include "mcim/apps/common/pki_import.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <climits>
#include <memory>
#include <ostream>

#include "mcim/apps/common/key_files.h"
#include "mcim/apps/mcim/pki.h"
#include "mcim/apps/mcim/text.h"
#include "mcim/base/text.h"
#include "mcim/crypto/freed_memory.h"
#include "mcim/http/client.h"
#include "mcim/jose/json.h"

namespace mcim::apps {
namespace {

struct ImportOptions {
    ImportPlan plan;
    std::string from;
    std::string to;
    bool renew_tls = false;
    bool with_issuer_keys = false;
    bool json = false;
};

std::vector<std::string> names_of(const std::vector<crypto::Curve>& curves) {
    std::vector<std::string> out;
    for (const auto curve : curves) out.emplace_back(to_string(curve));
    return out;
}
std::string joined_names(const std::vector<crypto::Curve>& curves) {
    std::string out;
    for (const auto& name : names_of(curves)) out += (out.empty() ? "" : ", ") + name;
    return out;
}

/// Names of files and what certificates say are a stranger's.
constexpr std::size_t shown_characters_max = 400;
std::string shown(std::string_view text) { return printable(text, shown_characters_max); }

std::vector<std::pair<std::string, std::string>> fields_of(const std::vector<Imported::Line>& lines,
                                                           const ImportOptions& options) {
    std::vector<std::pair<std::string, std::string>> out;
    for (const auto& [at, what] : lines)
        out.emplace_back(shown(at.file.lexically_relative(options.from).string()) +
                             (at.block == 0 ? "" : " #" + std::to_string(at.block)),
                         shown(what));
    return out;
}

void print_import(std::ostream& out, const Imported& made, const ImportOptions& options) {
    out << "The PKI in " << options.from << " was imported into " << options.to << ", for SM-DP+ " << made.dp_oid
        << " and cards of CIs on " << joined_names(made.curves) << ".\n\nTaken:\n";
    print_fields(out, fields_of(made.taken, options));
    if (!made.left_out.empty()) out << "\nLeft out:\n";
    print_fields(out, fields_of(made.left_out, options));
    out << "\nTLS is for " << made.host << " until " << to_rfc3339(made.tls_until)
        << ": clients reach this server by that name alone, so let DNS (or\n/etc/hosts of a test) say where it is. "
           "Activation codes will say "
        << made.address << ".\n";
    if (!made.without_tls.empty())
        out << "No TLS certificate on " << joined_names(made.without_tls)
            << " names that host: clients that verify on no other curve do not reach this server.\n";
    out << "Keys are in files of mode 0600.";
    if (options.with_issuer_keys)
        out << " Those of CIs and EUMs are for no server: move key.pem in the folders ci and eum away.";
    out << "\n\nNext:\n  mcimd --config " << made.config.string() << "\n";
}

jose::ObjectWriter as_json(const Imported::Line& line, std::string_view member) {
    jose::ObjectWriter out;
    out.text("file", printable(line.at.file.string(), PATH_MAX));
    if (line.at.block != 0) out.integer("block", static_cast<std::int64_t>(line.at.block));
    return out.text(member, shown(line.what));
}

std::string import_json(const Imported& made, const ImportOptions& options) {
    std::vector<jose::ObjectWriter> taken, left_out;
    for (const auto& line : made.taken) taken.push_back(as_json(line, "as"));
    for (const auto& line : made.left_out) left_out.push_back(as_json(line, "because"));
    jose::ObjectWriter out;
    out.text("dir", options.to).text("config", made.config.string()).text("dp_oid", made.dp_oid);
    out.text("host", made.host).text("dp_address", made.address).texts("curves", names_of(made.curves));
    out.texts("curves_without_tls", names_of(made.without_tls));
    out.text("tls_not_after", to_rfc3339(made.tls_until)).objects("taken", taken).objects("left_out", left_out);
    return out.finish();
}

/// They go into a configuration as they are; mcimd reads them again and is stricter.
Status check_import(const ImportPlan& plan) {
    for (const auto& [option, text] : {std::pair("--dp-address", plan.address), {"--listen", plan.listen}})
        if (!std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7F && c != '"' && c != '\\'; }))
            return fail(Errc::bad_value, option, "printable characters without quotes and spaces are wanted");
    if (plan.address.empty()) return ok();
    const auto address = http::parse_host_port(plan.address);
    return address ? ok() : Status(fail(Errc::bad_value, "--dp-address", "a host, with a port where it is not 443"));
}

Status run_import(ImportOptions options, std::ostream& out) {
    leave_no_core_dump();
    (void)crypto::wipe_freed_memory();  // true where the command is a process of its own
    options.plan.from = options.from;
    options.plan.to = options.to;
    if (options.renew_tls) options.plan.tls = ImportPlan::Tls::renewed;
    if (options.with_issuer_keys) options.plan.issuer_keys = ImportPlan::IssuerKeys::taken;
    CHECKED(check_import(options.plan));
    SystemRandom random;
    TRY(const auto made, import_pki(options.plan, system_now(), random));
    if (options.json)
        out << import_json(made, options) << "\n";
    else
        print_import(out, made, options);
    return ok();
}

}  // namespace

void add_pki_import(CLI::App& pki, Console& console) {
    auto* command = pki.add_subcommand(
        "import", "Make a folder that mcimd serves of a PKI that somebody else made, on either curve or both");
    auto options = std::make_shared<ImportOptions>();
    command->add_option("folder", options->from, "Its certificates and keys: DER or PEM, in whatever files")
        ->required();
    command->add_option("--dir", options->to, "New folder")->required();
    command->add_option("--dp-oid", options->plan.dp_oid,
                        "The SM-DP+ among several; that with most certificates and keys where absent");
    command->add_flag(
        "--renew-tls", options->renew_tls,
        "Issue its TLS certificates anew, for 398 days, with the CI's key, which has to be in the folder");
    command->add_flag(
        "--with-issuer-keys", options->with_issuer_keys,
        "Take the private keys of CIs and EUMs too, which a server does not need: for tests, and for mcim "
        "pki euicc");
    command->add_option(
        "--dp-address", options->plan.address,
        "HOST:PORT of activation codes; the TLS certificate's host and the port of --listen where absent");
    command->add_option("--listen", options->plan.listen, "IP address and port of TLS")->capture_default_str();
    command->add_flag("--json", options->json, "One JSON object instead of text");
    command->footer(
        "\nFiles are told by what they hold, not by their names. Each one is listed, with what it serves as or why it "
        "is left out. A file may hold several, one behind the other (PEM).\n"
        "Example:  mcim pki import sgp26 --dir pki && mcimd --config pki/mcimd.toml\n");
    command->callback([options, &console] { console.finish(run_import(*options, console.out)); });
}

}  // namespace mcim::apps
