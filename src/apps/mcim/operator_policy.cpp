// mcim operator show, policy: what an operator refuses of packages that come in for him.
#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>

#include "mcim/apps/mcim/admin.h"
#include "mcim/apps/mcim/operator_client.h"
#include "mcim/apps/mcim/text.h"
#include "mcim/crypto/ec.h"
#include "mcim/jose/jws.h"

namespace mcim::apps {

namespace {

struct PolicyOptions {
    std::string admin;
    std::string operator_id;
    std::vector<std::string> refuse;
    std::vector<std::string> allow;
    std::string applets;
    bool as_by_default = false;
    bool json = false;
};

Result<std::string> listed_words(const jose::Object& in, std::string_view name) {
    TRY(const auto words, in.texts(name));
    std::string out;
    for (const auto& word : words) out += (out.empty() ? "" : ", ") + word;
    return out;
}

/// What the platform refuses by itself is refused for everybody.
Status print_policy(const jose::Object& answer, std::ostream& out) {
    TRY(const auto policy, answer.object("policy"));
    TRY(const std::string refuse, listed_words(policy, "refuse"));
    TRY(const std::string allow, listed_words(policy, "allow"));
    const bool applets_refused = text_or(policy, "applets") == "refused";
    print_fields(out, {{"refuses", refuse.empty() ? "nothing beyond what the platform refuses" : refuse},
                       {"but allows", allow},
                       {"applications", applets_refused ? "refused: no package that has any"
                                                        : "where declared: for cards with a Java Card runtime only"}});
    return ok();
}

Status run_operator_show(const PolicyOptions& options, std::ostream& out) {
    TRY(const std::string id, path_part("ID", options.operator_id));
    Admin admin(options.admin);
    TRY(const auto answer, admin.read("/operators/" + id));
    if (options.json) {
        out << answer.body << "\n";
        return ok();
    }
    TRY(const auto spki, answer.json.octets("key"));
    TRY(const auto key, crypto::PublicKey::from_spki(spki));
    TRY(const auto since, answer.json.time("created_at"));
    print_fields(out, {{"operator", id},
                       {"name", text_or(answer.json, "name")},
                       {"key", jose::thumbprint(key)},
                       {"since", to_rfc3339(since)}});
    out << "\nOf packages that come in for him:\n";
    return print_policy(answer.json, out);
}

Status run_policy(const PolicyOptions& options, std::ostream& out) {
    TRY(const std::string id, path_part("--operator", options.operator_id));
    if (options.refuse.empty() && options.allow.empty() && options.applets.empty() && !options.as_by_default)
        return fail(Errc::missing_field, "--refuse, --allow, --applets",
                    "one of them is wanted, or --default; \"mcim operator show\" shows the policy as it is");
    jose::ObjectWriter body;
    body.texts("refuse", options.refuse).texts("allow", options.allow);
    if (!options.applets.empty()) body.text("applets", options.applets);
    Admin admin(options.admin);
    TRY(const auto answer, admin.change("/operators/" + id + "/policy", body));
    if (options.json) {
        out << answer.body << "\n";
        return ok();
    }
    out << "The policy of operator " << id << " for what comes in from now on:\n";
    return print_policy(answer.json, out);
}

constexpr auto policy_footer = R"(
CODE is one of those that "mcim profile lint" names. "error" and "warning" stand for whatever it finds of that severity, or
worse, in the platform's class: lab where the configuration says laboratory, else production. The policy is given as a
whole: what is not named is as by default. Keys that everybody has are refused outside of a laboratory in any case.

Example:  mcim operator policy --admin platform/admin.sock --operator north --refuse error,toolkit-application --allow default-adm
No package with applications:  mcim operator policy --admin platform/admin.sock --operator north --applets refused
)";

}  // namespace

void add_operator_show(CLI::App& parent, Console& console) {
    auto* command = parent.add_subcommand("show", "One operator, and what is refused for him");
    auto options = std::make_shared<PolicyOptions>();
    add_admin_option(*command, options->admin);
    command->add_option("id", options->operator_id, "Who")->required();
    command->add_flag("--json", options->json, "The platform's answer as it comes");
    command->callback([options, &console] { console.finish(run_operator_show(*options, console.out)); });
}

void add_operator_policy(CLI::App& parent, Console& console) {
    auto* command = parent.add_subcommand("policy", "What is refused of packages that come in for an operator");
    auto options = std::make_shared<PolicyOptions>();
    add_admin_option(*command, options->admin);
    command->add_option("--operator", options->operator_id, "Whose policy it is")->required();
    command->add_option("--refuse", options->refuse, "CODE,...: refused besides; or error, or warning")->delimiter(',');
    command->add_option("--allow", options->allow, "CODE,...: taken all the same, of errors or warnings")
        ->delimiter(',');
    command->add_option("--applets", options->applets,
                        "Packages with applications. refused: none; where-declared (default): for cards that declare a "
                        "Java Card runtime");
    command->add_flag("--default", options->as_by_default, "Nothing of the operator's own")
        ->excludes("--refuse")
        ->excludes("--allow")
        ->excludes("--applets");
    command->add_flag("--json", options->json, "The platform's answer as it comes");
    command->footer(policy_footer);
    command->callback([options, &console] { console.finish(run_policy(*options, console.out)); });
}

}  // namespace mcim::apps
