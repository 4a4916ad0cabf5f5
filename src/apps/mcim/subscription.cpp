// mcim subscription add: a line of an operator, with keys that nobody sees, or with those that came with it.
#include "mcim/apps/mcim/subscription.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <ostream>

#include "mcim/apps/common/files.h"
#include "mcim/apps/common/key_files.h"
#include "mcim/apps/mcim/admin.h"
#include "mcim/apps/mcim/text.h"
#include "mcim/custody/private_file.h"
#include "mcim/saip/package.h"

namespace mcim::apps {

namespace {

struct AddSubscriptionOptions {
    std::string admin;
    std::string operator_id;
    std::string iccid;
    std::string imsi;
    std::string msisdn;
    std::optional<unsigned> mnc_digits;
    std::string provider;
    std::string name;
    std::string algorithm = "MILENAGE";
    std::string key_file;
    std::string package;
    std::string profile_type;
    std::string replaces;
    bool json = false;
};

// ---------------------------------------------------------------- keys and packages that exist already

Result<SecretBytes> key_value(const std::filesystem::path& path, std::string_view name, std::string_view digits) {
    auto octets = from_hex(digits);
    if (!octets || (octets->size() != 16 && octets->size() != 32))
        return fail(Errc::bad_value, path.string() + ": " + std::string(name),
                    "32 or 64 hexadecimal digits are wanted");
    return SecretBytes(*std::move(octets));
}

/// The package says which ICCID it is for: header, ten octets with the digits in their order, padded with F.
Result<std::string> iccid_of(const std::string& file, View der) {
    auto package = saip::parse(der);
    if (!package) return std::move(package).error().within(file);
    const auto* header = saip::profile_header_of(*package);
    if (header == nullptr) return fail(Errc::missing_field, file, "the package has no profile header");
    std::string digits = hex(header->iccid.bytes);
    digits.erase(std::min(digits.find('F'), digits.size()));
    return digits;
}

/// K that an operator has already.
Result<KeyFile> own_keys(const AddSubscriptionOptions& options) {
    if (options.key_file.empty()) return KeyFile{};
    leave_no_core_dump();
    return read_key_file(options.key_file);
}

/// Numbers and keys are those in the package, unless both are named beside it.
Result<jose::ObjectWriter> request_of_package(const AddSubscriptionOptions& options) {
    if (options.imsi.empty() != options.key_file.empty())
        return fail(Errc::conflict, "--profile",
                    "the package brings its own IMSI and keys; others go with --imsi and --k-file, both of them");
    TRY(const Bytes der, read_file(options.package, saip::Limits{}.package_bytes_max));
    TRY(const std::string iccid, iccid_of(options.package, der));
    if (!options.iccid.empty() && options.iccid != iccid)
        return fail(Errc::conflict, "--iccid", options.package + " is for " + iccid + ", not for " + options.iccid);
    jose::ObjectWriter body;
    body.text("operator", options.operator_id).text("iccid", iccid).octets("package", der);
    if (!options.imsi.empty()) body.text("imsi", options.imsi).text("algorithm", options.algorithm);
    return body;
}

Result<jose::ObjectWriter> request_of_template(const AddSubscriptionOptions& options) {
    if (options.iccid.empty() || options.imsi.empty())
        return fail(Errc::missing_field, "--iccid, --imsi",
                    "a line has both; only a package (--profile) brings its own");
    jose::ObjectWriter body;
    body.text("operator", options.operator_id).text("iccid", options.iccid).text("imsi", options.imsi);
    if (options.mnc_digits) body.integer("mnc_digits", *options.mnc_digits);
    return body.text("algorithm", options.algorithm);
}

// ---------------------------------------------------------------- the command

/// A platform without a download server delivers nothing: there the operator says when the card has its profile.
std::string next_command(Admin& admin, const AddSubscriptionOptions& options, const std::string& iccid) {
    const auto status = admin.read("/status");
    const auto roles = status ? status->json.texts("roles") : Result<std::vector<std::string>>(status.error());
    const std::string words = admin_words(options.admin);
    if (roles && std::ranges::find(*roles, "dp") == roles->end())
        return "mcim subscription unbar" + words + " " + iccid + "     when its card has the profile";
    return "mcim order create" + words + " --operator " + options.operator_id + " --iccid " + iccid + " --eid EID";
}

Status run_subscription_add(const AddSubscriptionOptions& options, std::ostream& out) {
    TRY(auto body, options.package.empty() ? request_of_template(options) : request_of_package(options));
    if (!options.msisdn.empty()) body.text("msisdn", options.msisdn);
    TRY(const KeyFile keys, own_keys(options));
    std::vector<SecretMember> secrets;
    if (!keys.k.empty()) secrets.push_back({"k", expose(keys.k)});
    if (!keys.opc.empty()) secrets.push_back({"opc", expose(keys.opc)});
    if (!options.provider.empty()) body.text("service_provider_name", options.provider);
    if (!options.name.empty()) body.text("profile_name", options.name);
    if (!options.profile_type.empty()) body.text("profile_type", options.profile_type);
    if (!options.replaces.empty()) body.text("replaces", options.replaces);
    Admin admin(options.admin);
    TRY(const auto answer, admin.change("/subscriptions", body, secrets));
    if (options.json) {
        out << answer.body << "\n";
        return ok();
    }
    TRY(const auto iccid, answer.json.text("iccid"));
    TRY(const auto imsi, answer.json.text("imsi"));
    const bool brought = !options.package.empty() || !options.key_file.empty();
    out << "Subscription " << iccid << ", IMSI " << imsi << ", is reserved for " << options.operator_id << ".\n"
        << (brought ? "Its keys were wrapped on their way in; nothing gives them out in clear.\n"
                    : "Its K and OPc were made inside the signer; nobody has seen them.\n");
    if (!options.replaces.empty())
        out << "Subscription " << options.replaces
            << ", whose place it takes, is closed: this platform serves its card no more.\n";
    out << "\nNext:\n  " << next_command(admin, options, iccid) << "\n";
    return ok();
}

void add_subscription_add(CLI::App& parent, Console& console) {
    auto* command = parent.add_subcommand("add", "Make a line: numbers, fresh keys, and later its profile");
    auto options = std::make_shared<AddSubscriptionOptions>();
    add_admin_option(*command, options->admin);
    command->add_option("--operator", options->operator_id, "Whose line it is")->required();
    command->add_option("--iccid", options->iccid, "18 to 20 digits; a 19th or 20th is the Luhn digit");
    command->add_option("--imsi", options->imsi, "6 to 15 digits");
    auto* mnc =
        command->add_option("--mnc-digits", options->mnc_digits,
                            "Digits of the IMSI that are the network code: 3 in North America, else 2; where absent "
                            "the replaced line's if its IMSI begins with the same five digits, or 2");
    mnc->check(CLI::IsMember({2, 3}));
    command->add_option(
        "--msisdn", options->msisdn,
        "Telephone number, 5 to 15 digits without '+'; the replaced line's where absent. A package's own is "
        "not read");
    command->add_option("--provider", options->provider,
                        "Service provider name; where absent the replaced line's, or the operator's");
    command->add_option("--profile-name", options->name,
                        "Name of the profile; where absent the replaced line's, or the operator's");
    command->add_option("--algorithm", options->algorithm, "MILENAGE; in a laboratory: test algorithm")
        ->capture_default_str();
    command->add_option("--k-file", options->key_file, "Instead of fresh keys: file with k=HEX and opc=HEX, mode 0600");
    command->add_option("--profile", options->package, "Instead of all this: somebody's profile package, DER")
        ->excludes(mnc);
    command->add_option("--profile-type", options->profile_type,
                        "What its operator orders it as over ES2+, where he names no ICCID");
    command->add_option("--replaces", options->replaces,
                        "ICCID of a line whose card is lost or broken: it is closed for good, and its number and names "
                        "are this one's where no others are given. Not yet in use, it takes along the line whose place "
                        "it was to take");
    command->add_flag("--json", options->json, "The platform's answer as it comes");
    command->footer(
        "\nK is never given on a command line and never printed.\n"
        "Example:  mcim subscription add --admin platform/admin.sock --operator north --iccid 8988211000000000011 "
        "--imsi 001010000000001\n"
        "Its card is lost:  mcim subscription add --admin platform/admin.sock --operator north --iccid "
        "8988211000000000029 --imsi 001010000000002 --replaces 8988211000000000011\n");
    command->callback([options, &console] { console.finish(run_subscription_add(*options, console.out)); });
}

}  // namespace

Result<KeyFile> read_key_file(const std::filesystem::path& path) {
    TRY(const SecretBytes content, custody::read_private_file(path));
    const View octets = expose(content);
    std::string_view rest(reinterpret_cast<const char*>(octets.data()), octets.size());
    KeyFile out;
    while (!rest.empty()) {
        const auto end = std::min(rest.find('\n'), rest.size());
        std::string_view line = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (line.empty() || line.front() == '#') continue;
        const auto equals = std::min(line.find('='), line.size());
        const std::string_view name = line.substr(0, equals);
        if ((name != "k" && name != "opc") || equals == line.size())  // the line itself may hold a key: it is not shown
            return fail(Errc::bad_value, path.string(), "lines k=HEX and opc=HEX are wanted, and others are not");
        SecretBytes& value = name == "k" ? out.k : out.opc;
        if (!value.empty()) return fail(Errc::conflict, path.string(), std::string(name) + " is given twice");
        TRY(value, key_value(path, name, line.substr(equals + 1)));
    }
    if (out.k.empty()) return fail(Errc::missing_field, path.string(), "there is no line k=HEX");
    return out;
}

void add_subscription(CLI::App& app, Console& console) {
    auto* command = app.add_subcommand("subscription", "Lines: IMSI, ICCID, number, keys");
    command->require_subcommand(1);
    add_subscription_add(*command, console);
    add_subscription_import(*command, console);
    add_subscription_export(*command, console);
    add_subscription_list(*command, console);
    add_subscription_show(*command, console);
    add_subscription_bars(*command, console);
}

}  // namespace mcim::apps
