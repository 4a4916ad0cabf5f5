#include "mcim/pva/record.h"

namespace mcim::pva {
namespace {

using jose::Object;
using jose::ObjectWriter;

constexpr std::int64_t format = 1;
constexpr jose::JsonLimits limits{.octets_max = 4 * 1024 * 1024, .depth_max = 10};

ObjectWriter clock_row(const evidence::ClockInfo& c) {
    ObjectWriter out;
    out.integer("clock_ms", static_cast<std::int64_t>(c.clock_ms)).integer("reset_count", c.reset_count);
    out.integer("restart_count", c.restart_count).integer("safe", c.safe ? 1 : 0);
    return out;
}

Result<std::uint32_t> read_count(const Object& in, std::string_view name) {
    TRY(const std::int64_t n, in.integer(name));
    if (n < 0 || n > 0xFFFFFFFF) return fail(Errc::bad_value, std::string(name), "a counter of 32 bits wanted");
    return static_cast<std::uint32_t>(n);
}

Result<evidence::ClockInfo> read_clock(const Object& in) {
    evidence::ClockInfo out;
    TRY(const std::int64_t clock, in.integer("clock_ms"));
    out.clock_ms = static_cast<std::uint64_t>(clock);
    TRY(out.reset_count, read_count(in, "reset_count"));
    TRY(out.restart_count, read_count(in, "restart_count"));
    TRY(const std::int64_t safe, in.integer("safe"));
    out.safe = safe == 1;
    return out;
}

ObjectWriter session_row(const SessionVerdicts& s) {
    std::vector<ObjectWriter> verdicts;
    for (const auto& v : s.verdicts) verdicts.push_back(evidence::to_claims(v));
    ObjectWriter out;
    if (!s.session.empty()) out.hex_octets("session", s.session);
    out.integer("reset_count", s.boot.reset_count)
        .integer("restart_count", s.boot.restart_count)
        .objects("verdicts", verdicts);
    return out;
}

Result<SessionVerdicts> read_session(const Object& in, const Eid& eid) {
    SessionVerdicts out;
    TRY(auto session, in.optional_member(&Object::hex_octets, "session"));
    out.session = std::move(session).value_or(Bytes{});
    TRY(out.boot.reset_count, read_count(in, "reset_count"));
    TRY(out.boot.restart_count, read_count(in, "restart_count"));
    TRY(const auto verdicts, in.objects("verdicts"));
    for (const Object& item : verdicts) {
        TRY(auto verdict, evidence::read_verdict(item));
        if (verdict.eid != eid || verdict.session != out.session)
            return fail(Errc::bad_value, "verdicts", "a verdict of another device or session");
        out.verdicts.push_back(std::move(verdict));
    }
    return out;
}

ObjectWriter refused_row(const RefusedEvidence& r) {
    ObjectWriter out;
    out.time("at", r.at).text("reason", r.reason).text("sentence", r.sentence);
    if (!r.session.empty()) out.hex_octets("session", r.session);
    return out;
}

Result<RefusedEvidence> read_refused(const Object& in) {
    RefusedEvidence out;
    TRY(out.at, in.time("at"));
    TRY(out.reason, in.text("reason"));
    TRY(out.sentence, in.text("sentence"));
    TRY(auto session, in.optional_member(&Object::hex_octets, "session"));
    out.session = std::move(session).value_or(Bytes{});
    return out;
}

ObjectWriter add_removed(ObjectWriter out, const RemovedDevice& r) {
    out.time("removed_at", r.removed_at).time("spent_until", r.spent_until);
    out.hex_octets("ak_name", r.ak_name).hex_octets("tpm_identity", r.tpm_identity);
    return out;
}

Result<crypto::Sha256> read_tpm_identity(const Object& in) {
    TRY(const Bytes identity, in.hex_octets("tpm_identity"));
    return to_array<32>(identity);
}

Result<RemovedDevice> read_removed(const Object& in) {
    RemovedDevice out;
    TRY(out.removed_at, in.time("removed_at"));
    TRY(out.spent_until, in.time("spent_until"));
    TRY(out.ak_name, in.hex_octets("ak_name"));
    TRY(out.tpm_identity, read_tpm_identity(in));
    return out;
}

Result<std::vector<SpentNonce>> read_spent(const Object& in) {
    std::vector<SpentNonce> out;
    TRY(const auto items, in.objects("spent"));
    for (const Object& item : items) {
        TRY(const Bytes id, item.hex_octets("id"));
        TRY(const auto octets, to_array<16>(id));
        TRY(const Time expires_at, item.time("exp"));
        out.push_back({{octets}, expires_at});
    }
    return out;
}

/// A record of an identity, with nothing yet of what evidence leaves behind.
Result<DeviceRecord> read_identity(const Object& in) {
    TRY(const std::string digits, in.text("eid"));
    TRY(Eid eid, Eid::parse_unchecked(digits));
    TRY(Bytes ak_public, in.octets("ak_public"));
    TRY(auto ak, evidence::parse_attestation_key(ak_public));
    TRY(const auto tpm_identity, read_tpm_identity(in));
    TRY(std::string model, in.text("platform_model"));
    TRY(const Time enrolled_at, in.time("enrolled_at"));
    return DeviceRecord{std::move(eid), std::move(ak_public), std::move(ak.name),
                        tpm_identity,   std::move(model),     enrolled_at};
}

}  // namespace

std::string to_json(const DeviceRecord& r) {
    std::vector<ObjectWriter> spent;
    for (const auto& s : r.spent) spent.emplace_back().hex_octets("id", s.id.octets).time("exp", s.expires_at);
    std::vector<ObjectWriter> sessions;
    for (const auto& s : r.sessions) sessions.push_back(session_row(s));
    ObjectWriter out;
    out.integer("format", format)
        .text("eid", r.eid.text())
        .octets("ak_public", r.ak_public)
        .hex_octets("tpm_identity", r.tpm_identity);
    out.text("platform_model", r.platform_model).time("enrolled_at", r.enrolled_at);
    if (r.before) out.object("before", add_removed({}, *r.before));
    if (r.last_clock) out.object("last_clock", clock_row(*r.last_clock));
    out.objects("spent", spent).time("spent_until", r.spent_until).objects("sessions", sessions);
    if (r.refused) out.object("refused", refused_row(*r.refused));
    return out.finish();
}

std::string to_json(const RemovedDevice& r) {
    ObjectWriter out;
    out.integer("format", format);
    return add_removed(std::move(out), r).finish();
}

namespace {

Status check_format(const Object& in) {
    TRY(const std::int64_t carried, in.integer("format"));
    if (carried == format) return ok();
    return fail(Errc::bad_value, "format", "the row has format " + std::to_string(carried) + ", this version reads 1");
}

Result<DeviceRecord> read_record(const Object& in) {
    // "revision" stands in rows of earlier versions; nothing asks for it
    CHECKED(in.only({"format", "eid", "ak_public", "tpm_identity", "platform_model", "enrolled_at", "before",
                     "revision", "last_clock", "spent", "spent_until", "sessions", "refused"}));
    TRY(DeviceRecord out, read_identity(in));
    if (in.has("before")) {
        TRY(const Object before, in.object("before"));
        CHECKED(before.only({"removed_at", "spent_until", "ak_name", "tpm_identity"}));
        TRY(out.before, read_removed(before));
    }
    if (in.has("last_clock")) {
        TRY(const Object clock, in.object("last_clock"));
        TRY(out.last_clock, read_clock(clock));
    }
    TRY(out.spent, read_spent(in));
    TRY(out.spent_until, in.time("spent_until"));
    TRY(const auto sessions, in.objects("sessions"));
    for (const Object& item : sessions) {
        TRY(auto session, read_session(item, out.eid));
        out.sessions.push_back(std::move(session));
    }
    if (in.has("refused")) {
        TRY(const Object refused, in.object("refused"));
        TRY(out.refused, read_refused(refused));
    }
    return out;
}

}  // namespace

Result<DeviceRecord> parse_record(std::string_view json) {
    TRY(const Object in, Object::parse(json, limits));
    CHECKED(check_format(in));
    return read_record(in);
}

Result<DeviceRow> parse_row(std::string_view json) {
    TRY(const Object in, Object::parse(json, limits));
    CHECKED(check_format(in));
    if (in.has("removed_at")) {
        CHECKED(in.only({"format", "removed_at", "spent_until", "ak_name", "tpm_identity"}));
        TRY(auto removed, read_removed(in));
        return DeviceRow(std::move(removed));
    }
    TRY(auto record, read_record(in));
    return DeviceRow(std::move(record));
}

}  // namespace mcim::pva
