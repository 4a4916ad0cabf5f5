// mcim operator progress: where an operator is told about his orders (ES2+.HandleDownloadProgressInfo).
#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>

#include "mcim/apps/common/certificates.h"
#include "mcim/apps/mcim/admin.h"
#include "mcim/apps/mcim/operator_client.h"

namespace mcim::apps {

namespace {

struct ProgressOptions {
    std::string admin;
    std::string operator_id;
    std::string url;
    std::vector<std::string> ca;
    bool off = false;
    bool json = false;
};

Result<jose::ObjectWriter> request_of(const ProgressOptions& options) {
    jose::ObjectWriter body;
    if (options.off) return body;
    if (options.url.empty() || options.ca.empty())
        return fail(Errc::missing_field, "--url, --ca", "both are wanted, or --off");
    std::vector<std::string> ca;
    for (const auto& file : options.ca) {
        TRY(const auto certificate, read_any_certificate(file));
        ca.push_back(base64url(certificate));
    }
    body.text("url", options.url).texts("ca", ca);
    return body;
}

Status run_progress(const ProgressOptions& options, std::ostream& out) {
    TRY(const std::string id, path_part("--operator", options.operator_id));
    TRY(const auto body, request_of(options));
    Admin admin(options.admin);
    TRY(const auto answer, admin.change("/operators/" + id + "/progress", body));
    if (options.json)
        out << answer.body << "\n";
    else if (options.off)
        out << "Operator " << id << " is told nothing more.\n";
    else
        out << "Operator " << id << " is told at " << text_or(answer.json, "url")
            << " how downloads of his orders go, until he takes it.\n";
    return ok();
}

}  // namespace

void add_operator_progress(CLI::App& parent, Console& console) {
    auto* command =
        parent.add_subcommand("progress", "Where an operator is told how downloads of his orders go (ES2+)");
    auto options = std::make_shared<ProgressOptions>();
    add_admin_option(*command, options->admin);
    command->add_option("--operator", options->operator_id, "Who is told")->required();
    command->add_option("--url", options->url, "His server: https://HOST[:PORT]; the path is the specification's");
    command->add_option("--ca", options->ca,
                        "File with the certificate of who issued the server's, DER or PEM; several");
    command->add_flag("--off", options->off, "Nothing more")->excludes("--url");
    command->add_flag("--json", options->json, "The platform's answer as it comes");
    command->footer(
        "\nExample:  mcim operator progress --admin platform/admin.sock --operator north --url "
        "https://bss.north.example --ca north-ca.pem\n");
    command->callback([options, &console] { console.finish(run_progress(*options, console.out)); });
}

}  // namespace mcim::apps
