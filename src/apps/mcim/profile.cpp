// mcim profile: packages for people.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <ostream>

#include "mcim/apps/common/file_kind.h"
#include "mcim/apps/common/files.h"
#include "mcim/apps/mcim/commands.h"
#include "mcim/apps/mcim/text.h"
#include "mcim/jose/json.h"
#include "mcim/saip/lint.h"
#include "mcim/saip/resolve.h"
#include "mcim/saip/template.h"

namespace mcim::apps {

namespace {

struct ProfileOptions {
    std::string file;
    bool json = false;
};

struct Read {
    Bytes der;
    saip::ProfilePackage package;
};

Error no_package(const std::string& file, View content, const Error& why) {
    const std::string kind = kind_of_file(content);
    if (kind == "a profile package")
        return fail(Errc::bad_value, file, "the package is damaged, or not of TCA's version 2 or 3: " + to_string(why));
    return fail(Errc::bad_value, file,
                "a profile package is wanted (TCA interoperable format, DER), such as \"mcim profile template --out "
                "FILE\" writes; this seems to be " +
                    kind);
}

Result<Read> read(const std::string& file) {
    TRY(Bytes der, read_file(file, saip::Limits{}.package_bytes_max));
    auto package = saip::parse(der);
    if (!package) return no_package(file, der, package.error());
    return Read{std::move(der), *std::move(package)};
}

// ---------------------------------------------------------------- mcim profile show

/// Of the first USIM, as a card that takes anything would have it; nullopt where the package has none, or no card takes
/// it.
std::optional<Imsi> imsi_of(const saip::ProfilePackage& package) {
    const auto resolution = saip::resolve(package, saip::lab_card());
    if (!resolution.image) return std::nullopt;
    const auto& nodes = resolution.image->nodes;
    const auto file = std::ranges::find(nodes, "ef-imsi", &saip::Node::name);
    if (file == nodes.end()) return std::nullopt;
    auto imsi = Imsi::from_ef(file->content);
    return imsi ? std::optional(*std::move(imsi)) : std::nullopt;
}

std::string json_of(const Read& r) {
    jose::ObjectWriter out;
    if (const auto* header = saip::profile_header_of(r.package)) {
        std::string digits = hex(header->iccid.bytes);
        digits.erase(std::min(digits.find('F'), digits.size()));
        out.text("iccid", digits)
            .integer("major_version", header->major_version)
            .integer("minor_version", header->minor_version);
        if (header->profile_type) out.text("profile_type", header->profile_type->text);
    }
    if (const auto imsi = imsi_of(r.package)) out.text("imsi", imsi->text());
    std::vector<std::string> elements;
    for (const auto& e : r.package.elements) elements.emplace_back(saip::name_of(e));
    return out.integer("octets", static_cast<std::int64_t>(r.der.size())).texts("elements", elements).finish();
}

Status run_profile_show(const ProfileOptions& options, std::ostream& out) {
    TRY(const auto r, read(options.file));
    if (options.json)
        out << json_of(r) << "\n";
    else
        out << saip::print(r.package);
    return ok();
}

void add_profile_show(CLI::App& parent, Console& console) {
    auto* command = parent.add_subcommand("show", "Print a package; keys, PINs and PUKs are masked");
    auto options = std::make_shared<ProfileOptions>();
    command->add_option("file", options->file, "Profile package (TCA interoperable format), DER")->required();
    command->add_flag("--json", options->json, "One JSON object with its outline instead of text");
    command->callback([options, &console] { console.finish(run_profile_show(*options, console.out)); });
}

// ---------------------------------------------------------------- mcim profile lint

struct LintOptions {
    std::string file;
    std::string of = "production";
    bool javacard = false;
    bool json = false;
};

/// A package that does not come back octet for octet was not understood, whatever else is said of it.
std::optional<std::string> difference_after_encoding(const Read& r) {
    const Bytes again = saip::encode(r.package);
    if (equal(again, r.der)) return std::nullopt;
    const auto end = std::min(again.size(), r.der.size());
    std::size_t at = 0;
    while (at < end && again[at] == r.der[at]) ++at;
    return "encoded again it differs from octet " + std::to_string(at) + " on";
}

using Findings = std::vector<saip::LintFinding>;

std::int64_t count_of(const Findings& findings, saip::Severity severity) {
    return std::ranges::count(findings, severity, &saip::LintFinding::severity);
}

std::string json_of(const LintOptions& options, const Findings& findings) {
    std::vector<jose::ObjectWriter> list;
    for (const auto& f : findings) {
        auto& one = list.emplace_back();
        one.text("severity", saip::to_string(f.severity)).text("code", saip::code_of(f.what));
        if (f.element != 0) one.integer("element", static_cast<std::int64_t>(f.element)).text("name", f.name);
        one.text("what", f.detail).text("next", saip::next_step(f.what));
    }
    return jose::ObjectWriter()
        .text("file", options.file)
        .text("class", options.of)
        .integer("errors", count_of(findings, saip::Severity::error))
        .integer("warnings", count_of(findings, saip::Severity::warning))
        .integer("notes", count_of(findings, saip::Severity::note))
        .objects("findings", list)
        .finish();
}

/// The worst first, and under each kind of finding once what to do about it.
void print_findings(Findings findings, std::ostream& out) {
    std::ranges::stable_sort(findings, [](const auto& a, const auto& b) {
        return std::pair(b.severity, a.what) < std::pair(a.severity, b.what);
    });
    for (std::size_t i = 0; i < findings.size(); ++i) {
        const auto& f = findings[i];
        if (i == 0 || findings[i - 1].what != f.what)
            out << "\n" << saip::to_string(f.severity) << " " << saip::code_of(f.what) << "\n";
        out << "  " << saip::where(f) << ": " << f.detail << "\n";
        if (i + 1 == findings.size() || findings[i + 1].what != f.what)
            out << "  Next: " << saip::next_step(f.what) << "\n";
    }
}

void print_text(const LintOptions& options, const Read& r, const Findings& findings, std::ostream& out) {
    out << options.file << ": " << r.package.elements.size() << " elements, " << r.der.size()
        << " octets, decoded and encoded again to the same octets.\n";
    print_findings(findings, out);
    out << "\n"
        << count_of(findings, saip::Severity::error) << " errors, " << count_of(findings, saip::Severity::warning)
        << " warnings, " << count_of(findings, saip::Severity::note) << " notes, for class " << options.of << ".\n";
}

/// Errors are an answer, not a failure of the command: they only make its exit code.
Result<int> run_lint(const LintOptions& options, std::ostream& out) {
    TRY(const auto r, read(options.file));
    if (const auto difference = difference_after_encoding(r)) return fail(Errc::bad_value, options.file, *difference);
    const auto findings =
        saip::lint(r.package, {options.of == "lab" ? saip::LintClass::lab : saip::LintClass::production,
                               options.javacard ? saip::Runtime::javacard : saip::Runtime::none});
    if (options.json)
        out << json_of(options, findings) << "\n";
    else
        print_text(options, r, findings, out);
    return count_of(findings, saip::Severity::error) == 0 ? 0 : 1;
}

constexpr auto lint_footer = R"(
What it names: keys that stand in public or that nobody chose, default codes, code that would run on the card, commands over
the air without a checksum, files that TS 31.102 makes mandatory and the package does not make, IMSI and ICCID
that are missing, wrong or different, networks, and what no card would install. Each finding has a severity, a code that
stays the same from version to version, its place and what to do next. No key is ever shown.

Exit code: 0 without an error, 1 with one or where the file is no package. Warnings and notes change nothing.

Example:  mcim profile lint operator.der
A test profile in a laboratory:  mcim profile lint TS48.der --class lab
In a pipeline:  mcim profile lint operator.der --json | jq '.findings[] | select(.severity == "error")'
)";

void add_lint(CLI::App& parent, Console& console) {
    auto* command = parent.add_subcommand("lint", "What an engineer wants to know before a package goes out");
    auto options = std::make_shared<LintOptions>();
    command->add_option("file", options->file, "Profile package, DER")->required();
    command
        ->add_option("--class", options->of,
                     "What the package is for. lab: published keys and the test algorithm are notes, default keys "
                     "warnings")
        ->check(CLI::IsMember({"production", "lab"}))
        ->capture_default_str();
    command->add_flag("--javacard", options->javacard,
                      "It goes to cards with a Java Card runtime: applets are notes. Our own cards run none");
    command->add_flag("--json", options->json, "One JSON object instead of text");
    command->footer(lint_footer);
    command->callback([options, &console] {
        const auto code = run_lint(*options, console.out);
        console.finish(code ? ok() : Status(code.error()));
        if (code) console.exit_code = *code;
    });
}

// ---------------------------------------------------------------- mcim profile template

struct TemplateOptions {
    std::string iccid;
    std::string imsi;
    std::string msisdn;
    std::string spn = "mcim";
    std::string out;
    bool json = false;
};

/// To look at and to compare with: a card would take it, and no network.
Result<saip::Variables> variables_of(const TemplateOptions& options) {
    TRY(Iccid iccid, Iccid::parse(options.iccid));
    TRY(Imsi imsi, Imsi::parse(options.imsi));
    TRY(auto v, saip::blank_variables(std::move(iccid), std::move(imsi)));
    if (!options.msisdn.empty()) {
        TRY(Msisdn msisdn, Msisdn::parse(options.msisdn));
        v.msisdn = std::move(msisdn);
    }
    return v;
}

Status run_template(const TemplateOptions& options, std::ostream& out) {
    TRY(const auto variables, variables_of(options));
    saip::ProfileTemplate form;
    form.spn = options.spn;
    TRY(const auto package, saip::personalise(form, variables));
    const Bytes der = saip::encode(package);
    CHECKED(write_new_file(options.out, der));
    if (options.json) {
        out << jose::ObjectWriter()
                   .text("file", options.out)
                   .text("iccid", variables.iccid.text())
                   .integer("octets", static_cast<std::int64_t>(der.size()))
                   .finish()
            << "\n";
        return ok();
    }
    out << "The project's own profile for " << variables.iccid.text() << ", " << der.size() << " octets, is in "
        << options.out
        << ".\nIt is to be looked at and has no keys: K, OPc and the codes are zeros, and no platform takes it so. A "
        << "platform fills\nthe template itself: mcim subscription add, without --profile.\n\nNext:\n  mcim profile "
           "show "
        << options.out << "\n";
    return ok();
}

void add_template(CLI::App& parent, Console& console) {
    auto* command = parent.add_subcommand("template", "Write the project's own profile, without keys, to look at it");
    auto options = std::make_shared<TemplateOptions>();
    command->add_option("--out", options->out, "File for the package")->required();
    command->add_option("--iccid", options->iccid, "18 to 20 digits")->default_val("8988211000000000011");
    command->add_option("--imsi", options->imsi, "6 to 15 digits")->default_val("001010000000001");
    command->add_option("--msisdn", options->msisdn, "Telephone number");
    command->add_option("--provider", options->spn, "Service provider name, 1 to 16 characters")->capture_default_str();
    command->add_flag("--json", options->json, "One JSON object instead of text");
    command->callback([options, &console] { console.finish(run_template(*options, console.out)); });
}

}  // namespace

void add_profile(CLI::App& app, Console& console) {
    auto* command =
        app.add_subcommand("profile", "Profile packages: print them, look for what a careful operator minds");
    command->require_subcommand(1);
    add_profile_show(*command, console);
    add_lint(*command, console);
    add_template(*command, console);
}

}  // namespace mcim::apps
