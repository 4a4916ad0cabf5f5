#include "mcim/pva/verifier.h"

#include <algorithm>

namespace mcim::pva {
namespace {

using evidence::ClockInfo;
using evidence::PlatformReference;
using evidence::ReferenceValues;
using evidence::Tier;
using evidence::Verdict;

constexpr std::size_t sessions_kept = 16;
constexpr std::size_t spent_kept = 64;

/// Said by a later document of the same operator that holds.
bool withdrawn(const ReferenceValues& r, const Env& env) {
    return std::ranges::any_of(env.references, [&](const ReferenceValues& later) {
        return later.operator_id == r.operator_id && later.withdraws_before > r.version && later.valid_at(env.now);
    });
}

/// Valid documents that cover the model, newest version of each operator first.
std::vector<const ReferenceValues*> applicable(const Env& env, const std::string& model) {
    std::vector<const ReferenceValues*> out;
    for (const auto& r : env.references)
        if (r.valid_at(env.now) && r.find(model) != nullptr && !withdrawn(r, env)) out.push_back(&r);
    std::ranges::stable_sort(out, [](const auto* a, const auto* b) {
        return a->operator_id != b->operator_id ? a->operator_id < b->operator_id : a->version > b->version;
    });
    return out;
}

Refused no_references(const std::string& model) {
    return {Refusal::no_reference_values, "No operator's valid reference values cover the platform model " + model +
                                              ". An operator has to sign some, or newer ones."};
}

Refused not_enrolled(const Eid& eid) {
    return {Refusal::not_enrolled, "The device " + eid.text() + " is not enrolled with this verifier."};
}

/// The way out of an enrolment that is in the way.
std::string first_remove(const Eid& eid) {
    return " take that enrolment back (mcim device remove " + eid.text() + ") and enrol again.";
}

/// Whether the counters can follow those of the last quote (Part 1, 36: clock, resetCount and restartCount).
std::optional<Refused> check_counters(const ClockInfo& last, const ClockInfo& now) {
    const Boot before{last.reset_count, last.restart_count}, after{now.reset_count, now.restart_count};
    if (after < before)
        return Refused{Refusal::counters_went_back,
                       "The TPM counts " + std::to_string(after.reset_count) + " resets and " +
                           std::to_string(after.restart_count) + " restarts, fewer than before (" +
                           std::to_string(before.reset_count) + " and " + std::to_string(before.restart_count) +
                           "): it was cleared, replaced or set back."};
    // After a power cut a TPM may resume from an older saved clock, and then says so (safe = NO).
    const bool may_lag = after > before && !now.safe;
    if (now.clock_ms < last.clock_ms && !may_lag)
        return Refused{Refusal::clock_went_back,
                       "The TPM's clock shows " + std::to_string(now.clock_ms) + " ms, less than the " +
                           std::to_string(last.clock_ms) +
                           " ms of an earlier quote: it was set back, or this quote is older."};
    return std::nullopt;
}

/// A session is one conversation with one running system. A reset in between gives the registers another history.
std::optional<Refused> check_session_boot(const DeviceRecord& device, const evidence::Evidence& given, Boot boot) {
    if (given.session.empty()) return std::nullopt;
    for (const auto& s : device.sessions)
        if (s.session == given.session && s.boot != boot)
            return Refused{Refusal::reset_within_session,
                           "The TPM was reset since this session's first quote. Start a new session."};
    return std::nullopt;
}

std::optional<Refused> check_spent(const DeviceRecord& device, const NonceGood& nonce, Time now) {
    if (std::ranges::any_of(device.spent, [&](const SpentNonce& s) { return s.id == nonce.id; }))
        return Refused{Refusal::nonce_replayed,
                       "The nonce was used already. A quote counts once; ask for a new nonce."};
    if (nonce.expires_at <= device.spent_until)
        return Refused{
            Refusal::nonce_expired,
            "The nonce is older than evidence that was taken already, or than this enrolment. Ask for a new one."};
    const auto alive = std::ranges::count_if(device.spent, [&](const SpentNonce& s) { return s.expires_at > now; });
    if (static_cast<std::size_t>(alive) >= spent_kept)
        return Refused{Refusal::too_many, "The device gave evidence " + std::to_string(alive) +
                                              " times within the life of a nonce. Ask again later."};
    return std::nullopt;
}

/// The quote, once it is the enrolled TPM's word about this nonce, this session and these registers.
std::variant<evidence::Quote, Refused> check_quote(const DeviceRecord& device, const evidence::Evidence& given) {
    const auto ak = evidence::parse_attestation_key(device.ak_public);
    if (!ak) return Refused{Refusal::key_malformed, "The enrolled key cannot be read: " + to_string(ak.error()) + "."};
    auto quote = evidence::verify_quote(*ak, given.quote, given.signature);
    if (!quote && quote.error().code == Errc::bad_crypto)
        return Refused{Refusal::wrong_signature, "The quote is not signed by the TPM that is enrolled for " +
                                                     given.eid.text() + ", or was changed on the way."};
    if (!quote) return Refused{Refusal::quote_malformed, "The quote cannot be read: " + to_string(quote.error()) + "."};
    if (!equal(quote->extra_data, evidence::qualifying_data(given.nonce, given.session)))
        return Refused{Refusal::other_binding,
                       "The quote was made for another nonce or session than the evidence says."};
    if (quote->selection != evidence::selection_of(given.pcrs) || quote->pcr_digest != evidence::pcr_digest(given.pcrs))
        return Refused{Refusal::registers_differ, "The registers in the evidence are not those that the TPM quoted."};
    return *std::move(quote);
}

/// What the device's own word says against it.
std::optional<Refused> check_state(const DeviceRecord& device, const evidence::Evidence& given,
                                   const evidence::Quote& quote, const Env& env) {
    if (device.last_clock)
        if (auto refused = check_counters(*device.last_clock, quote.clock)) return refused;
    if (auto refused = check_session_boot(device, given, {quote.clock.reset_count, quote.clock.restart_count}))
        return refused;
    if (applicable(env, device.platform_model).empty()) return no_references(device.platform_model);
    return std::nullopt;
}

/// One verdict by the documents of one operator: the newest that the device matches completely, or else the newest.
/// Matching one document with some registers and another with the rest is no match: such a mix was never released.
Verdict verdict_by(std::span<const ReferenceValues* const> documents, const DeviceRecord& device,
                   const evidence::Evidence& given, const Env& env) {
    const auto issued_at = std::chrono::floor<std::chrono::seconds>(env.now);
    Verdict out{env.policy.verifier_id,
                env.policy.build,
                given.eid,
                given.session,
                issued_at,
                issued_at + env.policy.verdict_lifetime,
                device.platform_model,
                documents.front()->operator_id,
                documents.front()->version,
                evidence::compare(given.pcrs, *documents.front()->find(device.platform_model))};
    for (const auto* document : documents) {
        if (out.passes()) break;
        auto parts = evidence::compare(given.pcrs, *document->find(device.platform_model));
        if (parts.overall() != Tier::affirming) continue;
        out.reference_version = document->version;
        out.parts = std::move(parts);
    }
    return out;
}

std::vector<Verdict> verdicts_by_all(std::span<const ReferenceValues* const> documents, const DeviceRecord& device,
                                     const evidence::Evidence& given, const Env& env) {
    std::vector<Verdict> out;
    while (!documents.empty()) {
        const auto same = std::ranges::find_if(
            documents, [&](const auto* d) { return d->operator_id != documents.front()->operator_id; });
        const auto count = static_cast<std::size_t>(same - documents.begin());
        out.push_back(verdict_by(documents.first(count), device, given, env));
        documents = documents.subspan(count);
    }
    return out;
}

void spend(DeviceRecord& device, const NonceGood& nonce, Time now) {
    std::erase_if(device.spent, [&](const SpentNonce& s) {
        if (s.expires_at > now) return false;
        device.spent_until = std::max(device.spent_until, s.expires_at);
        return true;
    });
    device.spent.push_back({nonce.id, nonce.expires_at});
}

void keep(DeviceRecord& device, SessionVerdicts verdicts) {
    std::erase_if(device.sessions, [&](const SessionVerdicts& s) { return s.session == verdicts.session; });
    if (device.sessions.size() >= sessions_kept) device.sessions.erase(device.sessions.begin());
    device.sessions.push_back(std::move(verdicts));
}

}  // namespace

Result<Bytes> name_of(View ak_public) {
    TRY(auto ak, evidence::parse_attestation_key(ak_public));
    return std::move(ak.name);
}

std::variant<DeviceRecord, Refused> enrol(const Enrolment& e, const Holders& holders, Time now) {
    using enum Refusal;
    auto ak = evidence::parse_attestation_key(e.ak_public);
    if (!ak) return Refused{key_malformed, "This is no attestation key: " + to_string(ak.error()) + "."};
    if (const auto& known = holders.of_eid) {
        if (known->ak_name != ak->name || known->tpm_identity != e.tpm_identity)
            return Refused{
                other_key_for_eid,
                "The EID " + e.eid.text() +
                    " is enrolled with another TPM. Two devices claim one identity, or its board was replaced: then" +
                    first_remove(e.eid)};
        if (known->platform_model != e.platform_model)
            return Refused{other_model_for_eid, "The EID " + e.eid.text() + " is enrolled as model " +
                                                    known->platform_model + ", not " + e.platform_model +
                                                    ". Where that was a mistake," + first_remove(e.eid)};
        return *known;
    }
    if (holders.of_ak)
        return Refused{key_of_other_eid, "This attestation key is enrolled for the EID " + holders.of_ak->eid.text() +
                                             " already. Where that was a mistake," + first_remove(holders.of_ak->eid)};
    if (holders.of_tpm)
        return Refused{tpm_of_other_eid, "This TPM is enrolled for the EID " + holders.of_tpm->eid.text() +
                                             " already. Where that was a mistake," + first_remove(holders.of_tpm->eid)};
    DeviceRecord out{e.eid,          e.ak_public,      std::move(ak->name),
                     e.tpm_identity, e.platform_model, std::chrono::floor<std::chrono::seconds>(now),
                     holders.removed};
    if (holders.removed) out.spent_until = holders.removed->spent_until;
    return out;
}

RemovedDevice remove(const DeviceRecord& device, const Policy& policy, Time now) {
    const Time last_nonce = std::chrono::floor<std::chrono::seconds>(now + policy.nonce_lifetime);
    return {std::chrono::floor<std::chrono::seconds>(now), std::max(device.spent_until, last_nonce), device.ak_name,
            device.tpm_identity};
}

bool has_other_tpm(const DeviceRecord& d) {
    return d.before && (d.before->ak_name != d.ak_name || d.before->tpm_identity != d.tpm_identity);
}

std::variant<evidence::Challenge, Refused> challenge(const evidence::ChallengeRequest& request,
                                                     const std::optional<DeviceRecord>& device, const Env& env) {
    if (!device) return not_enrolled(request.eid);
    evidence::Challenge out;
    for (const auto* document : applicable(env, device->platform_model))
        for (const auto& [index, reference] : *document->find(device->platform_model)) out.selection.insert(index);
    if (out.selection.empty()) return no_references(device->platform_model);
    out.expires_at = std::chrono::floor<std::chrono::seconds>(env.now + env.policy.nonce_lifetime);
    out.nonce = make_nonce(env.nonce_key, request.eid, request.session, out.expires_at, env.random);
    return out;
}

std::variant<Appraised, Refused> appraise(const evidence::Evidence& given, const std::optional<DeviceRecord>& device,
                                          const Env& env) {
    if (!device || device->eid != given.eid) return not_enrolled(given.eid);
    auto nonce = check_nonce(env.nonce_key, given.nonce, given.eid, given.session, env.now);
    if (auto* refused = std::get_if<Refused>(&nonce)) return std::move(*refused);
    const auto& good = std::get<NonceGood>(nonce);
    if (auto refused = check_spent(*device, good, env.now)) return *std::move(refused);

    auto checked = check_quote(*device, given);
    if (auto* refused = std::get_if<Refused>(&checked)) return std::move(*refused);
    const auto& quote = std::get<evidence::Quote>(checked);
    if (auto refused = check_state(*device, given, quote, env)) {
        refused->of_the_device = true;
        return *std::move(refused);
    }
    const auto documents = applicable(env, device->platform_model);
    Appraised out{*device, verdicts_by_all(documents, *device, given, env)};
    spend(out.record, good, env.now);
    out.record.last_clock = quote.clock;
    out.record.refused.reset();
    keep(out.record, {given.session, {quote.clock.reset_count, quote.clock.restart_count}, out.verdicts});
    return out;
}

std::optional<DeviceRecord> remember(const DeviceRecord& device, const evidence::Evidence& given,
                                     const Refused& refused, const Env& env) {
    const auto nonce = check_nonce(env.nonce_key, given.nonce, given.eid, given.session, env.now);
    const auto* good = std::get_if<NonceGood>(&nonce);
    if (!refused.of_the_device || good == nullptr) return std::nullopt;
    DeviceRecord out = device;
    spend(out, *good, env.now);
    RefusedEvidence next{std::chrono::floor<std::chrono::seconds>(env.now), std::string(to_string(refused.reason)),
                         refused.sentence, given.session};
    const auto& last = device.refused;
    const bool same = last && last->reason == next.reason && last->session == next.session;
    if (!same) out.refused = std::move(next);
    return out;
}

std::string_view to_string(Standing s) {
    switch (s) {
        case Standing::pass: return "pass";
        case Standing::fail: return "fail";
        case Standing::stale: return "stale";
        case Standing::unknown: return "unknown";
    }
    std::abort();
}

namespace {

Answer answer(Standing standing, std::string sentence) { return {standing, {std::move(sentence)}, std::nullopt}; }

/// What keeps `verdict` from being fresh.
std::optional<std::string> staleness(const Verdict& verdict, Boot of_verdict, const DeviceRecord& device, Time now) {
    if (now >= verdict.expires_at)
        return "The verdict expired at " + to_rfc3339(verdict.expires_at) + "; the device has to give evidence again.";
    if (now < verdict.issued_at)
        return "The verdict was issued at " + to_rfc3339(verdict.issued_at) +
               ", which is in the future; check the clock.";
    if (device.last_clock && of_verdict != Boot{device.last_clock->reset_count, device.last_clock->restart_count})
        return "The device restarted since the verdict; it has to give evidence for this session again.";
    return std::nullopt;
}

Answer judge(const Verdict& verdict, Demand demand) {
    Answer out{Standing::pass, {}, verdict.expires_at};
    const auto want = [&](const evidence::Appraisal& part, std::string_view name) {
        if (part.status == Tier::affirming) return;
        out.standing = Standing::fail;
        out.expires_at.reset();
        out.sentences.insert(out.sentences.end(), part.differences.begin(), part.differences.end());
        if (part.status == Tier::none)
            out.sentences.push_back("The reference values of " + verdict.reference_operator +
                                    " name no register of the " + std::string(name) + ", so nothing is known of it");
    };
    if (demand != Demand::module) want(verdict.parts.platform, "platform");
    if (demand != Demand::platform) want(verdict.parts.module, "module");
    return out;
}

}  // namespace

Answer verdict_for(const std::optional<DeviceRecord>& device, View session, std::string_view operator_id, Demand demand,
                   Time now) {
    if (!device) return answer(Standing::unknown, "The device is not enrolled with this verifier.");
    const auto row =
        std::ranges::find_if(device->sessions, [&](const SessionVerdicts& s) { return equal(s.session, session); });
    if (row == device->sessions.end())
        return answer(Standing::unknown, device->refused && equal(device->refused->session, session)
                                             ? "Its evidence was refused: " + device->refused->sentence
                                             : "The device gave no evidence for this session.");
    const auto verdict = std::ranges::find(row->verdicts, operator_id, &Verdict::reference_operator);
    if (verdict == row->verdicts.end())
        return answer(Standing::unknown, "There are no reference values of " + std::string(operator_id) +
                                             " for the platform model " + device->platform_model + ".");
    if (auto stale = staleness(*verdict, row->boot, *device, now)) return answer(Standing::stale, *std::move(stale));
    return judge(*verdict, demand);
}

}  // namespace mcim::pva
