// mcim attest: what a model's registers should hold, said by an operator; and how a device stands.
#include "mcim/apps/mcim/attest.h"

#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>
#include <set>

#include "mcim/apps/common/files.h"
#include "mcim/apps/mcim/admin.h"
#include "mcim/apps/mcim/commands.h"
#include "mcim/apps/mcim/operator_keys.h"
#include "mcim/apps/mcim/text.h"
#include "mcim/evidence/reference_values.h"
#include "mcim/tpm/tpm.h"

namespace mcim::apps {

namespace {

// ---------------------------------------------------------------- mcim attest reference

struct ReferenceOptions {
    std::string tpm;
    std::string model;
    std::string registers = "0-7";
    std::string module_registers;
    std::string software = "as measured";
    std::string operator_id;
    std::string key;
    std::string valid_for = "365d";
    std::int64_t number = 0;
    bool withdraw_earlier = false;
    std::string out;
    std::string admin;
    bool json = false;
};

Result<evidence::PlatformReference> measure(const ReferenceOptions& options) {
    evidence::PcrSelection of_module;
    if (!options.module_registers.empty()) {
        TRY(const auto listed, parse_registers("--module-pcrs", options.module_registers));
        of_module = {listed.begin(), listed.end()};
    }
    TRY(const auto listed, parse_registers("--pcrs", options.registers));
    evidence::PcrSelection all(listed.begin(), listed.end());
    for (const unsigned r : of_module)
        if (!all.insert(r).second)
            return fail(Errc::conflict, "--module-pcrs", "register " + std::to_string(r) + " is among --pcrs already");
    TRY(auto tpm, tpm::Tpm::open(options.tpm));
    TRY(const auto values, tpm.read_pcrs(all));
    evidence::PlatformReference out;
    for (const auto& [index, digest] : values)
        out[index] = {of_module.contains(index) ? evidence::Part::module : evidence::Part::platform,
                      {{digest, options.software}}};
    return out;
}

/// A value that says nothing about software is worth a word before it is signed for.
void warn_of_unmeasured(const evidence::PlatformReference& registers, std::ostream& out) {
    std::string names;
    for (const auto& [index, reference] : registers)
        if (std::ranges::all_of(reference.accepted.front().digest, [](std::uint8_t octet) { return octet == 0; }))
            names += (names.empty() ? "PCR " : ", ") + std::to_string(index);
    if (!names.empty())
        out << "\nNothing was measured into " << names
            << ": it is zero, as on every machine whose firmware or software measures nothing there.\n";
}

void print_reference(const ReferenceOptions& options, const evidence::ReferenceValues& values, std::ostream& out) {
    out << "Reference values for \"" << options.model << "\", version " << values.version << ", signed by "
        << options.operator_id << ", valid until " << to_rfc3339(values.expires_at) << ":\n\n";
    std::vector<std::pair<std::string, std::string>> lines;
    for (const auto& [index, reference] : values.platforms.at(options.model))
        lines.emplace_back(evidence::pcr_name(index), hex(reference.accepted.front().digest));
    print_fields(out, lines);
    warn_of_unmeasured(values.platforms.at(options.model), out);
    if (!options.out.empty()) out << "\nIn " << options.out << ".\n";
    if (options.admin.empty())
        out << "\nThe platform does not have it yet: the same with --admin SOCKET gives it one.\n";
    else
        out << "\nThe platform uses them from now on"
            << (options.withdraw_earlier ? ", and nothing that " + options.operator_id + " signed before.\n"
                                         : ", beside the earlier ones of " + options.operator_id +
                                               " until those expire;\n--withdraw-earlier would end them.\n");
}

/// By their indices.
jose::ObjectWriter digests_of(const evidence::PlatformReference& registers) {
    jose::ObjectWriter out;
    for (const auto& [index, reference] : registers)
        out.hex_octets(std::to_string(index), reference.accepted.front().digest);
    return out;
}

Status run_reference(const ReferenceOptions& options, std::ostream& out) {
    const Time now = std::chrono::floor<std::chrono::seconds>(system_now());
    TRY(const auto life, parse_duration("--valid-for", options.valid_for));
    TRY(const auto key, read_signing_key(options.key));
    TRY(auto platform, measure(options));
    // milliseconds since 1970 grow by themselves. Earlier documents go on beside this one, unless it withdraws them
    const std::int64_t version =
        options.number != 0
            ? options.number
            : std::chrono::duration_cast<std::chrono::milliseconds>(system_now().time_since_epoch()).count();
    evidence::ReferenceValues values{options.operator_id,
                                     version,
                                     now,
                                     now + life,
                                     {{options.model, std::move(platform)}},
                                     options.withdraw_earlier ? version : 0};
    TRY(const std::string token,
        evidence::sign_reference_values(values, jose::thumbprint(key.public_key()), jose::signer_of(key)));
    if (!options.out.empty()) CHECKED(write_new_file(options.out, as_view(token + "\n")));
    if (!options.admin.empty()) {
        Admin admin(options.admin);
        CHECKED(admin.change("/reference-values",
                             jose::ObjectWriter().text("operator", options.operator_id).text("jws", token)));
    }
    if (options.json)
        out << jose::ObjectWriter()
                   .text("operator", options.operator_id)
                   .integer("version", version)
                   .text("model", options.model)
                   .time("issued_at", values.issued_at)
                   .time("expires_at", values.expires_at)
                   .object("pcrs", digests_of(values.platforms.at(options.model)))
                   .text("jws", token)
                   .finish()
            << "\n";
    else
        print_reference(options, values, out);
    return ok();
}

void add_reference(CLI::App& parent, Console& console) {
    auto* command = parent.add_subcommand("reference", "Take a good machine's registers as what its model should hold");
    auto options = std::make_shared<ReferenceOptions>();
    command->add_option("--tpm", options->tpm, "TCTI of the good machine's TPM")->required();
    command->add_option("--model", options->model, "Platform model")->required();
    command->add_option("--pcrs", options->registers, "Registers of the host, such as 0,4,7 or 0-7")
        ->capture_default_str();
    command->add_option("--module-pcrs", options->module_registers, "Registers that show the trusted environment");
    command->add_option("--software", options->software, "What people call this state, e.g. \"release 4.2\"")
        ->capture_default_str();
    command->add_option("--operator", options->operator_id, "In whose name; the values speak for this operator only")
        ->required();
    command->add_option("--key", options->key, "The operator's private key")->required();
    command->add_option("--valid-for", options->valid_for, "Life of the document")->capture_default_str();
    command
        ->add_option("--number", options->number,
                     "Version of the document, growing; the time in milliseconds where absent")
        ->check(CLI::PositiveNumber);
    command->add_flag("--withdraw-earlier", options->withdraw_earlier,
                      "All that the operator signed before counts no more, for every model");
    command->add_option("--out", options->out, "File for the signed document");
    command->add_option("--admin", options->admin, "Socket of the running mcimd: give it the document")
        ->envname("MCIM_ADMIN");
    command->add_flag("--json", options->json, "One JSON object instead of text");
    command->footer(
        "\nWhatever runs on that machine now is what will be trusted: be sure of it first.\n"
        "Example:  mcim attest reference --tpm device:/dev/tpmrm0 --model meter-2 --pcrs 0-7 --operator north "
        "--key north.pem --admin platform/admin.sock\n");
    command->callback([options, &console] { console.finish(run_reference(*options, console.out)); });
}

// ---------------------------------------------------------------- mcim attest verdict

struct VerdictOptions {
    std::string admin;
    std::string eid;
    std::string session;
    bool json = false;
};

Status print_part(std::ostream& out, std::string_view name, const jose::Object& verdict) {
    TRY(const auto part, verdict.object(name));
    TRY(const auto status, part.text("status"));
    TRY(const auto differences, part.texts("differences"));
    out << "  " << name << ": " << status << "\n";
    for (const auto& difference : differences) out << "    " << difference << "\n";
    return ok();
}

/// How the device stands by the values of one operator.
Status print_verdict(std::ostream& out, const jose::Object& verdict) {
    TRY(const auto result, verdict.text("result"));
    TRY(const auto standing, verdict.text("standing"));
    TRY(const auto why, verdict.texts("why"));
    TRY(const auto version, verdict.integer("reference_version"));
    TRY(const auto issued_at, verdict.time("issued_at"));
    TRY(const auto expires_at, verdict.time("expires_at"));
    const std::string session = text_or(verdict, "session");
    out << (result == "pass" ? "PASS" : "FAIL")
        << (result == "pass" && standing != "pass" ? ", but it opens nothing" : "") << ", by the values " << version
        << " of " << text_or(verdict, "operator") << " for \"" << text_or(verdict, "platform_model") << "\", "
        << to_rfc3339(issued_at) << " to " << to_rfc3339(expires_at) << "\n"
        << (session.empty() ? "  outside of a download" : "  for the download in transaction " + session) << "\n";
    if (standing == "stale" || result == "pass")
        for (const auto& sentence : why) out << "  " << sentence << "\n";
    CHECKED(print_part(out, "platform", verdict));
    return print_part(out, "module", verdict);
}

Status run_verdict(const VerdictOptions& options, std::ostream& out) {
    TRY(const std::string eid, path_part("--eid", options.eid));
    std::string path = "/devices/" + eid + "/verdicts";
    if (!options.session.empty()) {
        const auto session = from_hex(options.session);
        if (!session)
            return fail(Errc::bad_value, "--session",
                        "\"" + options.session + "\" is no transaction ID: pairs of hexadecimal digits are wanted");
        path += "?session=" + hex(*session);
    }
    Admin admin(options.admin);
    TRY(const auto answer, admin.read(path));
    if (options.json) {
        out << answer.body << "\n";
        return ok();
    }
    return print_verdicts(answer.json, options.session, out);
}

void add_verdict(CLI::App& parent, Console& console) {
    auto* command = parent.add_subcommand("verdict", "How a device stands with each operator, and what differs");
    auto options = std::make_shared<VerdictOptions>();
    add_admin_option(*command, options->admin);
    command->add_option("--eid", options->eid, "The device")->required();
    command->add_option(
        "--session", options->session,
        "Only those of one download: its transaction ID, hexadecimal, as \"mcim order explain\" names it");
    command->add_flag("--json", options->json,
                      "The platform's answer as it comes: every verdict, newest first, with its token");
    command->callback([options, &console] { console.finish(run_verdict(*options, console.out)); });
}

}  // namespace

Status print_verdicts(const jose::Object& answer, std::string_view session, std::ostream& out) {
    TRY(const auto verdicts, answer.objects("verdicts"));
    print_refused_evidence(answer, out);
    if (verdicts.empty())
        out << (session.empty()
                    ? "There is no verdict: no evidence of the device was taken.\n"
                    : "There is no verdict about this download: no evidence of the device was taken in it.\n"
                      "Without --session: what is known of others.\n")
            << "What its TPM did not sign is named in the log of mcimd only.\n";
    std::set<std::string> operators;
    for (const auto& verdict : verdicts)
        if (operators.insert(text_or(verdict, "operator")).second) CHECKED(print_verdict(out, verdict));
    if (const auto others = verdicts.size() - operators.size(); others != 0)
        out << "\nOlder ones that are kept: " << others << ". --json shows all, --session ID those of one download.\n";
    return ok();
}

void add_attest(CLI::App& app, Console& console) {
    auto* command = app.add_subcommand("attest", "No trust, no subscription: reference values and verdicts");
    command->require_subcommand(1);
    add_reference(*command, console);
    add_verdict(*command, console);
}

}  // namespace mcim::apps
