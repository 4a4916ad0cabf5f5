// mcim operator metadata: what profiles say of themselves, for an operator's lines, those of a type, or one.
#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>

#include "mcim/apps/common/files.h"
#include "mcim/apps/mcim/admin.h"
#include "mcim/apps/mcim/operator_client.h"
#include "mcim/apps/mcim/text.h"
#include "mcim/msg/icon.h"

namespace mcim::apps {

namespace {

struct MetadataOptions {
    std::string admin;
    std::string operator_id;
    std::string profile_type;
    std::string iccid;
    std::string icon;
    std::vector<std::string> policy_rules;
    std::string owner;
    std::string gid1;
    std::string gid2;
    std::vector<std::string> notify;
    bool as_by_default = false;
    bool json = false;
};

/// "enable,disable@events.example.com"
Result<jose::ObjectWriter> notification_of(const std::string& text) {
    const auto at = text.find('@');
    if (at == std::string::npos || at == 0 || at + 1 == text.size())
        return fail(Errc::bad_value, "--notify",
                    "EVENT,...@ADDRESS is wanted, as enable,disable@events.example.com, not \"" + text + '"');
    std::vector<std::string> events;
    for (std::size_t from = 0; from < at;) {
        const auto end = std::min(text.find(',', from), at);
        events.push_back(text.substr(from, end - from));
        from = end + 1;
    }
    return jose::ObjectWriter().texts("events", events).text("address", text.substr(at + 1));
}

Result<jose::ObjectWriter> document_of(const MetadataOptions& options) {
    jose::ObjectWriter out;
    if (!options.icon.empty()) {
        TRY(const Bytes icon, read_file(options.icon, std::size_t{1} << 20U));
        if (auto type = msg::icon_type_of(icon); !type)
            return fail(type.error().code, "--icon " + options.icon, type.error().detail);
        out.octets("icon", icon);
    }
    if (!options.policy_rules.empty()) out.texts("policy_rules", options.policy_rules);
    if (!options.owner.empty()) out.text("owner", options.owner);
    if (!options.gid1.empty()) out.text("gid1", options.gid1);
    if (!options.gid2.empty()) out.text("gid2", options.gid2);
    std::vector<jose::ObjectWriter> notifications;
    for (const auto& text : options.notify) {
        TRY(auto one, notification_of(text));
        notifications.push_back(std::move(one));
    }
    if (!notifications.empty()) out.objects("notifications", notifications);
    return out;
}

bool sets_something(const MetadataOptions& o) {
    return !o.icon.empty() || !o.policy_rules.empty() || !o.owner.empty() || !o.gid1.empty() || !o.gid2.empty() ||
           !o.notify.empty();
}

Result<std::string> notifications_in(const jose::Object& document) {
    if (!document.has("notifications")) return std::string();
    TRY(const auto list, document.objects("notifications"));
    std::string out;
    for (const auto& one : list) {
        TRY(const auto events, one.texts("events"));
        std::string of;
        for (const auto& event : events) of += (of.empty() ? "" : ", ") + event;
        out += (out.empty() ? "" : "; ") + text_or(one, "address") + " of " + of;
    }
    return out;
}

Result<std::string> rules_in(const jose::Object& document) {
    if (!document.has("policy_rules")) return std::string();
    TRY(const auto names, document.texts("policy_rules"));
    std::string out;
    for (const auto& name : names)
        out += (out.empty() ? "" : "; ") + name +
               (name == "ppr1" ? " (disabling is not allowed)" : " (deletion is not allowed)");
    return out;
}

Status print_document(const jose::Object& document, std::ostream& out) {
    TRY(const auto rules, rules_in(document));
    TRY(const auto notifications, notifications_in(document));
    std::string icon = "none";
    if (document.has("icon")) {
        TRY(const Bytes octets, document.octets("icon"));
        icon = text_or(document, "icon_type") + ", " + std::to_string(octets.size()) + " octets";
    }
    print_fields(out, {{"icon", icon},
                       {"policy rules", rules.empty() ? "none" : rules},
                       {"owner", document.has("owner") ? text_or(document, "owner") : "none"},
                       {"gid1", text_or(document, "gid1")},
                       {"gid2", text_or(document, "gid2")},
                       {"told besides", notifications.empty() ? "nobody" : notifications}});
    return ok();
}

std::string_view whose(const jose::Object& line) {
    const std::string from = text_or(line, "metadata_from");
    if (from == "line") return "of its own";
    if (from == "profile_type") return "of its profile type";
    if (from == "operator") return "of its operator";
    return "nobody has set any";
}

Status print_line(const jose::Object& line, std::ostream& out) {
    TRY(const auto document, line.object("metadata"));
    out << "Metadata of the profile " << text_or(line, "iccid") << " (" << whose(line) << "), in orders to come:\n";
    return print_document(document, out);
}

Status print_documents(const std::vector<jose::Object>& documents, std::ostream& out) {
    if (documents.empty()) out << "No metadata: his profiles have names, and the platform alone is told of changes.\n";
    for (const auto& one : documents) {
        TRY(const auto document, one.object("metadata"));
        out << (one.has("profile_type") ? "Profiles of type " + text_or(one, "profile_type") : "All other profiles")
            << ", in orders to come:\n";
        CHECKED(print_document(document, out));
    }
    return ok();
}

Result<std::string> target_of(const MetadataOptions& options) {
    if (!options.iccid.empty()) {
        TRY(const std::string iccid, path_part("--iccid", options.iccid));
        return "/subscriptions/" + iccid;
    }
    if (options.operator_id.empty())
        return fail(Errc::missing_field, "--operator, --iccid", "whose metadata is meant: an operator's, or a line's?");
    TRY(const std::string id, path_part("--operator", options.operator_id));
    return "/operators/" + id;
}

Status run_metadata(const MetadataOptions& options, std::ostream& out) {
    TRY(const std::string target, target_of(options));
    Admin admin(options.admin);
    if (sets_something(options) || options.as_by_default) {
        jose::ObjectWriter body;
        if (!options.profile_type.empty()) body.text("profile_type", options.profile_type);
        if (!options.as_by_default) {
            TRY(const auto document, document_of(options));
            body.object("metadata", document);
        }
        CHECKED(admin.change(target + "/metadata", body));
    }
    TRY(const auto answer, admin.read(target));
    if (options.json) {
        out << answer.body << "\n";
        return ok();
    }
    if (!options.iccid.empty()) return print_line(answer.json, out);
    TRY(const auto documents, answer.json.objects("metadata"));
    return print_documents(documents, out);
}

constexpr auto metadata_footer = R"(
Besides its names, a profile may have an icon, policy rules, an owner, and others who are told when it is installed, enabled,
disabled or deleted (StoreMetadataRequest, SGP.22 5.5.3). They are set for all of an operator's profiles, for those of a type
(--type), or for one line (--iccid). The nearest of these counts, as a whole: what is not named is not in it. An order takes
what counts when it is made. Without anything to set, what is set is shown.

A profile with policy rules has an owner, and a card takes it only where the card's Rules Authorisation Table grants the rule
to that owner. The card also holds the owner against the IMSI of the profile, so a line of another network is refused here.

Example:  mcim operator metadata --operator north --icon north.png --owner imsi --policy-rules ppr2
For one type:  mcim operator metadata --operator north --type meter --notify enable,disable@events.north.example
Nothing any more:  mcim operator metadata --operator north --type meter --default
)";

void add_settings(CLI::App& command, MetadataOptions& options) {
    command.add_option("--icon", options.icon, "FILE: PNG or JPEG of 64 x 64 pixels and at most 1024 octets");
    command
        .add_option("--policy-rules", options.policy_rules,
                    "ppr1: it cannot be disabled, ppr2: it cannot be deleted; or both")
        ->delimiter(',');
    command.add_option("--owner", options.owner, "MCC-MNC, as 262-01 or 310-410; imsi: those of each line's IMSI");
    command.add_option("--gid1", options.gid1, "HEX: the owner's group identifier, as in EF_GID1 of the profile");
    command.add_option("--gid2", options.gid2, "HEX: as in EF_GID2 of the profile");
    command.add_option("--notify", options.notify,
                       "EVENT,...@ADDRESS: who is told of install, enable, disable or delete besides the platform");
}

}  // namespace

void add_operator_metadata(CLI::App& parent, Console& console) {
    auto* command = parent.add_subcommand("metadata", "Icon, policy rules, owner and notifications of profiles");
    auto options = std::make_shared<MetadataOptions>();
    add_admin_option(*command, options->admin);
    auto* of_operator = command->add_option("--operator", options->operator_id, "Of all his profiles");
    command->add_option("--type", options->profile_type, "Only of those of this profile type")->needs(of_operator);
    command->add_option("--iccid", options->iccid, "Of one line")->excludes(of_operator);
    add_settings(*command, *options);
    auto* none = command->add_flag("--default", options->as_by_default, "Nothing is set here any more");
    for (const char* setting : {"--icon", "--policy-rules", "--owner", "--gid1", "--gid2", "--notify"})
        none->excludes(setting);
    command->add_flag("--json", options->json, "The platform's answer as it comes");
    command->footer(metadata_footer);
    command->callback([options, &console] { console.finish(run_metadata(*options, console.out)); });
}

}  // namespace mcim::apps
