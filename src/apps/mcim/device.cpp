// mcim device enrol, list, show, remove: what the verifier knows of devices.
#include "mcim/apps/mcim/device.h"

#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>

#include "mcim/apps/common/typing_errors.h"
#include "mcim/apps/mcim/admin.h"
#include "mcim/apps/mcim/text.h"
#include "mcim/tpm/tpm.h"

namespace mcim::apps {

namespace {

struct EnrolOptions {
    std::string admin;
    std::string eid;
    std::string tpm;
    std::string model;
    bool test_card = false;
    bool json = false;
};
struct DeviceOptions {
    std::string admin;
    std::string eid;
    bool json = false;
};

using Fields = std::vector<std::pair<std::string, std::string>>;

/// What spoke for the EID in an enrolment that was taken back.
void add_before(const jose::Object& device, Fields& fields) {
    const auto before = device.object("before");
    if (!before) return;
    const auto until = before->time("removed_at");
    const std::string at = until ? ", until " + to_rfc3339(*until) : "";
    if (text_or(*before, "tpm") == "same") {
        fields.emplace_back("before", "the same TPM" + at);
        return;
    }
    fields.emplace_back("before", "ANOTHER TPM" + at);
    fields.emplace_back("TPM before", text_or(*before, "tpm_identity"));
    fields.emplace_back("key before", text_or(*before, "ak_name"));
}

// ---------------------------------------------------------------- mcim device enrol

/// What was typed wrongly is enrolled for ever, and the right one never.
Result<Eid> eid_to_enrol(const EnrolOptions& options) {
    auto eid = Eid::parse_unchecked(options.eid);
    if (!eid) return std::move(eid).error().within("--eid");
    auto wrong = options.test_card ? std::nullopt : typing_error(*eid);
    if (wrong) return fail(Errc::bad_value, "--eid", *std::move(wrong) + ". A test card that has it: --test-card");
    return eid;
}

Status run_enrol(const EnrolOptions& options, std::ostream& out) {
    TRY(const Eid eid, eid_to_enrol(options));
    TRY(auto tpm, tpm::Tpm::open(options.tpm));
    TRY(const Bytes key, tpm.attestation_key());
    TRY(const auto identity, tpm.identity());
    jose::ObjectWriter body;
    body.text("eid", eid.text()).octets("ak_public", key).hex_octets("tpm_identity", identity);
    body.text("platform_model", options.model);
    Admin admin(options.admin);
    TRY(const auto answer, admin.change("/devices", body));
    if (options.json) {
        out << answer.body << "\n";
        return ok();
    }
    TRY(const auto name, answer.json.text("ak_name"));
    out << "Device " << eid.text() << " is enrolled as a \"" << options.model << "\":\n\n";
    Fields fields{{"TPM", hex(identity)}, {"attestation key", name}};
    add_before(answer.json, fields);
    print_fields(out, fields);
    out << "\nFrom now on only this TPM can speak for this EID.\nA mistake, or its board was replaced: \"mcim device "
           "remove "
        << eid.text() << admin_words(options.admin) << "\", then enrol it again.\n\nNext:\n"
        << "  mcim attest reference --tpm " << options.tpm << " --model " << options.model
        << " --operator ID --key FILE" << admin_words(options.admin) << "     once for each model\n";
    return ok();
}

void add_enrol(CLI::App& parent, Console& console) {
    auto* command = parent.add_subcommand("enrol", "Tell the verifier which TPM speaks for an EID");
    auto options = std::make_shared<EnrolOptions>();
    add_admin_option(*command, options->admin);
    command->add_option("--eid", options->eid, "The device's card, 32 digits")->required();
    command->add_option("--tpm", options->tpm, "TCTI of its TPM, e.g. device:/dev/tpmrm0 or swtpm:path=SOCKET")
        ->required();
    command->add_option("--model", options->model, "Platform model; reference values are per model")->required();
    command->add_flag("--test-card", options->test_card, "Take an EID whose check digits do not hold (SGP.26)");
    command->add_flag("--json", options->json, "The platform's answer as it comes");
    command->footer(
        "\nTo be done in the factory, on the device: the verifier believes what it is told here.\n"
        "Example:  mcim device enrol --admin platform/admin.sock --eid 89049032000000000000000000000163 "
        "--tpm device:/dev/tpmrm0 --model meter-2\n");
    command->callback([options, &console] { console.finish(run_enrol(*options, console.out)); });
}

// ---------------------------------------------------------------- mcim device list, show

Status run_device_list(const DeviceOptions& options, std::ostream& out) {
    Admin admin(options.admin);
    TRY(const auto answer, admin.read("/devices"));
    if (options.json) {
        out << answer.body << "\n";
        return ok();
    }
    TRY(const auto devices, answer.json.objects("devices"));
    std::vector<TableRow> rows;
    for (const auto& d : devices) {
        TRY(auto eid, d.text("eid"));
        TRY(auto model, d.text("platform_model"));
        TRY(const auto since, d.time("enrolled_at"));
        rows.push_back({std::move(eid), std::move(model), to_rfc3339(since)});
    }
    print_table(out, {"EID", "MODEL", "ENROLLED"}, rows);
    return ok();
}

Status run_device_show(const DeviceOptions& options, std::ostream& out) {
    TRY(const std::string eid, path_part("EID", options.eid));
    Admin admin(options.admin);
    TRY(const auto answer, admin.read("/devices/" + eid));
    if (options.json) {
        out << answer.body << "\n";
        return ok();
    }
    TRY(const auto model, answer.json.text("platform_model"));
    TRY(const auto tpm, answer.json.text("tpm_identity"));
    TRY(const auto key, answer.json.text("ak_name"));
    TRY(const auto since, answer.json.time("enrolled_at"));
    Fields fields{{"EID", eid}, {"model", model}, {"TPM", tpm}, {"attestation key", key}};
    fields.emplace_back(answer.json.has("before") ? "enrolled anew" : "enrolled", to_rfc3339(since));
    add_before(answer.json, fields);
    print_fields(out, fields);
    out << "\nHow it stands:  mcim attest verdict --eid " << eid << admin_words(options.admin) << "\n";
    return ok();
}

Status run_device_remove(const DeviceOptions& options, std::ostream& out) {
    TRY(const std::string eid, path_part("EID", options.eid));
    Admin admin(options.admin);
    TRY(const auto answer, admin.change("/devices/" + eid + "/remove", {}));
    if (options.json) {
        out << answer.body << "\n";
        return ok();
    }
    TRY(const auto orders, answer.json.texts("orders"));
    out << "Device " << eid
        << " is enrolled no more. Its verdicts and nonces count no more, also if it is enrolled again.\n";
    if (!orders.empty()) out << "Until it is, these orders are refused to it:\n";
    for (const auto& order : orders) out << "  " << order << "\n";
    out << "\nNext, on the device, if it is to have subscriptions:\n  mcim device enrol --eid " << eid
        << " --tpm TCTI --model NAME" << admin_words(options.admin) << "\n";
    return ok();
}

void add_device_list(CLI::App& parent, Console& console) {
    auto* command = parent.add_subcommand("list", "All devices that are enrolled");
    auto options = std::make_shared<DeviceOptions>();
    add_admin_option(*command, options->admin);
    command->add_flag("--json", options->json, "The platform's answer as it comes");
    command->callback([options, &console] { console.finish(run_device_list(*options, console.out)); });
}

void add_device_show(CLI::App& parent, Console& console) {
    auto* command = parent.add_subcommand("show", "One device: its TPM and its attestation key");
    auto options = std::make_shared<DeviceOptions>();
    add_admin_option(*command, options->admin);
    command->add_option("eid", options->eid, "Its EID")->required();
    command->add_flag("--json", options->json, "The platform's answer as it comes");
    command->callback([options, &console] { console.finish(run_device_show(*options, console.out)); });
}

void add_device_remove(CLI::App& parent, Console& console) {
    auto* command = parent.add_subcommand("remove", "Take an enrolment back: a mistake, or a board that was replaced");
    auto options = std::make_shared<DeviceOptions>();
    add_admin_option(*command, options->admin);
    command->add_option("eid", options->eid, "Its EID")->required();
    command->add_flag("--json", options->json, "The platform's answer as it comes: the device as it was, orders");
    command->footer(
        "\nNo attested order gives it anything from then on. Whose customer it is does not change: what is on its "
        "card\n"
        "stays there, and another operator still needs a release.\n");
    command->callback([options, &console] { console.finish(run_device_remove(*options, console.out)); });
}

}  // namespace

void add_device(CLI::App& app, Console& console) {
    auto* command = app.add_subcommand("device", "Devices: make a card, enrol its host's TPM");
    command->require_subcommand(1);
    add_device_make(*command, console);
    add_enrol(*command, console);
    add_device_list(*command, console);
    add_device_show(*command, console);
    add_device_remove(*command, console);
}

}  // namespace mcim::apps
