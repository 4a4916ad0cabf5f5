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

std::string_view name_of(saip::Finding finding) {
    switch (finding) {
        using enum saip::Finding;
        case test_key: return "test key";
        case zero_key: return "zero key";
        case test_algorithm: return "test algorithm";
        case application: return "application";
        case remote_management: return "remote management";
        case missing_file: return "missing file";
        case missing_keys: return "missing keys";
        case iccid_differs: return "ICCID differs";
    }
    return "finding";
}

/// A package that does not come back octet for octet was not understood, whatever else is said of it.
std::optional<std::string> difference_after_encoding(const Read& r) {
    const Bytes again = saip::encode(r.package);
    if (equal(again, r.der)) return std::nullopt;
    const auto end = std::min(again.size(), r.der.size());
    std::size_t at = 0;
    while (at < end && again[at] == r.der[at]) ++at;
    return "encoded again it differs from octet " + std::to_string(at) + " on";
}

Status run_lint(const ProfileOptions& options, std::ostream& out) {
    TRY(const auto r, read(options.file));
    if (const auto difference = difference_after_encoding(r)) return fail(Errc::bad_value, options.file, *difference);
    const auto findings = saip::lint(r.package);
    if (options.json) {
        std::vector<jose::ObjectWriter> list;
        for (const auto& f : findings)
            list.push_back(
                jose::ObjectWriter().text("finding", name_of(f.what)).text("where", f.where).text("detail", f.detail));
        out << jose::ObjectWriter().text("file", options.file).objects("findings", list).finish() << "\n";
        return ok();
    }
    out << options.file << ": " << r.package.elements.size() << " elements, " << r.der.size()
        << " octets, decoded and encoded again to the same octets.\n";
    std::vector<TableRow> rows;
    for (const auto& f : findings) rows.push_back({std::string(name_of(f.what)), f.where, f.detail});
    if (rows.empty())
        out << "Nothing to say against it.\n";
    else
        print_table(out, {"FINDING", "WHERE", "WHY IT MATTERS"}, rows);
    return ok();
}

void add_lint(CLI::App& parent, Console& console) {
    auto* command = parent.add_subcommand("lint", "What a careful operator wants to know before a package goes out");
    auto options = std::make_shared<ProfileOptions>();
    command->add_option("file", options->file, "Profile package, DER")->required();
    command->add_flag("--json", options->json, "One JSON object instead of text");
    command->footer("\nFindings are no errors: test profiles have them. Exit code 1 only where it is no package.\n");
    command->callback([options, &console] { console.finish(run_lint(*options, console.out)); });
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

/// To look at and to compare with: PINs of zeros, and zeros where the signer puts keys. A card would take it, and no
/// network.
Result<saip::Variables> variables_of(const TemplateOptions& options) {
    TRY(Iccid iccid, Iccid::parse(options.iccid));
    TRY(Imsi imsi, Imsi::parse(options.imsi));
    saip::Variables v{std::move(iccid), std::move(imsi), 2, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}};
    if (!options.msisdn.empty()) {
        TRY(Msisdn msisdn, Msisdn::parse(options.msisdn));
        v.msisdn = std::move(msisdn);
    }
    for (auto* code : {&v.pin1, &v.pin2}) {
        TRY(*code, saip::pin_from_digits("0000"));
    }
    for (auto* code : {&v.puk1, &v.puk2, &v.adm1}) {
        TRY(*code, saip::pin_from_digits("00000000"));
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
