// mcim operator client: the systems of an operator that may call ES2+, by their TLS certificates.
#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>

#include "mcim/apps/common/file_kind.h"
#include "mcim/apps/common/files.h"
#include "mcim/apps/mcim/admin.h"
#include "mcim/apps/mcim/commands.h"
#include "mcim/apps/mcim/operator_client.h"
#include "mcim/apps/mcim/text.h"

namespace mcim::apps {

namespace {

constexpr std::size_t certificate_octets_max = 16 * 1024;
constexpr std::uint8_t first_octet_of_der = 0x30;

struct ClientOptions {
    std::string admin;
    std::string operator_id;
    std::string certificate;
    std::vector<std::string> rights;
    std::string policy;
    std::string fingerprint;
    bool json = false;
};

std::string joined(const std::vector<std::string>& words) {
    std::string out;
    for (const auto& word : words) out += (out.empty() ? "" : ", ") + word;
    return out;
}

Status run_client_add(const ClientOptions& options, std::ostream& out) {
    TRY(const Bytes der, read_any_certificate(options.certificate));
    jose::ObjectWriter body;
    body.text("operator", options.operator_id).octets("certificate", der);
    if (!options.rights.empty()) body.texts("rights", options.rights);
    if (!options.policy.empty()) body.text("policy", options.policy);
    Admin admin(options.admin);
    TRY(const auto answer, admin.change("/clients", body));
    if (options.json) {
        out << answer.body << "\n";
        return ok();
    }
    TRY(const auto rights, answer.json.texts("rights"));
    out << "Whoever proves to have the key of " << options.certificate << " may call for " << options.operator_id
        << ": " << joined(rights) << ".\n\n";
    print_fields(out, {{"fingerprint", text_or(answer.json, "fingerprint")},
                       {"policy of its orders", text_or(answer.json, "policy")}});
    return ok();
}

void add_client_add(CLI::App& parent, Console& console) {
    auto* command = parent.add_subcommand("add", "Let a system of an operator in, by its certificate");
    auto options = std::make_shared<ClientOptions>();
    add_admin_option(*command, options->admin);
    command->add_option("--operator", options->operator_id, "Whose system it is")->required();
    command
        ->add_option("--certificate", options->certificate,
                     "File of its TLS certificate, DER or PEM; whoever issued it. A new one goes beside the old")
        ->required();
    command
        ->add_option(
            "--rights", options->rights,
            "What it may call, with commas between: downloadOrder,confirmOrder,cancelOrder,releaseProfile; all "
            "where absent. Over profiles of its operator only; releaseFlag of confirmOrder needs releaseProfile too")
        ->delimiter(',');
    command
        ->add_option("--policy", options->policy,
                     "Of the orders that it makes: attested, after a good verdict only (default), or open")
        ->check(CLI::IsMember({"open", "attested"}));
    command->add_flag("--json", options->json, "The platform's answer as it comes");
    command->footer(
        "\nExample:  mcim operator client add --admin platform/admin.sock --operator north --certificate "
        "north-bss.pem\n");
    command->callback([options, &console] { console.finish(run_client_add(*options, console.out)); });
}

Status run_client_list(const ClientOptions& options, std::ostream& out) {
    Admin admin(options.admin);
    TRY(const auto answer, admin.read("/clients"));
    if (options.json) {
        out << answer.body << "\n";
        return ok();
    }
    TRY(const auto clients, answer.json.objects("clients"));
    std::vector<TableRow> rows;
    for (const auto& c : clients) {
        TRY(const auto rights, c.texts("rights"));
        const auto end = c.time("not_after");
        rows.push_back({text_or(c, "operator"), joined(rights), text_or(c, "policy"), end ? to_rfc3339(*end) : "",
                        text_or(c, "fingerprint")});
    }
    print_table(out, {"OPERATOR", "RIGHTS", "POLICY", "EXPIRES", "FINGERPRINT"}, rows);
    return ok();
}

void add_client_list(CLI::App& parent, Console& console) {
    auto* command = parent.add_subcommand("list", "All of them, with the fingerprints of their certificates (SHA-256)");
    auto options = std::make_shared<ClientOptions>();
    add_admin_option(*command, options->admin);
    command->add_flag("--json", options->json, "The platform's answer as it comes");
    command->callback([options, &console] { console.finish(run_client_list(*options, console.out)); });
}

Status run_client_remove(const ClientOptions& options, std::ostream& out) {
    TRY(const std::string fingerprint, path_part("FINGERPRINT", options.fingerprint));
    Admin admin(options.admin);
    TRY(const auto answer, admin.change("/clients/" + fingerprint + "/remove", jose::ObjectWriter()));
    if (options.json)
        out << answer.body << "\n";
    else
        out << "It gets nothing any more. The orders that it made stay as they are.\n";
    return ok();
}

void add_client_remove(CLI::App& parent, Console& console) {
    auto* command = parent.add_subcommand("remove", "Shut one out; it gets nothing any more");
    auto options = std::make_shared<ClientOptions>();
    add_admin_option(*command, options->admin);
    command->add_option("fingerprint", options->fingerprint, "As \"list\" shows it")->required();
    command->add_flag("--json", options->json, "The platform's answer as it comes");
    command->callback([options, &console] { console.finish(run_client_remove(*options, console.out)); });
}

}  // namespace

Result<Bytes> read_any_certificate(const std::string& path) {
    TRY(const Bytes content, read_file(path, certificate_octets_max));
    auto der = der_of_file("CERTIFICATE", content);
    if (der && !der->empty() && der->front() == first_octet_of_der) return der;
    return fail(Errc::bad_value, path,
                "a certificate is wanted, in DER or PEM; this seems to be " + kind_of_file(content));
}

void add_operator_client(CLI::App& parent, Console& console) {
    auto* command = parent.add_subcommand("client", "Systems of operators that may call ES2+");
    command->require_subcommand(1);
    add_client_add(*command, console);
    add_client_list(*command, console);
    add_client_remove(*command, console);
}

}  // namespace mcim::apps
