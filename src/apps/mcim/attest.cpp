// mcim attest: what a model's registers should hold, said by an operator; and how a device stands.
#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>

#include "mcim/apps/common/files.h"
#include "mcim/apps/mcim/admin.h"
#include "mcim/apps/mcim/commands.h"
#include "mcim/apps/mcim/operator_keys.h"
#include "mcim/apps/mcim/text.h"
#include "mcim/evidence/reference_values.h"
#include "mcim/evidence/verdict.h"
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

void print_reference(const ReferenceOptions& options, const evidence::ReferenceValues& values, std::ostream& out) {
    out << "Reference values for \"" << options.model << "\", version " << values.version << ", signed by "
        << options.operator_id << ", valid until " << to_rfc3339(values.expires_at) << ":\n\n";
    std::vector<std::pair<std::string, std::string>> lines;
    for (const auto& [index, reference] : values.platforms.at(options.model))
        lines.emplace_back(evidence::pcr_name(index), hex(reference.accepted.front().digest));
    print_fields(out, lines);
    if (!options.out.empty()) out << "\nIn " << options.out << ".\n";
    if (options.admin.empty())
        out << "\nThe platform does not have it yet: the same with --admin SOCKET gives it one.\n";
    else
        out << "\nThe platform uses them from now on"
            << (options.withdraw_earlier ? ", and nothing that " + options.operator_id + " signed before.\n"
                                         : ", beside the earlier ones of " + options.operator_id +
                                               " until those expire;\n--withdraw-earlier would end them.\n");
}

Status run_reference(const ReferenceOptions& options, std::ostream& out) {
    const Time now = std::chrono::floor<std::chrono::seconds>(system_now());
    TRY(const auto life, parse_duration("--valid-for", options.valid_for));
    TRY(const auto key, read_signing_key(options.key));
    TRY(auto platform, measure(options));
    // seconds since 1970 grow by themselves. Earlier documents go on beside this one, unless it withdraws them
    const std::int64_t version = options.number != 0
                                     ? options.number
                                     : std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
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
        ->add_option("--number", options->number, "Version of the document, growing; the time in seconds where absent")
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

/// The claims of a token that this platform's own socket handed out: whoever gets it from elsewhere verifies it with
/// the verifier's key.
Result<evidence::Verdict> read_token_claims(const std::string& token) {
    TRY(const auto claims, jose::unverified_claims(token));
    return evidence::read_verdict(claims);
}

void print_part(std::ostream& out, std::string_view name, const evidence::Appraisal& part) {
    out << "  " << name << ": " << to_string(part.status) << "\n";
    for (const auto& difference : part.differences) out << "    " << difference << "\n";
}

void print_verdict(std::ostream& out, const evidence::Verdict& v, Time now) {
    const bool fresh = now < v.expires_at;
    out << (v.passes() ? (fresh ? "PASS" : "PASS, but expired: it opens nothing") : "FAIL") << ", by the values "
        << v.reference_version << " of " << v.reference_operator << " for \"" << v.platform_model << "\", "
        << to_rfc3339(v.issued_at) << " to " << to_rfc3339(v.expires_at) << "\n"
        << (v.session.empty() ? "  outside of a download" : "  for the download in transaction " + hex(v.session))
        << "\n";
    print_part(out, "platform", v.parts.platform);
    print_part(out, "module", v.parts.module);
}

Status run_verdict(const VerdictOptions& options, std::ostream& out) {
    TRY(const std::string eid, path_part("--eid", options.eid));
    std::string path = "/devices/" + eid + "/verdicts";
    if (!options.session.empty()) {
        TRY(const Bytes session, from_hex(options.session));
        path += "?session=" + hex(session);
    }
    Admin admin(options.admin);
    TRY(const auto answer, admin.read(path));
    if (options.json) {
        out << answer.body << "\n";
        return ok();
    }
    TRY(const auto tokens, answer.json.texts("verdicts"));
    if (tokens.empty())
        out << "There is no verdict: the device has not given evidence"
            << (options.session.empty() ? "" : " in this session") << ".\n";
    for (auto token = tokens.rbegin(); token != tokens.rend(); ++token) {  // how it stands now comes first
        TRY(const auto verdict, read_token_claims(*token));
        print_verdict(out, verdict, system_now());
    }
    return ok();
}

void add_verdict(CLI::App& parent, Console& console) {
    auto* command =
        parent.add_subcommand("verdict", "How a device stands with each operator, and what differs; the newest first");
    auto options = std::make_shared<VerdictOptions>();
    add_admin_option(*command, options->admin);
    command->add_option("--eid", options->eid, "The device")->required();
    command->add_option(
        "--session", options->session,
        "Only those of one download: its transaction ID, hexadecimal, as \"mcim order explain\" names it");
    command->add_flag("--json", options->json, "The platform's answer as it comes: signed tokens");
    command->callback([options, &console] { console.finish(run_verdict(*options, console.out)); });
}

}  // namespace

void add_attest(CLI::App& app, Console& console) {
    auto* command = app.add_subcommand("attest", "No trust, no subscription: reference values and verdicts");
    command->require_subcommand(1);
    add_reference(*command, console);
    add_verdict(*command, console);
}

}  // namespace mcim::apps
