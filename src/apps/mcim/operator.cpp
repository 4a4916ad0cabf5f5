// mcim operator: who sells subscriptions here, and the key that speaks for him.
#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>

#include "mcim/apps/mcim/admin.h"
#include "mcim/apps/mcim/commands.h"
#include "mcim/apps/mcim/operator_client.h"
#include "mcim/apps/mcim/operator_keys.h"
#include "mcim/apps/mcim/text.h"

namespace mcim::apps {

namespace {

// ---------------------------------------------------------------- mcim operator key

struct KeyOptions {
    std::string out;
    bool json = false;
};

Status run_key(const KeyOptions& options, std::ostream& out) {
    SystemRandom random;
    TRY(const auto key, write_key_pair(options.out, random));
    const std::string kid = jose::thumbprint(key);
    if (options.json) {
        out << jose::ObjectWriter()
                   .text("key", options.out)
                   .text("public_key", options.out + ".pub")
                   .text("kid", kid)
                   .finish()
            << "\n";
        return ok();
    }
    out << "A key for an operator (ES256), " << kid << ":\n\n";
    print_fields(out, {{options.out, "signs releases and reference values; yours alone"},
                       {options.out + ".pub", "its public half, for the platform"}});
    out << "\nNext:\n  mcim operator add" << admin_words() << " --id ID --name NAME --key " << options.out << ".pub\n";
    return ok();
}

void add_key(CLI::App& parent, Console& console) {
    auto* command = parent.add_subcommand("key", "Make an operator's key pair (ES256)");
    auto options = std::make_shared<KeyOptions>();
    command->add_option("--out", options->out, "File for the private key; the public one goes to FILE.pub")->required();
    command->add_flag("--json", options->json, "One JSON object instead of text");
    command->footer("\nExample:  mcim operator key --out north.pem\n");
    command->callback([options, &console] { console.finish(run_key(*options, console.out)); });
}

// ---------------------------------------------------------------- mcim operator add

struct OperatorOptions {
    std::string admin;
    std::string id;
    std::string name;
    std::string key;
    bool json = false;
};

Status run_operator_add(const OperatorOptions& options, std::ostream& out) {
    TRY(const std::string id, path_part("--id", options.id));
    TRY(const auto key, read_public_key(options.key));
    Admin admin(options.admin);
    jose::ObjectWriter body;
    body.text("id", id).text("name", options.name).octets("key", key.spki());
    TRY(const auto answer, admin.change("/operators", body));
    if (options.json) {
        out << answer.body << "\n";
        return ok();
    }
    out << "Operator " << id << " (" << options.name << ") may sell subscriptions here.\n\nNext:\n"
        << "  mcim subscription add" << admin_words(options.admin) << " --operator " << id
        << " --iccid ICCID --imsi IMSI\n";
    return ok();
}

void add_operator_add(CLI::App& parent, Console& console) {
    auto* command = parent.add_subcommand("add", "Make an operator known to the platform");
    auto options = std::make_shared<OperatorOptions>();
    add_admin_option(*command, options->admin);
    command->add_option("--id", options->id, "Short name: letters, digits, '-', '_', '.'")->required();
    command->add_option("--name", options->name, "Name that people see on their devices")->required();
    command->add_option("--key", options->key, "File of the operator's public key")->required();
    command->add_flag("--json", options->json, "The platform's answer as it comes");
    command->footer(
        "\nExample:  mcim operator add --admin platform/admin.sock --id north --name \"North Mobile\" --key "
        "north.pem.pub\n");
    command->callback([options, &console] { console.finish(run_operator_add(*options, console.out)); });
}

// ---------------------------------------------------------------- mcim operator list

struct ListOptions {
    std::string admin;
    bool json = false;
};

/// The rest is "mcim operator show"'s.
Result<std::string> summary_of_policy(const jose::Object& o) {
    TRY(const auto policy, o.object("policy"));
    TRY(const auto refuse, policy.texts("refuse"));
    return std::string(refuse.empty() && text_or(policy, "applets") == "where-declared" ? "default" : "own");
}

Status run_list(const ListOptions& options, std::ostream& out) {
    Admin admin(options.admin);
    TRY(const auto answer, admin.read("/operators"));
    if (options.json) {
        out << answer.body << "\n";
        return ok();
    }
    TRY(const auto operators, answer.json.objects("operators"));
    std::vector<TableRow> rows;
    for (const auto& o : operators) {
        TRY(auto id, o.text("id"));
        TRY(auto name, o.text("name"));
        TRY(const auto spki, o.octets("key"));
        TRY(const auto key, crypto::PublicKey::from_spki(spki));
        TRY(const auto since, o.time("created_at"));
        TRY(auto policy, summary_of_policy(o));
        rows.push_back({std::move(id), std::move(name), jose::thumbprint(key), to_rfc3339(since), std::move(policy)});
    }
    print_table(out, {"OPERATOR", "NAME", "KEY", "SINCE", "POLICY"}, rows);
    return ok();
}

void add_operator_list(CLI::App& parent, Console& console) {
    auto* command = parent.add_subcommand("list", "All operators, with the thumbprints of their keys");
    auto options = std::make_shared<ListOptions>();
    add_admin_option(*command, options->admin);
    command->add_flag("--json", options->json, "The platform's answer as it comes");
    command->callback([options, &console] { console.finish(run_list(*options, console.out)); });
}

}  // namespace

void add_operator(CLI::App& app, Console& console) {
    auto* command = app.add_subcommand("operator", "Operators, their keys and their systems");
    command->require_subcommand(1);
    add_key(*command, console);
    add_operator_add(*command, console);
    add_operator_list(*command, console);
    add_operator_show(*command, console);
    add_operator_policy(*command, console);
    add_operator_metadata(*command, console);
    add_operator_client(*command, console);
    add_operator_progress(*command, console);
}

}  // namespace mcim::apps
