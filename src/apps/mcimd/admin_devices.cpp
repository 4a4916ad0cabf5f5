// The verifier's devices and reference values.
#include "mcim/apps/mcimd/admin_calls.h"
#include "mcim/apps/mcimd/verifier.h"

namespace mcim::apps::mcimd {
namespace {

Json json_of(const pva::DeviceRecord& d) {
    Json out;
    out.text("eid", d.eid.text()).hex_octets("ak_name", d.ak_name).hex_octets("tpm_identity", d.tpm_identity);
    out.text("platform_model", d.platform_model).time("enrolled_at", d.enrolled_at);
    if (const auto& before = d.before) {
        Json removed;
        removed.text("tpm", pva::has_other_tpm(d) ? "another" : "same").time("removed_at", before->removed_at);
        removed.hex_octets("ak_name", before->ak_name).hex_octets("tpm_identity", before->tpm_identity);
        out.object("before", removed);
    }
    return out;
}

Json json_of(const evidence::Appraisal& part) {
    return Json().text("status", to_string(part.status)).texts("differences", part.differences);
}

Json json_of(const KnownVerdict& known) {
    const auto& v = known.verdict;
    Json out;
    out.text("operator", v.reference_operator).text("result", v.passes() ? "pass" : "fail");
    out.text("standing", to_string(known.answer.standing)).texts("why", known.answer.sentences);
    out.time("issued_at", v.issued_at).time("expires_at", v.expires_at);
    if (!v.session.empty()) out.hex_octets("session", v.session);
    out.text("platform_model", v.platform_model).integer("reference_version", v.reference_version);
    out.object("platform", json_of(v.parts.platform)).object("module", json_of(v.parts.module));
    return out.text("token", known.token);
}

Status need_verifier(const Platform& p) {
    if (!p.verifier) return fail(Errc::refused, "", "this platform is no verifier (role pva)");
    return ok();
}

Result<pva::DeviceRecord> device_named(Platform& p, std::string_view digits) {
    TRY(const Eid eid, Eid::parse_unchecked(digits));
    TRY(auto device, find_device(p, eid));
    if (!device)
        return fail(Errc::not_found, "eid",
                    "no device is enrolled with " + eid.text() + "; \"mcim device enrol\" does it, on the device");
    return *std::move(device);
}

}  // namespace

Json json_of(const pva::RefusedEvidence& refused) {
    Json out;
    out.time("at", refused.at).text("reason", refused.reason).text("sentence", refused.sentence);
    if (!refused.session.empty()) out.hex_octets("session", refused.session);
    return out;
}

Result<Json> add_device(Platform& p, const jose::Object& in) {
    CHECKED(need_verifier(p));
    TRY(const auto digits, in.text("eid"));
    TRY(Eid eid, Eid::parse_unchecked(digits));
    TRY(Bytes ak_public, in.octets("ak_public"));
    TRY(const Bytes identity, in.hex_octets("tpm_identity"));
    TRY(const auto tpm_identity, to_array<32>(identity));
    TRY(auto model, in.text("platform_model"));
    TRY(auto outcome, enrol_device(p, {std::move(eid), std::move(ak_public), tpm_identity, std::move(model)}));
    if (const auto* refused = std::get_if<pva::Refused>(&outcome))
        return fail(Errc::conflict, std::string(to_string(refused->reason)), refused->sentence);
    return json_of(std::get<pva::DeviceRecord>(outcome));
}

Result<Json> list_devices(Platform& p) {
    CHECKED(need_verifier(p));
    TRY(const auto devices, all_devices(p));
    std::vector<Json> out;
    for (const auto& device : devices) out.push_back(json_of(device));
    return Json().objects("devices", out);
}

Result<Json> show_device(Platform& p, std::string_view eid) {
    CHECKED(need_verifier(p));
    TRY(const auto device, device_named(p, eid));
    return json_of(device);
}

/// Not refused where orders wait for this device: they give nothing away until it is enrolled again, and say in their
/// timelines what happened. Whose customer it is, nothing here changes.
Result<Json> remove_device(Platform& p, std::string_view digits) {
    CHECKED(need_verifier(p));
    TRY(const auto device, device_named(p, digits));
    TRY(const auto removed, disenrol_device(p, device.eid));
    TRY(const auto orders, orders_waiting_for(p, removed.eid));
    std::vector<std::string> waiting;
    for (const auto& order : orders) waiting.push_back(order.id);
    return json_of(removed).texts("orders", waiting);
}

Result<Json> show_verdicts(Platform& p, std::string_view eid, std::string_view query) {
    CHECKED(need_verifier(p));
    TRY(const auto device, device_named(p, eid));
    static constexpr std::string_view parameter = "?session=";
    std::optional<Bytes> session;
    if (!query.empty()) {
        if (!query.starts_with(parameter)) return fail(Errc::bad_value, "query", "?session=HEX is the only one");
        TRY(session, from_hex(query.substr(parameter.size())));
    }
    TRY(const auto known, known_verdicts(p, device, session));
    std::vector<Json> verdicts;
    for (const auto& verdict : known) verdicts.push_back(json_of(verdict));
    Json out;
    out.objects("verdicts", verdicts);
    if (device.refused && (!session || device.refused->session == *session))
        out.object("refused_evidence", json_of(*device.refused));
    return out;
}

Result<Json> add_reference_values(Platform& p, const jose::Object& in) {
    CHECKED(need_verifier(p));
    TRY(const auto operator_id, in.text("operator"));
    TRY(const auto jws, in.text("jws"));
    TRY(const auto values, take_reference_values(p, operator_id, jws));
    std::vector<std::string> models;
    for (const auto& [model, reference] : values.platforms) models.push_back(model);
    return Json().integer("version", values.version).texts("platforms", models);
}

}  // namespace mcim::apps::mcimd
