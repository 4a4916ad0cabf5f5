#include "mcim/apps/mcimd/verifier.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <charconv>

namespace mcim::apps::mcimd {
namespace {

// Kinds of rows. The verifier's three identities of a device are unique: its row is under the EID, and one row each
// under the name of its attestation key and under its TPM holds the EID.
constexpr const char* device_kind = "pva.device";
constexpr const char* ak_kind = "pva.ak";
constexpr const char* tpm_kind = "pva.tpm";
constexpr const char* reference_kind = "pva.reference";
// Under an operator, the lowest version of its reference values that still counts: it outlives the document that said
// so.
constexpr const char* floor_kind = "pva.reference_floor";

struct StoredDevice {
    pva::DeviceRecord record;
    store::Row row;
};
Result<std::optional<StoredDevice>> load_device(Platform& p, std::string_view eid) {
    TRY(auto row, p.store.find_row(device_kind, eid));
    if (!row) return std::optional<StoredDevice>{};
    TRY(auto device, pva::parse_row(as_text(row->body)));
    auto* record = std::get_if<pva::DeviceRecord>(&device);
    if (record == nullptr) return std::optional<StoredDevice>{};
    return std::optional(StoredDevice{std::move(*record), *std::move(row)});
}
Result<std::optional<pva::DeviceRecord>> load_by(Platform& p, const char* kind, View key) {
    TRY(const auto row, p.store.find_row(kind, hex(key)));
    if (!row) return std::optional<pva::DeviceRecord>{};
    TRY(auto device, load_device(p, as_text(row->body)));
    if (!device) return std::optional<pva::DeviceRecord>{};
    return std::optional(std::move(device->record));
}
store::Row row_of(const pva::DeviceRecord& record, std::int64_t version) {
    return {device_kind, record.eid.text(), to_bytes(as_view(pva::to_json(record))), version};
}

/// Of an EID whose enrolment was taken back: whether the same TPM speaks for it again.
std::string enrolled_anew(const pva::DeviceRecord& d) {
    const std::string as_model = ", as model " + d.platform_model;
    if (!pva::has_other_tpm(d)) return "enrolled anew with the same TPM" + as_model;
    return "enrolled anew with ANOTHER TPM (attestation key " + hex(d.ak_name) + ", before " + hex(d.before->ak_name) +
           ")" + as_model;
}

/// Who ordered for a device relies on who speaks for it.
Status note_in_orders(Platform& p, const Eid& eid, const std::string& sentence, store::Batch& out) {
    TRY(const auto orders, orders_waiting_for(p, eid));
    for (const auto& order : orders) out.emplace_back(smdp::Note{order.id, p.now(), sentence});
    return ok();
}

std::string reference_key(const evidence::ReferenceValues& v) {
    return v.operator_id + "/" + std::to_string(v.version);
}
/// Versions grow for each model. No two documents of an operator have the same one, by which verdicts name them.
bool stands_against(const evidence::ReferenceValues& held, const evidence::ReferenceValues& given) {
    if (held.operator_id != given.operator_id || held.version < given.version) return false;
    return held.version == given.version || std::ranges::any_of(given.platforms, [&](const auto& platform) {
               return held.find(platform.first) != nullptr;
           });
}
struct Floor {
    std::int64_t version = 0;
    store::Row row;
};
Result<Floor> load_floor(Platform& p, const std::string& operator_id) {
    TRY(auto row, p.store.find_row(floor_kind, operator_id));
    if (!row) return Floor{0, {floor_kind, operator_id, {}}};
    std::int64_t version = 0;
    const std::string text = as_text(row->body);
    if (std::from_chars(text.data(), text.data() + text.size(), version).ec != std::errc())
        return fail(Errc::bad_value, std::string(floor_kind) + "/" + operator_id, "a number is wanted");
    return Floor{version, *std::move(row)};
}

/// Counts, and makes its line of the log too: once for each request, when nothing is looked at again.
http::Response refusal(Platform& p, const pva::Refused& r, const Eid& eid) {
    ++p.metrics.evidence_refused;
    if (pva::is_alarm(r.reason))
        spdlog::warn("verifier: ALARM {} for {}: {}", to_string(r.reason), masked(eid.text()), r.sentence);
    else
        spdlog::info("verifier: refused {} for {}", to_string(r.reason), masked(eid.text()));
    return http::problem(403, r.sentence);
}
http::Response failure(const Error& e) {
    spdlog::error("verifier: {}", to_string(e));
    return http::problem(503, "The verifier cannot do this now: try again later.");
}

/// Another node may have taken some, or withdrawn them. What they say is verified when one came or went only.
Status look_at_reference_values(Platform& p) {
    if (!p.shares_database) return ok();
    TRY(const auto rows, p.store.list_rows(reference_kind));
    std::vector<std::string> keys;
    for (const auto& row : rows) keys.push_back(row.key);
    if (keys == p.verifier->reference_rows) return ok();
    TRY(p.verifier->references, load_reference_values(p));
    p.verifier->reference_rows = std::move(keys);
    return ok();
}

pva::Env env_of(Platform& p) {
    return {p.now(), p.random, p.verifier->nonce_key, p.verifier->policy, p.verifier->references};
}

http::Response nonce(Platform& p, const std::string& body) {
    const auto request = evidence::parse_challenge_request(body);
    if (!request) return http::problem(400, to_string(request.error()));
    const auto device = find_device(p, request->eid);
    if (!device) return failure(device.error());
    if (const auto known = look_at_reference_values(p); !known) return failure(known.error());
    const auto answer = pva::challenge(*request, *device, env_of(p));
    if (const auto* refused = std::get_if<pva::Refused>(&answer)) return refusal(p, *refused, request->eid);
    return http::json_response(200, evidence::to_json(std::get<evidence::Challenge>(answer)));
}

Result<std::string> signed_verdict(Platform& p, const evidence::Verdict& verdict) {
    return evidence::sign_verdict(verdict, p.verifier->key.text, [&](View octets) -> Result<Bytes> {
        TRY(const auto signature, p.signer.sign(p.verifier->key, octets));
        return to_bytes(signature.octets);
    });
}

/// As the device hears it.
Result<std::string> verdicts_json(Platform& p, const std::vector<evidence::Verdict>& verdicts) {
    std::vector<std::string> tokens;
    for (const auto& verdict : verdicts) {
        TRY(auto token, signed_verdict(p, verdict));
        tokens.push_back(std::move(token));
    }
    return jose::ObjectWriter().texts("verdicts", tokens).finish();
}

/// Of a commit after which the device's row has to be looked at again: somebody was faster.
bool is_outrun(const Status& stored, int attempt) {
    return !stored && stored.error().code == Errc::conflict && attempt < attempts_max;
}

void take_evidence(Platform& p, const evidence::Evidence& given, const http::Reply& reply, int attempt) {
    auto device = load_device(p, given.eid.text());
    if (!device) return reply(failure(device.error()));
    if (const auto looked = look_at_reference_values(p); !looked) return reply(failure(looked.error()));
    const auto known = *device ? std::optional((*device)->record) : std::nullopt;
    const auto answer = pva::appraise(given, known, env_of(p));
    if (const auto* refused = std::get_if<pva::Refused>(&answer)) {
        const auto record = known ? pva::remember(*known, given, *refused, env_of(p)) : std::nullopt;
        if (!record) return reply(refusal(p, *refused, given.eid));
        // the nonce is spent before the device hears of it
        return p.committer.commit({store::PutRow{row_of(*record, (*device)->row.version)}},
                                  [=, &p, refused = *refused](const Status& done) {
                                      if (is_outrun(done, attempt)) return take_evidence(p, given, reply, attempt + 1);
                                      const auto response = refusal(p, refused, given.eid);
                                      reply(done ? response : failure(done.error()));
                                  });
    }
    const auto& appraised = std::get<pva::Appraised>(answer);
    auto body = verdicts_json(p, appraised.verdicts);
    if (!body) return reply(failure(body.error()));
    // the nonce is spent, and the verdict stands, before the device hears of it
    p.committer.commit({store::PutRow{row_of(appraised.record, (*device)->row.version)}},
                       [=, &p, body = *std::move(body), verdicts = appraised.verdicts](const Status& done) {
                           if (is_outrun(done, attempt)) return take_evidence(p, given, reply, attempt + 1);
                           if (!done) return reply(failure(done.error()));
                           for (const auto& v : verdicts) {
                               p.metrics.verdicts.add(v.parts.overall());
                               spdlog::info("verifier: {} is {}", masked(given.eid.text()),
                                            to_string(v.parts.overall()));
                           }
                           reply(http::json_response(200, body));
                       });
}

}  // namespace

Result<std::optional<pva::DeviceRecord>> find_device(Platform& p, const Eid& eid) {
    TRY(auto device, load_device(p, eid.text()));
    if (!device) return std::optional<pva::DeviceRecord>{};
    return std::optional(std::move(device->record));
}

Result<std::variant<pva::DeviceRecord, pva::Refused>> enrol_device(Platform& p, const pva::Enrolment& enrolment) {
    using Outcome = std::variant<pva::DeviceRecord, pva::Refused>;
    pva::Holders holders;
    TRY(const auto row, p.store.find_row(device_kind, enrolment.eid.text()));
    if (row) {
        TRY(auto device, pva::parse_row(as_text(row->body)));
        if (auto* record = std::get_if<pva::DeviceRecord>(&device)) holders.of_eid = std::move(*record);
        if (const auto* removed = std::get_if<pva::RemovedDevice>(&device)) holders.removed = *removed;
    }
    TRY(const Bytes name, pva::name_of(enrolment.ak_public));
    TRY(holders.of_ak, load_by(p, ak_kind, name));
    TRY(holders.of_tpm, load_by(p, tpm_kind, enrolment.tpm_identity));
    Outcome outcome = pva::enrol(enrolment, holders, p.now());
    const auto* record = std::get_if<pva::DeviceRecord>(&outcome);
    if (record == nullptr || holders.of_eid) return outcome;
    const Bytes eid = to_bytes(as_view(record->eid.text()));
    store::Batch batch{store::PutRow{row_of(*record, row ? row->version : 0)},
                       store::PutRow{{ak_kind, hex(record->ak_name), eid}},
                       store::PutRow{{tpm_kind, hex(record->tpm_identity), eid}}};
    if (record->before) CHECKED(note_in_orders(p, record->eid, "its device was " + enrolled_anew(*record), batch));
    CHECKED(p.store.commit_one(std::move(batch)));
    if (record->before)
        spdlog::warn("verifier: {}{} was {}", pva::has_other_tpm(*record) ? "ALARM " : "", masked(record->eid.text()),
                     enrolled_anew(*record));
    return outcome;
}

Result<pva::DeviceRecord> disenrol_device(Platform& p, const Eid& eid) {
    TRY(auto device, load_device(p, eid.text()));
    if (!device) return fail(Errc::not_found, "eid", "no device is enrolled with " + eid.text());
    auto& record = device->record;
    device->row.body = to_bytes(as_view(pva::to_json(pva::remove(record, p.verifier->policy, p.now()))));
    store::Batch batch{store::DropRow{ak_kind, hex(record.ak_name)}, store::DropRow{tpm_kind, hex(record.tpm_identity)},
                       store::PutRow{std::move(device->row)}};
    CHECKED(note_in_orders(p, eid, "the enrolment of its device was taken back", batch));
    CHECKED(p.store.commit_one(std::move(batch)));
    spdlog::warn("verifier: the enrolment of {} was taken back; its attestation key was {}", masked(eid.text()),
                 hex(record.ak_name));
    return std::move(record);
}

Result<std::vector<smdp::Order>> orders_waiting_for(Platform& p, const Eid& eid) {
    TRY(auto orders, p.store.orders_of(eid));
    std::erase_if(orders, [](const smdp::Order& o) {
        return o.policy != smdp::GatePolicy::attested || o.state == smdp::OrderState::installed ||
               o.state == smdp::OrderState::unavailable;
    });
    return orders;
}

Result<std::vector<pva::DeviceRecord>> all_devices(Platform& p) {
    TRY(const auto rows, p.store.list_rows(device_kind));
    std::vector<pva::DeviceRecord> out;
    for (const auto& row : rows) {
        TRY(auto device, pva::parse_row(as_text(row.body)));
        if (auto* record = std::get_if<pva::DeviceRecord>(&device)) out.push_back(std::move(*record));
    }
    return out;
}

Result<evidence::ReferenceValues> take_reference_values(Platform& p, const std::string& operator_id,
                                                        const std::string& jws) {
    if (!p.verifier) return fail(Errc::refused, "", "this platform has no verifier (role pva)");
    TRY(const auto key, p.operator_key(operator_id));
    if (!key) return unknown_operator(operator_id);
    auto verified = evidence::verify_reference_values(jws, operator_id, *key, p.now());
    if (!verified && verified.error().code == Errc::bad_crypto)
        return fail(Errc::bad_crypto, "jws",
                    "it is not signed with the key that \"" + operator_id + "\" has here (thumbprint " +
                        jose::thumbprint(*key) + "), or was changed: sign it with that operator's key");
    TRY(auto values, std::move(verified));
    CHECKED(look_at_reference_values(p));
    for (const auto& held : p.verifier->references)
        if (stands_against(held, values))
            return fail(Errc::conflict, "version",
                        "version " + std::to_string(held.version) + " is here already: sign a newer one");
    TRY(auto floor, load_floor(p, operator_id));
    if (values.version < floor.version)
        return fail(Errc::conflict, "version",
                    "the operator has withdrawn everything before version " + std::to_string(floor.version));
    store::Batch batch{store::PutRow{{reference_kind, reference_key(values), to_bytes(as_view(jws))}}};
    const auto is_withdrawn = [&](const evidence::ReferenceValues& held) {
        return held.operator_id == operator_id && held.version < values.withdraws_before;
    };
    // written where it stays, too: of two nodes that take documents at once, one looks again at what the other did
    floor.row.body = to_bytes(as_view(std::to_string(std::max(values.withdraws_before, floor.version))));
    batch.emplace_back(store::PutRow{std::move(floor.row)});
    if (values.withdraws_before > floor.version)
        for (const auto& held : p.verifier->references)
            if (is_withdrawn(held)) batch.emplace_back(store::DropRow{reference_kind, reference_key(held)});
    CHECKED(p.store.commit_one(std::move(batch)));
    std::erase_if(p.verifier->references, is_withdrawn);
    p.verifier->references.push_back(values);
    return values;
}

Result<std::vector<evidence::ReferenceValues>> load_reference_values(Platform& p) {
    TRY(const auto rows, p.store.list_rows(reference_kind));
    std::vector<evidence::ReferenceValues> out;
    for (const auto& row : rows) {
        const std::string operator_id = row.key.substr(0, row.key.rfind('/'));
        const auto found = p.operator_key(operator_id);
        if (!found && found.error().code == Errc::io) return found.error();
        const auto key = found ? *found : std::nullopt;
        // this host's clock may not be right yet: dates count when the values are used
        auto values = key ? evidence::verify_reference_values(as_text(row.body), operator_id, *key, {})
                          : unknown_operator(operator_id);
        if (values)
            out.push_back(*std::move(values));
        else
            spdlog::warn("reference values {} are not used: {}", row.key, to_string(values.error()));
    }
    return out;
}

Result<std::vector<KnownVerdict>> known_verdicts(Platform& p, const pva::DeviceRecord& record,
                                                 const std::optional<Bytes>& session) {
    std::vector<KnownVerdict> out;
    for (auto s = record.sessions.rbegin(); s != record.sessions.rend(); ++s) {
        if (session && s->session != *session) continue;
        for (const auto& verdict : s->verdicts) {
            TRY(auto token, signed_verdict(p, verdict));
            out.push_back({verdict, std::move(token),
                           pva::verdict_for(record, s->session, verdict.reference_operator, p.demand, p.now())});
        }
    }
    return out;
}

void serve_pva(Platform& p, const http::Request& request, const http::Reply& reply) {
    if (request.method != "POST") return reply(http::problem(405, "The verifier's functions are called by POST."));
    if (http::media_type(request.find_header("Content-Type").value_or("")) != "application/json")
        return reply(http::problem(415, "Content-Type: application/json is wanted."));
    const auto function = request.path().substr(pva_path.size());
    if (function == "nonce") return reply(nonce(p, request.body));
    if (function != "evidence") return reply(http::problem(404, "The verifier knows nonce and evidence."));
    const auto given = evidence::parse_evidence(request.body);
    if (!given) return reply(http::problem(400, to_string(given.error())));
    log_subject().set_session(given->session);
    take_evidence(p, *given, reply, 1);
}

}  // namespace mcim::apps::mcimd
