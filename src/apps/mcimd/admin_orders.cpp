// Orders and their timelines.
#include "mcim/apps/mcimd/admin_calls.h"
#include "mcim/apps/mcimd/metadata.h"
#include "mcim/apps/mcimd/orders.h"
#include "mcim/apps/mcimd/ports.h"
#include "mcim/apps/mcimd/smds_events.h"
#include "mcim/apps/mcimd/verifier.h"

namespace mcim::apps::mcimd {
namespace {

/// SGP.22 4.1; the last field says that a confirmation code is wanted.
std::string activation_code(const Platform& p, const smdp::Order& o) {
    return "LPA:1$" + p.dp->address + "$" + o.matching_id + "$" + p.dp->oid.text() +
           (o.confirmation_code.empty() ? "" : "$1");
}

/// SGP.22 2.5.4: under what the profile elements are.
constexpr std::string_view session_keys = "session_keys";
constexpr std::string_view profile_protection_keys = "profile_protection_keys";

/// Why nobody can download it, where its state does not say so; "" where somebody can, or nobody knows.
std::string_view closed_because(const smdp::Order& o, Time now) {
    if (o.ended_by) return to_string(*o.ended_by);
    if (!smdp::downloadable(o.state) || smdp::downloadable(o, now)) return "";
    if (o.refused) return "refused";
    if (smdp::locked_by_wrong_codes(o)) return "wrong_codes";
    return o.attempts >= o.attempts_max ? "attempts_used_up" : "expired";
}

/// Offered, and nobody came in time.
bool is_over(const smdp::Order& o, Time now) {
    return smdp::downloadable(o.state) && o.expires_at && *o.expires_at <= now;
}

/// The release that the order has, as it says; the document itself gives a device away, and is for no list.
std::optional<Json> held_release(const smdp::Order& o) {
    if (!o.release) return std::nullopt;
    const auto claims = jose::unverified_claims(*o.release);
    if (!claims) return std::nullopt;
    Json out;
    for (const auto& [name, claim] :
         {std::pair("operator", "iss"), {"to", "aud"}, {"eid", "eid"}, {"iccid", "iccid"}, {"jti", "jti"}})
        if (const auto text = claims->text(claim)) out.text(name, *text);
    if (const auto end = claims->time("exp")) out.time("expires_at", *end);
    return out;
}

Json json_of(const Platform& p, const smdp::Order& o) {
    const auto closed = closed_because(o, p.now());
    Json out;
    out.text("id", o.id).text("operator", o.operator_id).text("iccid", o.iccid.text());
    out.text("state", to_string(o.state));
    if (!closed.empty()) out.text("closed_because", closed);
    out.text("policy", to_string(o.policy));
    if (smdp::tells_matching_id(o))
        out.text("matching_id", o.matching_id).text("activation_code", activation_code(p, o));
    if (o.protection_keys) out.text("protection", profile_protection_keys);
    out.integer("package_version", o.package_version);
    if (o.needs_javacard) out.flag("needs_javacard", true);
    if (o.eid) out.text("eid", o.eid->text());
    if (!o.smds_address.empty()) out.text("smds", o.smds_address).text("event", to_string(o.event));
    if (o.expires_at) out.time("expires_at", *o.expires_at);
    if (const auto release = held_release(o)) out.object("release", *release);
    out.integer("attempts", o.attempts).integer("attempts_max", o.attempts_max);
    if (!o.confirmation_code.empty())
        out.integer("wrong_codes", o.wrong_codes).integer("wrong_codes_max", smdp::wrong_codes_max);
    return out.time("created_at", o.created_at);
}

/// The same where attempts, codes or a refusal stand in the way, which a release by its operator takes away.
Result<std::optional<transfer::Refused>> missing_once_released(Platform& p, const smdp::Order& o) {
    const auto released = after(o, smdp::OrderEvent::release);
    return missing_consent(p, released ? *released : o);
}

/// "waits_for": whose release of which line the order needs before its device gets the profile.
Json with_consent(const Platform& p, const smdp::Order& o, const std::optional<transfer::Refused>& missing) {
    Json out = json_of(p, o);
    if (missing)
        out.object("waits_for", Json()
                                    .text("fault", to_string(missing->fault))
                                    .text("operator", missing->held.operator_id)
                                    .text("iccid", missing->held.iccid.text())
                                    .text("sentence", missing->sentence));
    return out;
}

Json json_of(const store::TimelineLine& line) {
    Json out;
    out.text("at", to_rfc3339(line.at)).text("what", line.sentence);
    if (const auto& r = line.refusal)
        out.text("code", r->code)
            .hex_octets("session", r->transaction_id)
            .integer("times", r->times)
            .text("last_at", to_rfc3339(r->last_at));
    return out;
}

Result<msg::ProfileClass> class_of(const jose::Object& in) {
    TRY(const auto name, in.optional_member(&jose::Object::text, "class"));
    if (!name) return msg::ProfileClass::operational;
    for (const auto c : {msg::ProfileClass::operational, msg::ProfileClass::provisioning, msg::ProfileClass::test})
        if (to_string(c) == *name) return c;
    return fail(Errc::bad_value, "class", "operational, provisioning or test is wanted, not \"" + *name + '"');
}

/// The operator's own line, which no other order offers, and which no other card may have.
Result<store::Subscription> line_to_offer(Platform& p, const std::string& operator_id, const Iccid& iccid,
                                          const std::optional<Eid>& eid) {
    TRY(const auto known, p.store.find_operator(operator_id));
    if (!known) return unknown_operator(operator_id);
    TRY(auto profile, find_profile(p, iccid));
    if (!profile.line)
        return fail(Errc::not_found, "iccid", "no subscription has " + iccid.text() + ": make one first");
    if (profile.line->operator_id != operator_id)
        return fail(Errc::refused, "iccid",
                    "it is a subscription of " + profile.line->operator_id + ", not of " + operator_id);
    if (const auto& other = profile.order; other && is_over(*other, p.now()))
        return fail(Errc::conflict, "iccid",
                    "order " + other->id + " offered it until " + to_rfc3339(*other->expires_at) +
                        ", and its time is over: give it more (mcim order release " + other->id +
                        " --expires 7d), or cancel it first");
    if (const auto refused = smdp::cannot_be_ordered(profile.known(), operator_id, eid))
        return fail(refused->refusal == smdp::Es2Refusal::iccid_in_use ? Errc::conflict : Errc::refused, "iccid",
                    refused->detail);
    return *std::move(profile.line);
}

/// Created, confirmed and released in one call: ES2+ in three steps is for operators that are elsewhere.
Result<smdp::Order> released(smdp::Order order) {
    for (const auto event : {order.eid ? smdp::OrderEvent::link : smdp::OrderEvent::allocate, smdp::OrderEvent::confirm,
                             smdp::OrderEvent::release}) {
        auto next = after(std::move(order), event);
        if (!next)
            return fail(Errc::unexpected_event, "order", "a new order cannot take " + std::string(to_string(event)));
        order = *std::move(next);
    }
    return order;
}

/// People may type its letters small.
Result<smdp::Order> order_named(Platform& p, std::string_view id) {
    std::string capitals(id);
    for (char& c : capitals)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    TRY(auto found, p.store.find_order(capitals));
    if (!found)
        return fail(Errc::not_found, "order",
                    "there is none with the id " + std::string(id) + "; \"mcim order list\" shows all");
    return *std::move(found);
}

Status need_dp(const Platform& p) {
    if (!p.dp) return fail(Errc::refused, "", "this platform is no download server (role dp)");
    return ok();
}

/// A time to come: nobody could download what is over already.
Result<std::optional<Time>> expiry_in(const Platform& p, const jose::Object& in) {
    TRY(const auto end, in.optional_member(&jose::Object::time, "expires_at"));
    if (end && *end <= p.now())
        return fail(Errc::bad_value, "expires_at", "it is over already: " + to_rfc3339(*end) + " is not to come");
    return end;
}

/// The operator's own choice: a key to look up and nothing else. How hard it is to guess is its operator's matter.
Result<std::string> chosen_matching_id(Platform& p, std::string id) {
    if (!smdp::may_be_matching_id(id))
        return fail(Errc::bad_value, "matching_id", "1 to 255 printable characters of ASCII are wanted, without $");
    TRY(const auto other, p.store.find_order_by_matching_id(id));
    if (other) return fail(Errc::conflict, "matching_id", "order " + other->id + " has it: choose another");
    return id;
}

/// "": its device finds it by its EID, and no activation code carries it (as over ES2+, SGP.22 5.3.2).
Status read_matching_id(Platform& p, const jose::Object& in, smdp::Order& order) {
    if (in.is_empty_text("matching_id")) {
        if (!order.eid)
            return fail(Errc::missing_field, "eid",
                        "without a matching ID a device finds its order by its EID alone: the order has to name it");
        order.matching_id = smdp::untold_matching_id(p.random);
        return ok();
    }
    TRY(auto chosen, in.optional_member(&jose::Object::text, "matching_id"));
    if (!chosen) return ok();
    TRY(order.matching_id, chosen_matching_id(p, *std::move(chosen)));
    return ok();
}

Status read_confirmation_code(Platform& p, const jose::Object& in, smdp::Order& order) {
    TRY(auto code, in.optional_member(&jose::Object::secret_text, "confirmation_code"));
    if (!code) return ok();
    if (!smdp::may_be_confirmation_code(expose(*code)))
        return fail(Errc::bad_value, "confirmation_code",
                    "4 to 255 letters, digits and signs of ASCII are wanted, without spaces");
    TRY(order.confirmation_code, wrapped_confirmation_code(p, order.id, *std::move(code)));
    return ok();
}

Result<std::optional<Eid>> eid_in(const jose::Object& in) {
    TRY(const auto digits, in.optional_member(&jose::Object::text, "eid"));
    if (!digits) return std::optional<Eid>{};
    auto eid = Eid::parse_unchecked(*digits);
    if (!eid) return std::move(eid).error().within("eid");
    return std::optional(*std::move(eid));
}

/// Where its device finds the order's event; it is the device that the order names.
Status read_smds_address(const Platform& p, const jose::Object& in, smdp::Order& order) {
    TRY(const auto asked, in.optional_member(&jose::Object::text, "smds"));
    if (!asked) return ok();
    const Smds* smds = find_smds(p, *asked);
    if (smds == nullptr)
        return fail(Errc::refused, "smds", "no SM-DS with the address " + *asked + " is configured ([[dp.smds]])");
    if (!order.eid) return fail(Errc::missing_field, "eid", "an event is for one eUICC: the order has to name its EID");
    order.smds_address = smds->address;
    return ok();
}

Status read_options(Platform& p, const jose::Object& in, smdp::Order& order) {
    TRY(const auto policy, in.optional_member(&jose::Object::text, "policy"));
    if (policy) {
        TRY(order.policy, smdp::parse_gate_policy(*policy));
    }
    if (order.eid) CHECKED(check_device(p, order.policy, *order.eid));
    CHECKED(read_matching_id(p, in, order));
    CHECKED(read_smds_address(p, in, order));
    TRY(order.expires_at, expiry_in(p, in));
    TRY(order.release, in.optional_member(&jose::Object::text, "release"));
    TRY(const auto protection, in.optional_member(&jose::Object::text, "protection"));
    if (protection && *protection != session_keys && *protection != profile_protection_keys)
        return fail(Errc::bad_value, "protection", "session_keys or profile_protection_keys is wanted");
    order.protection_keys = protection == profile_protection_keys;
    TRY(const auto attempts, in.optional_member(&jose::Object::integer, "attempts_max"));
    if (attempts && (*attempts < 1 || *attempts > 1000))
        return fail(Errc::bad_value, "attempts_max", "1 to 1000 is wanted");
    if (attempts) order.attempts_max = static_cast<std::uint32_t>(*attempts);
    TRY(const auto octets, in.optional_member(&jose::Object::integer, "package_octets"));
    if (octets && *octets < 0) return fail(Errc::bad_value, "package_octets", "0 or more is wanted");
    if (octets) order.package_octets = static_cast<std::uint64_t>(*octets);
    return read_confirmation_code(p, in, order);
}

/// Whoever should have signed this has not: nothing that is kept may look like a consent. Where nobody knows yet whose
/// consent the order needs (it names no device, or nobody's customer), the operator that the release names has signed.
Status check_signer(Platform& p, const std::string& release, const std::optional<transfer::Refused>& missing) {
    using enum transfer::ReleaseFault;
    if (!missing || !missing->release) {
        Lookup read;
        const auto refused =
            transfer::check_origin(release, [&](std::string_view id) { return read(p.operator_key(id)); });
        if (read.error) return *std::move(read.error);
        return refused ? Status(fail(Errc::refused, "release", refused->sentence + " Nothing was changed.")) : ok();
    }
    const auto fault = *missing->release;
    if (fault != malformed && fault != wrong_signer && fault != other_operator) return ok();
    return fail(Errc::refused, "release", missing->sentence + " Nothing was changed.");
}

/// What may be given to an order. One that is for another device, line or operator, or too early, is kept and noted: it
/// may be what its operator meant. One that has expired can never serve.
Status check_given(Platform& p, const std::string& release, const std::optional<transfer::Refused>& missing) {
    CHECKED(check_signer(p, release, missing));
    TRY(const auto claims, jose::unverified_claims(release));  // its signature holds
    TRY(const auto end, claims.time("exp"));
    if (p.now() < end) return ok();
    TRY(const auto issuer, claims.text("iss"));
    return fail(Errc::refused, "release",
                "It expired at " + to_rfc3339(end) + ". Ask " + issuer + " for a new one. Nothing was changed.");
}

/// As its operator lets it go on. One that its device may download takes the consent that it waits for, and keeps its
/// count of attempts and codes. Whose time is over goes on with more time only.
Result<smdp::Order> going_on(const Platform& p, const smdp::Order& order, const jose::Object& in) {
    TRY(const auto more_time, expiry_in(p, in));
    const bool as_it_is = in.has("release") && order.state == smdp::OrderState::released;
    auto next = as_it_is ? std::optional(order) : after(order, smdp::OrderEvent::release);
    if (!next)
        return fail(Errc::conflict, "state",
                    "an order that is " + std::string(to_string(order.state)) + " is not released");
    if (more_time) next->expires_at = more_time;
    if (next->event == smdp::EventStanding::refused) next->event = smdp::EventStanding::none;  // it is asked for again
    if (is_over(*next, p.now()))
        return fail(Errc::conflict, "expires_at",
                    "its time was over at " + to_rfc3339(*next->expires_at) + ": give it more (mcim order release " +
                        order.id + " --expires 7d), or cancel it");
    return *std::move(next);
}

/// How its operator let it go on. `in` is what he said.
std::string note_of_release(const jose::Object& in, const smdp::Order& next,
                            const std::optional<transfer::Refused>& missing) {
    std::string out = !in.has("release") ? "released by its operator"
                      : missing          ? "given a release that does not serve"
                                         : "given a release, and released";
    if (in.has("expires_at")) out += ", until " + to_rfc3339(*next.expires_at);
    return in.has("release") && missing ? out + ": " + missing->sentence : out;
}

}  // namespace

Result<Json> add_order(Platform& p, const jose::Object& in) {
    CHECKED(need_dp(p));
    TRY(const auto operator_id, in.text("operator"));
    TRY(const auto digits, in.text("iccid"));
    TRY(const Iccid iccid, Iccid::parse_unchecked(digits));
    TRY(auto eid, eid_in(in));
    TRY(const auto line, line_to_offer(p, operator_id, iccid, eid));
    TRY(const auto profile_class, class_of(in));
    TRY(auto order, draft_order(p, line, profile_class));
    order.eid = std::move(eid);
    CHECKED(read_options(p, in, order));
    TRY(order, released(std::move(order)));
    TRY(const auto missing, missing_consent(p, order));
    if (order.release) CHECKED(check_given(p, *order.release, missing));
    store::Batch batch = notes_of(p, order, "ordered and released", missing);
    // with the version of its line, which another node may be closing
    batch.insert(batch.begin(), {store::AddOrder{order}, store::PutSubscription{line}});
    CHECKED(commit_with_events(p, std::move(batch)));
    return with_consent(p, with_its_event(p, order), missing);
}

Result<Json> list_orders(Platform& p) {
    CHECKED(need_dp(p));
    TRY(const auto rows, p.store.list_orders());
    std::vector<Json> out;
    for (const auto& row : rows) out.push_back(json_of(p, row));
    return Json().objects("orders", out);
}

Result<Json> show_order(Platform& p, std::string_view id) {
    CHECKED(need_dp(p));
    TRY(const auto order, order_named(p, id));
    TRY(const auto timeline, p.store.timeline(order.id));
    std::vector<Json> lines;
    for (const auto& line : timeline) lines.push_back(json_of(line));
    TRY(const auto missing, missing_consent(p, order));
    TRY(const auto metadata, json_of_metadata(order.metadata));
    Json out = with_consent(p, order, missing);
    out.object("metadata", metadata);
    if (p.verifier && order.eid && order.policy == smdp::GatePolicy::attested && smdp::downloadable(order.state)) {
        TRY(const auto device, find_device(p, *order.eid));
        if (device && device->refused) out.object("refused_evidence", json_of(*device->refused));
    }
    return out.objects("timeline", lines);
}

Result<Json> cancel_order(Platform& p, std::string_view id) {
    CHECKED(need_dp(p));
    TRY(auto order, order_named(p, id));
    const auto from = order.state;
    auto next = after(std::move(order), smdp::OrderEvent::cancel);
    if (!next)
        return fail(Errc::conflict, "state", "an order that is " + std::string(to_string(from)) + " is not cancelled");
    CHECKED(commit_with_events(p, cancellation(p, *next)));
    return json_of(p, with_its_event(p, *next));
}

Result<Json> release_order(Platform& p, std::string_view id, const jose::Object& in) {
    CHECKED(need_dp(p));
    TRY(const auto order, order_named(p, id));
    TRY(auto token, in.optional_member(&jose::Object::text, "release"));
    const bool given = token.has_value();
    TRY(auto next, going_on(p, order, in));
    bool serves = false;  // the release that it has, with the time that it gets
    if (given && next.release) {
        TRY(const auto missing, missing_once_released(p, next));
        serves = !missing;
    }
    if (given) next.release = std::move(token);
    TRY(const auto missing, missing_once_released(p, next));
    store::Batch batch;
    if (given) {
        CHECKED(check_given(p, *next.release, missing));
        if (serves && missing)
            return fail(Errc::refused, "release",
                        missing->sentence + " The order keeps the one that serves. Nothing was changed.");
        // the one that a package is out under is used up when that is installed
        if (!smdp::on_its_way(next)) batch.emplace_back(store::DropReservations{next.id});
    }
    batch.emplace_back(smdp::PutOrder{next});
    batch.emplace_back(smdp::Note{next.id, p.now(), note_of_release(in, next, missing)});
    CHECKED(commit_with_events(p, std::move(batch)));
    return with_consent(p, with_its_event(p, next), missing);
}

Result<Json> list_notifications(Platform& p) {
    TRY(const auto rows, p.store.list_notifications());
    std::vector<Json> out;
    for (const auto& n : rows)
        out.push_back(Json()
                          .hex_octets("digest", n.digest)
                          .text("at", to_rfc3339(n.at))
                          .text("trust", n.trust == smdp::Trust::verified ? "verified" : "unverified")
                          .text("why", n.sentence));
    return Json().objects("notifications", out);
}

}  // namespace mcim::apps::mcimd
