// mcim order list, show, explain.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <memory>
#include <ostream>
#include <sstream>

#include "mcim/apps/mcim/admin.h"
#include "mcim/apps/mcim/order.h"
#include "mcim/apps/mcim/text.h"

namespace mcim::apps {

namespace {

struct OrderOptions {
    std::string admin;
    std::string id;
    std::string qr = "none";
    bool json = false;
};

std::string time_or(const jose::Object& json, std::string_view name) {
    const auto time = json.time(name);
    return time ? to_rfc3339(*time) : "";
}
std::string attempts(const jose::Object& order) {
    const auto done = order.integer("attempts");
    const auto most = order.integer("attempts_max");
    return done && most ? std::to_string(*done) + " of " + std::to_string(*most) : "";
}

/// "1 of 3"; empty where the order wants no confirmation code.
std::string wrong_codes(const jose::Object& order) {
    const auto wrong = order.integer("wrong_codes");
    const auto most = order.integer("wrong_codes_max");
    if (!wrong || !most) return "";
    return std::to_string(*wrong) + " of " + std::to_string(*most);
}

struct StateMeaning {
    std::string_view state;
    std::string_view meaning;
};
constexpr std::array<StateMeaning, 8> state_meanings{{
    {"Available", "Available: nobody has asked for it yet."},
    {"Allocated", "Allocated: reserved, for no particular card; it is to be confirmed."},
    {"Linked", "Linked: reserved for one card; it is to be confirmed."},
    {"Confirmed", "Confirmed: it has its activation code, and is to be released."},
    {"Released", "Released: a device may download it now."},
    {"Downloaded",
     "Downloaded: a package was bound to a card and left; the card has not said yet whether it is installed. The same "
     "device may try again."},
    {"Installed", "Installed: the card has the profile. The order is done."},
    {"Error",
     "Error: the card could not install it, and may try again. \"mcim order release\" opens it again with all its "
     "attempts, \"mcim order cancel\" ends it."},
}};

/// Of its event at the SM-DS (SGP.22 3.6), as the platform names it.
struct EventMeaning {
    std::string_view standing;
    std::string_view meaning;
};
constexpr std::array<EventMeaning, 6> event_meanings{{
    {"none", "gets an event for its device when the order is released."},
    {"queued", "is asked to register an event for its device, again and again until it has answered."},
    {"registered", "has an event for its device, which finds the order there without an activation code."},
    {"refused", "has refused; the timeline says why. \"mcim order release\" asks it again."},
    {"leaving", "is asked to delete the event, again and again until it has answered."},
    {"deleted", "has no event for its device any more."},
}};

/// Why nobody can download it, as the platform names it.
struct Closed {
    std::string_view because;
    std::string_view in_short;
    std::string_view meaning;
};
constexpr std::array<Closed, 7> closed_meanings{{
    {"cancelled", "cancelled", "its operator took it back. Nothing can be downloaded with it."},
    {"subscription_closed", "subscription closed", "its subscription is closed. Nothing can be downloaded with it."},
    {"deleted", "profile deleted",
     "its profile was installed, and deleted on the device. Nothing can be downloaded with it; its operator may order "
     "the same subscription again."},
    {"refused", "refused by user or card",
     "but user or card refused it: nobody downloads it until \"mcim order release\" opens it again."},
    {"wrong_codes", "locked by wrong codes",
     "but a wrong confirmation code was typed too often: nobody downloads it until \"mcim order release\" opens it "
     "again."},
    {"attempts_used_up", "attempts used up", "\"mcim order release\" allows as many again."},
    {"expired", "expired",
     "but its time is over: nobody downloads it any more. \"mcim order release --expires\" gives it more, \"mcim order "
     "cancel\" makes room for a new one."},
}};
const Closed* find_closed(const jose::Object& order) {
    const std::string because = text_or(order, "closed_because");
    const auto* found = std::ranges::find(closed_meanings, because, &Closed::because);
    return found == closed_meanings.end() ? nullptr : found;
}

/// Of the last one that left, nobody knows how its card fared.
std::string packages_left(const jose::Object& order) {
    return "but " + attempts(order) + " packages have left" +
           (text_or(order, "state") == "Downloaded" ? ", and the last may still be installed: " : ": ");
}

/// A state of SGP.22 says nothing of what else keeps a device from the profile.
std::string state_in_short(const jose::Object& order) {
    const std::string state = text_or(order, "state");
    if (const auto* closed = find_closed(order)) return state + ", " + std::string(closed->in_short);
    const auto waits = order.object("waits_for");
    if (!waits) return state;
    return state + (text_or(*waits, "fault").starts_with("release_") ? ", waits for " + text_or(*waits, "operator")
                                                                     : std::string(", but refused"));
}

/// "smds.example.com, event registered"
std::string event_in_short(const jose::Object& order) {
    const std::string smds = text_or(order, "smds");
    return smds.empty() ? smds : smds + ", event " + text_or(order, "event");
}

/// "by north for ICCID 8988..., until 2027-...", with its number.
std::string release_in_short(const jose::Object& order) {
    const auto held = order.object("release");
    if (!held) return "";
    const std::string to = text_or(*held, "to");
    return "by " + text_or(*held, "operator") + " for ICCID " + text_or(*held, "iccid") + ", to " +
           (to.empty() ? "any operator" : to) + ", until " + time_or(*held, "expires_at") + ", number " +
           text_or(*held, "jti");
}

// ---------------------------------------------------------------- list, show

Status run_order_list(const OrderOptions& options, std::ostream& out) {
    Admin admin(options.admin);
    TRY(const auto answer, admin.read("/orders"));
    if (options.json) {
        out << answer.body << "\n";
        return ok();
    }
    TRY(const auto orders, answer.json.objects("orders"));
    std::vector<TableRow> rows;
    for (const auto& o : orders)
        rows.push_back({text_or(o, "id"), text_or(o, "operator"), text_or(o, "iccid"), state_in_short(o),
                        text_or(o, "policy"), attempts(o), text_or(o, "eid")});
    print_table(out, {"ORDER", "OPERATOR", "ICCID", "STATE", "POLICY", "ATTEMPTS", "EID"}, rows);
    return ok();
}

void print_order(std::ostream& out, const jose::Object& order) {
    print_fields(out, {{"order", text_or(order, "id")},
                       {"operator", text_or(order, "operator")},
                       {"ICCID", text_or(order, "iccid")},
                       {"state", state_in_short(order)},
                       {"policy", text_or(order, "policy")},
                       {"for EID", text_or(order, "eid")},
                       {"release", release_in_short(order)},
                       {"SM-DS", event_in_short(order)},
                       {"activation code", text_or(order, "activation_code")},
                       {"wrong codes", wrong_codes(order)},
                       {"attempts", attempts(order)},
                       {"created", time_or(order, "created_at")},
                       {"expires", time_or(order, "expires_at")}});
}

/// A refusal carries its code; below it how often it came, and in which transaction the last time.
void print_line(std::ostream& out, const jose::Object& line) {
    out << "  " << text_or(line, "at") << "  " << text_or(line, "what");
    const auto code = line.text("code");
    if (!code) {
        out << "\n";
        return;
    }
    const auto times = line.integer("times");
    const std::string indent(24, ' ');
    out << " [" << *code << "]\n" << indent << "in transaction " << text_or(line, "session");
    if (times && *times > 1) out << ", the last of " << *times << " times, at " << text_or(line, "last_at");
    out << "\n";
}

Status run_order_show(const OrderOptions& options, std::ostream& out) {
    TRY(const std::string id, path_part("ID", options.id));
    Admin admin(options.admin);
    TRY(const auto answer, admin.read("/orders/" + id));
    if (options.json) {
        out << answer.body << "\n";
        return ok();
    }
    print_order(out, answer.json);
    TRY(const auto picture, qr_picture(text_or(answer.json, "activation_code"), options.qr));
    if (!picture.empty()) out << "\n" << picture;
    return ok();
}

// ---------------------------------------------------------------- explain

/// Who may have it, and what the gate wants; in sentences.
void explain_terms(std::ostream& out, const jose::Object& order, std::string_view admin) {
    const auto eid = text_or(order, "eid");
    out << (eid.empty() ? std::string("Any card may have it; the first one that succeeds does.\n")
                        : "Only the card with EID " + eid + " may have it.\n");
    if (text_or(order, "policy") == "attested")
        out << "Its policy is \"attested\": before anything of the profile leaves, the device proves the state of its\n"
               "software with a TPM quote, and it must match the operator's reference values. How that went:\n"
               "  mcim attest verdict --eid "
            << (eid.empty() ? "EID" : eid) << admin_words(admin) << "\n";
    else
        out << "Its policy is \"open\": the state of the device's software is not asked for.\n";
    out << meaning_of_event(order);
    if (const auto held = release_in_short(order); !held.empty()) out << "It holds a release " << held << ".\n";
    if (const auto end = order.time("expires_at"))
        out << "It " << (*end <= system_now() ? "expired" : "expires") << " at " << to_rfc3339(*end) << ".\n";
    if (const auto wrong = wrong_codes(order); !wrong.empty())
        out << "Its owner has to type a confirmation code too. Wrong ones since the last release: " << wrong
            << ", then the order is locked.\n";
    const auto done = order.integer("attempts");
    const auto most = order.integer("attempts_max");
    if (done && most && *done > 0)
        out << "Packages that have left: " << *done << " of " << *most
            << (*done >= *most ? "; no further one until the order is released again.\n" : ".\n");
}

/// Lines of text that are to be pasted.
std::vector<std::string> commands_in(const std::string& text) {
    std::istringstream lines(text);
    std::vector<std::string> out;
    for (std::string line; std::getline(lines, line);)
        if (line.starts_with("  mcim ")) out.push_back(line.substr(2));
    return out;
}

Status run_explain(const OrderOptions& options, std::ostream& out) {
    TRY(const std::string id, path_part("ID", options.id));
    Admin admin(options.admin);
    TRY(const auto answer, admin.read("/orders/" + id));
    const auto& order = answer.json;
    std::ostringstream advice;
    print_enrolment(admin, order, options.admin, advice);
    CHECKED(print_waits(id, order, options.admin, advice));
    if (options.json) {
        out << with_members(answer.body, jose::ObjectWriter()
                                             .text("meaning", meaning_of_state(order))
                                             .text("advice", advice.str())
                                             .texts("next", commands_in(advice.str())))
            << "\n";
        return ok();
    }
    out << "Order " << id << ": operator " << text_or(order, "operator") << " offers the subscription with ICCID "
        << text_or(order, "iccid") << ".\n\n";
    explain_terms(out, order, options.admin);
    out << "\nWhat happened:\n";
    CHECKED(print_timeline(order, out));
    out << "\n" << meaning_of_state(order) << "\n";
    if (order.has("refused_evidence")) out << "\n";
    print_refused_evidence(order, out);
    out << advice.str();
    return ok();
}

CLI::App* add_with_id(CLI::App& parent, const std::string& verb, const std::string& what,
                      const std::shared_ptr<OrderOptions>& options,
                      const std::string& json = "The platform's answer as it comes") {
    auto* command = parent.add_subcommand(verb, what);
    add_admin_option(*command, options->admin);
    command->add_option("id", options->id, "The order")->required();
    command->add_flag("--json", options->json, json);
    return command;
}

}  // namespace

std::string meaning_of_state(const jose::Object& order) {
    const std::string state = text_or(order, "state");
    if (const auto* closed = find_closed(order))
        return state + (state == "Unavailable" ? ": " : ", ") +
               (closed->because == "attempts_used_up" ? packages_left(order) : "") + std::string(closed->meaning);
    if (order.has("waits_for")) return state + ", but a download is refused for want of consent.";
    if (state == "Released" && text_or(order, "policy") == "attested")
        return "Released: a device that passes attestation may download it now.";
    for (const auto& known : state_meanings)
        if (known.state == state) return std::string(known.meaning);
    return std::string(state);
}

std::string meaning_of_event(const jose::Object& order) {
    const std::string smds = text_or(order, "smds"), standing = text_or(order, "event");
    const auto* known = std::ranges::find(event_meanings, standing, &EventMeaning::standing);
    if (smds.empty() || known == event_meanings.end()) return "";
    return "The SM-DS " + smds + " " + std::string(known->meaning) + "\n";
}

Status print_timeline(const jose::Object& order, std::ostream& out) {
    TRY(const auto timeline, order.objects("timeline"));
    for (const auto& line : timeline) print_line(out, line);
    return ok();
}

void add_order_list(CLI::App& parent, Console& console) {
    auto* command = parent.add_subcommand("list", "All orders");
    auto options = std::make_shared<OrderOptions>();
    add_admin_option(*command, options->admin);
    command->add_flag("--json", options->json, "The platform's answer as it comes");
    command->callback([options, &console] { console.finish(run_order_list(*options, console.out)); });
}

void add_order_show(CLI::App& parent, Console& console) {
    auto options = std::make_shared<OrderOptions>();
    auto* command = add_with_id(parent, "show", "One order, as it is stored", options);
    add_qr_option(*command, options->qr);
    command->callback([options, &console] { console.finish(run_order_show(*options, console.out)); });
}

void add_order_explain(CLI::App& parent, Console& console) {
    auto options = std::make_shared<OrderOptions>();
    add_with_id(parent, "explain", "One order in words: what it allows, what happened, what comes next", options,
                "The platform's answer, with meaning, advice and the next commands")
        ->callback([options, &console] { console.finish(run_explain(*options, console.out)); });
}

}  // namespace mcim::apps
