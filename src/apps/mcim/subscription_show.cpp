// mcim subscription list, show, bar, unbar, close.
#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>

#include "mcim/apps/mcim/admin.h"
#include "mcim/apps/mcim/subscription.h"
#include "mcim/apps/mcim/text.h"

namespace mcim::apps {

namespace {

struct SubscriptionOptions {
    std::string admin;
    std::string iccid;
    bool json = false;
};

/// Of its card; empty: nothing that not every card has.
std::string needs_of(const jose::Object& line) {
    const auto version = line.integer("package_version");
    const bool is_newer = version && *version > 2;
    std::string out;
    if (is_newer) out = "a card for packages of version " + std::to_string(*version);
    if (line.has("needs_javacard"))
        out += out.empty() ? "a card with a Java Card runtime" : ", with a Java Card runtime";
    return out;
}

std::string_view meaning(std::string_view standing) {
    if (standing == "reserved") return "reserved: on no card yet that this platform knows of";
    if (standing == "installed") return "installed: on its card, not switched on";
    if (standing == "enabled") return "enabled: the profile that its card uses";
    if (standing == "closed") return "closed: by its operator, or by the device's move to another one";
    if (standing == "deleted") return "deleted by its device, which is still its operator's: release or close it";
    return standing;
}

std::string_view access(std::string_view status) {
    if (status == "active") return "active: served by the authentication centre";
    if (status == "barred") return "barred: the authentication centre gives no vectors for it";
    if (status == "closed") return "closed: the authentication centre never gives vectors for it again";
    return status;
}

std::string export_of(const jose::Object& e) {
    const auto number = [&](std::string_view name) {
        const auto found = e.integer(name);
        return found ? std::to_string(*found) : "unknown";
    };
    const auto at = e.time("at");
    return (at ? to_rfc3339(*at) : "") + ", for " + text_or(e, "operator") + ", under transport key " +
           number("transport_key") + ", asked for by user " + number("user");
}
/// By its operator, and not for want of a card.
bool is_barred(const jose::Object& access_of_line) {
    const auto barred = access_of_line.flag("barred_by_operator");
    return barred && *barred;
}

Status run_subscription_list(const SubscriptionOptions& options, std::ostream& out) {
    Admin admin(options.admin);
    TRY(const auto answer, admin.read("/subscriptions"));
    if (options.json) {
        out << answer.body << "\n";
        return ok();
    }
    TRY(const auto lines, answer.json.objects("subscriptions"));
    std::vector<TableRow> rows;
    for (const auto& s : lines)
        rows.push_back({text_or(s, "iccid"), text_or(s, "imsi"), text_or(s, "msisdn"), text_or(s, "operator"),
                        text_or(s, "standing"), text_or(s, "eid")});
    print_table(out, {"ICCID", "IMSI", "NUMBER", "OPERATOR", "STANDING", "EID"}, rows);
    return ok();
}

Status run_show(const SubscriptionOptions& options, std::ostream& out) {
    TRY(const std::string iccid, path_part("ICCID", options.iccid));
    Admin admin(options.admin);
    TRY(const auto line, admin.read("/subscriptions/" + iccid));
    if (options.json) {
        out << line.body << "\n";
        return ok();
    }
    std::vector<std::pair<std::string, std::string>> fields{
        {"ICCID", iccid},
        {"IMSI", text_or(line.json, "imsi")},
        {"number", text_or(line.json, "msisdn")},
        {"operator", text_or(line.json, "operator")},
        {"provider name", text_or(line.json, "service_provider_name")},
        {"profile name", text_or(line.json, "profile_name")},
        {"profile type", text_or(line.json, "profile_type")},
        {"profile from", text_or(line.json, "source")},
        {"needs", needs_of(line.json)},
        {"algorithm", text_or(line.json, "algorithm")},
        {"standing", std::string(meaning(text_or(line.json, "standing")))},
        {"on EID", text_or(line.json, "eid")}};
    if (const auto centre = line.json.object("network_access")) {
        fields.emplace_back("network access", access(text_or(*centre, "status")));
        if (is_barred(*centre)) fields.emplace_back("barred by", "its operator, until \"mcim subscription unbar\"");
        fields.emplace_back("sequence number", text_or(*centre, "sqn"));
    }
    TRY(const auto exports, line.json.objects("exports"));
    for (const auto& e : exports) fields.emplace_back("keys left", export_of(e));
    print_fields(out, fields);
    return ok();
}

Status run_bar(const SubscriptionOptions& options, const std::string& verb, std::ostream& out) {
    TRY(const std::string iccid, path_part("ICCID", options.iccid));
    Admin admin(options.admin);
    TRY(const auto answer, admin.change("/subscriptions/" + iccid + "/" + verb, {}));
    if (options.json) {
        out << answer.body << "\n";
        return ok();
    }
    const std::string status = text_or(answer.json, "status");
    out << "Subscription " << iccid << ", IMSI " << text_or(answer.json, "imsi") << ", is ";
    if (status == "active")
        out << access(status) << ".\n";
    else if (status == "barred" && !is_barred(answer.json))
        out << "not barred by its operator any more: its installation lets it in.\n";
    else
        out << status << ": this platform serves its card no more.\n";
    if (is_barred(answer.json))
        out << "No installation lifts this; \"mcim subscription unbar " << iccid << "\" does.\n";
    return ok();
}

CLI::App* add_with_iccid(CLI::App& parent, const std::string& verb, const std::string& what,
                         const std::shared_ptr<SubscriptionOptions>& options) {
    auto* command = parent.add_subcommand(verb, what);
    add_admin_option(*command, options->admin);
    command->add_option("iccid", options->iccid, "Its ICCID")->required();
    command->add_flag("--json", options->json, "The platform's answer as it comes");
    return command;
}

}  // namespace

void add_subscription_list(CLI::App& parent, Console& console) {
    auto* command = parent.add_subcommand("list", "All lines");
    auto options = std::make_shared<SubscriptionOptions>();
    add_admin_option(*command, options->admin);
    command->add_flag("--json", options->json, "The platform's answer as it comes");
    command->callback([options, &console] { console.finish(run_subscription_list(*options, console.out)); });
}

void add_subscription_show(CLI::App& parent, Console& console) {
    auto options = std::make_shared<SubscriptionOptions>();
    add_with_iccid(parent, "show", "One line, with its access to the network", options)->callback([options, &console] {
        console.finish(run_show(*options, console.out));
    });
}

void add_subscription_bars(CLI::App& parent, Console& console) {
    auto bar = std::make_shared<SubscriptionOptions>();
    add_with_iccid(parent, "bar", "Shut a line out of the network at once, e.g. of a stolen device", bar)
        ->callback([bar, &console] { console.finish(run_bar(*bar, "bar", console.out)); });
    auto unbar = std::make_shared<SubscriptionOptions>();
    add_with_iccid(parent, "unbar", "Let it in again; where there is no download server, let it in", unbar)
        ->callback([unbar, &console] { console.finish(run_bar(*unbar, "unbar", console.out)); });
    auto close = std::make_shared<SubscriptionOptions>();
    add_with_iccid(parent, "close", "End a line for good; its device is free to go to another operator", close)
        ->callback([close, &console] { console.finish(run_bar(*close, "close", console.out)); });
}

}  // namespace mcim::apps
