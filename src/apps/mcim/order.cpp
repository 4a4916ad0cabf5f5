// mcim order create, cancel, release.
#include "mcim/apps/mcim/order.h"

#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>

#include "mcim/apps/mcim/admin.h"
#include "mcim/apps/mcim/operator_keys.h"
#include "mcim/apps/mcim/qr.h"
#include "mcim/apps/mcim/text.h"
#include "mcim/custody/private_file.h"

namespace mcim::apps {

namespace {

// ---------------------------------------------------------------- mcim order create

struct CreateOptions {
    std::string admin;
    std::string operator_id;
    std::string iccid;
    std::string eid;
    std::string policy;
    std::string release;
    std::string expires;
    std::string profile_class;
    std::string protection;
    std::string confirmation_code;
    std::string confirmation_code_file;
    std::optional<std::string> matching_id;
    std::string smds;
    std::int64_t attempts = 0;
    std::string qr = "dark";
    bool json = false;
    [[nodiscard]] bool wants_code() const { return !confirmation_code.empty() || !confirmation_code_file.empty(); }
};

/// On the command line, or the first line of a file of its owner's.
Result<std::string> confirmation_code(const CreateOptions& options) {
    if (options.confirmation_code_file.empty()) return options.confirmation_code;
    TRY(const SecretBytes content, custody::read_private_file(options.confirmation_code_file));
    std::string line = as_text(expose(content));
    line.resize(std::min(line.find_first_of("\r\n"), line.size()));
    return line;
}

constexpr std::string_view activation_code_alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-";

Result<Time> time_to_come(const std::string& text, Time now) {
    TRY(const Time end, parse_moment("--expires", text, now));
    if (end > now) return end;
    return fail(Errc::bad_value, "--expires", to_rfc3339(end) + " is over already: a time to come is wanted");
}

Result<jose::ObjectWriter> request_of(const CreateOptions& options, Time now) {
    jose::ObjectWriter body;
    body.text("operator", options.operator_id).text("iccid", options.iccid);
    if (!options.policy.empty()) body.text("policy", options.policy);
    if (!options.eid.empty()) body.text("eid", options.eid);
    if (!options.profile_class.empty()) body.text("class", options.profile_class);
    if (!options.protection.empty()) body.text("protection", options.protection);
    if (!options.expires.empty()) {
        TRY(const Time end, time_to_come(options.expires, now));
        body.time("expires_at", end);
    }
    if (options.attempts != 0) body.integer("attempts_max", options.attempts);
    if (options.matching_id) body.text("matching_id", *options.matching_id);
    if (!options.smds.empty()) body.text("smds", options.smds);
    if (options.wants_code()) {
        TRY(const std::string code, confirmation_code(options));
        body.text("confirmation_code", code);
    }
    if (!options.release.empty()) {
        TRY(const std::string token, read_token(options.release));
        body.text("release", token);
    }
    return body;
}

/// The activation code for eyes and cameras; of an order that its device finds by its EID, which address it asks at.
Result<std::string> print_code(const CreateOptions& options, const jose::Object& order, std::ostream& out) {
    if (!order.has("activation_code")) {
        out << "It has no activation code: its device finds it by its EID, at the platform's address (address of "
               "[dp]).\n";
        return std::string("LPA:1$HOST:PORT$");
    }
    TRY(auto code, order.text("activation_code"));
    TRY(const auto picture, qr_picture(code, options.qr));
    if (!picture.empty()) out << "\n" << picture;
    out << "\n  " << code << "\n";
    return code;
}

Status print_created(const CreateOptions& options, Admin& admin, const jose::Object& order, std::ostream& out) {
    TRY(const auto id, order.text("id"));
    TRY(const auto policy, order.text("policy"));
    out << "Order " << id << " for " << options.iccid << " is made.\n";
    if (policy == "attested")
        out << "The profile leaves only for a device whose verdict is fresh and good.\n";
    else
        out << "The policy is open: any device with a valid eUICC may have the profile.\n";
    if (options.eid.empty()) out << "No EID was named: whoever has the code may use it, once.\n";
    if (options.matching_id.value_or("").find_first_not_of(activation_code_alphabet) != std::string::npos)
        out << "Some devices will not take the matching ID: an activation code has A-Z, 0-9 and - only (SGP.22 4.1).\n";
    if (options.wants_code())
        out << "The device wants your confirmation code too: give it to the owner apart from the activation code.\n";
    out << meaning_of_event(order);
    print_enrolment(admin, order, options.admin, out);
    CHECKED(print_waits(id, order, options.admin, out));
    TRY(const auto code, print_code(options, order, out));
    out << "\nNext:\n"
        << "  mcim-agent --card SOCKET --ci CI.der " << (policy == "attested" ? "--tpm TCTI --verifier HOST:PORT " : "")
        << "download -a " << shell_quoted(code) << " --imei IMEI"
        << (options.wants_code() ? " --confirmation-code-file FILE" : "") << "\n"
        << "  mcim order explain " << id << admin_words(options.admin) << "\n";
    return ok();
}

Status run_create(const CreateOptions& options, std::ostream& out) {
    TRY(const auto body, request_of(options, system_now()));
    Admin admin(options.admin);
    TRY(const auto answer, admin.change("/orders", body));
    if (!options.json) return print_created(options, admin, answer.json, out);
    out << answer.body << "\n";
    return ok();
}

void add_create(CLI::App& parent, Console& console) {
    auto* command = parent.add_subcommand("create", "Offer a subscription for download: an activation code");
    auto options = std::make_shared<CreateOptions>();
    add_admin_option(*command, options->admin);
    command->add_option("--operator", options->operator_id, "Whose subscription it is")->required();
    command->add_option("--iccid", options->iccid, "The subscription")->required();
    command->add_option("--eid", options->eid, "The one card that may have it, 32 digits");
    command->add_option("--policy", options->policy, "attested: after a good verdict only (default); open: at once")
        ->check(CLI::IsMember({"open", "attested"}));
    command->add_option("--release", options->release,
                        "File with the release of the operator whose subscription the device leaves");
    command->add_option("--expires", options->expires, "Ends after 12h, 7d, ..., or at 2027-01-31T12:00:00Z");
    command->add_option("--attempts", options->attempts, "Downloads that may be begun, 1 to 1000")
        ->check(CLI::Range(1, 1000));
    command->add_option(
        "--matching-id", options->matching_id,
        "Your own, instead of one that nobody guesses; 1 to 255 characters. '': none, the device finds the "
        "order by its EID");
    command
        ->add_option("--smds", options->smds,
                     "Address of an SM-DS that the platform knows ([[dp.smds]]): the device finds the order there, by "
                     "its EID, without an activation code")
        ->needs("--eid");
    command->add_option("--confirmation-code", options->confirmation_code,
                        "What the owner has to type besides the activation code, 4 characters or more");
    command
        ->add_option("--confirmation-code-file", options->confirmation_code_file,
                     "The same from a file of mode 0600: no list of processes shows it")
        ->excludes("--confirmation-code");
    command
        ->add_option(
            "--protection", options->protection,
            "Of the profile's elements on their way: session_keys (default), or profile_protection_keys, random "
            "ones of this profile (SGP.22 2.5.4)")
        ->check(CLI::IsMember({"session_keys", "profile_protection_keys"}));
    command->add_option("--class", options->profile_class, "operational (default), provisioning or test")
        ->check(CLI::IsMember({"operational", "provisioning", "test"}));
    add_qr_option(*command, options->qr);
    command->add_flag("--json", options->json, "The platform's answer as it comes");
    command->footer(
        "\nExample:  mcim order create --admin platform/admin.sock --operator north --iccid 8988211000000000011 "
        "--eid 89049032000000000000000000000163\n");
    command->callback([options, &console] { console.finish(run_create(*options, console.out)); });
}

// ---------------------------------------------------------------- mcim order cancel, release

struct ChangeOptions {
    std::string admin;
    std::string id;
    std::string release;
    std::string expires;
    bool json = false;
};

Status run_change(const ChangeOptions& options, const std::string& verb, std::ostream& out) {
    TRY(const std::string id, path_part("ID", options.id));
    jose::ObjectWriter body;
    if (!options.release.empty()) {
        TRY(const std::string token, read_token(options.release));
        body.text("release", token);
    }
    if (!options.expires.empty()) {
        TRY(const Time end, time_to_come(options.expires, system_now()));
        body.time("expires_at", end);
    }
    Admin admin(options.admin);
    TRY(const auto answer, admin.change("/orders/" + id + "/" + verb, body));
    if (options.json) {
        out << answer.body << "\n";
        return ok();
    }
    out << "Order " << id << " is " << meaning_of_state(answer.json) << "\n";
    return print_waits(id, answer.json, options.admin, out);
}

CLI::App* add_change(CLI::App& parent, const std::string& verb, const std::string& what,
                     const std::shared_ptr<ChangeOptions>& options, Console& console) {
    auto* command = parent.add_subcommand(verb, what);
    add_admin_option(*command, options->admin);
    command->add_option("id", options->id, "The order")->required();
    command->add_flag("--json", options->json, "The platform's answer as it comes");
    command->callback([options, verb, &console] { console.finish(run_change(*options, verb, console.out)); });
    return command;
}

void add_changes(CLI::App& parent, Console& console) {
    auto cancel = std::make_shared<ChangeOptions>();
    add_change(parent, "cancel", "Take an order back; its code is of no use any more", cancel, console);
    auto release = std::make_shared<ChangeOptions>();
    auto* command = add_change(
        parent, "release",
        "Let an order go on: again after a failure, with a release by the operator that is left, or for longer",
        release, console);
    command->add_option("--expires", release->expires, "Ends after 12h, 7d, ..., or at 2027-01-31T12:00:00Z");
    command->add_option("--release", release->release, "File with that operator's release (mcim transfer release)");
}

}  // namespace

void print_enrolment(Admin& platform, const jose::Object& order, std::string_view admin, std::ostream& out) {
    const std::string state = text_or(order, "state");
    if (text_or(order, "policy") != "attested" || !order.has("eid") || state == "Installed" || state == "Unavailable")
        return;
    const std::string eid = text_or(order, "eid");
    const auto device = platform.read("/devices/" + eid);
    if (!device && device.error().code == Errc::refused)
        out << "\nThis platform is no verifier (role pva), and so refuses what is attested to every device: order it "
               "with\n--policy open, or on a platform that verifies.\n";
    if (device || device.error().code != Errc::not_found) return;
    out << "\nNo device is enrolled with EID " << eid
        << ", so none can prove what it is, and the download is refused.\nOn the device, once:\n"
        << "  mcim device enrol --eid " << eid << " --tpm TCTI --model NAME" << admin_words(admin) << "\n";
}

/// The device is another operator's customer. What has to come first, and how to get it.
Status print_waits(const std::string& order_id, const jose::Object& order, std::string_view admin, std::ostream& out) {
    if (!order.has("waits_for")) return ok();
    TRY(const auto waits, order.object("waits_for"));
    TRY(const auto fault, waits.text("fault"));
    TRY(const auto holder, waits.text("operator"));
    TRY(const auto iccid, waits.text("iccid"));
    TRY(const auto sentence, waits.text("sentence"));
    TRY(const auto eid, order.text("eid"));
    TRY(const auto to, order.text("operator"));
    if (fault != "release_missing" && fault != "release_refused") {  // no release would help
        out << "\nThe download is refused. " << sentence << "\n";
        if (fault == "several_subscriptions")
            out << "How: the operator of one ends it for good (mcim subscription close ICCID" << admin_words(admin)
                << "), and the operator of the other signs\na release.\n";
        return ok();
    }
    out << "\nThe download is refused until " << holder << " lets the device go: its release is wanted, for ICCID "
        << iccid << " of\nEID " << eid << ".\n"
        << sentence << "\n";
    out << "How to get it: " << holder << " signs it with its own key, and you give it to the order.\n"
        << "  mcim transfer release --operator " << holder << " --key " << holder << ".pem --eid " << eid << " --iccid "
        << iccid << " --to " << to << " --out release.jws\n"
        << "  mcim order release " << order_id << " --release release.jws" << admin_words(admin) << "\n";
    return ok();
}

void add_qr_option(CLI::App& command, std::string& choice) {
    command.add_flag("--qr{dark},--no-qr{none}", choice, "QR code or none; --qr=light for a light background")
        ->check(CLI::IsMember({"dark", "light", "none"}));
}

Result<std::string> qr_picture(const std::string& activation_code, const std::string& choice) {
    if (choice == "none") return std::string();
    return qr_text(activation_code, choice == "light" ? Background::light : Background::dark);
}

void add_order(CLI::App& app, Console& console) {
    auto* command =
        app.add_subcommand("order", "Offers of a subscription: activation codes, QR codes, what became of them");
    command->require_subcommand(1);
    add_create(*command, console);
    add_order_list(*command, console);
    add_order_show(*command, console);
    add_order_explain(*command, console);
    add_changes(*command, console);
}

}  // namespace mcim::apps
